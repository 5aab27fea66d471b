"""Which further cells to hide so that no hidden size follows from the printed ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from cbe_analysis.measure.estimates import UNKNOWN
from cbe_analysis.protect.cells import Base, Line, Range, fewer, lines, partitions
from cbe_analysis.protect.entries import Key
from cbe_analysis.protect.polytope import TOLERANCE, Bound, Polytope, Weights
from cbe_analysis.protect.reach import Explorer, Goal

UNKNOWN_COSTS = 0.01  # of a known group: nobody asks for the unknown
TIE = 1e-7  # so that of two equal cells always the same is hidden
TRIALS = 10  # dearest hidden cells that are tried again in the end: they are seldom found to be needless


def secured(base: Base, minimum: int) -> frozenset[Key]:
    """The cells to hide: the small ones, and the cheapest others without which these would follow.

    A small cell is protected when its size may be anything from 0 to the minimum, another hidden cell when it may have
    more than one value. The attacker knows what is printed: sizes to their band or ten, and that parts add up.

    Parameters
    ----------
    minimum
        Smallest size that is shown.

    References
    ----------
    Fischetti, M. & Salazar, J. J. (2001), Management Science 47, 1008-1027 (protection levels, the attacker's
    programs). Cox, L. H. (1995), JASA 90, 1453-1462 (flows through tables).
    """
    small = base.small(minimum)
    hidden = set(small)
    while fallen := open_cells(base, hidden, minimum):
        more = _cheapest(base, hidden, minimum, fallen)
        if not more:
            return frozenset(base.sizes)
        hidden |= more
    cost = _costs(base)
    for key in sorted(hidden - small, key=lambda k: -cost[k])[:TRIALS]:
        if not open_cells(base, hidden - {key}, minimum):
            hidden.discard(key)
    return frozenset(hidden)


def protected(low: float, high: float, n: float, minimum: int) -> bool:
    """Whether a hidden cell of size `n` that an outsider places between these is protected."""
    if n < minimum:
        return low <= TOLERANCE and high >= minimum - TOLERANCE
    return high - low >= 1 - TOLERANCE


def size_goals(weights: Weights, n: float, minimum: int) -> list[Goal]:
    """What must stay possible of a hidden cell of size `n`."""
    low, high = (0.0, float(minimum)) if n < minimum else (n - 1, n + 1)
    return [Goal({v: -w for v, w in weights.items()}, -low, False), Goal(weights, high, True)]


def open_cells(base: Base, hidden: Collection[Key], minimum: int) -> dict[Key, Range]:
    """The hidden cells that the printed ones give away, with what an outsider learns of each."""
    if not hidden or len(hidden) == len(base.sizes):
        return {}
    ranges = base.ranges(hidden, minimum)
    known = known_sums(base, ranges)
    explorer = Explorer(sizes_polytope(base, ranges, known))
    summed = {key for line in known for key in (line.total, *line.parts)}
    at = {key: i for i, key in enumerate(base.sizes) if key in hidden and key in summed}
    goals = [(key, goal) for key, i in at.items() for goal in size_goals({i: 1.0}, base.sizes[key], minimum)]
    # Where no small cell may outgrow the minimum, one push brings many there at once; such tables are possible as well.
    level = {key: (0.0, float(minimum)) if base.sizes[key] < minimum else span for key, span in ranges.items()}
    seen = Explorer(sizes_polytope(base, level, known)).look([goal for _, goal in goals])
    doubtful = [pair for pair, unseen in zip(goals, seen.open, strict=True) if unseen]
    failed = explorer.unreached([goal for _, goal in doubtful])
    found = {key: explorer.range({at[key]: 1.0}) for key in dict.fromkeys(doubtful[i][0] for i in failed)}
    return {key: span for key, span in found.items() if not protected(*span, base.sizes[key], minimum)}


def known_sums(base: Base, ranges: Mapping[Key, Range]) -> list[Line]:
    """The totals that an outsider takes for the sum of their parts: all that can hold together, as printed."""
    every = lines(base.sizes)
    for columns in fewer(partitions(every, ranges)):
        chosen = [line for line in every if line.column in columns]
        if Explorer(sizes_polytope(base, ranges, chosen)).feasible():
            return chosen
    return []


def sizes_polytope(base: Base, ranges: Mapping[Key, Range], known: Iterable[Line]) -> Polytope:
    """All tables of sizes that would be printed like this one."""
    at, cap = {key: i for i, key in enumerate(base.sizes)}, ceiling(base)
    sums = [Bound({at[line.total]: -1.0} | {at[part]: 1.0 for part in line.parts}, 0.0, 0.0) for line in known]
    return Polytope([r[0] for r in ranges.values()], [min(r[1], cap) for r in ranges.values()], sums)


def ceiling(base: Base) -> float:
    """A size that no cell of the table comes near to."""
    return 4 * max(base.sizes.values(), default=0) + 1000.0


def _costs(base: Base) -> dict[Key, float]:
    """What hiding a cell costs: its size, next to nothing for an unknown group."""
    return {
        key: (n + 1) * (UNKNOWN_COSTS if UNKNOWN in key else 1.0) * (1 + TIE * place)
        for place, (key, n) in enumerate(base.sizes.items())
    }


def _cheapest(base: Base, hidden: Collection[Key], minimum: int, fallen: Mapping[Key, Range]) -> set[Key]:
    """The cheapest cells whose hiding would give every fallen cell the room it lacks.

    A shown cell may leave its printed range at a price; each fallen cell in turn is pushed to where it must be able to
    go, and the cells that pay are hidden.
    """
    ranges = base.ranges(hidden, minimum)
    at, size, cap, cost = {key: i for i, key in enumerate(base.sizes)}, len(base.sizes), ceiling(base), _costs(base)
    sums = []
    for line in known_sums(base, ranges):
        signs = {line.total: -1.0} | dict.fromkeys(line.parts, 1.0)
        weights = {at[key]: sign for key, sign in signs.items()}
        weights |= {size + at[key]: sign for key, sign in signs.items()}
        weights |= {2 * size + at[key]: -sign for key, sign in signs.items()}
        sums.append(Bound(weights, 0.0, 0.0))
    above = [0.0 if key in hidden else cap for key in base.sizes]
    below = [0.0 if key in hidden else ranges[key][0] for key in base.sizes]
    high = [min(r[1], cap) for r in ranges.values()]
    room = Polytope([r[0] for r in ranges.values()] + [0.0] * 2 * size, high + above + below, sums)
    prices = {i + part * size: cost[key] for key, i in at.items() for part in (1, 2)}
    keys, found = list(base.sizes), set()
    for key, span in fallen.items():
        for wanted in _pushes(span, base.sizes[key], minimum, cap):
            room.bound(at[key], *wanted)
            point = room.least(prices)
            room.bound(at[key], 0.0, cap)
            if point is not None:
                paid = point.x[size : 2 * size] + point.x[2 * size :]
                for i in (paid > TOLERANCE).nonzero()[0].tolist():
                    found.add(keys[i])
                    room.bound(i, 0.0, cap)
                    room.bound(i + size, 0.0, 0.0)
                    room.bound(i + 2 * size, 0.0, 0.0)
    return found


def _pushes(span: Range, n: float, minimum: int, cap: float) -> list[Range]:
    """Where a fallen cell of size `n` must be able to go."""
    low, high = span
    if n >= minimum:
        return [(high + 1, cap)]
    return [(0.0, 0.0)] * (low > TOLERANCE) + [(float(minimum), cap)] * (high < minimum - TOLERANCE)
