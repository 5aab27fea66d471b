"""Checks on numbers that no growth explains: levels that jump, scores far from all others, years on another scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cbe_analysis.tables import Table
from cbe_analysis.tables.quoting import literal
from cbe_analysis.validate.checks import NO_ROWS, Check, Known, Words, as_date, as_number, counted

DAYS_OF_A_YEAR = 365.25
FAR = 3.0  # widths of the middle 90 % of scores: eleven standard deviations of a normal distribution
SHIFTED = 3.0  # standard deviations within a school year
FEWEST = 20  # scores that a year needs to be compared
FAULTY = f"(abs(mean - usual) > {SHIFTED} * width AND width > 0)"
SCORED = {"assessments": ("instrument", "subject"), "evidence": ()}


def jump_checks(table: Table, known: Known) -> Iterator[Check]:
    """The checks on jumps, as far as the table has what they need."""
    if table.name == "levels":
        yield _jump(table, known.policy.checks.level_jump_at_most)
    if table.name == "assessments" or (table.name == "evidence" and not known.policy.scales.ratings):
        yield _far_out(table)
        yield _other_scale(table, known)


def _jump(table: Table, most: float) -> Check:
    """Students who never stray further than the limit are left out first, so that few rows are put in order."""
    words = Words(
        f"level jumps by more than {most:g} from one date of a student and subject to the next",
        "one wrong level makes two wrong paces, up and down again, and widens every spread",
        "check the level and the date; set level_jump_at_most under [checks] in district.toml if such jumps are real",
    )
    rows = f"""
        WITH told AS (
            SELECT row_number, student_id, subject, {as_date("date")} AS day, {as_number("level")} AS position FROM raw
        ), strayed AS (
            SELECT student_id, subject FROM told GROUP BY ALL HAVING max(position) - min(position) > {literal(most)}
        ), steps AS (
            SELECT row_number, position - lag(position) OVER course AS step, day - lag(day) OVER course AS between_days
            FROM told SEMI JOIN strayed USING (student_id, subject) WHERE position IS NOT NULL AND day IS NOT NULL
            WINDOW course AS (PARTITION BY student_id, subject ORDER BY day, row_number)
        )
        SELECT row_number FROM steps
        WHERE abs(step) > {literal(most)} * greatest(1.0, between_days / {DAYS_OF_A_YEAR})"""
    columns = ("student_id", "subject", "date", "level")
    return counted(Check("jump", table.name, columns, "warning", words, rows))


def _far_out(table: Table) -> Check:
    """Scores far from the middle 90 % of their instrument and subject; each score is looked at once."""
    words = Words(
        "score lies far from all other scores of its kind",
        "a score of another order (ten times too high, a code for missing) moves means, slopes and spreads",
        "correct score in the source system; where the scale is that wide, tell it under [scales] in district.toml",
    )
    kind = f"concat_ws(chr(31), {', '.join(SCORED[table.name])})" if SCORED[table.name] else "''"
    far = f"""
        WITH counted AS (
            SELECT {kind} AS kind, score, count(*) AS times FROM typed WHERE score IS NOT NULL GROUP BY ALL
        ), reached AS (
            SELECT *, sum(times) OVER (PARTITION BY kind ORDER BY score) AS reached,
                sum(times) OVER (PARTITION BY kind) AS whole FROM counted
        ), middle AS (
            SELECT kind, min(score) FILTER (reached >= 0.05 * whole) AS lowest,
                min(score) FILTER (reached >= 0.95 * whole) AS highest
            FROM reached WHERE whole >= {FEWEST} GROUP BY kind
        )
        SELECT kind, score FROM counted JOIN middle USING (kind)
        WHERE score NOT BETWEEN lowest - {FAR} * (highest - lowest) AND highest + {FAR} * (highest - lowest)"""
    rows = f"""
        SELECT row_number FROM (SELECT row_number, {kind} AS kind, {as_number("score")} AS score FROM raw)
        SEMI JOIN ({far}) AS far USING (kind, score)"""
    columns, suspicion = (*SCORED[table.name], "score"), f"SELECT count(*) FROM ({far})"
    check = Check("far_out", table.name, columns, "warning", words, rows, reads=("typed",))
    return counted(replace(check, suspicion=suspicion))


def _other_scale(table: Table, known: Known) -> Check:
    """The mean of a unit against the middle of all units' means, by the usual spread within one.

    A unit is a school year: of an instrument, subject and grade, or of a school's ratings. Days are summed up first:
    there are few of them.
    """
    words = Words(
        "the scores of a whole school year stand on another scale than the others",
        "growth from year to year and gaps between schools are then a matter of the scale, not of learning",
        "export these scores anew on the scale of the others, or keep them under an instrument of their own",
    )
    columns = known.tables[table.name]
    kinds = [name for name in (*SCORED[table.name], "grade_at_test") if name in columns]
    parts = [*kinds, *(["school_id"] if table.name == "evidence" and "school_id" in columns else [])]
    units = _units(kinds, parts)
    groups = f"{units} SELECT {FAULTY} AS faulty, held, '' AS said FROM beside"
    details = _means(units, kinds, parts, known.policy.minimum_n)
    check = Check(
        "other_scale", table.name, (*parts, "date", "score"), "warning", words, NO_ROWS, reads=("typed", "years")
    )
    return counted(replace(check, groups=groups, details=details))


def _units(kinds: list[str], parts: list[str]) -> str:
    """Named queries: the units, and each beside the middle of those of its kind."""
    names, told = ", ".join(["school_year", *parts]), ", ".join([*parts, "date"])
    return f"""
        WITH days AS (
            SELECT {told}, count(*) AS held, sum(score) AS total, sum(score * score) AS squares
            FROM typed WHERE score IS NOT NULL AND date IS NOT NULL GROUP BY ALL
        ),
        units AS (
            SELECT {names}, sum(held) AS held, sum(total) / sum(held) AS mean,
                sqrt(greatest(0, sum(squares) / sum(held) - (sum(total) / sum(held)) ** 2)) AS spread
            FROM days ASOF JOIN years ON date >= years.first_day
            GROUP BY ALL HAVING sum(held) >= {FEWEST}
        ), beside AS (SELECT *, median(mean) OVER alike AS usual, median(spread) OVER alike AS width FROM units
            WINDOW alike AS ({_within(kinds)}))"""


def _means(units: str, kinds: list[str], parts: list[str], minimum: int) -> str:
    """SQL for the units at fault in words: without means where few students stand behind one of them, or of its kind.

    The middle of two means and the one tell the other.
    """
    names = ["school_year", *parts]
    same = " AND ".join(f"people.{name} IS NOT DISTINCT FROM beside.{name}" for name in names)
    told = ", ".join(_word(name) for name in names)
    return f"""{units}, people AS (
            SELECT {", ".join(names)}, count(DISTINCT student_id) AS students
            FROM (SELECT * FROM typed WHERE score IS NOT NULL AND date IS NOT NULL)
            ASOF JOIN years ON date >= years.first_day GROUP BY ALL
        ), counted AS (
            SELECT beside.*, min(students) OVER alike AS fewest FROM beside JOIN people ON {same}
            WINDOW alike AS ({_within([f"beside.{name}" for name in kinds])})
        )
        SELECT concat_ws(', ', {told}) || CASE WHEN fewest >= {literal(minimum)}
            THEN format(': mean {{:.1f}}, usual {{:.1f}}', mean, usual)
            ELSE ': means of fewer than {minimum} students are not told' END AS said
        FROM counted WHERE {FAULTY} ORDER BY {", ".join(names)}"""


def _within(kinds: list[str]) -> str:
    """SQL for a window over the units of a kind."""
    return f"PARTITION BY {', '.join(kinds)}" if kinds else ""


def _word(name: str) -> str:
    """SQL for a part of a unit in words."""
    plain = {"school_year": "'school year '", "school_id": "'school '", "grade_at_test": "'grade '"}.get(name, "''")
    return f"{plain} || {name}"
