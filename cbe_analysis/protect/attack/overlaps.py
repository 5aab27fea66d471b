"""Columns in which a student has several levels, one after another: selections by them share nobody out.

Who was in two schools counts in the selections of both, so that neither is a part of what the other leaves over.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import combinations

from cbe_analysis.protect.attack.groups import Group, Levels
from cbe_analysis.protect.attack.left_over import along
from cbe_analysis.protect.attack.reading import Interval
from cbe_analysis.protect.attack.told import Table, Universe, asked

Asked = tuple[Universe, tuple[str, str]]  # who was counted, and by which indicator
Overlaps = Mapping[Asked, frozenset[str]]


def of_table(table: Table) -> Asked:
    """Who a table counts, and by which indicator."""
    return table.universe, asked(table.release)


def overlaps(tables: Iterable[Table], levels: Levels) -> Overlaps:
    """The columns whose levels have more students than there are, by who was counted and how."""
    sizes: dict[Asked, dict[Group, Interval]] = {}
    for table in tables:
        known = sizes.setdefault(of_table(table), {})
        for group, (low, high) in table.sizes().items():
            own = known.get(group, (math.inf, 0.0))
            known[group] = min(low, own[0]), max(high, own[1])
    return {of: frozenset(c for c in _columns(known) if _too_many(known, c, levels)) for of, known in sizes.items()}


def _columns(sizes: Mapping[Group, Interval]) -> set[str]:
    return {column for group in sizes for column in group.columns}


def _too_many(sizes: Mapping[Group, Interval], column: str, levels: Levels) -> bool:
    """Whether levels of a column have more students together than a selection of them, or than any whole."""
    for told in along(sizes, column, frozenset(levels.seen[column])).values():
        for whole, (_, most) in told.items():
            parts = {of: low for of, (low, _) in told.items() if of < whole}
            if sum(low for of, low in parts.items() if len(of) == 1) > most or any(
                parts[a] + parts[b] > most for a, b in combinations(parts, 2) if a.isdisjoint(b)
            ):
                return True
    return False
