"""The variances of paces: which the data can tell, their estimates, and how sure these are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cbe_analysis.methods.arrays import FloatArray, IntArray
from cbe_analysis.methods.pace.likelihood import Sample, evaluate, slope
from cbe_analysis.methods.pace.nested import CELL, ERROR, PARTS, SCHOOL, STUDENT
from cbe_analysis.methods.pace.search import Found, search
from cbe_analysis.methods.pace.traces import moments, squared_traces

APART = 1e-8  # least eigenvalue of the information, over that without fixed effects, on parts that can be told apart
NOTHING = 1e-9  # a variance this small a share of all is zero
SURE = 1.959964


@dataclass(frozen=True, slots=True)
class Variances:
    """How paces vary, (levels a year) squared.

    Parameters
    ----------
    student
        Between students of one school and group; NaN where it cannot be told from the error.
    error
        Of an observed pace of spread one, which is sigma2; NaN likewise.
    school, cell
        Between schools; of a school's groups about the school. Zero where the data cannot show them: one school, one
        student in each, one group.
    within
        Of an observed pace of average spread about its school and group: student and error together.
    vcov
        Shape `(4, 4)`: covariance of the estimates, in the order student, error, school, cell; zero for a part that was
        given or cannot be shown.
    boundary
        Which of the four are estimated at their boundary, zero: the paces vary no more than they would without.
    """

    student: float
    error: float
    school: float
    cell: float
    within: float
    vcov: FloatArray = field(repr=False)
    boundary: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Estimated:
    """The end of the search.

    Parameters
    ----------
    found, variances
        Where it ended, and in plain terms.
    identified
        Whether the variances of students and of errors are told apart.
    exact
        Whether there was nothing to estimate.
    """

    found: Found
    variances: Variances
    identified: bool
    exact: bool


def estimate(sample: Sample, *, sigma2: float | None, nested: bool, exact: bool) -> Estimated:
    """The variances by REML.

    Parameters
    ----------
    sigma2
        Where it is known.
    nested
        Whether students are in two schools or more.
    exact
        Whether nothing varies within groups, so that there is nothing to estimate.
    """
    if exact:
        point = evaluate(sample, np.array([1.0, 0, 0, 0]))
        nan, none = float("nan"), np.zeros((4, 4))
        found = Found(point, slope(sample, point), 0, True)
        return Estimated(found, Variances(nan, nan, 0.0, 0.0, 0.0, none, ()), False, True)
    start, free = _start(sample, sigma2, nested and _varied(sample))
    found = search(sample, start, free)
    theta, mean = found.point.theta, float(sample.nest.spread.mean())
    vcov = np.zeros((4, 4))
    vcov[np.ix_(free, free)] = 2 * _inverse(found.slope.information[np.ix_(free, free)])
    within = float(theta[STUDENT] + theta[ERROR] * mean)
    total = within + float(theta[SCHOOL] + theta[CELL])
    told = sigma2 is not None or (ERROR in free and 2 * SURE * np.sqrt(vcov[STUDENT, STUDENT]) <= within)
    student, error = (float(theta[k]) if told else float("nan") for k in (STUDENT, ERROR))
    zero = tuple(PARTS[k] for k in free if theta[k] * (mean if k == ERROR else 1) <= NOTHING * total)
    variances = Variances(student, error, float(theta[SCHOOL]), float(theta[CELL]), within, vcov, zero)
    return Estimated(found, variances, bool(told), False)


def _varied(sample: Sample) -> bool:
    """Whether students of one cell differ at all; where none do, schools and students cannot be told apart."""
    nest = sample.nest
    means = nest.by_cell(sample.y) / np.maximum(nest.size, 1)
    apart = float(((sample.y - means[nest.cell]) ** 2).sum())
    return apart > NOTHING * float(((sample.y - sample.y.mean()) ** 2).sum())


def _start(sample: Sample, sigma2: float | None, nested: bool) -> tuple[FloatArray, IntArray]:
    """Variances to start from, and the parts that the data can tell apart; the others stay at zero."""
    residual = evaluate(sample, np.array([1.0, 0, 0, 0])).pull  # of plain least squares
    total, mean = float(residual @ residual) / sample.spare, max(float(sample.nest.spread.mean()), 1e-300)
    theta = np.array([0.5 * total, 0.5 * total / mean if sigma2 is None else sigma2, 0.1 * total, 0.05 * total])
    point = evaluate(sample, theta)
    change, between = slope(sample, point), point.swept.between
    size = np.sqrt(np.diag(squared_traces(between, moments(between))))
    free = [STUDENT]
    for part in ([ERROR] if sigma2 is None else []) + ([SCHOOL, CELL] if nested else []):
        trial = [*free, part]
        scaled = change.information[np.ix_(trial, trial)] / np.outer(size[trial], size[trial])
        if np.linalg.eigvalsh(scaled)[0] > APART:
            free = trial
    fixed = [k for k in range(4) if k not in free and (k != ERROR or sigma2 is None)]
    theta[fixed] = 0
    return theta, np.array(free)


def _inverse(information: FloatArray) -> FloatArray:
    """The inverse, scaled before."""
    size = np.sqrt(np.diag(information))
    found: FloatArray = np.linalg.inv(information / np.outer(size, size)) / np.outer(size, size)
    return found
