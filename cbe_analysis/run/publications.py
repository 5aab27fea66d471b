"""What was published, as its records in the open tell it: a chain in which every damage is found."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cbe_analysis.errors import UnreadableData, choices
from cbe_analysis.run import true_sizes
from cbe_analysis.run.drafts import mark
from cbe_analysis.run.editions import FORM, FRAME, Edition, History, Publication
from cbe_analysis.run.notebooks import SLUG

PUBLIC, RELEASES, RECORD = "public", "releases", "record.json"
NUMBER = re.compile(r"\d{4,}")
FRAMED = re.compile(re.escape(FRAME).replace(b"%s", b"(.*)"), re.DOTALL)
RESTORE = "restore the reports folder from a backup"


def shelf(reports: Path) -> Path:
    """Where publications are kept in the open."""
    return reports / PUBLIC / RELEASES


def count(reports: Path) -> int:
    """How many publications there are, without a look into them."""
    return sum(1 for entry in shelf(reports).glob("*") if NUMBER.fullmatch(entry.name))


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
    inside = true_sizes.vault(reports)  # looked into first: true sizes never come to their place before the record
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
        found.append(true_sizes.filled(publication, inside))
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
