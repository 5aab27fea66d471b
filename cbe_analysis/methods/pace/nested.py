"""The covariance of paces, students in cells in schools, and its inverse as sums over cells.

A cell is a group within a school. The variances stand in one order throughout: of students, of errors per unit of
spread, of schools, of cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.methods.arrays import FloatArray, IntArray, sums

STUDENT, ERROR, SCHOOL, CELL = range(4)
PARTS = ("student", "error", "school", "cell")
LEAST = 1e-12  # a pace without any variance would weigh infinitely much


@dataclass(frozen=True, slots=True)
class Nest:
    """Which cell each student is in, and which school and group each cell.

    Parameters
    ----------
    cell
        Shape `(n,)`.
    school, group
        Shape `(c,)`.
    spread
        Shape `(n,)`: error variances over sigma2.
    schools, groups
        How many there are.
    """

    cell: IntArray
    school: IntArray
    group: IntArray
    spread: FloatArray
    schools: int
    groups: int

    @property
    def size(self) -> IntArray:
        """Students of each cell, shape `(c,)`."""
        return np.bincount(self.cell, minlength=len(self.school))

    def by_cell(self, rows: FloatArray) -> FloatArray:
        """Sums over the students of each cell."""
        return sums(self.cell, rows, len(self.school))

    def by_school(self, cells: FloatArray) -> FloatArray:
        """Sums over the cells of each school."""
        return sums(self.school, cells, self.schools)

    def by_group(self, cells: FloatArray) -> FloatArray:
        """Sums over the cells of each group."""
        return sums(self.group, cells, self.groups)

    def table(self, cells: FloatArray) -> FloatArray:
        """The cells with schools as rows and groups as columns, zero where there is no cell."""
        found = np.zeros((self.schools, self.groups))
        found[self.school, self.group] = cells
        return found

    def part(self, which: int, rows: FloatArray) -> FloatArray:
        """The derivative of the covariance in one variance, times the rows."""
        if which == STUDENT:
            return rows
        if which == ERROR:
            return times(self.spread, rows)
        cells = self.by_cell(rows)
        return (cells if which == CELL else self.by_school(cells)[self.school])[self.cell]


@dataclass(frozen=True, slots=True)
class Covariance:
    """The covariance at given variances, ready to be divided by.

    Parameters
    ----------
    theta
        Shape `(4,)`: the variances.
    weight
        Shape `(n,)`: one over each pace's own variance.
    damp
        Shape `(c,)`: what the variance of cells leaves of a cell's weight.
    reach
        Shape `(c,)`: a cell's weight, damped.
    whole
        Shape `(s,)`: the schools' sums of it.
    lift
        Shape `(s,)`: what the variance of schools takes away.
    log_det
        Logarithm of the determinant.
    """

    nest: Nest
    theta: FloatArray
    weight: FloatArray
    damp: FloatArray
    reach: FloatArray
    whole: FloatArray
    lift: FloatArray
    log_det: float

    def solve(self, rows: FloatArray) -> FloatArray:
        """The inverse covariance times the rows, shape as given."""
        nest = self.nest
        weighted = times(self.weight, rows)
        cells = nest.by_cell(weighted)
        schools = times(self.lift, nest.by_school(times(self.damp, cells)))
        taken = times(self.damp, self.theta[CELL] * cells + schools[nest.school])
        found: FloatArray = weighted - times(self.weight, taken[nest.cell])
        return found

    def departures(self, solved: FloatArray) -> FloatArray:
        """Predicted departures of the cells from their group's mean, from the inverse times residuals."""
        cells = self.nest.by_cell(solved)
        schools = self.nest.by_school(cells)[self.nest.school]
        found: FloatArray = self.theta[CELL] * cells + self.theta[SCHOOL] * schools
        return found

    def whiten(self, rows: FloatArray) -> FloatArray:
        """The rows in units in which paces are independent with variance one."""
        nest, root = self.nest, np.sqrt(self.weight)
        mass = self.reach / self.damp
        first = times(root, rows)
        shrink = times((1 - np.sqrt(self.damp)) / np.maximum(mass, LEAST), nest.by_cell(times(root, first)))
        first -= times(root, shrink[nest.cell])
        along = root * np.sqrt(self.damp)[nest.cell]
        schools = nest.by_school(nest.by_cell(times(along, first)))
        shrink = times(self._apart(), schools)
        found: FloatArray = first - times(along, shrink[nest.school][nest.cell])
        return found

    def white_groups(self) -> FloatArray:
        """The columns of groups whitened, shape `(c, g)`, to be multiplied with the root of each student's weight."""
        nest = self.nest
        schools = times(self._apart(), nest.table(self.reach))
        found: FloatArray = times(np.sqrt(self.damp), np.eye(nest.groups)[nest.group] - schools[nest.school])
        return found

    def _apart(self) -> FloatArray:
        """What whitening takes from a school's weight, shape `(s,)`."""
        left = 1 - 1 / np.sqrt(1 + self.theta[SCHOOL] * self.whole)
        found: FloatArray = left / np.maximum(self.whole, LEAST)
        return found


def covariance(nest: Nest, theta: FloatArray) -> Covariance:
    """The covariance at these variances."""
    own = np.maximum(theta[STUDENT] + theta[ERROR] * nest.spread, LEAST)
    mass = nest.by_cell(1 / own)
    damp = 1 / (1 + theta[CELL] * mass)
    reach = mass * damp
    whole = nest.by_school(reach)
    rest = 1 + theta[SCHOOL] * whole
    log_det = float(np.log(own).sum() - np.log(damp).sum() + np.log(rest).sum())
    return Covariance(nest, theta, 1 / own, damp, reach, whole, theta[SCHOOL] / rest, log_det)


def times(factor: FloatArray, rows: FloatArray) -> FloatArray:
    """Each row times its factor."""
    found: FloatArray = factor * rows if rows.ndim == 1 else factor[:, None] * rows
    return found
