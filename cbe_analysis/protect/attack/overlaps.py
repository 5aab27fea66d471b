"""Columns in which a student has several levels, one after another: selections by them share nobody out.

Who was in two schools counts in the selections of both, so that neither is a part of what the other leaves over.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cbe_analysis.protect.attack.frames import along
from cbe_analysis.protect.attack.groups import Group, Levels
from cbe_analysis.protect.attack.reading import Interval
from cbe_analysis.protect.attack.told import Said, Table, Universe, asked

EVER, NEVER = "yes", "no"
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
    """The tables of selections by such columns as told of who ever met the condition, and the levels of that."""
    named: dict[str, tuple[str, ...]] = {}
    apart = []
    for own in tables:
        table = own
        for column in sorted(own.within.columns & found[_asked(own)]):
            if not any(column in said.shape for said in own.said):
                words = Group(tuple(limit for limit in own.within.limits if limit[0] == column)).words(levels)
                named[f"ever {words}"] = (NEVER, EVER)
                table = _ever(table, column, f"ever {words}")
        apart.append(table)
    return apart, Levels(dict(sorted({**levels.seen, **named}.items())))


def _ever(table: Table, column: str, name: str) -> Table:
    """The table, limited by a column that says who ever met a condition in place of one that says who meets it."""

    def limited(group: Group) -> Group:
        return group.without(column).limited(name, frozenset((EVER,)))

    said = [Said(s.source, limited(s.group), s.shape, s.row, s.n) for s in table.said]
    return replace(table, within=limited(table.within), said=said)
