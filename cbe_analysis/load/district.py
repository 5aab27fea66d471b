"""A district: its tables, its policy and, once validated, its findings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis.errors import UsageError
from cbe_analysis.load import dates
from cbe_analysis.load.findings import Findings
from cbe_analysis.load.fingerprint import Fingerprint, key_file, read_key
from cbe_analysis.load.moment import moment
from cbe_analysis.load.query import over
from cbe_analysis.load.reader import Reader, open_folder
from cbe_analysis.load.view import View
from cbe_analysis.load.where import Condition, Where, conditions
from cbe_analysis.policy import Policy, read_policy
from cbe_analysis.policy.clock import Clock
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.declare import Type
from cbe_analysis.tables.quoting import identifier

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyRelation

    from cbe_analysis.indicators.declare import Relation

DISTRICT = "CBE_DISTRICT"
LOOKS = (2048, None)  # rows to look at, until one is found that meets a condition


@dataclass(frozen=True)
class District:
    """A district's data, read when asked for.

    Tables come as DuckDB relations. A relation gives its rows when they are asked for; it can be filtered, aggregated
    and selected from before that, and DuckDB then reads only the columns and rows needed. A small table is read once
    and kept. Files that change while a district is in use are an error.

    Parameters
    ----------
    folder
        Where the data are.
    findings
        None until the district was validated.
    """

    folder: Path
    policy: Policy
    findings: Findings | None = None
    _reader: Reader = field(repr=False, compare=False, kw_only=True)
    _view: View = field(repr=False, compare=False, kw_only=True)

    @property
    def tables(self) -> tuple[str, ...]:
        """The canonical tables that can be read, in the order of their declarations; `levels` may be derived."""
        return tuple(name for name in TABLES if name in self._reader.sources)

    @property
    def files(self) -> tuple[str, ...]:
        """The tables that stand in files."""
        return tuple(name for name in self.tables if self._reader.sources[name].files.paths)

    @property
    def placeable(self) -> tuple[str, ...]:
        """The columns, besides a table's own, that rows can be filtered and grouped by."""
        return self._view.placeable

    @property
    def clock(self) -> Clock:
        """The school-year clock, with its warnings."""
        return self._view.clock

    def rests_on(self, tables: Iterable[str]) -> tuple[str, ...]:
        """The tables whose files are read for these: a derived table's rows come from others."""
        found: dict[str, None] = {}
        for table in tables:
            found |= dict.fromkeys(made.reads if (made := self._reader.derivation(table)) else (table,))
        return tuple(found)

    def origin(self, table: str) -> str:
        """How a table came to be, in a clause, where there was a choice; empty where there was none."""
        made = self._reader.derivation(table)
        could = self._reader.derivations.get(table)
        return made.says if made else f"{table} as exported, not derived from {could.rated}" if could else ""

    @property
    def filled(self) -> tuple[str, ...]:
        """The tables that hold a row: a header alone is as good as no table."""
        rows = self._reader.sources
        return tuple(name for name in self.tables if rows[name].header.has_rows or self._reader.derivation(name))

    def columns(self, table: str) -> dict[str, Type]:
        """Column -> type of the columns in a table's files: as declared, or what all cells of an extra column are."""
        return self._reader.types(table)

    def table(self, name: str, columns: Sequence[str] | None = None, where: Where = ()) -> DuckDBPyRelation:
        """The typed rows of a table that meet the conditions on its own columns.

        A cell that is not of its column's type is unknown here, like an empty one.

        Parameters
        ----------
        columns
            Which columns; None for all. A declared column that the files lack is there, and unknown throughout.

        Raises
        ------
        UsageError
            When the table was not loaded, or a column or condition does not fit it.
        UnreadableData
            When its files cannot be read to their end, or have changed since they were loaded.
        """
        return self._reader.relation(self._view.own_rows(name, columns, conditions(where)))

    def raw(self, name: str) -> DuckDBPyRelation:
        """The rows of a table as text, with `row_number`: the first row under the header is 1."""
        return self._reader.relation(self._reader.text(name))

    def placed(
        self, table: str, where: Where = (), factors: Sequence[str] = (), *, marked: bool = False
    ) -> DuckDBPyRelation:
        """The rows of a table that meet the conditions, with where their students were at the time.

        Besides the table's own columns: `placed_school_id` (text; "(unplaced)" where no enrollment holds),
        `placed_grade`, `placed_school_year` (whole numbers, unknown where none holds), and `placed_<factor>` for each
        factor (text; "(unplaced)" for a factor of enrollments where none holds).

        Parameters
        ----------
        where
            May name columns of the table, of `placeable`, and of `targets` where the rows have a target.
        factors
            Columns of `placeable`.
        marked
            Keep all rows; `placed_asked` then says which meet the conditions.
        """
        return self._reader.relation(self._placed(table, where, factors, marked=marked))

    def meets(self, table: str, where: Where) -> bool:
        """Whether a row of a table meets the conditions, which may name what those of `placed` may.

        The first rows are looked at by themselves: mostly one of them does, and no other needs to be placed.
        """
        return any(
            self._reader.rows(f"SELECT 1 FROM ({self._placed(table, where, (), most=n)}) LIMIT 1") for n in LOOKS
        )

    def place(
        self,
        rows: Relation | pd.DataFrame,
        *,
        date: str | tuple[str, str] | None = None,
        columns: Sequence[str] = (),
    ) -> DuckDBPyRelation:
        """Any rows with where their students were, as in `placed`; `placed_` columns they have already are made anew.

        Parameters
        ----------
        rows
            With student_id, and with a date, a first and a last date, or a school_year; a school_id among the columns
            decides between schools attended at once.
        date
            The column of the date, or those of a window's first and last date. None: `date`, else `first_date` and
            `last_date`, else `school_year`.
        columns
            Further columns of `placeable`.
        """
        names = [str(name) for name in rows.columns]
        when = moment("", names)
        if date is not None:
            days = (date,) if isinstance(date, str) else date
            when = replace(when, kind="day" if len(days) == 1 else "window", days=days, years=())
        query = self._view.placed_rows(identifier(self._reader.name(rows)), names, when, columns)
        return self._reader.relation(query)

    def strays(self, column: str) -> int:
        """How many words of a subgroup's column count as unknown, for they could be names typed there by mistake."""
        return self._view.strays.count(column)

    def conditions(self, table: str, where: Where) -> tuple[Condition, ...]:
        """The conditions on a placed table in their one canonical spelling, sorted.

        Raises
        ------
        UsageError
            When a name is unknown or could mean two columns, or a value is not of its column's type.
        """
        return tuple(bound.condition for bound in self._view.scope(table).bind(conditions(where)))

    def values(self, table: str, name: str) -> tuple[str, ...]:
        """The different values, in order, of a column that conditions on a table may name; internal, as all data are.

        Raises
        ------
        UsageError
            When the name is unknown or could mean two columns.
        """
        return tuple(str(value) for (value,) in self._reader.rows(self._view.values(table, name)))

    def levels(self, name: str, where: Where = ()) -> tuple[str | None, ...]:
        """The values of a column of `placeable` that students of the district have, and that meet conditions on it.

        Unknown comes last, as None.
        """
        return tuple(value for (value,) in self._reader.rows(self._view.levels(name, conditions(where))))

    def fingerprint(
        self, reads: Mapping[str, Sequence[str] | None], where: Where = (), *, key: Path | None = None
    ) -> str:
        """What the data read were: 64 hexadecimal digits, the same for the same rows in any order and format.

        Parameters
        ----------
        reads
            Table -> the columns read, None for all. The first table is the main one, to which `where` applies.
        key
            The file of the secret key, made when there is none. None: CBE_KEY_FILE, else reports/internal/key.
        """
        print_of = Fingerprint(read_key(key or key_file()))
        for position, (table, columns) in enumerate(reads.items()):
            limited = position == 0 and conditions(where)
            print_of.read(self._reader, table, columns, self._placed(table, where, ()) if limited else None)
        return print_of.hexadecimal()

    def as_of(self, tables: Iterable[str]) -> date:
        """The date that the data stand for: the policy's, else the latest observed one in the tables.

        Dates of `calendar` and `closures`, and days on which something ends, do not count. Tables without dates: the
        last day of their latest school year.

        Raises
        ------
        UsageError
            When there is none.
        """
        names = self.rests_on(tables)  # month ends of derived levels were not observed
        return self.policy.as_of or dates.standing(self._view, names)

    def since(self, tables: Iterable[str]) -> date | None:
        """The first date by which as many students were observed as may be shown; None where that never is."""
        return dates.earliest(self._reader, list(tables), self.policy.minimum_n)

    def sql(self, query: str, **relations: Relation | pd.DataFrame) -> DuckDBPyRelation:
        """The relation that a query gives over named relations or data frames.

        Parameters
        ----------
        query
            One SELECT; values in it must be constants, written with `tables.quoting` where they come from outside.
        """
        names = {name: self._reader.name(rows) for name, rows in relations.items()}
        return self._reader.relation(over(query, names))

    def with_findings(self, findings: Findings) -> District:
        """The same district, validated."""
        return replace(self, findings=findings)

    def _placed(
        self, table: str, where: Where, factors: Sequence[str], *, marked: bool = False, most: int | None = None
    ) -> str:
        as_of = self.as_of(["enrollments"]) if table == "students" else None
        return self._view.placed(table, conditions(where), factors, as_of=as_of, marked=marked, most=most)


def load(folder: Path | str) -> District:
    """The district whose tables are in a folder: CSV or Parquet files named after the tables, and district.toml.

    Headers are read now, rows when they are asked for.

    Parameters
    ----------
    folder
        Empty text: the folder that CBE_DISTRICT names, as in a lab that was opened on a district.

    Raises
    ------
    UsageError
        When the text is empty and CBE_DISTRICT names no folder.
    UnreadableData
        When the folder cannot be read as a district: it is not there; students, schools or enrollments are missing; a
        file is unreadable, empty or undecodable; a required column is missing; district.toml is wrong.
    """
    named = folder if folder != "" else os.environ.get(DISTRICT, "")
    if named == "":
        raise UsageError("no district is named", "load", "give its folder, or open the lab on it: cbe lab DIR")
    path = Path(named)
    reader = open_folder(path)
    policy = read_policy(reader.folder.path)
    reader.derive_levels(policy.level_rule)
    return District(path, policy, _reader=reader, _view=View(reader, policy))
