"""Observed paces from dated levels, and how noisy each is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray, IntArray, coded, columns, numbers, sums

APART = 1e-9  # years that differ by less are one date
EXACT = 1e-12  # squares about the lines below this share of all are rounding


@dataclass(frozen=True, slots=True)
class Observed:
    """One observed pace per student.

    Parameters
    ----------
    student
        Shape `(n,)`: labels, sorted.
    pace
        Shape `(n,)`, levels a year; NaN where a student has no two dates below the ceiling.
    spread
        Shape `(n,)`: error variance of the pace over sigma2; infinite where there is none.
    years
        Shape `(n,)`: from the first to the last row in use.
    first, last
        Shape `(n,)`: which of the given rows these are; where a student reached the ceiling, the last is the row that
        did.
    rows
        Shape `(n,)`: how many are in use.
    degrees, squares
        Of the levels about the students' own lines: degrees of freedom and sum of squares, an estimate of sigma2. Zero
        for levels that add up, which have no line.
    """

    student: NDArray[Any]
    pace: FloatArray = field(repr=False)
    spread: FloatArray = field(repr=False)
    years: FloatArray = field(repr=False)
    first: IntArray = field(repr=False)
    last: IntArray = field(repr=False)
    rows: IntArray = field(repr=False)
    degrees: int = 0
    squares: float = 0.0


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Rows by student and date, those after the ceiling left out."""

    labels: NDArray[Any]
    order: IntArray
    codes: IntArray
    level: FloatArray
    years: FloatArray
    start: IntArray
    end: IntArray


def gains(level: ArrayLike, years: ArrayLike, student: ArrayLike, *, ceiling: float = np.inf) -> Observed:
    """Levels gained over years passed, for levels that add up as evidence comes in.

    What is gained in one stretch of time says nothing of the next but through the student's pace, so that the error
    variance of the pace is sigma2 over the years.

    Parameters
    ----------
    level, years
        Shape `(N,)`, one row per student and date, in any order; years on the clock of school years.
    student
        Shape `(N,)` labels.
    ceiling
        The exit level: a student who has reached it is observed until then, and not at all if from the start.

    Raises
    ------
    UsageError
        Where a number or label is missing.
    """
    rows = _ordered(level, years, student, ceiling)
    passed = rows.years[rows.end] - rows.years[rows.start]
    able = (passed > APART) & (rows.level[rows.start] < ceiling)
    over = np.where(able, passed, 1.0)
    pace = np.where(able, (rows.level[rows.end] - rows.level[rows.start]) / over, np.nan)
    return _observed(rows, pace, np.where(able, 1 / over, np.inf), (0, 0.0))


def slopes(
    level: ArrayLike,
    years: ArrayLike,
    student: ArrayLike,
    *,
    std_error: ArrayLike | None = None,
    ceiling: float = np.inf,
) -> Observed:
    """Least-squares slopes through levels that were each measured anew.

    Students' own intercepts are left free, so that where a student started has no part in the pace.

    Parameters
    ----------
    level, years, student, ceiling
        As in `gains`.
    std_error
        Shape `(N,)`, positive: of each level. Rows then weigh by one over its square, and sigma2 is 1 where these
        errors are right.

    Raises
    ------
    UsageError
        Where a number or label is missing, or an error is not positive.

    References
    ----------
    Raudenbush, S. W. & Bryk, A. S. (2002), Hierarchical Linear Models, 2nd ed., chapter 7 (known variances).
    """
    rows = _ordered(level, years, student, ceiling)
    weight = _weights(std_error, len(np.asarray(level)))[rows.order]
    n = len(rows.labels)
    mass = sums(rows.codes, weight, n)
    centred = [
        column - (sums(rows.codes, weight * column, n) / mass)[rows.codes] for column in (rows.years, rows.level)
    ]
    time, height = centred
    width = sums(rows.codes, weight * time * time, n)
    passed = rows.years[rows.end] - rows.years[rows.start]
    able = (passed > APART) & (rows.level[rows.start] < ceiling)
    over = np.where(able, width, 1.0)
    pace = sums(rows.codes, weight * time * height, n) / over
    about = weight * able[rows.codes] * (height - pace[rows.codes] * time) ** 2
    degrees = int((np.bincount(rows.codes, minlength=n)[able] - 2).sum())
    squares = float(about.sum())
    if squares <= EXACT * float((weight * height * height).sum()):
        squares = 0.0
    return _observed(rows, np.where(able, pace, np.nan), np.where(able, 1 / over, np.inf), (degrees, squares))


def _ordered(level: ArrayLike, years: ArrayLike, student: ArrayLike, ceiling: float) -> _Ordered:
    """The rows in use."""
    height, time = numbers(level, "level"), numbers(years, "years")
    if height.ndim != 1 or height.shape != time.shape or height.size == 0:
        raise UsageError(f"{height.size} levels and {time.size} years", "pace", "give one of each per row, and rows")
    units = coded(student, height.size, "student")
    order = np.lexsort((time, units.codes))
    codes = units.codes[order]
    reached = height[order] >= ceiling
    if reached.any():
        before: IntArray = np.cumsum(reached) - reached
        start = np.searchsorted(codes, np.arange(len(units.labels)))
        kept = np.flatnonzero(before == before[start][codes])  # no earlier row of the student has reached it
        order, codes = order[kept], codes[kept]
    start = np.searchsorted(codes, np.arange(len(units.labels)))
    end = np.r_[start[1:], len(codes)] - 1
    return _Ordered(units.labels, order, codes, height[order], time[order], start, end)


def _weights(std_error: ArrayLike | None, n: int) -> FloatArray:
    if std_error is None:
        return np.ones(n)
    errors = columns(std_error, n, "std_error")[:, 0]
    if errors.min() <= 0:
        raise UsageError(f"{(errors <= 0).sum()} standard errors are not positive", "std_error", "leave those rows out")
    weights: FloatArray = 1 / errors**2
    return weights


def _observed(rows: _Ordered, pace: FloatArray, spread: FloatArray, about: tuple[int, float]) -> Observed:
    passed = rows.years[rows.end] - rows.years[rows.start]
    used = rows.end - rows.start + 1
    return Observed(rows.labels, pace, spread, passed, rows.order[rows.start], rows.order[rows.end], used, *about)
