"""The check on exports cut short: terms with much less evidence per student and day than is usual there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cbe_analysis.tables import Table
from cbe_analysis.tables.quoting import literal
from cbe_analysis.validate.checks import NO_ROWS, Check, Known, Words, counted

FEWEST = 50  # ratings that a term should hold to be judged
SHORTEST = 20  # days of a term that must be over
NEARLY_ALL = 0.999  # of the ratings lie before the day up to which the export reaches

_BY_OWN_SCHOOL = (
    "SELECT coalesce(school_id, '') AS school_id, school_year, place, sum(times) AS ratings FROM dated GROUP BY ALL"
)
_BY_STAY = """
    SELECT school_id, school_year, place, sum(times) AS ratings FROM (
        SELECT student_id, school_year, place, sum(times) AS times FROM dated GROUP BY ALL
    ) JOIN (
        SELECT stays.student_id, terms.school_year, place, arg_max(school_id,
            least(terms.last_day, stays.last_day) - greatest(terms.first_day, stays.first_day)) AS school_id
        FROM stays JOIN terms ON terms.first_day <= stays.last_day AND terms.last_day >= stays.first_day GROUP BY ALL
    ) USING (student_id, school_year, place) GROUP BY ALL"""


def usual_checks(table: Table, known: Known) -> Iterator[Check]:
    """The check on terms cut short, for evidence."""
    if table.name == "evidence":
        yield _cut_short(known)


def _cut_short(known: Known) -> Check:
    """A school's term beside the same term of its other years, else beside its other terms; and all schools together.

    Ratings are counted for each student and day of enrollment, up to the day that the export reaches: a term that goes
    on is no export cut short.
    """
    least = known.policy.checks.usual_evidence_at_least
    own = known.has("evidence", "school_id")
    words = Words(
        f"a term holds less than {least:.0%} of its usual evidence",
        "pace, coverage and shares of that school and term come out too low, as if students had learned less",
        "export the term again and compare its number of rows with the source system; an export cut short is the usual"
        " cause, a new practice of rating the other",
    )
    whom = "coalesce(school_id, '') AS school_id" if own else "student_id"
    until = literal(known.policy.as_of) if known.policy.as_of else "reached"
    groups = f"""
        WITH days AS (
            SELECT unnest(generate_series(first_day, last_day, INTERVAL 1 DAY))::DATE AS day, school_year, place
            FROM terms
        ), dated AS MATERIALIZED (
            SELECT {whom}, day, school_year, place, count(*) AS times
            FROM typed JOIN days ON typed.date = days.day GROUP BY ALL
        ), reach AS (
            SELECT min(day) AS reached FROM (
                SELECT day, sum(sum(times)) OVER (ORDER BY day) AS before, sum(sum(times)) OVER () AS whole
                FROM dated GROUP BY day
            ) WHERE before >= {NEARLY_ALL} * whole
        ), past AS (
            SELECT school_year, place, title, first_day, least(last_day, {until}) AS last_day FROM terms, reach
            WHERE first_day + {SHORTEST} <= {until}
        ), found AS ({_BY_OWN_SCHOOL if own else _BY_STAY}),
        there AS (
            SELECT school_id, past.school_year, place, title,
                sum(least(past.last_day, stays.last_day) - greatest(past.first_day, stays.first_day) + 1) AS enrolled
            FROM past JOIN stays ON past.first_day <= stays.last_day AND past.last_day >= stays.first_day GROUP BY ALL
        ), each_one AS (
            SELECT there.*, coalesce(ratings, 0) AS ratings
            FROM there LEFT JOIN found USING (school_id, school_year, place)
        ), terms_of AS (
            SELECT 'school ' || school_id AS whose, school_year, place, title, enrolled, ratings FROM each_one
            UNION ALL
            SELECT 'all schools', school_year, place, title, sum(enrolled), sum(ratings) FROM each_one GROUP BY ALL
        ), beside AS (
            SELECT this.*, coalesce(median(other.ratings / other.enrolled) FILTER (other.place = this.place),
                median(other.ratings / other.enrolled)) AS pace
            FROM terms_of AS this JOIN terms_of AS other ON other.whose = this.whose
                AND (other.school_year, other.place) <> (this.school_year, this.place) AND other.enrolled > 0
            GROUP BY ALL
        )
        SELECT usual >= {FEWEST} AND ratings < {literal(least)} * usual AS faulty, ratings AS held,
            format('{{}}, {{}}: {{:,}} ratings, usual {{:,}}',
                whose, title, ratings::BIGINT, round(usual)::BIGINT) AS said
        FROM (SELECT *, pace * enrolled AS usual FROM beside)
        ORDER BY whose <> 'all schools', school_year, place, whose"""
    columns = ("date", "school_id" if own else "student_id")
    check = Check("usual_evidence", "evidence", columns, "warning", words, NO_ROWS, reads=("typed", "terms", "stays"))
    return counted(replace(check, groups=groups))
