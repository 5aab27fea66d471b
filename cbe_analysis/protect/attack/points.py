"""Points that fit what is printed: they answer most questions, and mostly fit still when more is hidden."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.attack.measured import Measured
from cbe_analysis.protect.pattern.polytope import Numbers, Point, Polytope

KEPT = 400  # points that are remembered, the last ones
NUMBERS = 4_000_000  # that these consist of at most


class Points:
    """The last points that were seen, each a value for every unknown.

    Parameters
    ----------
    unknowns
        How many there are.
    """

    def __init__(self, unknowns: int) -> None:
        self._values: Numbers = np.empty((max(1, min(KEPT, NUMBERS // max(unknowns, 1))), unknowns))
        self._are_whole: NDArray[np.bool_] = np.empty(len(self._values), bool)
        self._added = 0

    @property
    def every(self) -> Numbers:
        """All of them, shape `(points, unknowns)`."""
        return self._values[: self._added]

    @property
    def whole(self) -> Numbers:
        """Those of whole numbers."""
        return self.every[self._are_whole[: self._added]]

    def add(self, point: Point) -> None:
        """One more, in place of the oldest where there are too many."""
        self.put(point.x, whole=point.whole)

    def put(self, x: Numbers, *, whole: bool = True) -> None:
        """One more, as it is."""
        at = self._added % len(self._values)
        self._values[at], self._are_whole[at] = x, whole
        self._added += 1

    def add_fitting(self, others: Points, polytope: Polytope) -> None:
        """Those of other points that lie in a polytope: each is put in, so they may come from anywhere."""
        fit = np.flatnonzero(polytope.holds(others.every))
        for x, whole in zip(others.every[fit], others._are_whole[fit].tolist(), strict=True):
            self.put(x, whole=whole)


class Memory:
    """What attacks on a release saw, for the next one on it, when more is hidden.

    Parameters
    ----------
    measured
        What it was made from; None where that is not known.
    """

    def __init__(self, measured: Measured | None = None) -> None:
        self.measured = measured
        self._points: dict[tuple[Hashable, int], Points] = {}

    def of(self, about: Hashable, unknowns: int) -> Points:
        """The points that were seen by attacks of one kind on as many unknowns."""
        return self._points.setdefault((about, unknowns), Points(unknowns))
