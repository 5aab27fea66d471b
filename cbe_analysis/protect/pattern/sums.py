"""Sums of variables, one after another: a sparse matrix by rows, as the solver takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.pattern.programme import Numbers, Places


@dataclass(frozen=True, slots=True)
class Sums:
    """Weights of variables.

    Parameters
    ----------
    start
        Where each sum begins, and the end, shape `(sums + 1,)`.
    index, value
        Variables and their weights, shape `(weights,)`.
    """

    start: Places
    index: Places
    value: Numbers

    @classmethod
    def of(cls, weights: Sequence[Mapping[int, float]]) -> Sums:
        """Those with these weights, of which some may be 0."""
        weights = [{i: w for i, w in own.items() if w} for own in weights]
        start = np.cumsum([0, *(len(own) for own in weights)]).astype(np.int32)
        index = np.array([i for own in weights for i in own], np.int32)
        return cls(start, index, np.array([w for own in weights for w in own.values()], np.float64))

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def _row(self) -> NDArray[np.intp]:
        """The sum that each weight is of."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    def _added(self, values: Numbers) -> Numbers:
        """What belongs to the weights, added up sum by sum."""
        return np.bincount(self._row, values, len(self)).astype(np.float64)

    def values(self, x: Numbers) -> Numbers:
        """The sums at a point, shape `(sums,)`."""
        return self._added(self.value * x[self.index])

    def ends(self, low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
        """The smallest and the largest value of each sum between bounds of the variables."""
        up = self.value > 0
        least = np.where(up, low[self.index], high[self.index])
        most = np.where(up, high[self.index], low[self.index])
        return self._added(self.value * least), self._added(self.value * most)

    def of_row(self, row: int) -> tuple[Places, Numbers]:
        """Variables and weights of one sum."""
        own = slice(self.start[row], self.start[row + 1])
        return self.index[own], self.value[own]

    def times(self, factor: float) -> Sums:
        """Each weight times the factor."""
        return Sums(self.start, self.index, self.value * factor)

    def rows(self, kept: NDArray[np.bool_]) -> Sums:
        """Some of the sums."""
        there = kept[self._row]
        start = np.append(0, np.cumsum(np.diff(self.start)[kept])).astype(np.int32)
        return Sums(start, self.index[there], self.value[there])

    def only(self, rows: Sequence[int]) -> Sums:
        """Some of the sums, in this order."""
        told = (self.of_row(row) for row in rows)
        return Sums.of([dict(zip(at.tolist(), weights.tolist(), strict=True)) for at, weights in told])

    def beside(self, other: Sums, places: int) -> Sums:
        """Each sum and one of the others, whose variables come so many places later, added up."""
        rows = np.concatenate([self._row, other._row])
        order = np.argsort(rows, kind="stable")
        index = np.concatenate([self.index, other.index + np.int32(places)])[order]
        start = (self.start + other.start).astype(np.int32)
        return Sums(start, index, np.concatenate([self.value, other.value])[order])

    def above(self, other: Sums) -> Sums:
        """These, and then the others."""
        start = np.concatenate([self.start, other.start[1:] + self.start[-1]]).astype(np.int32)
        return Sums(start, np.concatenate([self.index, other.index]), np.concatenate([self.value, other.value]))

    def with_column(self, column: NDArray[np.intp], value: Numbers) -> Sums:
        """Each sum with one more variable, of this weight; with none where the column is -1."""
        there = column >= 0
        start = np.append(0, np.cumsum(there)).astype(np.int32)
        return self.beside(Sums(start, column[there].astype(np.int32), value[there]), 0)

    def of_columns(self, free: NDArray[np.intp], columns: int, *, every: bool = False) -> tuple[NDArray[np.intp], Sums]:
        """The sums in which some variables stand, as sums of these alone, in the order that they are given.

        Parameters
        ----------
        columns
            How many variables there are.
        every
            Whether the sums in which none stands are wanted as well.

        Returns
        -------
        Which sums these are, and the sums.
        """
        place = np.full(columns, -1, np.int32)
        place[free] = np.arange(len(free), dtype=np.int32)
        there = place[self.index] >= 0
        lengths = np.bincount(self._row[there], minlength=len(self))
        rows = np.arange(len(self)) if every else np.flatnonzero(lengths)
        start = np.append(0, np.cumsum(lengths[rows])).astype(np.int32)
        return rows, Sums(start, place[self.index[there]], self.value[there])

    def room(self, low: Numbers, high: Numbers, least: Numbers, most: Numbers) -> Numbers:
        """By how much each sum can miss its bounds at most, shape `(sums,)`: below is positive, above negative.

        Of a sum with two bounds only the one below is looked at.
        """
        smallest, largest = self.ends(low, high)
        below = np.isfinite(least)
        return np.where(below, np.maximum(least - smallest, 0.0), -np.maximum(largest - most, 0.0))
