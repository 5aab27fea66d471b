"""The covariance of paces, students in cells in schools, and its inverse as sums over cells.

The variances stand in one order throughout: of students, of errors per unit of spread, of schools, of cells.
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
    """Which cell each student is in, and which school each cell.

    Parameters
    ----------
    cell
        Shape `(n,)`.
    school
        Shape `(c,)`.
    spread
        Shape `(n,)`: error variances over sigma2.
    schools
        How many there are.
    """

    cell: IntArray
    school: IntArray
    spread: FloatArray
    schools: int

    def by_cell(self, rows: FloatArray) -> FloatArray:
        """Sums over the students of each cell."""
        return sums(self.cell, rows, len(self.school))

    def by_school(self, cells: FloatArray) -> FloatArray:
        """Sums over the cells of each school."""
        return sums(self.school, cells, self.schools)

    def part(self, which: int, rows: FloatArray) -> FloatArray:
        """The derivative of the covariance in one variance, times the rows."""
        if which == STUDENT:
            return rows
        if which == ERROR:
            return _times(self.spread, rows)
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
        weighted = _times(self.weight, rows)
        cells = nest.by_cell(weighted)
        schools = _times(self.lift, nest.by_school(_times(self.damp, cells)))
        taken = _times(self.damp, self.theta[CELL] * cells + schools[nest.school])
        found: FloatArray = weighted - _times(self.weight, taken[nest.cell])
        return found

    def whiten(self, rows: FloatArray) -> FloatArray:
        """The rows in units in which paces are independent with variance one."""
        nest, root = self.nest, np.sqrt(self.weight)
        mass = self.reach / self.damp
        first = _times(root, rows)
        shrink = _times((1 - np.sqrt(self.damp)) / np.maximum(mass, LEAST), nest.by_cell(_times(root, first)))
        first -= _times(root, shrink[nest.cell])
        along = root * np.sqrt(self.damp)[nest.cell]
        left = 1 - 1 / np.sqrt(1 + self.theta[SCHOOL] * self.whole)
        schools = nest.by_school(nest.by_cell(_times(along, first)))
        shrink = _times(left / np.maximum(self.whole, LEAST), schools)
        found: FloatArray = first - _times(along, shrink[nest.school][nest.cell])
        return found

    def diagonal(self) -> FloatArray:
        """The diagonal of the inverse, shape `(n,)`."""
        own, nest = self.weight, self.nest
        cells = self.theta[CELL] * self.damp + self.lift[nest.school] * self.damp**2
        found: FloatArray = own - own**2 * cells[nest.cell]
        return found

    def traces(self) -> FloatArray:
        """Traces of the inverse times each part, shape `(4,)`."""
        nest, diagonal = self.nest, self.diagonal()
        schools = self.whole / (1 + self.theta[SCHOOL] * self.whole)
        cells = self.reach - self.lift[nest.school] * self.reach**2
        return np.array([diagonal.sum(), diagonal @ nest.spread, schools.sum(), cells.sum()])

    def squared_traces(self) -> FloatArray:
        """Traces of the inverse times one part times the inverse times another, shape `(4, 4)`."""
        nest, school, reach = self.nest, self.nest.school, self.reach
        lift, left = self.lift[school], 1 / (1 + self.theta[SCHOOL] * self.whole)
        found = np.empty((4, 4))
        found[:2, :2] = self._of_students()
        damped = (self.weight * self.damp[nest.cell]) ** 2
        for k, along in ((STUDENT, damped), (ERROR, damped * nest.spread)):
            cells = nest.by_cell(along)
            schools = nest.by_school(cells)
            found[k, SCHOOL] = schools @ left**2
            found[k, CELL] = cells @ (1 - 2 * lift * reach) + schools[school] @ (lift * reach) ** 2
        found[SCHOOL, SCHOOL] = ((self.whole * left) ** 2).sum()
        found[SCHOOL, CELL] = ((reach * left[school]) ** 2).sum()
        crossed = (self.lift * nest.by_school(reach**2)) ** 2
        found[CELL, CELL] = (reach**2 - 2 * lift * reach**3).sum() + crossed.sum()
        below = np.tril_indices(4, -1)
        found[below] = found.T[below]
        return found

    def _of_students(self) -> FloatArray:
        """The same for the two parts that are diagonal."""
        nest, own, spread = self.nest, self.weight, self.nest.spread
        held, lift = self.theta[CELL] * self.damp, self.lift[nest.school]
        single = own**2 - 2 * own**3 * (held + lift * self.damp**2)[nest.cell]
        powers = np.stack([np.ones_like(spread), spread])
        cells = nest.by_cell((own**2 * powers).T)
        schools = nest.by_school(_times(self.damp**2, cells))
        found: FloatArray = (powers * single) @ powers.T
        found += cells.T @ _times(held**2 + 2 * held * lift * self.damp**2, cells)
        found += schools.T @ _times(self.lift**2, schools)
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


def _times(factor: FloatArray, rows: FloatArray) -> FloatArray:
    """Each row times its factor."""
    found: FloatArray = factor * rows if rows.ndim == 1 else factor[:, None] * rows
    return found
