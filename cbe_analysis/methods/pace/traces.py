"""Traces of the inverse covariance times its parts, as sums over cells, and what sweeping out the groups takes away.

References
----------
Searle, S. R., Casella, G. & McCulloch, C. E. (1992), Variance Components, section 6.6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.methods.arrays import FloatArray
from cbe_analysis.methods.pace.nested import CELL, ERROR, PARTS, SCHOOL, STUDENT, Covariance, times
from cbe_analysis.methods.pace.sweep import Swept


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over the students of each cell of powers of their weight times powers of their spread.

    Parameters
    ----------
    first
        Shape `(2, c)`: of the weight, times no spread and once.
    second, third
        Shape `(3, c)`: of its square and cube, times no spread, once and squared.
    """

    first: FloatArray
    second: FloatArray
    third: FloatArray


def moments(between: Covariance) -> Moments:
    """The moments of all cells."""
    nest, weight, spread = between.nest, between.weight, between.nest.spread
    sums = []
    for power in (1, 2, 3):
        term, rows = weight**power, []
        for _ in range(2 if power == 1 else 3):
            rows.append(nest.by_cell(term))
            term = term * spread
        sums.append(np.stack(rows))
    return Moments(*sums)


def traces(swept: Swept, cells: Moments) -> FloatArray:
    """Traces of the swept inverse times each part, shape `(4,)`."""
    between, school = swept.between, swept.between.nest.school
    taken = between.theta[CELL] * between.damp + between.lift[school] * between.damp**2
    students = cells.first.sum(axis=1) - cells.second[:2] @ taken
    schools = between.whole * _left(between)
    own = between.reach - between.lift[school] * between.reach**2
    found = np.array([*students, schools.sum(), own.sum()])
    lost = _weights(between, cells) @ swept.errors()
    found[[STUDENT, ERROR, CELL]] -= lost
    found[SCHOOL] -= _of_schools(swept).sum()
    return found


def squared_traces(between: Covariance, cells: Moments) -> FloatArray:
    """Traces of the inverse times one part times the inverse times another, shape `(4, 4)`; nothing swept out."""
    nest, school, reach = between.nest, between.nest.school, between.reach
    lift, left = between.lift[school], _left(between)
    found = np.empty((4, 4))
    found[:2, :2] = _of_students(between, cells)
    for k in (STUDENT, ERROR):
        damped = cells.second[k] * between.damp**2
        schools = nest.by_school(damped)
        found[k, SCHOOL] = schools @ left**2
        found[k, CELL] = damped @ (1 - 2 * lift * reach) + schools[school] @ (lift * reach) ** 2
    found[SCHOOL, SCHOOL] = ((between.whole * left) ** 2).sum()
    found[SCHOOL, CELL] = ((reach * left[school]) ** 2).sum()
    crossed = (between.lift * nest.by_school(reach**2)) ** 2
    found[CELL, CELL] = (reach**2 - 2 * lift * reach**3).sum() + crossed.sum()
    return _mirrored(found)


def swept_squared_traces(swept: Swept, cells: Moments) -> FloatArray:
    """The same of the swept inverse."""
    inner = swept.vcov @ _inner(swept, cells)
    lost = np.einsum("kij,lji->kl", inner, inner)
    found: FloatArray = squared_traces(swept.between, cells) - 2 * _crossed(swept, cells) + lost
    return found


def _of_students(between: Covariance, cells: Moments) -> FloatArray:
    """The traces of the two parts that are diagonal."""
    nest = between.nest
    held, lift = between.theta[CELL] * between.damp, between.lift[nest.school]
    taken = held + lift * between.damp**2
    powers = cells.second.sum(axis=1) - 2 * cells.third @ taken
    found: FloatArray = powers[np.array([[0, 1], [1, 2]])]
    own = cells.second[:2].T
    found += own.T @ times(held**2 + 2 * held * lift * between.damp**2, own)
    schools = nest.by_school(times(between.damp**2, own))
    found += schools.T @ times(between.lift**2, schools)
    return found


def _inner(swept: Swept, cells: Moments) -> FloatArray:
    """The groups' columns, divided by the covariance, on both sides of each part, shape `(4, g, g)`."""
    between, nest = swept.between, swept.between.nest
    lifted = times(between.lift, swept.reach)
    found = np.empty((len(PARTS), nest.groups, nest.groups))
    for k, weight in zip((STUDENT, ERROR, CELL), _weights(between, cells) * between.damp**2, strict=True):
        table = nest.table(weight)
        across = table.T @ lifted
        found[k] = lifted.T @ times(table.sum(axis=1), lifted) - across - across.T
        found[k][np.diag_indices(nest.groups)] += table.sum(axis=0)
    left = times(_left(between), swept.reach)
    found[SCHOOL] = left.T @ left
    return found


def _crossed(swept: Swept, cells: Moments) -> FloatArray:
    """Traces of the means' covariance, one part and the other, the inverse between the two, shape `(4, 4)`."""
    between, nest = swept.between, swept.between.nest
    weights, reach, error = _weights(between, cells), between.reach, swept.errors()
    found = np.empty((4, 4))
    held = between.theta[CELL] * between.damp
    for k, other, third in ((STUDENT, STUDENT, 0), (STUDENT, ERROR, 1), (ERROR, ERROR, 2)):
        found[k, other] = (cells.third[third] - held * weights[k] * weights[other]) @ error
    for k, weight in zip((STUDENT, ERROR, CELL), weights, strict=True):
        found[k, CELL] = (weight * reach) @ error
    tables = [nest.table(weight * between.damp**2) for weight in weights]
    schools = [table - times(between.lift * table.sum(axis=1), swept.reach) for table in tables]
    turned, left = swept.reach @ swept.vcov, _left(between)
    for k, own in zip((STUDENT, ERROR, CELL), schools, strict=True):
        found[k, SCHOOL] = left**2 @ np.einsum("sg,sg->s", own, turned)
        for other, beside in zip((STUDENT, ERROR, CELL), schools, strict=True):
            if other >= k:
                found[k, other] -= between.lift @ np.einsum("sg,sg->s", own @ swept.vcov, beside)
    found[SCHOOL, SCHOOL] = _of_schools(swept) @ (between.whole * left)
    found[SCHOOL, CELL] = found[CELL, SCHOOL]
    return _mirrored(found)


def _weights(between: Covariance, cells: Moments) -> FloatArray:
    """What students, errors and cells weigh in each cell's row squared, shape `(3, c)`."""
    return np.stack([cells.second[STUDENT], cells.second[ERROR], cells.first[0] ** 2])


def _of_schools(swept: Swept) -> FloatArray:
    """The schools' rows of reach in the covariance of the means, shape `(s,)`."""
    found: FloatArray = _left(swept.between) ** 2 * np.einsum("sg,sg->s", swept.reach @ swept.vcov, swept.reach)
    return found


def _left(between: Covariance) -> FloatArray:
    """What the variance of schools leaves of their weight, shape `(s,)`."""
    found: FloatArray = 1 / (1 + between.theta[SCHOOL] * between.whole)
    return found


def _mirrored(upper: FloatArray) -> FloatArray:
    """The matrix whose upper half this is."""
    below = np.tril_indices(len(upper), -1)
    upper[below] = upper.T[below]
    return upper
