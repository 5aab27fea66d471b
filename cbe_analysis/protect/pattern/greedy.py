"""Which cells of one table to hide, not much dearer than need be: each fallen cell takes the cheapest way out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cbe_analysis.measure.estimates import UNKNOWN
from cbe_analysis.protect.entries import Key
from cbe_analysis.protect.pattern.cells import Base, Range
from cbe_analysis.protect.pattern.complement import ceiling, known_sums, open_cells
from cbe_analysis.protect.pattern.polytope import TOLERANCE, Bound, Polytope

UNKNOWN_COSTS = 0.01  # of a known group: nobody asks for the unknown
TIE = 1e-3  # of two equal cells the first is hidden: the last costs so much more
Prices = Mapping[Key, float]
TRIALS = 10  # dearest hidden cells that are tried again in the end: they are seldom found to be needless


def costs(base: Base) -> dict[Key, float]:
    """What hiding a cell costs: its size, next to nothing for an unknown group."""
    return {
        key: (n + 1) * (UNKNOWN_COSTS if UNKNOWN in key else 1.0) * (1 + TIE * place / len(base.sizes))
        for place, (key, n) in enumerate(base.sizes.items())
    }


def cheap(base: Base, hidden: Collection[Key], prices: Prices, minimum: int) -> frozenset[Key] | None:
    """A pattern that protects, not much dearer than the cheapest; None where no hiding of these cells protects.

    Parameters
    ----------
    hidden
        The cells that are hidden in any case.
    prices
        What it costs to hide a further cell; the others may not be hidden.
    """
    found = set(hidden)
    while fallen := open_cells(base, found, minimum):
        more = _paying(base, found, prices, minimum, fallen)
        if not more:
            return None
        found |= more
    return frozenset(found)


def spared(base: Base, pattern: frozenset[Key], prices: Prices, minimum: int) -> frozenset[Key]:
    """The pattern without those of the cells, the dearest first, that need not be hidden."""
    for key in sorted(pattern & prices.keys(), key=lambda k: (-prices[k], k))[:TRIALS]:
        if not open_cells(base, pattern - {key}, minimum):
            pattern -= {key}
    return pattern


def _paying(base: Base, hidden: Collection[Key], prices: Prices, minimum: int, fallen: Mapping[Key, Range]) -> set[Key]:
    """The cheapest cells whose hiding would give every fallen cell the room it lacks.

    A shown cell may leave its printed range at a price; each fallen cell in turn is pushed to where it must be able to
    go, and the cells that pay are hidden.

    References
    ----------
    Cox, L. H. (1995), JASA 90, 1453-1462 (flows through tables).
    """
    at, size, cap = {key: i for i, key in enumerate(base.sizes)}, len(base.sizes), ceiling(base)
    room, keys, found = _room(base, hidden, prices, minimum), list(base.sizes), set()
    pay = {at[key] + part * size: price for key, price in prices.items() if key not in hidden for part in (1, 2)}
    for key, span in fallen.items():
        own = (0.0, cap) if key in hidden else base.ranges(hidden, minimum)[key]
        for wanted in _pushes(span, base.sizes[key], minimum, cap):
            room.bound(at[key], *wanted)
            point = room.least(pay)
            room.bound(at[key], *own)
            if point is None:
                continue
            paid = point.x[size : 2 * size] + point.x[2 * size :]
            for i in (paid > TOLERANCE).nonzero()[0].tolist():
                found.add(keys[i])
                room.bound(i, 0.0, cap)
                room.bound(i + size, 0.0, 0.0)
                room.bound(i + 2 * size, 0.0, 0.0)
    return found


def _room(base: Base, hidden: Collection[Key], free: Collection[Key], minimum: int) -> Polytope:
    """The table with, for every cell, how far it lies above and below its printed range; only free cells may."""
    ranges, cap, size = base.ranges(hidden, minimum), ceiling(base), len(base.sizes)
    at = {key: i for i, key in enumerate(base.sizes)}
    sums = []
    for line in known_sums(base, ranges):
        signs = {line.total: -1.0} | dict.fromkeys(line.parts, 1.0)
        weights = {at[key]: sign for key, sign in signs.items()}
        weights |= {size + at[key]: sign for key, sign in signs.items()}
        weights |= {2 * size + at[key]: -sign for key, sign in signs.items()}
        sums.append(Bound(weights, 0.0, 0.0))
    open_ = [key in free and key not in hidden for key in base.sizes]
    above = [cap if may else 0.0 for may in open_]
    below = [r[0] if may else 0.0 for may, r in zip(open_, ranges.values(), strict=True)]
    high = [min(r[1], cap) for r in ranges.values()]
    return Polytope([r[0] for r in ranges.values()] + [0.0] * 2 * size, high + above + below, sums)


def _pushes(span: Range, n: float, minimum: int, cap: float) -> list[Range]:
    """Where a fallen cell of size `n` must be able to go."""
    low, high = span
    if n >= minimum:
        return [(high + 1, cap)]
    return [(0.0, 0.0)] * (low > TOLERANCE) + [(float(minimum), cap)] * (high < minimum - TOLERANCE)
