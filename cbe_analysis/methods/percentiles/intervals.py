"""How far a student's percentile can be trusted: one test is a noisy look at what a student knows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri

from cbe_analysis.methods.arrays import FloatArray, IntArray
from cbe_analysis.methods.percentiles.curves import HIGHEST, LOWEST, Curves, blocks, threshold

REACH = float(ndtri(0.975))


@dataclass(frozen=True, slots=True)
class Reach:
    """The 95 % intervals of students' percentiles, shape `(n,)` each, 1 to 99; NaN where an error is unknown."""

    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)


def student_intervals(
    curves: Curves, score: FloatArray, priors: FloatArray, std_errors: FloatArray, percentile: IntArray
) -> Reach:
    """Where the percentile would lie, in 95 of 100 cases, had the tests no error and the curves none.

    The error of the score, and that of each past score times the slope of the student's own curve, move the score; the
    curves turn that into percentiles. The error of the curves themselves, from the student's leverage, is added in
    squares. What the interval holds is the percentile of the error-free scores on these same curves.

    Parameters
    ----------
    curves, score, priors
        The curves, and shapes `(n,)` and `(n, order)`, none missing.
    std_errors
        Shape `(n, 1 + order)`: of the score, then of the past scores.
    percentile
        Shape `(n,)`, of the same students.

    References
    ----------
    McCaffrey, D. F., Castellano, K. E. & Lockwood, J. R. (2015), Educational Measurement: Issues and Practice 34(1),
    15-21 (the error of an individual percentile). Koenker, R. & Bassett, G. (1978), Econometrica 46, 33-50 (of the
    curves).
    """
    low, high = np.full(score.size, np.nan), np.full(score.size, np.nan)
    known = np.flatnonzero(np.isfinite(std_errors).all(axis=1))
    columns = curves.columns(priors[known])
    own = percentile[known].astype(np.float64)
    moved = REACH * _moved(curves, priors[known], std_errors[known], percentile[known])
    bent = REACH * _curve_errors(curves, columns, own)
    below, above = curves.standing(columns, *(threshold(score[known] + sign * moved) for sign in (-1, 1)))
    low[known] = np.maximum(own - np.hypot(own - below, bent), LOWEST)
    high[known] = np.minimum(own + np.hypot(above - own, bent), HIGHEST)
    return Reach(low, high)


def _moved(curves: Curves, priors: FloatArray, std_errors: FloatArray, percentile: IntArray) -> FloatArray:
    """The standard error of the score less the student's own curve, shape `(n,)`."""
    own = curves.coefficients.T[percentile]
    variance = std_errors[:, 0] ** 2
    for j in range(curves.order):
        error = np.zeros_like(priors)
        error[:, j] = std_errors[:, 1 + j]
        rise = curves.columns(priors + error) - curves.columns(priors - error)
        variance = variance + (np.einsum("ij,ij->i", rise, own) / 2) ** 2
    return np.sqrt(variance)


def _curve_errors(curves: Curves, columns: FloatArray, percentile: FloatArray) -> FloatArray:
    """The standard error, in percentile points, that the curves' own error gives; at most that of one score alone."""
    leverage = np.empty(len(columns))
    for some in blocks(len(columns)):
        leverage[some] = np.einsum("ij,ij->i", columns[some] @ curves.spread, columns[some])
    share = percentile / 100
    found: FloatArray = 100 * np.sqrt(share * (1 - share) * np.clip(leverage, 0, 1))
    return found
