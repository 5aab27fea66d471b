"""What an outsider cannot rule out: values that the printed numbers leave possible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.pattern.polytope import TOLERANCE, Point, Polytope, Weights


@dataclass(frozen=True, slots=True)
class Goal:
    """A value that must stay possible: `weights . x >= level` somewhere in the polytope.

    Parameters
    ----------
    upward
        Goals of one direction are tried together first.
    """

    weights: Weights
    level: float
    upward: bool


class Explorer:
    """Points of a polytope, each used for every goal it serves: most goals fall to the points of others.

    Parameters
    ----------
    points
        Some that are known to lie in it.

    Attributes
    ----------
    points
        All that were found so far.
    """

    def __init__(self, polytope: Polytope, points: Sequence[NDArray[np.float64]] = ()) -> None:
        self.polytope = polytope
        self.points = list(points)
        self._matrix: NDArray[np.float64] = np.array(self.points)

    def seen(self, weights: Weights) -> tuple[float, float]:
        """The smallest and the largest value of a linear function at the points that were found so far."""
        if len(self._matrix) != len(self.points):
            self._matrix = np.array(self.points)
        values = self._matrix[:, list(weights)] @ np.array(list(weights.values()))
        return float(values.min()), float(values.max())

    def unmet(self, weights: Weights, enough: Callable[[float, float], bool]) -> tuple[float, float] | None:
        """The smallest and the largest value of a linear function where these are not enough; None where they are."""
        low, high = self.seen(weights)
        if enough(low, high):
            return None
        high = self.range(weights, low=False)[1]
        if enough(low, high):
            return None
        low = self.range(weights, high=False)[0]
        return None if enough(low, high) else (low, high)

    def feasible(self) -> bool:
        """Whether any numbers fit what is printed."""
        return self._least({}) is not None

    def look(self, goals: Sequence[Goal]) -> Progress:
        """See points that serve many of the goals at once; which goals are left."""
        values = Progress(goals)
        for x in self.points:
            values.see(x)
        for upward in (False, True):
            self._together(values, [i for i, goal in enumerate(goals) if goal.upward == upward])
        return values

    def unreached(self, goals: Sequence[Goal]) -> list[int]:
        """Positions of the goals that no point serves."""
        values = self.look(goals)
        failed = []
        for i, goal in enumerate(goals):
            if values.open[i]:
                self._see(values, goal.weights)
                if values.open[i]:
                    failed.append(i)
        return failed

    def _together(self, values: Progress, among: list[int]) -> None:
        """Push all open goals at once, as long as that serves any."""
        while among:
            weights: dict[int, float] = {}
            for i in among:
                for variable, weight in values.goals[i].weights.items():
                    weights[variable] = weights.get(variable, 0.0) + weight
            self._see(values, weights)
            left = [i for i in among if values.open[i]]
            if len(left) == len(among):
                return
            among = left

    def _see(self, values: Progress, weights: Weights) -> None:
        """Close the goals that are served where a linear function is largest."""
        if point := self._most(weights):
            values.see(point.x)

    def range(self, weights: Weights, *, low: bool = True, high: bool = True) -> tuple[float, float]:
        """The smallest and the largest value of a linear function; NaN for one that is not asked for."""
        least, most = (self._least(weights) if low else None), (self._most(weights) if high else None)
        return (least.value if least else np.nan), (-most.value if most else np.nan)

    def _most(self, weights: Weights) -> Point | None:
        return self._least({variable: -weight for variable, weight in weights.items()})

    def _least(self, weights: Weights) -> Point | None:
        point = self.polytope.least(weights)
        if point is not None:
            self.points.append(point.x)
        return point


class Progress:
    """Which goals are still open, as points come in.

    Attributes
    ----------
    open
        Shape `(goals,)`.
    """

    def __init__(self, goals: Sequence[Goal]) -> None:
        self.goals = goals
        self.open: NDArray[np.bool_] = np.ones(len(goals), bool)
        self._goal = np.array([i for i, g in enumerate(goals) for _ in g.weights], np.int64)
        self._variable = np.array([v for g in goals for v in g.weights], np.int64)
        self._weight = np.array([w for g in goals for w in g.weights.values()], np.float64)
        self._level = np.array([g.level for g in goals], np.float64)

    def see(self, x: NDArray[np.float64]) -> None:
        """Close the goals that a point serves."""
        reached = np.bincount(self._goal, self._weight * x[self._variable], len(self.goals))
        self.open &= reached < self._level - TOLERANCE


def between(weights: Weights, low: float, high: float) -> list[Goal]:
    """Two goals: that a linear function may be as small as the one level, and as large as the other."""
    return [Goal({variable: -w for variable, w in weights.items()}, -low, False), Goal(weights, high, True)]
