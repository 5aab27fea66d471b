"""Groups whose members all have the same value: what is said of such a group is said of each of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ALIKE = "all of the group are alike"  # the note that `protect` heeds
NOISE = 1e-9  # differences this small against the values are those of arithmetic


def same(values: NDArray[np.float64]) -> bool:
    """True when there are values and all are the same."""
    return len(values) > 0 and float(np.ptp(values)) <= NOISE * max(1.0, float(np.abs(values).max()))


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
