"""What else to hide where the attack on a whole release finds something out: it reckons with more than the protector.

The attack knows that students are whole numbers, that each of a group knows of themselves, and of which students who
count several times a part is told.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

from cbe_analysis.measure.estimates import ALL
from cbe_analysis.protect.entries import Entry, Key, pattern_of
from cbe_analysis.protect.printing import Printed

ROUNDS = 12  # attacks at most; from the last but three on, all that is split alike is hidden
WIDE = ROUNDS - 3


def covering(entries: Sequence[Entry], printed: Sequence[Printed], fallen: Collection[Key], turn: int) -> set[int]:
    """Positions of the records to hide: for each fallen group the comparisons near it, then the cheapest neighbour.

    Parameters
    ----------
    turn
        How often something was hidden before.
    """
    shown = [i for i, p in enumerate(printed) if not p.hidden and not math.isnan(entries[i].value)]
    found: set[int] = set()
    for key in sorted(fallen):
        near = [i for i in shown if _near(entries[i].group, key)]
        if turn >= WIDE:
            found |= {i for i in shown if pattern_of(entries[i].group) == pattern_of(key)} or set(near)
        elif found.isdisjoint(near):
            found |= set(_cheapest(entries, near, key))
    return found


def _cheapest(entries: Sequence[Entry], near: Sequence[int], key: Key) -> Iterator[int]:
    """Of the records near a group the comparisons; where there are none, its own; else those of the smallest group."""
    compared = [i for i in near if entries[i].compares]
    if compared or not near:
        yield from compared
        return
    own = [i for i in near if entries[i].group == key]
    if own:
        yield from own
        return
    smallest = entries[min(near, key=lambda i: (entries[i].n, entries[i].group))].group
    yield from (i for i in near if entries[i].group == smallest)


def _near(one: Key, other: Key) -> bool:
    """True for groups that stand in one sum: they differ in one column alone."""
    return sum(a != b for a, b in zip(one, other, strict=True)) <= 1 and (one == other or one != (ALL,) * len(one))
