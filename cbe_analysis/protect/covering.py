"""What else to hide where the attack on a whole release finds something out: it reckons with more than the protector.

The attack knows that students are whole numbers, that each of a group knows of themselves, and of which students who
count several times a part is told.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from cbe_analysis.measure.estimates import ALL
from cbe_analysis.protect.entries import Entry, Key, Series, pattern_of
from cbe_analysis.protect.printing import Printed

ROUNDS = 16  # attacks at most
WIDE = 9  # after so many, all that is split alike is hidden
WIDEST = ROUNDS - 3  # after so many, all that is split at all, and then everything
Rows = Collection[tuple[Key, bool]]  # groups that give one away, and whether comparisons do
Relief = Collection[
    tuple[Key, bool, Series | tuple[()]]
]  # rows that are enough together, and what is told in them, if not all
Proofs = Mapping[
    Key, tuple[Rows, Collection[Series], Relief]
]  # group -> what gives it away, who is told of, and relief


def covering(entries: Sequence[Entry], printed: Sequence[Printed], fallen: Proofs, turn: int) -> set[int]:
    """Positions of the records to hide: for each fallen group what is enough, else the cheapest of its proof.

    What is told of other people, as the mean of those who have a score beside the share of all, is left as it is.

    Parameters
    ----------
    turn
        How often something was hidden before.
    """
    shown = [i for i, p in enumerate(printed) if not p.hidden and not math.isnan(entries[i].value)]
    found: set[int] = set()
    for key, (rows, series, relief) in sorted(fallen.items(), key=lambda one: one[0]):
        same = [i for i in shown if entries[i].series in series] or shown
        enough = [i for i in same if _split(entries[i].group) and _relieves(entries[i], relief)]
        found |= set(enough)
        if enough and not rows and turn < WIDE:
            continue
        proof = [i for i in same if _split(entries[i].group) and _rests(entries[i], rows)]
        own = [i for i in same if entries[i].group == key]
        if turn >= WIDE:
            found |= _wide(entries, shown, key if turn < WIDEST else ())
        elif found.isdisjoint((*proof, *own)):
            near = proof or [i for i in same if _near(entries[i].group, key)]
            found |= set(_cheapest(entries, near, own)) or _wide(entries, shown, key)
    return found


def _rests(entry: Entry, rows: Rows) -> bool:
    """Whether a record is among the rows that give something away."""
    return (entry.group, entry.compares) in rows


def _relieves(entry: Entry, relief: Relief) -> bool:
    """Whether a record is among the rows that are enough."""
    own = entry.group, entry.compares
    return (*own, entry.series) in relief or (*own, ()) in relief


def _cheapest(entries: Sequence[Entry], near: Sequence[int], own: Sequence[int]) -> Iterator[int]:
    """Of some records the comparisons; where there are none, a group's own; else those of the smallest group."""
    compared = [i for i in near if entries[i].compares]
    if compared or own or not near:
        yield from compared or own
        return
    smallest = entries[min(near, key=lambda i: (entries[i].n, entries[i].group))].group
    yield from (i for i in near if entries[i].group == smallest)


def _wide(entries: Sequence[Entry], shown: Sequence[int], key: Key) -> set[int]:
    """All that is split like a group; where nothing of that is shown, all that is split at all, else everything."""
    alike = {i for i in shown if pattern_of(entries[i].group) == pattern_of(key)}
    return alike or {i for i in shown if _split(entries[i].group)} or set(shown)


def _split(key: Key) -> bool:
    """False for everyone."""
    return any(pattern_of(key))


def _near(one: Key, other: Key) -> bool:
    """True for groups that stand in one sum: they differ in one column alone."""
    return sum(a != b for a, b in zip(one, other, strict=True)) <= 1 and (one == other or one != (ALL,) * len(one))
