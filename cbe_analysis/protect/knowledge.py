"""All sizes and counts that would be printed like those of a table of shares."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

from cbe_analysis.protect.cells import Line, fewer
from cbe_analysis.protect.complement import ceiling, known_sums
from cbe_analysis.protect.entries import Key
from cbe_analysis.protect.polytope import TOLERANCE, Bound, Polytope, Weights
from cbe_analysis.protect.reach import Explorer
from cbe_analysis.protect.share_table import ShareTable

Source = Key | int | None  # the cell of a share, the position of a comparison, or a sum that always holds


class Knowledge:
    """What an outsider can compute of one series of shares.

    Variables: the size of every cell, then the count of those who have the property. Both add up to totals, no count is
    larger than its size, and each fits its printed percentage.

    Attributes
    ----------
    lines
        The totals that are taken for the sum of their parts.
    """

    def __init__(self, table: ShareTable) -> None:
        self.at = {key: i for i, key in enumerate(table.base.sizes)}
        cap, ranges = ceiling(table.base), list(table.ranges.values())
        low = [r[0] for r in ranges] + [0.0] * len(ranges)
        high = [min(r[1], cap) for r in ranges] * 2
        for lines, held in self._beliefs(table):
            self.lines = lines
            self._rows: dict[Source, list[tuple[int, Bound]]] = {}
            for row, (source, bound) in enumerate(held):
                self._rows.setdefault(source, []).append((row, bound))
            self._polytope = Polytope(low, high, [bound for _, bound in held])
            self.explorer = Explorer(self._polytope)
            if self.explorer.feasible():
                return
        raise AssertionError("what was printed from data fits the data")

    def size(self, key: Key) -> Weights:
        """All of a cell, as a function of the variables."""
        return {self.at[key]: 1.0}

    def count(self, key: Key) -> Weights:
        """Those of a cell who have the property."""
        return {self.at[key] + len(self.at): 1.0}

    def rest(self, key: Key) -> Weights:
        """Those of a cell who have it not."""
        return {self.at[key]: 1.0, self.at[key] + len(self.at): -1.0}

    def forget(self, source: Source) -> None:
        """Take back what a record said."""
        for row, _ in self._rows.get(source, ()):
            self._polytope.bound_sum(row, -math.inf, math.inf)

    def remember(self, source: Source) -> None:
        """Say it again."""
        for row, bound in self._rows.get(source, ()):
            self._polytope.bound_sum(row, bound.low, bound.high)

    def certain(self, weights: Weights) -> bool:
        """True when only one whole number is left for a size or a count."""
        low, high = self.explorer.range(weights)
        return math.ceil(low - TOLERANCE) >= math.floor(high + TOLERANCE)

    def _beliefs(self, table: ShareTable) -> Iterator[tuple[list[Line], list[tuple[Source, Bound]]]]:
        """What an outsider may take to hold, from the most on: what contradicts the print is given up."""
        known = known_sums(table.base, table.ranges)
        within: list[tuple[Source, Bound]] = [
            (None, Bound({i: -1.0, i + len(self.at): 1.0}, -math.inf, 0.0)) for i in self.at.values()
        ]
        shares = [(key, bound) for key, p in table.percents.items() for bound in self._between([key], p.low, p.high)]
        gaps = [(i, bound) for i, a in table.comparisons.items() for bound in self._between(a.keys, a.low, a.high)]
        for compared in (gaps, []) if gaps else ([],):
            for columns in fewer(tuple(sorted({line.column for line in known}))):
                lines = [line for line in known if line.column in columns]
                sums: list[tuple[Source, Bound]] = [(None, bound) for line in lines for bound in self._adding(line)]
                yield lines, [*sums, *within, *shares, *compared]

    def _adding(self, line: Line) -> list[Bound]:
        """Sizes and counts of the parts add up to the total's."""
        signs = {line.total: -1.0} | dict.fromkeys(line.parts, 1.0)
        shifts = (0, len(self.at))
        return [Bound({self.at[key] + shift: sign for key, sign in signs.items()}, 0.0, 0.0) for shift in shifts]

    def _between(self, keys: Collection[Key], low: float, high: float) -> list[Bound]:
        """The share of some cells together lies between these."""
        together = {self.at[key] + len(self.at): 1.0 for key in keys}
        return [
            Bound(together | {self.at[key]: -low for key in keys}, 0.0, math.inf),
            Bound(together | {self.at[key]: -high for key in keys}, -math.inf, 0.0),
        ]
