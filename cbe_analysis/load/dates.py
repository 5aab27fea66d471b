"""The date that the data stand for: never the clock of the machine."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from cbe_analysis.load.reader import Reader
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.quoting import identifier

NOT_OBSERVED = ("calendar", "closures")  # plans, made before the days come
ENDS = ("exit_date", "end_date")  # may lie ahead


def latest(reader: Reader, tables: Iterable[str]) -> date | None:
    """The latest observed date in the tables; None where they hold none."""
    found = [_latest_of(reader, table) for table in tables if table not in NOT_OBSERVED]
    return max((day for day in found if day is not None), default=None)


def earliest(reader: Reader, tables: Iterable[str]) -> date | None:
    """The earliest date on which something was observed in the tables; None where they hold none.

    Only columns called `date` count: a birth or an entry lies before the data begin.
    """
    there = [t for t in tables if t not in NOT_OBSERVED and "date" in reader.source(t).header.columns]
    days = [reader.rows(f"SELECT min(date) FROM ({reader.typed(table, ['date'])})")[0][0] for table in there]
    return min((day for day in days if isinstance(day, date)), default=None)


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
