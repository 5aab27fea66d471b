"""Predicted paces of students, and of schools in their groups, with honest errors.

References
----------
Robinson, G. K. (1991), Statistical Science 6, 15-51 (BLUP and its error). Kass, R. E. & Steffey, D. (1989), Journal of
the American Statistical Association 84, 717-726 (what estimated variances add to the error). Prasad, N. G. N. & Rao,
J. N. K. (1990), Journal of the American Statistical Association 85, 163-171 (that they understate it besides).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from cbe_analysis.methods.arrays import FloatArray, IntArray
from cbe_analysis.methods.pace.likelihood import Point, Sample
from cbe_analysis.methods.pace.nested import CELL, ERROR, LEAST, PARTS, SCHOOL, STUDENT, times

COVERAGE = 0.95


@dataclass(frozen=True, slots=True)
class Everyone:
    """All students, with a pace of their own or without.

    Parameters
    ----------
    cell, held
        Shapes `(n,)` and `(n, q)`: the cell, and covariates.
    y, spread
        Shape `(n,)`: 0 and infinite for a student without a pace.
    """

    cell: IntArray
    held: FloatArray
    y: FloatArray
    spread: FloatArray


@dataclass(frozen=True, slots=True)
class Predicted:
    """Predicted true paces, levels a year, with 95 % intervals; NaN where the model cannot tell.

    Parameters
    ----------
    pace, std_error, low, high
        Shape `(n,)`. The error counts in that of the fixed effects and of the variances.
    """

    pace: FloatArray
    std_error: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True)
class Schools:
    """The pace of each school in each group that it has students of: drawn toward the mean of the group.

    Parameters
    ----------
    school, group
        Shape `(c,)` labels.
    n
        Shape `(c,)`: students with a pace.
    raw
        Shape `(c,)`: their mean; NaN for none.
    predicted
        At the average of the covariates.
    """

    school: NDArray[Any]
    group: NDArray[Any]
    n: IntArray = field(repr=False)
    raw: FloatArray = field(repr=False)
    predicted: Predicted = field(repr=False)


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known of each student's true pace at given variances.

    Parameters
    ----------
    mean, variance
        Shape `(n,)`.
    left
        Shape `(n,)`: the weight of the cell, the rest being that of the student's own pace.
    base
        Shape `(n,)`: error variance of the pace of the cell.
    """

    mean: FloatArray
    variance: FloatArray
    left: FloatArray
    base: FloatArray


def posterior(everyone: Everyone, sample: Sample, point: Point) -> Posterior:
    """Means and variances of all students' true paces."""
    theta = point.theta
    own = _own(everyone, theta)
    middle = _middle(everyone, sample, point)
    mean = middle + own * (everyone.y - middle)
    base = _base(everyone, sample, point)
    return Posterior(mean, (1 - own) ** 2 * base + theta[STUDENT] * (1 - own), 1 - own, base)


def drift(everyone: Everyone, sample: Sample, point: Point) -> FloatArray:
    """Derivatives of the students' means in the variances, shape `(4, n)`."""
    theta, nest, swept = point.theta, sample.nest, point.swept
    own = _own(everyone, theta)
    found = np.empty((len(PARTS), len(everyone.y)))
    for k in range(len(PARTS)):
        moved = nest.part(k, point.pull)
        along = point.vcov @ (point.design.T @ moved)
        about = moved - sample.held @ along
        effect = -swept.middle(about, swept.solve(about))
        if k in (SCHOOL, CELL):
            cells = nest.by_cell(point.pull)
            effect += cells if k == CELL else nest.by_school(cells)[nest.school]
        found[k] = (1 - own) * (effect[everyone.cell] - everyone.held @ along)
    noise = _finite(everyone.spread)
    total = theta[STUDENT] + theta[ERROR] * noise
    apart = np.where(np.isfinite(everyone.spread), everyone.y - _middle(everyone, sample, point), 0)
    turn = np.divide(apart, total**2, out=np.zeros_like(total), where=total > LEAST)
    found[STUDENT] += turn * theta[ERROR] * noise
    found[ERROR] -= turn * theta[STUDENT] * noise
    return found


