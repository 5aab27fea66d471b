"""The audit at any time: whether all is as it was published, what it gives away together, and if the drafts pass."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis.errors import UsageError
from cbe_analysis.run import current, drafts, places, publications
from cbe_analysis.run.drafts import Waiting
from cbe_analysis.run.examine import examine
from cbe_analysis.run.publications import History
from cbe_analysis.run.publish import LOCK, existing, finish
from cbe_analysis.run.turn import turn

if TYPE_CHECKING:
    from cbe_analysis.protect.attack import Audit


@dataclass(frozen=True, slots=True)
class Account:
    """What an audit found.

    Parameters
    ----------
    history
        Everything that was published, checked.
    found
        The attack on it.
    foreign
        Files in the open that no publication brought there.
    waiting
        The drafts.
    joint
        The attack on everything published and the drafts; None where no draft is fit to be published.
    unfinished
        Why what a publisher left to do could not be done; empty where there is nothing left to do.
    """

    history: History
    found: Audit
    foreign: tuple[str, ...]
    waiting: Waiting
    joint: Audit | None
    unfinished: str

    @property
    def passed(self) -> bool:
        """True when nothing public gives away what it hides, and nothing is public that was not published."""
        return not self.found.breaches and not self.foreign


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
        history = publications.read(place)
        unfinished = _finish(place, history)
        waiting = _new(place, history)
        foreign = current.foreign(place, history)
    except OSError as e:
        raise UsageError(f"the reports cannot be read ({e.strerror})", str(place), "allow reading them") from None
    joint = examine(history, waiting.drafts) if waiting.drafts else None
    return Account(history, examine(history), foreign, waiting, joint, unfinished)


def _finish(reports: Path, history: History) -> str:
    """Do what a publisher left to do; why it cannot be done, or nothing."""
    inside = publications.vault(reports)
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
