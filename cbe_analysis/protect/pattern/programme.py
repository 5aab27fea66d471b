"""Linear programmes, upright or transposed: where a sum is smallest between bounds (the door to HiGHS)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.errors import ReleaseRefused

Numbers = NDArray[np.float64]
Places = NDArray[np.int32]
# One thread and one seed, so that every machine walks the same way.
OPTIONS = {"output_flag": False, "threads": 1, "random_seed": 0, "presolve": "off"}
DUAL, PRIMAL = {"simplex_strategy": 1}, {"simplex_strategy": 4}
# Where few costs differ from 0, disturbing them so that answers do not tie takes longer than ties do.
UNDISTURBED = {**DUAL, "dual_simplex_cost_perturbation_multiplier": 0.0}
# Where it loses its way: from the start, then on other ways to the same answer, in this order.
DETOURS: tuple[Mapping[str, Any], ...] = ({}, {"presolve": "on", "simplex_strategy": 1}, {"solver": "ipm"})


@dataclass(slots=True)
class Limits:
    """Bounds of variables and of sums of them.

    Parameters
    ----------
    low, high
        Of the variables; finite.
    least, most
        Of the sums.
    start, index, value
        The weights of the sums, one sum after another: where each begins, variables, weights.
    """

    low: Numbers
    high: Numbers
    least: Numbers
    most: Numbers
    start: Places
    index: Places
    value: Numbers

    def copied(self) -> Limits:
        """The same, to be changed."""
        bounds = (self.low.copy(), self.high.copy(), self.least.copy(), self.most.copy())
        return Limits(*bounds, self.start, self.index, self.value)

    def model(self) -> Any:
        """As the solver takes it; nothing is asked."""
        import highspy

        solver: Any = highspy
        model: Any = solver.HighsLp()
        model.num_col_, model.num_row_ = len(self.low), len(self.least)
        model.col_cost_ = np.zeros(len(self.low))
        model.col_lower_, model.col_upper_ = self.low, self.high
        model.row_lower_, model.row_upper_ = self.least, self.most
        model.a_matrix_.format_ = solver.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = self.start, self.index, self.value
        return model


class Upright:
    """Variables are variables and sums are rows.

    Parameters
    ----------
    options
        The simplex that starts from the last answer when what mostly changes has changed: the primal one for
        questions, the dual one for bounds.
    """

    def __init__(self, limits: Limits, options: Mapping[str, Any]) -> None:
        self._limits, self._options = limits, options
        self.solver: Any = _solver(limits.model(), options)
        self._every = np.arange(len(limits.low), dtype=np.int32)

    def bound(self, variable: int) -> None:
        """The bounds of a variable have changed."""
        self.solver.changeColBounds(variable, self._limits.low[variable], self._limits.high[variable])

    def bounds(self) -> None:
        """The bounds of all variables have."""
        self.solver.changeColsBounds(len(self._every), self._every, self._limits.low, self._limits.high)

    def bound_sum(self, at: int) -> None:
        """The bounds of a sum have."""
        self.solver.changeRowBounds(at, self._limits.least[at], self._limits.most[at])

    def least(self, costs: Numbers) -> Numbers | None:
        """The variables where they cost least; None when nothing fits all the bounds."""
        self.solver.changeColsCost(len(costs), self._every, costs)
        if not _answered(self.solver, self._options, "kInfeasible"):
            return None
        return np.array(self.solver.getSolution().col_value)

    def reduced(self) -> Numbers:
        """What one more of each variable would cost."""
        return np.array(self.solver.getSolution().col_dual)

    def prices(self) -> Numbers:
        """What one more of each bound on a sum would cost."""
        return np.array(self.solver.getSolution().row_dual)


class Transposed:
    """Variables are rows, and each side of a bound is a column: the dual programme.

    It has as many rows as there are variables, which is quicker where there are many more sums. It always has a
    solution, as all variables are bounded, and none that is best where nothing fits. A question changes the bounds of
    rows, so that the dual simplex may start from the last answer.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rows = np.arange(len(limits.low), dtype=np.int32)
        self.solver: Any = None

    def bound(self, variable: int) -> None:
        """The bounds of a variable have changed."""
        if self.solver is None:
            return
        low, high = float(self._limits.low[variable]), float(self._limits.high[variable])
        self._put(self._first + variable, self._first + len(self._rows) + variable, low, high)

    def bounds(self) -> None:
        """The bounds of all variables have."""
        self.solver = None

    def bound_sum(self, at: int) -> None:
        """The bounds of a sum have."""
        if self.solver is None:
            return
        self._put(int(self._up[at]), int(self._down[at]), float(self._limits.least[at]), float(self._limits.most[at]))

    def least(self, costs: Numbers) -> Numbers | None:
        """The variables where they cost least; None when nothing fits all the bounds."""
        if self.solver is None:
            self._made()
        self.solver.changeRowsBounds(len(self._rows), self._rows, costs, costs)
        if not _answered(self.solver, DUAL, "kUnbounded", "kUnboundedOrInfeasible"):
            return None
        return -np.array(self.solver.getSolution().row_dual)

    def reduced(self) -> Numbers:
        """What one more of each variable would cost."""
        values = np.array(self.solver.getSolution().col_value)[self._first :]
        return np.asarray(values[: len(self._rows)] - values[len(self._rows) :])

    def prices(self) -> Numbers:
        """What one more of each bound on a sum would cost."""
        values = np.append(np.array(self.solver.getSolution().col_value), 0.0)  # -1 is a side that there is not
        return np.asarray(values[self._up] - values[self._down])

    def _made(self) -> None:
        """The programme as the bounds are now: for each sum the sides that bound it, then both of each variable."""
        given = self._limits
        fixed, free = given.least == given.most, np.isinf(given.least) & np.isinf(given.most)  # free: may be bounded
        up = np.flatnonzero(np.isfinite(given.least) | free)
        down = np.flatnonzero((np.isfinite(given.most) & ~fixed) | free)
        self._first, n = len(up) + len(down), len(self._rows)
        self._up, self._down = np.full(len(given.least), -1), np.full(len(given.least), -1)
        self._up[up], self._down[down] = np.arange(len(up)), len(up) + np.arange(len(down))
        sums = np.concatenate([up, down])
        lengths = np.diff(given.start)[sums]
        first = np.repeat(given.start[sums] - np.cumsum(lengths) + lengths, lengths)
        places, signs = first + np.arange(len(first)), np.repeat([1.0, -1.0], [len(up), len(down)])
        ones = np.ones(n)
        model = _model(n, self._first + 2 * n)
        model.a_matrix_.start_ = np.cumsum(np.concatenate([[0], lengths, ones, ones])).astype(np.int32)
        model.a_matrix_.index_ = np.concatenate([given.index[places], self._rows, self._rows])
        model.a_matrix_.value_ = np.concatenate([given.value[places] * np.repeat(signs, lengths), ones, -ones])
        costs = np.concatenate([-given.least[up], given.most[down], -given.low, given.high])
        open_ended = np.isfinite(costs)
        model.col_cost_ = np.where(open_ended, costs, 0.0)
        low = np.zeros(len(costs))
        low[: len(up)][fixed[up]] = -math.inf
        model.col_lower_, model.col_upper_ = low, np.where(open_ended, math.inf, 0.0)
        self.solver = _solver(model, DUAL)

    def _put(self, up: int, down: int, low: float, high: float) -> None:
        """Other bounds for a sum or a variable, by its two columns; -1 for a side that there is not."""
        fixed = low == high
        for column, cost, wanted in ((up, -low, math.isfinite(low)), (down, high, math.isfinite(high) and not fixed)):
            if column < 0 and wanted:
                self.solver = None
                return
            if column >= 0:
                self.solver.changeColCost(column, cost if wanted else 0.0)
                least = -math.inf if fixed and column == up else 0.0
                self.solver.changeColBounds(column, least, math.inf if wanted else 0.0)


