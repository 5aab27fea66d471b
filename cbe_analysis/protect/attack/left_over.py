"""The groups that selections leave over: what one release is about less what others are, however many it takes."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import product

from cbe_analysis.protect.attack.groups import OTHER, Group, Levels
from cbe_analysis.protect.attack.reading import Interval

FEW = 12  # selections that are taken apart in every way; of more, each is taken from another, and as many as go
ROUNDS = 3
MOST = 4_000  # groups of which this is asked
Selections = Mapping[frozenset[str], Interval]


def along(
    sizes: Mapping[Group, Interval], column: str, every: frozenset[str]
) -> dict[Group, dict[frozenset[str], Interval]]:
    """Groups that differ in one column alone: what they have in common -> levels in that column -> size."""
    found: dict[Group, dict[frozenset[str], Interval]] = {}
    for group, size in sizes.items():
        found.setdefault(group.without(column), {})[dict(group.limits).get(column, every)] = size
    return found


def exact(size: Interval) -> float:
    """The size where it is known; NaN elsewhere."""
    return size[0] if size[0] == size[1] else math.nan


def left_over(sizes: Mapping[Group, Interval], columns: Collection[str], levels: Levels) -> dict[Group, Interval]:
    """The groups that follow by subtraction from those of known size, in one column after another, with their size.

    Parameters
    ----------
    columns
        What releases select by.
    """
    found: dict[Group, Interval] = {}
    for column in (*sorted(columns), *sorted(columns)[:-1]):
        every, known = frozenset(levels.seen[column]), {**found, **sizes}
        if len(known) > MOST:
            return found
        for base, told in along(known, column, every).items():
            for of, size in _less(told, every):
                group = base.limited(column, of)
                if group not in known:
                    found[group] = size
    return found


def _less(told: Selections, every: frozenset[str]) -> Iterator[tuple[frozenset[str], Interval]]:
    """The levels that selections of one column leave over of others, with how many have them."""
    known = dict(told)
    for _ in range(ROUNDS if len(told) <= FEW else 1):
        new = {of: size for of, size in _once(known) if of not in known and of != every}
        if not new or len(known) > 4 * FEW > 4 * len(told):
            break
        known |= new
    for of, size in known.items():
        the_same = (part for part in known if part < of and known[part] == size and size[0] == size[1])
        if of not in told and not any(all(level.startswith(OTHER) for level in of - part) for part in the_same):
            yield of, size


def _once(told: Selections) -> Iterator[tuple[frozenset[str], Interval]]:
    """What is left over of each selection by another one, and by as many as have no level in common."""
    inside = _Inside(told)
    for part, whole in product(told, told):
        if part < whole:
            yield whole - part, _without(told[whole], [told[part]])
            parts = inside.beside(part, whole)
            if len(parts) > 1 and (rest := whole.difference(*parts)):
                yield rest, _without(told[whole], [told[of] for of in parts])


class _Inside:
    """The selections within each other, as sets of bits: there are many pairs, and many to put beside each."""

    def __init__(self, told: Selections) -> None:
        widest = sorted(told, key=lambda of: (-len(of), sorted(of)))
        bit = {level: 1 << i for i, level in enumerate(sorted(frozenset().union(*told)))}
        self._bits = {of: sum(bit[level] for level in of) for of in told}
        ordered = [(self._bits[of], of) for of in widest]
        self._parts = {
            whole: [(own, of) for own, of in ordered if own & ~bits == 0 and own != bits]
            for whole, bits in self._bits.items()
        }

    def beside(self, first: frozenset[str], whole: frozenset[str]) -> list[frozenset[str]]:
        """A part of a selection with others that share no level with it nor with each other, the widest first."""
        found, free = [first], self._bits[whole] & ~self._bits[first]
        for own, of in self._parts[whole]:
            if not own & ~free:
                found.append(of)
                free &= ~own
                if not free:
                    break
        return found


def _without(whole: Interval, parts: Iterable[Interval]) -> Interval:
    """How many are left of so many."""
    told = list(parts)
    return max(whole[0] - sum(high for _, high in told), 0.0), max(whole[1] - sum(low for low, _ in told), 0.0)
