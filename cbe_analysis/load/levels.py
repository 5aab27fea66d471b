"""Levels derived from evidence: where each student stood on each subject's continuum at the end of every month.

One row per student, subject and month end from the first month with evidence to the last. The position is the lowest
level of the continuum plus, level by level, the share of its required targets held proficient by then. Below the entry
level (the first placement, else the level with most rated targets in the first 30 days of evidence, the lower on a tie)
a target counts as held unless it has a "not yet" and no proficient rating by then. A level without required targets
counts once anything above it is held; below the entry level from the start. Two ratings of a target on one day count as
the better one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from cbe_analysis.load.folder import Files
from cbe_analysis.load.header import Header
from cbe_analysis.tables.quoting import literal

Rule = Literal["highest", "latest"]
TABLE = "levels"
SOURCES = ("evidence", "target_status")  # what levels are derived from: the first that is there
_TARGETS = ("target_id", "subject", "level", "kind", "required")
_RATINGS = ("student_id", "target_id", "date", "proficient")
_PLACEMENTS = ("student_id", "subject", "date", "level")
STORED = {"student_id": "VARCHAR", "subject": "VARCHAR", "date": "DATE", "level": "DOUBLE", "method": "VARCHAR"}
FILES = Files(TABLE, "derived", (), f"{TABLE} (derived)")
HEADER = Header({name: name for name in STORED}, STORED, has_rows=True)
MEASURED = "coalesce(method, '') <> 'placement'"
_NO_PLACEMENTS = "SELECT '' AS student_id, '' AS subject, DATE '1970-01-01' AS date, 0.0 AS level WHERE false"
_ENTRY_DAYS = 30  # the entry level is the one with most rated targets in so many days

# What a rating adds to the position, or takes from it. Once held, held: two days of each target tell all.
_HIGHEST = """
moves AS (
    SELECT student, field, level, yes AS day, part AS gain FROM rated
    WHERE required AND yes IS NOT NULL AND (NOT below OR no < yes)
    UNION ALL
    SELECT student, field, level, no, -part FROM rated
    WHERE required AND below AND no IS NOT NULL AND (yes IS NULL OR no < yes)
)"""
_LATEST = """
days AS (
    SELECT student, target, date AS day, max(proficient)::INTEGER AS held
    FROM ratings JOIN people USING (student_id) JOIN goals USING (target_id)
    WHERE required AND proficient IS NOT NULL AND date IS NOT NULL GROUP BY ALL
), moves AS (
    SELECT student, field, level, day, part
        * (held - lag(held, 1, below::INTEGER) OVER (PARTITION BY student, target ORDER BY day)) AS gain
    FROM days JOIN rated USING (student, target)
)"""
_MOVES: dict[str, str] = {"highest": _HIGHEST, "latest": _LATEST}

_QUERY = """
WITH targets AS ({targets}), ratings AS ({ratings}), placements AS ({placements}),
goals AS (  -- small whole numbers stand for targets, subjects and students from here on: texts are slow to group
    SELECT row_number() OVER ()::INTEGER AS target, target_id,
        dense_rank() OVER (ORDER BY subject)::INTEGER AS field, subject, level, coalesce(required, false) AS required
    FROM targets WHERE coalesce(kind, 'academic') = 'academic' AND subject IS NOT NULL AND level IS NOT NULL
), people AS (
    SELECT row_number() OVER ()::INTEGER AS student, student_id FROM (SELECT DISTINCT student_id FROM ratings)
    WHERE student_id IS NOT NULL
), steps AS (
    SELECT field, level, bool_or(required) AS demands, 1.0 / nullif(count(*) FILTER (required), 0) AS part
    FROM goals GROUP BY ALL
), pairs AS (
    SELECT student, target, min(date) FILTER (proficient) AS yes, min(date) FILTER (NOT proficient) AS no,
        least(min(date) FILTER (proficient), min(date) FILTER (NOT proficient)) AS first_day, max(date) AS last_day
    FROM ratings JOIN people USING (student_id) JOIN goals USING (target_id)
    WHERE proficient IS NOT NULL AND date IS NOT NULL GROUP BY ALL
), begun AS (
    SELECT student, field, min(first_day) AS first_day, max(last_day) AS last_day
    FROM pairs JOIN goals USING (target) GROUP BY ALL
), early AS (
    SELECT student, field, level, count(*) AS rated, any_value(b.first_day) AS first_day,
        any_value(b.last_day) AS last_day
    FROM pairs JOIN goals USING (target) JOIN begun b USING (student, field)
    WHERE pairs.first_day < b.first_day + {entry_days} GROUP BY ALL
), placed AS (
    SELECT student, field, floor(arg_min(level, date)) AS level
    FROM placements JOIN people USING (student_id) JOIN (SELECT DISTINCT field, subject FROM goals) USING (subject)
    GROUP BY ALL
), entry AS (
    SELECT student, field, coalesce(placed.level, e.level) AS level, first_day, last_day
    FROM (
        SELECT student, field, arg_min(level, (-rated, level)) AS level, any_value(first_day) AS first_day,
            any_value(last_day) AS last_day
        FROM early GROUP BY ALL
    ) e LEFT JOIN placed USING (student, field)
), rated AS (
    SELECT student, target, field, goals.level, required, part, yes, no, goals.level < entry.level AS below,
        entry.level AS entry_level
    FROM pairs JOIN goals USING (target) JOIN steps USING (field, level) JOIN entry USING (student, field)
), {moves}, skipped AS (  -- a level that demands nothing counts once anything above it is held
    SELECT student, rated.field, min(yes) AS day, s.level
    FROM rated JOIN steps s ON s.field = rated.field AND NOT s.demands AND s.level < rated.level
        AND s.level >= entry_level
    WHERE required AND yes IS NOT NULL GROUP BY ALL
), bottom AS (
    SELECT e.student, e.field, first_day, last_day, min(s.level) + count(*) FILTER (s.level < e.level) AS level
    FROM entry e JOIN steps s USING (field) GROUP BY ALL
), monthly AS (  -- the months in which a position changes, and the first; months are counted from year 0
    SELECT student, field, month, sum(gain) AS gain, max(last_month) AS last_month FROM (
        SELECT student, field, year(day) * 12 + month(day) - 1 AS month, gain, NULL AS last_month FROM moves
        WHERE gain <> 0
        UNION ALL SELECT student, field, year(day) * 12 + month(day) - 1, 1.0, NULL FROM skipped
        UNION ALL SELECT student, field, year(first_day) * 12 + month(first_day) - 1, level,
            year(last_day) * 12 + month(last_day) - 1 FROM bottom
    ) GROUP BY ALL
), stays AS (
    SELECT student, field, month, sum(gain) OVER ordered AS level,
        coalesce(lead(month) OVER ordered, max(last_month) OVER ordered + 1) AS until
    FROM monthly WINDOW ordered AS (PARTITION BY student, field ORDER BY month)
), positions AS (
    SELECT student, field, unnest(range(month, until)) AS month, level FROM stays
)
SELECT student_id, subject, last_day(make_date(month // 12, month % 12 + 1, 1)) AS date, round(level, 6) AS level,
    NULL::DOUBLE AS std_error, {rule} AS method
FROM positions JOIN people USING (student) JOIN (SELECT DISTINCT field, subject FROM goals) USING (field)
"""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How the table `levels` is made where no file tells more than placements.

    Parameters
    ----------
    rated
        The table of ratings: "evidence" or "target_status".
    rule
        "highest": once held, held. "latest": as the last rating says.
    filed
        True where a file of levels is there; it must hold placements alone.
    """

    rated: str
    rule: Rule
    filed: bool

    @property
    def reads(self) -> dict[str, tuple[str, ...]]:
        """Table -> the columns that the levels rest on."""
        read = {self.rated: _RATINGS, "targets": _TARGETS}
        return read | {TABLE: (*_PLACEMENTS, "method")} if self.filed else read

    @property
    def says(self) -> str:
        """How the levels were made, in a clause."""
        return f"levels derived from {self.rated} by the rule '{self.rule}'"

    def sql(self, rows: Mapping[str, str]) -> str:
        """SQL for the derived rows, with the declared columns of levels.

        Parameters
        ----------
        rows
            Table of `reads` -> SQL for those of its columns.
        """
        return _QUERY.format(
            targets=rows["targets"],
            ratings=rows[self.rated],
            placements=rows.get(TABLE, _NO_PLACEMENTS),
            moves=_MOVES[self.rule].lstrip(),
            entry_days=_ENTRY_DAYS,
            rule=literal(self.rule),
        )


def derivation(filled: Collection[str], rule: Rule, *, filed: bool) -> Derivation | None:
    """How levels can be made of the tables that have rows; None without ratings or targets."""
    rated = next((name for name in SOURCES if name in filled), None)
    return Derivation(rated, rule, filed) if rated and "targets" in filled else None
