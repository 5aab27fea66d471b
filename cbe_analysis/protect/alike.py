"""Groups whose members all have the same value, and what must be hidden with them so that it is not left over.

The mean of such a group is the value of every member. It could be worked out from the whole and the other groups, for
the size of the group is no secret: so enough of the other groups are hidden that they weigh as much as it does, and
where they do not, the whole is hidden too. Crossed groups are hidden together.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from cbe_analysis.indicators.alike import ALIKE, NOISE, TWO_VALUES
from cbe_analysis.measure.estimates import ALL
from cbe_analysis.protect.entries import Entry, Key, pattern_of

CENTRAL = ("mean", "median", "percentile", "slope", "intercept")  # lie among the values of the members
SPREADLESS = ("count", "attrition", "probability", "index", "ratio")  # no error of their own is expected
RESTING = {  # what is made of it, by how it begins
    "slope": ("sd_", "cor_", "probability"),
    "mean": ("probability",),
    "effect": ("index", "probability"),
}


def alike(entry: Entry) -> bool:
    """True when all of the group have the value or nearly all, or nothing was measured of how far they lie apart."""
    if entry.is_share or entry.quantity in SPREADLESS or math.isnan(entry.value):
        return False
    unmeasured = entry.quantity in ("slope", "intercept") and math.isnan(entry.std_error)
    return (
        unmeasured
        or ALIKE in entry.note
        or TWO_VALUES in entry.note
        or entry.std_error <= NOISE * max(1.0, abs(entry.value))
    )


def covered(entries: Sequence[Entry], minimum: int) -> set[int]:
    """Positions of the records to hide because of the groups that are alike, those of these groups among them."""
    found = {i for i, e in enumerate(entries) if alike(e)}
    for series in sorted({entries[i].series for i in found if entries[i].quantity in CENTRAL}):
        places = {e.group: i for i, e in enumerate(entries) if e.series == series and not e.compares}
        sizes = {key: entries[i].n for key, i in places.items()}
        given = {key for key, i in places.items() if i in found and sizes[key] >= minimum}
        found |= {places[key] for key in _with_cover(sizes, given)}
    return found


def resting(entries: Sequence[Entry], found: Collection[int]) -> set[int]:
    """The records that are made of hidden ones: spreads of a hidden line, chances of a hidden effect or mean."""
    gone = {(entries[i].quantity, entries[i].group) for i in found if not entries[i].compares}
    return {
        i
        for i, e in enumerate(entries)
        for source, names in RESTING.items()
        if (source, e.group) in gone and e.quantity.startswith(names)
    }


def _with_cover(sizes: Mapping[Key, float], given: Iterable[Key]) -> set[Key]:
    """The given groups, and those that are hidden with them."""
    hidden, waiting = set(given), sorted(given)
    while waiting:
        key = waiting.pop()
        for other in sorted(_neighbours(sizes, key, hidden)):
            if _within(key, other):  # most of it is alike: its own value says as much
                waiting.append(other)
            hidden.add(other)
    return hidden


def _neighbours(sizes: Mapping[Key, float], key: Key, hidden: Collection[Key]) -> set[Key]:
    """The groups that would give a group away."""
    own = pattern_of(key)
    found: set[Key] = set()
    for other in sizes:
        pattern = pattern_of(other)
        finer = pattern != own and all(b >= a for a, b in zip(own, pattern, strict=True))
        crossed = pattern == own and sum(own) > 1
        mostly = _within(key, other) and 2 * sizes[key] > sizes[other]
        if finer or crossed or mostly:
            found.add(other)
    return {k for k in found if k not in hidden} | (_cover(sizes, key, hidden) if sum(own) == 1 else set())


def _within(key: Key, other: Key) -> bool:
    """True when a group is part of another, larger one."""
    return key != other and all(b in (ALL, a) for a, b in zip(key, other, strict=True))


def _cover(sizes: Mapping[Key, float], key: Key, hidden: Collection[Key]) -> set[Key]:
    """The fewest groups beside a group that weigh as much as it does, together with those that are hidden already."""
    beside = [k for k in sizes if pattern_of(k) == pattern_of(key) and k != key]
    wanted = sizes[key] - sum(sizes[k] for k in beside if k in hidden)
    free = sorted((k for k in beside if k not in hidden), key=lambda k: (sizes[k], k))
    chosen: set[Key] = set()
    while wanted > 0 and free:
        enough = next((k for k in free if sizes[k] >= wanted), free[-1])
        free.remove(enough)
        chosen.add(enough)
        wanted -= sizes[enough]
    return chosen
