"""Exact linear quantile regression at many quantiles of the same data.

The quantiles are walked from the middle outwards. Those before predict every residual of the next; observations whose
sign is sure are fixed; the rest, the band, is solved exactly from a warm start. If a fixed sign turns out wrong, its
observation joins the band, which only grows. What cannot be solved so is left to a linear programme.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray, columns, numbers
from cbe_analysis.methods.percentiles.interior import Band, solve_band
from cbe_analysis.methods.percentiles.problem import BoolArray, Problem, ShortArray, orthonormal, programme
from cbe_analysis.methods.threads import one_thread

MARGIN = 1.8  # a band is this many times as wide as the last ones needed
REMEMBERED = 4  # quantiles that are done


@dataclass(frozen=True, slots=True)
class Sides:
    """Who is fixed above the fit, shape `(n,)`, and the sum of their columns, shape `(p,)`."""

    above: BoolArray
    held: FloatArray

    def changed(self, problem: Problem, above: BoolArray) -> Sides:
        """The same for others above; where they are few, the sum is carried on."""
        changed = np.flatnonzero(above != self.above)
        if changed.size > above.size // 8:
            return Sides(above, problem.Q @ above.astype(np.float64))
        moved = problem.Q.take(changed, axis=1) @ np.where(above[changed], 1.0, -1.0)
        return Sides(above, self.held + moved)


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit: coefficients, residuals in half the digits, and who was fixed when it was found."""

    beta: FloatArray
    residual: ShortArray
    sides: Sides


@dataclass(frozen=True, slots=True)
class Passed:
    """A quantile that is done: its normal score, its fit, and how wide a band it needed."""

    z: float
    fit: Fit
    needed: float


def quantile_process(X: ArrayLike, y: ArrayLike, quantiles: ArrayLike) -> FloatArray:
    """The coefficients of the exact quantile regressions of y on X, shape `(k, number of quantiles)`.

    Where more than one fit is exact, as with tied scores, one of them is taken.

    Parameters
    ----------
    X
        Shape `(n, k)`; give the column of ones yourself. Columns that depend on others get coefficient 0.
    y
        Shape `(n,)`.
    quantiles
        Shape `(q,)`, each above 0 and below 1, in any order.

    Raises
    ------
    UsageError
        Where a number is missing, there are no rows, all columns are zero, or a quantile is not inside 0 to 1.

    References
    ----------
    Koenker, R. & Bassett, G. (1978), Econometrica 46, 33-50. Portnoy, S. & Koenker, R. (1997), Statistical Science 12,
    279-300. Chernozhukov, V., Fernandez-Val, I. & Melly, B. (2022), Empirical Economics 62, 7-33.
    """
    outcome, taus = numbers(y, "y"), np.atleast_1d(numbers(quantiles, "quantiles"))
    if outcome.ndim != 1 or outcome.size == 0:
        raise UsageError(f"y has shape {outcome.shape}", "y", "give one value per row, and at least one row")
    design = columns(X, outcome.size)
    if not design.any():
        raise UsageError("the columns hold nothing but zeros", "X", "give a column of ones")
    if taus.size == 0 or taus.min() <= 0 or taus.max() >= 1:
        raise UsageError("quantiles must lie above 0 and below 1", "quantiles", "give shares such as 0.5")
    with one_thread(), np.errstate(all="ignore"):
        problem, basis = orthonormal(design, outcome)
        exact = np.zeros((basis.kept.size, taus.size))
        return basis.given(exact if problem is None else _walk(problem, taus))


def _walk(problem: Problem, taus: FloatArray) -> FloatArray:
    """All quantiles, from the middle outwards; coefficients of the orthonormal columns."""
    p, n = problem.Q.shape
    order, z = np.argsort(taus), ndtri(taus)
    middle = min(int(np.searchsorted(taus[order], 0.5)), taus.size - 1)
    first, B = int(order[middle]), np.empty((p, taus.size))
    sampled, count = _sampled(problem, taus[first])
    centre, _ = _solve(problem, taus[first], sampled, 0.0, count)
    B[:, first] = centre.beta
    for path in (order[middle + 1 :], order[:middle][::-1]):
        passed = [Passed(z[first], centre, 0.0)]
        for k in path.tolist():
            width = MARGIN * max(one.needed for one in passed[-REMEMBERED:])
            count = 0 if len(passed) > 1 else int(8 * p + 6 * n * abs(taus[k] - taus[first]))
            fit, needed = _solve(problem, taus[k], _foreseen(passed, z[k]), width, count)
            B[:, k] = fit.beta
            passed = [*passed[-REMEMBERED:], Passed(z[k], fit, needed)]
    return B


def _sampled(problem: Problem, tau: float) -> tuple[Fit, int]:
    """The fit of evenly spread rows, a place to start from, and how many rows its band should hold."""
    p, n = problem.Q.shape
    sample = min(n, int(2 * n ** (2 / 3) * np.sqrt(p)))
    rows = np.linspace(0, n - 1, sample).astype(np.int64)
    A = problem.Q[:, rows]
    found = solve_band(Band(A, problem.y[rows], (1 - tau) * A.sum(axis=1), problem.tol), np.zeros(p))
    beta = np.zeros(p) if found is None else found.beta
    nobody = Sides(np.zeros(n, dtype=bool), np.zeros(p))
    return Fit(beta, problem.residual(beta), nobody), sample // 2


def _foreseen(passed: list[Passed], z: float) -> Fit:
    """The fit at normal score z on the straight line through the first and the last that are kept."""
    far, near = passed[0], passed[-1]
    share = (z - near.z) / (near.z - far.z) if near.z != far.z else 0.0
    beta = near.fit.beta + share * (near.fit.beta - far.fit.beta)
    residual = near.fit.residual + np.float32(share) * (near.fit.residual - far.fit.residual)
    return Fit(beta, residual, near.fit.sides)


def _solve(problem: Problem, tau: float, guess: Fit, width: float, count: int) -> tuple[Fit, float]:
    """The exact fit at one quantile, from the fit that was foreseen, and how wide a band was needed.

    The band holds the observations foreseen within `width` of the fit, in units of leverage, and at least `count`.
    """
    p, n = problem.Q.shape
    distance, up = np.abs(guess.residual) * problem.closeness, guess.residual > 0
    band, count = distance <= width, max(count, 6 * p + 60)
    if np.count_nonzero(band) < count:
        band = _nearest(distance, count)
    sides = guess.sides
    while True:  # the band grows every time
        inside = np.flatnonzero(band)
        sides = sides.changed(problem, up & ~band)
        rhs = (1 - tau) * problem.total - sides.held
        found = solve_band(Band(problem.Q.take(inside, axis=1), problem.y[inside], rhs, problem.tol), guess.beta)
        if found is not None:
            residual = problem.residual(found.beta)
            wrong = problem.misplaced(found.beta, residual, sides.above, ~band)
            if not wrong.size:
                residual[inside] = found.residual
                moved = inside[(found.residual > 0) != up[inside]]
                return Fit(found.beta, residual, sides), float(distance[moved].max(initial=0.0))
            band[wrong] = True
        elif inside.size < n:
            band |= _nearest(distance, 2 * inside.size)
        else:
            beta = programme(problem, tau)
            return Fit(beta, problem.residual(beta), sides), float(np.median(distance))


def _nearest(distance: ShortArray, k: int) -> BoolArray:
    """The k observations closest to the foreseen fit."""
    if k >= distance.size:
        return np.ones(distance.size, dtype=bool)
    nearest: BoolArray = distance <= np.partition(distance, k - 1)[k - 1]
    return nearest
