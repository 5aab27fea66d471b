"""Levels derived from evidence: where each student stood on each subject's continuum at the end of every month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cbe_analysis.errors import UsageError, choices

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

    from cbe_analysis.load.district import District

Rule = Literal["highest", "latest"]
HELD = {
    # once held, held: the last row of a target says whether any rating was proficient so far
    "highest": "max(proficient) OVER (PARTITION BY student, target ORDER BY day)",
    "latest": "proficient",
}
ENTRY_DAYS = 30  # the entry level is the one with most rated targets in so many days
SOURCES = ("evidence", "target_status")

_QUERY = """
WITH goals AS (  -- whole numbers stand for targets and students from here on: texts are slow to sort
    SELECT row_number() OVER () AS target, target_id, subject, level, required
    FROM targets WHERE kind IS NULL OR kind = 'academic'
), people AS (
    SELECT row_number() OVER () AS student, student_id FROM (SELECT DISTINCT student_id FROM ratings)
), demanded AS (
    SELECT target, subject, level, 1.0 / count(*) OVER (PARTITION BY subject, level) AS part FROM goals WHERE required
), steps AS (
    SELECT subject, level, bool_or(coalesce(required, false)) AS demands FROM goals GROUP BY ALL
), days AS (  -- one row per target and day: two ratings on a day count as the better one
    SELECT student, target, CAST(date AS DATE) AS day, CAST(max(proficient) AS INTEGER) AS proficient
    FROM ratings JOIN people USING (student_id) JOIN goals USING (target_id)
    WHERE proficient IS NOT NULL AND date IS NOT NULL GROUP BY ALL
), begun AS (
    SELECT student, subject, min(day) AS first_day, max(day) AS last_day
    FROM days JOIN goals USING (target) GROUP BY ALL
), early AS (
    SELECT student, subject, level, count(DISTINCT target) AS rated
    FROM days JOIN goals USING (target) JOIN begun USING (student, subject)
    WHERE day < first_day + {entry_days} GROUP BY ALL
), placed AS (
    SELECT student, subject, floor(arg_min(level, date)) AS level FROM placements JOIN people USING (student_id)
    GROUP BY ALL
), entry AS (
    SELECT student, subject, coalesce(p.level, e.level) AS level
    FROM (SELECT student, subject, arg_min(level, (-rated, level)) AS level FROM early GROUP BY ALL) e
    LEFT JOIN placed p USING (student, subject)
), states AS (
    SELECT student, target, day, {held} AS held FROM days SEMI JOIN demanded USING (target)
), moves AS (  -- what a rating adds to the position, or takes from it
    SELECT s.student, d.subject, d.level, day, held,
        (held - lag(held, 1, CAST(d.level < e.level AS INTEGER)) OVER (PARTITION BY s.student, s.target ORDER BY day))
            * part AS gain
    FROM states s JOIN demanded d USING (target) JOIN entry e USING (student, subject)
), skipped AS (  -- a level that demands nothing counts once anything above it is held
    SELECT m.student, m.subject, s.level, min(m.day) AS day
    FROM moves m JOIN steps s ON s.subject = m.subject AND NOT s.demands AND s.level < m.level
    JOIN entry e ON e.student = m.student AND e.subject = m.subject AND s.level >= e.level
    WHERE m.held = 1 GROUP BY ALL
), monthly AS (
    SELECT student, subject, last_day(day) AS date, sum(gain) AS gain FROM (
        SELECT student, subject, day, gain FROM moves WHERE gain <> 0
        UNION ALL SELECT student, subject, day, 1.0 FROM skipped
    ) GROUP BY ALL
), months AS (
    SELECT student, subject, last_day(CAST(unnest(generate_series(
        date_trunc('month', first_day), date_trunc('month', last_day), INTERVAL 1 MONTH)) AS DATE)) AS date
    FROM begun
), bottom AS (
    SELECT e.student, e.subject, min(s.level) + count(*) FILTER (s.level < e.level) AS level
    FROM entry e JOIN steps s USING (subject) GROUP BY ALL
), positions AS (
    SELECT student, subject, date,
        b.level + sum(coalesce(gain, 0)) OVER (PARTITION BY student, subject ORDER BY date) AS level
    FROM months LEFT JOIN monthly USING (student, subject, date) JOIN bottom b USING (student, subject)
)
SELECT student_id, subject, date, round(level, 6) AS level, CAST(NULL AS DOUBLE) AS std_error, '{rule}' AS method
FROM positions JOIN people USING (student)
"""


def derive_levels(district: District, *, rule: Rule = "highest") -> DuckDBPyRelation:
    """The level of each student in each subject at the end of every month with evidence, and of those between.

    One row per student, subject and month end, with the columns of `levels`. The position is the lowest level of the
    continuum plus, level by level, the share of its required targets held proficient by then. Below the entry level
    (the first `levels` row with method `placement`, else the level with most rated targets in the first 30 days of
    evidence, the lower on a tie) a target counts as held unless it has a "not yet" and no proficient rating by then. A
    level without required targets counts once anything above it is held; below the entry level from the start.

    Parameters
    ----------
    rule
        "highest": once held, held. "latest": as the last rating says. Two ratings of a target on one day count as the
        better one.

    Raises
    ------
    UsageError
        When the district has no `targets`, or neither `evidence` nor `target_status`.
    """
    if rule not in HELD:
        raise UsageError("the rule is unknown", "levels", f"choose one of: {choices(HELD)}")
    rated = next((name for name in SOURCES if name in district.tables), None)
    if rated is None or "targets" not in district.tables:
        raise UsageError(
            "levels cannot be derived",
            "levels",
            "add targets.csv, and evidence.csv or target_status.csv, or levels.csv",
        )
    query = _QUERY.format(held=HELD[rule], entry_days=ENTRY_DAYS, rule=rule)
    return district.sql(
        query,
        targets=district.table("targets", ["target_id", "subject", "level", "kind", "required"]),
        ratings=district.table(rated, ["student_id", "target_id", "date", "proficient"]),
        placements=_placements(district),
    )


def _placements(district: District) -> DuckDBPyRelation:
    """Where students were placed, by a row of `levels` that says so; none without the table."""
    if "levels" in district.tables:
        return district.table("levels", ["student_id", "subject", "date", "level"], {"method": "placement"})
    return district.sql("SELECT '' AS student_id, '' AS subject, DATE '1970-01-01' AS date, 0.0 AS level WHERE false")
