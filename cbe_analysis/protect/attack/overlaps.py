"""Columns in which a student has several levels, one after another: selections by them share nobody out.

Who was in two schools counts in the selections of both, so that neither is a part of what the other leaves over.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cbe_analysis.protect.attack.groups import EVER, NO, YES, Group, Levels
from cbe_analysis.protect.attack.left_over import along
from cbe_analysis.protect.attack.reading import Interval
from cbe_analysis.protect.attack.told import Said, Table, Universe, asked

Asked = tuple[Universe, tuple[str, str]]  # who was counted, and by which indicator
Overlaps = Mapping[Asked, frozenset[str]]


def _asked(table: Table) -> Asked:
    return table.universe, asked(table.release)


def overlaps(tables: Iterable[Table], levels: Levels) -> Overlaps:
    """The columns whose levels have more students than there are, by who was counted and how."""
    sizes: dict[Asked, dict[Group, Interval]] = {}
    for table in tables:
        known = sizes.setdefault(_asked(table), {})
        for group, (low, high) in table.sizes().items():
            own = known.get(group, (math.inf, 0.0))
            known[group] = min(low, own[0]), max(high, own[1])
    return {of: frozenset(c for c in _columns(known) if _too_many(known, c, levels)) for of, known in sizes.items()}


def _columns(sizes: Mapping[Group, Interval]) -> set[str]:
    return {column for group in sizes for column in group.columns}


def _too_many(sizes: Mapping[Group, Interval], column: str, levels: Levels) -> bool:
    """Whether the levels of a column have more students together than any whole that they are told of."""
    every = frozenset(levels.seen[column])
    for told in along(sizes, column, every).values():
        parts = sum(low for of, (low, _) in told.items() if len(of) == 1)
        if every in told and parts > told[every][1]:
            return True
    return False


def set_apart(tables: Sequence[Table], levels: Levels, found: Overlaps) -> tuple[list[Table], Levels]:
    """The tables, those of a selection by such columns told of who ever met it; and the levels with those of that.

    Each such selection is a population of its own, with all that is told of everyone beside it.
    """
    kept: list[Table] = []
    selected: dict[tuple[Universe, tuple[str, ...]], list[Table]] = {}
    for own in tables:
        table, names = own, list[str]()
        for column in sorted(own.within.columns & found[_asked(own)]):
            if not any(column in said.shape for said in own.said):
                limits = Group(tuple(limit for limit in own.within.limits if limit[0] == column))
                names.append(EVER + limits.words(levels))
                table = _ever(table, column, names[-1])
        if names:
            selected.setdefault((own.universe, tuple(names)), []).append(table)
        else:
            kept.append(own)
    apart = list(kept)
    for (universe, names_of), own_tables in selected.items():
        columns = frozenset[str]().union(*(found[asked_of] for asked_of in found if asked_of[0] == universe))
        beside = [_without(t, columns) for t in kept if t.universe == universe]
        told = (*universe[:2], *sorted((*universe[2:], *names_of)))
        apart += [replace(table, universe=told) for table in (*beside, *own_tables) if table.said]
    named = {name: (NO, YES) for _, names_of in selected for name in names_of}
    return apart, Levels(dict(sorted({**levels.seen, **named}.items())))


def _without(table: Table, columns: frozenset[str]) -> Table:
    """What a table tells of groups that such columns do not limit."""
    return replace(table, said=[said for said in table.said if not columns & said.group.columns])


def _ever(table: Table, column: str, name: str) -> Table:
    """The table, limited by a column that says who ever met a condition in place of one that says who meets it."""

    def limited(group: Group) -> Group:
        return group.without(column).limited(name, frozenset((YES,)))

    said = [Said(s.source, limited(s.group), s.shape, s.row, s.n) for s in table.said]
    return replace(table, within=limited(table.within), said=said)
