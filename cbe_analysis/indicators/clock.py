"""Years that have passed: by the calendar, or by the school-year clock, on which a summer takes no time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.indicators.declare import Relation
from cbe_analysis.policy import Policy

DAYS_OF_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class SchoolYears:
    """First and last day of consecutive school years.

    Parameters
    ----------
    years
        Spring years, ascending.
    first, last
        Days since 1970-01-01, of the same length.
    assumed
        Those years that the calendar lacks: their days come from the policy.
    """

    years: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    assumed: tuple[int, ...]

    def clock(self, days: NDArray[np.int64]) -> NDArray[np.float64]:
        """School years complete at each day: 2025.5 in the middle of 2025-26, 2026.0 from its end until autumn."""
        at = np.searchsorted(self.first, days, side="right") - 1
        gone = (days - self.first[at]) / (self.last[at] - self.first[at])
        clock: NDArray[np.float64] = np.asarray(self.years[at] - 1.0 + np.minimum(gone, 1.0), np.float64)
        return clock

    def end(self, day: date) -> date:
        """Last day of the school year that the day lies in, or has just followed."""
        at = np.searchsorted(self.first, _days([day])[0], side="right") - 1
        return date.fromordinal(int(self.last[at]) + _EPOCH)


_EPOCH = date(1970, 1, 1).toordinal()


def _days(dates: Iterable[date]) -> NDArray[np.int64]:
    return np.array([d.toordinal() - _EPOCH for d in dates], np.int64)


def day_numbers(dates: pd.Series) -> NDArray[np.int64]:
    """Days since 1970-01-01."""
    return pd.to_datetime(dates).to_numpy().astype("datetime64[D]").astype(np.int64)


def school_years(calendar: Relation | None, policy: Policy, first: date, last: date) -> SchoolYears:
    """The school years that hold these two days and all between; the calendar's where it has them.

    A district's own rows of the calendar go before those of its schools.
    """
    spans = _spans(calendar)
    years = range(first.year - 1, last.year + 2)
    assumed = tuple(y for y in years if y not in spans)
    starts, ends = zip(*(spans.get(y) or _usual(y, policy) for y in years), strict=True)
    return SchoolYears(np.array(years), _days(starts), _days(ends), assumed)


def _spans(calendar: Relation | None) -> dict[int, tuple[date, date]]:
    """Earliest start and latest end of each school year in the calendar."""
    if calendar is None:
        return {}
    rows = calendar.df()
    if "school_id" in rows.columns:
        district = set(rows.loc[rows["school_id"].isna(), "school_year"])
        rows = rows[rows["school_id"].isna() | ~rows["school_year"].isin(district)]
    spans = rows.groupby("school_year").agg(first=("start_date", "min"), last=("end_date", "max"))
    ends = (pd.to_datetime(spans[c]).dt.date for c in ("first", "last"))
    return {int(y): (a, b) for y, a, b in zip(spans.index, *ends, strict=True) if a < b}


def _usual(year: int, policy: Policy) -> tuple[date, date]:
    """First and last day of a school year as district.toml has them."""
    first, last = policy.school_year_days
    return date.fromisoformat(f"{year - 1}-{first}"), date.fromisoformat(f"{year}-{last}")
