"""Drafts: briefs that runs have made for the public and that wait to be published, each with its record inside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cbe_analysis.run import places
from cbe_analysis.run.notebooks import SLUG

if TYPE_CHECKING:
    from cbe_analysis.protect.record import Recorded

PLACE, RECORD = "drafts", "draft.json"
FORM = 1  # of the record; a later one may say more


Labels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a brief was made from.

    Parameters
    ----------
    notebook
        Hash of the notebook.
    parameters
        Name -> value, as it ran.
    labels
        See Draft.
    """

    notebook: str
    parameters: Mapping[str, Any]
    labels: Labels = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A brief that waits to be published.

    Parameters
    ----------
    notebook
        Hash of the notebook that made it.
    files
        Name of the file -> its bytes, which are those that the run wrote.
    releases
        What the brief shows, with true sizes.
    labels
        Column -> value -> what the district calls it, as in its brief.
    """

    name: str
    notebook: str
    files: Mapping[str, bytes] = field(repr=False)
    releases: tuple[Recorded, ...] = field(repr=False)
    labels: Labels = field(default_factory=dict, repr=False)

    @property
    def marks(self) -> dict[str, str]:
        """Name of the file -> SHA-256 of its bytes."""
        return {name: mark(content) for name, content in self.files.items()}


@dataclass(frozen=True, slots=True)
class Unfit:
    """Something among the drafts that cannot be published, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What lies among the drafts."""

    drafts: tuple[Draft, ...]
    unfit: tuple[Unfit, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Of everything that lies there."""
        return tuple(sorted([*(draft.name for draft in self.drafts), *(other.name for other in self.unfit)]))

    def only(self, names: Collection[str]) -> Waiting:
        """The same for these names alone."""
        drafts = tuple(draft for draft in self.drafts if draft.name in names)
        return Waiting(drafts, tuple(other for other in self.unfit if other.name in names))


class NotFit(ValueError):
    """Why a draft cannot be published, as a clause."""


def mark(content: bytes) -> str:
    """SHA-256 of the bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def record(name: str, files: Mapping[str, bytes], releases: Sequence[Recorded], origin: Origin) -> bytes:
    """The record of a draft: internal, for it holds true sizes."""
    told = {
        "form": FORM,
        "name": name,
        "notebook": origin.notebook,
        "parameters": {key: value for key, value in origin.parameters.items() if key != "data"},  # a place on this disk
        "labels": {column: dict(words) for column, words in origin.labels.items()},
        "files": {file: mark(content) for file, content in files.items()},
        "releases": [json.loads(release.text()) for release in releases],
    }
    return (json.dumps(told, ensure_ascii=False, sort_keys=True) + "\n").encode()


def inside(reports: Path, name: str) -> Path:
    """Where the record of the draft is."""
    return reports / places.STAFF_ALONE / name / "public" / RECORD


def waiting(reports: Path) -> Waiting:
    """The drafts of the reports; links are not followed, and files that begin with a dot are none.

    Raises
    ------
    OSError
        When they cannot be read.
    """
    place = reports / PLACE
    if place.is_symlink():
        return Waiting((), (Unfit(PLACE, "the folder is a link"),))
    drafts, unfit = [], []
    for entry in _seen(place):
        try:
            if entry.is_symlink() or not entry.is_dir():
                raise NotFit("no run wrote it")
            if _seen(entry):
                drafts.append(_read(reports, entry))
        except NotFit as e:
            unfit.append(Unfit(entry.name, str(e)))
        except FileNotFoundError:
            continue  # just published by another
    return Waiting(tuple(drafts), tuple(unfit))


def published(reports: Path, name: str, marks: Mapping[str, str]) -> tuple[Path, ...]:
    """The files of the draft where they are what was published, or what is left of it; else nothing.

    Parameters
    ----------
    marks
        Name of the published file -> SHA-256 of its bytes.

    Raises
    ------
    OSError
        When a file cannot be read.
    """
    place = reports / PLACE / name
    there = () if place.is_symlink() else tuple(_seen(place))
    if any(file.is_symlink() or not file.is_file() for file in there):
        return ()
    return there if all(marks.get(file.name) == mark(file.read_bytes()) for file in there) else ()


def remove(reports: Path, name: str, marks: Mapping[str, str]) -> bool:
    """True when the draft lay there as it was published and is gone, with its record; any other stays.

    Raises
    ------
    OSError
        When it cannot be removed.
    """
    files = published(reports, name, marks)
    if files:
        inside(reports, name).unlink(missing_ok=True)  # first: files without it are still known to be published
        for file in files:
            file.unlink()
        with suppress(OSError):  # something hidden lies in it, or a run has just written the next
            (reports / PLACE / name).rmdir()
    return bool(files)


def _seen(folder: Path) -> list[Path]:
    """What lies in the folder but for hidden files; nothing where there is no folder."""
    return sorted(e for e in folder.iterdir() if not e.name.startswith(".")) if folder.is_dir() else []


def _read(reports: Path, folder: Path) -> Draft:
    """The draft in the folder, whose files are those of its record."""
    from cbe_analysis.protect.record import Recorded

    told = _told(reports, folder.name)
    found = {file.name: file for file in _seen(folder)}
    for name in sorted({*found, *told["files"]}):
        if name not in told["files"]:
            raise NotFit(f"no run wrote {name}")
        if name not in found:
            raise NotFit(f"{name} is missing")
    if any(file.is_symlink() or not file.is_file() for file in found.values()):
        raise NotFit("it holds a link or a folder")
    files = {name: file.read_bytes() for name, file in found.items()}
    changed = [name for name, content in files.items() if told["files"][name] != mark(content)]
    if changed:
        raise NotFit(f"{changed[0]} is not what the run wrote")
    try:
        releases = tuple(Recorded.read(json.dumps(release)) for release in told["releases"])
        if any(release.sizes is None or len(release.sizes) != len(release.rows) for release in releases):
            raise ValueError
    except ValueError:
        raise NotFit("its record is damaged") from None
    if any(release.audience != "public" for release in releases):
        raise NotFit("it shows a release for staff")
    return Draft(folder.name, told["notebook"], files, releases, told["labels"])


def _told(reports: Path, name: str) -> dict[str, Any]:
    """What the record of the draft says, its parts of the right kinds."""
    if not SLUG.fullmatch(name):
        raise NotFit("no run wrote it")
    file = inside(reports, name)
    if file.is_symlink() or not file.is_file():
        raise NotFit("no run has recorded it")
    try:
        told = {"labels": {}, **json.loads(file.read_text(encoding="utf-8"))}
        kinds = {"form": int, "name": str, "notebook": str, "labels": dict, "files": dict, "releases": list}
        sound = all(isinstance(told[key], kind) for key, kind in kinds.items())
        if not sound or (told["form"], told["name"]) != (FORM, name):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise NotFit("its record is damaged, or of another version of the kit") from None
    return dict(told)
