"""A quantile regression in columns that are good to compute with, and the way back from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr, solve_triangular

from cbe_analysis.methods.arrays import FloatArray, IntArray

DEPENDENT = 1e-10  # a column this small beside the first, once freed of those before, depends on them
ZERO, ROUNDING = 1e-11, 1e-13  # of the largest residual, of the largest value: what is below lies on the fit
HALF = float(np.finfo(np.float32).eps)
ShortArray = NDArray[np.float32]
BoolArray = NDArray[np.bool_]


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
    unit
        What one residual of the problem is in the unit of the given y.
    """

    triangle: FloatArray
    kept: IntArray
    size: FloatArray
    centre: FloatArray
    unit: float

    def given(self, B: FloatArray) -> FloatArray:
        """The coefficients of the given columns, shape `(k, quantiles)`; 0 for those that depend on others."""
        out = np.zeros((self.size.size, B.shape[1]))
        out[self.kept] = solve_triangular(self.triangle, self.unit * B + self.centre[:, None])
        return out / self.size[:, None]


@dataclass(frozen=True, slots=True)
class Problem:
    """The regression in orthonormal columns, freed of the least-squares fit.

    Parameters
    ----------
    Q
        Shape `(p, n)`: the orthonormal columns, one row each.
    y
        Shape `(n,)`: the least-squares residuals, the largest being 1.
    short_Q, short_y
        The same in half the digits, for what need not be exact.
    total
        Shape `(p,)`: sums of the columns.
    closeness
        Shape `(n,)`: one over the root of the leverage, how sure the sign of a residual of a given size is.
    tol
        Residuals below it are zero.
    """

    Q: FloatArray
    y: FloatArray
    short_Q: ShortArray
    short_y: ShortArray
    total: FloatArray
    closeness: ShortArray
    tol: float

    def residual(self, beta: FloatArray) -> ShortArray:
        """The residuals in half the digits."""
        found: ShortArray = self.short_y - beta.astype(np.float32) @ self.short_Q
        return found

    def misplaced(self, beta: FloatArray, residual: ShortArray, above: BoolArray, sought: BoolArray) -> IntArray:
        """Those of the sought observations that are not on the side of the fit that `above` says.

        Where half the digits cannot tell, all are used.
        """
        p = len(self.Q)
        unsure = 4 * p * HALF * (1 + float(np.linalg.norm(beta)))
        doubtful = np.flatnonzero((((residual > 0) != above) | (np.abs(residual) < unsure)) & sought)
        exact = self.y[doubtful] - beta @ self.Q[:, doubtful]
        wrong: IntArray = doubtful[((exact > 0) != above[doubtful]) & (np.abs(exact) > self.tol)]
        return wrong


def orthonormal(X: FloatArray, y: FloatArray) -> tuple[Problem | None, Columns]:
    """The problem, and the way back to the given columns; no problem where these give y exactly."""
    size = np.sqrt(np.einsum("ij,ij->j", X, X))
    size[size == 0] = 1.0
    Q, R, order = qr(X / size, mode="economic", pivoting=True)
    p = int((np.abs(np.diag(R)) > DEPENDENT * abs(R[0, 0])).sum())
    Q = np.ascontiguousarray(Q[:, :p].T)
    centre = Q @ y
    residual = y - centre @ Q
    unit = float(np.abs(residual).max())
    tol = ROUNDING * float(np.abs(y).max())
    columns = Columns(R[:p, :p], order[:p], size, centre, unit)
    if unit <= tol:
        return None, columns
    residual /= unit
    closeness = 1 / (np.sqrt(np.einsum("ij,ij->j", Q, Q)) + 1e-3 * np.sqrt(p / y.size))
    short = Q.astype(np.float32), residual.astype(np.float32), closeness.astype(np.float32)
    problem = Problem(Q, residual, short[0], short[1], Q.sum(axis=1), short[2], max(ZERO, tol / unit))
    return problem, columns


def programme(problem: Problem, tau: float) -> FloatArray:
    """The coefficients from the dual linear programme of the whole problem (HiGHS): the last resort."""
    from scipy.optimize import linprog  # slow to load, and hardly ever needed

    given: dict[str, Any] = {"A_eq": problem.Q, "b_eq": (1 - tau) * problem.total, "bounds": (0, 1)}
    for method in ("highs-ds", "highs-ipm"):
        found = linprog(-problem.y, method=method, **given)
        if found.status == 0:
            beta: FloatArray = -found.eqlin.marginals
            return beta
    raise RuntimeError(f"no solution at quantile {tau}: {found.message}")
