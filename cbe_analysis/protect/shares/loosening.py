"""Which printed shares and comparisons to take back, at the least cost, so that an outsider cannot compute a count."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from cbe_analysis.protect.pattern.polytope import TOLERANCE, Bound, Polytope, Weights
from cbe_analysis.protect.shares.knowledge import Knowledge, Source


class Loosening:
    """All that an outsider knows, where what a record says may be off, at the record's price.

    Parameters
    ----------
    prices
        What it costs that a record is off by one student.
    functions
        What may be asked to reach a level.
    """

    def __init__(self, knowledge: Knowledge, prices: Mapping[Source, float], functions: Sequence[Weights]) -> None:
        columns, sums = len(knowledge.low), []
        self._sources: list[Source] = []
        for source, bound in knowledge.held:
            if source in knowledge.forgotten:
                continue
            weights = dict(bound.weights)
            if source in prices:
                weights[columns + len(self._sources)] = 1.0 if math.isfinite(bound.low) else -1.0
                self._sources.append(source)
            sums.append(Bound(weights, bound.low, bound.high))
        self._columns, self._first, off = columns, len(sums), len(self._sources)
        self._prices = {columns + i: prices[source] for i, source in enumerate(self._sources)}
        sums += [Bound(function, -math.inf, math.inf) for function in functions]
        most = max(knowledge.high, default=0.0)
        self._polytope = Polytope([*knowledge.low, *[0.0] * off], [*knowledge.high, *[most] * off], sums)

    def cheapest(self, ways: Sequence[tuple[int, float, float]]) -> set[Source]:
        """The records to take back so that a function comes between two levels: those of the cheapest way.

        Parameters
        ----------
        ways
            Position of a function, and the levels.
        """
        found: tuple[float, set[Source]] = math.inf, set()
        for function, low, high in ways:
            self._polytope.bound_sum(self._first + function, low, high)
            point = self._polytope.least(self._prices)
            self._polytope.bound_sum(self._first + function, -math.inf, math.inf)
            if point is not None and point.value < found[0] - TOLERANCE:
                off = (point.x[self._columns :] > TOLERANCE).nonzero()[0].tolist()
                found = point.value, {self._sources[i] for i in off}
        self._prices = {i: p for i, p in self._prices.items() if self._sources[i - self._columns] not in found[1]}
        return found[1]