Programme = Upright | Transposed


def _model(rows: int, columns: int) -> Any:
    """An empty programme whose rows are all 0, by columns."""
    import highspy

    solver: Any = highspy
    model: Any = solver.HighsLp()
    model.num_col_, model.num_row_ = columns, rows
    model.row_lower_, model.row_upper_ = np.zeros(rows), np.zeros(rows)
    model.a_matrix_.format_ = solver.MatrixFormat.kColwise
    return model


def _solver(model: Any, options: Mapping[str, Any]) -> Any:
    """A solver for a programme."""
    import highspy

    solver: Any = highspy
    made: Any = solver.Highs()
    for option, value in {**OPTIONS, **options}.items():
        made.setOptionValue(option, value)
    made.passModel(model)
    return made


def _answered(solver: Any, options: Mapping[str, Any], *impossible: str) -> bool:
    """Whether there is a best answer; False when nothing fits.

    Parameters
    ----------
    options
        Those that the solver was made with.
    impossible
        What it says of a programme in which nothing fits.

    Raises
    ------
    ReleaseRefused
        When the solver gives no answer.
    """
    solver.run()
    detours = iter(DETOURS)
    while (status := solver.getModelStatus().name) not in ("kOptimal", *impossible):
        detour = next(detours, None)
        if detour is None:
            raise ReleaseRefused(
                "the privacy check gave no answer", f"solver status {status}", "use --audience staff or fewer factors"
            )
        solver.clearSolver()
        for option, value in detour.items():
            solver.setOptionValue(option, value)
        solver.run()
        for option in detour:
            solver.setOptionValue(option, {**OPTIONS, **options}.get(option, "choose"))
    return bool(status == "kOptimal")
