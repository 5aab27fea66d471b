"""How sure a difference of shares is, told by what is printed of it and by nothing else.

A p-value of shares is made of counts and sizes: to two decimals it tells how many there are, in the groups that are
shown and in one that is hidden. So does which method there were enough students for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from cbe_analysis.measure.comparisons import RARE
from cbe_analysis.methods.standardized import Z95
from cbe_analysis.protect.entries import Entry
from cbe_analysis.protect.grounds import Grounds
from cbe_analysis.protect.percents import FIVES, SLACK, Percent, nearest
from cbe_analysis.protect.sizes import Size

UNTOLD = "few students with or without: no interval, no test"
OFF = 4  # counts and sizes in fives are those of up to so many more or fewer who have not


def p_of_limits(value: float, low: float, high: float) -> float:
    """The p-value that a printed difference and its printed limits have: below .05 where they leave out zero."""
    reach = value - low if value > 0 else high - value
    if value == 0 or math.isnan(reach):
        return 1.0 if value == 0 else math.nan
    return math.erfc(abs(value) / reach * Z95 / math.sqrt(2)) if reach > 0 else 0.0


def in_doubt(grounds: Grounds, entry: Entry, own: Iterable[tuple[Entry, Percent]]) -> bool:
    """True where what is printed leaves open whether a side of a gap or ratio has too few with, or without, for a test.

    Parameters
    ----------
    own
        The shares of the group itself, with how they are printed.
    """
    told = [(share, percent) for share, percent in own if share.quantity == "share"]
    if not told or math.isnan(entry.n_reference) or math.isnan(entry.value):
        return False
    share, percent = told[0]
    against = _against(entry, share)
    sides = (
        _rarer(percent, grounds.size(share.n), grounds.fives),
        _rarer(against, grounds.size(max(entry.n_reference, grounds.minimum)), grounds.fives),
    )
    surely_few = any(most < RARE for _, most in sides)
    return not surely_few and any(least < RARE for least, _ in sides)


def _against(entry: Entry, share: Entry) -> Percent:
    """What the group is compared with, to the nearest five percent."""
    value = share.value - entry.value if entry.quantity == "gap" else share.value / entry.value if entry.value else 0.0
    return Percent(nearest(min(max(value, 0.0), 1.0), FIVES), FIVES, "")


def _rarer(percent: Percent, size: Size, fives: bool) -> tuple[float, float]:
    """How few, and how many, may have the property or lack it, whichever are fewer."""
    found: list[int] = []
    for n in range(size.low, size.high + 1):
        first, last = math.ceil(percent.low * n - SLACK), math.floor(percent.high * n + SLACK)
        middle = min(max(n // 2, first), last)
        found += [min(y, n - y) for y in (first, middle, last) if first <= last]
    off = OFF if fives else 0
    return min(found, default=0) - off, max(found, default=0) + off
