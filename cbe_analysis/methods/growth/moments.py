"""Rows of scores reduced to what the growth model needs: sums per student and cross-products per school."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray, IntArray
from cbe_analysis.methods.weighing import independent

BLOCK = 4096  # students worked on together: their arrays stay in the processor's cache
SAME_LINE = 1e-6  # a student whose occasions spread less than this has one date, and no line of their own
DEPENDENT = 1e-13  # least eigenvalue of the columns' correlations, over the largest
APART = 1e-7  # the share of (1, years) that may lie outside the span of the fixed columns


@dataclass(frozen=True, slots=True)
class Rows:
    """One row per occasion: those of a student together, students of a school together.

    Parameters
    ----------
    y, years, X
        Shapes `(N,)`, `(N,)`, `(N, p)`.
    weights
        Shape `(N,)`, or `(1,)` for equal ones.
    start, school
        Shape `(n,)`, per student: the first row; the code of the school, not falling.
    """

    y: FloatArray
    years: FloatArray
    X: FloatArray
    weights: FloatArray
    start: IntArray
    school: IntArray


@dataclass(frozen=True, slots=True)
class Basis:
    """How the orthogonal columns stand to those given.

    Parameters
    ----------
    to_fixed
        Shape `(p, p)`: `X @ to_fixed` are the orthogonal fixed columns, of mean square 1.
    to_growth
        Shape `(2, 2)`, triangular: the first two orthogonal columns times this are (1, years).
    least_squares
        Shape `(p,)`: the coefficients whose residual is the last column.
    fixed
        Numbers of the orthogonal columns that carry fixed effects.
    """

    to_fixed: FloatArray
    to_growth: FloatArray
    least_squares: FloatArray
    fixed: IntArray


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring students: which, where the school changes among them, and the schools."""

    students: slice
    edges: IntArray
    schools: IntArray

    def pieces(self) -> Iterator[tuple[int, slice]]:
        """Each school with its students, counted from the first of the block."""
        for school, (first, end) in zip(self.schools.tolist(), pairwise(self.edges.tolist()), strict=True):
            yield school, slice(first, end)


@dataclass(frozen=True, slots=True)
class Moments:
    """The sufficient statistics of the model.

    The columns are `m` orthogonal ones: two that span (1, years), the fixed ones (the same two among them where they
    can be), last the residual of least squares; each row times the root of its weight.

    Parameters
    ----------
    by_student
        Shape `(2, m, n)`: products of the two growth columns with every column.
    spread
        Shape `(4, n)`: entries 00, 01, 11 and the determinant of the products of the growth columns.
    by_school
        Shape `(S, m, m)`: products of all columns.
    school
        Shape `(n,)`: code of each student's school.
    blocks
        All students, in pieces.
    rows, log_weights, spare
        Rows; sum of log weights; degrees of freedom about the students' own lines.
    ratio
        Variance between students over variance about their own lines, a place to start from.
    """

    basis: Basis
    by_student: FloatArray
    spread: FloatArray
    by_school: FloatArray
    school: IntArray
    blocks: tuple[Block, ...]
    rows: int
    log_weights: float
    spare: int
    ratio: float

    @property
    def residual_size(self) -> float:
        """Root mean square of the residual of least squares."""
        return float(np.sqrt(self.by_school[:, -1, -1].sum() / self.rows))


def reduce_rows(rows: Rows) -> Moments:
    """The sufficient statistics of the rows.

    Raises
    ------
    UsageError
        Where fixed columns depend on each other, or all years are the same.
    """
    columns, basis = _orthogonal(rows)
    m, n, N = len(columns), len(rows.start), len(rows.y)
    by_student = np.empty((2, m, n))
    for a, c in np.ndindex(2, m):
        mirrored = (a, c) == (1, 0)
        by_student[a, c] = by_student[0, 1] if mirrored else np.add.reduceat(columns[a] * columns[c], rows.start)
    spread = _spread(by_student)
    spare, ratio = _own_lines(by_student[:, -1], spread, N, float(columns[-1] @ columns[-1]))
    first = np.searchsorted(rows.school, np.arange(rows.school[-1] + 2))
    parts = np.split(columns, rows.start[first[1:-1]], axis=1)
    by_school = np.stack([part @ part.T for part in parts])
    log_weights = float(np.log(rows.weights).sum())
    blocks = tuple(_blocks(rows.school, first))
    return Moments(basis, by_student, spread, by_school, rows.school, blocks, N, log_weights, spare, ratio)


