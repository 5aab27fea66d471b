"""The check on subgroups: shares of students that moved further since the last school year than students do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cbe_analysis.tables import Table
from cbe_analysis.tables.quoting import identifier, literal
from cbe_analysis.validate.checks import NO_ROWS, Check, Known, Words, counted

if TYPE_CHECKING:
    from cbe_analysis.load import District

BEYOND_CHANCE = 3.0  # standard errors of the difference of two shares
EMPTY = "(empty)"


def share_checks(table: Table, known: Known) -> Iterator[Check]:
    """One check for each factor that the table holds."""
    if table.name not in ("students", "enrollments"):
        return
    for factor in known.policy.factors:
        if factor in known.tables[table.name] and not (
            table.name == "students" and factor in known.tables["enrollments"]
        ):
            yield _moved(table, factor, known)


def _moved(table: Table, factor: str, known: Known) -> Check:
    most = known.policy.checks.share_shift_at_most
    words = Words(
        f"a group of {factor} grew or shrank by more than {100 * most:g} percentage points since the last school year",
        "a gap that opens or closes may then be students who changed groups, not students who learned",
        f"ask whether {factor} was defined or exported in another way this year, or left empty",
    )
    groups = f"""
        WITH told AS (SELECT * FROM shares WHERE factor = {literal(factor)}),
        sizes AS (SELECT DISTINCT school_year, everyone FROM told),
        pair AS (
            SELECT now.school_year AS year, now.everyone AS many, before.everyone AS many_before
            FROM sizes AS now JOIN sizes AS before ON before.school_year = now.school_year - 1
            WHERE now.school_year = (SELECT max(school_year) FROM sizes)
        ), words AS (
            SELECT word, year, many, many_before, coalesce(sum(students) FILTER (school_year = year), 0) AS held,
                coalesce(sum(students) FILTER (school_year = year - 1), 0) AS held_before
            FROM told JOIN pair ON school_year IN (year, year - 1) GROUP BY ALL
        ), moved AS (
            SELECT *, held / many AS share, held_before / many_before AS share_before,
                (held + held_before) / (many + many_before) AS pooled
            FROM words WHERE greatest(held, held_before) >= {known.policy.minimum_n}
        )
        SELECT abs(share - share_before) > greatest({literal(most)},
                {BEYOND_CHANCE} * sqrt(pooled * (1 - pooled) * (1 / many + 1 / many_before))) AS faulty, held,
            format('{{}}: {{:.1f}} % of students in {{}}, {{:.1f}} % in {{}}',
                coalesce(word, '{EMPTY}'), 100 * share_before, year - 1, 100 * share, year) AS said
        FROM moved ORDER BY abs(share - share_before) / greatest(share, share_before) DESC, word"""
    check = Check("share_moved", table.name, (factor,), "warning", words, NO_ROWS, reads=("shares",))
    return counted(replace(check, groups=groups))


def shares(district: District) -> Any:
    """The relation `shares`: students of each group of each factor by school year, and all students of that year."""
    changing = [f for f in district.policy.factors if f in district.columns("enrollments")]
    fixed = [f for f in district.policy.factors if f in district.columns("students") and f not in changing]
    parts = [_groups(factor, "spells") for factor in changing]
    parts += [_groups(factor, "people JOIN spells USING (student_id)") for factor in fixed]
    query = f"""
        SELECT told.*, everyone FROM ({" UNION ALL ".join(parts)}) AS told JOIN (
            SELECT school_year, count(DISTINCT student_id) AS everyone FROM spells GROUP BY school_year
        ) AS years USING (school_year)"""
    return district.sql(
        query,
        spells=district.table("enrollments", ["student_id", "school_year", *changing]),
        people=district.table("students", ["student_id", *fixed]),
    )


def _groups(factor: str, rows: str) -> str:
    """SQL for the students of each group of a factor by school year."""
    word = f"CAST({identifier(factor)} AS VARCHAR) AS word"
    counted_by = f"SELECT DISTINCT student_id, school_year, {word} FROM {rows}"
    return f"""
        SELECT {literal(factor)} AS factor, school_year, word, count(*) AS students FROM ({counted_by})
        WHERE school_year IS NOT NULL AND student_id IS NOT NULL GROUP BY ALL"""
