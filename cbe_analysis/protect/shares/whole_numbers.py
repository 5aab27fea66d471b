"""What a printed percentage says of whole numbers: the counts and sizes behind it lie on few points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache

from cbe_analysis.protect.pattern.cells import Range

NEAR = 1e-9
Half = tuple[float, float, float]  # a * students + b * count <= c
Point = tuple[int, int]


@lru_cache(maxsize=8192)
def around(share: Range, size: Range) -> tuple[Half, ...]:
    """The smallest convex figure that holds every (students, count) printed so, as half planes; none where none is.

    Each student count has a lowest and a highest count; the figure follows the lower ends from below and the upper
    ends from above.
    """
    sizes = range(math.ceil(size[0] - NEAR), math.floor(size[1] + NEAR) + 1)
    ends = [(n, math.ceil(share[0] * n - NEAR), math.floor(share[1] * n + NEAR)) for n in sizes]
    ends = [(n, low, high) for n, low, high in ends if low <= high]
    if not ends:
        return ()
    below = [(n, low) for n, low, _ in ends]
    above = [(n, -high) for n, _, high in ends]
    first, last = ends[0][0], ends[-1][0]
    outer = [(-1.0, 0.0, -float(first))] * (first > size[0]) + [(1.0, 0.0, float(last))] * (last < size[1])
    return (*outer, *((a, b, c) for a, b, c in _under(below)), *((a, -b, c) for a, b, c in _under(above)))


def _under(points: Sequence[Point]) -> Iterator[Half]:
    """The lines under some points, from left to right: always on along the least steep one."""
    if len(points) == 1:
        yield 0.0, -1.0, -float(points[0][1])
    at = 0
    while at < len(points) - 1:
        n, y = points[at]
        slopes = [(Fraction(z - y, m - n), -m, j) for j, (m, z) in enumerate(points[at + 1 :], at + 1)]
        slope, _, at = min(slopes)
        yield float(slope), -1.0, float(slope * n - y)
