"""What an outsider cannot rule out: values that the printed numbers leave possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.polytope import TOLERANCE, Point, Polytope, Weights


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

    Attributes
    ----------
    seen
        Smallest and largest value that a point had, for every variable: shape `(2, n)`; none before the first point.
    """

    def __init__(self, polytope: Polytope) -> None:
        self.polytope = polytope
        self.seen: NDArray[np.float64] | None = None

    def feasible(self) -> bool:
        """Whether any numbers fit what is printed."""
        return self._least({}) is not None

    def look(self, goals: Sequence[Goal]) -> Progress:
        """See points that serve many of the goals at once; which goals are left."""
        values = Progress(goals)
        for upward in (False, True):
            self._together(values, [i for i, goal in enumerate(goals) if goal.upward == upward])
        return values

    def unreached(self, goals: Sequence[Goal]) -> list[int]:
        """Positions of the goals that no point serves."""
        values = self.look(goals)
        failed = []
        for i, goal in enumerate(goals):
            if values.open[i]:
                values.see(self._most(goal.weights))
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
            values.see(self._most(weights))
            left = [i for i in among if values.open[i]]
            if len(left) == len(among):
                return
            among = left

    def range(self, weights: Weights) -> tuple[float, float]:
        """The smallest and the largest value of a linear function."""
        least, most = self._least(weights), self._most(weights)
        return (least.value if least else np.nan), (-most.value if most else np.nan)

    def _most(self, weights: Weights) -> Point | None:
        return self._least({variable: -weight for variable, weight in weights.items()})

    def _least(self, weights: Weights) -> Point | None:
        point = self.polytope.least(weights)
        if point is not None:
            both = np.vstack([point.x, point.x] if self.seen is None else [self.seen, point.x])
            self.seen = np.vstack([both.min(axis=0), both.max(axis=0)])
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

    def see(self, point: Point | None) -> None:
        """Close the goals that a point serves."""
        if point is not None:
            reached = np.bincount(self._goal, self._weight * point.x[self._variable], len(self.goals))
            self.open &= reached < self._level - TOLERANCE
