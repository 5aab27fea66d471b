"""Shares that make up a whole: the last one follows from the others."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from cbe_analysis.protect.entries import Entry, Key
from cbe_analysis.protect.percents import Percent
from cbe_analysis.protect.sizes import public_size

Whole = tuple[str, Key]  # what the shares are of ("gender"), and whose they are


def left_over(
    entries: Sequence[Entry], percents: Mapping[int, Percent | None], hidden: Collection[int], minimum: int
) -> frozenset[int]:
    """Positions of shares to hide so that a coded share is not what the others leave over of 100 %.

    Shares whose `at` reads "factor=value" are those of the values of one factor.
    """
    wholes: dict[Whole, list[int]] = {}
    for i in percents:
        factor, named, _ = entries[i].at.partition("=")
        if named:
            wholes.setdefault((factor, entries[i].group), []).append(i)
    found: set[int] = set()
    for parts in wholes.values():
        shown = {i: p for i in parts if i not in hidden and (p := percents[i])}
        while shown and _tells(entries, shown, len(parts) - len(shown), minimum):
            found.add(smallest := min(shown, key=lambda i: (bool(shown[i].code), shown[i].value, i)))
            del shown[smallest]
    return frozenset(found)


def _tells(entries: Sequence[Entry], shown: Mapping[int, Percent], gone: int, minimum: int) -> bool:
    """Whether a coded share is known better than its code says."""
    low, high = sum(p.low for p in shown.values()), sum(p.high for p in shown.values()) + gone
    if low > 1 or high < 1:
        return False  # they are no parts of one whole
    for i, percent in shown.items():
        if percent.code == "<=":
            fewest = public_size(entries[i].n, minimum).low
            unsure = max(1, min(minimum, math.floor(percent.value * fewest / 100)))
            if 1 - (high - percent.high) > 0 or (1 - (low - percent.low)) * fewest < unsure:
                return True
    return False
