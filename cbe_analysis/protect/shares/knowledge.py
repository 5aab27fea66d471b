"""All sizes and counts that would be printed like those of a table of shares."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.measure.estimates import UNKNOWN
from cbe_analysis.protect.entries import Key, pattern_of
from cbe_analysis.protect.pattern.cells import Line, fewer
from cbe_analysis.protect.pattern.complement import ceiling, known_sums
from cbe_analysis.protect.pattern.loosening import Held
from cbe_analysis.protect.pattern.polytope import Bound, Polytope, Weights
from cbe_analysis.protect.pattern.reach import Explorer
from cbe_analysis.protect.shares.share_table import Against, ShareTable
from cbe_analysis.protect.shares.whole_numbers import around

WHOLE_BELOW = 1000  # students: of more, whole numbers say hardly more than a percentage does
Source = Key | int | None  # the cell of a share, the position of a comparison, or a sum that always holds


class NothingFits(AssertionError):
    """No students fit all that is printed: with sizes that officials published, these are of others."""


class Knowledge:
    """What an outsider can compute of one series of shares.

    Variables: the size of every cell, then the count of those who have the property. Both add up to totals, no count is
    larger than its size, and each fits its printed percentage.

    Parameters
    ----------
    points
        Some that fitted what was printed before: those that still fit are used again.

    Attributes
    ----------
    lines
        The totals that are taken for the sum of their parts.
    held
        What holds, each with the record that says it.
    forgotten
        The records that were taken back.
    low, high
        Bounds of the variables.
    """

    def __init__(self, table: ShareTable, points: Sequence[NDArray[np.float64]] = ()) -> None:
        self.at = {key: i for i, key in enumerate(table.base.sizes)}
        self._wholes = {p: 2 * len(self.at) + 2 * i for i, p in enumerate(_patterns(table))}
        cap, ranges = ceiling(table.base) * table.times, list(table.ranges.values())
        more = 2 * len(self._wholes)
        self.low = [r[0] for r in ranges] + [0.0] * (len(ranges) + more)
        self.high = [min(r[1], cap) for r in ranges] * 2 + [cap * len(ranges)] * more
        self.forgotten: set[Source] = set()
        for lines, held in self._beliefs(table):
            self.lines, self.held = lines, held
            self._rows: dict[Source, list[tuple[int, Bound]]] = {}
            for row, (source, bound) in enumerate(held):
                self._rows.setdefault(source, []).append((row, bound))
            self._polytope = Polytope(self.low, self.high, [bound for _, bound in held])
            known = np.array([x for x in points if len(x) == len(self.low)]).reshape(-1, len(self.low))
            self.explorer = Explorer(self._polytope, list(known[self._polytope.holds(known)]))
            if self.explorer.points or self.explorer.feasible():
                return
        raise NothingFits("what was printed from data fits the data")

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
        self.forgotten.add(source)
        for row, _ in self._rows.get(source, ()):
            self._polytope.bound_sum(row, -math.inf, math.inf)

    @property
    def told(self) -> Held[Source]:
        """All that is not taken back."""
        return Held(self.low, self.high, [own for own in self.held if own[0] not in self.forgotten])

    def _beliefs(self, table: ShareTable) -> Iterator[tuple[list[Line], list[tuple[Source, Bound]]]]:
        """What an outsider may take to hold, from the most on: what contradicts the print is given up."""
        known = known_sums(table.base, table.ranges)
        always: list[tuple[Source, Bound]] = [(None, bound) for bound in (*self._within(), *self._summed(table))]
        shares = [(key, bound) for key, p in table.percents.items() for bound in self._share(key, p.low, p.high)]
        whole = [(key, bound) for key in table.percents for bound in self._whole(key, table)]
        gaps = [(i, bound) for i, against in table.comparisons.items() for bound in self._other_side(against)]
        for compared in (gaps, []) if gaps else ([],):
            for columns in fewer(tuple(sorted({line.column for line in known}))):
                lines = [line for line in known if line.column in columns]
                sums: list[tuple[Source, Bound]] = [(None, bound) for line in lines for bound in self._adding(line)]
                for said in (whole, shares):
                    yield lines, [*sums, *always, *said, *compared]

    def _within(self) -> list[Bound]:
        """No count is larger than its size."""
        return [Bound({**self.count(key), self.at[key]: -1.0}, -math.inf, 0.0) for key in self.at]

    def _adding(self, line: Line) -> list[Bound]:
        """Sizes and counts of the parts add up to the total's."""
        signs = {line.total: -1.0} | dict.fromkeys(line.parts, 1.0)
        shifts = (0, len(self.at))
        return [Bound({self.at[key] + shift: sign for key, sign in signs.items()}, 0.0, 0.0) for shift in shifts]

    def _share(self, key: Key, low: float, high: float) -> list[Bound]:
        """The share of a cell lies between these."""
        return [
            Bound({**self.count(key), self.at[key]: -low}, 0.0, math.inf),
            Bound({**self.count(key), self.at[key]: -high}, -math.inf, 0.0),
        ]

    def _whole(self, key: Key, table: ShareTable) -> list[Bound]:
        """The share of a cell is one of whole numbers of students."""
        percent, size = table.percents[key], table.ranges[key]
        bounds = around((percent.low, percent.high), size) if size[1] < WHOLE_BELOW else ()
        n, y = self.at[key], self.at[key] + len(self.at)
        return [Bound({n: a, y: b}, -math.inf, c) for a, b, c in bounds] or self._share(key, percent.low, percent.high)

    def _summed(self, table: ShareTable) -> list[Bound]:
        """All known groups that are split alike, together: "others" are these without one."""
        bounds = []
        for pattern, whole in self._wholes.items():
            keys = [key for key in table.base.alike.get(pattern, ()) if UNKNOWN not in key]
            for shift, shifted in ((0, whole), (len(self.at), whole + 1)):
                bounds.append(Bound({self.at[key] + shift: 1.0 for key in keys} | {shifted: -1.0}, 0.0, 0.0))
        return bounds

    def _other_side(self, against: Against) -> list[Bound]:
        """The share of what a group is compared with lies between these."""
        if against.reference is not None:
            return self._share(against.reference, against.low, against.high)
        whole, own = self._wholes[pattern_of(against.group)], self.at[against.group]
        counts = {whole + 1: 1.0, own + len(self.at): -1.0}
        return [
            Bound(counts | {whole: -against.low, own: against.low}, 0.0, math.inf),
            Bound(counts | {whole: -against.high, own: against.high}, -math.inf, 0.0),
        ]


def _patterns(table: ShareTable) -> list[tuple[bool, ...]]:
    """How the groups are split that are compared with others."""
    return sorted({pattern_of(a.group) for a in table.comparisons.values() if a.reference is None})
