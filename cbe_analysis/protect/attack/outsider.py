"""What an outsider can compute from printed sizes and shares, starting from the finest groups that may exist."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.attack.reading import WHOLE, Cell, Interval
from cbe_analysis.protect.polytope import Bound, Point, Polytope

SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Claim:
    """A printed share: of a cell, or of all known cells that are split like one, without it.

    Parameters
    ----------
    others
        True for those others.
    """

    cell: Cell
    share: Interval
    others: bool = False


class Outsider:
    """Everything that fits some printed sizes and shares.

    The unknowns are the people of each finest group who have the property, and those who have it not; every printed
    number bounds a sum of them.

    Parameters
    ----------
    cells
        All cells that are printed or hidden.
    sizes
        Cell -> interval of its size, for the printed ones.
    claims
        Printed shares; none to attack the sizes alone.
    """

    def __init__(self, cells: Collection[Cell], sizes: Mapping[Cell, Interval], claims: Sequence[Claim] = ()) -> None:
        self.cells, self.kinds = tuple(cells), 2 if claims else 1
        shapes = sorted({_shape(claim.cell) for claim in claims if claim.others})
        large = 4 * max((high for _, high in sizes.values()), default=0.0) + 1000  # more people than any cell has
        for split in _subsets(adding(cells, sizes)):
            self._members = membership(self.cells, split)
            self._atoms = 1 + max((a for atoms in self._members.values() for a in atoms), default=-1)
            self._groups = {shape: self.kinds * self._atoms + 2 * i for i, shape in enumerate(shapes)}
            bounds = [Bound(self.people(cell), low, high) for cell, (low, high) in sizes.items()]
            bounds += [bound for shape in shapes for bound in self._together(shape)]
            bounds += [bound for claim in claims for bound in self._claimed(claim)]
            columns = self.kinds * self._atoms + 2 * len(shapes)
            self._polytope = Polytope([0.0] * columns, [large * len(self.cells)] * columns, bounds)
            self.consistent = self._see(self._polytope.least({}))
            if self.consistent:
                return

    def people(self, cell: Cell) -> dict[int, float]:
        """The size of a cell, as a sum of unknowns."""
        return {atom + kind * self._atoms: 1.0 for atom in self._members[cell] for kind in range(self.kinds)}

    def having(self, cell: Cell) -> dict[int, float]:
        """Those of a cell who have the property, as a sum of unknowns."""
        return dict.fromkeys(self._members[cell], 1.0)

    def lacking(self, cell: Cell) -> dict[int, float]:
        """Those of a cell who have it not, as a sum of unknowns."""
        return {atom + self._atoms: 1.0 for atom in self._members[cell]}

    def may_be(self, sum_of: Mapping[int, float], *, most: float | None = None, least: float | None = None) -> bool:
        """Whether a sum may be as small as `most`, or as large as `least`."""
        columns, weights = np.array(list(sum_of), int), np.array(list(sum_of.values()))
        seen = self._points[:, columns] @ weights
        if most is not None:
            return bool((seen <= most + SLACK).any()) or self.range(sum_of)[0] <= most + SLACK
        return bool((seen >= (least or 0.0) - SLACK).any()) or self.range(sum_of)[1] >= (least or 0.0) - SLACK

    def seen(self, sum_of: Mapping[int, float]) -> Interval:
        """The smallest and the largest value of a sum among the points seen so far."""
        values = self._points[:, np.array(list(sum_of), int)] @ np.array(list(sum_of.values()))
        return float(values.min()), float(values.max())

    def range(self, sum_of: Mapping[int, float]) -> Interval:
        """The smallest and the largest value of a sum."""
        low, high = self._polytope.least(sum_of), self._polytope.least(less(sum_of))
        self._see(low)
        self._see(high)
        return (low.value if low else math.nan), (-high.value if high else math.nan)

    def look(self, goals: Iterable[tuple[Mapping[int, float], float]]) -> None:
        """Push many sums up to their levels together, as long as that helps any: most questions are answered so."""
        left = list(goals)
        while left:
            point = self._polytope.least(_added([less(sum_of) for sum_of, _ in left]))
            if point is None:
                return
            self._see(point)
            still = [g for g in left if sum(point.x[i] * w for i, w in g[0].items()) < g[1] - SLACK]
            if len(still) == len(left):
                return
            left = still

    def _see(self, point: Point | None) -> bool:
        """Keep a point that fits."""
        if point is None:
            return False
        known: NDArray[np.float64] = getattr(self, "_points", np.empty((0, len(point.x))))
        self._points = np.vstack([known, point.x])
        return True

    def _together(self, shape: tuple[bool, ...]) -> list[Bound]:
        """Two more unknowns: all who are in known cells of one shape and have the property, and who have it not."""
        known = [cell for cell in self.cells if _shape(cell) == shape and "(unknown)" not in cell]
        bounds = []
        for part, at in ((self.having, self._groups[shape]), (self.lacking, self._groups[shape] + 1)):
            bounds.append(Bound(_added([part(cell) for cell in known]) | {at: -1.0}, 0.0, 0.0))
        return bounds

    def _claimed(self, claim: Claim) -> list[Bound]:
        """The share lies in its interval."""
        having, lacking = self.having(claim.cell), self.lacking(claim.cell)
        if claim.others:
            at = self._groups[_shape(claim.cell)]
            having = dict.fromkeys(having, -1.0) | {at: 1.0}
            lacking = dict.fromkeys(lacking, -1.0) | {at + 1: 1.0}
        sums = []
        for limit in claim.share:
            weights = {atom: (1 - limit) * weight for atom, weight in having.items()}
            sums.append(weights | {atom: -limit * weight for atom, weight in lacking.items()})
        return [Bound(sums[0], 0.0, math.inf), Bound(sums[1], -math.inf, 0.0)]


def _shape(cell: Cell) -> tuple[bool, ...]:
    """Which columns a cell is split by."""
    return tuple(level != WHOLE for level in cell)


def less(sum_of: Mapping[int, float]) -> dict[int, float]:
    """The sum with the other sign."""
    return {i: -weight for i, weight in sum_of.items()}


def _added(sums: Iterable[Mapping[int, float]]) -> dict[int, float]:
    """The sum of some sums."""
    together: dict[int, float] = {}
    for one in sums:
        for i, weight in one.items():
            together[i] = together.get(i, 0.0) + weight
    return together


def adding(cells: Collection[Cell], sizes: Mapping[Cell, Interval]) -> tuple[int, ...]:
    """The columns along which the groups may share out the whole, by what is printed."""
    possible: dict[int, bool] = {}
    for column in range(len(next(iter(cells), ()))):
        parts: dict[Cell, list[Interval]] = {}
        for cell in cells:
            if cell[column] != WHOLE:
                whole = (*cell[:column], WHOLE, *cell[column + 1 :])
                parts.setdefault(whole, []).append(sizes.get(cell, (0.0, math.inf)))
        for whole, found in parts.items():
            if whole in cells:
                low, high = sizes.get(whole, (0.0, math.inf))
                fits = sum(p[0] for p in found) <= high and sum(p[1] for p in found) >= low
                possible[column] = possible.get(column, True) and fits
    return tuple(column for column, fits in sorted(possible.items()) if fits)


def membership(cells: Collection[Cell], split: Collection[int]) -> dict[Cell, list[int]]:
    """The finest groups in each cell.

    A finest group has a value in every column along which the whole is shared out. A crossing that a table leaves out
    has no one in it.
    """
    width = len(next(iter(cells), ()))
    levels = [sorted({c[i] for c in cells if c[i] != WHOLE or i not in split}) or [WHOLE] for i in range(width)]
    tabled = {tuple(value != WHOLE for value in cell) for cell in cells}
    crossed = [shape for shape in tabled if sum(shape) > 1]
    present = set(cells)
    found: dict[Cell, list[int]] = {cell: [] for cell in cells}
    count = 0
    for atom in product(*levels):
        shown = [tuple(v if keep else WHOLE for v, keep in zip(atom, shape, strict=True)) for shape in crossed]
        split_as = [tuple(v != WHOLE for v in cell) for cell in shown]
        if any(
            form == shape and cell not in present for cell, form, shape in zip(shown, split_as, crossed, strict=True)
        ):
            continue
        for cell in _above(atom, split):
            if cell in found:
                found[cell].append(count)
        count += 1
    return found


def _above(atom: Cell, split: Collection[int]) -> Iterable[Cell]:
    """The cells that a finest group lies in."""
    return product(*((value, WHOLE) if i in split and value != WHOLE else (value,) for i, value in enumerate(atom)))


def _subsets(columns: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
    for size in range(len(columns), -1, -1):
        yield from combinations(columns, size)
