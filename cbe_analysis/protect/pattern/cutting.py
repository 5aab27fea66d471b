"""The cheapest pattern: cutting planes from the attacker's own programs, on a budget that is the same everywhere.

A master problem chooses the cells to hide; the attacker shows which small cell falls; the prices of its program say
which further cells could have saved it, and that becomes a row of the master problem.

References
----------
Fischetti, M. & Salazar, J. J. (2001), Management Science 47, 1008-1027 (the model, capacity inequalities from the
attacker's duals, their strengthening).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.entries import Key
from cbe_analysis.protect.pattern.cells import Base, Line
from cbe_analysis.protect.pattern.complement import ceiling, known_sums, sizes_polytope
from cbe_analysis.protect.pattern.greedy import Prices, cheap, spared
from cbe_analysis.protect.pattern.polytope import TOLERANCE
from cbe_analysis.protect.pattern.programme import DUAL, OPTIONS

Numbers = NDArray[np.float64]
WHOLE = 0.5
WORTH = 1e-5  # a row that is violated by less, or a pattern that is cheaper by less, is not worth another round


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is tried for a table: counted in steps, so that every machine stops at the same.

    Parameters
    ----------
    rounds
        Times that the master problem is solved.
    nodes
        Branches in each.
    """

    rounds: float
    nodes: int


USUAL, NO_LIMIT = Budget(40, 200), Budget(math.inf, 2**31 - 1)


def cheapest(
    base: Base, hidden: Collection[Key], prices: Prices, minimum: int, budget: Budget = USUAL
) -> frozenset[Key] | None:
    """The cheapest pattern that protects, or the best within the budget; None where no hiding of these cells protects.

    Parameters
    ----------
    hidden, prices
        As for a cheap one.
    """
    first = cheap(base, hidden, prices, minimum)
    if first is None or first == frozenset(hidden):
        return first
    return Search(base, frozenset(hidden), prices, minimum).best(first, budget)


@dataclass(frozen=True, slots=True)
class Goal:
    """A cell that must be able to be as large as a level (sign 1) or as small (sign -1)."""

    at: int
    sign: float
    level: float


class Attacker:
    """What an outsider can compute, as the pattern changes: a hidden part of a cell widens its range by as much."""

    def __init__(self, base: Base, hidden: Collection[Key], lines: Sequence[Line], minimum: int) -> None:
        ranges, self.cap = base.ranges(base.small(minimum), minimum), ceiling(base)
        self.low = np.array([r[0] for r in ranges.values()])
        self.high = np.array([min(r[1], self.cap) for r in ranges.values()])
        self._program = sizes_polytope(base, ranges, lines)
        self.hidden = np.array([float(key in hidden) for key in base.sizes])

    def hide(self, pattern: Numbers) -> None:
        """Attack this pattern from now on: 1 for a hidden cell, 0 for a shown one."""
        self._program.bounds(self.low * (1 - pattern), self.high + (self.cap - self.high) * pattern)

    def reaches(self, goal: Goal) -> tuple[float, Numbers]:
        """How far the cell can go towards the level, and the reduced costs of all cells there."""
        point = self._program.least({goal.at: -goal.sign})
        if point is None:
            raise AssertionError("what is printed from data fits the data")
        return -point.value, -self._program.reduced()

    def row(self, costs: Numbers) -> tuple[Numbers, float]:
        """How far the cell can go in any pattern y: at most `weights . y + constant`."""
        up, down = np.maximum(costs, 0.0), np.maximum(-costs, 0.0)
        return up * (self.cap - self.high) + down * self.low, float(up @ self.high - down @ self.low)


