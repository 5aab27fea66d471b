"""The deviance of the growth model at given factors, its gradient and its expected information.

References
----------
Lindstrom, M. J. & Bates, D. M. (1988), Journal of the American Statistical Association 83, 1014-1022 (profiling).
Bates, D. et al. (2015), Journal of Statistical Software 67(1), sections 3.4-3.5 (REML criterion).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.methods.arrays import FloatArray
from cbe_analysis.methods.growth.moments import BLOCK, Block, Moments

Entries = tuple[FloatArray, FloatArray, FloatArray]  # 00, 01, 11 of symmetric 2 x 2 matrices
Free = tuple[tuple[int, int, int], ...]  # entries of the factors that the search moves: level, row, column
TINY = 1e-300
PACKED = np.array([[0, 1, 2], [1, 3, 4], [2, 4, 5]])  # where a product of entries i and j stands among six
ENTRY = np.array([[0, 1], [1, 2]])  # where row i, column j stands among three entries


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """What a level's covariance `C` makes of the products `M` of its growth columns.

    Parameters
    ----------
    gain
        Entries of `inverse(inverse(C) + M)`.
    loss
        Entries of `inverse(C + inverse(M))`.
    determinant
        Of `I + C M`.
    """

    gain: Entries
    loss: Entries
    determinant: FloatArray


@dataclass(frozen=True, slots=True)
class Point:
    """The profiled deviance at one pair of factors, with what derivatives and predictions need.

    Parameters
    ----------
    factors
        Shape `(2, 2, 2)`: of the students, of the schools; `L L'` is the covariance over sigma2, in the basis.
    residual
        Shape `(m,)`: the columns times this are the residual at the fixed effects.
    vcov
        Shape `(p, p)`: covariance of the fixed effects over sigma2, in the basis.
    growth
        Shape `(S, 2, m)`: products of the growth columns with all, students eliminated.
    gain, loss
        Shape `(S, 2, 2)`: the schools' shrinkage.
    df
        Rows, less the fixed effects under REML.
    """

    factors: FloatArray
    deviance: float
    sigma2: float
    residual: FloatArray
    vcov: FloatArray
    growth: FloatArray
    gain: FloatArray
    loss: FloatArray
    df: int


@dataclass(frozen=True, slots=True)
class Slope:
    """How the deviance changes.

    Parameters
    ----------
    gradient, information
        Shapes `(k,)` and `(k, k)`, in the free entries of the factors; the information is the expected one plus the
        exact curvature of `L L'`.
    by_covariance
        Shape `(2, 2, 2)`: the gradient in the covariance of each level.
    """

    gradient: FloatArray
    information: FloatArray
    by_covariance: FloatArray


@dataclass(frozen=True, slots=True)
class _StudentSums:
    """Sums over students: `loss` and `gradient` `(2, 2)`; `squares` `(S, 6)`, products of the entries of the loss."""

    loss: FloatArray
    gradient: FloatArray
    squares: FloatArray


def symmetric(entries: Entries) -> FloatArray:
    """Symmetric 2 x 2 matrices from their entries, shape `(..., 2, 2)`."""
    a, b, c = entries
    return np.moveaxis(np.array([[a, b], [b, c]]), (0, 1), (-2, -1))


def shrink(factor: FloatArray, spread: FloatArray) -> Shrinkage:
    """The shrinkage of a level; `spread` holds entries 00, 01, 11 and the determinant, shape `(4, ...)`."""
    z00, z01, z11, det_z = spread
    c00, c01, c11 = factor[0] @ factor[0], factor[0] @ factor[1], factor[1] @ factor[1]
    det_c = (factor[0, 0] * factor[1, 1] - factor[0, 1] * factor[1, 0]) ** 2
    det = 1 + c00 * z00 + 2 * c01 * z01 + c11 * z11 + det_c * det_z
    gain = (c00 + det_c * z11) / det, (c01 - det_c * z01) / det, (c11 + det_c * z00) / det
    loss = (z00 + det_z * c11) / det, (z01 - det_z * c01) / det, (z11 + det_z * c00) / det
    return Shrinkage(gain, loss, det)


def evaluate(moments: Moments, factors: FloatArray, *, reml: bool) -> Point:
    """The deviance at the factors, minimised over fixed effects and sigma2."""
    products, log_det = _without_students(moments, factors[0])
    z00, z01, z11 = products[:, 0, 0], products[:, 0, 1], products[:, 1, 1]
    schools = shrink(factors[1], np.stack([z00, z01, z11, np.maximum(z00 * z11 - z01 * z01, 0)]))
    growth, gain, loss = products[:, :2], symmetric(schools.gain), symmetric(schools.loss)
    total = (products - np.swapaxes(growth, 1, 2) @ gain @ growth).sum(0)
    fixed, p = moments.basis.fixed, len(moments.basis.fixed)
    vcov = np.linalg.inv(total[np.ix_(fixed, fixed)])
    residual = np.zeros(len(total))
    residual[fixed], residual[-1] = -vcov @ total[fixed, -1], 1
    df = moments.rows - p * reml
    sigma2 = max(float(residual @ total @ residual) / df, TINY)
    deviance = df * (np.log(2 * np.pi * sigma2) + 1) + log_det + np.log(schools.determinant).sum() - moments.log_weights
    if reml:
        deviance -= np.linalg.slogdet(vcov)[1] + 2 * np.linalg.slogdet(moments.basis.to_fixed)[1]
    return Point(factors, float(deviance), sigma2, residual, vcov, growth, gain, loss, df)


def _without_students(moments: Moments, factor: FloatArray) -> tuple[FloatArray, float]:
    """Each school's products of all columns with the students eliminated, and the students' log determinant.

    What is left is what lies about the students' lines plus what their shrinkage leaves of the lines: only sums, so
    that nothing cancels where students differ far more than their scores vary.
    """
    products, log_det = moments.within.copy(), 0.0
    for block in moments.blocks:
        lines, spread = moments.lines[:, :, block.students], moments.spread[:, block.students]
        shrunk = shrink(factor, spread)
        log_det += float(np.log(shrunk.determinant).sum())
        h00, h01, _ = shrunk.loss
        root = np.sqrt(h00)
        first = root * lines[0] + h01 / root * lines[1]
        second = np.sqrt(spread[3] / (shrunk.determinant * h00)) * lines[1]
        for school, some in block.pieces():
            products[school] += first[:, some] @ first[:, some].T + second[:, some] @ second[:, some].T
    return products, log_det


def slope(moments: Moments, point: Point, free: Free, *, reml: bool) -> Slope:
    """The gradient and the expected information of the deviance at a point."""
    weight = np.outer(point.residual, point.residual) / point.sigma2
    if reml:
        weight[np.ix_(moments.basis.fixed, moments.basis.fixed)] += point.vcov
    students = _student_sums(moments, point, weight)
    remainder = np.eye(2) - point.growth[:, :, :2] @ point.gain
    seen = remainder @ point.growth
    schools = (point.loss - seen @ weight @ np.swapaxes(seen, 1, 2)).sum(0)
    by_covariance = np.stack([students.loss + students.gradient, schools])
    L = point.factors
    gradient = np.array([2 * (by_covariance[k] @ L[k])[i, j] for k, i, j in free])
    curvature = [[2 * by_covariance[k, i, h] * (k == m and j == g) for m, h, g in free] for k, i, j in free]
    information = np.array(curvature) + _information(point, students, remainder, free)
    return Slope(gradient, information, by_covariance)


def _student_sums(moments: Moments, point: Point, weight: FloatArray) -> _StudentSums:
    """Sums over students of what the gradient and the information need."""
    S, _, m = point.growth.shape
    beyond = np.tile(np.eye(m), (S, 1, 1))  # takes the school's part from the columns
    beyond[:, :2] -= point.gain @ point.growth
    inner = beyond @ weight @ np.swapaxes(beyond, 1, 2)
    inner[:, :2, :2] += point.gain
    loss, gradient, squares = np.zeros((2, 2)), np.zeros((2, 2)), np.zeros((S, 6))
    work = np.empty((2, m, BLOCK))
    for block in moments.blocks:
        h00, h01, h11 = shrink(point.factors[0], moments.spread[:, block.students]).loss
        t00, t01, t11 = _weighted(moments.lines[:, :, block.students], inner, block, work)
        a00, a01 = h00 * t00 + h01 * t01, h00 * t01 + h01 * t11
        a10, a11 = h01 * t00 + h11 * t01, h01 * t01 + h11 * t11
        gradient -= symmetric((a00 @ h00 + a01 @ h01, a00 @ h01 + a01 @ h11, a10 @ h01 + a11 @ h11))
        loss += symmetric((h00.sum(), h01.sum(), h11.sum()))
        six = np.array([h00 * h00, h00 * h01, h00 * h11, h01 * h01, h01 * h11, h11 * h11])
        squares[block.schools] += np.add.reduceat(six, block.edges[:-1], axis=1).T
    return _StudentSums(loss, gradient, squares)


def _weighted(lines: FloatArray, inner: FloatArray, block: Block, work: FloatArray) -> Entries:
    """Each student's lines `B`, weighted by the matrix of their school: entries of `B W B'`."""
    product = work[:, :, : lines.shape[2]]
    for school, some in block.pieces():
        np.matmul(inner[school], lines[:, :, some], out=product[:, :, some])
    t00, t11 = np.einsum("aij,aij->aj", product, lines)
    return t00, np.einsum("ij,ij->j", product[0], lines[1]), t11


def _information(point: Point, students: _StudentSums, remainder: FloatArray, free: Free) -> FloatArray:
    """The expected information in the free entries, sigma2 profiled out, shape `(k, k)`."""
    change = np.array([np.outer(np.eye(2)[i], point.factors[k][:, j]) for k, i, j in free])
    change += np.swapaxes(change, 1, 2)
    n = sum(level == 0 for level, _, _ in free)
    of_student, of_school = change[:n], change[n:]
    squares = students.squares[:, PACKED][:, ENTRY[:, :, None, None], ENTRY]
    moved = np.einsum("sabcd,kbc->skad", squares, of_student)
    information = np.empty((len(free), len(free)))
    information[:n, :n] = np.einsum("skab,lba->kl", moved, of_student)
    information[n:, n:] = _traces(point.loss, of_school)
    information[:n, n:] = np.einsum("sab,skbc,sdc,lda->kl", remainder, moved, remainder, of_school, optimize=True)
    information[n:, :n] = information[:n, n:].T
    scale = np.r_[np.einsum("ab,kab->k", students.loss, of_student), np.einsum("sab,kab->k", point.loss, of_school)]
    return information - np.outer(scale, scale) / point.df


def _traces(loss: FloatArray, change: FloatArray) -> FloatArray:
    """Sums over schools of the traces of `H E_k H E_l`."""
    found: FloatArray = np.einsum("sab,kbc,scd,lda->kl", loss, change, loss, change, optimize=True)
    return found
