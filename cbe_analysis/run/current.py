"""The stable places of what was published, where the web looks: the newest of each brief, derived from the records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cbe_analysis import disk
from cbe_analysis.errors import UnreadableData
from cbe_analysis.run import places
from cbe_analysis.run.drafts import mark
from cbe_analysis.run.editions import Edition, History, Publication
from cbe_analysis.run.publications import PUBLIC, RELEASES, shelf


def stale(reports: Path, history: History) -> tuple[tuple[Publication, Edition], ...]:
    """The editions that their stable places lack, or have an older one of.

    Raises
    ------
    UnreadableData
        When a stable place holds what was never published there.
    OSError
        When one cannot be read.
    """
    return tuple(
        (publication, edition)
        for publication, edition in history.newest.values()
        if [name for name in edition.files if _behind(reports / PUBLIC / edition.name / name, edition, history)]
    )


def bring(reports: Path, publication: Publication, edition: Edition) -> None:
    """Put the brief in its stable place.

    Raises
    ------
    OSError, UsageError
        When the disk does not take it.
    """
    kept = shelf(reports) / publication.label
    place = places.folder(reports, PUBLIC, edition.name)
    for name in edition.files:
        for left in place.glob(f".{name}.*"):  # by a publisher that was stopped here
            left.unlink()
    disk.write({place / name: (kept / name).read_bytes() for name in edition.files})


def foreign(reports: Path, history: History) -> tuple[str, ...]:
    """What lies in the open and no publication brought there, but for hidden files."""
    brought = {Path(edition.name, file) for _, edition in history.newest.values() for file in edition.files}
    return tuple(sorted(found.as_posix() for found in _open(reports / PUBLIC) if found not in brought))


def _open(public: Path) -> Iterator[Path]:
    """Every file and link in the open, but for the records, as seen from there."""
    for entry in sorted(public.iterdir()) if public.is_dir() else ():
        if entry.name.startswith(".") or entry.name == RELEASES:
            continue
        inner = [entry] if entry.is_symlink() or not entry.is_dir() else sorted(entry.rglob("*"))
        for file in inner:
            if not file.name.startswith(".") and (file.is_symlink() or not file.is_dir()):
                yield file.relative_to(public)


def _behind(file: Path, edition: Edition, history: History) -> bool:
    """True when the file is not there, or is that of an older edition."""
    if not file.exists() and not file.is_symlink() and not file.parent.is_symlink():
        return True
    found = mark(file.read_bytes()) if file.is_file() and not file.is_symlink() and not file.parent.is_symlink() else ""
    if found == edition.files[file.name]:
        return False
    editions = (e for one in history.publications for e in one.editions if e.name == edition.name)
    if found in {e.files.get(file.name) for e in editions}:
        return True
    raise UnreadableData(
        "a published brief was changed in its place",
        str(file),
        "move it away: the next cbe publish or cbe audit puts back what was published",
    )