class Search:
    """The search for the cheapest pattern of one table."""

    def __init__(self, base: Base, hidden: frozenset[Key], prices: Prices, minimum: int) -> None:
        self.base, self.hidden, self.prices, self.minimum = base, hidden, prices, minimum
        self.keys = list(base.sizes)
        self.free = np.array([key in prices and key not in hidden for key in self.keys])
        lines = known_sums(base, base.ranges(hidden, minimum))
        self.attacker = Attacker(base, hidden, lines, minimum)
        self.master = Master(np.array([prices[key] for key, free in zip(self.keys, self.free, strict=True) if free]))
        self.goals = self._goals()

    def _goals(self) -> list[Goal]:
        """What the given cells cannot reach as long as nothing else is hidden: the rest stays in reach."""
        small = [i for i, key in enumerate(self.keys) if self.base.sizes[key] < self.minimum]
        goals = [Goal(i, sign, level) for i in small for sign, level in ((1.0, float(self.minimum)), (-1.0, 0.0))]
        self.attacker.hide(self.attacker.hidden)
        return [goal for goal in goals if self.attacker.reaches(goal)[0] < goal.level - TOLERANCE]

    def best(self, found: frozenset[Key], budget: Budget) -> frozenset[Key]:
        """The cheapest pattern, or the best within the budget and no worse than the given one."""
        rounds, whole = 0, False
        while rounds < budget.rounds:
            rounds += 1
            answer = self.master.solve(budget.nodes if whole else None)
            if answer is None or answer.value >= self._cost(found) - WORTH:
                return found
            if self._cut(answer.pattern) and not answer.given_up:
                continue
            if not answer.whole:
                whole = True
                continue
            return self._better(answer.pattern, found)
        free = {key: price for key, price in self.prices.items() if key not in self.hidden}
        return spared(self.base, found, free, self.minimum)

    def _better(self, pattern: Numbers, than: frozenset[Key]) -> frozenset[Key]:
        """The pattern, mended where something falls that is no small cell; the other one where that is cheaper."""
        free = (key for key, may in zip(self.keys, self.free, strict=True) if may)
        chosen = {key for key, y in zip(free, pattern, strict=True) if y > WHOLE}
        mended = cheap(self.base, self.hidden | chosen, self.prices, self.minimum)
        return mended if mended is not None and self._cost(mended) < self._cost(than) - WORTH else than

    def _cost(self, pattern: Collection[Key]) -> float:
        return sum(self.prices[key] for key in sorted(set(pattern) - self.hidden))

    def _cut(self, pattern: Numbers) -> bool:
        """Whether a cell falls: then the master problem is told what could save it."""
        y = self.attacker.hidden.copy()
        y[self.free] = pattern
        self.attacker.hide(y)
        found = False
        for goal in self.goals:
            reached, costs = self.attacker.reaches(goal)
            if reached < goal.level - WORTH:
                weights, constant = self.attacker.row(costs)
                constant += float(weights @ self.attacker.hidden)
                self.master.add(weights[self.free], goal.level - constant)
                found = True
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What the master problem proposes.

    Parameters
    ----------
    value
        No pattern that was not ruled out is cheaper.
    pattern
        1 for a cell to hide, shape `(free cells,)`; parts of cells where it is not whole.
    given_up
        True when the branches did not suffice to find the cheapest.
    """

    value: float
    pattern: Numbers
    whole: bool
    given_up: bool = False


class Master:
    """The master problem: hide the cheapest cells that meet every row so far.

    Parameters
    ----------
    prices
        Shape `(free cells,)`.
    """

    def __init__(self, prices: Numbers) -> None:
        import highspy

        self._names: Any = highspy
        self._solver: Any = self._names.Highs()
        options: dict[str, Any] = {**OPTIONS, **DUAL, "mip_rel_gap": 0.0, "mip_abs_gap": WORTH}
        for option, value in options.items():
            self._solver.setOptionValue(option, value)
        self._size = len(prices)
        model: Any = self._names.HighsLp()
        model.num_col_, model.num_row_, model.col_cost_ = self._size, 0, prices
        model.col_lower_, model.col_upper_ = np.zeros(self._size), np.ones(self._size)
        self._solver.passModel(model)

    def add(self, weights: Numbers, least: float) -> None:
        """One more row: `weights . y >= least`, with no weight larger than what it takes alone."""
        weights = np.minimum(weights / least, 1.0)
        used = np.flatnonzero(weights > TOLERANCE).astype(np.int32)
        self._solver.addRow(1.0, self._names.kHighsInf, len(used), used, weights[used])

    def solve(self, nodes: int | None) -> Answer | None:
        """The cheapest choice of whole cells, or of parts of cells where no number of branches is given."""
        kind = self._names.HighsVarType
        kinds = np.array([kind.kContinuous if nodes is None else kind.kInteger] * self._size)
        self._solver.changeColsIntegrality(self._size, np.arange(self._size, dtype=np.int32), kinds)
        self._solver.setOptionValue("mip_max_nodes", nodes or 0)
        self._solver.run()
        status, found = self._solver.getModelStatus(), self._solver.getSolution()
        limit = status == self._names.HighsModelStatus.kSolutionLimit and found.value_valid
        if not limit and status != self._names.HighsModelStatus.kOptimal:
            return None
        y = np.array(found.col_value)
        value = float(self._solver.getInfo().objective_function_value)
        whole = nodes is not None or bool((np.abs(y - np.round(y)) < TOLERANCE).all())
        return Answer(value, np.round(y) if whole else y, whole, limit)
