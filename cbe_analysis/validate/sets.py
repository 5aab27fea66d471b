"""Checks on rows together: keys, parents, spells, school years, dates outside enrollment, arms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cbe_analysis.tables import Column, Table
from cbe_analysis.tables.quoting import identifier
from cbe_analysis.validate.checks import (
    Check,
    Severity,
    Words,
    as_date,
    as_number,
    comparable,
    counted,
)

IDENTIFYING = ("student_id", "school_id", "target_id", "program_id")  # without its parent a row belongs nowhere
AFTER_SCHOOL = ("outcomes",)  # what may well happen when nobody is enrolled any more


def set_checks(table: Table, present: frozenset[str]) -> Iterator[Check]:
    """The checks on the rows of one table together, as far as its columns are there.

    Parameters
    ----------
    present
        Names of the columns in the file.
    """
    key = tuple(name for name in table.key if name in present)
    if key:
        yield _duplicate_key(table, key)
    if len([name for name in table.either if name in present]) > 0:
        yield _either(table, tuple(name for name in table.either if name in present))
    if table.spell and present.issuperset(table.spell):
        yield _spell(table, table.spell)
    if table.name == "enrollments" and present >= {"student_id", "school_id", "entry_date", "school_year"}:
        yield _school_year(table)
        yield _overlap(table, "exit_date" if "exit_date" in present else "entry_date")
    if table.name == "participation" and present >= {"program_id", "student_id", "arm"}:
        yield _two_arms(table)
    day = dated_by(table)
    if day in present and "student_id" in present:
        yield _outside_enrollment(table, day)


def dated_by(table: Table) -> str:
    """The column that says on which day a row about a student happened; empty where no such day is checked."""
    if table.name in ("enrollments", *AFTER_SCHOOL) or "student_id" not in table:
        return ""
    if "date" in table:
        return "date"
    return table.spell[0] if table.spell else ""


def parent_check(table: Table, column: Column) -> Check:
    """The check that every filled value of a column has its row in the table that the column refers to."""
    parent, parent_column = column.references.split(".")
    name = identifier(column.name)
    severity: Severity = "critical" if column.name in IDENTIFYING else "warning"
    words = Words(
        f"{column.name} has no row in {parent}",
        f"the row cannot be joined to {parent}: it falls out of every group and filter that comes from there",
        f"export {parent} and {table.name} on the same day, and write the id alike in both (leading zeros too)",
    )
    known = (
        f"SELECT {identifier(parent_column)} FROM {identifier(parent)} WHERE {identifier(parent_column)} IS NOT NULL"
    )
    rows = f"SELECT row_number FROM raw WHERE {name} IS NOT NULL AND {name} NOT IN ({known})"
    return counted(Check("parent", table.name, (column.name,), severity, words, rows, reads=(parent,)))


def _duplicate_key(table: Table, key: tuple[str, ...]) -> Check:
    parts = ", ".join(comparable(table[name]) for name in key)
    filled = " AND ".join([f"{identifier(n)} IS NOT NULL" for n in key if table[n].required] or ["true"])
    suspects = f"SELECT hash({parts}) FROM raw WHERE {filled} GROUP BY ALL HAVING count(*) > 1"
    # hashes first: eight bytes a row instead of the ids; only the few suspects are then compared in full
    rows = (
        f"SELECT row_number FROM (SELECT row_number, count(*) OVER (PARTITION BY {parts}) AS times "
        f"FROM raw WHERE {filled} AND hash({parts}) IN ({suspects})) WHERE times > 1"
    )
    named = " and ".join(key)
    words = Words(
        f"several rows have the same {named}",
        f"what one row stands for ({table.row}) is counted more than once: counts, shares and means come out wrong",
        "remove the repeated rows; a file exported twice into one folder is the usual cause",
    )
    suspicion = f"SELECT count(*) FROM ({suspects})"
    return counted(Check("duplicate_key", table.name, key, "critical", words, rows, suspicion=suspicion))


def _either(table: Table, columns: tuple[str, ...]) -> Check:
    empty = " AND ".join(f"{identifier(name)} IS NULL" for name in columns)
    words = Words(
        f"none of {' and '.join(table.either)} is filled",
        "the row cannot be placed in time, and drops out of every period",
        f"fill one of {' and '.join(table.either)}",
    )
    return counted(Check("either", table.name, columns, "warning", words, f"SELECT row_number FROM raw WHERE {empty}"))


def _spell(table: Table, spell: tuple[str, str]) -> Check:
    first, last = spell
    enrolled = table.name == "enrollments"
    words = Words(
        f"{first} lies after {last}",
        "a spell that ends before it begins holds no day: the student is enrolled nowhere"
        if enrolled
        else "a spell that ends before it begins holds no day, and drops out",
        f"correct {first} or {last} in the source system; check that day and month are not swapped",
    )
    rows = f"SELECT row_number FROM raw WHERE ({as_date(first)}) > ({as_date(last)})"
    severity: Severity = "critical" if enrolled else "warning"
    return counted(
        Check("entry_after_exit" if enrolled else "reversed_dates", table.name, spell, severity, words, rows)
    )


def _school_year(table: Table) -> Check:
    words = Words(
        "school_year is not the year of entry_date",
        "grade, factors and results are put into the wrong school year",
        "name the year by its spring (2025-26 is 2026); a student who stays gets a new row for each year",
    )
    rows = f"""
        SELECT row_number
        FROM (SELECT row_number, {as_date("entry_date")} AS entry, {as_number("school_year")} AS named FROM raw)
        LEFT JOIN years AS before ON before.school_year = named - 1
        LEFT JOIN years AS after ON after.school_year = named + 1
        WHERE entry <= before.last_day OR entry >= after.first_day"""
    columns = ("school_year", "entry_date")
    return counted(Check("school_year", table.name, columns, "critical", words, rows, reads=("years",)))


def _overlap(table: Table, last: str) -> Check:
    words = Words(
        "the spell begins before an earlier spell of the student has ended",
        "the student is in two schools on one day; results go to the school entered last",
        "end the earlier spell on the day before the later one begins, unless the student truly attends both",
    )
    rows = f"""
        SELECT row_number
        FROM (
            SELECT row_number, entry, max(exit) OVER (
                PARTITION BY student_id ORDER BY entry, row_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS ended
            FROM (
                SELECT student_id, {as_date("entry_date")} AS entry, min(row_number) AS row_number,
                       max(coalesce({as_date(last)}, {as_date("entry_date")})) AS exit
                FROM raw WHERE student_id IS NOT NULL GROUP BY student_id, school_id, entry
            ) WHERE entry IS NOT NULL
        ) WHERE ended >= entry"""
    columns = ("student_id", "entry_date", last) if last != "entry_date" else ("student_id", "entry_date")
    return counted(Check("overlap", table.name, columns, "warning", words, rows))


def _two_arms(table: Table) -> Check:
    words = Words(
        "a student stands in both arms of a program",
        "the student is compared with itself, which pulls the effect toward nothing",
        "keep the arm that the student was assigned to, and that row only",
    )
    rows = """
        SELECT row_number FROM raw SEMI JOIN (
            SELECT program_id, student_id FROM raw GROUP BY ALL HAVING count(DISTINCT arm) > 1
        ) AS torn USING (program_id, student_id)"""
    return counted(Check("two_arms", table.name, ("program_id", "student_id", "arm"), "critical", words, rows))


def _outside_enrollment(table: Table, day: str) -> Check:
    words = Words(
        f"{day} lies outside every enrollment of the student",
        "school, grade and groups come from the last spell ended, or the row counts as unplaced",
        f"check {day}, and whether enrollments hold the spell (a transfer in, a summer school, an earlier year)",
    )
    unplaced = f"""
        (SELECT * FROM (SELECT *, {as_date(day)} AS _day FROM raw) WHERE _day IS NOT NULL) AS dated
        ANTI JOIN spells ON spells.student_id = dated.student_id AND _day BETWEEN first_day AND last_day"""
    known = "SELECT student_id FROM students WHERE student_id IS NOT NULL"  # orphans are another check's business
    rows = f"SELECT row_number FROM {unplaced} WHERE student_id IN ({known})"
    details = f"""
        SELECT format('{{:,}} {{}}', count(*), CASE
            WHEN entered IS NULL THEN 'of students who are never enrolled' WHEN _day > gone THEN 'after the last day'
            WHEN _day < entered THEN 'before the first day' ELSE 'between two enrollments' END) AS said
        FROM (SELECT student_id, _day FROM {unplaced} WHERE student_id IN ({known})) AS stray
        LEFT JOIN (
            SELECT student_id, min(first_day) AS entered, max(last_day) AS gone FROM spells GROUP BY student_id
        ) AS stays USING (student_id)
        GROUP BY entered IS NULL, _day > gone, _day < entered ORDER BY count(*) DESC, said"""
    columns, reads = ("student_id", day), ("students", "spells")
    check = Check("outside_enrollment", table.name, columns, "warning", words, rows, reads=reads)
    return counted(replace(check, suspicion=f"SELECT count(*) FROM {unplaced}", details=details))
