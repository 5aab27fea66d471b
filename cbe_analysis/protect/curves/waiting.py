"""The records of waiting, curves and times, merged into what the public may have of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.protect.curves.days import SURVIVAL, Curve, day_of, on_grid, telling
from cbe_analysis.protect.enrollment import NOTHING, Enrollment
from cbe_analysis.protect.entries import NUMBERS, Entry, Key, Series
from cbe_analysis.protect.percents import TELLING_BELOW, Percent, public_percent, rougher
from cbe_analysis.protect.sizes import public_size

TIMES = {"median_time": 50, "lower_quartile_time": 75, "upper_quartile_time": 25}  # percent still without the event
Name = tuple[str, str, Key, str]  # quantity, unit, group and `at`
Curves = Mapping[str, Mapping[Key, Curve]]  # unit -> group -> its curve


@dataclass(frozen=True, slots=True)
class Waiting:
    """The records, with curves told in steps and times on the grid.

    Parameters
    ----------
    told
        The records of curves and times that rest on enough.
    closed
        What compares curves or times, and what tells of a day of a curve beside it.
    """

    entries: tuple[Entry, ...]
    told: frozenset[Name]
    closed: frozenset[Series]

    def withheld(self, entries: Sequence[Entry]) -> frozenset[int]:
        """Positions of the curves and times that rest on too few, and of what else would tell of them."""
        return frozenset(
            i
            for i, e in enumerate(entries)
            if (waits(e) and _name(e) not in self.told) or (e.series in self.closed and (e.compares or e.at))
        )

    def remarks(self, minimum: int) -> tuple[str, ...]:
        """What a reader must know of them; nothing where there are none."""
        if not any(map(waits, self.entries)):
            return ()
        return (
            f"curves and times are told by weeks, after half a year by four, without differences; every step rests on "
            f"{minimum} students or more, and a curve ends where fewer than {minimum} are left",
        )


def waits(entry: Entry) -> bool:
    """True for a record of a curve or of a time."""
    return entry.quantity == SURVIVAL or entry.quantity in TIMES


def _name(entry: Entry) -> Name:
    return entry.quantity, entry.unit, entry.group, entry.at


def merged(given: Sequence[Entry], minimum: int, officially: Enrollment = NOTHING) -> Waiting:
    """The records with curves merged into steps, and times as these steps tell them, or enough students of a group.

    All groups have the same records, whatever is told of them: one that is missing would say so. Of what compares two
    curves or times, the difference of single students, one record is left, to be hidden; shares by some day are hidden,
    for they are points of the curve that rest on few beside the others.

    Raises
    ------
    ReleaseRefused
        When a curve is not told by whole days.
    """
    curves, times = _curves(given), _times(given)
    compared = _compared(given, curves)
    found = [e for e in given if not waits(e) and e not in compared]
    differences = {(e.quantity, e.unit, e.group, e.reference): replace(_bare(e), at="") for e in compared}
    found += differences.values()
    beside = {e.series for e in found if curves and e.is_share and e.at.isdigit()}
    told: set[Name] = set()
    points: dict[Key, list[Entry]] = {}
    for own in curves.values():
        days = telling(own, minimum)
        for key, curve in own.items():
            rows = [curve.at(day) for day in days.every]
            found += rows or [replace(_bare(curve.rows[0]), at="", n=curve.n)]
            points[key] = [r for r in rows if day_of(r) in days.of(key) and printed_percent(r, minimum, officially)]
            told |= set(map(_name, points[key]))
    for key, own_times in times.items():
        kept = list(map(_bare, own_times) if points.get(key) else _of_enough(own_times, minimum))
        told |= set(map(_name, kept))
        found += [*kept, *(_bare(row) for row in own_times if _name(row) not in told)]
    return Waiting(tuple(found), frozenset(told), frozenset(beside.union(e.series for e in differences.values())))


def _compared(given: Sequence[Entry], curves: Curves) -> list[Entry]:
    """What compares two curves at a day, or two times."""
    days = {row.at for own in curves.values() for curve in own.values() for row in curve.rows}
    units = {e.unit for e in given if e.quantity in TIMES}
    return [e for e in given if e.compares and (e.at in days or waits(e) or (e.quantity == "gap" and e.unit in units))]


def _curves(given: Sequence[Entry]) -> Curves:
    """The curves among the records.

    Raises
    ------
    ReleaseRefused
        When one is not told by whole days.
    """
    rows: dict[str, dict[Key, list[Entry]]] = {}
    for entry in given:
        if entry.quantity == SURVIVAL and not entry.compares:
            if not (entry.at.isascii() and entry.at.isdigit()):
                raise ReleaseRefused(
                    "the public may see curves by whole days alone", "at of survival", "use --audience staff"
                )
            rows.setdefault(entry.unit, {}).setdefault(entry.group, []).append(entry)
    return {unit: {key: Curve.of(of) for key, of in own.items()} for unit, own in sorted(rows.items())}


def _times(given: Sequence[Entry]) -> dict[Key, list[Entry]]:
    """Group -> its times, the median first; one that a group does not reach is empty."""
    there = {(e.quantity, e.unit): e for e in given if e.quantity in TIMES}
    groups = {e.group: e for e in given if waits(e) and not e.compares}
    own = {_name(e): e for e in given if e.quantity in TIMES and not e.compares}
    found: dict[Key, list[Entry]] = {}
    for quantity, unit in sorted(there, key=lambda named: [*TIMES].index(named[0])):
        for key, like in groups.items():
            empty = replace(_bare(like), quantity=quantity, unit=unit, at="")
            found.setdefault(key, []).append(own.get((quantity, unit, key, ""), empty))
    return found


def printed_percent(entry: Entry, minimum: int, officially: Enrollment = NOTHING) -> Percent | None:
    """A share of a group that may be shown, as it is printed; None where it cannot be.

    A curve tells many shares of one group: all together, whole percentages would give its size and every count away.
    """
    size, least = public_size(entry.n, minimum), minimum if entry.of_rows else 0
    official = officially.size(entry.group, size.low, size.high)
    percent = public_percent(entry.value, entry.n, size, official, least=least)
    if entry.quantity == SURVIVAL and percent and not percent.code and size.low < TELLING_BELOW:
        return rougher(percent, entry.value) or percent
    return percent


def _bare(row: Entry) -> Entry:
    """The record without what it says."""
    blank: dict[str, Any] = dict.fromkeys((name for name in NUMBERS if name != "n"), math.nan)
    return replace(row, **blank, note="")


def _of_enough(times: Sequence[Entry], minimum: int) -> Iterator[Entry]:
    """The times before, after and between which enough students have the event, to the day of the grid that follows."""
    kept: list[float] = []
    for row in times:
        apart = all(abs(row.numerator - other) >= minimum for other in kept)
        if row.numerator >= minimum and row.denominator >= minimum and apart:
            kept.append(row.numerator)
            yield replace(_bare(row), value=on_grid(row.value))
