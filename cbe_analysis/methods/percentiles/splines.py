"""Cubic splines of past scores, with the knots and boundaries of the growth percentiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline

from cbe_analysis.methods.arrays import FloatArray

DEGREE = 3
KNOTS = (0.2, 0.4, 0.6, 0.8)  # quantiles of the past score
WIDER = 0.1  # of the range, on each side
DIGITS = 3
COLUMNS = DEGREE + len(KNOTS)  # the basis without its first column


@dataclass(frozen=True, slots=True)
class Spline:
    """Where a cubic spline may bend, and between which scores it is defined.

    Parameters
    ----------
    knots
        Shape `(4,)`, not falling; in the unit of the scores.
    low, high
        The boundaries; equal where all past scores are, and then the spline tells nothing.
    """

    knots: FloatArray
    low: float
    high: float

    def columns(self, scores: FloatArray) -> FloatArray:
        """The basis without its first column, shape `(n, 7)`; a score beyond a boundary counts as on it."""
        if not self.low < self.high:
            return np.zeros((scores.size, COLUMNS))
        ends = np.repeat([self.low, self.high], DEGREE + 1)
        places = np.concatenate([ends[: DEGREE + 1], self.knots, ends[DEGREE + 1 :]])
        each = BSpline(places, np.eye(1 + COLUMNS)[:, 1:], DEGREE)  # four times as fast as BSpline.design_matrix
        found: FloatArray = each(np.clip(scores, self.low, self.high))
        return found


def spline_of(scores: FloatArray) -> Spline:
    """The spline for these past scores, of all students of the cohort who have one.

    Knots are the .2, .4, .6 and .8 quantiles (type 7), boundaries the range widened by a tenth on each side; both are
    rounded to three decimals.

    References
    ----------
    Betebenner, D. W. (2009), Educational Measurement: Issues and Practice 28(4), 42-51. Hyndman, R. J. & Fan, Y.
    (1996), The American Statistician 50, 361-365 (type 7).
    """
    low, high = float(scores.min()), float(scores.max())
    wider = WIDER * (high - low)
    knots = np.round(np.quantile(scores, KNOTS), DIGITS)
    if wider == 0:
        return Spline(knots, low, high)
    return Spline(knots, round(low - wider, DIGITS), round(high + wider, DIGITS))
