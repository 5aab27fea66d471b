"""The audit at any time: whether all is as it was published, what it gives away together, and if the drafts pass."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.run import current, drafts, places, publications, true_sizes
from cbe_analysis.run.drafts import Waiting
from cbe_analysis.run.editions import History
from cbe_analysis.run.examine import examine
from cbe_analysis.run.publish import LOCK, existing, finish
from cbe_analysis.run.turn import turn

if TYPE_CHECKING:
    from cbe_analysis.protect.attack import Audit, Breach


@dataclass(frozen=True, slots=True)
class Account:
    """What an audit found.

    Parameters
    ----------
    history
        Everything that was published, checked.
    found
        The attack on it and on the drafts that are fit to be published. What comes out of drafts, alone or with what is
        published, is mendable; the rest is out.
    foreign
        Files in the open that no publication brought there.
    waiting
        The drafts.
    unfinished
        Why what a publisher left to do could not be done; empty where there is nothing left to do.
    """

    history: History
    found: Audit
    foreign: tuple[str, ...]
    waiting: Waiting
    unfinished: str

    @property
    def out(self) -> tuple[Breach, ...]:
        """What everything published gives away, without the drafts."""
        return tuple(breach for breach in self.found.breaches if not breach.mendable)

    @property
    def passed(self) -> bool:
        """True when nothing public gives away what it hides, and nothing is public that was not published."""
        return not self.out and not self.foreign


def audit(reports: str | Path = "reports") -> Account:
    """An attack on everything published together, and on the drafts with it; publishes nothing.

    What a publisher that was stopped left to do is done, where the disk allows it.

    Raises
    ------
    UsageError
        When there is no such folder, or it cannot be read.
    UnreadableData
        When the record of what was published is damaged; the message says where.
    """
    place = existing(Path(reports))
    try:
        seen = _seen(place)
    except OSError as e:
        raise UsageError(f"the reports cannot be read ({e.strerror})", str(place), "allow reading them") from None
    found = examine(seen.history, seen.waiting.drafts)
    return Account(seen.history, found, seen.foreign, seen.waiting, seen.unfinished)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is in the reports, all of one moment."""

    history: History
    unfinished: str
    waiting: Waiting
    foreign: tuple[str, ...]


def _seen(reports: Path) -> _Seen:
    """What is there; looked at again where something was published meanwhile."""
    before = publications.count(reports)
    try:
        history = publications.read(reports)
        unfinished = _finish(reports, history)
        seen = _Seen(history, unfinished, _new(reports, history), current.foreign(reports, history))
    except (UnreadableData, OSError):
        if publications.count(reports) == before:
            raise
        return _seen(reports)
    return seen if publications.count(reports) == before else _seen(reports)


def _finish(reports: Path, history: History) -> str:
    """Do what a publisher left to do; why it cannot be done, or nothing."""
    inside = true_sizes.vault(reports)
    if not current.stale(reports, history) and not any(inside.glob(".*")):
        return ""
    try:
        with turn(places.folder(reports, places.STAFF_ALONE) / LOCK, waits=0):
            finish(reports, publications.read(reports), remove=False)
    except OSError as e:
        return f"the reports cannot be written ({e.strerror})"
    except UsageError as e:
        return e.what
    return ""


def _new(reports: Path, history: History) -> Waiting:
    """What waits, without the drafts that are what is published."""
    found = drafts.waiting(reports)
    newest = {name: edition.files for name, (_, edition) in history.newest.items()}
    old = {name for name in found.names if name in newest and drafts.published(reports, name, newest[name])}
    return found.only({*found.names} - old)
