"""The check against what officials counted: students enrolled on the day of the count, by school and grade."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cbe_analysis.tables import Table
from cbe_analysis.tables.quoting import literal
from cbe_analysis.validate.checks import NO_ROWS, Check, Known, Words, counted

CLOSE_ENOUGH = 1  # students: one who came or went on the day of the count


def official_checks(table: Table, known: Known) -> Iterator[Check]:
    """The check on enrollments, where district.toml tells the official counts."""
    if table.name == "enrollments" and known.policy.official.on and known.policy.official.enrollment:
        yield _enrolled(known)


def _enrolled(known: Known) -> Check:
    official, most = known.policy.official, known.policy.checks.official_differs_at_most
    words = Words(
        "the number of students enrolled differs from the official count",
        "shares and rates rest on a number of students that the state's own tables contradict",
        f"look for students left out or counted twice, or mend [official.enrollment] in district.toml ({official.on})",
    )
    told = ", ".join(
        f"({literal(c.school_id)}, {literal(c.grade)}, {literal(c.students)})" for c in official.enrollment
    )
    groups = f"""
        WITH told (school_id, grade, students) AS (VALUES {told}),
        present AS (
            SELECT DISTINCT student_id, school_id, grade FROM stays
            WHERE {literal(official.on)} BETWEEN first_day AND last_day
        )
        SELECT abs(found - students) > greatest({CLOSE_ENOUGH}, {literal(most)} * students) AS faulty, found AS held,
            format('{{}}{{}}: {{:,}} found, {{:,}} official',
                coalesce('school ' || school_id, 'all schools'), coalesce(', grade ' || grade, ''),
                found, students) AS said
        FROM (
            SELECT told.*, (SELECT count(DISTINCT student_id) FROM present
                WHERE present.school_id = coalesce(told.school_id, present.school_id)
                  AND (told.grade IS NULL OR present.grade = told.grade)) AS found
            FROM told
        ) ORDER BY school_id NULLS FIRST, grade NULLS FIRST"""
    columns = ("student_id", "school_id", "grade")
    check = Check("official_count", "enrollments", columns, "warning", words, NO_ROWS, reads=("stays",))
    return counted(replace(check, groups=groups))
