"""What checks read: the tables as text, and what the clock, the spells and the calendar say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cbe_analysis.tables import TABLES
from cbe_analysis.tables.quoting import identifier
from cbe_analysis.validate.checks import ROWS, Check
from cbe_analysis.validate.shares import shares

if TYPE_CHECKING:
    from cbe_analysis.load import District

MOST_ROWS = 10
MOST_DETAILS = 8
LONGEST_TERM = 400  # days: a longer one is a mistyped date


@dataclass(frozen=True, slots=True)
class Offence:
    """What breaks a check.

    Parameters
    ----------
    judged
        The number that must be 0: of rows, or of groups.
    count
        Rows at fault, or in the groups at fault.
    first_rows
        The first row numbers; empty for groups.
    details
        Where it is, in words.
    """

    judged: int
    count: int
    first_rows: tuple[int, ...] = ()
    details: tuple[str, ...] = ()


class Sources:
    """The relations that checks read, each made once.

    - `years`: school_year, first_day, last_day of the years that enrollments or calendar name, and of their neighbours.
    - `spells`: student_id, first_day, last_day: stretches of days on which a student is enrolled somewhere.
    - `stays`: student_id, school_id, school_year, grade, first_day, last_day: usable enrollments, open ends closed.
    - `terms`: school_year, place (1 for the first of the year), title, first_day, last_day: the longest terms within a
      year that the calendar tells; halves of years that it lacks.
    - `shares`: factor, school_year, word, students, everyone: subgroups of enrolled students by school year.
    - `typed`: the table's declared columns in their types, without row numbers: quicker than text.
    """

    def __init__(self, district: District) -> None:
        self.district = district
        self.sizes: dict[str, int] = {}
        self._texts: dict[str, Any] = {}

    def named(self, reads: Sequence[str], table: str) -> dict[str, Any]:
        """`raw`, the table as text, and the relations that a check reads."""
        return {"raw": self._text(table), **{name: self._source(name, table) for name in reads}}

    def offence(self, check: Check) -> Offence:
        """What breaks the check, counted."""
        relations = self.named(check.reads, check.table)

        def ask(query: str) -> list[Any]:
            whole = query.replace(ROWS, str(self._size(check.table))) if ROWS in query else query
            return self.district.sql(whole, **relations).fetchall()

        if check.suspicion and not ask(check.suspicion)[0][0]:
            return Offence(0, 0)
        if check.groups:
            found = [row for row in ask(_GROUPS.format(check.groups)) if row[0]]
            lines = [said for (said,) in ask(check.details)] if found and check.details else [s for *_, s in found]
            return Offence(len(found), sum(held for _, held, _ in found), (), _told(lines))
        [(count, first)] = ask(_ROWS.format(check.rows))
        details = ask(check.details) if count and check.details else ()
        return Offence(int(count), int(count), tuple(int(n) for n in first or ()), _told([said for (said,) in details]))

    def _source(self, name: str, table: str) -> Any:
        ask = self.district.sql
        if name in _MADE_BY_THE_CLOCK:
            _ = self.district.clock  # makes the tables of load.spells
            return ask(_MADE_BY_THE_CLOCK[name])
        if name == "typed":
            return self.district.table(table, [c.name for c in TABLES[table].columns])
        if name == "terms":
            return self._terms()
        return shares(self.district) if name == "shares" else self._text(name)

    def _size(self, table: str) -> int:
        if table not in self.sizes:
            [(rows,)] = self.district.raw(table).aggregate("count(*)").fetchall()
            self.sizes[table] = int(rows)
        return self.sizes[table]

    def _terms(self) -> Any:
        years = self._source("years", "")
        if "calendar" not in self.district.tables:
            return self.district.sql(_HALVES, years=years)
        names = ["school_id", "term_id", "school_year", "kind", "start_date", "end_date"]
        return self.district.sql(_TERMS, years=years, calendar=self.district.table("calendar", names))

    def _text(self, table: str) -> Any:
        """The declared columns as text; an extra column might bear a name that a check uses for itself."""
        if table not in self._texts:
            declared = [c.name for c in TABLES[table].columns if c.name in self.district.columns(table)]
            columns = ", ".join(identifier(name) for name in declared)
            rows = self.district.sql(f"SELECT row_number, {columns} FROM raw", raw=self.district.raw(table))
            self._texts[table] = rows
        return self._texts[table]


_ROWS = f"SELECT count(*), min(row_number, {MOST_ROWS}) FROM ({{}})"
_GROUPS = "SELECT faulty, coalesce(held, 0)::BIGINT, coalesce(said, '') FROM ({})"
_MADE_BY_THE_CLOCK = {
    "years": "SELECT school_year, first_day, last_day FROM placement_years",
    "spells": "SELECT student_id, placed_first_day AS first_day, placed_last_day AS last_day FROM placement_held "
    "WHERE placed_last_day >= placed_first_day",
    "stays": "SELECT student_id, school_id, school_year, grade, entry_date AS first_day, placed_last_day AS last_day "
    "FROM placement_enrolled",
}


_HALF = "first_day + CAST((last_day - first_day) // 2 AS INTEGER)"
_HALVES = f"""
    SELECT school_year, 1 AS place, school_year || ', first half' AS title, first_day, {_HALF} AS last_day FROM years
    UNION ALL SELECT school_year, 2, school_year || ', second half', {_HALF} + 1, last_day FROM years"""
_TERMS = f"""
    WITH sized AS (
        SELECT *, CASE kind WHEN 'semester' THEN 1 WHEN 'trimester' THEN 2 WHEN 'quarter' THEN 3 ELSE 4 END AS size
        FROM calendar WHERE end_date - start_date BETWEEN 0 AND {LONGEST_TERM} AND school_year IS NOT NULL
    ), bounded AS (
        SELECT school_year, term_id, coalesce(min(start_date) FILTER (school_id IS NULL), min(start_date)) AS first_day,
            coalesce(max(end_date) FILTER (school_id IS NULL), max(end_date)) AS last_day
        FROM sized WHERE (school_year, size) IN (SELECT (school_year, min(size)) FROM sized GROUP BY school_year)
        GROUP BY ALL
    )
    SELECT school_year, row_number() OVER (PARTITION BY school_year ORDER BY first_day, last_day) AS place,
        coalesce(min(term_id), 'term') AS title, first_day, last_day
    FROM bounded GROUP BY school_year, first_day, last_day
    UNION ALL SELECT * FROM ({_HALVES}) WHERE school_year NOT IN (SELECT school_year FROM bounded)"""


def _told(lines: Sequence[str]) -> tuple[str, ...]:
    """The first lines, without what does not print, and how many more there are."""
    shown = tuple("".join(c for c in line if c.isprintable()) for line in lines[:MOST_DETAILS])
    more = len(lines) - len(shown)
    return (*shown, f"and {more:,} more") if more else shown
