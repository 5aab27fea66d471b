"""The whole numbers behind a printed percentage: how many students, and how many of them have the property."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from cbe_analysis.protect.attack.reading import Interval

NEAR = 1e-9
WIDEST = 200  # sizes of a group, whose whole numbers are gone through one by one
Pair = tuple[int, int]  # students, and those who have the property


def whole_numbers(share: Interval, size: Interval, true: float) -> tuple[tuple[float, float, float], ...]:
    """The bounds on all pairs that are printed so; none where the share is of other numbers than of these students.

    Parameters
    ----------
    true
        The size; NaN where that is not known.
    """
    if size[1] - size[0] > WIDEST or not (math.isnan(true) or edges(share, (true, true))):
        return ()
    return edges(share, size)


@lru_cache(maxsize=4096)
def edges(share: Interval, size: Interval) -> tuple[tuple[float, float, float], ...]:
    """The tightest linear bounds `a * students + b * having <= c` on all pairs that are printed so; none where none is.

    They are the edges of the convex hull of the pairs, by the monotone chain.
    """
    first, last = math.ceil(size[0] - NEAR), math.floor(size[1] + NEAR)
    fewest = [(n, math.ceil(share[0] * n - NEAR)) for n in range(first, last + 1)]
    most = [(n, math.floor(share[1] * n + NEAR)) for n in range(first, last + 1)]
    inside = [at for at, ((_, low), (_, high)) in enumerate(zip(fewest, most, strict=True)) if low <= high]
    if not inside:
        return ()
    below = list(_chain([fewest[at] for at in inside], 1.0))
    above = list(_chain([most[at] for at in inside], -1.0))
    ends = [(-1.0, 0.0, -float(below[0][0])), (1.0, 0.0, float(below[-1][0]))]
    return (*ends, *_lines(below, 1.0), *_lines(above, -1.0))


def _chain(pairs: Sequence[Pair], side: float) -> list[Pair]:
    """The corners of the hull below (1) or above (-1)."""
    found: list[Pair] = []
    for n, y in pairs:
        while len(found) > 1 and side * _turn(found[-2], found[-1], (n, y)) <= 0:
            found.pop()
        found.append((n, y))
    return found


def _turn(a: Pair, b: Pair, c: Pair) -> int:
    """Positive where three points turn to the left."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _lines(corners: Sequence[Pair], side: float) -> Iterator[tuple[float, float, float]]:
    """A bound for each edge; one alone where all pairs are of one size."""
    if len(corners) == 1:
        yield 0.0, -side, -side * corners[0][1]
    for (n, y), (m, z) in pairwise(corners):
        slope = (z - y) / (m - n)
        yield side * slope, -side, side * (slope * n - y)
