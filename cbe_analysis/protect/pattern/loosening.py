"""Which printed records to take back, at the least cost, so that an outsider cannot compute a number."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cbe_analysis.protect.pattern.polytope import TOLERANCE, Bound, Point, Polytope, Weights

Source = TypeVar("Source", bound=Hashable)  # what names a record


@dataclass(frozen=True, slots=True)
class Held(Generic[Source]):
    """All that an outsider knows.

    Parameters
    ----------
    low, high
        Bounds of the variables.
    said
        Bounds on sums of them, each with the record that says it.
    """

    low: Sequence[float]
    high: Sequence[float]
    said: Iterable[tuple[Source, Bound]]


class Loosening(Generic[Source]):
    """All that an outsider knows, where what a record says may be off, at the record's price.

    Parameters
    ----------
    prices
        What it costs that a record is off by one student; others always hold. Each of its bounds is a limit on one
        side.
    functions
        What may be asked to reach a level.
    """

    def __init__(self, held: Held[Source], prices: Mapping[Source, float], functions: Sequence[Weights]) -> None:
        columns, sums = len(held.low), []
        at: dict[Source, int] = {}  # how far a record is off, whichever of its bounds says it
        for source, bound in held.said:
            weights = dict(bound.weights)
            if source in prices:
                off = at.setdefault(source, columns + len(at))
                weights[off] = 1.0 if math.isfinite(bound.low) else -1.0
            sums.append(Bound(weights, bound.low, bound.high))
        self._sources, self._functions, self._free = list(at), functions, list[Point]()
        self._columns, self._first = columns, len(sums)
        self._prices = {columns + i: prices[source] for i, source in enumerate(self._sources)}
        sums += [Bound(function, -math.inf, math.inf) for function in functions]
        most = max(held.high, default=0.0)
        low, high = [*held.low, *[0.0] * len(at)], [*held.high, *[most] * len(at)]
        self._polytope = Polytope(low, high, sums, one_question=True)

    def cheapest(self, ways: Sequence[tuple[int, float, float]]) -> set[Source]:
        """The records to take back so that a function comes between two levels: those of the cheapest way.

        Parameters
        ----------
        ways
            Position of a function, and the levels.
        """
        if any(self._reached(*way) for way in ways):
            return set()
        best: Point | None = None
        for function, low, high in ways:
            self._polytope.bound_sum(self._first + function, low, high)
            point = self._polytope.least(self._prices)
            self._polytope.bound_sum(self._first + function, -math.inf, math.inf)
            if point is not None and (best is None or point.value < best.value - TOLERANCE):
                best = point
            if best is not None and best.value <= TOLERANCE:
                break
        if best is None:
            return set()
        self._free.append(best)
        off = (best.x[self._columns :] > TOLERANCE).nonzero()[0].tolist()
        found = {self._sources[i] for i in off}
        self._prices = {i: p for i, p in self._prices.items() if self._sources[i - self._columns] not in found}
        return found

    def _reached(self, function: int, low: float, high: float) -> bool:
        """Whether a function comes between two levels with the records that were taken back, as far as was seen."""
        at, weights = zip(*self._functions[function].items(), strict=True)
        return any(low - TOLERANCE <= float(point.x[list(at)] @ weights) <= high + TOLERANCE for point in self._free)
