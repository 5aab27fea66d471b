"""The 100 conditional quantile curves of a cohort: what scores students with given past scores have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from cbe_analysis.methods.arrays import FloatArray, IntArray
from cbe_analysis.methods.percentiles.process import quantile_process
from cbe_analysis.methods.percentiles.splines import COLUMNS, Spline

QUANTILES = (np.arange(100) + 0.5) / 100
LOWEST, HIGHEST = 1, 99
GRID = 1e5  # predicted scores are rounded to five decimals
BLOCK = 2048  # students worked on together: their predictions stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Curves:
    """The conditional quantiles .005, .015 ... .995 of a score, given past scores.

    Parameters
    ----------
    splines
        One for each past score, the latest first.
    coefficients
        Shape `(1 + 7 * past scores, 100)`.
    n
        Students whom the curves were fitted to.
    spread
        Shape `(p, p)`, p the coefficients' rows: times the columns of a student on both sides, it is the student's
        leverage.
    """

    splines: tuple[Spline, ...]
    coefficients: FloatArray = field(repr=False)
    n: int
    spread: FloatArray = field(repr=False)

    @property
    def order(self) -> int:
        """How many past scores count."""
        return len(self.splines)

    def columns(self, priors: FloatArray) -> FloatArray:
        """A one and the splines of past scores of shape `(n, order)`: shape `(n, 1 + 7 * order)`."""
        return spread_out(self.splines, priors)

    def scores(self, priors: FloatArray) -> FloatArray:
        """The quantiles of each student, in order, rounded to five decimals: shape `(n, 100)`.

        Parameters
        ----------
        priors
            Shape `(n, order)`, the latest first, none missing.
        """
        return np.sort(np.round(self.columns(priors) @ self.coefficients, 5), axis=1)

    def percentiles(self, score: FloatArray, priors: FloatArray) -> IntArray:
        """How many of a student's quantiles lie strictly below the score, 0 as 1 and 100 as 99; shape `(n,)`.

        Parameters
        ----------
        score, priors
            Shapes `(n,)` and `(n, order)`, none missing.
        """
        below: IntArray = self.standing(self.columns(priors), threshold(score))[0]
        return below

    def standing(self, columns: FloatArray, *bars: FloatArray) -> IntArray:
        """How many quantiles lie below each bar, at least 1 and at most 99; shape `(number of bars, n)`.

        Parameters
        ----------
        columns
            Shape `(n, 1 + 7 * order)`.
        bars
            Shape `(n,)` each, from `threshold`.
        """
        below = np.empty((len(bars), len(columns)), np.int64)
        for some in blocks(len(columns)):
            predicted = columns[some] @ self.coefficients
            for count, bar in zip(below, bars, strict=True):
                count[some] = (predicted < bar[some, None]).sum(axis=1)
        return np.clip(below, LOWEST, HIGHEST)


def fit_curves(columns: FloatArray, score: FloatArray, splines: tuple[Spline, ...]) -> Curves:
    """The curves of the students, none of whom misses a score.

    Parameters
    ----------
    columns, score
        From `spread_out`, and shape `(n,)`.
    splines
        Those that made the columns.
    """
    coefficients = quantile_process(columns, score, QUANTILES)
    spread = np.asarray(np.linalg.pinv(columns.T @ columns, hermitian=True), dtype=np.float64)
    return Curves(splines, coefficients, score.size, spread)


def spread_out(splines: tuple[Spline, ...], priors: FloatArray) -> FloatArray:
    """A one and the columns of each spline, side by side."""
    out = np.ones((len(priors), 1 + COLUMNS * len(splines)))
    for j, spline in enumerate(splines):
        out[:, 1 + COLUMNS * j : 1 + COLUMNS * (j + 1)] = spline.columns(priors[:, j])
    return out


def threshold(score: FloatArray, *, reached: bool = False) -> FloatArray:
    """What a prediction must lie below for its rounding to five decimals to lie strictly below the score.

    With `reached`, for it to lie below the score or on it.
    """
    found: FloatArray = (np.ceil(np.round(score * GRID, 4)) - (-0.5 if reached else 0.5)) / GRID
    return found


def blocks(n: int) -> Iterator[slice]:
    """All of n students, in pieces."""
    return (slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK))
