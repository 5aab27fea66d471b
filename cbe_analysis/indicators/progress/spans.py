"""One row per student and subject: where each stood first and last, and who and where the student was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.indicators.declare import Relation
from cbe_analysis.indicators.outcomes import LEVELS
from cbe_analysis.policy import Policy
from cbe_analysis.policy.clock import Clock, clock, spans
from cbe_analysis.tables.quoting import identifier, literal

if TYPE_CHECKING:
    from numpy.typing import NDArray

CUMULATIVE = ("highest", "latest", "evidence")  # levels found so add up as evidence comes in
FACTOR = "factor "  # begins the columns of the factors, which could be called like any other


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the levels.

    Parameters
    ----------
    subject
        None for all.
    exit_level
        The level that completes the continuum.
    at_last
        True takes factors and school as they are at the last level; else factors are those of the first, and the school
        is that of most levels.
    """

    subject: str | None
    exit_level: float
    at_last: bool = False


@dataclass(frozen=True, slots=True)
class Spans:
    """Students' spans of time on the continuum.

    Parameters
    ----------
    rows
        One row per student and subject, sorted: `student_id`, `subject`, `school`; `first_date`, `first_school`,
        `first_year` (school year); `start_date`, `start` (the first level), `second_date`, `second` (the next),
        `last_date`, `last`; `grade`, `school_year` (at the last), `reached` (day on which the exit level was reached),
        and a column for each factor.
    cumulative
        True where levels add up as evidence comes in; False where each was measured anew.
    clock
        The school-year clock; it warns of years in use that the calendar lacks.
    factors
        The names of the factors.
    """

    rows: pd.DataFrame
    cumulative: bool
    clock: Clock
    factors: tuple[str, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects that there are."""
        return tuple(sorted(self.rows["subject"].unique()))

    def years(self, dates: pd.Series) -> NDArray[np.float64]:
        """School years on the clock at each date."""
        days, position = np.unique(dates.to_numpy().astype("datetime64[D]"), return_inverse=True)
        found: NDArray[np.float64] = np.array([self.clock.at(day) for day in days.tolist()])[position]
        return found

    def year_ends(self, years: pd.Series) -> pd.Series:
        """The last day of each school year; missing where the year is."""
        ends = {year: pd.Timestamp(self.clock.year(int(year)).last_day) for year in years.dropna().unique()}
        return pd.to_datetime(years.map(ends))


def measured(levels: Relation, subject: str | None) -> Relation:
    """The levels that were measured, of one subject or of all: a placement sets the entry level and is not measured.

    Raises
    ------
    UsageError
        When there are none, or none of the subject; the message lists the subjects.
    """
    rows = levels.filter("method IS DISTINCT FROM 'placement'") if "method" in levels.columns else levels
    rows = rows.filter("level IS NOT NULL AND date IS NOT NULL")
    wanted = (subject or "").strip().removeprefix(f"{LEVELS}:")
    return rows.filter(f"subject = {literal(wanted)}") if wanted else rows


def read_spans(
    levels: Relation,
    policy: Policy,
    calendar: Relation | None,
    *,
    factors: Sequence[str],
    wanted: Wanted,
) -> Spans:
    """The spans of all students, read in one pass over the levels.

    Raises
    ------
    UsageError
        When there is no level, or none of the subject.
    """
    rows = (
        _collapsed(measured(levels, wanted.subject), factors, wanted).to_arrow_table().to_pandas(date_as_object=False)
    )
    if rows.empty:
        raise _nothing(levels, wanted.subject)
    rows = rows.sort_values(["student_id", "subject"], ignore_index=True, kind="stable")
    for name in ("first_date", "start_date", "second_date", "last_date", "reached"):
        rows[name] = pd.to_datetime(rows[name])
    cumulative = bool(rows["cumulative"].all())
    told = clock(policy, spans(calendar), ())
    used = {told.school_year(day.date()) for name in ("start_date", "last_date") for day in rows[name].unique()}
    return Spans(rows, cumulative, Clock(told.told, frozenset(used), told.days), tuple(factors))


def _collapsed(rows: Relation, factors: Sequence[str], wanted: Wanted) -> Relation:
    """One row per student and subject, from one row per student, subject and school."""
    who = ", ".join(f"{identifier(FACTOR + f)} := {identifier(f'placed_{f}')}" for f in factors)
    first = "arg_max" if wanted.at_last else "arg_min"
    fixed = f"{first}(struct_pack({who}), date)" if who else "1"
    day = "late.day" if wanted.at_last else "first_date"
    most = "late" if wanted.at_last else "struct_pack(n := n, day := late.day)"
    adds = (
        f"coalesce(method IN ({', '.join(map(literal, CUMULATIVE))}), false)" if "method" in rows.columns else "false"
    )
    level = "struct_pack(day := date, level := level, school_year := placed_school_year)"
    now = "struct_pack(day := date, level := level, grade := placed_grade, school_year := placed_school_year)"
    of_schools = rows.aggregate(
        f"student_id, subject, placed_school_id AS school, count(*) AS n, min({level}, 2) AS early, "
        f"max({now}) AS late, min(date) FILTER (level >= {wanted.exit_level}) AS reached, {fixed} AS who, "
        f"min(date) AS first_date, bool_and({adds}) AS cumulative"
    )
    joined = of_schools.aggregate(
        f"student_id, subject, arg_max(school, {most}) AS school, arg_min(school, first_date) AS first_school, "
        "list_sort(flatten(list(early))) AS early, max(late) AS late, min(reached) AS reached, "
        f"{first}(who, {day}) AS who, min(first_date) AS first_date, bool_and(cumulative) AS cumulative"
    )
    named = "".join(f", who.{identifier(FACTOR + f)} AS {identifier(FACTOR + f)}" for f in factors)
    return joined.select(
        "student_id, subject, school, first_school, first_date, early[1].day AS start_date, early[1].level AS start, "
        "TRY_CAST(early[1].school_year AS DOUBLE) AS first_year, "
        "early[2].day AS second_date, early[2].level AS second, late.day AS last_date, late.level AS last, "
        "TRY_CAST(late.grade AS DOUBLE) AS grade, TRY_CAST(late.school_year AS DOUBLE) AS school_year, reached, "
        f"cumulative{named}"
    )


def _nothing(levels: Relation, subject: str | None) -> UsageError:
    """The error for no level at all, or none of the subject."""
    offered = measured(levels, None).aggregate("subject").df()["subject"].dropna()
    if offered.empty:
        return UsageError("the rows asked for hold no measured level", "table 'levels'", "ask for other rows")
    return UsageError(
        "subject is not among the levels", "option 'subject'", f"set subject to one of: {choices(offered)}, or to none"
    )
