"""Whole numbers near some that fit, and the cheapest records to take back so that there are any."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.pattern.branching import Found, branched
from cbe_analysis.protect.pattern.loosening import Held, Source
from cbe_analysis.protect.pattern.narrowing import narrowed
from cbe_analysis.protect.pattern.programme import UNDISTURBED, Limits, Numbers, Upright
from cbe_analysis.protect.pattern.sums import Sums

Places: TypeAlias = NDArray[np.intp]
Levels = Sequence[tuple[int, float, float]]  # positions of functions, and between which levels each must come
STEP = 0.01  # what it costs that a number is another by one: next to nothing, but few are moved so
GROWN = 8  # further groups that are moved as well where nothing was found
TURNS = 5  # how often that is tried
NEIGHBOURS = 30  # groups that a sum is of, at most, which makes them neighbours
# No branches: what the solver finds at the root is nearly as cheap, and searches in searches take as long as all else.
SEARCH = {
    **{"mip_max_nodes": 1, "mip_rel_gap": 0.3, "mip_feasibility_tolerance": 1e-7},
    **{"mip_heuristic_run_rins": False, "mip_detect_symmetry": False},
}
NOTHING, NEARLY = 1e-6, 1e-5


@dataclass(frozen=True, slots=True)
class Way(Generic[Source]):
    """Numbers at which some functions come between levels, and what has to be taken back for that."""

    x: Numbers
    back: frozenset[Source]
    price: float


class Nearby(Generic[Source]):
    """Other numbers that fit what an outsider knows, as few as possible of them other than some that do.

    First fractions are sought that move little, then whole numbers, where the groups alone that fractions move may
    have other numbers, and more of them where there are none: few unknowns, whatever the size of the table.

    Parameters
    ----------
    held
        All that an outsider knows.
    prices
        What it costs to take a record back; others always hold.
    functions
        What may be asked to come between levels.
    whole
        Which variables are whole numbers, shape `(n,)`.
    base
        Numbers that fit, shape `(n,)`.
    groups
        The number of the group that each variable is about, shape `(n,)`: these are moved together.
    first
        Groups that are moved before others.
    """

    def __init__(  # noqa: PLR0913 - all of it is what is known
        self,
        held: Held[Source],
        prices: Mapping[Source, float],
        functions: Sequence[Mapping[int, float]],
        *,
        whole: NDArray[np.bool_],
        base: Numbers,
        groups: Places,
        first: Collection[int] = (),
    ) -> None:
        said = list(held.said)
        self._sums = Sums.of([bound.weights for _, bound in said])
        self._functions = Sums.of(functions)
        self._least = np.array([bound.low for _, bound in said], np.float64)
        self._most = np.array([bound.high for _, bound in said], np.float64)
        self._sources = [source for source in dict.fromkeys(source for source, _ in said) if source in prices]
        at = {source: i for i, source in enumerate(self._sources)}
        self._record = np.array([at.get(source, -1) for source, _ in said], np.intp)
        self._prices = np.array([prices[source] for source in self._sources], np.float64)
        self._whole, self._base, self._groups, self._first = whole, base, groups, np.array(sorted(first), np.intp)
        self._back = np.zeros(len(self._sources), bool)
        always = self._record < 0
        self._low, self._high = narrowed(
            np.array(held.low, np.float64), np.array(held.high, np.float64), self._sums, self._least, self._most, always
        )
        self._room = self._sums.room(self._low, self._high, self._least, self._most)
        self._near = self._neighbours()
        self._fractions = self._programme()

    def reach(self, levels: Levels) -> Way[Source] | None:
        """Numbers where functions come between levels, and what has to be taken back; None where none are found."""
        moved = self._moved(levels)
        if moved is None:
            return None
        for turn in range(TURNS):
            if (found := self._among(moved, levels)) is not None or len(moved) == len(self._near):
                return found
            moved = self._grown(moved, GROWN * (turn + 1))
        return None

    def take_back(self, records: Collection[Source]) -> None:
        """Reckon with what these say no longer."""
        self._back |= np.array([source in records for source in self._sources], bool)

    def _programme(self) -> Upright:
        """All numbers that fit, as far as each is moved up and down from the base, and how far records are off."""
        n, functions = len(self._base), len(self._functions)
        there, wanted = self._sums.values(self._base), self._functions.values(self._base)
        rows = self._sums.beside(self._sums.times(-1.0), n).beside(self._off(), 2 * n)
        asked = self._functions.beside(self._functions.times(-1.0), n)
        every = rows.above(asked)
        least, most = self._least - there, self._most - there
        free = np.full(functions, math.inf)
        none, ones = np.zeros(2 * n + len(self._sources)), np.ones(len(self._sources))
        high = np.concatenate([self._high - self._base, self._base - self._low, ones])
        limits = Limits(
            *(none, np.maximum(high, 0.0), np.append(least, -free), np.append(most, free)),
            *(every.start, every.index, every.value),
        )
        self._limits, self._there = limits, wanted
        return Upright(limits, UNDISTURBED)

    def _off(self) -> Sums:
        """By how much each sum may miss its bounds where its record is taken back, as a column for each record."""
        told = np.flatnonzero(self._record >= 0)
        weights: list[dict[int, float]] = [{} for _ in range(len(self._sums))]
        for row in told.tolist():
            weights[row] = {int(self._record[row]): float(self._room[row])}
        return Sums.of(weights)

    def _moved(self, levels: Levels) -> Places | None:
        """The groups whose numbers fractions have to move; None where that does not help."""
        n, first = len(self._base), len(self._sums)
        for function, low, high in levels:
            self._limits.least[first + function] = low - self._there[function]
            self._limits.most[first + function] = high - self._there[function]
            self._fractions.bound_sum(first + function)
        x = self._fractions.least(np.concatenate([np.full(2 * n, STEP), np.where(self._back, 0.0, self._prices)]))
        for function, _, _ in levels:
            self._limits.least[first + function], self._limits.most[first + function] = -math.inf, math.inf
            self._fractions.bound_sum(first + function)
        if x is None:
            return None
        asked = np.concatenate([self._functions.of_row(function)[0] for function, _, _ in levels])
        moved = np.flatnonzero(np.abs(x[:n] - x[n : 2 * n]) > NOTHING)
        return np.unique(self._groups[np.concatenate([moved, asked])])

    def _among(self, moved: Places, levels: Levels) -> Way[Source] | None:
        """The cheapest way on which these groups alone have other numbers."""
        free = np.flatnonzero(np.isin(self._groups, moved))
        still = self._base.copy()
        still[free] = 0.0
        rows, own = self._sums.of_columns(free, len(self._base))
        there = self._sums.values(still)[rows]
        records = self._record[rows]
        back = records >= 0
        back[back] &= self._back[records[back]]
        kept = ~back
        rows, own, there, records = rows[kept], own.rows(kept), there[kept], records[kept]
        told = np.unique(records[records >= 0])
        column = np.full(len(self._sources) + 1, -1)
        column[told] = len(free) + np.arange(len(told))
        elastic = own.with_column(column[records], np.where(records >= 0, self._room[rows], 0.0))
        asked = self._functions.only([function for function, _, _ in levels])
        fixed = asked.values(still)
        _, wanted = asked.of_columns(free, len(self._base), every=True)
        every = elastic.above(wanted)
        ends = np.array([[low, high] for _, low, high in levels])
        limits = Limits(
            np.append(self._low[free], np.zeros(len(told))),
            np.append(self._high[free], np.ones(len(told))),
            np.append(self._least[rows] - there, ends[:, 0] - fixed),
            np.append(self._most[rows] - there, ends[:, 1] - fixed),
            *(every.start, every.index, every.value),
        )
        whole = np.append(self._whole[free], np.ones(len(told), bool))
        found = branched(limits, np.append(np.zeros(len(free)), self._prices[told]), whole, SEARCH)
        return self._way(found, free)

    def _way(self, found: Found, free: Places) -> Way[Source] | None:
        """What was found, among all numbers; None where it misses what always holds by more than a solver may."""
        if found.x is None:
            return None
        x = self._base.copy()
        x[free] = found.x[: len(free)]
        values = self._sums.values(x)
        missed = np.maximum(self._least - values, values - self._most)
        if (missed[self._record < 0] > NEARLY).any():
            return None
        off = missed > NOTHING
        back = np.unique(self._record[off & (self._record >= 0)])
        back = back[~self._back[back]]
        return Way(x, frozenset(self._sources[i] for i in back.tolist()), float(self._prices[back].sum()))

    def _grown(self, moved: Places, more: int) -> Places:
        """These groups and some more: hidden ones, then those that stand in the same sums most often."""
        shared = self._near[moved].sum(axis=0)
        shared[self._first] += shared.max(initial=0.0) + 1
        shared[moved] = -1.0
        return np.unique(np.concatenate([moved, np.argsort(-shared, kind="stable")[:more]]))

    def _neighbours(self) -> NDArray[np.float64]:
        """In how many sums of few groups each two stand together, shape `(groups, groups)`."""
        n = int(self._groups.max(initial=-1)) + 1
        near = np.zeros((n, n))
        for own in {tuple(np.unique(self._groups[self._sums.of_row(row)[0]])) for row in range(len(self._sums))}:
            if len(own) <= NEIGHBOURS:
                near[np.ix_(own, own)] += 1
        return near
