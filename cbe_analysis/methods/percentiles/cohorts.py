"""Growth percentiles of all students of all cohorts at once."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray, IntArray, coded, numbers, ordered
from cbe_analysis.methods.percentiles.peers import Cohort, Limits, Refusal, Standing, Students, compare
from cbe_analysis.methods.processes import Crew, crew, processors

MANY = 200_000  # students from whom on processes of their own are worth the second that it takes to start them


@dataclass(frozen=True, slots=True)
class GrowthPercentiles:
    """The percentiles of n students, NaN where there is none.

    Parameters
    ----------
    percentile
        Shape `(n,)`, 1 to 99, from the most past scores that the student has: what may be told of the student.
    low, high
        Shape `(n,)`: the 95 % interval, where the standard errors of the scores were given.
    order
        Shape `(n,)`: how many past scores count; 0 for none.
    grouped
        Shape `(n,)`: for medians and means of groups alone, and there in small cohorts too. A curve through a student's
        own score counts half, for that score pulled it there; uncounted, as the definition has it, the mean of a cohort
        of 80 would be 45, of 200 48.
    by_order
        Shape `(n, k)`: the percentiles with 1 to k past scores.
    cohorts
        In the order of their labels.
    """

    percentile: FloatArray = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    order: IntArray = field(repr=False)
    grouped: FloatArray = field(repr=False)
    by_order: FloatArray = field(repr=False)
    cohorts: tuple[Cohort, ...]

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """What was refused, cohort by cohort."""
        return tuple(refusal for cohort in self.cohorts for refusal in cohort.refusals)


@dataclass(frozen=True, slots=True)
class _Task:
    """One cohort to work on."""

    label: Any
    students: Students
    limits: Limits


def growth_percentiles(  # noqa: PLR0913 - what is known of the students, and who does the work
    score: ArrayLike,
    priors: ArrayLike,
    cohort: ArrayLike,
    *,
    std_errors: ArrayLike | None = None,
    limits: Limits | None = None,
    helpers: Crew | None = None,
) -> GrowthPercentiles:
    """The growth percentile of every student among the cohort's students with the same past scores.

    Parameters
    ----------
    score
        Shape `(n,)`: this year's scores.
    priors
        Shape `(n,)` or `(n, k)`: past scores, the latest first; NaN where missing. A past score counts only where all
        later ones are there.
    cohort
        Shape `(n,)` labels: students who took the same test in the same grade and year.
    std_errors
        Shape `(n, 1 + k)`: standard errors of measurement of the score and of the past scores; NaN where unknown.
        Without them no student's interval can be told.
    limits
        What counts as a small cohort.
    helpers
        Processes to share the cohorts out among, from `several`. Without them some are started where that is worth it.

    Raises
    ------
    UsageError
        Where a score or label is missing, a number is infinite, an error is negative, or shapes do not agree.

    References
    ----------
    Betebenner, D. W. (2009), Educational Measurement: Issues and Practice 28(4), 42-51; carried out as in the R package
    SGP 2.2.
    """
    students = _checked(score, priors, std_errors)
    n, k = students.priors.shape
    groups = coded(cohort, n, "cohort")
    members = np.split(ordered(groups.codes), np.cumsum(np.bincount(groups.codes))[:-1])
    labels, known = groups.labels.tolist(), np.bincount(groups.codes, np.isfinite(students.priors).sum(axis=1))
    turns = np.argsort(-known, kind="stable").tolist()  # the longest work first, so that none is alone at the end
    tasks = (_Task(labels[turn], students.of(members[turn]), limits or Limits()) for turn in turns)
    with several(n, len(turns)) if helpers is None else nullcontext(helpers) as some:
        found = dict(zip(turns, some.each(_compared, tasks), strict=True))
    everyone = Standing.nobody(n, k)
    for turn, (_, standing) in found.items():
        everyone.take(standing, members[turn])
    return GrowthPercentiles(
        percentile=everyone.percentile,
        low=everyone.low,
        high=everyone.high,
        order=everyone.order,
        grouped=everyone.grouped,
        by_order=everyone.by_order,
        cohorts=tuple(found[turn][0] for turn in range(len(turns))),
    )


def several(students: int, cohorts: int | None = None) -> AbstractContextManager[Crew]:
    """Processes for so many students, in so many cohorts if that is known; they may start before scores are there."""
    most = processors() if cohorts is None else min(processors(), cohorts)
    return crew(most if students >= MANY else 1, __name__)


def _compared(task: _Task) -> tuple[Cohort, Standing]:
    """The curves of a cohort, and where its students stand; the same in whichever order they are given."""
    order = task.students.order
    cohort, sorted_standing = compare(task.label, task.students.of(order), task.limits)
    standing = Standing.nobody(*task.students.priors.shape)
    standing.take(sorted_standing, order)
    return cohort, standing


def _checked(score: ArrayLike, priors: ArrayLike, std_errors: ArrayLike | None) -> Students:
    """The numbers as arrays that agree with each other."""
    now = numbers(score, "score")
    past = _with_gaps(priors, "priors")
    past = past[:, None] if past.ndim == 1 else past
    if now.ndim != 1 or now.size == 0 or past.ndim != 2 or len(past) != now.size or past.shape[1] == 0:
        raise UsageError(
            f"{now.shape} scores and {past.shape} past scores", "growth percentiles", "give a row for each student"
        )
    if std_errors is None:
        return Students(now, past, None)
    errors = _with_gaps(std_errors, "std_errors")
    if errors.shape != (now.size, 1 + past.shape[1]):
        raise UsageError(
            f"standard errors of shape {errors.shape}", "std_errors", "give one for the score and each past score"
        )
    if (errors < 0).any():
        raise UsageError(f"{(errors < 0).sum()} standard errors are negative", "std_errors", "leave them empty")
    return Students(now, past, errors)


def _with_gaps(values: ArrayLike, name: str) -> FloatArray:
    """The values as floats, NaN where missing, none infinite."""
    array = np.asarray(values, dtype=np.float64)
    numbers(array[~np.isnan(array)], name)
    return array
