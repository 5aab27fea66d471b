"""Tables of group sizes: which cells count the same people, and which cells add up to which."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from cbe_analysis.measure.estimates import ALL
from cbe_analysis.protect.entries import Entry, Key, Series, level_place, pattern_of
from cbe_analysis.protect.sizes import public_size

ARM = "arm"
Range = tuple[float, float]  # smallest and largest value that an outsider must reckon with
Split = tuple[bool, ...]  # which columns a cell is split by


@dataclass(frozen=True, slots=True)
class Base:
    """Cells that count the same people.

    Parameters
    ----------
    sizes
        Cell -> students, in a fixed order.
    series
        What is said of these people.
    columns
        Names of the columns of the keys; the arm is the last.
    places
        The columns of these that say where, not who: which of their values go together is no secret.
    alike
        How cells are split -> the cells that have someone in them: what a cell may be compared with.
    """

    sizes: Mapping[Key, float]
    series: frozenset[Series]
    columns: tuple[str, ...] = ()
    places: frozenset[str] = frozenset()
    alike: Mapping[Split, tuple[Key, ...]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        found: dict[Split, list[Key]] = {}
        for key, n in self.sizes.items():
            if n > 0:
                found.setdefault(pattern_of(key), []).append(key)
        object.__setattr__(self, "alike", {pattern: tuple(keys) for pattern, keys in found.items()})

    def small(self, minimum: int) -> frozenset[Key]:
        """The cells that are hidden for their own sake."""
        return frozenset(key for key, n in self.sizes.items() if n < minimum)

    def rough(self, minimum: int) -> frozenset[Split]:
        """How cells are split among which one is small: the sizes of the others are told roughly."""
        return frozenset(map(pattern_of, self.small(minimum)))

    def ranges(self, hidden: Collection[Key], minimum: int) -> dict[Key, Range]:
        """What the printed sizes leave open, cell by cell: they are rough beside a small cell."""
        rough, found = self.rough(minimum), dict[Key, Range]()
        for key, n in self.sizes.items():
            size = None if key in hidden else public_size(n, minimum, rough=pattern_of(key) in rough)
            found[key] = (size.low, size.high) if size else (0.0, math.inf)
        return found


@dataclass(frozen=True, slots=True)
class Line:
    """A total and its parts along one column.

    Parameters
    ----------
    column
        Position of the column in the keys.
    """

    column: int
    total: Key
    parts: tuple[Key, ...]

    def adds_up(self, ranges: Mapping[Key, Range]) -> bool:
        """Whether the parts may be all of the total, by what is printed."""
        low, high = (sum(ranges[part][end] for part in self.parts) for end in (0, 1))
        return low <= ranges[self.total][1] and high >= ranges[self.total][0]


def bases(found: Iterable[Entry], by: tuple[str, ...] = (), places: frozenset[str] = frozenset()) -> tuple[Base, ...]:
    """The tables of sizes behind the records: series whose sizes agree wherever they meet count the same people.

    Parameters
    ----------
    by, places
        The group columns, and those of them that say where.
    """
    sizes: dict[Series, list[dict[Key, float]]] = {}
    for entry in found:
        if not math.isnan(entry.n) and not entry.difference:
            _place(sizes.setdefault(entry.series, []), entry)
    tables = [(series, table) for series, variants in sizes.items() for table in variants]
    merged: list[tuple[dict[Key, float], set[Series]]] = []
    for series, table in sorted(tables, key=lambda t: (-len(t[1]), t[0], sorted(t[1].items()))):
        for known, names in merged:
            if all(known[key] == n for key, n in table.items() if key in known):
                known.update(table)
                names.add(series)
                break
        else:
            merged.append((dict(table), {series}))
    columns = (*by, ARM)
    return tuple(
        Base(dict(sorted(known.items(), key=_order)), frozenset(names), columns, places) for known, names in merged
    )


def _place(variants: list[dict[Key, float]], entry: Entry) -> None:
    """Put a size where it contradicts nothing: a series may tell two sizes of one group."""
    for table in variants:
        if table.setdefault(entry.group, entry.n) == entry.n:
            return
    variants.append({entry.group: entry.n})


def _order(item: tuple[Key, float]) -> tuple[tuple[int, float, str], ...]:
    return tuple(map(level_place, item[0]))


def lines(cells: Collection[Key]) -> tuple[Line, ...]:
    """Every total that has parts among the cells."""
    parts: dict[tuple[int, Key], list[Key]] = {}
    for key in cells:
        for column, level in enumerate(key):
            total = (*key[:column], ALL, *key[column + 1 :])
            if level != ALL and total in cells:
                parts.setdefault((column, total), []).append(key)
    return tuple(Line(column, total, tuple(found)) for (column, total), found in parts.items())


def independent(along: Collection[Line], cells: Collection[Key]) -> list[Line]:
    """As few of the lines as say the same: one for each total, where every cell is the sum of the finest ones."""
    columns = {line.column for line in along}
    summed = {(line.column, line.total) for line in along}
    for key in cells:
        for column in columns:
            whole = (*key[:column], ALL, *key[column + 1 :])
            if (column, whole) not in summed:
                return list(along)  # a margin is not told of: the lines may say different things
    first: dict[Key, Line] = {}
    for line in sorted(along, key=lambda of: of.column):
        first.setdefault(line.total, line)
    return list(first.values())


def partitions(along: Iterable[Line], ranges: Mapping[Key, Range]) -> tuple[int, ...]:
    """The columns whose groups seem to share out the whole, by what is printed.

    A column is left out when one of its totals cannot be the sum of its parts: people then count in several groups (two
    school years) or in none.
    """
    adding = {line.column: True for line in along}
    for line in along:
        adding[line.column] &= line.adds_up(ranges)
    return tuple(column for column, adds in sorted(adding.items()) if adds)


def fewer(columns: tuple[int, ...]) -> Iterable[tuple[int, ...]]:
    """All of the columns, then ever fewer of them."""
    for size in range(len(columns), -1, -1):
        yield from combinations(columns, size)
