"""The audit of everything published, with the drafts that want to be: what is asked, and how a refusal is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.run.drafts import Draft
from cbe_analysis.run.editions import Edition, History
from cbe_analysis.run.naming import in_words

if TYPE_CHECKING:
    from cbe_analysis.protect.attack import Audit, Breach, Published

TOLD = 12  # breaches that a message names
OFFERED = 3  # ways out that it names


def examine(history: History, drafts: Sequence[Draft] = ()) -> Audit:
    """What an attack on everything published finds, with the drafts among it."""
    from cbe_analysis.protect.attack import audit_together

    return audit_together([*_published(history, drafts)])


def _published(history: History, drafts: Sequence[Draft]) -> Iterator[Published]:
    """Every release once: a brief that was published again shows mostly what it showed before."""
    from cbe_analysis.protect.attack import Published

    seen: set[str] = set()
    for number, edition in sorted(_editions(history), key=lambda pair: not pair[1].sized):
        for release in edition.releases:
            text = release.outside().text()
            if text not in seen:
                seen.add(text)
                yield Published(edition.name, number, release)
    for draft in drafts:
        for release in draft.releases:
            if release.outside().text() not in seen:
                yield Published(draft.name, None, release)


def _editions(history: History) -> Iterator[tuple[int, Edition]]:
    return ((one.number, edition) for one in history.publications for edition in one.editions)


def refusal(audit: Audit, drafts: Sequence[Draft]) -> ReleaseRefused:
    """The error for drafts that would give away what is hidden: it names briefs and groups, and no number."""
    found = [breach for breach in audit.breaches if breach.mendable]
    blamed = {name for breach in found for name in breach.briefs}
    offers = [*audit.offers, *others([draft.name for draft in drafts], blamed)]
    return ReleaseRefused(
        "the drafts would give away what they hide, alone or with what is published",
        _listed(told(found, drafts), "; "),
        "; or ".join(ways_out(offers)) or "show less: fewer factors, or rows of larger groups",
    )


def told(breaches: Iterable[Breach], drafts: Iterable[Draft]) -> list[str]:
    """The breaches in sentences, their groups named as the briefs of the drafts name them."""
    labels: dict[str, dict[str, str]] = {}
    for draft in drafts:
        for column, words in draft.labels.items():
            labels.setdefault(column, {}).update(words)
    return [str(replace(breach, group=in_words(breach.group, labels))) for breach in breaches]


def others(names: Collection[str], held_back: Collection[str]) -> tuple[str, ...]:
    """How to publish all but some of the drafts, in the fewest words; nothing where no other is left."""
    rest, without = sorted({*names} - {*held_back}), sorted({*names} & {*held_back})
    if not rest:
        return ()
    shorter = f"--only {','.join(rest)}" if len(rest) <= len(without) else f"--without {','.join(without)}"
    return (f"publish the others: {shorter}",)


def ways_out(offers: Iterable[str]) -> list[str]:
    """The first few of the ways out, one for each brief: the auditor names coarser tables first."""
    first: dict[str, str] = {}
    for offer in offers:
        first.setdefault(offer.partition(": ")[0], offer)
    return list(first.values())[:OFFERED]


def _listed(sentences: Sequence[str], between: str) -> str:
    """The sentences, each once, shortened after the first dozen."""
    named = list(dict.fromkeys(sentences))
    more = [f"and {len(named) - TOLD} more"] if len(named) > TOLD else []
    return between.join([*named[:TOLD], *more])
