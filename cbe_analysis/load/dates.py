"""The date that the data stand for: never the clock of the machine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from cbe_analysis.errors import UsageError
from cbe_analysis.load.reader import Reader
from cbe_analysis.load.view import View
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.quoting import identifier

NOT_OBSERVED = ("calendar", "closures")  # plans, made before the days come
ENDS = ("exit_date", "end_date")  # may lie ahead


def standing(view: View, tables: Sequence[str]) -> date:
    """The latest observed date in the tables; where they hold none, the last day of their latest school year.

    Raises
    ------
    UsageError
        When they hold no school year either.
    """
    if day := latest(view.reader, tables):
        return day
    if year := latest_year(view.reader, tables):
        return view.clock.year(year).last_day
    raise UsageError("the data hold no date", ", ".join(tables), "set as_of in district.toml")


def latest(reader: Reader, tables: Iterable[str]) -> date | None:
    """The latest observed date in the tables; None where they hold none."""
    found = [_latest_of(reader, table) for table in tables if table not in NOT_OBSERVED]
    return max((day for day in found if day is not None), default=None)


def earliest(reader: Reader, tables: Iterable[str], enough: int = 1) -> date | None:
    """The earliest date on which something was observed in the tables; None where they hold none.

    Only columns called `date` count: a birth or an entry lies before the data begin.

    Parameters
    ----------
    enough
        By that date, something was observed of so many students; in a table without students, in so many rows.
    """
    there = [t for t in tables if t not in NOT_OBSERVED and "date" in reader.source(t).header.columns]
    days = [day for table in there if (day := _earliest_of(reader, table, enough))]
    return min(days, default=None)


def _earliest_of(reader: Reader, table: str, enough: int) -> date | None:
    """The date of the student who is the last of enough, by the first date of each."""
    student = "student_id" in reader.source(table).header.columns
    rows = reader.typed(table, ["student_id", "date"] if student else ["date"])
    first = "SELECT min(date) AS day FROM rows GROUP BY student_id" if student else "SELECT date AS day FROM rows"
    dated = f"SELECT day FROM ({first}) WHERE day IS NOT NULL ORDER BY day LIMIT 1 OFFSET {enough - 1}"
    found = reader.rows(f"WITH rows AS ({rows}) {dated}")
    return found[0][0] if found and isinstance(found[0][0], date) else None


def latest_year(reader: Reader, tables: Iterable[str]) -> int | None:
    """The latest school year in the tables; None where they name none."""
    years = []
    for table in tables:
        if "school_year" in reader.source(table).header.columns:
            [(year,)] = reader.rows(f"SELECT max(school_year) FROM ({reader.typed(table, ['school_year'])})")
            years.append(year)
    return max((year for year in years if year is not None), default=None)


def _latest_of(reader: Reader, table: str) -> date | None:
    days = [c.name for c in TABLES[table].columns if c.type == "date" and c.name not in ENDS]
    there = [name for name in days if name in reader.source(table).header.columns]
    if not there:
        return None
    latest_days = ", ".join(f"max({identifier(name)})" for name in there)
    [row] = reader.rows(f"SELECT {latest_days} FROM ({reader.typed(table, there)})")
    return max((day for day in row if isinstance(day, date)), default=None)
