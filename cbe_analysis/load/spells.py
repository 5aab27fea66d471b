"""Where each student is on every day: enrollment spells, cut into stretches of days with one spell each.

The temporary tables made here belong to one district's connection. In those that hold columns of the data, what is the
kit's own is called `placed_...`, as no column of the data can be.

- `placement_years`: school_year, first_day, last_day.
- `placement_enrolled`: one row per usable enrollment: its typed columns, `placed_spell` (its number among those of the
  student: of two that begin on one day the one with the smaller school_id has the higher), `placed_last_day`,
  `placed_until` (the day until which it holds, in force or as the last one ended; unknown where spells of the student
  overlap).
- `placement_spells`: the same rows, as spell, student_id, school_id, school_year, first_day, last_day.
- `placement_mixed`: the stretches of students whose spells overlap, as below, and `placed_several`: whether more than
  one spell is in force.
- `placement_held`: all stretches, each with the columns of its spell: `placed_first_day` to `placed_until`, in force
  until `placed_last_day`. The stretches of a student do not overlap; where no spell is in force, the last one ended
  holds until the first day of the next school year.
- `placement_own`: the same for the spell in force at one school, for students who are enrolled in several at once.
- `placement_people`: the typed columns of students, one row per student.

Most students are never in two spells at once; theirs need one look at the next spell and at those before. The others,
few, are cut day by day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cbe_analysis.policy.clock import Clock, clock, spans
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.quoting import identifier, literal

if TYPE_CHECKING:
    from cbe_analysis.load.reader import Reader
    from cbe_analysis.load.strays import Strays
    from cbe_analysis.policy import Policy

NEEDED = ("student_id", "school_id", "entry_date", "exit_date", "school_year", "grade")

_USABLE = """
SELECT * FROM ({enrollments})
WHERE student_id IS NOT NULL AND school_id IS NOT NULL AND entry_date IS NOT NULL
    AND (exit_date IS NULL OR exit_date >= entry_date)
