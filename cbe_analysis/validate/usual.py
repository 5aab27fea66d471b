"""The check on exports cut short: terms with much less evidence per student and day than is usual there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cbe_analysis.tables import Table
from cbe_analysis.tables.quoting import literal
from cbe_analysis.validate.checks import NO_ROWS, Check, Known, Words, counted

FEWEST = 50  # ratings that a term should hold to be judged
SHORTEST = 20  # days of a term that must be over
NEARLY_NONE = 0.001  # of the ratings lie before the day from which the export counts, and after that up to which
LATE = 30  # days into a term at which ratings may begin

_BY_OWN_SCHOOL = "SELECT coalesce(school_id, '') AS school_id, extent, school_year, place, ratings FROM counts"
_BY_STAY = """
    SELECT school_id, extent, school_year, place, sum(ratings) AS ratings FROM counts JOIN (
        SELECT stays.student_id, extent, parts.school_year, place, arg_max(school_id,
            least(parts.last_day, stays.last_day) - greatest(parts.first_day, stays.first_day)) AS school_id
        FROM stays JOIN parts ON parts.first_day <= stays.last_day AND parts.last_day >= stays.first_day GROUP BY ALL
    ) USING (student_id, extent, school_year, place) GROUP BY ALL"""
_PARTS = """
    SELECT 'whole' AS extent, school_year, place, title, first_day, last_day, true AS judged FROM terms, reach
    WHERE last_day < reached AND first_day >= began
    UNION ALL
    SELECT 'begun', terms.school_year, terms.place, terms.title, terms.first_day,
        least(terms.last_day, terms.first_day + open.days), terms.school_year = open.school_year
    FROM terms JOIN (
        SELECT *, CAST(reached - first_day AS INTEGER) AS days
        FROM terms, reach WHERE reached BETWEEN first_day AND last_day
    ) AS open ON terms.place = open.place AND terms.first_day BETWEEN open.began AND open.first_day"""


def usual_checks(table: Table, known: Known) -> Iterator[Check]:
    """The check on terms cut short, for evidence."""
    if table.name == "evidence":
        yield _cut_short(known)


def _cut_short(known: Known) -> Check:
    """A school's term beside the same term of its other years, else beside its other terms; and all schools together.

    Ratings are counted for each student and day of enrollment. The export reaches up to a day: the term of that day is
    held against the same part of the term in other years. Terms before a school's first ratings are not judged.
    """
    least = known.policy.checks.usual_evidence_at_least
    own = known.has("evidence", "school_id")
    words = Words(
        f"a term holds less than {100 * least:g} % of its usual evidence",
        "pace, coverage and shares of that school and term come out too low, as if students had learned less",
        "export the term again and compare its number of rows with the source system; an export cut short is the usual"
        " cause, a new practice of rating the other",
    )
    groups = f"{_ratings_of_terms(known, own)}, {_beside_the_usual(least)}"
    columns = ("date", "school_id" if own else "student_id")
    check = Check("usual_evidence", "evidence", columns, "warning", words, NO_ROWS, reads=("typed", "terms", "stays"))
    return counted(replace(check, groups=groups))


def _ratings_of_terms(known: Known, own: bool) -> str:
    """Named queries: the days that the export reaches, the parts of terms, and the ratings found in each part."""
    whom = "coalesce(school_id, '') AS school_id" if own else "student_id"
    until = f"{literal(known.policy.as_of)}" if known.policy.as_of else "max(date) FILTER (later >= nearly_none)"
    return f"""
        WITH reach AS (
            SELECT min(date) FILTER (sooner >= nearly_none) - {LATE} AS began, {until} AS reached FROM (
                SELECT date, sum(times) OVER (ORDER BY date) AS sooner, sum(times) OVER (ORDER BY date DESC) AS later,
                    {NEARLY_NONE} * sum(times) OVER () AS nearly_none
                FROM (SELECT date, count(*) AS times FROM typed WHERE date IS NOT NULL GROUP BY date)
            )
        ), parts AS MATERIALIZED (SELECT * FROM ({_PARTS}) WHERE last_day >= first_day + {SHORTEST}),
        counts AS (
            SELECT {whom}, extent, school_year, place, count(*) AS ratings
            FROM typed JOIN (
                SELECT extent, school_year, place,
                    unnest(generate_series(first_day, last_day, INTERVAL 1 DAY))::DATE AS day FROM parts
            ) AS days ON typed.date = days.day GROUP BY ALL
        ), found AS ({_BY_OWN_SCHOOL if own else _BY_STAY})"""


def _beside_the_usual(least: float) -> str:
    """Named queries after those, and the question: ratings of each part beside what is usual for its enrolled days."""
    return f"""
        there AS (
            SELECT school_id, extent, parts.school_year, place, title, judged, parts.first_day AS begins,
                sum(least(parts.last_day, stays.last_day) - greatest(parts.first_day, stays.first_day) + 1) AS enrolled
            FROM parts JOIN stays ON parts.first_day <= stays.last_day AND parts.last_day >= stays.first_day
            GROUP BY ALL
        ), each_one AS (
            SELECT 'school ' || school_id AS whose, there.* EXCLUDE (school_id), coalesce(ratings, 0) AS ratings
            FROM there LEFT JOIN found USING (school_id, extent, school_year, place)
        ), terms_of AS (
            SELECT * FROM each_one UNION ALL
            SELECT 'all schools', extent, school_year, place, title, judged, begins, sum(enrolled), sum(ratings)
            FROM each_one GROUP BY ALL
        ), rated AS (
            SELECT * FROM terms_of
            QUALIFY begins >= min(begins) FILTER (ratings > 0) OVER (PARTITION BY whose, extent)
        ), beside AS (
            SELECT this.*, coalesce(median(other.ratings / other.enrolled) FILTER (other.place = this.place),
                median(other.ratings / other.enrolled)) AS pace
            FROM rated AS this JOIN rated AS other ON other.whose = this.whose AND other.extent = this.extent
                AND (other.school_year, other.place) <> (this.school_year, this.place)
            WHERE this.judged GROUP BY ALL
        )
        SELECT usual >= {FEWEST} AND ratings < {literal(least)} * usual AS faulty, ratings AS held,
            format('{{}}, {{}}: {{:,}} ratings, usual {{:,}}',
                whose, title, ratings::BIGINT, round(usual)::BIGINT) AS said
        FROM (SELECT *, pace * enrolled AS usual FROM beside)
        ORDER BY whose <> 'all schools', school_year, place, whose"""
