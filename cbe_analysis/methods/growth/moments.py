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
SAME_DATE = 1e-10  # a student's dates vary by less than this share of all dates: they have no line of their own
EXACT = 1e-11  # a variance about the students' lines below this share of all is none at all
HELD = 1e-7  # and is then held at this share, since a likelihood without a residual has no maximum
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
    lines
        Shape `(2, m, n)`: every column's line for each student, in terms of the growth columns.
    spread
        Shape `(4, n)`: entries 00, 01, 11 and the determinant of the products of the growth columns.
    within
        Shape `(S, m, m)`: products of the columns about the students' lines.
    school
        Shape `(n,)`: code of each student's school.
    blocks
        All students, in pieces.
    rows, log_weights, spare
        Rows; sum of log weights; degrees of freedom about the students' own lines.
    residual
        Mean square of the residual of least squares.
    ratio
        Variance between students over variance about their own lines, a place to start from.
    """

    basis: Basis
    lines: FloatArray
    spread: FloatArray
    within: FloatArray
    school: IntArray
    blocks: tuple[Block, ...]
    rows: int
    log_weights: float
    spare: int
    residual: float
    ratio: float


def reduce_rows(rows: Rows) -> Moments:
    """The sufficient statistics of the rows.

    Raises
    ------
    UsageError
        Where fixed columns depend on each other.
    """
    columns, basis = _orthogonal(rows)
    N = len(rows.y)
    spread, slope = _spread(columns, rows.start)
    lines, explained = _lines(columns, slope, spread, rows.start)
    first = np.searchsorted(rows.school, np.arange(rows.school[-1] + 2))
    blocks = tuple(_blocks(rows.school, first))
    parts = np.split(columns, rows.start[first[1:-1]], axis=1)
    within = _within(parts, explained, blocks)
    residual, spare = float(columns[-1] @ columns[-1]) / N, N - len(rows.start) - int((spread[3] > 0).sum())
    about = float(within[:, -1, -1].sum())
    if about < EXACT * residual * N:
        within[0, -1, -1] += HELD * residual * N
        about += HELD * residual * N
    ratio = float(np.clip(residual * spare / about - 1, 0.01, 1 / EXACT)) if spare > 0 and about > 0 else 1.0
    log_weights = float(np.log(rows.weights).sum())
    return Moments(basis, lines, spread, within, rows.school, blocks, N, log_weights, spare, residual, ratio)


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


def _spread(columns: FloatArray, start: IntArray) -> tuple[FloatArray, FloatArray]:
    """Entries and determinant of each student's products of the growth columns; the second column freed of the first.

    Where a student's dates are the same, they are made exactly so.
    """
    count = np.diff(np.r_[start, columns.shape[1]])
    z00, z01 = (np.add.reduceat(columns[0] * columns[c], start) for c in (0, 1))
    slope = columns[1] - np.repeat(z01 / z00, count) * columns[0]
    apart = np.add.reduceat(slope * slope, start)
    apart = np.where(apart > SAME_DATE * z00, apart, 0)
    return np.stack([z00, z01, z01 * z01 / z00 + apart, z00 * apart]), slope


def _lines(
    columns: FloatArray, slope: FloatArray, spread: FloatArray, start: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Every column's line for each student, and the same in units of an orthonormal basis, both `(2, m, n)`."""
    z00, z01, _, det = spread
    steep, centre = np.sqrt(det / z00), z01 / z00
    lines, explained = (np.empty((2, len(columns), len(start))) for _ in range(2))
    for c, column in enumerate(columns):
        explained[0, c] = np.add.reduceat(columns[0] * column, start) / np.sqrt(z00)
        explained[1, c] = np.add.reduceat(slope * column, start) / np.where(det > 0, steep, np.inf)
        lines[1, c] = explained[1, c] / np.where(det > 0, steep, np.inf)
        lines[0, c] = explained[0, c] / np.sqrt(z00) - centre * lines[1, c]
    return lines, explained


def _within(parts: list[FloatArray], explained: FloatArray, blocks: tuple[Block, ...]) -> FloatArray:
    """Products of the columns about the students' lines, for the columns of each school, shape `(S, m, m)`."""
    within = np.stack([part @ part.T for part in parts])
    for block in blocks:
        for school, some in block.pieces():
            first, second = explained[:, :, block.students][:, :, some]
            within[school] -= first @ first.T + second @ second.T
    return within


def _blocks(school: IntArray, first: IntArray) -> Iterator[Block]:
    """Students in pieces of one block and one school each."""
    n = len(school)
    cuts = np.unique(np.r_[first, np.arange(0, n, BLOCK)])
    for start in range(0, n, BLOCK):
        edges = cuts[(cuts >= start) & (cuts <= min(start + BLOCK, n))] - start
        yield Block(slice(start, start + int(edges[-1])), edges, school[start + edges[:-1]])
