"""Headers: the columns of a table's files, read without reading the rows."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cbe_analysis.errors import UnreadableData
from cbe_analysis.load.folder import Files, reading
from cbe_analysis.tables import TABLES

ROW_NUMBER, PLACED = "row_number", "placed_"
_HEAD = 1 << 20  # bytes in which a header and the first row must fit
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
SAVE = "save it as CSV UTF-8 with commas"


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table as its files have them.

    Parameters
    ----------
    columns
        Column -> its name in the file. Declared columns have their declared spelling, the others the file's own.
    stored
        Column -> DuckDB's type of it in the file; VARCHAR throughout a CSV file.
    has_rows
        False when there is a header and nothing else.
    """

    columns: Mapping[str, str]
    stored: Mapping[str, str]
    has_rows: bool


def csv_header(files: Files) -> Header:
    """The header of a CSV file.

    Raises
    ------
    UnreadableData
        When the file is empty, not UTF-8 text, not separated by commas, or its header does not name every column once.
    """
    file = files.paths[0]
    lines = csv.reader(io.StringIO(_head(file), newline=""), strict=True)
    names = _first(lines, file)
    if not any(name.strip() for name in names):
        raise UnreadableData(
            "the first line does not name the columns", file.name, "put the header into the first line"
        )
    _check_separator(names, file)
    columns = named(names, files)
    return Header(columns, dict.fromkeys(columns, "VARCHAR"), any(_rest(lines)))


def named(names: Sequence[str], files: Files) -> dict[str, str]:
    """Column -> its name in the file, in the order of the file.

    Raises
    ------
    UnreadableData
        When a name is empty, unprintable, there twice, or kept for what the kit adds. The message gives positions: a
        file without a header has students' values in its first line.
    """
    declared = {column.name: column.name for column in TABLES[files.table].columns}
    columns: dict[str, str] = {}
    for position, name in enumerate(names, start=1):
        plain = name.strip()
        column = declared.get(plain.lower(), plain)
        fault = _fault(column, columns)
        if fault:
            shown = f" '{column}'" if column in declared else ""
            raise UnreadableData(
                f"column {position}{shown} {fault}",
                files.shown,
                "give every column a name of its own in the first line",
            )
        columns[column] = name
    return columns


def missing(files: Files, columns: Mapping[str, str]) -> list[str]:
    """The required columns that the header lacks."""
    return [c.name for c in TABLES[files.table].columns if c.required and c.name not in columns]


def _fault(column: str, before: Mapping[str, str]) -> str:
    if not column:
        return "has no name"
    if not column.isprintable():
        return "has a name that cannot be printed"
    if column.lower() in {name.lower() for name in before}:
        return "has the name of another one"
    if column.lower() == ROW_NUMBER or column.lower().startswith(PLACED):
        return f"has a name that is kept for the kit ({ROW_NUMBER}, {PLACED}...)"
    return ""


def _head(file: Path) -> str:
    """The beginning of the file as text, without a byte-order mark."""
    with reading(file) as stream:
        start = stream.read(_HEAD)
    check_bytes(start, file, 0)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        text = decoder.decode(start, final=len(start) < _HEAD)
    except UnicodeDecodeError as e:
        raise undecodable(file, start[: e.start].count(b"\n") + 1) from None
    if not text.strip():
        raise UnreadableData("the file is empty", file.name, "export it again, with the header in the first line")
    return text


def check_bytes(chunk: bytes, file: Path, offset: int) -> None:
    """Refuse what is not text: UTF-16, and anything with NUL bytes."""
    if offset == 0 and chunk.startswith(_WIDE_MARKS):
        raise UnreadableData("the file is written in UTF-16 or UTF-32", file.name, SAVE)
    if b"\0" in chunk:
        raise UnreadableData("the file holds NUL bytes: it is binary, or written in UTF-16", file.name, SAVE)


def undecodable(file: Path, line: int) -> UnreadableData:
    """The error for bytes that are not UTF-8."""
    return UnreadableData(f"line {line} holds bytes that are not UTF-8 text", file.name, SAVE)


def _first(lines: Iterator[list[str]], file: Path) -> list[str]:
    try:
        return next(lines)
    except (csv.Error, StopIteration):
        raise UnreadableData("the first line cannot be read as CSV", file.name, SAVE) from None


def _rest(lines: Iterator[list[str]]) -> Iterator[bool]:
    """True for a line that holds anything; what cannot be read is there all the same."""
    try:
        for line in lines:
            yield bool(line)
    except csv.Error:
        yield True


def _check_separator(names: list[str], file: Path) -> None:
    for mark, word in _SEPARATORS.items():
        if len(names) == 1 and mark in names[0]:
            raise UnreadableData(f"the columns are separated by {word}", file.name, SAVE)
