"""What a set of printed numbers leaves possible: a polytope, and linear programs over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.pattern.branching import branched
from cbe_analysis.protect.pattern.programme import (
    PRIMAL,
    UNDISTURBED,
    Limits,
    Programme,
    Transposed,
    Upright,
)

Weights = Mapping[int, float]  # variable -> coefficient of a linear function
Numbers = NDArray[np.float64]
TOLERANCE = 1e-6
MANY = 2  # sums for each variable from which on the transposed programme is quicker
BRANCHES = 2000


@dataclass(frozen=True, slots=True)
class Bound:
    """`low <= weights . x <= high`."""

    weights: Weights
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the polytope where a linear function is smallest, and its value there."""

    value: float
    x: NDArray[np.float64]

    @property
    def whole(self) -> bool:
        """True when it consists of whole numbers."""
        return bool((np.abs(self.x - np.round(self.x)) < TOLERANCE).all())


class Polytope:
    """Variables between bounds, and bounds on sums of them; bounds may be changed between two questions.

    Parameters
    ----------
    low, high
        Bounds of the variables, shape `(n,)`; finite.
    sums
        Bounds on linear functions of them.
    one_question
        Whether the bounds change between two questions, and what is asked hardly does.
    """

    def __init__(
        self, low: Sequence[float], high: Sequence[float], sums: Sequence[Bound], *, one_question: bool = False
    ) -> None:
        start = np.cumsum([0, *(len(s.weights) for s in sums)]).astype(np.int32)
        index = np.array([i for s in sums for i in s.weights], np.int32)
        value = np.array([w for s in sums for w in s.weights.values()], np.float64)
        least, most = np.array([s.low for s in sums], np.float64), np.array([s.high for s in sums], np.float64)
        bounds = np.array(low, np.float64), np.array(high, np.float64), least, most
        self._limits = Limits(*bounds, start, index, value)
        self._now = now = self._limits.copied()
        many = len(sums) > MANY * len(low) and not one_question
        self._programme: Programme = Transposed(now) if many else Upright(now, UNDISTURBED if one_question else PRIMAL)

    def holds(self, points: Numbers) -> NDArray[np.bool_]:
        """Which of some points lie within the bounds that it was made with, shape `(points,)`.

        Parameters
        ----------
        points
            Shape `(points, n)`.
        """
        told = self._limits
        inside = np.asarray(((points >= told.low - TOLERANCE) & (points <= told.high + TOLERANCE)).all(axis=1))
        said = np.flatnonzero(np.diff(told.start))  # a sum of nothing is 0
        for at in np.flatnonzero(inside).tolist():
            sums = np.zeros(len(told.least))
            sums[said] = np.add.reduceat(told.value * points[at, told.index], told.start[said])
            inside[at] = bool(((sums >= told.least - TOLERANCE) & (sums <= told.most + TOLERANCE)).all())
        return inside

    def bound(self, variable: int, low: float, high: float) -> None:
        """Put a variable between other bounds."""
        self._now.low[variable], self._now.high[variable] = low, high
        self._programme.bound(variable)

    def bounds(self, low: Numbers, high: Numbers) -> None:
        """Put all variables between other bounds, each of shape `(n,)`."""
        self._now.low[:], self._now.high[:] = low, high
        self._programme.bounds()

    def bound_sum(self, at: int, low: float, high: float) -> None:
        """Put a linear function between other bounds."""
        self._now.least[at], self._now.most[at] = low, high
        self._programme.bound_sum(at)

    def least(self, weights: Weights) -> Point | None:
        """Where the linear function is smallest; None when nothing fits all the bounds.

        Raises
        ------
        ReleaseRefused
            When the solver gives no answer.
        """
        costs = np.zeros(len(self._now.low))
        for variable, weight in weights.items():
            costs[variable] += weight
        self._costs = costs
        x = self._programme.least(costs)
        return None if x is None else Point(float(costs @ x), x)

    def reduced(self) -> Numbers:
        """What one more of each variable would cost at the last answer, shape `(n,)`: the reduced costs."""
        return self._programme.reduced()

    def prices(self) -> Numbers:
        """How much each bound on a sum has to do with the last answer, shape `(sums,)`: 0 for nothing."""
        return self._programme.prices()

    def least_whole(self, weights: Weights, nodes: int = BRANCHES) -> Point | None:
        """Where the linear function is smallest among whole numbers; None when none fit.

        Parameters
        ----------
        nodes
            How many branches are tried at most: beyond, the answer is the one among all numbers.
        """
        relaxed = self.least(weights)
        return relaxed if relaxed is None or relaxed.whole else self._branched(relaxed, {"mip_max_nodes": nodes})

    def near_least(self, weights: Weights, nodes: int = BRANCHES) -> Point | None:
        """Whole numbers where the linear function is small, found soon; None when none fit.

        Parameters
        ----------
        nodes
            How many branches are tried at most: beyond, the answer is the one among all numbers.
        """
        relaxed = self.least(weights)
        if relaxed is None or relaxed.whole:
            return relaxed
        return self._branched(relaxed, {"mip_max_nodes": nodes, "mip_max_improving_sols": 1})

    def anywhere(self, whole: NDArray[np.bool_], nodes: int) -> Numbers | None:
        """Numbers within the bounds, some of them whole; None where none are found.

        Parameters
        ----------
        whole
            Which ones are, shape `(n,)`.
        nodes
            How many branches are tried at most.
        """
        relaxed = self.least({})
        if relaxed is None:
            return None
        x = np.where(whole, np.round(relaxed.x), relaxed.x)
        if not self.holds(x[None])[0]:
            found = branched(self._now, np.zeros(len(x)), whole, {"mip_max_nodes": nodes}).x
            x = x if found is None else found
        return x if self.holds(x[None])[0] else None

    def _branched(self, relaxed: Point, options: Mapping[str, Any]) -> Point | None:
        """Whole numbers that answer the last question."""
        every = np.ones(len(self._costs), bool)
        found = branched(self._now, self._costs, every, options)
        if found.impossible:
            return None
        soon = "mip_max_improving_sols" in options
        return Point(found.value, found.x) if found.x is not None and (found.best or soon) else relaxed
