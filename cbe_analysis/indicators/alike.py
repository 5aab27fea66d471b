"""Groups whose members all have the same value: what is said of such a group is said of each of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALIKE = "all of the group are alike"  # the notes that `protect` heeds
NEARLY = f"nearly {ALIKE}"
TWO_VALUES = "of two values alone: a share in all but name"
FEW_VALUES = "scores of few values"
MOST_STEPS, SPREAD = 12, 3.0  # what is few: steps from the lowest score to the highest, steps of standard deviation
FINEST = 1000  # parts of a point that a step has at most
OFTEN = 3  # times that each of a few values stands among the scores, at least
FEW = ((300, 1), (100, 2), (40, 5), (20, 10), (0, 20))  # from this size on, so many percent are few
NOISE = 1e-9  # differences this small against the values are those of arithmetic


def same(values: NDArray[np.float64]) -> bool:
    """True when there are values and all are the same."""
    return len(values) > 0 and float(np.ptp(values)) <= NOISE * max(1.0, float(np.abs(values).max()))


def alike_note(values: NDArray[np.float64]) -> str:
    """What must be said of a group: that all have the same value, or nearly all; else nothing.

    Where few have another value than the commonest, as few as a share would not be told of, the mean counts them.
    """
    if same(values):
        return ALIKE
    others = len(values) - int(np.unique(values, return_counts=True)[1].max()) if len(values) else 0
    percent = next(percent for size, percent in FEW if len(values) >= size)
    return NEARLY if 0 < 100 * others < (percent + 0.5) * len(values) else ""


def two_values(values: NDArray[np.float64]) -> bool:
    """True where the values are two alone, as of a test that is passed or not."""
    if not len(values):
        return False
    low, high = values.min(), values.max()
    return bool(low < high and ((values == low) | (values == high)).all())


@dataclass(frozen=True, slots=True)
class Scores:
    """What scores a group may have: where they are few, or lie close together, mean and error count who has which.

    Parameters
    ----------
    two, few
        Whether there are two values alone, or few.
    step
        The step of which all scores are multiples apart; 0 where there is none.
    """

    two: bool
    few: bool
    step: float

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Scores:
        """The scores that there are; of shape `(n,)`."""
        distinct = np.unique(values)
        step = _step(distinct)
        listed = len(distinct) <= MOST_STEPS + 1 and OFTEN * len(distinct) <= len(values)
        few = len(distinct) > 1 and (np.ptp(distinct) <= MOST_STEPS * step if step > 0 else listed)
        return cls(two_values(values), bool(few), step)

    def note(self, values: NDArray[np.float64]) -> str:
        """What must be said of the mean of a group."""
        return TWO_VALUES if self.two else alike_note(values) or self.close(values)

    def close(self, values: NDArray[np.float64]) -> str:
        """What must be said of the error of a group."""
        return FEW_VALUES if self.few or (len(values) and values.std() < SPREAD * self.step) else ""


def _step(distinct: NDArray[np.float64]) -> float:
    parts = distinct * FINEST
    whole = np.rint(parts)
    if len(parts) < 2 or np.abs(parts).max() > np.iinfo(np.int32).max or np.abs(parts - whole).max() > FINEST * NOISE:
        return 0.0
    return float(np.gcd.reduce(np.diff(whole).astype(np.int64))) / FINEST


def on_one_course(values: NDArray[np.float64], years: NDArray[np.float64]) -> bool:
    """True when all scores lie on one straight line, or scores of the same day are the same wherever there are several.

    Parameters
    ----------
    values, years
        Shape `(n,)`: scores, and when they were taken.
    """
    if not len(values):
        return False
    around = years - years.mean()
    spread = float(around @ around)
    line = values.mean() + (around * (around @ values) / spread if spread > 0 else 0.0)
    if float(np.abs(values - line).max()) <= NOISE * max(1.0, float(np.abs(values).max())):
        return True
    day = np.unique(years, return_inverse=True)[1]
    several = np.bincount(day)[day] > 1
    if several.sum() * 2 < len(values):
        return False
    return all(same(values[several & (day == d)]) for d in np.unique(day[several]))
