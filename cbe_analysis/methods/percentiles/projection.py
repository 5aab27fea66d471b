"""What growth a student needs: the percentile that, held each year, reaches a target."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray, IntArray, numbers
from cbe_analysis.methods.percentiles.curves import HIGHEST, LOWEST, QUANTILES, Curves
from cbe_analysis.methods.percentiles.peers import Cohort
from cbe_analysis.methods.threads import one_thread

PATHS = QUANTILES.size  # percentile p follows the quantile after it; the first quantile is carried along
BLOCK = 1000  # students worked on together, each on all paths


def projected_scores(scores: ArrayLike, years: Sequence[Cohort]) -> FloatArray:
    """Where each percentile, held each year, leads: shape `(n, number of years, 99)`, NaN where no curve applies.

    The path of percentile p follows the highest score that still has percentile p; each year's paths are put in order.
    From the second year on, the scores of the path stand for past scores.

    Parameters
    ----------
    scores
        Shape `(n,)` or `(n, k)`: this year's scores and past ones, the latest first; NaN where missing.
    years
        The cohorts to follow, the coming year first: students who are now one grade ahead, two grades ahead, and so on.

    Raises
    ------
    UsageError
        Where a number is infinite, or there are no years.

    References
    ----------
    Betebenner, D. W. (2009), Educational Measurement: Issues and Practice 28(4), 42-51 (trajectories).
    """
    known = _known(scores)
    if not years:
        raise UsageError("there is no year to look ahead", "years", "give the cohort of each coming year")
    out = np.empty((len(known), len(years), HIGHEST))
    with one_thread():
        for start in range(0, len(known), BLOCK):
            some = slice(start, start + BLOCK)
            out[some] = _paths(known[some], years)[:, :, LOWEST:]
    return out


def required_percentile(scores: ArrayLike, years: Sequence[Cohort], targets: ArrayLike) -> FloatArray:
    """The least percentile that, held each year, reaches the target of each coming year; shape `(n, number of years)`.

    Infinite where even the 99th does not reach it; NaN where no curve applies or there is no target.

    Parameters
    ----------
    scores, years
        As in `projected_scores`.
    targets
        Shape `(number of years,)`, or `(n, number of years)` for targets of each student; NaN for no target.

    Raises
    ------
    UsageError
        Where a number is infinite, there are no years, or the targets do not fit them.
    """
    known, wanted = _known(scores), np.asarray(targets, dtype=np.float64)
    if wanted.ndim not in (1, 2) or wanted.shape not in ((len(years),), (len(known), len(years))):
        raise UsageError(
            f"targets of shape {wanted.shape}", "targets", "give one for each year, or for each student and year"
        )
    wanted = np.broadcast_to(wanted, (len(known), len(years)))
    out = np.empty(wanted.shape)
    for start in range(0, len(known), BLOCK):
        some = slice(start, start + BLOCK)
        paths = projected_scores(known[some], years)
        short = (paths < wanted[some, :, None]).sum(axis=2)
        reached = np.where(short < HIGHEST, short + LOWEST, np.inf)
        out[some] = np.where(np.isnan(paths[:, :, 0]) | np.isnan(wanted[some]), np.nan, reached)
    return out


def _known(scores: ArrayLike) -> FloatArray:
    """The scores as floats of shape `(n, k)`, NaN where missing."""
    array = np.asarray(scores, dtype=np.float64)
    array = array[:, None] if array.ndim == 1 else array
    numbers(array[~np.isnan(array)], "scores")
    return array


def _paths(scores: FloatArray, years: Sequence[Cohort]) -> FloatArray:
    """The paths of all quantiles for a block of students, shape `(n, number of years, 100)`."""
    n = len(scores)
    past = np.repeat(scores[:, None, :], PATHS, axis=1)
    out = np.full((n, len(years), PATHS), np.nan)
    for t, year in enumerate(years):
        held = np.cumprod(np.isfinite(past[:, 0, :]), axis=1).sum(axis=1)
        for curves, rows in _chosen(year, held):
            out[rows, t] = _next(curves, past[rows, :, : curves.order])
        past = np.concatenate([out[:, t, :, None], past], axis=2)
    return out


def _chosen(year: Cohort, held: IntArray) -> list[tuple[Curves, IntArray]]:
    """The curves of most past scores that a student has, and the rows of the students they are for."""
    orders = np.array([curves.order for curves in year.curves], dtype=np.int64)
    best = np.searchsorted(orders, held, side="right") - 1
    return [(curves, np.flatnonzero(best == j)) for j, curves in enumerate(year.curves)]


def _next(curves: Curves, past: FloatArray) -> FloatArray:
    """The next score on each of 100 paths of n students, from past scores of shape `(n, 100, order)`; in order."""
    n, paths, order = past.shape
    columns = curves.columns(past.reshape(n * paths, order)).reshape(n, paths, len(curves.coefficients))
    reached = np.einsum("npc,cp->np", columns, curves.coefficients)
    found: FloatArray = np.sort(np.round(reached, 5), axis=1)
    return found
