"""Hidden sizes that follow from all sizes that are printed of one population."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.possible import SLACK, Fact, Goal, Possible, Says
from cbe_analysis.protect.attack.verdict import What

FIVE = 5.0


class Contradiction(Exception):
    """Printed numbers that cannot all be about the same students."""


@dataclass(frozen=True, slots=True)
class Fallen:
    """A hidden number that comes out.

    Parameters
    ----------
    of
        The indicator; empty for a size, which all have in common.
    sources
        Positions of the releases that it comes out of.
    says
        The printed numbers that give it away, as far as is known.
    """

    group: Group
    what: What
    of: str
    sources: frozenset[int]
    says: frozenset[Says] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class Attacked:
    """What an attack found, and how many hidden numbers it was after."""

    fallen: tuple[Fallen, ...]
    cells: int


def attack_sizes(population: Population) -> Attacked:
    """The hidden sizes that come out.

    A group that is truly small must be able to have any size from 0 to the minimum; another hidden one must not come
    out exactly. Where the true size is not known, a hidden group must not come out exactly, nor as certainly small, nor
    as certainly not empty while it may be small. Where counts were rounded to fives, only small groups are hidden, as
    everybody knows; these must be known no better than any other count, of which five are possible.

    Raises
    ------
    Contradiction
        When no sizes fit what is printed.
    """
    students = (group for group in population.hidden if population.counts_students(group))
    hidden = [group for group in students if len(population.atoms(group))]
    possible = fitting(population, [*population.facts(), *_known_small(population, hidden)], 1)
    if not hidden or not population.sizes:
        return Attacked((), len(hidden))
    minimum = float(population.minimum)
    sums = {group: population.people(group) for group in hidden}
    possible.look([Goal(one.times(-1.0), 0.0) for one in sums.values()])
    possible.look([Goal(one, minimum) for one in sums.values()])
    return Attacked(tuple(_fallen(population, possible, hidden)), len(hidden))


def _known_small(population: Population, hidden: Sequence[Group]) -> Iterator[Fact]:
    """That the small groups are small, where nothing else is hidden."""
    for group in hidden if population.rounded else ():
        if population.true_size(group) < population.minimum:
            yield Fact(population.people(group), 0.0, population.minimum - 1.0)


def fitting(population: Population, facts: Sequence[Fact], kinds: int, about: Hashable = ()) -> Possible:
    """All numbers that fit the facts.

    Parameters
    ----------
    about
        What the unknowns count beside people.

    Raises
    ------
    Contradiction
        When there are none.
    """
    most = population.most * kinds
    memory = population.memory.of(about, len(most))
    possible = Possible([0.0] * len(most), most, facts, whole=True, memory=memory)
    if not possible.consistent:
        raise Contradiction
    return possible


def _fallen(population: Population, possible: Possible, hidden: Sequence[Group]) -> Iterator[Fallen]:
    """The groups whose size comes out, with the releases that give it away."""
    minimum = float(population.minimum)
    for group in hidden:
        people, n = population.people(group), population.true_size(group)
        if n >= minimum and not population.rounded and possible.several(people):
            continue
        few, many = possible.may_be(people, most=0.0), possible.may_be(people, least=minimum)
        if few and many:
            continue
        low, high = possible.whole_range(people)
        if population.rounded:
            falls, few, many = _in_five(population, low, high, n), False, False
        elif n >= minimum or (math.isnan(n) and low >= minimum):
            falls, few, many = low >= high - SLACK, False, False
        else:
            falls = n < minimum or not few or high < minimum
        if falls:
            ends = [people] * (not few) + [people.times(-1.0)] * (not many)
            blame = possible.blame(*ends)
            if not (n >= minimum and population.officially(group)):
                yield Fallen(group, "size", "", blame.sources, blame.says)


def _in_five(population: Population, low: float, high: float, n: float) -> bool:
    """Whether a size that was hidden among sizes rounded to fives is known better than these."""
    small = not n >= population.minimum  # hidden for its size, and so known to be below the minimum
    most = min(high, population.minimum - 1.0) if small else math.inf
    return high - low < FIVE - SLACK or most - low < FIVE - 1 - SLACK
