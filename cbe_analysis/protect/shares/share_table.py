"""One series of shares as it is printed: sizes, percentages, and what gaps and ratios say of the other side."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from cbe_analysis.protect.entries import Key, Series
from cbe_analysis.protect.grounds import Carried, Grounds
from cbe_analysis.protect.pattern.cells import Base, Range
from cbe_analysis.protect.percents import Percent
from cbe_analysis.protect.printing import printed_step
from cbe_analysis.protect.rounding import to_step


@dataclass(frozen=True, slots=True)
class Against:
    """A printed gap or ratio: what it says of the other side.

    Parameters
    ----------
    group
        Whose gap it is.
    reference
        The group that it is taken against; None for all others that are split alike.
    low, high
        Range of the share of the other side.
    """

    group: Key
    reference: Key | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ShareTable:
    """What is printed of one series of shares.

    Parameters
    ----------
    ranges
        Cell -> range of how many count in it: of its size, or of that of several years.
    places
        Cell -> position of its record.
    percents
        Cell -> its share as printed; a cell with a record and no percentage is hidden.
    comparisons
        Position of a printed gap or ratio -> what it says of the other side.
    supposed
        True where sizes are taken to be those that officials published.
    """

    base: Base
    ranges: Mapping[Key, Range]
    places: Mapping[Key, int]
    percents: Mapping[Key, Percent]
    comparisons: Mapping[int, Against]
    supposed: bool = False
    times: int = 1


def share_tables(
    grounds: Grounds, series: Series, percents: Mapping[int, Percent | None], hidden: Collection[int]
) -> Iterator[ShareTable]:
    """The tables of a series: one for each population that it is told of."""
    own = [i for i in percents if grounds.entries[i].series == series]
    for at, base in enumerate(grounds.bases):
        if series in base.series:
            places = {e.group: i for i in own if base.sizes.get((e := grounds.entries[i]).group) == e.n}
            shown = {key: percents[i] for key, i in places.items() if i not in hidden}
            comparisons = dict(_comparisons(grounds, places, percents, hidden))
            sizes, told = base.ranges(grounds.hidden[at], grounds.minimum), {k: p for k, p in shown.items() if p}
            ranges = {key: (low, high * grounds.times) for key, (low, high) in sizes.items()}
            yield ShareTable(base, ranges, places, told, comparisons, times=grounds.times)


def _comparisons(
    grounds: Grounds, places: Mapping[Key, int], percents: Mapping[int, Percent | None], hidden: Collection[int]
) -> Iterator[tuple[int, Against]]:
    carried = Carried.of(grounds.entries)
    for i, entry in enumerate(grounds.entries):
        own = places.get(entry.group, -1)
        percent = percents.get(own)
        if i in hidden or percent is None or entry.quantity not in ("gap", "ratio") or math.isnan(entry.value):
            continue
        if own in carried.behind(entry, entry.group):
            step = printed_step(entry, carried, percents)
            value = to_step(entry.value, step)
            span = _against(entry.quantity, percent, value - step / 2, value + step / 2)
            named = () if entry.reference == "others" else grounds.references(entry)
            if named or entry.reference == "others":
                yield i, Against(entry.group, named[0] if named else None, *span)


def _against(quantity: str, own: Percent, low: float, high: float) -> Range:
    """The range of the share that a gap or a ratio is taken against."""
    if quantity == "gap":
        return max(own.low - high, 0.0), min(own.high - low, 1.0)
    return (own.low / high if high > 0 else 0.0), (min(own.high / low, 1.0) if low > 0 else 1.0)
