"""Layouts of foreign files: which columns are known, under which names, and which a file must have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from cbe_analysis.errors import UnreadableData
from cbe_analysis.importers.account import Remark
from cbe_analysis.importers.reading import Rows

_NUMBER = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True)
class Known:
    """A column that an importer uses.

    Parameters
    ----------
    name
        The importer's own name of it.
    spellings
        The names that the vendor gave it over the years, the newest first; case, spaces and signs do not matter.
    required
        Without it the file is of another layout.
    """

    name: str
    spellings: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """What the files of one kind look like.

    Parameters
    ----------
    kind
        The kind in words, for messages: "MAP Growth results".
    """

    kind: str
    columns: tuple[Known, ...]

    def missing(self, header: Iterable[str]) -> tuple[str, ...]:
        """The required columns that a header lacks, as the vendor spells them today."""
        there = {plain(name) for name in header}
        return tuple(k.spellings[0] for k in self.columns if k.required and not there & {*map(plain, k.spellings)})


@dataclass(frozen=True, slots=True)
class Recognised:
    """The records of a file under the importer's names.

    Parameters
    ----------
    frame
        One column for each known one, "" where the file lacks it.
    there
        The known columns that the file has.
    left
        Columns of the file that are not used, as the file spells them.
    remarks
        Columns found under an unusual name.
    """

    frame: pd.DataFrame = field(repr=False)
    there: frozenset[str]
    left: tuple[str, ...]
    remarks: tuple[Remark, ...]


def recognise(rows: Rows, layout: Layout) -> Recognised:
    """The records under the importer's names.

    Raises
    ------
    UnreadableData
        When required columns are missing, or one is there under two names.
    """
    header = [str(name) for name in rows.frame.columns]
    missing = layout.missing(header)
    if missing:
        raise unknown(rows.file, {layout.kind: missing})
    found = {known.name: _column(known, header, rows.file) for known in layout.columns}
    used = {known: name for known, name in found.items() if name is not None}
    vendors = {spelling for known in layout.columns for spelling in known.spellings}
    odd = [name for name in used.values() if name not in vendors]
    frame = pd.DataFrame(
        {known.name: rows.frame[used[known.name]] if known.name in used else "" for known in layout.columns},
        index=rows.frame.index,
        dtype="str",
    )
    remarks = (Remark(len(odd), f"columns of {rows.file} spelt otherwise than the vendor does"),) if odd else ()
    left = tuple(name for name in header if name not in used.values())
    return Recognised(frame, frozenset(used), left, remarks)


def unknown(file: str, missing: Mapping[str, Sequence[str]]) -> UnreadableData:
    """The error for a file of another layout.

    Parameters
    ----------
    missing
        Kind of file -> the columns that it would need.
    """
    lacks = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in missing.items())
    return UnreadableData(
        f"this layout is not known, columns are missing for {lacks}",
        file,
        "check that this is the right file, exported in English, or read it with `cbe import mapping`",
    )


def plain(name: str) -> str:
    """A column's name without case, spaces and signs."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def shortened(names: Iterable[str]) -> tuple[str, ...]:
    """The names, those that differ in one number only as one: Goal1Name and Goal2Name are Goal#Name."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(_NUMBER.sub("#", name), []).append(name)
    return tuple(pattern if len(found) > 1 else found[0] for pattern, found in alike.items())


def _column(known: Known, header: Sequence[str], file: str) -> str | None:
    """The file's name of a known column; None where it lacks it."""
    wanted = {plain(spelling) for spelling in known.spellings}
    there = [name for name in header if plain(name) in wanted]
    if len(there) > 1:
        raise UnreadableData(
            f"columns '{there[0]}' and '{there[1]}' mean the same", file, "keep the one that the export is to use"
        )
    return there[0] if there else None
