"""A publication and an audit on the screen: what was attacked, what is not linked, and the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cbe_analysis.protect.attack import Audit
    from cbe_analysis.run import Account, Announcement

TOLD = 20  # names and sentences of one kind


def published(done: Announcement, reports: Path) -> Iterator[str]:
    """What became of the drafts."""
    for name in done.already:
        yield f"{name}: published already as it is; the draft is gone."
    yield from _warnings(done.foreign, done.unsized)
    if done.publication is None or done.audit is None:
        yield f"Nothing to publish in {reports}."
        return
    names = [edition.name for edition in done.publication.editions]
    yield f"Published as {done.publication.label}: {', '.join(names)}."
    yield _attacked(done.audit)
    yield from done.audit.unlinked[:TOLD]


def audited(account: Account, reports: Path) -> Iterator[str]:
    """What an audit found, the verdict on what is published, and whether the drafts would pass."""
    from cbe_analysis.run.examine import told

    yield _counted(account) if account.history.publications else f"Nothing is published from {reports} yet."
    if account.history.publications or account.waiting.drafts:
        yield _attacked(account.found, drafts=len(account.waiting.drafts))
        yield from account.found.linked[:TOLD]
        yield from account.found.unlinked[:TOLD]
    if account.unfinished:
        yield f"A publisher that was stopped left something to do, which cannot be done now: {account.unfinished}."
    yield from _warnings(account.foreign, account.history.unsized)
    yield from _listed(told(account.out, account.waiting.drafts))
    if account.history.publications:
        yield _verdict(account)
    yield from _waiting(account, reports)


def _counted(account: Account) -> str:
    """How much is published."""
    editions = [edition for one in account.history.publications for edition in one.editions]
    releases = sum(len(edition.releases) for edition in editions)
    return (
        f"Published: {_number(len(account.history.newest), 'brief')}, {_number(len(editions), 'edition')}, in "
        f"{_number(len(account.history.publications), 'publication')}; {_number(releases, 'release')}. "
        "The record is whole, and every file is as it was published."
    )


def _attacked(audit: Audit, drafts: int = 0) -> str:
    """How much was attacked."""
    populations = _number(audit.populations, "population")
    waiting = f", with {_number(drafts, 'draft')}" if drafts else ""
    return f"Attacked together{waiting}: {_number(audit.cells, 'hidden number')} of {populations}."


def _verdict(account: Account) -> str:
    if account.out:
        return "Verdict: what is published gives away what it hides. It cannot be taken back: tell who is responsible."
    if account.foreign:
        return "Verdict: nothing published gives away what it hides; but not all that is public was published."
    return "Verdict: nothing published gives away what it hides."


def _waiting(account: Account, reports: Path) -> Iterator[str]:
    """Whether the drafts would pass."""
    from cbe_analysis.run.examine import told, ways_out

    for other in account.waiting.unfit:
        yield f"Draft {other.name}: cannot be published, for {other.why}; make it again with cbe run."
    names = [draft.name for draft in account.waiting.drafts]
    if not names:
        return
    drafts = f"Draft{'s' * (len(names) > 1)} {', '.join(names)}"
    if account.found.passed:
        yield f"{drafts}: would pass. Next: cbe publish {reports}"
        return
    yield f"{drafts}: would be refused."
    mendable = [breach for breach in account.found.breaches if breach.mendable]
    yield from _listed(told(mendable, account.waiting.drafts))
    yield from _listed([f"What passes: {offer}" for offer in ways_out(account.found.offers)])


def _warnings(foreign: Sequence[str], unsized: Sequence[str]) -> Iterator[str]:
    """What a reader must know of the folder."""
    if foreign:
        yield f"Public, but never published: {', '.join(foreign[:TOLD])}; move what does not belong there away."
    if unsized:
        yield (
            f"The true sizes of {', '.join(unsized[:TOLD])} are lost: what was hidden there is attacked as if it were "
            "small."
        )


def _listed(sentences: Sequence[str]) -> Iterator[str]:
    """The sentences, indented, at most a dozen or two."""
    told = list(dict.fromkeys(sentences))
    yield from (f"  {sentence}" for sentence in told[:TOLD])
    if len(told) > TOLD:
        yield f"  and {len(told) - TOLD} more"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
