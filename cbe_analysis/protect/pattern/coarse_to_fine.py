"""Which sizes of a release are hidden: coarse tables first, each from itself alone, so that every notebook hides alike.

The cells of a release are split by some of its columns. All that are split by the same columns are a shape: the whole,
the groups of one factor, the groups of two factors crossed. A shape is decided when all coarser ones are, and takes
what they show and hide as given; nothing finer or beside it has a say. So race is shown in the same way whether it is
asked for alone, crossed with gender, or crossed with the school.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cbe_analysis.measure.estimates import ALL
from cbe_analysis.protect.entries import Key, level_place
from cbe_analysis.protect.pattern.cells import Base
from cbe_analysis.protect.pattern.complement import open_cells
from cbe_analysis.protect.pattern.cutting import cheapest
from cbe_analysis.protect.pattern.greedy import costs

Columns = tuple[str, ...]  # by which the cells of a shape are split, in alphabetical order
PREMIUM = 100.0  # on hiding more of a coarser table than where it is asked for alone


@dataclass(frozen=True, slots=True)
class Pattern:
    """The cells of a table to hide.

    Parameters
    ----------
    parted
        Columns of coarser tables in which more is hidden here than where they are asked for alone.
    """

    hidden: frozenset[Key]
    parted: frozenset[Columns] = frozenset()


def secured(base: Base, minimum: int) -> Pattern:
    """The small cells, and others without which these would follow.

    A small cell is protected when its size may be anything from 0 to the minimum, another hidden cell when it may have
    more than one value. The attacker knows what is printed: sizes to their band or ten, and that parts add up.

    Where what is shown of coarser tables tells too much of a crossed one, whatever is hidden in that, more of the
    coarser ones is hidden as well: as little as possible, and the finest first.

    Parameters
    ----------
    minimum
        Smallest size that is shown.
    """
    hidden: set[Key] = set()
    parted: set[Columns] = set()
    for step, coarser in _steps(base):
        view = View(base, step.columns)
        more = _decided(view, step, coarser, hidden, minimum) - hidden
        parted |= {other.columns for other in coarser if more & other.cells}
        hidden |= more
    return Pattern(frozenset(hidden), frozenset(parted))


def _decided(view: View, step: Step, coarser: Sequence[Step], hidden: set[Key], minimum: int) -> set[Key]:
    """The cells to hide in a step, given what is hidden already; those of coarser steps where nothing else helps."""
    cost, own = costs(view.base), view.seen(step.cells)
    small = {key for key in own if view.base.sizes[key] < minimum}
    given = view.seen(hidden) | small
    prices = {key: cost[key] for key in own - small}
    for width in range(len(step.columns), -2, -1):
        found = cheapest(view.base, given, prices, minimum) if given else frozenset()
        if found is not None:
            return view.cells(found)
        wider = {key for other in coarser if len(other.columns) == width for key in view.seen(other.cells)}
        prices |= {key: PREMIUM * cost[key] for key in wider - given - prices.keys()}
    return view.cells(view.base.sizes)


def reopened(base: Base, hidden: Iterable[Key], minimum: int) -> frozenset[Key] | None:
    """The cells to hide where those that are hidden would follow after all; None where they do not.

    So it may be when shares are hidden for their own sake, with their sizes: groups then seem to share out a whole that
    they do not, and an outsider reckons with it.
    """
    view = View(base, tuple(sorted(base.columns)))
    given = view.seen(hidden)
    if not open_cells(view.base, given, minimum):
        return None
    cost = costs(view.base)
    found = cheapest(view.base, given, {key: cost[key] for key in cost if key not in given}, minimum)
    return frozenset(view.cells(view.base.sizes if found is None else found))


@dataclass(frozen=True, slots=True)
class Step:
    """Cells that are decided together.

    Parameters
    ----------
    columns
        Those that the cells are split by, with those that these belong to: a school tells its kind.
    """

    columns: Columns
    cells: frozenset[Key]


class View:
    """A table as it looks when it is asked for by some of its columns alone, in alphabetical order.

    Attributes
    ----------
    base
        The cells that are split by these columns, or by fewer of them.
    """

    def __init__(self, table: Base, columns: Columns) -> None:
        at = [table.columns.index(name) for name in columns]
        beside = [i for i in range(len(table.columns)) if i not in at]
        inside = (key for key in table.sizes if all(key[i] == ALL for i in beside))
        named = {tuple(key[i] for i in at): key for key in inside}
        self._names = {key: named[key] for key in sorted(named, key=lambda key: tuple(map(level_place, key)))}
        self._short = {key: short for short, key in self._names.items()}
        self.base = Base({short: table.sizes[key] for short, key in self._names.items()}, table.series, columns)

    def seen(self, cells: Iterable[Key]) -> set[Key]:
        """Those of the cells that are in the view, by their names there."""
        return {self._short[key] for key in cells if key in self._short}

    def cells(self, seen: Iterable[Key]) -> set[Key]:
        """Cells of the view by their names in the table."""
        return {self._names[key] for key in seen}


def _steps(base: Base) -> Iterator[tuple[Step, list[Step]]]:
    """What is decided together, coarse before fine, each with what is coarser; the order of the columns plays no part.

    In the end comes everything together, where no step was so yet.
    """
    above = _above(base)
    found: dict[Columns, set[Key]] = {}
    for key in base.sizes:
        split = {name for name, level in zip(base.columns, key, strict=True) if level != ALL}
        found.setdefault(tuple(sorted(split.union(*(above[name] for name in split)))), set()).add(key)
    found.setdefault(tuple(sorted(set().union(*found))), set())
    steps = [Step(columns, frozenset(found[columns])) for columns in sorted(found, key=lambda c: (len(c), c))]
    for step in steps:
        yield step, [other for other in steps if other != step and set(other.columns) <= set(step.columns)]


def _above(base: Base) -> dict[str, set[str]]:
    """Column -> those of which each of its values has one alone: a school's kind, a campus's district.

    Of places alone: that all of a school are of one gender is a secret.
    """
    places = [(i, name) for i, name in enumerate(base.columns) if name in base.places]
    found: dict[str, set[str]] = {name: set() for name in base.columns}
    for i, name in places:
        for j, other in places:
            pairs = {(key[i], key[j]) for key in base.sizes if ALL not in (key[i], key[j])}
            if i != j and pairs and len(pairs) == len({value for value, _ in pairs}):
                found[name].add(other)
    return found
