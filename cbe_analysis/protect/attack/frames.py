"""Populations: tables of several releases that count the same students, put together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from cbe_analysis.protect.attack.groups import Group, Levels
from cbe_analysis.protect.attack.left_over import exact, left_over
from cbe_analysis.protect.attack.reading import Interval
from cbe_analysis.protect.attack.told import Table, agreeing, asked

ENOUGH = 3  # groups of one size in tables of two dates: these are then taken for the same students


@dataclass(slots=True)
class Frame:
    """Tables about the same students.

    Parameters
    ----------
    sizes
        Group -> true size, or what is printed of it, by all tables.
    asked
        Groups that are to be attacked though no table tells of them, with their true size.
    """

    tables: list[Table]
    sizes: dict[Group, Interval] = field(default_factory=dict)
    asked: dict[Group, float] = field(default_factory=dict)

    @property
    def sources(self) -> tuple[int, ...]:
        """Positions of the releases."""
        return tuple(sorted({table.source for table in self.tables}))

    @property
    def of_years(self) -> bool:
        """True for student-years: every table shares them out, and their number is nobody's size."""
        return self.tables[0].of_years

    @property
    def adding(self) -> list[Table]:
        """The tables of which shares and means are those of what is counted."""
        return [table for table in self.tables if table.adding]

    def add(self, tables: Iterable[Table], sizes: dict[Group, Interval]) -> None:
        """Put more tables beside these."""
        self.tables.extend(tables)
        for group, (low, high) in sizes.items():
            own = self.sizes.get(group, (0.0, math.inf))
            self.sizes[group] = max(low, own[0]), min(high, own[1])

    def part(self, sources: Iterable[int]) -> Frame:
        """What some of the releases tell."""
        wanted, found = set(sources), Frame([])
        for table in self.tables:
            if table.source in wanted:
                found.add([table], table.sizes())
        return found

    def before(self, sources: Iterable[int], levels: Levels, minimum: int) -> Frame:
        """What some of the releases tell, to be attacked for everything that all of them hide."""
        found = self.part(sources)
        for table in self.tables:
            if table.source not in found.sources:
                found.tables.append(replace(table, said=[said for said in table.said if said.row.hidden]))
        found.asked = self.left_out(levels, minimum)
        return found

    def left_out(self, levels: Levels, minimum: int) -> dict[Group, float]:
        """The groups that selections leave out: what one release is about less what others are; true sizes.

        Only those that are small, or of which that is not known (NaN).
        """
        found = dict(self.asked)
        if self.of_years:
            return found
        columns = {column for table in self.tables for column in table.within.columns}
        for group, size in left_over(self.sizes, columns, levels).items():
            n = exact(size)
            if not n >= minimum:
                found[group] = n
        return found


def frames(tables: Sequence[Table]) -> list[Frame]:
    """The populations that the tables tell of.

    Tables are about the same students when what was counted, the date and all conditions that are not about groups
    agree, and no group has two sizes; and they either answer the same question or meet in one group at least. Tables of
    different dates are, when they have the same true sizes in several groups.
    """
    found: list[Frame] = []
    for table in sorted(tables, key=lambda t: (-len(t.said), t.source, t.universe, t.within.order())):
        sizes = table.sizes()
        frame = next((f for f in found if _same_students(f, table, sizes)), None)
        if frame is None:
            found.append(frame := Frame([]))
        frame.add([table], sizes)
    return _over_dates(found)


def _same_students(frame: Frame, table: Table, sizes: dict[Group, Interval]) -> bool:
    first = frame.tables[0]
    if first.universe != table.universe:
        return False
    meet = agreeing(frame.sizes, sizes)
    if meet is None:
        return False
    return meet > 0 or any(asked(t.release) == asked(table.release) for t in frame.tables)


def _over_dates(found: list[Frame]) -> list[Frame]:
    """The populations, with those of different dates in one where their true sizes agree."""
    merged: list[Frame] = []
    for frame in found:
        for known in merged:
            one, other = known.tables[0].universe, frame.tables[0].universe
            if (one[0], one[2:]) == (other[0], other[2:]) and one[1] != other[1] and _exactly(known, frame) >= ENOUGH:
                known.add(frame.tables, frame.sizes)
                break
        else:
            merged.append(frame)
    return merged


def _exactly(one: Frame, other: Frame) -> int:
    """In how many groups of different sizes two populations have one true size; none when they differ anywhere."""
    if not agreeing(one.sizes, other.sizes):
        return 0
    shared = one.sizes.keys() & other.sizes.keys()
    exact = {one.sizes[g][0] for g in shared if one.sizes[g] == other.sizes[g] and one.sizes[g][0] == one.sizes[g][1]}
    return len(exact)
