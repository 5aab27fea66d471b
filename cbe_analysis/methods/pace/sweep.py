"""The inverse covariance with the means of groups swept out of what it is multiplied with.

A group's column is one in the cells of the group and zero elsewhere, so that all that is known of it stands in tables
of schools by groups, and its cost does not grow with the students. What is written `z` in comments is the row of a cell
in the inverse covariance times these columns: `damp * (own column - lift * the school's row of reach)`.

References
----------
Patterson, H. D. & Thompson, R. (1971), Biometrika 58, 545-554 (restricted likelihood).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.methods.arrays import FloatArray
from cbe_analysis.methods.pace.nested import Covariance, times


@dataclass(frozen=True, slots=True)
class Swept:
    """The covariance and the means of groups, at given variances.

    Parameters
    ----------
    reach
        Shape `(s, g)`: the damped weights of the cells, schools as rows.
    vcov
        Shape `(g, g)`: covariance of the groups' means; 1 where nobody of a group has a pace.
    log_det
        Logarithm of the determinant of the covariance, and of what is known of the means.
    """

    between: Covariance
    reach: FloatArray
    vcov: FloatArray
    log_det: float

    def solve(self, rows: FloatArray) -> FloatArray:
        """The inverse covariance times the rows, less what the groups' means explain, shape as given."""
        solved = self.between.solve(rows)
        means = self._means(solved)
        return solved - times(self.between.weight, self.along(means)[self.between.nest.cell])

    def means(self, rows: FloatArray) -> FloatArray:
        """The groups' means of the rows by generalised least squares, shape `(g,)` or `(g, k)`."""
        return self._means(self.between.solve(rows))

    def along(self, means: FloatArray) -> FloatArray:
        """Each cell's row `z` times the groups' numbers, shape `(c,)` or `(c, k)`."""
        between, nest = self.between, self.between.nest
        schools = times(between.lift, self.reach @ means)
        found: FloatArray = times(between.damp, means[nest.group] - schools[nest.school])
        return found

    def middle(self, rows: FloatArray, solved: FloatArray) -> FloatArray:
        """What the model expects of each cell: its group's mean and its own departure, shape `(c,)` or `(c, k)`.

        Parameters
        ----------
        solved
            The rows as `solve` gives them.
        """
        return self.means(rows)[self.between.nest.group] + self.between.departures(solved)

    def errors(self) -> FloatArray:
        """Each cell's row `z` squared in the covariance of the means: the error that they bring to it, shape `(c,)`."""
        between, nest = self.between, self.between.nest
        turned = self.reach @ self.vcov
        schools = between.lift**2 * np.einsum("sg,sg->s", turned, self.reach)
        crossed = between.lift[nest.school] * turned[nest.school, nest.group]
        found: FloatArray = between.damp**2 * (np.diag(self.vcov)[nest.group] - 2 * crossed + schools[nest.school])
        return found

    def _means(self, solved: FloatArray) -> FloatArray:
        """The groups' means from rows over which the covariance was divided."""
        nest = self.between.nest
        found: FloatArray = self.vcov @ nest.by_group(nest.by_cell(solved))
        return found


def sweep(between: Covariance) -> Swept:
    """The groups' means swept out at these variances."""
    reach = between.nest.table(between.reach)
    known = np.diag(between.nest.by_group(between.reach)) - reach.T @ times(between.lift, reach)
    absent = np.flatnonzero(np.diag(known) == 0)
    known[absent, absent] = 1
    vcov: FloatArray = np.linalg.inv(known).astype(np.float64)
    return Swept(between, reach, vcov, between.log_det + float(np.linalg.slogdet(known)[1]))
