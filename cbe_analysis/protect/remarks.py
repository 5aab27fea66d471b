"""What a release says beside its numbers: which tables protection keeps back, and in how few schools students are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cbe_analysis.measure.estimates import ALL
from cbe_analysis.measure.summaries import THESE
from cbe_analysis.protect.entries import Key, pattern_of
from cbe_analysis.protect.pattern.cells import ARM, Base
from cbe_analysis.protect.pattern.coarse_to_fine import Columns, Pattern
from cbe_analysis.protect.printing import Printed


def kept_back(tables: Sequence[Base], patterns: Sequence[Pattern]) -> tuple[str, ...]:
    """A sentence for every crossed table that is not shown at all, and for what coarser ones lose to a crossed one."""
    found: list[str] = []
    for base, pattern in zip(tables, patterns, strict=True):
        found += _closed(base, pattern)
        found += [
            f"{_named(columns) or 'the whole'}: more is hidden here than where this table is asked for alone; "
            "publish one of the two"
            for columns in sorted(pattern.parted)
        ]
    return tuple(dict.fromkeys(found))


def beside_officials(least: int) -> str:
    """A sentence on the groups that are hidden for what officials published; it depends on nothing else."""
    return (
        f"groups of fewer than {least} are protected here: the published enrollment of a school or grade would tell "
        "the sizes of smaller ones"
    )


def of_the_whole(printed: Sequence[Printed]) -> list[Printed]:
    """The records, of whose groups none is said to be in few schools where all students together are in more.

    In a district of six schools a group without that note would be in each of them: no size would be zero.
    """
    few = {p.entry.period for p in printed if THESE in p.entry.note and not any(pattern_of(p.entry.group))}
    return [p if p.entry.compares or p.entry.period in few else _anywhere(p) for p in printed]


def _anywhere(printed: Printed) -> Printed:
    """The record without the note that its students are in few schools."""
    if THESE not in printed.entry.note:
        return printed
    note = "; ".join(part for part in printed.entry.note.split("; ") if part != THESE)
    return replace(printed, entry=replace(printed.entry, note=note))


def _closed(base: Base, pattern: Pattern) -> Iterator[str]:
    """A sentence for every crossed table of which nothing is shown.

    It does not depend on whether some of the groups are large: were it missing where none is, 18 students of two groups
    would be 9 and 9.
    """
    tables = _tables(base)
    closed = [columns for columns, keys in tables.items() if pattern.hidden.issuperset(keys)]
    for columns in closed:
        if len(columns) > 1:
            shown = sorted(other for other in tables if other and set(other) < set(columns) and other not in closed)
            finest = [_named(other) for other in shown if len(other) == max(map(len, shown))]
            instead = f"; shown: {', '.join(finest)}" if finest else ""
            yield f"{_named(columns)}: no group is shown: each is small, or would tell of small ones{instead}"


def _tables(base: Base) -> dict[Columns, list[Key]]:
    """The cells by the columns that they are split by, the arm aside."""
    found: dict[Columns, list[Key]] = {}
    for key in base.sizes:
        split = (name for name, level in zip(base.columns, key, strict=True) if level != ALL and name != ARM)
        found.setdefault(tuple(split), []).append(key)
    return found


def _named(columns: Columns) -> str:
    return " by ".join(name for name in columns if name != ARM)
