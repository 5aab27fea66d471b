"""Checks on what was exported twice: rows under new ids, and last year's file under this year's dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cbe_analysis.tables import Table
from cbe_analysis.tables.quoting import identifier, literal
from cbe_analysis.validate.checks import NO_ROWS, ROWS, Check, Known, Words, counted

# Tables whose key is an id that the exporting system gives; what else it gives anew stands behind.
OWN_ID = {"evidence": ("evidence_id", "work_id"), "supports": ("support_id",), "incidents": ("incident_id",)}
# Tables of which a row says something that is not likely to be said again a year later.
OF_A_YEAR = {
    "enrollments": ("student_id", "grade"),
    "evidence": ("student_id", "target_id", "score", "rater_id", "task_id", "attempt", "kind"),
    "assessments": ("student_id", "instrument", "subject", "score"),
    "attendance": ("student_id", "days_enrolled", "days_absent"),
}
SAMPLE = 1_000_000  # rows: of a larger table, those of a part of the students are compared
SAMPLED = f"hash(student_id) % (1 + {ROWS} // {SAMPLE})::UBIGINT = 0"  # other types are slow to divide
FEWEST = 50  # rows that a year needs to be compared


def repeat_checks(table: Table, known: Known) -> Iterator[Check]:
    """The checks on repetition, as far as the table has what they need."""
    limits = known.policy.checks
    if table.name in OWN_ID:
        yield _twins(table, known.tables[table.name], limits.repeated_rows_at_most)
    if table.name in OF_A_YEAR:
        yield _last_year(table, known.tables[table.name], limits.last_year_again_at_most)


def _twins(table: Table, columns: frozenset[str], most: float) -> Check:
    """Rows alike in all but their ids: of two, the later one. Rows of a student are compared with each other alone."""
    words = Words(
        f"more than {100 * most:g} % of the rows repeat another row under an id of their own",
        "each event counts twice: numbers of ratings double, and every interval comes out too narrow",
        "remove the second export of the file; if the rows are real, export what tells them apart (a task, a time)",
    )
    content = [c.name for c in table.columns if c.name in columns and c.name not in OWN_ID[table.name]]
    alike = f"hash({', '.join(map(identifier, content))})"
    filled = " AND ".join(f"{identifier(name)} IS NOT NULL" for name in content if table[name].required)
    part = f"""
        SELECT content, count(*) AS times
        FROM (SELECT {alike} AS content FROM typed WHERE {SAMPLED} AND {filled}) GROUP BY ALL"""
    suspicion = f"SELECT coalesce(sum(times - 1) > {literal(most)} * sum(times), false) FROM ({part})"
    rows = f"""
        SELECT row_number FROM (SELECT row_number, {alike} AS content FROM raw WHERE {filled})
        QUALIFY row_number() OVER (PARTITION BY content ORDER BY row_number) > 1"""
    check = Check("repeated_rows", table.name, table.key, "warning", words, rows, reads=("typed",))
    return counted(replace(check, suspicion=suspicion))


def _last_year(table: Table, columns: frozenset[str], most: float) -> Check:
    """Years most of whose rows, days and ids aside, were there in the year before."""
    enrolled = table.name == "enrollments"
    words = Words(
        "students stand in the grade of the year before" if enrolled else "a year holds the rows of the year before",
        "every expected level is a year behind" if enrolled else "nothing seems to change from one year to the next",
        "export the year anew: last year's file under this year's dates is the usual cause",
    )
    said = [name for name in OF_A_YEAR[table.name] if name in columns]
    content = ", ".join([*map(identifier, said), *(["month(date)"] if "date" in table else [])])
    filled = " AND ".join(f"{identifier(name)} IS NOT NULL" for name in said if table[name].required)
    when = "school_year" if "school_year" in table else "date"
    dated = """
        SELECT content, years.school_year FROM told JOIN (
            SELECT days.date, years.school_year
            FROM (SELECT DISTINCT date FROM told) AS days ASOF JOIN years ON days.date >= years.first_day
        ) AS years USING (date)"""
    groups = f"""
        WITH told AS (
            SELECT hash({content}) AS content, {when} FROM typed WHERE {SAMPLED} AND {filled}
        ), yearly AS (
            SELECT content, school_year AS year, count(*) AS times FROM ({dated if when == "date" else "told"})
            WHERE school_year IS NOT NULL GROUP BY ALL
        ), again AS (
            SELECT now.year, sum(now.times) AS held, sum(now.times) FILTER (before.content IS NOT NULL) AS repeated
            FROM yearly AS now LEFT JOIN yearly AS before ON before.content = now.content AND before.year = now.year - 1
            WHERE now.year - 1 IN (SELECT year FROM yearly) GROUP BY ALL
        )
        SELECT held >= {FEWEST} AND coalesce(repeated, 0) > {literal(most)} * held AS faulty,
            coalesce(repeated, 0) AS held,
            format('school year {{}}: {{:.0f}} % of the rows', year, 100.0 * coalesce(repeated, 0) / held) AS said
        FROM again ORDER BY year"""
    reads = ("typed", "years")
    check = Check("last_year_again", table.name, (when,), "warning", words, NO_ROWS, reads=reads)
    return counted(replace(check, groups=groups))
