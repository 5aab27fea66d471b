"""How a canonical table is declared: once, for the reader, the suites, the dictionary and the importers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "integer", "number", "boolean", "date", "month"]
Reveals = Literal["", "person", "group", "school", "record", "trait", "detail", "anything", "nobody"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a canonical table.

    Parameters
    ----------
    name, type
        A "month" is text YYYY-MM; a "boolean" is written true/false.
    meaning
        One line, for the data dictionary.
    required
        A required column must be in the file and filled in every row.
    unit
        Unit of a number, in words.
    allowed
        The closed set of values; empty means open.
    usual
        The documented values of an open set: others are kept, and reported as a warning.
    minimum, maximum
        Inclusive range of a number.
    references
        "table.column" of the parent; optional parents are checked only when their table is there.
    personal
        True when the value identifies a person (an id, a month of birth).
    reveals
        What the value tells an outsider who gets the rows. Which "person" it is, which "group" of people who learn or
        work together, which "school", which "record" of the system that it comes from; a "trait" by which people may be
        known; a "detail" of a person that no indicator reads; "anything", for somebody wrote it freely; or of "nobody".
        Every text has one; a date or number may go without, which is no more than the type says.
    """

    name: str
    type: Type
    meaning: str
    required: bool = False
    unit: str = ""
    allowed: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    references: str = ""
    personal: bool = False
    reveals: Reveals = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A canonical table: one CSV or Parquet file of a district's folder.

    Parameters
    ----------
    row
        What one row is: "a student in a school for a spell".
    key
        Columns that together name a row; may include optional columns, whose emptiness counts as a value.
    required
        True for the tables without which a folder is not a district.
    spell
        First and last date of what a row describes, both inclusive: the first may not lie after the last.
    either
        Columns of which each row fills at least one.
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False
    spell: tuple[str, str] | None = None
    either: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(c.name == name for c in self.columns)
