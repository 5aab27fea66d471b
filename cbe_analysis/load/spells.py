"""Where each student is on every day: enrollment spells, cut into stretches of days with one spell each.

The temporary tables made here belong to one district's connection. In those that hold columns of the data, what is the
kit's own is called `placed_...`, as no column of the data can be.

- `placement_years`: school_year, first_day, last_day.
- `placement_enrolled`: one row per usable enrollment: its typed columns, `placed_spell` (its number: of two spells of a
  student the one entered later has the higher number, then the one with the smaller school_id), `placed_last_day`.
- `placement_spells`: the same rows, as spell, student_id, school_id, school_year, first_day, last_day.
- `placement_stretches`: student_id, first_day, last_day, spell, in_force. The stretches of a student do not overlap;
  where no spell is in force, the last one ended holds until the first day of the next school year.
- `placement_own`: student_id, school_id, first_day, last_day, spell: the spell in force at one school, for students
  who are enrolled in several at once.
- `placement_people`: the typed columns of students, one row per student.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cbe_analysis.policy.clock import Clock, clock, spans
from cbe_analysis.tables.quoting import identifier, literal

if TYPE_CHECKING:
    from cbe_analysis.load.reader import Reader
    from cbe_analysis.policy import Policy

_ENROLLED = """
CREATE TEMP TABLE placement_enrolled AS
WITH placed_usable AS (
    SELECT *, first_value(entry_date) OVER placed_later AS placed_next FROM ({enrollments})
    WHERE student_id IS NOT NULL AND school_id IS NOT NULL AND entry_date IS NOT NULL
    AND (exit_date IS NULL OR exit_date >= entry_date)
    WINDOW placed_later AS (PARTITION BY student_id ORDER BY entry_date GROUPS BETWEEN 1 FOLLOWING AND 1 FOLLOWING)
),
placed_dated AS (
    SELECT placed_usable.* EXCLUDE (placed_next),
        coalesce(exit_date, greatest(entry_date, least(placed_years.last_day, placed_next - 1))) AS placed_last_day
    FROM placed_usable LEFT JOIN placement_years AS placed_years
    ON placed_years.school_year = placed_usable.school_year
)
SELECT *, row_number() OVER (ORDER BY student_id, entry_date, school_id DESC, placed_last_day, {rest}) AS placed_spell
FROM placed_dated
"""

_SPELLS = """
CREATE TEMP TABLE placement_spells AS
SELECT placed_spell AS spell, student_id, school_id, school_year, entry_date AS first_day, placed_last_day AS last_day
FROM placement_enrolled
"""

_STRETCHES = """
CREATE TEMP TABLE placement_stretches AS
WITH days AS (
    SELECT student_id, first_day AS day FROM placement_spells
    UNION SELECT student_id, last_day + 1 FROM placement_spells
),
parts AS (
    SELECT student_id, day AS first_day, lead(day) OVER (PARTITION BY student_id ORDER BY day) - 1 AS last_day FROM days
),
held AS (
    SELECT parts.student_id, parts.first_day, parts.last_day,
        max(spell) FILTER (spells.last_day >= parts.first_day) AS in_force,
        count(*) FILTER (spells.last_day >= parts.first_day) AS many,
        arg_max(spell, (spells.last_day, spell)) FILTER (spells.last_day < parts.first_day) AS ended
    FROM parts JOIN placement_spells AS spells
    ON spells.student_id = parts.student_id AND spells.first_day <= parts.first_day
    GROUP BY ALL
)
SELECT held.student_id, held.first_day,
    CASE WHEN in_force IS NOT NULL THEN held.last_day ELSE least(held.last_day, next_year.first_day) END AS last_day,
    coalesce(in_force, ended) AS spell, in_force IS NOT NULL AS in_force, many > 1 AS several
FROM held JOIN placement_spells AS spells ON spells.spell = coalesce(in_force, ended)
LEFT JOIN placement_years AS next_year ON next_year.school_year = spells.school_year + 1
WHERE in_force IS NOT NULL OR next_year.first_day >= held.first_day
"""

_OWN = """
CREATE TEMP TABLE placement_own AS
SELECT parts.student_id, spells.school_id, parts.first_day, parts.last_day, max(spells.spell) AS spell
FROM placement_stretches AS parts JOIN placement_spells AS spells
ON spells.student_id = parts.student_id AND spells.first_day <= parts.first_day AND spells.last_day >= parts.first_day
WHERE parts.several
GROUP BY ALL
"""

_PEOPLE = """
CREATE TEMP TABLE placement_people AS
SELECT unnest(person) FROM (
    SELECT min(placed_row) AS person FROM ({students}) AS placed_row WHERE student_id IS NOT NULL GROUP BY student_id
)
"""


def prepare(reader: Reader, policy: Policy) -> Clock:
    """Make the temporary tables; the school-year clock that they were made with."""
    run = reader.connection.execute
    told = school_years(reader, policy)
    years = ", ".join(f"({y.year}, {literal(y.first_day)}, {literal(y.last_day)})" for y in told.years)
    run("CREATE TEMP TABLE placement_years (school_year BIGINT, first_day DATE, last_day DATE)")
    if years:
        run(f"INSERT INTO placement_years VALUES {years}")
    rest = ", ".join(identifier(name) for name in reader.types("enrollments"))
    run(_ENROLLED.format(enrollments=reader.typed("enrollments"), rest=rest))
    run(_SPELLS)
    run(_STRETCHES)
    run(_OWN)
    run(_PEOPLE.format(students=reader.typed("students")))
    return told


def school_years(reader: Reader, policy: Policy) -> Clock:
    """The district's clock, from its calendar, its enrollments and its policy."""
    named = reader.rows(f"SELECT DISTINCT school_year FROM ({reader.typed('enrollments', ['school_year'])})")
    calendar = reader.relation(reader.typed("calendar")) if "calendar" in reader.sources else None
    return clock(policy, spans(calendar), [year for (year,) in named if year is not None])
