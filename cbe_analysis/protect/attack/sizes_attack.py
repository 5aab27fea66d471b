"""Hidden sizes that follow from all sizes that are printed of one population."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cbe_analysis.protect.attack.facts import SLACK, Fact, Goal, Says, Sum, Wanted
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.officials import Officials
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.possible import TRIED_UP_TO, WHOLE_UP_TO, Possible
from cbe_analysis.protect.attack.reading import Series
from cbe_analysis.protect.attack.relief import Ways as Levels
from cbe_analysis.protect.attack.relief import reliefs
from cbe_analysis.protect.attack.verdict import What
from cbe_analysis.protect.attack.witnesses import Ways, Witnesses, other_than

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
    series
        Of several series that do, one without which the others would not; none where all are of one.
    relief
        What to hide so that it does not, as far as is known: all of it, at little cost.
    """

    group: Group
    what: What
    of: str
    sources: frozenset[int]
    says: frozenset[Says] = field(default=frozenset(), compare=False)
    series: frozenset[Series] = field(default=frozenset(), compare=False)
    relief: frozenset[Says] = field(default=frozenset(), compare=False)


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
    hidden = HiddenSizes(population)
    small = _known_small(population, [*hidden.people])
    return hidden.attacked(fitting(population, [*population.facts(), *small, *hidden.facts], 1))


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


class HiddenSizes:
    """The sizes of a population that no text says, among unknowns that may count people of several kinds.

    A share narrows sizes as well: where the whole has a larger one than all parts that are told of, somebody is left.

    Attributes
    ----------
    facts
        What lets their sums be kept between limits: these come last of all facts. None where there are too many
        unknowns for whole numbers.
    """

    def __init__(self, population: Population, kinds: int = 1) -> None:
        self.population, self._officials = population, Officials(population)
        students = (group for group in population.hidden if population.counts_students(group))
        hidden = [group for group in students if len(population.atoms(group))]
        self.people = {group: population.people(group, kinds) for group in hidden}
        tried = WHOLE_UP_TO < population.space.width * kinds <= TRIED_UP_TO
        self.facts = [Fact(people, -math.inf, math.inf) for people in self.people.values()] if tried else []

    def attacked(self, possible: Possible, witnesses: Witnesses | None = None) -> Attacked:
        """Those that come out, of all numbers that fit.

        Parameters
        ----------
        witnesses
            Whole numbers that fit: its first sums are the sizes. None where none are known.
        """
        if not self.people or not self.population.sizes:
            return Attacked((), len(self.people))
        minimum = float(self.population.minimum)
        possible.look([Goal(people.times(-1.0), 0.0) for people in self.people.values()])
        possible.look([Goal(people, minimum) for people in self.people.values()])
        told = list(_fallen(self._officials, possible, self.people))
        relief = reliefs(self.population, possible, [(self.people[one.group], one.needs) for one in told])
        fallen = [one.told(possible, enough) for one, enough in zip(told, relief, strict=True)]
        known = {one.group for one in fallen}
        left = [group for group in self.people if group not in known and not self.population.rounded]
        if witnesses:
            witnesses.without(frozenset[Says]().union(*relief))
            fallen += self._by_witnesses(witnesses, possible, left)
        elif self.facts:
            fallen += self._by_whole_numbers(possible, left)
        return Attacked(tuple(fallen), len(self.people))

    def _by_witnesses(self, witnesses: Witnesses, possible: Possible, among: Sequence[Group]) -> Iterator[Fallen]:
        """The groups that no whole numbers were found with, for which more must be hidden."""
        places = {group: at for at, group in enumerate(self.people)}
        for group in sorted(among, key=self.population.true_size):
            needs = [witnesses.relief(ways) for ways in self._room(group, places[group])]
            relief = frozenset[Says]().union(*(need for need in needs if need))
            if None in needs:
                blame = possible.blame(self.people[group], self.people[group].times(-1.0))
                yield Fallen(group, "size", "", blame.sources, blame.says, relief=relief)
            elif relief:
                yield Fallen(group, "size", "", possible.sources(self.people[group]), relief=relief)

    def _room(self, group: Group, at: int) -> Iterator[Ways]:
        """Where the size of a hidden group must be able to lie; nothing where officials published it."""
        n, minimum = self.population.true_size(group), float(self.population.minimum)
        low, high = self._officials.between(group)
        if n < minimum:
            least, most = self._officials.room(group)
            yield [[(at, -math.inf, least)]]
            yield [[(at, most, math.inf)]]
        elif high > low:
            yield other_than(at, n)

    def _by_whole_numbers(self, possible: Possible, among: Sequence[Group]) -> Iterator[Fallen]:
        """The small groups that no whole numbers were found with, or for which the search was given up."""
        minimum = float(self.population.minimum)
        rows = dict(zip(self.people, possible.last(len(self.people)), strict=True))
        small = [group for group in among if self.population.true_size(group) < minimum]
        room = {group: self._officials.room(group) for group in small}
        for end, sign in ((0, 1.0), (1, -1.0)):
            ranges = [(-math.inf, room[of][0]) if end == 0 else (room[of][1], math.inf) for of in small]
            wanted = [Wanted(self.people[of], rows[of], *span) for of, span in zip(small, ranges, strict=True)]
            missed = possible.unseen(wanted)
            for group in [group for group, one in zip(small, wanted, strict=True) if one in missed]:
                small.remove(group)
                blame = possible.blame(self.people[group].times(sign))
                yield Fallen(group, "size", "", blame.sources, blame.says)


