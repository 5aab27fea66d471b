"""What was published: a chain of records in the open, each with its briefs, and the true sizes of each inside."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cbe_analysis.errors import UnreadableData, choices
from cbe_analysis.run import places
from cbe_analysis.run.drafts import Draft, mark
from cbe_analysis.run.notebooks import SLUG

if TYPE_CHECKING:
    from cbe_analysis.protect.record import Recorded

PUBLIC, RELEASES, RECORD = "public", "releases", "record.json"
FORM = 1  # of the records; a later one may say more
NUMBER = re.compile(r"\d{4,}")
FRAME = b'{"sha256": "%s", "record": %s}\n'
FRAMED = re.compile(re.escape(FRAME).replace(b"%s", b"(.*)"), re.DOTALL)
RESTORE = "restore the reports folder from a backup"


@dataclass(frozen=True, slots=True)
class Edition:
    """A brief as it was published.

    Parameters
    ----------
    notebook
        Hash of the notebook that made it.
    files
        Name of the file -> SHA-256 of its bytes.
    releases
        What it shows; with true sizes where they are known.
    """

    name: str
    notebook: str
    files: Mapping[str, str]
    releases: tuple[Recorded, ...] = field(repr=False)

    @property
    def sized(self) -> bool:
        """True where the true sizes of all its releases are known."""
        return all(release.sizes is not None for release in self.releases)


@dataclass(frozen=True, slots=True)
class Publication:
    """Briefs that were published in one step.

    Parameters
    ----------
    number
        From 1 on, without gaps.
    previous
        Mark of the publication before; empty for the first.
    mark
        SHA-256 of all that it says in the open: what the next publication remembers of this one.
    """

    number: int
    previous: str
    mark: str
    editions: tuple[Edition, ...]

    @classmethod
    def of(cls, drafts: Sequence[Draft], history: History) -> Publication:
        """The next publication, of these drafts."""
        last = history.publications[-1] if history.publications else None
        editions = tuple(Edition(draft.name, draft.notebook, draft.marks, draft.releases) for draft in drafts)
        made = cls(last.number + 1 if last else 1, last.mark if last else "", "", editions)
        return replace(made, mark=mark(made._told()))

    @property
    def sized(self) -> bool:
        """True where the true sizes of all its releases are known."""
        return all(edition.sized for edition in self.editions)

    @property
    def label(self) -> str:
        """Its number as its folder is named."""
        return f"{self.number:04}"

    def record(self) -> bytes:
        """The record in the open, without any true size."""
        return FRAME % (self.mark.encode(), self._told())

    def sizes(self) -> bytes:
        """The record inside: the true sizes of every release, in order."""
        told = [[release.sizes for release in edition.releases] for edition in self.editions]
        plain = [[[None if math.isnan(n) else n for n in sizes or ()] for sizes in own] for own in told]
        return (json.dumps({"form": FORM, "sha256": self.mark, "sizes": plain}) + "\n").encode()

    def _told(self) -> bytes:
        briefs = [
            {
                "name": edition.name,
                "notebook": edition.notebook,
                "files": dict(edition.files),
                "releases": [json.loads(release.outside().text()) for release in edition.releases],
            }
            for edition in self.editions
        ]
        told = {"form": FORM, "publication": self.number, "previous": self.previous, "briefs": briefs}
        return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


@dataclass(frozen=True, slots=True)
class History:
    """Everything that was published, oldest first."""

    publications: tuple[Publication, ...]

    @property
    def newest(self) -> dict[str, tuple[Publication, Edition]]:
        """Brief -> its last edition, and the publication that it was in."""
        return {edition.name: (one, edition) for one in self.publications for edition in one.editions}

    @property
    def unsized(self) -> tuple[str, ...]:
        """The publications whose true sizes are lost."""
        return tuple(one.label for one in self.publications if not one.sized)


def shelf(reports: Path) -> Path:
    """Where publications are kept in the open."""
    return reports / PUBLIC / RELEASES


def vault(reports: Path) -> Path:
    """Where their true sizes are kept, inside."""
    return reports / places.STAFF_ALONE / RELEASES


def read(reports: Path) -> History:
    """Everything that was published, checked: the chain is whole, and every brief is as it was.

    A publisher may be at work meanwhile: its publication is there whole, or not at all.

    Raises
    ------
    UnreadableData
        When a record or a brief is damaged, missing, edited or not of the kit; the message says which.
    OSError
        When a file cannot be read.
    """
    inside = vault(reports)  # looked into first: true sizes never come to their place before the record
    known = [int(file.stem) for file in inside.glob("*.json") if NUMBER.fullmatch(file.stem)]
    there = _numbers(shelf(reports))
    for folder in (reports / PUBLIC, shelf(reports)):
        if folder.is_symlink():
            raise UnreadableData("a folder of the record of publications is a link", str(folder), "put the folder here")
    missing = sorted(({*known} | {*range(1, max(there, default=0) + 1)}) - {*there})
    if missing:
        raise UnreadableData(
            f"the record of publications lacks {choices(f'{number:04}' for number in missing)}",
            str(shelf(reports)),
            RESTORE,
        )
    found: list[Publication] = []
    for number in sorted(there):
        publication = _publication(there[number], number)
        if publication.previous != (found[-1].mark if found else ""):
            raise UnreadableData(
                f"publication {publication.label} does not follow the one before it: one of both was edited",
                str(shelf(reports)),
                RESTORE,
            )
        found.append(_sized(publication, inside))
    return History(tuple(found))


def _numbers(folder: Path) -> dict[int, Path]:
    """Number -> folder of each publication; what else there is, is an error, but for hidden files."""
    found = {}
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if entry.name.startswith("."):
            continue
        if not NUMBER.fullmatch(entry.name) or entry.is_symlink():
            raise UnreadableData("something that no publication wrote is among them", str(entry), "move it away")
        found[int(entry.name)] = entry
    return found


def _publication(folder: Path, number: int) -> Publication:
    """The publication in its folder, whose briefs are those of its record."""
    publication = _recorded(folder / RECORD, number)
    marks = {name: expected for edition in publication.editions for name, expected in edition.files.items()}
    there = {file.name: file for file in folder.iterdir() if not file.name.startswith(".") and file.name != RECORD}
    for name in sorted({*marks, *there}):
        fault = _fault(there.get(name), marks.get(name))
        if fault:
            raise UnreadableData(f"a file of publication {folder.name} {fault}", str(folder / name), RESTORE)
    return publication


def _fault(file: Path | None, expected: str | None) -> str:
    """What is wrong with a file of a publication; empty where nothing is."""
    if file is None:
        return "is missing"
    if expected is None:
        return "is none that was published"
    if file.is_symlink() or not file.is_file():
        return "is a link or a folder"
    return "" if mark(file.read_bytes()) == expected else "was changed"


def _recorded(file: Path, number: int) -> Publication:
    """The publication that a record in the open tells of."""
    if file.is_symlink() or not file.is_file():
        raise UnreadableData(f"publication {number:04} has no record", str(file), RESTORE)
    framed = FRAMED.fullmatch(file.read_bytes())
    try:
        if framed is None or framed[1] != mark(framed[2]).encode():
            raise ValueError
        publication = _parsed(json.loads(framed[2]), mark(framed[2]))
        if publication.number != number:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnreadableData(
            f"the record of publication {number:04} is damaged or was edited", str(file), RESTORE
        ) from None
    return publication


def _parsed(told: Mapping[str, Any], own: str) -> Publication:
    """The publication that the text with this mark tells of."""
    from cbe_analysis.protect.record import Recorded

    if told["form"] != FORM or not all(SLUG.fullmatch(brief["name"]) for brief in told["briefs"]):
        raise ValueError
    editions = (
        Edition(
            str(brief["name"]),
            str(brief["notebook"]),
            {str(name): str(expected) for name, expected in brief["files"].items()},
            tuple(Recorded.read(json.dumps(release)) for release in brief["releases"]),
        )
        for brief in told["briefs"]
    )
    return Publication(int(told["publication"]), str(told["previous"]), own, tuple(editions))


def _sized(publication: Publication, inside: Path) -> Publication:
    """The publication with its true sizes, where they are still there."""
    file, held = _held(publication, inside)
    if held is None:
        return publication
    try:
        told = json.loads(held)
        if told["sha256"] != publication.mark:
            raise ValueError
        editions = tuple(_with_sizes(*pair) for pair in zip(publication.editions, told["sizes"], strict=True))
    except (ValueError, KeyError, TypeError):
        raise UnreadableData(
            f"the true sizes of publication {publication.label} are damaged or were edited",
            str(file),
            "restore the file from a backup, or remove it: audits go on without it, more strictly",
        ) from None
    return replace(publication, editions=editions)


def _held(publication: Publication, inside: Path) -> tuple[Path, bytes | None]:
    """The file of true sizes and what it holds, None where it is lost; a publisher may be moving it meanwhile."""
    place = final(inside, publication)
    for file in (place, pending(inside, publication), place):
        with suppress(FileNotFoundError):
            return file, file.read_bytes()
    return place, None


def _with_sizes(edition: Edition, told: Sequence[Sequence[float | None]]) -> Edition:
    """The edition with the true sizes of its releases."""
    return replace(edition, releases=tuple(_filled(edition.releases, told)))


def _filled(releases: Sequence[Recorded], told: Sequence[Sequence[float | None]]) -> Iterator[Recorded]:
    for release, sizes in zip(releases, told, strict=True):
        if len(sizes) != len(release.rows):
            raise ValueError
        yield replace(release, sizes=tuple(math.nan if n is None else float(n) for n in sizes))


def final(inside: Path, publication: Publication) -> Path:
    """The place of the true sizes of what is published."""
    return inside / f"{publication.label}.json"


def pending(inside: Path, publication: Publication) -> Path:
    """Their place until it is."""
    return inside / f".{publication.label}.json"