def understated(everyone: Everyone, point: Point, vcov: FloatArray) -> FloatArray:
    """By how much the errors of students are too small on average, the variances being estimated, shape `(n,)`."""
    noise, between = _finite(everyone.spread), point.theta[STUDENT]
    error = point.theta[ERROR] * noise
    total = between + error
    of_both = error**2 * vcov[STUDENT, STUDENT] - 2 * error * between * noise * vcov[STUDENT, ERROR]
    of_both = of_both + between**2 * noise**2 * vcov[ERROR, ERROR]
    found: FloatArray = np.divide(of_both, total**3, out=np.zeros_like(total), where=total > LEAST)
    return np.maximum(found, 0)


def cell_errors(point: Point) -> FloatArray:
    """Error variance of the pace that the model gives to each cell, the covariates' coefficients known, `(c,)`."""
    between, theta = point.swept.between, point.theta
    reach, school = between.reach, between.nest.school
    left = 1 / (1 + theta[SCHOOL] * between.whole)
    own = theta[CELL] ** 2 * (reach - between.lift[school] * reach**2)
    own += 2 * theta[CELL] * theta[SCHOOL] * reach * left[school]
    own += (theta[SCHOOL] ** 2 * between.whole * left)[school]
    found: FloatArray = np.maximum(theta[CELL] + theta[SCHOOL] - own, 0) + point.swept.errors()
    return found


def shared_errors(sample: Sample, point: Point, weights: FloatArray, held: FloatArray) -> FloatArray:
    """Error variances of weighted sums over the cells of each group, shape `(g,)`.

    Parameters
    ----------
    weights
        Shape `(c,)`: of the cells' paces.
    held
        Shape `(g, q)`: weighted sums of the covariates.
    """
    swept, between, theta, nest = point.swept, point.swept.between, point.theta, sample.nest
    lift, whole = between.lift[:, None], between.whole[:, None]
    table, reach = nest.table(weights), swept.reach
    both = theta[SCHOOL] + theta[CELL]
    along = theta[SCHOOL] * whole + theta[CELL] * reach
    seen = theta[SCHOOL] ** 2 * whole + (both**2 - theta[SCHOOL] ** 2) * reach - lift * along**2
    before = both * (table**2).sum(axis=0)
    damped = table * (1 - theta[CELL] * reach)
    far = np.diag(damped.sum(axis=0)) - (damped * lift).T @ reach
    found: FloatArray = np.maximum(before - (table**2 * seen).sum(axis=0), 0)
    found += np.einsum("ij,ij->i", far @ swept.vcov, far)
    apart = held - nest.by_group(times(weights, swept.middle(sample.held, point.design)))
    found += np.einsum("ij,ij->i", apart @ point.vcov, apart)
    return found


def bounds(mean: FloatArray, variance: FloatArray, df: float) -> Predicted:
    """Predictions with Student's intervals; unknown ones have no error."""
    error = np.where(np.isnan(mean), np.nan, np.sqrt(np.maximum(variance, 0)))
    reach = float(stdtrit(max(df, 1), 0.5 + COVERAGE / 2)) * error
    return Predicted(mean, error, mean - reach, mean + reach)


def _base(everyone: Everyone, sample: Sample, point: Point) -> FloatArray:
    """Error variance of the pace of each student's cell."""
    found: FloatArray = cell_errors(point)[everyone.cell]
    if not point.coef.size:
        return found
    far = everyone.held - point.swept.middle(sample.held, point.design)[everyone.cell]
    found += np.einsum("ij,ij->i", far @ point.vcov, far)
    return found


def _middle(everyone: Everyone, sample: Sample, point: Point) -> FloatArray:
    """What is expected of each student's pace from group, school and covariates, shape `(n,)`."""
    cells = point.means[sample.nest.group] + point.swept.between.departures(point.pull)
    found: FloatArray = cells[everyone.cell] + everyone.held @ point.coef
    return found


def _own(everyone: Everyone, theta: FloatArray) -> FloatArray:
    """The weight of a student's own pace, shape `(n,)`."""
    total = theta[STUDENT] + theta[ERROR] * _finite(everyone.spread)
    share = np.divide(theta[STUDENT], total, out=np.ones_like(total), where=total > 0)
    return np.where(np.isfinite(everyone.spread), share, 0)


def _finite(spread: FloatArray) -> FloatArray:
    return np.where(np.isfinite(spread), spread, 0)
