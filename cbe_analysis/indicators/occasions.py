"""The scores of students over time, on the clock of the policy."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.class_of import class_of
from cbe_analysis.indicators.contrasts import UNKNOWN
from cbe_analysis.indicators.dates import read_date
from cbe_analysis.indicators.declare import Contrast, Relation
from cbe_analysis.indicators.outcomes import Outcome
from cbe_analysis.policy import Policy
from cbe_analysis.policy.clock import clock, spans
from cbe_analysis.tables.quoting import identifier

DAYS_OF_A_YEAR = 365.25
CLOCKS = {"calendar": "years of 365.25 days", "school": "school years, summers left out"}


@dataclass(frozen=True, slots=True)
class Occasions:
    """Scores sorted by student and date.

    Parameters
    ----------
    rows
        Columns `student_id`, `date`, `value`, `school`, `years` since the origin, and `class_of` (the student's).
    factors
        One row per score: the wanted group columns as text, at the date of the score.
    name, unit, origin, clock
        Words for the method: the outcome, its unit, where the intercept stands, how time runs.
    """

    rows: pd.DataFrame
    factors: pd.DataFrame
    name: str
    unit: str
    origin: str
    clock: str
    warnings: tuple[str, ...]

    @property
    def starts(self) -> NDArray[np.int64]:
        """Position of each student's first score."""
        return np.flatnonzero(self.rows["student_id"].ne(self.rows["student_id"].shift()).to_numpy())

    @property
    def student(self) -> NDArray[np.int64]:
        """Shape `(n,)`: the student of each score, as a code."""
        starts = self.starts
        return np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(self.rows))))

    @property
    def groups(self) -> pd.DataFrame:
        """One row per score: the factors of the student's first score, and the school of each."""
        first = self.starts[self.student]
        found = self.factors.iloc[first].reset_index(drop=True)
        return found.assign(school_id=self.factors["school_id"]) if "school_id" in found else found

    def only(self, keep: NDArray[np.bool_]) -> Occasions:
        """Some of the scores."""
        rows, factors = (part[keep].reset_index(drop=True) for part in (self.rows, self.factors))
        return replace(self, rows=rows, factors=factors)


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
    placed = ", ".join(f"{identifier(f'placed_{c}')} AS {identifier(f'factor {c}')}" for c in wanted)
    columns = "student_id, date, value, placed_school_id AS school, placed_grade, placed_school_year"
    columns += f", {placed}" if placed else ""
    rows = scores.rows.select(columns).df()
    rows = rows.sort_values(["student_id", "date", "value"], ignore_index=True, kind="stable")
    if rows["date"].nunique() < 2:
        raise UsageError(f"all scores of {scores.name} have one date", remedy="growth needs two dates or more")
    factors = pd.DataFrame({c: rows[f"factor {c}"].fillna(UNKNOWN) for c in wanted}, index=rows.index)
    rows["years"], place, assumed = _years(rows["date"], origin, policy, calendar)
    clock = CLOCKS[policy.growth_clock]
    rows["class_of"] = class_of(pd.factorize(rows["student_id"])[0], rows["placed_grade"], rows["placed_school_year"])
    kept = rows[["student_id", "date", "value", "school", "years", "class_of"]]
    return Occasions(kept, factors, scores.name, scores.unit(policy), place, clock, assumed)


def _years(
    dates: pd.Series, origin: str, policy: Policy, calendar: Relation | None
) -> tuple[NDArray[np.float64], str, tuple[str, ...]]:
    """Years since the origin, the origin in words, and what had to be assumed."""
    after = _number(origin)
    start = pd.Timestamp(dates.min()).date() if after is not None else read_date(origin, "origin")
    begin = pd.Series([pd.Timestamp(start)])
    assumed: tuple[str, ...] = ()
    if policy.growth_clock == "school":
        passed, assumed = _school_years(pd.concat([begin, dates]), policy, calendar)
    else:
        passed = _day_numbers(pd.concat([begin, dates])) / DAYS_OF_A_YEAR
    words = f"{start}" if not after else f"{after:g} years after {start}"
    return passed[1:] - passed[0] - (after or 0.0), words, assumed


def _school_years(
    dates: pd.Series, policy: Policy, calendar: Relation | None
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """School years on the clock at each date, and what is said of years that the calendar lacks."""
    days, position = np.unique(_day_numbers(dates).astype("datetime64[D]"), return_inverse=True)
    told = clock(policy, spans(calendar), ())
    used = replace(told, named=frozenset(told.school_year(day) for day in days.tolist()))
    return np.array([told.at(day) for day in days.tolist()])[position], used.warnings


def _day_numbers(dates: pd.Series) -> NDArray[np.int64]:
    """Days since 1970-01-01."""
    return pd.to_datetime(dates).to_numpy().astype("datetime64[D]").astype(np.int64)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
