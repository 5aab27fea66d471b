"""One exact quantile regression of moderate size: an interior point method whose end is rounded to a vertex.

The dual problem is solved: maximise `y'a` over `A a = rhs`, `0 <= a <= 1`. At the optimum a is 1 above the fit, 0 below
it, and between on it. Mehrotra's predictor and corrector lead near the optimum; the fit through as many observations as
there are columns is then accepted only if it fulfils the conditions of optimality, so what is returned is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack

from cbe_analysis.methods.arrays import FloatArray

STEPS = 100  # with many scores at a ceiling, 60 are taken
NEAR_EDGE = 0.9995  # of the way to the edge of the feasible region
FEASIBLE = 1e-9  # a dual this far outside 0 to 1 is rounding


@dataclass(frozen=True, slots=True)
class Band:
    """The observations whose side of the fit is not known beforehand.

    Parameters
    ----------
    A
        Shape `(p, m)`: the columns, one row each.
    y
        Shape `(m,)`.
    rhs
        Shape `(p,)`: what `A a` must come to, the observations outside the band taken into account.
    tol
        Residuals below it are zero.
    """

    A: FloatArray
    y: FloatArray
    rhs: FloatArray
    tol: float


@dataclass(frozen=True, slots=True)
class Line:
    """Coefficients, shape `(p,)`, and the residuals they leave, shape `(m,)`; exact zeros on the fit."""

    beta: FloatArray
    residual: FloatArray


@dataclass(frozen=True, slots=True)
class Point:
    """A point inside the feasible region.

    Parameters
    ----------
    x, z
        Shape `(2, m)`: a and 1 - a; and what tends to the negative and the positive parts of the residuals.
    beta
        Shape `(p,)`.
    """

    x: FloatArray
    z: FloatArray
    beta: FloatArray


def solve_band(band: Band, beta: FloatArray) -> Line | None:
    """The exact solution, from the guess `beta`; None where there is none, or it was not found.

    References
    ----------
    Mehrotra, S. (1992), SIAM Journal on Optimization 2, 575-601. Portnoy, S. & Koenker, R. (1997), Statistical Science
    12, 279-300.
    """
    p, m = band.A.shape
    point = _start(band, beta)
    gap = gap_at_start = float(np.vdot(point.x, point.z))
    ratio = point.z / point.x
    inside_before = 0
    for _ in range(STEPS):
        weight = 1 / (ratio[0] + ratio[1])
        scaled = band.A * weight
        factor, failed = lapack.dpotrf(scaled @ band.A.T)
        if failed:
            return _vertex(band, point.x[0], weight, final=True)
        final = gap < 1e-3 * m * band.tol
        point, reach = _advance(band, point, Newton(ratio, weight, scaled, factor, gap))
        ratio, gap = point.z / point.x, float(np.vdot(point.x, point.z))
        inside = int(np.count_nonzero(np.abs(point.x[0] - 0.5) < 0.4))
        if final or (reach > 0.9 and (inside <= 2 * p or inside == inside_before)):
            found = _vertex(band, point.x[0], 1 / (ratio[0] + ratio[1]), final=final)
            if found is not None or final:
                return found
        if not gap < 20 * gap_at_start:  # it diverges: the band cannot be solved
            return None
        inside_before = inside
    return None


def _start(band: Band, beta: FloatArray) -> Point:
    """The point on the central path that the residuals of the guess suggest."""
    r = band.y - beta @ band.A
    size = np.abs(r)
    mu = max(0.6 * float(size.mean()), 10 * band.tol)
    q = size / mu
    small = 2 / (q + 2 + np.sqrt(q * q + 4))  # root of q = 1 / small - 1 / (1 - small)
    a = np.where(r > 0, 1 - small, small)
    x = np.stack([a, 1 - a])
    return Point(x, mu / x, beta)


@dataclass(frozen=True, slots=True)
class Newton:
    """The equations of one step: z / x, the weight of each observation, the weighted columns, their factor, the gap."""

    ratio: FloatArray
    weight: FloatArray
    scaled: FloatArray
    factor: FloatArray
    gap: float


def _advance(band: Band, at: Point, newton: Newton) -> tuple[Point, float]:
    """The next point, after predictor and corrector, and the length of the step in a, 0 to 1."""
    A, x, z = band.A, at.x, at.z
    lack, r = band.rhs - A @ x[0], band.y - at.beta @ A
    db = lapack.dpotrs(newton.factor, newton.scaled @ r - lack)[0]
    dx = _opposite(newton.weight * (r - db @ A))
    dz = -newton.ratio * dx - z
    along, beside = _step(x, dx), _step(z, dz)
    reached = float(np.vdot(x + along * dx, z + beside * dz))
    mu = reached**3 / newton.gap**2 / x.size
    centre = (mu - dz * dx) / x
    xi = r + centre[0] - centre[1]
    db = lapack.dpotrs(newton.factor, newton.scaled @ xi - lack)[0]
    dx = _opposite(newton.weight * (xi - db @ A))
    dz = centre - z - newton.ratio * dx
    along, beside = _step(x, dx), _step(z, dz)
    return Point(x + along * dx, z + beside * dz, at.beta + beside * db), along


def _opposite(da: FloatArray) -> FloatArray:
    """The step in a and in 1 - a, shape `(2, m)`."""
    dx = np.empty((2, da.size))
    dx[0] = da
    np.negative(da, out=dx[1])
    return dx


def _step(x: FloatArray, dx: FloatArray) -> float:
    """The longest step, at most 1, that keeps `x + step * dx` positive."""
    worst = float((dx / x).min())
    return 1.0 if worst > -NEAR_EDGE else -NEAR_EDGE / worst


def _vertex(band: Band, a: FloatArray, weight: FloatArray, *, final: bool) -> Line | None:
    """The fit through the p observations of largest weight, if it is optimal.

    Further ties keep their interior a, so that degenerate vertices are recognised. At the end all observations may
    enter: the optimum may be a face, without p zero residuals.
    """
    A, y = band.A, band.y
    p, m = A.shape
    k = m if final else min(m, max(3 * p + 10, np.count_nonzero((a > 1e-3) & (a < 0.999))))
    near = np.argpartition(weight, m - k)[m - k :]
    pivots = lapack.dgeqp3(A[:, near] * weight[near] ** (0.125 if final else 0.5))[1]
    through = near[pivots[:p] - 1]
    lu, swaps, beta, singular = lapack.dgesv(A[:, through].T, y[through])
    if singular:
        return None
    beta += lapack.dgetrs(lu, swaps, y[through] - beta @ A[:, through])[0]
    r = y - beta @ A
    r[np.abs(r) <= band.tol] = 0.0
    dual = np.where(r == 0, a, r > 0)
    dual[through] = 0.0
    dual = lapack.dgetrs(lu, swaps, band.rhs - A @ dual, trans=1)[0]
    optimal = dual.min() > -FEASIBLE and dual.max() < 1 + FEASIBLE
    return Line(beta, r) if optimal else None
