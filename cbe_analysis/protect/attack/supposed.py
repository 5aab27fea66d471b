"""What comes out for somebody who takes what officials published for the exact size of every group that it may be of.

The true sizes are not asked: whose printed size allows the published number is taken to have it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from itertools import product

from cbe_analysis.protect.attack.claims import Whole
from cbe_analysis.protect.attack.curve_claims import Curve
from cbe_analysis.protect.attack.curves_attack import attack_curves
from cbe_analysis.protect.attack.frames import Frame
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.population import Population, printed_sizes
from cbe_analysis.protect.attack.possible import Possible
from cbe_analysis.protect.attack.printed import Printed
from cbe_analysis.protect.attack.scales_attack import attack_scales
from cbe_analysis.protect.attack.shares_attack import ShareAttack, attack_shares
from cbe_analysis.protect.attack.sizes_attack import Attacked, Contradiction, Fallen

NEAR = 1e-9
Place = tuple[str | None, str | None]  # school and grade, None for all


def attack_supposing(population: Population, told: Sequence[Whole], waiting: Sequence[Curve]) -> Iterator[Attacked]:
    """The counts that come out of shares and curves; nothing where no published number may be the size of a group.

    A percentage of such a group must stand for several counts by itself, and all attacks are made once more with these
    sizes, where they do not contradict what is printed.
    """
    sizes = dict(supposed_sizes(population.frame))
    if not sizes:
        return
    days = [whole for curve in waiting for whole in curve.wholes()]
    yield Attacked(tuple(_alone([*told, *days], sizes)), len(sizes))
    finest = sorted(sizes, key=lambda group: (-len(group.limits), group.order()))
    supposing = _believing(population, sizes, finest, _consistent)
    if supposing.sizes == population.sizes:
        return  # they were attacked so
    yield attack_scales(supposing, told, ())
    for whole in told:
        with suppress(Contradiction):
            yield _shares(supposing, population, whole)
    for curve in waiting:
        with suppress(Contradiction):
            yield attack_curves(supposing, curve)


def _shares(supposing: Population, population: Population, whole: Whole) -> Attacked:
    """The attack on shares; where these contradict some of the sizes, with the others alone.

    Raises
    ------
    Contradiction
        When no counts fit what is printed, whatever the sizes.
    """
    try:
        return attack_shares(supposing, whole)
    except Contradiction:
        new = {group: size for group, size in supposing.sizes.items() if population.sizes.get(group) != size}
        believed = _believing(population, new, [*new], lambda tried: _fit(tried, whole))
        return attack_shares(believed, whole)


def _believing(
    population: Population, sizes: Mapping[Group, Printed], asked: Sequence[Group], fits: Callable[[Population], bool]
) -> Population:
    """The population with these sizes; where they contradict others, with as many of them as do not."""
    supposing = copy(population)
    supposing.hidden = ()  # sizes that follow from supposed ones say nothing
    supposing.sizes = population.sizes | {group: sizes[group] for group in asked}
    if fits(supposing):
        return supposing
    if len(asked) < 2:
        return population
    half = len(asked) // 2
    first = _believing(population, sizes, asked[:half], fits)
    return _believing(first, sizes, asked[half:], fits)


def _consistent(population: Population) -> bool:
    """Whether there are students of whom all sizes are true."""
    width = population.space.width
    return Possible([0.0] * width, population.most, list(population.facts()), whole=False).consistent


def _fit(population: Population, whole: Whole) -> bool:
    """Whether there are counts that fit the sizes and the shares."""
    try:
        ShareAttack(population, whole)
    except Contradiction:
        return False
    return True


def _alone(told: Sequence[Whole], sizes: Mapping[Group, Printed]) -> Iterator[Fallen]:
    """The shares behind which one count stands in a group of the published size."""
    for whole in told:
        for name, shares in whole.shares.items():
            for group, share in shares.items():
                printed, size = share.printed, sizes.get(group)
                if printed and size and not share.code and _counts(printed, size.low) == 1:
                    yield Fallen(group, "share", name[0], frozenset((*printed.sources, *size.sources)))


def _counts(share: Printed, n: float) -> int:
    """How many counts a percentage stands for in a group of `n`."""
    return math.floor(share.high * n + NEAR) - math.ceil(share.low * n - NEAR) + 1


def supposed_sizes(frame: Frame) -> Iterator[tuple[Group, Printed]]:
    """The groups whose printed size may be the number that officials published, with that number."""
    counted: dict[Place, float] = {}
    for table in frame.tables:
        for school, grade, students in table.release.official:
            counted[school, None if grade is None else str(grade)] = float(students)
    for group, size in printed_sizes(frame).items() if counted else ():
        for number in _numbers(group, counted):
            if size.low <= number <= size.high:
                yield group, Printed(number, number, size.sources)
                break


def _numbers(group: Group, counted: Mapping[Place, float]) -> Iterator[float]:
    """The published number of a group: its own, then the sums of its schools, its grades, the grades of its schools.

    None for a group that is limited by anything but its place.
    """
    limits = dict(group.limits)
    schools, grades = limits.pop("school_id", None), limits.pop("grade", None)
    if limits:
        return
    own = {
        (school, grade): n
        for (school, grade), n in counted.items()
        if (school is None or schools is None or school in schools)
        and (grade is None or grades is None or grade in grades)
    }
    for by_school, by_grade in product((False, True), repeat=2):
        parts = [n for (s, g), n in own.items() if (s is not None, g is not None) == (by_school, by_grade)]
        if parts and (by_school or schools is None) and (by_grade or grades is None):
            yield sum(parts)
