"""Hidden sizes that follow from all shares and means that are printed of the same students, held against each other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import product

import numpy as np

from cbe_analysis.protect.attack.claims import Whole
from cbe_analysis.protect.attack.facts import Fact, Says, Sum, together
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.lattice import whole_numbers
from cbe_analysis.protect.attack.means_attack import Means
from cbe_analysis.protect.attack.measured import Measured
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.possible import WHOLE_UP_TO, Possible
from cbe_analysis.protect.attack.printed import Printed
from cbe_analysis.protect.attack.sizes_attack import Attacked, Contradiction, HiddenSizes
from cbe_analysis.protect.attack.told import Property, series_of
from cbe_analysis.protect.attack.witnesses import WITNESSED_UP_TO, Unit, Witnesses, counted, truly

Series = Whole | Means
COUNTED_UP_TO = 160  # unknowns of several series up to which whole numbers are looked for where none are known
TOGETHER_UP_TO = 5_000  # unknowns of several series that are held together


def attack_hidden_sizes(
    knowing: Sequence[Population], told: Sequence[Whole], averaged: Sequence[Means]
) -> Iterator[Attacked]:
    """The hidden sizes that come out of all shares together, then of all shares and means.

    A total whose share or mean is farther from those of all printed parts than rounding explains has somebody else in
    it: of three shares of the same students, each may allow that a hidden group is empty, and all together not. One
    share by itself is attacked elsewhere. Counts are whole numbers where there are few of them, sums are not.

    Parameters
    ----------
    knowing
        The population with all that is known of its sizes, then with less of it, where that contradicts the series.
    """
    if not any(_small(population) for population in knowing):
        return
    meant = [series for series in averaged if series.printed and series.spread]
    relief = frozenset[Says]()
    if len(told) > 1 and (attacked := _attacked(knowing, told, witnessed=not meant)):
        yield attacked
        relief = relief.union(*(fallen.relief for fallen in attacked.fallen))
    if meant and (attacked := _attacked(knowing, [*told, *meant], relief)):
        yield attacked
    elif told:
        yield from filter(None, (_attacked(knowing, [series]) for series in meant))


def _small(population: Population) -> bool:
    """Whether a hidden group must be able to be empty; where counts are rounded to fives, it need not."""
    hidden = HiddenSizes(population).people
    return not population.rounded and any(not population.true_size(group) >= population.minimum for group in hidden)


def _attacked(
    knowing: Sequence[Population],
    series: Sequence[Series],
    relief: frozenset[Says] = frozenset(),
    *,
    witnessed: bool = True,
) -> Attacked | None:
    """The hidden sizes that come out of these, the comparisons aside where they are of others.

    None where nothing fits, or there are too many unknowns.

    Parameters
    ----------
    relief
        What is to be hidden in any case.
    witnessed
        False where whole numbers are looked for beside more series anyway.
    """
    values = 1 + sum(len(one.shares) if isinstance(one, Whole) else 1 for one in series)
    for compared, population, hulls in product((True, False), knowing, (True, False)):
        if values * population.space.width > TOGETHER_UP_TO:
            return None
        with suppress(Contradiction):
            return EverySeries(population, series, hulls=hulls, compared=compared).attacked(
                relief if witnessed else None
            )
    return None


class EverySeries:
    """All sizes, counts and sums that fit what is printed.

    The unknowns are, of each finest group, the students, then those who have each of the properties, then the sum of
    each kind of values, measured from a middle one in standard deviations.

    Parameters
    ----------
    hulls
        Whether whole numbers stand behind the percentages.
    compared
        Whether comparisons are of these shares and means.
    """

    def __init__(self, population: Population, series: Sequence[Series], *, hulls: bool, compared: bool) -> None:
        self.population, self.hulls, self.compared = population, hulls, compared
        self.width = population.space.width
        self.low, self.high = [0.0] * self.width, list(population.most)
        self._places: list[tuple[int, Series, Property]] = []
        facts = [*population.facts()]
        for one in series:
            facts += self._shares(one) if isinstance(one, Whole) else self._means(one)
        counts = all(isinstance(one, Whole) for one in series) and len(self.low) <= COUNTED_UP_TO
        self._sizes = HiddenSizes(population)
        searched = self._sizes.people.values() if counts and len(self.low) > WHOLE_UP_TO else ()
        self._sizes.facts = [Fact(people, -math.inf, math.inf) for people in searched]
        memory = population.memory.of(("every series", *(_names(one) for one in series)), len(self.low))
        facts += self._sizes.facts
        self.possible = Possible(self.low, self.high, facts, whole=counts, memory=memory)
        if not self.possible.consistent:
            raise Contradiction
        self._about = ("every series", *(tuple(one.shares) if isinstance(one, Whole) else one.name for one in series))

    def attacked(self, relief: frozenset[Says] | None) -> Attacked:
        """The hidden sizes that come out.

        Parameters
        ----------
        relief
            What is to be hidden in any case: nothing else need be, where that is enough. None where no whole numbers
            are looked for that leave sizes their room.
        """
        witnesses = self._witnesses() if relief is not None else None
        if witnesses and relief:
            witnesses.without(relief)
        return self._sizes.attacked(self.possible, witnesses)

    def _witnesses(self) -> Witnesses | None:
        """Whole numbers that fit, sums aside, near those that were counted; None where these are not known."""
        if self.population.memory.measured is None or not WHOLE_UP_TO < self.possible.unknowns <= WITNESSED_UP_TO:
            return None
        whole, held = np.ones(self.possible.unknowns, bool), self.possible.held
        for place, series, _ in self._places:
            whole[place : place + self.width] = isinstance(series, Whole)
        students, told = [*counted(self.population)], [*self._counted(self.population.memory.measured)]
        having = [fact for fact in told if whole[fact.sum.at].all()]  # sums of what a model says need not add up
        bases = (truly(held, whole, true) for true in ([*students, *told], [*students, *having], students, ()))
        base = next((one for one in bases if one is not None), None)
        if base is None:
            return None
        means = [(place, one) for place, one, _ in self._places if isinstance(one, Means)]
        units = [Unit(place, self.width, one.middle, one.spread) for place, one in means]
        sums = list(self._sizes.people.values())
        return Witnesses(self.population, held, whole, base, sums, self._about, units)

    def _counted(self, measured: Measured) -> Iterator[Fact]:
        """How many truly have each property, and what values truly add up to."""
        for place, series, name in self._places:
            rows = series.rows if isinstance(series, Means) else series.rows(name)
            for group, row in rows.items():
                if not math.isnan(total := measured.sum(row)):
                    if isinstance(series, Means):
                        total = (total - series.middle * measured.size(row)) / series.spread
                    yield Fact(self._people(group).moved(place), total, total)

    def _more(self, low: float, high: float) -> int:
        """One more unknown for each finest group; how far they lie behind the students."""
        behind = len(self.low)
        self.low += [low * most for most in self.population.most]
        self.high += [high * most for most in self.population.most]
        return behind

    def _tied(self, behind: int) -> Iterator[Fact]:
        """That crossings hold the same students."""
        for one, other in self.population.space.ties():
            yield Fact(Sum.of(one).plus(Sum.of(other, -1.0)).moved(behind), 0.0, 0.0)

    def _shares(self, whole: Whole) -> Iterator[Fact]:
        """What the shares say; several that make up a whole add up to the students."""
        behind = {name: self._more(0.0, 1.0) for name in whole.shares}
        self._places += [(place, whole, name) for name, place in behind.items()]
        for place in behind.values():
            yield from self._tied(place)
        everyone = Sum.of(np.arange(self.width, dtype=np.intp), -1.0)
        for at in range(self.width):
            students = Sum(everyone.at[at : at + 1], everyone.weights[at : at + 1])
            having = together(students.times(-1.0).moved(place) for place in behind.values())
            yield Fact(having.plus(students), 0.0 if len(behind) > 1 else -math.inf, 0.0)
        for name, place in behind.items():
            for group, share in whole.shares[name].items():
                if printed := share.printed:
                    says = Says(group, series=series_of(name))
                    yield from self._between(self._people(group), place, printed, says)
                    yield from self._behind(group, place, printed, says)
            for against in whole.against.get(name, ()) if self.compared else ():
                compared = Says(against.of, compares=True)
                yield from self._between(self.population.those(against), place, against.printed, compared)

    def _means(self, series: Means) -> Iterator[Fact]:
        """What the means say; nobody lies farther from the middle one than is plausible."""
        middle, far = series.middle, series.far
        place = self._more(-far, far)
        self._places.append((place, series, series.name))
        yield from self._tied(place)
        for at in range(self.width):
            students = Sum.of(np.array([at], np.intp))
            yield Fact(students.moved(place).plus(students.times(-far)), -math.inf, 0.0)
            yield Fact(students.moved(place).plus(students.times(far)), 0.0, math.inf)
        told = [
            (self._people(group), printed, Says(group, series=series_of(series.name)))
            for group, printed in series.printed.items()
        ]
        told += [
            (self.population.those(against), against.printed, Says(against.of, compares=True))
            for against in (series.against if self.compared else ())
        ]
        for people, printed, says in told:
            low, high = ((end - middle) / series.spread for end in (printed.low, printed.high))
            yield from self._between(people, place, Printed(low, high, printed.sources), says)

    def _between(self, people: Sum, place: int, printed: Printed, says: Says) -> Iterator[Fact]:
        """A count or a sum is the number of some students times something in this interval."""
        of = people.moved(place)
        yield Fact(of.plus(people.times(-printed.low)), 0.0, math.inf, printed.sources, says)
        yield Fact(of.plus(people.times(-printed.high)), -math.inf, 0.0, printed.sources, says)

    def _behind(self, group: Group, place: int, printed: Printed, says: Says) -> Iterator[Fact]:
        """The whole numbers behind a percentage."""
        size, people = self.population.sizes.get(group), self._people(group)
        if self.hulls and size:
            sources = tuple(sorted({*printed.sources, *size.sources}))
            share = printed.low, printed.high
            for students, having, most in whole_numbers(share, (size.low, size.high), self.population.true_size(group)):
                both = people.times(students).plus(people.moved(place).times(having))
                yield Fact(both, -math.inf, most, sources, says)

    def _people(self, group: Group) -> Sum:
        return self.population.people(group)


def _names(series: Series) -> tuple[object, ...]:
    """What a series of values counts or adds up."""
    return tuple(series.shares) if isinstance(series, Whole) else (series.name, series.middle, series.spread)
