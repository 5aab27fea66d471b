"""What an outsider can work out of the hidden sizes of a table, from the printed ones and from what adds up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from cbe_analysis.protect.entries import Key
from cbe_analysis.protect.pattern.cells import Base, Line, Range, fewer, independent, lines, partitions
from cbe_analysis.protect.pattern.polytope import TOLERANCE, Bound, Polytope, Weights
from cbe_analysis.protect.pattern.reach import Explorer, Goal, between


def protected(low: float, high: float, n: float, minimum: int) -> bool:
    """Whether a hidden cell of size `n` that an outsider places between these is protected."""
    if n < minimum:
        return low <= TOLERANCE and high >= minimum - TOLERANCE
    return high - low >= 1 - TOLERANCE


def size_goals(weights: Weights, n: float, minimum: int) -> list[Goal]:
    """What must stay possible of a hidden cell of size `n`."""
    return between(weights, *((0.0, float(minimum)) if n < minimum else (n - 1, n + 1)))


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
        chosen = independent([line for line in every if line.column in columns], base.sizes)
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
