"""What releases tell, as statements about groups of students, and which statements are about the same students."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cbe_analysis.load.where import parse
from cbe_analysis.protect.attack.groups import TIMES, Group, Levels, selected
from cbe_analysis.protect.attack.reading import (
    FOLLOWED,
    NAMED_AT,
    WHOLE,
    Interval,
    Row,
    Series,
    of_steps,
    read,
    size_by_limits,
)
from cbe_analysis.protect.record import Recorded

Property = tuple[str, ...]  # the indicator with its options, then what the rows say
Universe = tuple[str, ...]  # what was counted, under which conditions on dates, subjects ..., at which x of a curve
STUDENT_YEARS = "student-years"  # what is counted where students count several times
AROUND = ("by", "compare", "where", "adjust", "over")  # parameters that change no single value


def series_of(name: Property) -> Series:
    """What rows that say a property say, of whichever group."""
    return name[-3], name[-2], name[-1]


@dataclass(frozen=True, slots=True)
class Said:
    """One printed row: of which group it speaks.

    Parameters
    ----------
    source
        Position of its release.
    shape
        The columns by which its table splits the group.
    n
        How many students there truly are; NaN where that is not known.
    times
        How often each of them may count.
    """

    source: int
    group: Group
    shape: frozenset[str]
    row: Row
    n: float
    times: float = 1.0

    @property
    def size(self) -> Interval | None:
        """What the row says of how many count in the group; None where it says nothing."""
        size = None if self.row.hidden else self.row.size
        if size and size[0] < (least := size_by_limits(self.row)) <= size[1]:
            size = least, size[1]
        return size and (size[0], size[1] * self.times)

    @property
    def known(self) -> Interval | None:
        """How many truly count where that is known, or what is printed of it."""
        return self.size if math.isnan(self.n) else (self.n, self.n * self.times)


@dataclass(slots=True)
class Table:
    """Rows of one release that count the same students.

    Parameters
    ----------
    within
        The group that the release is about.
    """

    source: int
    release: Recorded
    universe: Universe
    within: Group
    said: list[Said] = field(default_factory=list)

    @property
    def of_years(self) -> bool:
        """True where student-years are told of, not students."""
        return self.universe[0] == STUDENT_YEARS

    @property
    def adding(self) -> bool:
        """True where what is shared or averaged adds up as what is counted does."""
        return self.of_years or self.release.times == 1

    def sizes(self) -> dict[Group, Interval]:
        """Group -> true size, or what is printed of it."""
        found: dict[Group, Interval] = {}
        for one in self.said:
            if known := one.known:
                low, high = found.get(one.group, known)
                found[one.group] = max(low, known[0]), min(high, known[1])
        return found

    def property(self, said: Said) -> Property:
        """What a row of this table says, of whichever group."""
        return (*asked(self.release), *said.row.series)


def asked(release: Recorded) -> tuple[str, str]:
    """The indicator with those of its options that may change a value."""
    options = {name: value for name, value in release.parameters.items() if name not in AROUND}
    return release.indicator, json.dumps(options, sort_keys=True, default=str)


def levels_of(releases: Iterable[Recorded], times: Collection[str] = TIMES) -> Levels:
    """The levels that anything printed names: see `placed`."""
    told = list(releases)
    printed = [
        (column, str(level))
        for release in told
        for column in release.by
        for level in release.rows[column].unique()
        if level != WHOLE
    ]
    arms = [
        (arm_column(release), str(arm))
        for release in told
        for arm in release.rows["arm"].dropna().unique()
        if arm not in ("", "difference")
    ]
    return Levels.of([*printed, *arms], [parse(text) for release in told for text in release.where], times)


def arm_column(release: Recorded) -> str:
    """What the arms of a release are called as a column: each program has its own."""
    program = release.parameters.get("program")
    return f"arm of {program}" if program else "arm"


def tables(source: int, release: Recorded, levels: Levels, times: Collection[str] = TIMES) -> list[Table]:
    """The tables of one release, one for each set of students: see `placed`."""
    within, conditions = selected(release.where, levels, times)
    sizes = release.sizes or [math.nan] * len(release.rows)
    series: dict[Series, list[Said]] = {}
    for row, n in zip(of_steps(read(release), release.minimum_n), sizes, strict=True):
        if row.arm != "difference":
            series.setdefault(row.series, []).append(_said(source, release, within, row, n))
    found: list[Table] = []
    for (_, _, at), said in sorted(series.items(), key=lambda own: (-len(own[1]), own[0])):
        curve = at if at and said[0].row.quantity not in (*NAMED_AT, *FOLLOWED) else ""
        universe = (release.entity, release.as_of, *conditions, *([f"at {curve}"] if curve else []))
        table = Table(source, release, universe, within, said)
        for known in found:
            if known.universe == universe and agreeing(known.sizes(), table.sizes()) is not None:
                known.said.extend(said)
                break
        else:
            found.append(table)
    return found


def _said(source: int, release: Recorded, within: Group, row: Row, n: float) -> Said:
    names = (*release.by, arm_column(release))
    own = {name: level for name, level in zip(names, row.cell, strict=True) if level != WHOLE}
    group = within
    for name, level in own.items():
        group = group.limited(name, frozenset((level,)))
    return Said(source, group, frozenset(own), row, n)


def agreeing(one: dict[Group, Interval], other: dict[Group, Interval]) -> int | None:
    """In how many groups two sets of sizes meet; None when they contradict each other."""
    shared = one.keys() & other.keys()
    if any(one[g][0] > other[g][1] or other[g][0] > one[g][1] for g in shared):
        return None
    return len(shared)


def sharing_out(table: Table) -> Iterator[Table]:
    """The table; or, where students count in several levels of a column, one table for each of its levels.

    Each school year is told of apart in any case: another release may be about that year alone.
    """
    sizes = table.sizes()
    columns = sorted({column for said in table.said for column in said.shape})
    for column in columns:
        apart = fits(table, column, sizes) is None
        if apart or column in TIMES:
            whole, *parts = _by_level(table, column)
            for part in (whole, *parts) if apart else parts:
                yield from sharing_out(part)
            if apart:
                return
    yield table


def _by_level(table: Table, column: str) -> list[Table]:
    """What the table tells without the column, then of each of its levels.

    Who is compared with all others that are split alike is compared with those of other levels, too: of one level
    alone that says nothing.
    """
    parts: dict[str, Table] = {"": Table(table.source, table.release, table.universe, table.within)}
    for said in table.said:
        if column in said.shape and said.row.compares:
            continue
        name, bare = _apart(said, column)
        universe = (*table.universe[:2], *sorted((*table.universe[2:], name)))
        own = parts.setdefault(name, Table(table.source, table.release, universe, table.within))
        own.said.append(bare)
    return list(parts.values())


def _apart(said: Said, column: str) -> tuple[str, Said]:
    """The row as one about another universe, that of its level in the column."""
    if column not in said.shape:
        return "", said
    level = next(iter(dict(said.group.limits)[column]))
    bare = Said(said.source, said.group.without(column), said.shape - {column}, said.row, said.n)
    return f"{column}={level}", bare


def fits(table: Table, column: str, sizes: dict[Group, Interval]) -> bool | None:
    """Whether the levels of a column share out every total: True; False where some are missing; None for too many."""
    shapes = {said.group: said.shape for said in table.said}
    parts: dict[Group, list[Interval]] = {}
    within = dict(table.within.limits).get(column)
    for group, shape in shapes.items():
        if column in shape:
            whole = group.without(column)
            whole = whole.limited(column, within) if within else whole
            parts.setdefault(whole, []).append(sizes.get(group, (0.0, math.inf)))
    answers = [adds(found, sizes[whole]) for whole, found in parts.items() if whole in sizes]
    if column in TIMES and not answers:
        return None
    return None if None in answers else all(bool(a) for a in answers)


def adds(parts: Sequence[Interval], whole: Interval) -> bool | None:
    """Whether parts may be all of a whole: False where some are missing, None where they are too many."""
    low, high = sum(p[0] for p in parts), sum(p[1] for p in parts)
    if low > whole[1]:
        return None
    return high >= whole[0]
