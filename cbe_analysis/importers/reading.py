"""Foreign text files as rows of text: every cell as it stands in the file, nothing guessed."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pandas as pd

from cbe_analysis.errors import UnreadableData
from cbe_analysis.importers.account import LeftOut, Remark
from cbe_analysis.importers.places import plain_files
from cbe_analysis.load.header import SAVE
from cbe_analysis.load.soundness import check_text

LARGEST = 1 << 30  # bytes of one file; more than a district's year, and what fits into memory
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
MOST_COLUMNS = 5_000  # of one file; the widest export known has some 900
_AT_ONCE = 50_000  # rows; what is held as lists, which take ten times their text
_MOST_NAMED = 5
_SPREADSHEET_TEXT = r'^="(.*)"$'  # how some exports keep a spreadsheet from eating leading zeros
_SPREADSHEET_NUMBER = r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+"


@dataclass(frozen=True, slots=True)
class Rows:
    """The records of one text file.

    Parameters
    ----------
    file
        Its name, for messages.
    frame
        One row per record, columns named as in the header; cells are text without surrounding spaces, "" where empty.
        Its index counts the records of the file from 1, so that a message can say which.
    records
        Records of the file; the frame lacks those left out.
    header
        The columns of the file, those that were not asked for among them.
    left_out
        Records with more fields than the header: which field is which cannot be known.
    remarks
        What was put right on the way.
    """

    file: str
    frame: pd.DataFrame = field(repr=False)
    records: int
    header: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    remarks: tuple[Remark, ...] = ()


def read_rows(
    file: Path,
    *,
    separators: Sequence[str] = (",",),
    encoding: str = "utf-8",
    ragged: bool = False,
    only: Collection[str] | None = None,
) -> Rows:
    """The records of a delimited text file with a header.

    Parameters
    ----------
    file
        A plain file; a byte-order mark is accepted.
    separators
        What may separate the columns; the one that the header has most often is taken.
    encoding
        "utf-8", or the one that the caller was told of: "cp1252", "utf-16".
    ragged
        True where the format is known for rows of uneven length: fields missing at the end are read as empty, with a
        remark, and rows with more fields than the header are left out, with their count. Otherwise both are errors.
    only
        The columns to be kept in memory; None for all.

    Raises
    ------
    UnreadableData
        When the file is empty, too large, not text in that encoding, has NUL bytes, a header that does not name every
        column once, quotation marks that are not closed, or ragged rows that are not allowed.
    """
    (file,) = plain_files(file)
    if file.stat().st_size > LARGEST:
        raise UnreadableData(
            f"the file is larger than {LARGEST >> 30} GB", file.name, "export it in parts: one file for each year"
        )
    if encoding == "utf-8":
        check_text(file)
    with file.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as stream:
        try:
            return _Reading(file.name, ragged, only).rows(_lines(stream, separators, file.name))
        except UnicodeError:
            raise UnreadableData(f"the file is not written in {encoding}", file.name, SAVE) from None
        except csv.Error:
            raise UnreadableData(
                "the rows cannot be told apart: a quotation mark that is not closed, or a field of more than "
                f"{csv.field_size_limit():,} characters",
                file.name,
                SAVE,
            ) from None


def check_ids(ids: pd.Series, file: str) -> None:
    """Nothing, when no id was ruined by a spreadsheet.

    Raises
    ------
    UnreadableData
        When ids are written like 6.05E+05: the digits that are gone cannot be brought back.
    """
    ruined = ids.str.fullmatch(_SPREADSHEET_NUMBER)
    if ruined.any():
        raise UnreadableData(
            f"{int(ruined.sum())} ids are written as rounded numbers, first in {_named(ids.index[ruined])}",
            f"{file}, column '{ids.name}'",
            "export the file again and do not open it in a spreadsheet, which rounds long ids",
        )


def _lines(stream: Iterator[str], separators: Sequence[str], file: str) -> Iterator[list[str]]:
    """The fields of each line that is not blank."""
    first = next(stream, "")
    while first and not first.strip():
        first = next(stream, "")
    if not first:
        raise UnreadableData("the file is empty", file, "export it again, with the header in the first line")
    separator = max(separators, key=first.count)
    if not first.count(separator):
        for mark, word in SEPARATORS.items():
            if mark in first:
                raise UnreadableData(f"the columns are separated by {word}", file, SAVE)
    lines = csv.reader(_again(first, stream), delimiter=separator, strict=True)
    return (line for line in lines if any(field.strip() for field in line))


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


@dataclass(slots=True)
class _Reading:
    """One pass over the lines of a file."""

    file: str
    ragged: bool
    only: Collection[str] | None = None
    short: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)

    def rows(self, lines: Iterator[list[str]]) -> Rows:
        names = [_one_line(name) for name in next(lines, [])]
        while names and not names[-1]:  # separators at the end of the header
            names.pop()
        _check_names(names, self.file)
        parts, records = [], 0
        while batch := list(islice(lines, _AT_ONCE)):
            parts.append(self._part(batch, names, records))
            records += len(batch)
        self._refuse_ragged()
        kept = [name for name in names if self.only is None or name in self.only]
        frame = pd.concat(parts) if parts else pd.DataFrame({name: pd.Series(dtype="str") for name in kept})
        freed = _free_spreadsheet_text(frame)
        remarks = (
            Remark(not records, f"file {self.file} has a header and no rows"),
            Remark(len(self.short), f"rows of {self.file} with fewer fields than the header, the rest read as empty"),
            Remark(freed, f'cells of {self.file} written ="..." to keep a spreadsheet off, read without it'),
        )
        left_out = (LeftOut(len(self.long), "more fields than the header"),) if self.long else ()
        return Rows(self.file, frame, records, tuple(names), left_out, tuple(r for r in remarks if r.count))

    def _part(self, batch: list[list[str]], names: list[str], before: int) -> pd.DataFrame:
        """The lines as a frame; the uneven ones are noted."""
        width = len(names)
        places = [place for place, name in enumerate(names) if self.only is None or name in self.only]
        kept, numbers = [], []
        for number, line in enumerate(batch, start=before + 1):
            if len(line) < width:
                self.short.append(number)
                line = line + [""] * (width - len(line))
            elif any(extra.strip() for extra in line[width:]):
                self.long.append(number)
                continue
            kept.append([line[place].strip() for place in places])
            numbers.append(number)
        columns = [names[place] for place in places]
        return pd.DataFrame(kept, columns=columns, index=pd.Index(numbers, dtype="int64"), dtype="str")

    def _refuse_ragged(self) -> None:
        uneven = sorted([*self.short, *self.long])
        if uneven and not self.ragged:
            raise UnreadableData(
                f"{len(uneven)} rows do not have the fields of the header, first {_named(uneven)}",
                self.file,
                "mend the export: fields that hold separators, quotation marks or line breaks must be quoted",
            )


def _one_line(name: str) -> str:
    """The name of a column; one with a line break in it, as spreadsheets make them, on one line."""
    plain = name.strip()
    return plain if plain.isprintable() else " ".join(plain.split())


def _check_names(names: list[str], file: str) -> None:
    """Refuse a header with faults; by position, as a file without a header has students' values there."""
    if len(names) > MOST_COLUMNS:
        raise UnreadableData(
            f"the header names more than {MOST_COLUMNS:,} columns", file, "export only the columns that are needed"
        )
    seen: set[str] = set()
    for position, name in enumerate(names, start=1):
        fault = ""
        if not name:
            fault = "has no name"
        elif not name.isprintable():
            fault = "has a name that cannot be printed"
        elif name.casefold() in seen:
            fault = "has the name of another one"
        if fault:
            raise UnreadableData(
                f"column {position} {fault}", file, "give every column a name of its own in the first line"
            )
        seen.add(name.casefold())
    if not names:
        raise UnreadableData("the first line does not name the columns", file, "put the header into the first line")


def _free_spreadsheet_text(frame: pd.DataFrame) -> int:
    """How many cells written ="..." were freed of it, in place."""
    freed = 0
    for name in frame.columns:
        wrapped = frame[name].str.startswith('="')
        if wrapped.any():
            freed += int(wrapped.sum())
            frame[name] = frame[name].str.replace(_SPREADSHEET_TEXT, r"\1", regex=True)
    return freed


def _named(rows: Sequence[int] | pd.Index) -> str:
    """The first rows by number."""
    numbers = [str(number) for number in rows[:_MOST_NAMED]]
    return f"{'row' if len(numbers) == 1 else 'rows'} {', '.join(numbers)}"