@dataclass(frozen=True, slots=True)
class Out:
    """A hidden size that comes out.

    Parameters
    ----------
    ends
        What would have to be smaller.
    needs
        Where the size would have to lie as well; none where that is not sought.
    """

    group: Group
    ends: Sequence[Sum]
    needs: Sequence[Levels]

    def told(self, possible: Possible, relief: frozenset[Says]) -> Fallen:
        """With the releases that give it away, and the printed numbers where no relief is known."""
        if relief:
            return Fallen(self.group, "size", "", possible.sources(*self.ends), relief=relief)
        blame = possible.blame(*self.ends)
        return Fallen(self.group, "size", "", blame.sources, blame.says)


def _fallen(officials: Officials, possible: Possible, hidden: Mapping[Group, Sum]) -> Iterator[Out]:
    """The groups whose size comes out, but by what officials published alone."""
    population = officials.population
    minimum = float(population.minimum)
    for group, people in hidden.items():
        n = population.true_size(group)
        if n >= minimum and not population.rounded and possible.several(people):
            continue
        least, most = 0.0, minimum
        few, many = possible.may_be(people, most=least), possible.may_be(people, least=most)
        if population.official and not (few and many) and not population.rounded:
            least, most = officials.room(group)
            few, many = possible.may_be(people, most=least), possible.may_be(people, least=most)
        if few and many:
            continue
        small = n < minimum and not population.rounded  # of such a one it does not matter what else it may be
        low, high = (math.nan, math.nan) if small else possible.whole_range(people)
        needs: Sequence[Levels] = []
        if population.rounded:
            falls, few, many = _in_five(population, low, high, n), False, False
        elif n >= minimum or (math.isnan(n) and low >= minimum):
            falls, few, many = low >= high - SLACK, False, False
            needs = [[(-math.inf, low - 1), (high + 1, math.inf)]]
        else:
            falls = small or not few or high < most
            needs = [[(-math.inf, least)]] * (not few) + [[(most, math.inf)]] * (not many)
        if falls and not officials.told(group, low, high):
            yield Out(group, [people] * (not few) + [people.times(-1.0)] * (not many), needs)


def _in_five(population: Population, low: float, high: float, n: float) -> bool:
    """Whether a size that was hidden among sizes rounded to fives is known better than these."""
    small = not n >= population.minimum  # hidden for its size, and so known to be below the minimum
    most = min(high, population.minimum - 1.0) if small else math.inf
    return high - low < FIVE - SLACK or most - low < FIVE - 1 - SLACK
