"""A brief as a notebook builds it: each method shows one block."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.policy import Policy
from cbe_analysis.render import blocks
from cbe_analysis.render.audiences import admit, marks
from cbe_analysis.render.bundles import bundle
from cbe_analysis.render.characters import visible
from cbe_analysis.render.markup import styled
from cbe_analysis.render.readings import ABOUT
from cbe_analysis.render.wording.dates import spanned

if TYPE_CHECKING:
    from cbe_analysis.protect import Release

MARKS = {"public": "Public: protected numbers only", "staff": "**Internal: staff only**"}
LANGUAGES = ("en",)
ROUNDED = "To the nearest 10; those of groups to the nearest 50 where a group beside them is protected."
FOOTERS = {"public": "public", "staff": "internal: staff only"}


@dataclass(frozen=True, slots=True)
class Brief:
    """The brief that a notebook is building; made by `brief`.

    Every block is one output of its cell: HTML for JupyterLab, plain text, and the data that the typesetter reads.
    """

    policy: Policy
    audience: str

    def answer(self, text: str, sure: str) -> None:
        """Show the answer in one or two sentences, and how sure we are."""
        _show(blocks.Answer(text, sure), f"{text}\n{sure}")

    def figure(self, *pictures: blocks.Picture) -> None:
        """Show finished charts."""
        for picture in pictures:
            _show(picture, _plain_text(picture))

    def table(self, *tables: blocks.Table) -> None:
        """Show tables."""
        for table in tables:
            _show(table, _plain_text(table))

    def notes(self, *items: blocks.Note) -> None:
        """Show columns of notes side by side."""
        _show(blocks.Notes(items), "\n".join(f"{i.title}\n{' '.join((*i.text, *i.steps))}" for i in items))

    def callout(self, callout: blocks.Callout) -> None:
        """Show a tinted box."""
        _show(callout, _plain_text(callout))

    def row(self, *cells: blocks.Cell, spans: Sequence[int]) -> None:
        """Show charts, tables and boxes side by side; `spans` gives the columns of the grid that each takes."""
        _show(blocks.Row(cells, tuple(spans)), "\n".join(map(_plain_text, cells)))

    def receipt(self, releases: Sequence[Release], **lines: str) -> None:
        """Show method, definitions and the marks by which the brief can be checked.

        Parameters
        ----------
        releases
            Every release that the brief shows; all for this audience.
        lines
            A word (`method`, `definitions` ...) and its text, in the order given; one without a text is left out.

        Raises
        ------
        ReleaseRefused
            When a release was made for another audience than the brief.
        """
        for release in releases:
            admit(release, self.audience)
        told = [(name.capitalize().replace("_", " "), text) for name, text in lines.items() if text]
        if any(release.rows["n_shown"].str.startswith(ABOUT, na=False).any() for release in releases):
            told.append(("Numbers of students", ROUNDED))
        told.append(("Receipt", _marks(self.policy, releases)))
        _show(blocks.Receipt(tuple(told)), "\n".join(f"{name}. {text}" for name, text in told))

    def page(self) -> None:
        """Begin a new page."""
        _show(blocks.PageBreak(), "")


def brief(  # noqa: PLR0913 - the parts of a masthead
    title: str,
    *,
    policy: Policy,
    audience: str,
    as_of: str,
    kicker: str = "",
    facts: Sequence[str] = (),
    dates: tuple[str, str] = ("", ""),
    paper: str = "us-letter",
) -> Brief:
    """Begin a brief: show its masthead, and return the object that shows its blocks.

    Parameters
    ----------
    title
        The inquiry question, in plain words.
    as_of
        The date that the data stand for, YYYY-MM-DD.
    kicker
        What kind of brief it is, one word: "Growth".
    facts
        Lines beside the title; the district's name goes before them, dates and audience after them.
    dates
        First and last date of what the brief rests on, YYYY-MM-DD; empty the first where it is not known, the last
        where it is `as_of`.

    Raises
    ------
    UsageError
        When the audience is unknown, or the policy asks for a language that briefs are not written in yet.
    """
    for what, told, known in (("audience", audience, MARKS), ("language", policy.language, LANGUAGES)):
        if told not in known:
            raise UsageError(f"a brief has no {what} {told!r}", remedy=f"choose one of: {choices(known)}")
    made_up = ("**Synthetic data: no real students**",) if policy.synthetic else ()
    kind = "Improvement brief" + (f"  ·  {kicker}" if kicker else "")
    footer = "  ·  ".join(
        (policy.name, f"data to {as_of}", FOOTERS[audience], *(("synthetic data",) if made_up else ()))
    )
    masthead = blocks.Masthead(
        title=title,
        kicker=kind,
        facts=(f"**{policy.name}**", *facts, spanned(dates[0], dates[1] or as_of), *made_up, MARKS[audience]),
        footer=footer,
        description=f"{kind}, {policy.name}, data to {as_of}",
        made=as_of,
        staff=audience == "staff",
        language=policy.language,
        paper=paper,
    )
    _show(masthead, f"{title}\n{policy.name}")
    return Brief(policy, audience)


def _plain_text(block: blocks.Cell) -> str:
    """The block where neither HTML nor paper is at hand."""
    if isinstance(block, blocks.Picture):
        return f"{block.title}\n{block.alt}"
    if isinstance(block, blocks.Table):
        rows = ("  ".join("protected" if c is None else c for c in row) for row in block.rows)
        return "\n".join((block.title, "  ".join(block.columns), *rows))
    big = (f"{n.value} {n.label}" for n in block.numbers)
    return "\n".join((block.title, *block.text, *big, *block.closing))


def _marks(policy: Policy, releases: Sequence[Release]) -> str:
    """The receipt: data, policy, version, notebook (where a run made it), parameters and date, each once."""
    from cbe_analysis import __version__

    dates = sorted({r.as_of for r in releases})
    parts = [
        f"data {_data(releases)}",
        f"policy {policy.hash}",
        f"cbe_analysis {__version__}",
        f"notebook {os.environ['CBE_NOTEBOOK']}" if "CBE_NOTEBOOK" in os.environ else "",
        f"minimum group {max(r.minimum_n for r in releases)}" if releases else "",
        "no seed",
        f"as of {dates[-1]}" if dates else "",
        "; ".join(_asked(releases)),
    ]
    return "  ·  ".join(p for p in parts if p)


def _data(releases: Sequence[Release]) -> str:
    """The mark of the data: the fingerprint, or where the brief rests on several selections, one mark of them all."""
    prints = sorted({r.fingerprint for r in releases})
    if len(prints) < 2:
        return "".join(p[:12] for p in prints)
    return f"{hashlib.sha256(''.join(prints).encode()).hexdigest()[:12]} ({len(prints)} selections)"


def _asked(releases: Sequence[Release]) -> list[str]:
    """What was asked of each indicator: every parameter that was set, with all its values."""
    told: dict[str, dict[str, dict[str, None]]] = {}
    for release in releases:
        own = told.setdefault(release.indicator, {})
        for name, value in release.parameters.items():
            if value not in (None, "", (), [], {}, 0):
                own.setdefault(name, {})[_plain(value)] = None
    return [f"{i}({', '.join(n + '=' + '|'.join(v) for n, v in own.items())})" for i, own in sorted(told.items())]


def _plain(value: Any) -> str:
    return "+".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _show(block: blocks.Block, text: str) -> None:
    """One display output that carries HTML, plain text and the block's data."""
    from IPython.display import display

    data = bundle(block)
    forms = {blocks.MIME: data, "text/html": styled(data), "text/plain": visible(text)}
    display(forms, metadata=marks(), raw=True)  # type: ignore[no-untyped-call]