"""

_LAST_DAY = "coalesce(exit_date, greatest(entry_date, least(placed_years.last_day, placed_next - 1)))"

_ENROLLED = f"""
CREATE TEMP TABLE placement_enrolled AS
WITH placed_ordered AS (
    SELECT *, lead(entry_date) OVER placed_order AS placed_next,
        max(exit_date) OVER (placed_order ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS placed_before,
        row_number() OVER placed_order AS placed_spell
    FROM ({_USABLE}) WINDOW placed_order AS (PARTITION BY student_id ORDER BY entry_date)
)
SELECT placed_ordered.* EXCLUDE (placed_next, placed_before), {_LAST_DAY} AS placed_last_day,
    CASE WHEN placed_next = entry_date OR placed_before >= entry_date THEN NULL
        ELSE greatest({_LAST_DAY}, CASE WHEN placed_after.first_day IS NOT NULL
            THEN least(placed_after.first_day, placed_next - 1) END) END AS placed_until
FROM placed_ordered
LEFT JOIN placement_years AS placed_years ON placed_years.school_year = placed_ordered.school_year
LEFT JOIN placement_years AS placed_after ON placed_after.school_year = placed_ordered.school_year + 1
"""

_TOGETHER = """
CREATE TEMP TABLE placement_together AS
SELECT * EXCLUDE (placed_last_day, placed_until, placed_spell) FROM placement_enrolled
WHERE student_id IN (SELECT student_id FROM placement_enrolled WHERE placed_until IS NULL)
"""

_APART = """
DELETE FROM placement_enrolled WHERE student_id IN (SELECT student_id FROM placement_together)
"""

_ENROLLED_TOGETHER = f"""
INSERT INTO placement_enrolled BY NAME
WITH placed_ordered AS (
    SELECT *, first_value(entry_date) OVER placed_later AS placed_next FROM placement_together
    WINDOW placed_later AS (PARTITION BY student_id ORDER BY entry_date GROUPS BETWEEN 1 FOLLOWING AND 1 FOLLOWING)
),
placed_dated AS (
    SELECT placed_ordered.* EXCLUDE (placed_next), {_LAST_DAY} AS placed_last_day, NULL::DATE AS placed_until
    FROM placed_ordered
    LEFT JOIN placement_years AS placed_years ON placed_years.school_year = placed_ordered.school_year
)
SELECT *, row_number() OVER
    (PARTITION BY student_id ORDER BY entry_date, school_id DESC, placed_last_day, {{rest}}) AS placed_spell
FROM placed_dated
"""

_SPELLS = """
CREATE TEMP VIEW placement_spells AS
SELECT placed_spell AS spell, student_id, school_id, school_year, entry_date AS first_day, placed_last_day AS last_day
FROM placement_enrolled
"""

_MIXED = """
CREATE TEMP TABLE placement_mixed AS
WITH spells AS (
    SELECT placed_spell AS spell, student_id, entry_date AS first_day, placed_last_day AS last_day
    FROM placement_enrolled WHERE placed_until IS NULL
),
days AS (SELECT student_id, first_day AS day FROM spells UNION SELECT student_id, last_day + 1 FROM spells),
parts AS (
    SELECT student_id, day AS first_day, lead(day) OVER (PARTITION BY student_id ORDER BY day) - 1 AS last_day FROM days
),
held AS (
    SELECT parts.student_id, parts.first_day, parts.last_day,
        max(spell) FILTER (spells.last_day >= parts.first_day) AS in_force,
        count(*) FILTER (spells.last_day >= parts.first_day) AS many,
        arg_max(spell, (spells.last_day, spell)) FILTER (spells.last_day < parts.first_day) AS ended
    FROM parts JOIN spells ON spells.student_id = parts.student_id AND spells.first_day <= parts.first_day
    GROUP BY ALL
)
SELECT placed.* EXCLUDE (placed_last_day, placed_until), held.many > 1 AS placed_several,
    held.first_day AS placed_first_day,
    CASE WHEN held.in_force IS NOT NULL THEN held.last_day ELSE held.first_day - 1 END AS placed_last_day,
    CASE WHEN held.in_force IS NOT NULL THEN held.last_day ELSE least(held.last_day, placed_after.first_day) END
        AS placed_until
FROM held JOIN placement_enrolled AS placed
    ON placed.student_id = held.student_id AND placed.placed_spell = coalesce(held.in_force, held.ended)
LEFT JOIN placement_years AS placed_after ON placed_after.school_year = placed.school_year + 1
WHERE held.in_force IS NOT NULL OR placed_after.first_day >= held.first_day
"""

_HELD = """
CREATE TEMP VIEW placement_held AS
SELECT *, entry_date AS placed_first_day FROM placement_enrolled WHERE placed_until IS NOT NULL
UNION ALL BY NAME SELECT * EXCLUDE (placed_several) FROM placement_mixed
"""

_OWN = """
CREATE TEMP TABLE placement_own AS
WITH placed_at AS (
    SELECT parts.student_id, parts.placed_first_day, parts.placed_until, max(spells.placed_spell) AS placed_spell
    FROM placement_mixed AS parts JOIN placement_enrolled AS spells
    ON spells.student_id = parts.student_id AND spells.entry_date <= parts.placed_first_day
        AND spells.placed_last_day >= parts.placed_first_day
    WHERE parts.placed_several
    GROUP BY parts.student_id, spells.school_id, parts.placed_first_day, parts.placed_until
)
SELECT placed.* EXCLUDE (placed_until), placed_at.placed_first_day, placed_at.placed_until
FROM placed_at JOIN placement_enrolled AS placed
    ON placed.student_id = placed_at.student_id AND placed.placed_spell = placed_at.placed_spell
"""

_PEOPLE = """
CREATE TEMP TABLE placement_people AS
SELECT unnest(person) FROM (
    SELECT min(placed_row) AS person FROM ({students}) AS placed_row WHERE student_id IS NOT NULL GROUP BY student_id
)
"""


def prepare(reader: Reader, policy: Policy, strays: Strays) -> Clock:
    """Make the temporary tables, stray words left out; the school-year clock that they were made with."""
    run = reader.connection.execute
    told = school_years(reader, policy)
    years = ", ".join(f"({y.year}, {literal(y.first_day)}, {literal(y.last_day)})" for y in told.years)
    run("CREATE TEMP TABLE placement_years (school_year BIGINT, first_day DATE, last_day DATE)")
    if years:
        run(f"INSERT INTO placement_years VALUES {years}")
    rest = ", ".join(identifier(name) for name in reader.types("enrollments"))
    run(_ENROLLED.format(enrollments=strays.left_out("enrollments", _filled(reader, "enrollments", NEEDED))))
    run(_TOGETHER)
    run(_APART)
    run(_ENROLLED_TOGETHER.format(rest=rest))
    for rows in (_SPELLS, _MIXED, _HELD, _OWN):
        run(rows)
    run(_PEOPLE.format(students=strays.left_out("students", _filled(reader, "students"))))
    return told


def _filled(reader: Reader, table: str, needed: tuple[str, ...] = ()) -> str:
    """SQL for the typed rows, without the declared columns that the files lack unless they are needed."""
    there = {*reader.types(table), *needed}
    declared = [column.name for column in TABLES[table].columns if column.name in there]
    return reader.typed(table, [*declared, *(name for name in reader.types(table) if name not in declared)])


def school_years(reader: Reader, policy: Policy) -> Clock:
    """The district's clock, from its calendar, its enrollments and its policy."""
    named = reader.rows(f"SELECT DISTINCT school_year FROM ({reader.typed('enrollments', ['school_year'])})")
    calendar = reader.relation(reader.typed("calendar")) if "calendar" in reader.sources else None
    return clock(policy, spans(calendar), [year for (year,) in named if year is not None])
