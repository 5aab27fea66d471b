"""Records whose sizes and counts are rounded to fives, and what is printed of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cbe_analysis.protect.entries import Entry, Key
from cbe_analysis.protect.fives.rounded import RoundedBase, fives, rounded_counts, rounded_sizes
from cbe_analysis.protect.grounds import Grounds, hidden_entries
from cbe_analysis.protect.pattern.cells import Base
from cbe_analysis.protect.percents import HALF, Percent, coded_within, nearest, wide_enough
from cbe_analysis.protect.printing import Printed, as_protected
from cbe_analysis.protect.shares.compositions import left_over

SAME = 1e-6  # differences this small are those of arithmetic


def in_fives(found: Sequence[Entry], tables: Sequence[Base], minimum: int) -> Grounds:
    """The records as they may be printed in the profile `rounded`: sizes in fives, shares of rounded counts.

    Nothing but small cells is hidden: where every number is uncertain by two students, and every total is made of the
    printed parts, hiding others would add nothing.

    Parameters
    ----------
    minimum
        Smallest size that is shown.
    """
    measured = Grounds(tuple(found), tuple(tables), (frozenset(),) * len(tables), minimum)
    rounded = [rounded_sizes(base, minimum) for base in tables]
    counts = [_counts(measured, at, told) for at, told in enumerate(rounded)]
    bases = tuple(
        replace(r.base, sizes={key: 0.0 if math.isnan(n) else n for key, n in r.sizes.items()}) for r in rounded
    )
    entries = tuple(_told(measured, entry, bases, counts) for entry in found)
    entries = tuple(_compared(measured, entries, i) for i in range(len(entries)))
    return Grounds(entries, bases, tuple(r.hidden for r in rounded), minimum, fives=True)


def printed_in_fives(grounds: Grounds, withheld: frozenset[int] = frozenset()) -> list[Printed]:
    """The records for the public, in their order.

    Parameters
    ----------
    withheld
        Positions to hide for another reason.
    """
    percents = {
        i: _percent(entry, grounds.minimum)
        for i, entry in enumerate(grounds.entries)
        if entry.is_share and not math.isnan(entry.value) and not grounds.cell_hidden(entry)
    }
    while True:
        hidden = hidden_entries(grounds, percents, withheld)
        more = left_over(grounds.entries, percents, hidden, grounds.minimum)
        if more <= withheld:
            return as_protected(grounds, percents, hidden)
        withheld |= more


Counts = Mapping[tuple[str, str, str], Mapping[Key, float]]  # series -> cell -> those who have the property, rounded


def _counts(measured: Grounds, at: int, rounded: RoundedBase) -> Counts:
    """The rounded counts behind the shares of a table."""
    told: dict[tuple[str, str, str], dict[Key, float]] = {}
    for entry in measured.entries:
        if _counted(entry) and measured.base(entry) == at:
            told.setdefault(entry.series, {})[entry.group] = entry.numerator
    return {series: rounded_counts(rounded, counts) for series, counts in told.items()}


def _counted(entry: Entry) -> bool:
    """True for a share that is a count of students out of the group."""
    return entry.is_share and not entry.compares and not math.isnan(entry.numerator) and entry.denominator == entry.n


def _told(measured: Grounds, entry: Entry, bases: Sequence[Base], counts: Sequence[Counts]) -> Entry:
    """The record with rounded sizes, and a share of rounded counts."""
    at = measured.base(entry)
    n = bases[at].sizes[entry.group] if at is not None else _shown(entry.n, measured.minimum)
    new = replace(entry, n=n, n_reference=_reference(measured, entry, bases))
    if at is None or not _counted(entry) or not n:
        return new
    having = min(counts[at][entry.series][entry.group], n)
    rounded = replace(new, numerator=having, denominator=n, value=having / n)
    return replace(rounded, std_error=_error_of_rounded(entry, rounded))


def _error_of_rounded(measured: Entry, rounded: Entry) -> float:
    """The error that the share of rounded counts has, as many times that of a simple sample as the measured one.

    Beside a rounded share, the error of the true one would tell how many there truly are.
    """
    was, now = (e.value * (1 - e.value) / e.n for e in (measured, rounded))
    return measured.std_error * math.sqrt(now / was) if was > 0 else math.nan


def _compared(measured: Grounds, told: Sequence[Entry], at: int) -> Entry:
    """A gap or ratio of shares as that of the shares of rounded counts: the true one tells the true counts.

    One that holds something else equal is no difference of these shares, and stays.
    """
    entry, keys = measured.entries[at], measured.references(measured.entries[at])
    places = {e.group: i for i, e in enumerate(measured.entries) if _counted(e) and _of_one(entry, e)}
    if entry.quantity not in ("gap", "ratio") or entry.group not in places or not places.keys() >= {*keys} or not keys:
        return told[at]
    own, others = places[entry.group], [places[key] for key in keys]
    was, now = (_apart(entry.quantity, of[own], [of[i] for i in others]) for of in (measured.entries, told))
    if not abs(was - entry.value) < SAME or math.isnan(now):
        return told[at]
    spread, wide = (_variance(of[own], [of[i] for i in others]) for of in (measured.entries, told))
    wider = math.sqrt(wide / spread) if spread > 0 else math.nan
    low, high = (now + (limit - was) * wider for limit in (entry.low, entry.high))
    return replace(told[at], value=now, std_error=entry.std_error * wider, low=low, high=high)


def _of_one(comparison: Entry, share: Entry) -> bool:
    """Whether a share may be one of those that are compared."""
    return share.at == comparison.at and (share.unit == comparison.unit or comparison.quantity == "ratio")


def _apart(quantity: str, own: Entry, others: Sequence[Entry]) -> float:
    """How far apart two shares are, or how many times as large one is; NaN where nobody is left to compare with."""
    n, having = _together(others)
    if not n or not own.n or (quantity == "ratio" and not having):
        return math.nan
    return own.value - having / n if quantity == "gap" else own.value / (having / n)


def _together(others: Sequence[Entry]) -> tuple[float, float]:
    """How many there are in some groups, and how many of them have the property; without those that are hidden."""
    return math.fsum(e.n for e in others if e.n), math.fsum(e.numerator for e in others if e.n)


def _variance(own: Entry, others: Sequence[Entry]) -> float:
    """That of the difference of two shares, each of a simple sample."""
    n, having = _together(others)
    return own.value * (1 - own.value) / own.n + having / n * (1 - having / n) / n


def _reference(measured: Grounds, entry: Entry, bases: Sequence[Base]) -> float:
    """The size of what a record is compared with, rounded; 0 where it may not be shown."""
    at = measured.base(entry)
    keys = measured.references(entry)
    if at is None or not keys or entry.n_reference < measured.minimum:
        return entry.n_reference if math.isnan(entry.n_reference) else _shown(entry.n_reference, measured.minimum)
    return sum(bases[at].sizes[key] for key in keys)


def _shown(n: float, minimum: int) -> float:
    """A size to the nearest five; 0 where it may not be shown."""
    return fives(n) if n >= minimum else 0.0


def _percent(entry: Entry, minimum: int) -> Percent | None:
    """The share as a whole percentage, coded near the ends; None where all would be."""
    least, whole = minimum if entry.of_rows else 0, nearest(entry.value)
    points = wide_enough(coded_within(entry.n), entry.n, least)
    if points >= HALF:
        return None
    if whole <= points:
        return Percent(points, 1, "<=")
    return Percent(100 - points, 1, ">=") if whole >= 100 - points else Percent(whole, 1, "")
