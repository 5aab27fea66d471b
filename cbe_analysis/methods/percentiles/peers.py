"""One cohort: who can be compared with whom, the curves of each number of past scores, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray, IntArray
from cbe_analysis.methods.percentiles.curves import Curves, fit_curves, spread_out, threshold
from cbe_analysis.methods.percentiles.intervals import student_intervals
from cbe_analysis.methods.percentiles.splines import COLUMNS, Spline, spline_of

ALIKE = 0.01  # scores closer together than this cannot be told apart by knots of three decimals


@dataclass(frozen=True, slots=True)
class Limits:
    """How many students there must be for each column of the model, which has 8 with one past score and 15 with two.

    Parameters
    ----------
    student
        For percentiles of single students, and for the use of more than one past score. With 25 students a column, the
        curves alone give a percentile at the middle a standard error of 10 points.
    group
        For medians and means of groups.
    """

    student: float = 25
    group: float = 10

    def __post_init__(self) -> None:
        if not 1 < self.group <= self.student:
            raise UsageError(
                f"limits of {self.student:g} and {self.group:g} students", "Limits", "give student >= group > 1"
            )


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a cohort has no percentiles of one kind.

    Parameters
    ----------
    cohort, order
        The cohort's label; the number of past scores.
    groups_too
        Whether groups have none either, with so many past scores.
    n
        Students with so many past scores.
    reason
        A clause.
    """

    cohort: Any
    order: int
    groups_too: bool
    n: int
    reason: str


@dataclass(frozen=True, slots=True)
class Cohort:
    """The curves of one cohort.

    Parameters
    ----------
    label, n
        As given; students with a score.
    curves
        For each number of past scores that was possible, the fewest first.
    refusals
        What was not possible.
    """

    label: Any
    n: int
    curves: tuple[Curves, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Students:
    """Scores of students, one row each: shapes `(n,)`, `(n, k)` the latest first, and `(n, 1 + k)` or None."""

    score: FloatArray
    priors: FloatArray
    std_errors: FloatArray | None

    def of(self, rows: IntArray) -> Students:
        """These students alone."""
        errors = None if self.std_errors is None else self.std_errors[rows]
        return Students(self.score[rows], self.priors[rows], errors)

    @property
    def order(self) -> IntArray:
        """Shape `(n,)`: positions from the lowest score, of the same score from the lowest past score."""
        order: IntArray = np.lexsort([*self.priors.T[::-1], self.score])
        return order


@dataclass(frozen=True, slots=True)
class Standing:
    """What is found for n students, filled in order by order; the fields are those of GrowthPercentiles."""

    percentile: FloatArray
    low: FloatArray
    high: FloatArray
    order: IntArray
    grouped: FloatArray
    by_order: FloatArray

    @classmethod
    def nobody(cls, n: int, k: int) -> Standing:
        """Nothing found yet."""
        percentile, low, high, grouped = np.full((4, n), np.nan)
        return cls(percentile, low, high, np.zeros(n, np.int64), grouped, np.full((n, k), np.nan))

    def take(self, other: Standing, rows: IntArray) -> None:
        """Put what was found for these rows."""
        for mine, theirs in (
            (self.percentile, other.percentile),
            (self.low, other.low),
            (self.high, other.high),
            (self.order, other.order),
            (self.grouped, other.grouped),
            (self.by_order, other.by_order),
        ):
            mine[rows] = theirs


def compare(label: Any, students: Students, limits: Limits) -> tuple[Cohort, Standing]:
    """The curves of a cohort, and where its students stand."""
    n, k = students.priors.shape
    standing = Standing.nobody(n, k)
    curves: list[Curves] = []
    splines: list[Spline] = []
    refusal = None
    for order in range(1, k + 1):
        whole = np.flatnonzero(np.isfinite(students.priors[:, :order]).all(axis=1))
        some = students.of(whole)
        refusal = _refusal(label, order, some, limits)
        if refusal is not None and refusal.groups_too:
            break
        past = students.priors[:, order - 1]
        splines.append(spline_of(past[np.isfinite(past)]))
        curves.append(_place(standing, whole, some, tuple(splines), told=refusal is None))
        if refusal is not None:
            break
    return Cohort(label, n, tuple(curves), () if refusal is None else (refusal,)), standing


def _refusal(label: Any, order: int, students: Students, limits: Limits) -> Refusal | None:
    """Why these students have no percentiles, or none to be told of single students; None where they have."""
    n, columns = students.score.size, 1 + COLUMNS * order
    each, groups = int(np.ceil(columns * limits.student)), int(np.ceil(columns * limits.group))
    told = f"{n} students with {order} past score{'s' * (order > 1)}; {each} are needed for percentiles of students"
    if order > 1 and n < each:
        return Refusal(label, order, True, n, f"{told}, so fewer past scores are used")
    if n < groups:
        return Refusal(label, order, True, n, f"{told} and {groups} for those of groups")
    scores = np.column_stack([students.score, students.priors[:, :order]])
    if (np.ptp(scores, axis=0) < ALIKE).any():
        return Refusal(label, order, True, n, f"all scores, or all past scores, lie within {ALIKE:g} of each other")
    return Refusal(label, order, False, n, told) if n < each else None


def _place(
    standing: Standing, rows: IntArray, students: Students, splines: tuple[Spline, ...], *, told: bool
) -> Curves:
    """The curves of these students, whose percentiles take the place of those with fewer past scores."""
    order = len(splines)
    priors = students.priors[:, :order]
    columns = spread_out(splines, priors)
    curves = fit_curves(columns, students.score, splines)
    found, reached = curves.standing(columns, threshold(students.score), threshold(students.score, reached=True))
    standing.grouped[rows] = (found + reached) / 2
    standing.order[rows] = order
    if told:
        standing.percentile[rows] = standing.by_order[rows, order - 1] = found
    if told and students.std_errors is not None:
        errors = students.std_errors[:, : 1 + order]
        reach = student_intervals(curves, students.score, priors, errors, found)
        standing.low[rows], standing.high[rows] = reach.low, reach.high
    return curves
