"""What a check is: the expectation that Great Expectations judges, and the SQL that finds the rows that break it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from cbe_analysis.load.cells import plain, read
from cbe_analysis.policy import Policy
from cbe_analysis.tables import Column
from cbe_analysis.tables.quoting import identifier

Severity = Literal["critical", "warning"]


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation of Great Expectations on one column of the frame that it judges.

    Parameters
    ----------
    kind
        The class in `great_expectations.expectations`.
    column
        Column of the judged frame.
    arguments
        Further keywords of that class.
    """

    kind: str
    column: str
    arguments: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """What a finding says, what it would distort, and how to mend it; never a value."""

    says: str
    distorts: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold in a table.

    Parameters
    ----------
    id
        Its short name, as in findings: "type", "duplicate_key" ...
    columns
        The columns that it is about.
    expectations
        The check holds when Great Expectations finds all of them met.
    rows
        SQL giving `row_number` of every row that breaks it. It may read `raw` (the table as text) and the relations
        named in `reads`.
    counted
        True when the rows are counted in DuckDB and the count is judged; False when the distinct values are judged.
    reads
        Other tables as text, or what sources.py names ("years", "spells" ...), that the SQL needs.
    suspicion
        SQL giving one number, cheap to find, that is 0 only when no row breaks the check; empty for none.
    details
        SQL giving texts that say where the rows at fault are; asked for only when there are any.
    groups
        SQL of a check on groups of rows (a school's term), in place of `rows`: one row per group with `faulty`, `held`
        (rows of the table in it) and `said` (what is wrong there, unless `details` say it). Never a student's value,
        nor the mean of fewer students than may be shown.
    """

    id: str
    table: str
    columns: tuple[str, ...]
    severity: Severity
    words: Words = field(repr=False)
    rows: str = field(repr=False)
    expectations: tuple[Expectation, ...] = field(default=(), repr=False)
    counted: bool = False
    reads: tuple[str, ...] = ()
    suspicion: str = field(default="", repr=False)
    details: str = field(default="", repr=False)
    groups: str = field(default="", repr=False)

    @property
    def key(self) -> str:
        """The check's name within its table."""
        return f"{self.id} {' '.join(self.columns)}"


@dataclass(frozen=True, slots=True)
class Known:
    """What a check may rely on.

    Parameters
    ----------
    tables
        Table of the folder -> its columns.
    """

    tables: Mapping[str, frozenset[str]]
    policy: Policy

    def has(self, table: str, *columns: str) -> bool:
        """Whether the folder holds the table, with these columns."""
        return table in self.tables and self.tables[table].issuperset(columns)


ROWS = ":rows"  # in SQL: the number of rows of the table
NO_ROWS = "SELECT row_number FROM raw WHERE false"  # what a check on groups has in place of rows


def counted(check: Check) -> Check:
    """The check, to be judged by its number of offending rows or groups, which must be 0."""
    nothing = Expectation("ExpectColumnValuesToBeBetween", check.key, (("min_value", 0), ("max_value", 0)))
    return replace(check, expectations=(nothing,), counted=True)


def as_date(column: str) -> str:
    """SQL for the column as a date; NULL where it is not one."""
    return read(identifier(column), "date")


def as_number(column: str) -> str:
    """SQL for the column as a number; NULL where it is not one."""
    return read(identifier(column), "number")


def comparable(column: Column) -> str:
    """SQL for the column as text in which equal values read alike (5 and 05 in a grade); ids as they stand."""
    name = identifier(column.name)
    return name if column.type == "text" else f"coalesce({plain(read(name, column.type), column.type)}, {name})"
