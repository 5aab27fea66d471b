"""Times of groups whose curve is printed: as anybody reads them off it, and no better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cbe_analysis.protect.curves.days import SURVIVAL
from cbe_analysis.protect.curves.waiting import TIMES
from cbe_analysis.protect.entries import Entry, Key
from cbe_analysis.protect.percents import Percent


@dataclass(frozen=True, slots=True)
class Point:
    """What is printed of a curve at a day: the percentage that is without the event."""

    day: int
    percent: int


def read_off(
    entries: Sequence[Entry], percents: Mapping[int, Percent | None], hidden: frozenset[int]
) -> dict[int, Entry]:
    """Position -> each time of a group whose curve is printed, as the curve tells it.

    Parameters
    ----------
    percents, hidden
        How shares are printed, and what is not: see `hidden_entries`.
    """
    points: dict[Key, list[Point]] = {}
    for i, entry in enumerate(entries):
        if entry.quantity == SURVIVAL and i not in hidden and (percent := percents.get(i)):
            points.setdefault(entry.group, []).append(Point(int(entry.at), percent.value))
    return {
        i: _told(entry, sorted(points[entry.group], key=lambda point: point.day))
        for i, entry in enumerate(entries)
        if entry.quantity in TIMES and i not in hidden and entry.group in points
    }


def unread(entries: Sequence[Entry], times: Mapping[int, Entry]) -> set[int]:
    """Positions of the times that were to be read off a curve of which nothing is printed."""
    return {i for i, e in enumerate(entries) if e.quantity in TIMES and math.isnan(e.value) and i not in times}


def _told(time: Entry, points: Sequence[Point]) -> Entry:
    """The step in which so few are left without the event: its end, and in words its start."""
    before = 0
    for point in points:
        if point.percent <= TIMES[time.quantity]:
            return replace(
                time, value=float(point.day), note=f"read off the curve: after day {before}, by day {point.day}"
            )
        before = point.day
    return replace(time, value=math.nan, note=f"later than day {before}")
