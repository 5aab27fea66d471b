"""The scores of students over time, on the clock of the policy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.clock import DAYS_OF_A_YEAR, day_numbers, school_years
from cbe_analysis.indicators.contrasts import UNKNOWN
from cbe_analysis.indicators.dates import read_date
from cbe_analysis.indicators.declare import Contrast, Relation
from cbe_analysis.indicators.outcomes import Outcome
from cbe_analysis.policy import Policy

CLOCKS = {"calendar": "years of 365.25 days", "school": "school years, summers left out"}


@dataclass(frozen=True, slots=True)
class Occasions:
    """Scores sorted by student and date.

    Parameters
    ----------
    rows
        Columns `student_id`, `date`, `value`, `school` and `years` since the origin.
    factors
        One row per score: the wanted group columns as text, those of the student's first score; `school_id` is that of
        the score.
    starts
        Position of each student's first score.
    name, unit, origin, clock
        Words for the method: the outcome, its unit, where the intercept stands, how time runs.
    """

    rows: pd.DataFrame
    factors: pd.DataFrame
    starts: NDArray[np.int64]
    name: str
    unit: str
    origin: str
    clock: str
    warnings: tuple[str, ...]


def occasions(
    scores: Outcome, contrast: Contrast, policy: Policy, calendar: Relation | None, *, origin: str
) -> Occasions:
    """The scores with the years at which they were taken.

    Raises
    ------
    UsageError
        When all scores have one date: no growth can be seen.
    """
    wanted = list(dict.fromkeys((*contrast.by, *contrast.adjust)))
    placed = ", ".join(f'placed_{c} AS "factor {c}"' for c in wanted)
    columns = "student_id, date, value, placed_school_id AS school" + (f", {placed}" if placed else "")
    rows = scores.rows.select(columns).df()
    rows = rows.sort_values(["student_id", "date", "value"], ignore_index=True, kind="stable")
    if rows["date"].nunique() < 2:
        raise UsageError(f"all scores of {scores.name} have one date", remedy="growth needs two dates or more")
    new = rows["student_id"].ne(rows["student_id"].shift()).to_numpy()
    starts = np.flatnonzero(new)
    first = starts[np.cumsum(new) - 1]
    factors = pd.DataFrame({c: _factor(rows, c, first) for c in wanted}, index=rows.index)
    rows["years"], place, assumed = _years(rows["date"], origin, policy, calendar)
    clock = CLOCKS[policy.growth_clock]
    kept = rows[["student_id", "date", "value", "school", "years"]]
    return Occasions(kept, factors, starts, scores.name, scores.unit(policy), place, clock, assumed)


def _factor(rows: pd.DataFrame, column: str, first: NDArray[np.int64]) -> pd.Series:
    """A factor per score: that of the student's first, but the school of each."""
    values = rows[f"factor {column}"].fillna(UNKNOWN)
    return values if column == "school_id" else values.iloc[first].set_axis(rows.index)


def _years(
    dates: pd.Series, origin: str, policy: Policy, calendar: Relation | None
) -> tuple[NDArray[np.float64], str, tuple[str, ...]]:
    """Years since the origin, the origin in words, and what had to be assumed."""
    days = day_numbers(dates)
    first, last = (pd.Timestamp(d).date() for d in (dates.min(), dates.max()))
    after = _number(origin)
    start = first if after is not None else read_date(origin, "origin")
    warnings: tuple[str, ...] = ()
    if policy.growth_clock == "school":
        span = school_years(calendar, policy, min(first, start), max(last, start))
        clock, begins = span.clock(days), span.clock(day_numbers(pd.Series([pd.Timestamp(start)])))[0]
        assumed = [y for y in span.assumed if min(first, start).year <= y <= max(last, start).year]
        if assumed:
            warnings = (f"the calendar lacks {len(assumed)} school years; their days are those of district.toml",)
    else:
        clock, begins = days / DAYS_OF_A_YEAR, day_numbers(pd.Series([pd.Timestamp(start)]))[0] / DAYS_OF_A_YEAR
    words = f"{start}" if not after else f"{after:g} years after {start}"
    return clock - begins - (after or 0.0), words, warnings


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
