"""What a set of printed numbers leaves possible: a polytope, and linear programs over it (the door to HiGHS)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.errors import ReleaseRefused

Weights = Mapping[int, float]  # variable -> coefficient of a linear function
Numbers = NDArray[np.float64]
TOLERANCE = 1e-6
# One thread and one seed, so that every machine walks the same way; the primal simplex, because mostly the question
# changes and the bounds do not, so that the last answer is a good place to start from.
OPTIONS = {"output_flag": False, "threads": 1, "random_seed": 0, "presolve": "off", "simplex_strategy": 4}
DUAL = 1  # the strategy where the bounds change and the question does not
# Where it loses its way: from the start, then on other ways to the same answer, in this order.
DETOURS: tuple[Mapping[str, Any], ...] = ({}, {"presolve": "on", "simplex_strategy": 1}, {"solver": "ipm"})
# Jumps towards whole numbers cost more than all else in models as small as these.
BRANCHING = {"presolve": "on", "mip_heuristic_run_feasibility_jump": False}
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
        import highspy

        solver: Any = highspy

        self._optimal, self._infeasible = solver.HighsModelStatus.kOptimal, solver.HighsModelStatus.kInfeasible
        self._columns = len(low)
        self._solver: Any = solver.Highs()
        for option, value in OPTIONS.items():
            self._solver.setOptionValue(option, value)
        if one_question:
            self._solver.setOptionValue("simplex_strategy", DUAL)
        model: Any = solver.HighsLp()
        model.num_col_, model.num_row_ = len(low), len(sums)
        model.col_cost_ = np.zeros(len(low))
        model.col_lower_, model.col_upper_ = np.asarray(low, np.float64), np.asarray(high, np.float64)
        model.row_lower_ = np.array([s.low for s in sums], np.float64)
        model.row_upper_ = np.array([s.high for s in sums], np.float64)
        self._start = np.cumsum([0, *(len(s.weights) for s in sums)]).astype(np.int32)
        self._index = np.array([i for s in sums for i in s.weights], np.int32)
        self._value = np.array([w for s in sums for w in s.weights.values()], np.float64)
        model.a_matrix_.format_ = solver.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = self._start, self._index, self._value
        self._solver.passModel(model)
        limits = (low, high, [s.low for s in sums], [s.high for s in sums])
        self._limits = tuple(np.asarray(of, np.float64) for of in limits)

    def holds(self, points: Numbers) -> NDArray[np.bool_]:
        """Which of some points lie within the bounds that it was made with, shape `(points,)`.

        Parameters
        ----------
        points
            Shape `(points, n)`.
        """
        low, high, least, most = self._limits
        inside = np.asarray(((points >= low - TOLERANCE) & (points <= high + TOLERANCE)).all(axis=1))
        said = np.flatnonzero(np.diff(self._start))  # a sum of nothing is 0
        for at in np.flatnonzero(inside).tolist():
            sums = np.zeros(len(least))
            sums[said] = np.add.reduceat(self._value * points[at, self._index], self._start[said])
            inside[at] = bool(((sums >= least - TOLERANCE) & (sums <= most + TOLERANCE)).all())
        return inside

    def bound(self, variable: int, low: float, high: float) -> None:
        """Put a variable between other bounds."""
        self._solver.changeColBounds(variable, low, high)

    def bounds(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
        """Put all variables between other bounds, each of shape `(n,)`."""
        self._solver.changeColsBounds(self._columns, np.arange(self._columns, dtype=np.int32), low, high)

    def bound_sum(self, at: int, low: float, high: float) -> None:
        """Put a linear function between other bounds."""
        self._solver.changeRowBounds(at, low, high)

    def least(self, weights: Weights) -> Point | None:
        """Where the linear function is smallest; None when nothing fits all the bounds.

        Raises
        ------
        ReleaseRefused
            When the solver gives no answer.
        """
        costs = np.zeros(self._columns)
        for variable, weight in weights.items():
            costs[variable] += weight
        everything = np.arange(self._columns, dtype=np.int32)
        self._solver.changeColsCost(self._columns, everything, costs)
        self._solver.run()
        if not self._answered() and not any(map(self._answered_by, DETOURS)):
            status = self._solver.getModelStatus()
            raise ReleaseRefused(
                "the privacy check gave no answer", f"solver status {status}", "use --audience staff or fewer factors"
            )
        if self._solver.getModelStatus() == self._infeasible:
            return None
        x = np.array(self._solver.getSolution().col_value)
        return Point(float(costs @ x), x)

    def _answered(self) -> bool:
        """Whether the solver knows what the last question's answer is."""
        return self._solver.getModelStatus() in (self._optimal, self._infeasible)

    def _answered_by(self, detour: Mapping[str, Any]) -> bool:
        """Whether it knows when it starts again, on another way."""
        self._solver.clearSolver()
        for option, value in detour.items():
            self._solver.setOptionValue(option, value)
        self._solver.run()
        for option in detour:
            self._solver.setOptionValue(option, OPTIONS.get(option, "choose"))
        return self._answered()

    def reduced(self) -> NDArray[np.float64]:
        """What one more of each variable would cost at the last answer, shape `(n,)`: the reduced costs."""
        return np.array(self._solver.getSolution().col_dual)

    def prices(self) -> NDArray[np.float64]:
        """How much each bound on a sum has to do with the last answer, shape `(sums,)`: 0 for nothing."""
        return np.array(self._solver.getSolution().row_dual)

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

    def _branched(self, relaxed: Point, options: Mapping[str, Any]) -> Point | None:
        """Whole numbers that answer the last question."""
        import highspy

        solver: Any = highspy
        search: Any = solver.Highs()
        for option, value in {**OPTIONS, **BRANCHING, **options}.items():
            search.setOptionValue(option, value)
        model: Any = self._solver.getLp()
        model.integrality_ = [solver.HighsVarType.kInteger] * self._columns
        search.passModel(model)
        search.run()
        status, found = search.getModelStatus(), search.getSolution()
        if status == self._infeasible:
            return None
        limited = status == solver.HighsModelStatus.kSolutionLimit and "mip_max_improving_sols" in options
        if status != self._optimal and not (limited and found.value_valid):
            return relaxed
        x = np.round(np.array(found.col_value))
        return Point(float(search.getInfo().objective_function_value), x)
