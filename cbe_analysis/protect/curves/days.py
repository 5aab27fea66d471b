"""Curves of waiting: at which days the public may read those of which groups.

A curve falls with every event of a student. It is told at a few days of a fixed grid, so far apart that as many have
the event between two of them as a group must have to be shown, and no longer than as many are left. All groups that are
split alike are told at the same days, and coarser groups at these as well: nothing that lies between follows from the
difference of two curves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cbe_analysis.protect.entries import Entry, Key, pattern_of

SURVIVAL = "survival"
WEEK, MONTH, HALF_YEAR = 7, 28, 182  # days
MOST_STEPS, FEWEST_STEPS = 12, 2
Days = tuple[int, ...]


def grid(last: float) -> Iterator[int]:
    """The days up to the last at which curves may be read: whole weeks, after half a year every fourth."""
    day = WEEK
    while day <= last:
        yield day
        day += WEEK if day < HALF_YEAR else MONTH


def on_grid(day: float) -> float:
    """The first day of the grid that is no earlier."""
    start, step = (0, WEEK) if day <= HALF_YEAR else (HALF_YEAR, MONTH)
    return float(start + max(1, math.ceil((day - start) / step)) * step)


def day_of(row: Entry) -> int:
    """The day of a record of a curve."""
    return int(row.at)


@dataclass(frozen=True, slots=True)
class Curve:
    """The curve of one group.

    Parameters
    ----------
    rows
        Its records by day, one at least.
    """

    rows: tuple[Entry, ...]

    @classmethod
    def of(cls, rows: Iterable[Entry]) -> Curve:
        """The curve of these records."""
        return cls(tuple(sorted(rows, key=day_of)))

    @property
    def n(self) -> float:
        """Students of the group."""
        return min(row.n for row in self.rows)

    @property
    def sound(self) -> bool:
        """True when its counts are those of a curve; of another nothing is told."""
        n = self.n
        had, left = [0.0, *(r.numerator for r in self.rows)], [n, *(r.denominator for r in self.rows)]
        rising = all(a <= b for a, b in pairwise(had))
        falling = all(a >= b >= 0 for a, b in pairwise(left))
        together = all(y + more <= n for y, more in zip(had, left, strict=True))
        return rising and falling and together and all(0 <= row.value <= 1 for row in self.rows)

    def at(self, day: int) -> Entry:
        """What it tells at a day, as the share of a count of students."""
        past = [row for row in self.rows if day_of(row) <= day]
        told = past[-1] if past else replace(self.rows[0], value=1.0, std_error=math.nan, low=math.nan, high=math.nan)
        return replace(told, at=str(day), n=self.n, numerator=told.value * self.n, denominator=self.n)

    def had(self, day: int) -> float:
        """Students who have had the event by the end of a day."""
        return max((row.numerator for row in self.rows if day_of(row) <= day), default=0.0)

    def left(self, day: int) -> float:
        """Students who are surely still followed after a day, without the event."""
        past = [row.denominator for row in self.rows if day_of(row) <= day]
        later = [row.denominator + row.numerator for row in self.rows if day_of(row) > day]
        known = past[-1] if past else self.n
        return min(known, later[0] - self.had(day)) if later else known


@dataclass(frozen=True, slots=True)
class Reading:
    """What some days of a curve rest on: students who had the event by then, and those left."""

    had: tuple[float, ...]
    left: tuple[float, ...]

    @classmethod
    def of(cls, curve: Curve, days: Days) -> Reading:
        """The curve at these days."""
        return cls(tuple(map(curve.had, days)), tuple(map(curve.left, days)))

    def enough(self, at: int, before: int, minimum: int) -> bool:
        """Whether a step rests on enough: from the day at one position, none for -1, to that at another.

        Of many events a step takes a part, so that the steps stay few.
        """
        least = max(float(minimum), max(self.had) / MOST_STEPS)
        return self.left[at] >= minimum and self.had[at] - (self.had[before] if before >= 0 else 0.0) >= least


def steps(readings: Sequence[Reading], days: Days, minimum: int) -> Days:
    """The days, of those given, at which all of the curves may be told."""
    found: list[int] = []
    for at in range(len(days)):
        before = found[-1] if found else -1
        if all(reading.enough(at, before, minimum) for reading in readings):
            found.append(at)
    return tuple(days[at] for at in found)


@dataclass(frozen=True, slots=True)
class Telling:
    """At which days the curves of which groups are told.

    Parameters
    ----------
    by_split
        How groups are split -> the days of all of these that are told.
    told
        The groups that are.
    """

    by_split: Mapping[tuple[bool, ...], Days]
    told: frozenset[Key]

    @property
    def every(self) -> Days:
        """All days at which any curve is told."""
        return tuple(sorted({day for days in self.by_split.values() for day in days}))

    def of(self, key: Key) -> Days:
        """The days at which a group is told."""
        return self.by_split[pattern_of(key)] if key in self.told else ()


def telling(curves: Mapping[Key, Curve], minimum: int) -> Telling:
    """The days at which curves may be told; groups that cannot be told at two of them are left out."""
    told: set[Key] = set()
    by_split: dict[tuple[bool, ...], Days] = {}
    last = max((day_of(curve.rows[-1]) for curve in curves.values()), default=0)
    for split in sorted({pattern_of(key) for key in curves}, key=lambda p: (sum(p), p)):
        coarser = [set(days) for other, days in by_split.items() if _coarser(other, split)]
        days = tuple(sorted(set.intersection(*coarser))) if coarser else tuple(grid(last))
        own = {key: curve for key, curve in curves.items() if pattern_of(key) == split}
        taken, by_split[split] = _alike(own, days, minimum)
        told |= set(taken)
    return Telling(by_split, frozenset(told))


def _coarser(one: tuple[bool, ...], other: tuple[bool, ...]) -> bool:
    return one != other and all(b >= a for a, b in zip(one, other, strict=True))


def _alike(curves: Mapping[Key, Curve], days: Days, minimum: int) -> tuple[list[Key], Days]:
    """The groups, the largest first, that leave each other two steps or more, and the days at which all are told."""
    taken, readings, told = list[Key](), list[Reading](), Days()
    for key in sorted(curves, key=lambda k: (-curves[k].n, k)):
        if curves[key].n >= minimum and curves[key].sound and days:
            own = Reading.of(curves[key], days)
            if len(shared := steps([*readings, own], days, minimum)) >= FEWEST_STEPS:
                taken, readings, told = [*taken, key], [*readings, own], shared
    return taken, told
