"""The groups that nobody is in: they are told of like those that few are in, so that a row that is there says nothing.

Zero is a small number. Which groups a selection has is as telling as how many are in them: so a table has a row for
every level that its factors have in the district, whoever was counted, and for every crossing of them; in each period
and each arm, and of comparisons and characteristics as of values.

What is structurally empty stays out. Which places have students is no secret: schools without a grade or a year, or of
another campus, are no row of a table by places. Where a selection is of students of any group, its own rows tell which
places there are; where it is of a group, those of the whole district do, under the same other conditions. The levels
that a selection leaves out of a factor are empty as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pandas as pd

from cbe_analysis.indicators import CATALOGUE
from cbe_analysis.measure.estimates import ALL, UNKNOWN, Estimates, Population
from cbe_analysis.policy import Policy
from cbe_analysis.protect.entries import (
    NUMBERS,
    PLACES,
    Entry,
    Key,
    Series,
    few_counted,
    pattern_of,
    place_of,
)

Pattern = tuple[bool, ...]  # which columns a group is split by
NOBODY = Population("students", (), ("", ""), pd.DataFrame())


@dataclass(frozen=True, slots=True)
class Known:
    """What everybody knows of the groups that there may be.

    Parameters
    ----------
    by
        The group columns.
    places
        Columns that say where: which of their values go together is no secret.
    people
        Whose levels, places and periods there are.
    minimum
        Smallest group that may be shown.
    kinds
        Quantities and units of comparisons, where groups are compared: there may be none.
    references
        What the groups of each column are compared with; none for all others.
    over
        True for a trend.
    """

    by: tuple[str, ...]
    places: frozenset[str] = frozenset(PLACES)
    people: Population = NOBODY
    minimum: int = 0
    kinds: tuple[tuple[str, str], ...] = ()
    references: Mapping[str, str] | None = None
    over: bool = False

    @classmethod
    def of(cls, estimates: Estimates, policy: Policy, minimum: int) -> Known:
        """What is known of the groups of these estimates."""
        asked = estimates.parameters
        return cls(
            estimates.by,
            frozenset(PLACES).union(policy.published_dimensions).difference(policy.factors),
            estimates.population,
            minimum,
            kinds=_kinds(estimates) if asked.get("compare") else (),
            references=policy.references if asked.get("compare") == "reference" else None,
            over=bool(asked.get("over")),
        )

    def levels(self, column: int) -> frozenset[str]:
        """The levels of a factor in the district; none where they are not known, or for the arm."""
        return frozenset(self.people.levels.get(self.by[column], ())) if column < len(self.by) else frozenset()

    def located(self, pattern: Pattern) -> tuple[int, ...]:
        """Positions of the columns of a pattern that say where."""
        return tuple(at for at, name in enumerate(self.by) if pattern[at] and name in self.places)

    def spots(self, columns: Sequence[int]) -> set[Key]:
        """The places in the district, by some of the columns; none where the rows themselves tell."""
        there, names = self.people.places, [self.by[at] for at in columns]
        if there is None or not names or not set(names) <= set(there.columns):
            return set()
        return set(there[names].itertuples(index=False, name=None))

    def period(self, entry: Entry) -> str:
        """The period of a trend that a record is about."""
        return entry.at if self.over else ""

    def reference(self, key: Key) -> str:
        """What a group is compared with, by name; empty for what others are compared with."""
        if self.references is None:
            return "others"
        split = [at for at, level in enumerate(key) if level != ALL]
        against = [self.references.get(self.by[at], "") for at in split]
        return ", ".join(against) if all(against) and against != [key[at] for at in split] else ""


def _kinds(estimates: Estimates) -> tuple[tuple[str, str], ...]:
    """The comparisons that there are where any group can be compared: gaps, and what goes with those of cases."""
    of, entry = estimates.rows, CATALOGUE.get(estimates.indicator)
    compared = of[of["reference"].notna()]
    if len(compared):
        return tuple(dict.fromkeys(zip(compared["quantity"], compared["unit"], strict=True)))
    main = next((quantity for quantity in of["quantity"] if quantity != "median"), "")
    found = [("gap", str(unit)) for unit in of.loc[of["quantity"] == main, "unit"].unique()]
    if entry and entry.kind == "cases":
        found += [("ratio", "ratio")] if main == "share" else [("hedges_g", "standard deviations")]
    return tuple(found)


def completed(given: Iterable[Entry], known: Known) -> tuple[Entry, ...]:
    """The records, with one more for every group that has none: of size 0 where no student is in it; sorted.

    The order tells nothing: one by size or value would.
    """
    found = [*given]
    found += _periods(found, known)
    found += _characteristics(found, known)
    few = few_counted(found, known.minimum)
    values = [entry for entry in found if not entry.reference and not entry.difference and entry.period not in few]
    series = _by_series(values)
    for same in [*series.values()]:
        new = [*_absent(same, [*series.values()], known)]
        found += new
        values += new
    found += _comparisons([e for e in found if e.reference and not e.difference], values, known)
    return tuple(sorted(found, key=place_of))


def _by_series(values: Iterable[Entry]) -> dict[Series, list[Entry]]:
    found: dict[Series, list[Entry]] = {}
    for entry in values:
        found.setdefault(entry.series, []).append(entry)
    return found


def _absent(same: Sequence[Entry], every: Sequence[Sequence[Entry]], known: Known) -> Iterator[Entry]:
    """The groups of a series that have no record, though each of their values is one of the district's.

    A series is completed in every way in which its quantity is split anywhere.
    """
    first, present = same[0], {entry.group for entry in same}
    own = {pattern_of(key) for key in present}
    like = {pattern_of(e.group) for other in every if other[0].quantity == first.quantity for e in other}
    splits = [pattern for pattern in sorted(like) if any(pattern)]
    absent = [(pattern, key) for pattern in splits for key in _keys(pattern, present, known) if key not in present]
    alike = [of for of in every if known.period(of[0]) == known.period(first)] if absent else []
    told = _told_elsewhere(same, alike)
    for pattern, key in absent:
        n = told.get(key, 0.0)
        if n < known.minimum or (pattern in own and sum(pattern) > 1):
            yield _blank(first, key, n)


def _keys(pattern: Pattern, present: set[Key], known: Known) -> Iterator[Key]:
    """All groups that are split in one way, as far as their levels and places occur, here or in the district."""
    where = known.located(pattern)
    left_out = {ALL} if known.people.levels or sum(pattern) == 1 else {ALL, UNKNOWN}
    spots = {tuple(key[at] for at in where) for key in present}.union(known.spots(where))
    who = [at for at, split in enumerate(pattern) if split and at not in where]
    levels = [sorted({key[at] for key in present}.union(known.levels(at)) - left_out) for at in who]
    for spot, *rest in product(sorted(s for s in spots if left_out.isdisjoint(s)), *levels):
        named = dict(zip((*where, *who), (*spot, *rest), strict=True))
        yield tuple(str(named.get(at, ALL)) for at in range(len(pattern)))


def _told_elsewhere(same: Sequence[Entry], every: Iterable[Sequence[Entry]]) -> dict[Key, float]:
    """Sizes of groups in what else is told of the same people: a group may have students and yet no value."""
    own, found = {e.group: e.n for e in same}, dict[Key, float]()
    for others in every:
        sizes = {e.group: e.n for e in others}
        if all(own.get(key, n) == n for key, n in sizes.items()):
            found = sizes | found
    return found


def _blank(like: Entry, key: Key, n: float) -> Entry:
    """A record of a group that has none, as it would be without a value."""
    arm = "" if key[-1] == ALL else key[-1]
    return _emptied(like, group=key, arm=arm, n=n)


def _emptied(like: Entry, **instead: Any) -> Entry:
    """The record without numbers and note, with others instead."""
    blank: dict[str, Any] = dict.fromkeys(NUMBERS, math.nan)
    return replace(like, **blank | {"note": ""} | instead)


def _periods(found: Sequence[Entry], known: Known) -> Iterator[Entry]:
    """Of every period of a trend the whole, in all that is told of the whole of any period."""
    every = sorted({e.at for e in found}.union(known.people.periods)) if known.over else ()
    wholes = {e.series: e for e in found if not e.compares and not any(pattern_of(e.group))}
    counted = {at: max((e.n for e in wholes.values() if e.at == at), default=0.0) for at in every}
    for (quantity, unit), like in {series[:2]: e for series, e in wholes.items()}.items():
        for at in every:
            if counted[at] < known.minimum and (quantity, unit, at) not in wholes:
                yield replace(_blank(like, like.group, counted[at]), at=at)


def _characteristics(found: Sequence[Entry], known: Known) -> Iterator[Entry]:
    """Of every level of a factor how many of each arm had it at entry, as long as any level is told of."""
    told: dict[str, dict[str, list[Entry]]] = {}
    for entry in found:
        factor, named, level = entry.at.partition("=")
        if entry.quantity == "baseline" and named:
            told.setdefault(factor, {}).setdefault(level, []).append(entry)
    for factor, levels in told.items():
        for level in sorted({*known.people.levels.get(factor, ())} - levels.keys() - {UNKNOWN}):
            for like in next(iter(levels.values())):
                count = {} if like.difference else {"numerator": 0.0, "denominator": like.denominator, "value": 0.0}
                yield _emptied(like, at=f"{factor}={level}", n=like.n, **count)


def _comparisons(compared: Sequence[Entry], values: Sequence[Entry], known: Known) -> Iterator[Entry]:
    """The comparisons of groups that nobody is in, or that have nobody to be compared with.

    Of a group of enough students only where none of its table is compared with as many: it is hidden in either case.
    """
    there = {(e.series, e.group) for e in compared}
    closed = {(e.series, pattern_of(e.group)) for e in compared if e.n_reference >= known.minimum}
    sizes: dict[tuple[str, Key], float] = {}
    for entry in values:
        if entry.group[-1] == ALL and any(pattern_of(entry.group)) and UNKNOWN not in entry.group:
            sizes.setdefault((known.period(entry), entry.group), entry.n)
    for (quantity, unit), ((at, key), n) in product(known.kinds, sizes.items()):
        series, reference = (quantity, unit, at), known.reference(key)
        enough = n >= known.minimum and (series, pattern_of(key)) in closed
        if reference and not enough and (series, key) not in there:
            like = next(e for e in values if e.group == key)
            of = {"quantity": quantity, "unit": unit, "at": at, "reference": reference}
            yield _emptied(like, n=n, n_reference=0.0, **of)
