"""Exact linear quantile regression at many quantiles of the same data.

The quantiles are walked from the middle outwards. Those before predict every residual of the next; observations whose
sign is sure are fixed; the rest, the band, is solved exactly from a warm start. If a fixed sign turns out wrong, its
observation joins the band, which only grows. What cannot be solved so is left to a linear programme (HiGHS).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import qr, solve_triangular
from scipy.optimize import linprog
from scipy.special import ndtri

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray, IntArray, columns, numbers
from cbe_analysis.methods.percentiles.interior import Band, Line, solve_band
from cbe_analysis.methods.threads import one_thread

DEPENDENT = 1e-10  # a column this small beside the first, once freed of those before, depends on them
ZERO, ROUNDING = 1e-11, 1e-13  # of the largest residual, of the largest value: what is below lies on the fit
MARGIN = 1.8  # a band is this many times as wide as the last ones needed
REMEMBERED = 4  # quantiles that are done
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Problem:
    """The regression in orthonormal columns, freed of the least-squares fit.

    Parameters
    ----------
    Q
        Shape `(p, n)`: the orthonormal columns, one row each.
    y
        Shape `(n,)`: the least-squares residuals.
    total
        Shape `(p,)`: sums of the columns.
    closeness
        Shape `(n,)`: one over the root of the leverage, how sure the sign of a residual of a given size is.
    tol
        Residuals below it are zero.
    """

    Q: FloatArray
    y: FloatArray
    total: FloatArray
    closeness: FloatArray
    tol: float


@dataclass(frozen=True, slots=True)
class Columns:
    """How the orthonormal columns stand to those given.

    Parameters
    ----------
    triangle, kept
        Shapes `(p, p)`, `(p,)`: the given columns `kept` are the orthonormal ones times the triangle.
    size
        Shape `(k,)`: Euclidean length of each given column; 1 for a column of zeros.
    centre
        Shape `(p,)`: the least-squares coefficients.
    """

    triangle: FloatArray
    kept: IntArray
    size: FloatArray
    centre: FloatArray

    def given(self, B: FloatArray) -> FloatArray:
        """The coefficients of the given columns, shape `(k, quantiles)`; 0 for those that depend on others."""
        out = np.zeros((self.size.size, B.shape[1]))
        out[self.kept] = solve_triangular(self.triangle, B + self.centre[:, None])
        return out / self.size[:, None]


@dataclass(frozen=True, slots=True)
class Passed:
    """A quantile that is done: its normal score, its fit, and how wide a band it needed."""

    z: float
    line: Line
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
    design = columns(X, outcome.size)
    if outcome.ndim != 1 or outcome.size == 0 or not design.any():
        raise UsageError(
            "there are no rows, or nothing but zeros", "X and y", "give a column of ones, and one row or more"
        )
    if taus.size == 0 or taus.min() <= 0 or taus.max() >= 1:
        raise UsageError("quantiles must lie above 0 and below 1", "quantiles", "give shares such as 0.5")
    with one_thread(), np.errstate(all="ignore"):
        problem, basis = _orthonormal(design, outcome)
        if np.abs(problem.y).max() <= problem.tol:  # the columns give y exactly
            return basis.given(np.zeros((len(problem.Q), taus.size)))
        return basis.given(_walk(problem, taus))


def _orthonormal(X: FloatArray, y: FloatArray) -> tuple[Problem, Columns]:
    """The problem, and the way back to the given columns."""
    size = np.sqrt(np.einsum("ij,ij->j", X, X))
    size[size == 0] = 1.0
    Q, R, order = qr(X / size, mode="economic", pivoting=True)
    p = int((np.abs(np.diag(R)) > DEPENDENT * abs(R[0, 0])).sum())
    Q = np.ascontiguousarray(Q[:, :p].T)
    centre = Q @ y
    residual = y - centre @ Q
    tol = max(ZERO * float(np.abs(residual).max()), ROUNDING * float(np.abs(y).max()))
    closeness = 1 / (np.sqrt(np.einsum("ij,ij->j", Q, Q)) + 1e-3 * np.sqrt(p / y.size))
    return Problem(Q, residual, Q.sum(axis=1), closeness, tol), Columns(R[:p, :p], order[:p], size, centre)


def _walk(problem: Problem, taus: FloatArray) -> FloatArray:
    """All quantiles, from the middle outwards; coefficients of the orthonormal columns."""
    p, n = problem.Q.shape
    order, z = np.argsort(taus), ndtri(taus)
    middle = min(int(np.searchsorted(taus[order], 0.5)), taus.size - 1)
    first, B = int(order[middle]), np.empty((p, taus.size))
    beta, sample = _sampled(problem, taus[first])
    centre, _ = _solve(problem, taus[first], Line(beta, problem.y - beta @ problem.Q), 0.0, sample // 2)
    B[:, first] = centre.beta
    for path in (order[middle + 1 :], order[:middle][::-1]):
        passed = [Passed(z[first], centre, 0.0)]
        for k in path.tolist():
            width = MARGIN * max(one.needed for one in passed[-REMEMBERED:])
            count = 0 if len(passed) > 1 else int(8 * p + 6 * n * abs(taus[k] - taus[first]))
            line, needed = _solve(problem, taus[k], _foreseen(passed, z[k]), width, count)
            B[:, k] = line.beta
            passed = [*passed[-REMEMBERED:], Passed(z[k], line, needed)]
    return B


def _sampled(problem: Problem, tau: float) -> tuple[FloatArray, int]:
    """The fit of evenly spread rows, a place to start from, and how many they are."""
    p, n = problem.Q.shape
    sample = min(n, int(2 * n ** (2 / 3) * np.sqrt(p)))
    rows = np.linspace(0, n - 1, sample).astype(np.int64)
    A = problem.Q[:, rows]
    found = solve_band(Band(A, problem.y[rows], (1 - tau) * A.sum(axis=1), problem.tol), np.zeros(p))
    return (np.zeros(p) if found is None else found.beta), sample


def _foreseen(passed: list[Passed], z: float) -> Line:
    """The fit at normal score z on the straight line through the first and the last that are kept."""
    one, two = passed[0], passed[-1]
    share = (z - two.z) / (two.z - one.z) if two.z != one.z else 0.0
    near, far = two.line, one.line
    return Line(near.beta + share * (near.beta - far.beta), near.residual + share * (near.residual - far.residual))


def _solve(problem: Problem, tau: float, guess: Line, width: float, count: int) -> tuple[Line, float]:
    """The exact fit at one quantile, from the fit that was foreseen, and how wide a band was needed.

    The band holds the observations foreseen within `width` of the fit, in units of leverage, and at least `count`.
    """
    p, n = problem.Q.shape
    distance, up = np.abs(guess.residual) * problem.closeness, guess.residual > 0
    band, count = distance <= width, max(count, 6 * p + 60)
    if np.count_nonzero(band) < count:
        band = _nearest(distance, count)
    while True:  # the band grows every time
        above, inside = up & ~band, np.flatnonzero(band)
        rhs = (1 - tau) * problem.total - problem.Q @ above.astype(np.float64)
        found = solve_band(Band(problem.Q.take(inside, axis=1), problem.y[inside], rhs, problem.tol), guess.beta)
        if found is not None:
            residual = problem.y - found.beta @ problem.Q
            residual[inside] = found.residual
            wrong = np.flatnonzero(((residual > 0) != above) & ~band)
            wrong = wrong[np.abs(residual[wrong]) > problem.tol]
            if not wrong.size:
                moved = inside[(found.residual > 0) != up[inside]]
                return Line(found.beta, residual), float(distance[moved].max(initial=0.0))
            band[wrong] = True
        elif inside.size < n:
            band |= _nearest(distance, 2 * inside.size)
        else:
            beta = _programme(problem, tau)
            return Line(beta, problem.y - beta @ problem.Q), float(np.median(distance))


def _nearest(distance: FloatArray, k: int) -> BoolArray:
    """The k observations closest to the foreseen fit."""
    if k >= distance.size:
        return np.ones(distance.size, dtype=bool)
    nearest: BoolArray = distance <= np.partition(distance, k - 1)[k - 1]
    return nearest


def _programme(problem: Problem, tau: float) -> FloatArray:
    """The last resort: the dual linear programme of the whole problem."""
    scale = float(np.abs(problem.y).max())
    given: dict[str, Any] = {"A_eq": problem.Q, "b_eq": (1 - tau) * problem.total, "bounds": (0, 1)}
    for method in ("highs-ds", "highs-ipm"):
        found = linprog(-problem.y / scale, method=method, **given)
        if found.status == 0:
            beta: FloatArray = -found.eqlin.marginals * scale
            return beta
    raise RuntimeError(f"no solution at quantile {tau}: {found.message}")
