"""One measurement on the command line: what is asked, computed, protected, and handed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typer

from cbe_analysis.cli.pairs import names, pairs
from cbe_analysis.errors import UsageError
from cbe_analysis.indicators import CATALOGUE

if TYPE_CHECKING:
    from cbe_analysis.measure.estimates import Estimates
    from cbe_analysis.protect.release import Audience, Release

ALIAS = "disparity"


@dataclass(frozen=True, slots=True)
class Question:
    """What the command line asks of `measure`."""

    indicator: str
    by: tuple[str, ...]
    compare: str | None
    over: str | None
    adjust: tuple[str, ...]
    where: tuple[str, ...]
    options: Mapping[str, Any]
    allow_findings: bool

    @classmethod
    def of(cls, indicator: str, *, by: str, compare: str | None, options: Sequence[str], **others: Any) -> Question:
        """The question that the words of a command line ask.

        Raises
        ------
        UsageError
            When an option is not name=value, or `disparity` lacks the indicator that it is a disparity of.
        """
        chosen = pairs(options, "--set")
        if indicator == ALIAS and ALIAS not in CATALOGUE:
            if "of" not in chosen:
                raise UsageError(
                    "'disparity' needs an indicator", remedy="add --set of=ID, with ID from cbe indicators"
                )
            indicator, compare = chosen.pop("of"), compare or "others"
        adjust, where = names(others.pop("adjust")), tuple(others.pop("where"))
        return cls(indicator, names(by), compare, adjust=adjust, where=where, options=chosen, **others)

    def ask(self, folder: Path) -> tuple[Estimates, Any]:
        """The estimates, and the district's policy."""
        from cbe_analysis.load import load
        from cbe_analysis.measure import measure
        from cbe_analysis.validate import validate

        district = validate(load(folder))
        estimates = measure(
            self.indicator,
            district,
            by=self.by,
            compare=self.compare,
            over=self.over,
            adjust=self.adjust,
            where=self.where,
            allow_findings=self.allow_findings,
            **self.options,
        )
        return estimates, district.policy


def deliver(question: Question, folder: Path, *, audience: str | None, form: str, out: Path | None) -> None:
    """Print the answer, or write it to a file.

    Parameters
    ----------
    audience
        "public" or "staff"; None for raw estimates.
    form
        table, csv, xlsx or json.

    Raises
    ------
    UsageError
        When an Excel workbook has no file to go to, what is not protected would lie among what is handed out, or the
        file cannot be written.
    """
    if out is not None and audience != "public":
        _refuse(out)
    if form == "xlsx" and out is None:
        raise UsageError("an Excel workbook is not text", remedy="name a file with --out FILE.xlsx")
    from cbe_analysis.cli.forms import FORMS
    from cbe_analysis.cli.watch import watching

    with watching(f"measuring {question.indicator}"):
        estimates, policy = question.ask(folder)
        answer: Estimates | Release = estimates
        if audience is not None:
            from cbe_analysis.protect import protect

            answer = protect(estimates, policy, cast("Audience", audience))
    content = FORMS[form](answer)
    if out is None:
        typer.echo(content.decode(), nl=False)
    else:
        _put(content, out, inside=audience != "public")
        typer.echo(f"Written: {out}", err=True)
    if audience is None:
        typer.echo("cbe: restricted: raw estimates, not protected. Keep them inside.", err=True)


def _refuse(out: Path) -> None:
    """Stop what is not protected on its way to where people look for what is."""
    from cbe_analysis.run.places import handed_out

    if handed_out(out):
        raise UsageError(
            "an answer that is not protected has no place among drafts and published briefs",
            str(out),
            "name a file elsewhere, such as one below reports/internal",
        )


def _put(content: bytes, out: Path, *, inside: bool) -> None:
    """Write the answer to a file, whole or not at all; into a device or a pipe as it is, for it may not be replaced.

    Parameters
    ----------
    inside
        The answer is not protected: this user alone can read it.
    """
    from cbe_analysis.run.places import cannot_write, write

    try:
        if not out.exists() or out.is_file() or out.is_dir():
            file = out.resolve()
            write({file: content}, own=file.parent if inside else None)
            return
        with out.open("wb") as device:
            device.write(content)
    except OSError as e:
        raise cannot_write(out, e) from None
