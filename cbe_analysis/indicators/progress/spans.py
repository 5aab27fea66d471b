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
from cbe_analysis.indicators.progress.collapse import Wanted, adding, collapse, read
from cbe_analysis.policy import Policy
from cbe_analysis.policy.clock import Clock, clock, spans
from cbe_analysis.tables.quoting import literal

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    levels
        Where levels were measured anew, all of them, sorted: `unit` (which of the rows), `date`, `level`, `std_error`.
    cumulative
        True where levels add up as evidence comes in; False where each was measured anew.
    clock
        The school-year clock; it warns of years in use that the calendar lacks.
    factors
        The names of the factors.
    """

    rows: pd.DataFrame
    levels: pd.DataFrame
    cumulative: bool
    clock: Clock
    factors: tuple[str, ...]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The subjects that there are."""
        return tuple(sorted(self.rows["subject"].unique()))

    def years(self, dates: pd.Series) -> NDArray[np.float64]:
        """School years on the clock at each date."""
        position, days = pd.factorize(dates.to_numpy().astype("datetime64[D]").astype(np.int64))
        at = [self.clock.at(day) for day in days.astype("datetime64[D]").tolist()]
        found: NDArray[np.float64] = np.array(at, np.float64)[position]
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
    """The spans of all students.

    Raises
    ------
    UsageError
        When there is no level, or none of the subject.
    """
    measures = measured(levels, wanted.subject)
    found = collapse(measures, factors, wanted) if _begins_adding(measures) else None
    if found is None or not (wanted.at_last or found.cumulative):
        found = read(measures, factors, wanted)
    rows = found.rows
    if rows.empty:
        raise _nothing(levels, wanted.subject)
    for name in ("first_date", "start_date", "second_date", "last_date", "reached"):
        rows[name] = pd.to_datetime(rows[name])
    told = clock(policy, spans(calendar), ())
    used = {told.school_year(day.date()) for name in ("start_date", "last_date") for day in rows[name].unique()}
    return Spans(rows, found.levels, found.cumulative, Clock(told.told, frozenset(used), told.days), tuple(factors))


def _begins_adding(levels: Relation) -> bool:
    """Whether a level, whichever is found first, adds up: then all are likely to. True also for no level at all."""
    found = levels.select(f"{adding(levels.columns)} AS adds").limit(1).df()["adds"]
    return bool(found.all())


def _nothing(levels: Relation, subject: str | None) -> UsageError:
    """The error for no level at all, or none of the subject."""
    offered = measured(levels, None).aggregate("subject").df()["subject"].dropna()
    if offered.empty:
        return UsageError("the rows asked for hold no measured level", "table 'levels'", "ask for other rows")
    return UsageError(
        "subject is not among the levels", "option 'subject'", f"set subject to one of: {choices(offered)}, or to none"
    )
