"""The search for the factors of least deviance: Newton's method that may stop at, or leave, a variance of zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.methods.arrays import FloatArray
from cbe_analysis.methods.growth.deviance import Free, Point, Slope, evaluate, slope
from cbe_analysis.methods.growth.moments import Moments

MOST_STEPS = 100
DECREASE = 1e-10  # stop where the deviance would fall by less
NEARLY = 1e-5  # a decrease below which a search that cannot go on has arrived as well
LEARN_AFTER = 8  # steps after which curvature is learnt from the last steps
REMEMBER = 6
SWAP = 0.1  # the effect with the larger variance leads; swap where it is this share of the other
EMPTY = 1e-6  # a variance over sigma2 below this is tried for growth
START = np.array([[[1, 0], [0, 0.5]], [[0.4, 0], [0, 0.2]]])


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a search: the point, steps, whether it is a minimum, and the least information on a parameter."""

    point: Point
    iterations: int
    converged: bool
    information: float


@dataclass(slots=True)
class Search:
    """A search under way.

    Parameters
    ----------
    effects
        Random effects of the students and of the schools, 0 to 2 each.
    point
        Where it stands.
    leading
        Per level, the effect whose row of the factor has one entry: the one of larger variance.
    learnt
        The last steps with the change of gradient that each brought.
    """

    moments: Moments
    reml: bool
    effects: tuple[int, int]
    point: Point
    leading: list[int]
    free: Free
    learnt: list[tuple[FloatArray, FloatArray]]
    step: FloatArray | None = None
    gradient: FloatArray | None = None

    def run(self) -> Found:
        """Newton steps until the deviance stops falling and no variance of zero would grow."""
        for count in range(1, MOST_STEPS + 1):
            self._lead()
            change = slope(self.moments, self.point, self.free, reml=self.reml)
            if count > LEARN_AFTER and self.step is not None and self.gradient is not None:
                self.learnt = [*self.learnt, (self.step, change.gradient - self.gradient)][-REMEMBER:]
            bent = _curvature(change.information, self.learnt)
            step = -np.linalg.solve(bent, change.gradient).astype(np.float64)
            fall = float(-step @ change.gradient)
            if fall < DECREASE:
                factors = self._grown(change)
                if np.array_equal(factors, self.point.factors):
                    return Found(self.point, count, True, self._least_information(change))
                self._restart(factors)
            elif not self._move(step, change.gradient):
                return Found(self.point, count, fall < NEARLY, self._least_information(change))
        return Found(self.point, MOST_STEPS, False, self._least_information(change))

    def _move(self, step: FloatArray, gradient: FloatArray) -> bool:
        """Whether some length of the step lowers the deviance; if so, it is taken."""
        at = tuple(np.array(self.free).T)
        falling = float(step @ gradient)
        longest = min(1.0, (1 + 2 * float(np.linalg.norm(self.point.factors))) / float(np.linalg.norm(step)))
        for length in longest / 3.0 ** np.arange(20):
            factors = self.point.factors.copy()
            factors[at] += length * step
            trial = evaluate(self.moments, factors, reml=self.reml)
            bound = self.point.deviance + 1e-4 * length * falling + 1e-13 * abs(self.point.deviance)
            if trial.deviance <= bound:
                self.point, self.step, self.gradient = trial, length * step, gradient
                return True
        return False

    def _lead(self) -> None:
        """Let the effect of larger variance lead, so that the factor stays well conditioned."""
        for level in (0, 1):
            factor, lead = self.point.factors[level], self.leading[level]
            variance = np.einsum("ij,ij->i", factor, factor)
            if self.effects[level] == 2 and variance[lead] < SWAP * variance[1 - lead]:
                factor[:] = triangular(factor @ factor.T, 2, 1 - lead)
                self.leading[level] = 1 - lead
                self._forget()

    def _restart(self, factors: FloatArray) -> None:
        self.point = evaluate(self.moments, factors, reml=self.reml)
        self._forget()

    def _forget(self) -> None:
        self.free, self.learnt = free_entries(self.effects, self.leading), []
        self.step = self.gradient = None

    def _grown(self, change: Slope) -> FloatArray:
        """The factors, with a covariance that is singular enlarged where that lowers the deviance."""
        factors = self.point.factors.copy()
        for level, size in enumerate(self.effects):
            covariance = (factors[level] @ factors[level].T)[:size, :size]
            for axis in np.linalg.eigh(covariance)[1].T if size else ():
                pull = axis @ change.by_covariance[level, :size, :size] @ axis
                if axis @ covariance @ axis < EMPTY and pull < -1e-3:
                    covariance = covariance + 0.01 * np.outer(axis, axis)
                    factors[level] = triangular(covariance, size, self.leading[level])
        return factors

    def _least_information(self, change: Slope) -> float:
        """The least eigenvalue of the information, each level's entries in units of its factor."""
        size = np.maximum(np.linalg.norm(self.point.factors, axis=(1, 2)), 0.1)
        unit = size[[level for level, _, _ in self.free]]
        return float(np.linalg.eigvalsh(change.information * np.outer(unit, unit))[0])


def search(moments: Moments, effects: tuple[int, int], *, reml: bool) -> Found:
    """The factors of least deviance for so many random effects of students and of schools."""
    kept = np.arange(2) < np.array(effects)[:, None]
    factors = START * np.sqrt(moments.ratio) * kept[:, None] * kept[:, :, None]
    point = evaluate(moments, factors, reml=reml)
    return Search(moments, reml, effects, point, [0, 0], free_entries(effects, [0, 0]), []).run()


def free_entries(effects: tuple[int, int], leading: list[int]) -> Free:
    """The entries of the factors that the search moves."""
    found: list[tuple[int, int, int]] = []
    for level, size in enumerate(effects):
        a = leading[level]
        found += [(level, i, j) for i, j in ((a, a), (1 - a, a), (1 - a, 1 - a))[: size * (size + 1) // 2]]
    return tuple(found)


def triangular(covariance: FloatArray, size: int, lead: int) -> FloatArray:
    """The factor of a covariance whose leading effect has one entry in its row, shape `(2, 2)`."""
    factor = np.zeros((2, 2))
    order = np.ix_(*[[lead, 1 - lead][:size]] * 2)
    factor[order] = np.linalg.cholesky(covariance[order] + 1e-12 * np.eye(size))
    return factor


def _curvature(information: FloatArray, learnt: list[tuple[FloatArray, FloatArray]]) -> FloatArray:
    """The information made positive, then bent by the curvature met on the last steps (BFGS)."""
    values, vectors = np.linalg.eigh(information)
    size = np.abs(values)
    bent: FloatArray = vectors * np.maximum(size, 1e-8 * size.max() + 1e-12) @ vectors.T
    for step, change in learnt:
        pushed = bent @ step
        if step @ change > 1e-3 * (step @ pushed):
            bent = bent + np.outer(change, change) / (step @ change) - np.outer(pushed, pushed) / (step @ pushed)
    return bent
