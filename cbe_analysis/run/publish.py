"""Publishing: drafts become public in one step, after an attack on them and on everything published before."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis import disk
from cbe_analysis.errors import ReleaseRefused, UsageError, choices, meant
from cbe_analysis.run import current, drafts, places, publications, true_sizes
from cbe_analysis.run.drafts import Draft, Waiting
from cbe_analysis.run.editions import History, Publication
from cbe_analysis.run.examine import examine, others, refusal
from cbe_analysis.run.turn import turn

if TYPE_CHECKING:
    from cbe_analysis.protect.attack import Audit

LOCK = "publishing.lock"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What became of the drafts.

    Parameters
    ----------
    publication
        What was published; None where there was nothing to publish.
    already
        Briefs whose draft was what is published, and was removed.
    paths
        The briefs in their stable places.
    audit
        What the attack covered; None where there was nothing to publish.
    unsized
        Publications whose true sizes are lost, so that they were attacked more strictly.
    foreign
        Files in the open that no publication brought there.
    """

    publication: Publication | None
    already: tuple[str, ...]
    paths: tuple[Path, ...]
    audit: Audit | None
    unsized: tuple[str, ...]
    foreign: tuple[str, ...]


def publish(
    reports: str | Path = "reports",
    *,
    only: Collection[str] = (),
    without: Collection[str] = (),
    waiting: Callable[[], None] = lambda: None,
) -> Announcement:
    """What was published: all drafts in one step or none, with everything published before them attacked together.

    Parameters
    ----------
    only
        Names of briefs; without them all drafts.
    without
        Names of briefs that are left among the drafts.
    waiting
        Called when another process publishes from these reports, and this one waits.

    Raises
    ------
    ReleaseRefused
        When a draft is not what a run wrote, or would give away what is hidden; nothing is published then.
    UsageError
        When there are no such reports or drafts, the disk does not take them, or another publisher does not end.
    UnreadableData
        When the record of what was published is damaged; the message says where.
    """
    place = existing(Path(reports))
    with _written(place, "nothing was published"):
        inside = places.folder(place, places.STAFF_ALONE)
        with turn(inside / LOCK, waiting=waiting):
            history = publications.read(place)
            already = finish(place, history)
            chosen = _chosen(drafts.waiting(place), only, without, already)
            foreign = current.foreign(place, history)
            if not chosen.drafts:
                return Announcement(None, already, (), None, history.unsized, foreign)
            audit = examine(history, chosen.drafts)
            if not audit.passed:
                raise refusal(audit, chosen.drafts)
            publication = Publication.of(chosen.drafts, history)
            _make_room(place, publication, foreign)
            _commit(place, publication, chosen.drafts)
            _finish_new(place, replace(history, publications=(*history.publications, publication)))
    names = [place / publications.PUBLIC / e.name / file for e in publication.editions for file in e.files]
    return Announcement(publication, already, tuple(names), audit, history.unsized, foreign)


def existing(reports: Path) -> Path:
    """The reports folder, which must be there.

    Raises
    ------
    UsageError
        When it is not.
    """
    if not reports.is_dir():
        raise UsageError("there is no reports folder", str(reports), "name the one that cbe run --out wrote to")
    return reports.resolve()


def finish(reports: Path, history: History, *, remove: bool = True) -> tuple[str, ...]:
    """The briefs whose drafts were published and are now gone; does what a publisher that was stopped left to do.

    Whoever calls it has the turn.

    Parameters
    ----------
    remove
        False leaves the drafts.

    Raises
    ------
    OSError, UsageError
        When the disk does not take it.
    UnreadableData
        When a stable place holds what was never published there.
    """
    inside = true_sizes.vault(reports)
    for publication in history.publications:
        waits = true_sizes.pending(inside, publication)
        if waits.is_file():
            waits.replace(true_sizes.final(inside, publication))
    for left in inside.glob(".*"):  # of a publication that never was
        shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
    for publication, edition in current.stale(reports, history):
        current.bring(reports, publication, edition)
    if not remove:
        return ()
    return tuple(name for name, (_, e) in sorted(history.newest.items()) if drafts.remove(reports, name, e.files))


def _chosen(found: Waiting, only: Collection[str], without: Collection[str], already: Sequence[str]) -> Waiting:
    """The drafts to publish, all fit for it."""
    unknown = sorted({*only, *without} - {*found.names, *already})
    if unknown:
        raise UsageError(
            f"there is no draft {unknown[0]!r}",
            remedy=f"{meant(unknown[0], found.names)}waiting are: {choices(found.names)}",
        )
    chosen = found.only({*(only or found.names)} - {*without})
    if not chosen.unfit:
        return chosen
    unfit = [other.name for other in chosen.unfit]
    remedy = "make the brief again with cbe run and the audience public, or move it out of the drafts"
    raise ReleaseRefused(
        "only what cbe run wrote can be published",
        "; ".join(f"{other.name}: {other.why}" for other in chosen.unfit),
        "; or ".join((remedy, *others(chosen.names, unfit))),
    )


def _make_room(reports: Path, publication: Publication, foreign: Collection[str]) -> None:
    """See that the briefs' stable places can take them, before anything is published."""
    for edition in publication.editions:
        place = places.folder(reports, publications.PUBLIC, edition.name)
        for name in edition.files:
            if f"{edition.name}/{name}" in foreign:
                raise UsageError("a file that no publication wrote is in the way", str(place / name), "move it away")


def _commit(reports: Path, publication: Publication, chosen: Sequence[Draft]) -> None:
    """Publish: until the last rename nothing is public, and with it the record and all briefs are."""
    inside = places.folder(reports, places.STAFF_ALONE, true_sizes.PLACE)
    shelf = places.folder(reports, publications.PUBLIC, publications.RELEASES)
    disk.write({true_sizes.pending(inside, publication): true_sizes.text(publication)}, own=inside)
    with disk.whole_folder(shelf / publication.label, filled_in=inside, once=True) as new:
        (new / publications.RECORD).write_bytes(publication.record())
        for draft in chosen:
            for name, content in draft.files.items():
                (new / name).write_bytes(content)


def _finish_new(reports: Path, history: History) -> None:
    """Finish what has just been published; when that fails, say that it is published all the same."""
    label = history.publications[-1].label
    state = f"{label} is published, but not everything is in its place yet"
    with _written(reports, state):
        try:
            finish(reports, history)
        except UsageError as e:
            raise UsageError(f"{state}: {e.what}", e.where, "mend it, then repeat cbe publish") from None


@contextmanager
def _written(reports: Path, state: str) -> Iterator[None]:
    """Say of a disk that takes no more what has been done, and what to do."""
    try:
        yield
    except OSError as e:
        if e.errno == errno.EXDEV:
            raise UsageError(
                f"{state}: reports/public is on another disk, where it cannot appear in one step",
                str(reports),
                "keep public and internal on one disk, and copy what was published from there",
            ) from None
        remedy = "free space or allow writing, then repeat cbe publish"
        raise UsageError(f"{state}: the reports cannot be written ({e.strerror})", str(reports), remedy) from None
