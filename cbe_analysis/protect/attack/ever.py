"""Selections by columns in which a student has several levels: who ever met each of them, and who never did.

A selection of two schools is everyone who ever was in one of them: a union, not a sum. Students are told apart by which
of the selections they ever met, and each selection is some of these kinds of students.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from cbe_analysis.protect.attack.facts import Fact, Sum
from cbe_analysis.protect.attack.groups import AND, EVER, NEVER, Group, Levels
from cbe_analysis.protect.attack.overlaps import Overlaps, of_table
from cbe_analysis.protect.attack.possible import Possible
from cbe_analysis.protect.attack.told import Said, Table, asked

MOST = 64  # ways in which students may have met the selections that are attacked together
CELLS = 20_000  # crossed levels that selections are made of
Cell = tuple[str, ...]


@dataclass(slots=True)
class Told:
    """Tables about everyone who ever met one condition.

    Parameters
    ----------
    limits
        The condition; only columns in which students have several levels.
    whole
        True where a release is about these students as a whole, not as one of its groups.
    """

    limits: Group
    tables: list[Table]
    whole: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """Tables as they are to be attacked.

    Parameters
    ----------
    tables
        Each selection by such columns with those that it shares levels with, as a population of its own, with all that
        is told of everyone beside it.
    levels
        Those of all columns, also of the kinds of students by what they ever met.
    too_fine
        Tables whose selections share so many levels that each of them was left alone.
    """

    tables: list[Table]
    levels: Levels
    too_fine: tuple[Table, ...]


def set_apart(tables: Sequence[Table], levels: Levels, found: Overlaps) -> Apart:
    """The tables, those about levels that students have several of told of who ever met which selection."""
    kept = [table for table in tables if not _selects(table, found) or _splits(table, found)]
    apart, named, too_fine = list(kept), dict[str, tuple[str, ...]](), list[Table]()
    for universe in dict.fromkeys(table.universe for table in tables):
        own = [table for table in tables if table.universe == universe]
        columns = frozenset[str]().union(*(found[of_table(table)] for table in own))
        beside = [_without(table, columns) for table in kept if table.universe == universe]
        told = list(_told(own, found))
        for together in _linked([one for one in told if one.whole]):
            joint = _joint([*together, *_within(told, together)], levels) or _joint(together, levels)
            too_fine += [] if joint else [table for one in together for table in one.tables]
            for one in (joint,) if joint else filter(None, (Joint.of([alone], levels) for alone in together)):
                named[one.column] = tuple(one.kinds)
                of = (*universe[:2], *sorted((*universe[2:], one.column)))
                apart += [replace(t, universe=of) for t in (*beside, *one.tables()) if t.said]
    return Apart(apart, Levels(dict(sorted({**levels.seen, **named}.items()))), tuple(too_fine))


@dataclass(frozen=True, slots=True)
class Joint:
    """Selections that are attacked together.

    Parameters
    ----------
    column
        What tells students apart by which of them they ever met.
    kinds
        Its levels, and which of the selections students of that kind ever met.
    """

    told: tuple[Told, ...]
    column: str
    kinds: Mapping[str, frozenset[int]]

    @classmethod
    def of(cls, told: Sequence[Told], levels: Levels, *, unions: bool = True) -> Joint | None:
        """All ways in which students may have met the selections; None where they are too many.

        Parameters
        ----------
        unions
            Whether who met a wider selection met a part of it: who had too few days in each of two schools to count
            may have enough in both together.
        """
        cells = [_cells(one.limits, told, levels) for one in told]
        if not all(cells):
            return None
        smallest = (frozenset((cell,)) for cell in frozenset[Cell]().union(*cells)) if unions else cells
        met = {frozenset(i for i, of in enumerate(cells) if own <= of) for own in smallest}
        known = {frozenset[int]()}
        for own in sorted(met, key=sorted):
            known |= {own | other for other in known}
            if len(known) > MOST:
                return None
        words = [one.limits.words(levels) for one in told]
        kinds = {
            AND.join(f"{EVER if i in own else NEVER}{name}" for i, name in enumerate(words)): own
            for own in sorted(known, key=sorted)
        }
        return cls(tuple(told), EVER + "; ".join(words), kinds)

    def fits(self) -> bool:
        """Whether the sizes, as far as they are known, fit these ways: those of each indicator, group by group."""
        told: dict[tuple[tuple[str, str], Group], list[Fact]] = {}
        for table in self.tables():
            for group, (low, high) in table.sizes().items():
                kinds = dict(group.limits)[self.column]
                those = np.array([i for i, kind in enumerate(self.kinds) if kind in kinds], np.intp)
                of = asked(table.release), group.without(self.column)
                told.setdefault(of, []).append(Fact(Sum.of(those), low, high))
        width = len(self.kinds)
        for facts in told.values():
            most = max((fact.high for fact in facts if fact.high < math.inf), default=0.0) * len(facts) + 1
            if not Possible([0.0] * width, [most] * width, facts, whole=False).consistent:
                return False
        return True

    def tables(self) -> Iterator[Table]:
        """What is told of each selection, as of some kinds of students."""
        for i, one in enumerate(self.told):
            kinds = frozenset(kind for kind, met in self.kinds.items() if i in met)
            for table in one.tables:
                yield _limited(table, one.limits.columns, self.column, kinds)


def _joint(told: Sequence[Told], levels: Levels) -> Joint | None:
    """The selections as unions of their parts where their sizes fit that; None where they are too many."""
    joint = Joint.of(told, levels)
    return joint if joint is None or joint.fits() else Joint.of(told, levels, unions=False)


def _selects(table: Table, found: Overlaps) -> frozenset[str]:
    """The columns that a table is limited by and of which students have several levels."""
    return table.within.columns & found[of_table(table)]


def _splits(table: Table, found: Overlaps) -> bool:
    """Whether a table has groups by such columns."""
    return any(said.shape & found[of_table(table)] for said in table.said)


def _told(tables: Iterable[Table], found: Overlaps) -> Iterator[Told]:
    """What the tables tell, by which levels of such columns it is about; nothing of everyone."""
    parts: dict[Group, list[Table]] = {}
    wholes: set[Group] = set()
    for table in tables:
        columns, own = found[of_table(table)], dict[Group, list[Said]]()
        wholes.add(_only(table.within, columns))
        for said in table.said:
            if not (said.row.compares and said.shape & columns):
                own.setdefault(_only(said.group, columns), []).append(said)
        for limits, some in own.items():
            if limits.limits:
                within = replace(
                    table, said=some, within=Group.of({**dict(table.within.limits), **dict(limits.limits)})
                )
                parts.setdefault(limits, []).append(within)
    for limits, own_tables in parts.items():
        yield Told(limits, own_tables, limits in wholes)


def _only(group: Group, columns: frozenset[str]) -> Group:
    return Group(tuple(limit for limit in group.limits if limit[0] in columns))


def _cells(limits: Group, told: Sequence[Told], levels: Levels) -> frozenset[Cell]:
    """The crossed levels that meet a condition, over all columns of several; none where these are too many."""
    columns = sorted(frozenset[str]().union(*(one.limits.columns for one in told)))
    own = [sorted(dict(limits.limits).get(column, levels.seen[column])) for column in columns]
    return frozenset(product(*own)) if math.prod(map(len, own)) <= CELLS else frozenset()


def _linked(told: Sequence[Told]) -> list[list[Told]]:
    """Selections that have levels in common, directly or through others."""
    found: list[list[Told]] = []
    for one in told:
        near = [own for own in found if any(_meet(one.limits, other.limits) for other in own)]
        found = [own for own in found if own not in near] + [[*(other for own in near for other in own), one]]
    return found


def _meet(one: Group, other: Group) -> bool:
    """Whether a level may meet both conditions."""
    limits = dict(other.limits)
    return all(column not in limits or own & limits[column] for column, own in one.limits)


def _inside(one: Group, other: Group) -> bool:
    """Whether all that meets a condition meets another, wider one."""
    limits = dict(one.limits)
    return one != other and all(column in limits and limits[column] <= own for column, own in other.limits)


def _within(told: Iterable[Told], together: Sequence[Told]) -> list[Told]:
    """The groups of tables that are parts of selections."""
    return [one for one in told if not one.whole and any(_inside(one.limits, other.limits) for other in together)]


def _without(table: Table, columns: frozenset[str]) -> Table:
    """What a table tells of groups that such columns do not limit."""
    return replace(table, said=[said for said in table.said if not columns & said.group.columns])


def _limited(table: Table, columns: frozenset[str], column: str, kinds: frozenset[str]) -> Table:
    """The table, limited by a column that says who ever met a condition in place of those that say who meets it."""

    def limited(group: Group) -> Group:
        for own in columns:
            group = group.without(own)
        return group.limited(column, kinds)

    said = [replace(s, group=limited(s.group), shape=s.shape - columns) for s in table.said]
    return replace(table, within=limited(table.within), said=said)
