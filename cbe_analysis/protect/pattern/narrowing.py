"""Narrower bounds of variables, by the bounds of sums: what can be said without solving anything."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.pattern.programme import Numbers
from cbe_analysis.protect.pattern.sums import Sums

SWEEPS = 3
SLACK = 1e-6


def narrowed(  # noqa: PLR0913 - variables and sums with their bounds
    low: Numbers, high: Numbers, sums: Sums, least: Numbers, most: Numbers, known: NDArray[np.bool_]
) -> tuple[Numbers, Numbers]:
    """Bounds of the variables that follow from the sums one by one, while all others are anywhere between theirs.

    Parameters
    ----------
    low, high
        Of the variables, shape `(n,)`; finite.
    least, most
        Of the sums, shape `(sums,)`.
    known
        Which sums are asked.
    """
    told = sums.rows(known)
    least, most = least[known], most[known]
    low, high = low.copy(), high.copy()
    row = np.repeat(np.arange(len(told)), np.diff(told.start))
    up = told.value > 0
    for _ in range(SWEEPS):
        smallest, largest = told.ends(low, high)
        own_least = told.value * np.where(up, low[told.index], high[told.index])
        own_most = told.value * np.where(up, high[told.index], low[told.index])
        above = (most[row] - (smallest[row] - own_least)) / told.value
        below = (least[row] - (largest[row] - own_most)) / told.value
        np.minimum.at(high, told.index, np.where(up, above, below) + SLACK)
        np.maximum.at(low, told.index, np.where(up, below, above) - SLACK)
    return low, high
