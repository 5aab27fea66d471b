"""A table of shares as somebody sees it who takes what officials published for the sizes of its groups."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cbe_analysis.measure.estimates import ALL
from cbe_analysis.protect.enrollment import Enrollment
from cbe_analysis.protect.entries import Key
from cbe_analysis.protect.pattern.cells import Line, Range
from cbe_analysis.protect.pattern.complement import known_sums, sizes_polytope
from cbe_analysis.protect.pattern.reach import Explorer
from cbe_analysis.protect.shares.share_table import ShareTable


def supposed(table: ShareTable, officially: Enrollment) -> ShareTable | None:
    """The table with the published sizes of all groups that are printed so; None where there is no such group.

    Where totals contradict some of these, they are of other students: the finest groups are believed first.
    """
    numbers = {key: officially.size(key, *span) for key, span in table.ranges.items() if math.isfinite(span[1])}
    exact = {key: (float(n), float(n)) for key, n in numbers.items() if n is not None}
    if not exact:
        return None
    lines = known_sums(table.base, table.ranges)
    finest = sorted(exact, key=lambda key: (key.count(ALL), key))
    return replace(table, ranges=_believed(table, exact, finest, lines, table.ranges), supposed=True)


def _believed(
    table: ShareTable,
    exact: Mapping[Key, Range],
    asked: Sequence[Key],
    lines: Sequence[Line],
    told: Mapping[Key, Range],
) -> Mapping[Key, Range]:
    """The ranges, with as many of the exact sizes as totals allow."""
    ranges = {key: exact[key] if key in asked else span for key, span in told.items()}
    if Explorer(sizes_polytope(table.base, ranges, lines)).feasible():
        return ranges
    if len(asked) == 1:
        return told
    half = len(asked) // 2
    first = _believed(table, exact, asked[:half], lines, told)
    return _believed(table, exact, asked[half:], lines, first)
