"""The groups a brief has room for: where there are too many, those that differ most from what they stand against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from cbe_analysis.render.courses import Course
from cbe_analysis.render.progress import Progress
from cbe_analysis.render.readings import UNKNOWN
from cbe_analysis.render.standings import Crossing, Standing

FEWER = 18  # groups where a chart and two tables show them all
MOST = 22  # groups in a chart or a table, all factors together
ABREAST = 3  # factors whose curves stand side by side
Compared = TypeVar("Compared", Course, Standing)
Group = tuple[str, str]  # factor and value


def widest(found: Sequence[Compared], most: int = MOST) -> tuple[Compared, ...]:
    """The same without the groups that differ least, so that at most so many are left over all factors.

    Every outcome keeps the same groups. What is compared with, and the largest group of each factor, always stay;
    protected groups, which are told together, do not count.
    """
    always = {(s.factor, g) for s in found for g in (s.reference, s.main)}
    sizes: dict[Group, float] = {}
    for one in found:
        for group in one.groups:
            if (size := _size(one, group)) >= 0:
                sizes[one.factor, group] = max(size, sizes.get((one.factor, group), 0))
    spare = sorted((key for key in sizes if key not in always), key=lambda key: sizes[key])
    out = set(spare[: max(0, len(sizes) - most)])
    return tuple(_without(one, out) for one in found) if out else tuple(found)


def left_out(found: Sequence[Compared], shown: Sequence[Compared]) -> str:
    """What a table says of the groups that it has no room for; empty where it has all."""
    before, after = (len({(s.factor, g) for s in some for g in s.groups}) for some in (found, shown))
    return "" if before == after else f" {before - after} of {before} groups, which differ least, are left out."


def clearest(found: Sequence[Course]) -> tuple[Course, ...]:
    """The courses of the three factors whose differences in the last grade are clearest, in the order they came in."""
    clear: dict[str, float] = {}
    for course in found:
        gap = course.ends[1] if course.ends else course.gap(course.main) if course.main else None
        wide = gap.high - gap.low if gap is not None and gap.bounded else 0
        sharp = abs(gap.value) / wide if gap is not None and wide else 0.0
        clear[course.factor] = max(sharp, clear.get(course.factor, 0.0))
    kept = sorted(clear, key=lambda factor: -clear[factor])[:ABREAST]
    return tuple(c for c in found if c.factor in kept)


def largest(found: Sequence[Crossing], most: int = MOST) -> tuple[Crossing, ...]:
    """The same with the largest groups of the first factor alone, as many as there is room for; its reference stays."""
    if not found:
        return ()
    own = found[0]
    room = max(2, most // max(1, len(own.groups(1))))
    groups = own.groups(0)
    sizes = {g: sum(r.at_least for r in own.rows if r.groups[own.factors[0]] == g) for g in groups}
    kept = {own.references[0], *sorted(groups, key=lambda g: -sizes[g])[: room - 1]}
    if len(kept) >= len(groups):
        return tuple(found)
    out = {(own.factors[0], g) for g in groups if g not in kept}
    return tuple(replace(c, rows=tuple(r for r in c.rows if not out & set(r.groups.items()))) for c in found)


def _size(one: Course | Standing, group: str) -> float:
    """How far a group is from what it is compared with; -1 where that is protected and so is its value."""
    gap = one.gap(group)
    if gap is not None and gap.known:
        return abs(gap.value)
    value = one.slope(group) if isinstance(one, Course) else one.value(group)
    return 0.0 if value is not None and value.known else -1.0


def _without(one: Compared, out: set[Group]) -> Compared:
    rows = tuple(r for r in one.rows if (one.factor, r.groups.get(one.factor, UNKNOWN)) not in out)
    return replace(one, rows=rows)


def fitting(found: Sequence[Progress], most: int = FEWER) -> tuple[Progress, ...]:
    """The same with so many groups over all factors, those whose pace differs most; what is compared with stays."""
    spare = [(one.factor, g) for one in found for g in one.groups if g not in (one.reference, one.main)]
    far = {(one.factor, g): abs(gap.value) for one in found for g in one.groups if (gap := one.gap(g)) and gap.known}
    over = sum(len(one.groups) for one in found) - most
    out = set(sorted(spare, key=lambda key: far.get(key, 0.0))[: max(0, over)])
    return tuple(one.without([g for factor, g in out if factor == one.factor]) for one in found)