def _orthogonal(rows: Rows) -> tuple[FloatArray, Basis]:
    """The orthogonal columns, shape `(m, N)`, and how they stand to those given."""
    N, p = rows.X.shape
    root = np.sqrt(rows.weights)
    given, growth, y = rows.X.T * root, np.stack([np.ones(N), rows.years]) * root, rows.y * root
    to_fixed = _orthogonalizer(given)
    inside = to_fixed.T @ (given @ growth.T) / N
    apart = np.linalg.norm(growth - (to_fixed @ inside).T @ given) > APART * np.linalg.norm(growth)
    first = 2 if apart else 0
    columns = np.empty((first + p + 1, N))
    if apart:
        to_growth = np.asarray(np.linalg.qr(growth.T, mode="r")) / np.sqrt(N)
        columns[:2] = np.linalg.solve(to_growth.T, growth)
    else:  # turn the fixed columns so that the first two span (1, years)
        turn, triangle = np.linalg.qr(inside, mode="complete")
        to_fixed, to_growth = to_fixed @ turn, triangle[:2]
    fixed = columns[first:-1]
    np.matmul(to_fixed.T, given, out=fixed)
    along = fixed @ y / N
    columns[-1] = y - along @ fixed
    return columns, Basis(to_fixed, to_growth, to_fixed @ along, np.arange(p) + first)


def _orthogonalizer(given: FloatArray) -> FloatArray:
    """The matrix that makes the fixed columns orthogonal with mean square 1."""
    size = np.sqrt(np.einsum("ij,ij->i", given, given))
    safe = np.where(size > 0, size, 1)
    values, vectors = np.linalg.eigh(given @ given.T / np.outer(safe, safe))
    if values[0] < DEPENDENT * values[-1]:
        kept = independent(given.T, size)[0]
        surplus = sorted(set(range(len(size))) - set(kept.tolist()))
        which = f"columns {', '.join(map(str, surplus))} depend" if surplus else "a column all but depends"
        raise UsageError(f"{which} on those before", "X, counted from 0", "leave them out")
    scaled: FloatArray = vectors * np.sqrt(given.shape[1] / values) / safe[:, None]
    return scaled


def _spread(by_student: FloatArray) -> FloatArray:
    """Entries and determinant of each student's products of the growth columns."""
    z00, z01, z11 = by_student[0, 0], by_student[0, 1], by_student[1, 1]
    return np.stack([z00, z01, z11, np.maximum(z00 * z11 - z01 * z01, 0)])


def _own_lines(along: FloatArray, spread: FloatArray, rows: int, total: float) -> tuple[int, float]:
    """Degrees of freedom about the students' own lines, and the ratio of variances between and about them."""
    z00, z01, z11, det = spread
    k0, k1 = along
    line = det > SAME_LINE * z00 * z11
    explained = (z11 * k0 * k0 - 2 * z01 * k0 * k1 + z00 * k1 * k1) / np.where(line, det, 1)
    explained = np.where(line, explained, k0 * k0 / z00)
    spare = rows - len(k0) - int(line.sum())
    within = (total - float(explained.sum())) / max(spare, 1)
    known = within > 0 < spare
    return spare, float(np.clip(total / rows / within - 1, 0.01, 1e8)) if known else 1.0


def _blocks(school: IntArray, first: IntArray) -> Iterator[Block]:
    """Students in pieces of one block and one school each."""
    n = len(school)
    cuts = np.unique(np.r_[first, np.arange(0, n, BLOCK)])
    for start in range(0, n, BLOCK):
        edges = cuts[(cuts >= start) & (cuts <= min(start + BLOCK, n))] - start
        yield Block(slice(start, start + int(edges[-1])), edges, school[start + edges[:-1]])
