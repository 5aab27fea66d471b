"""Which sizes of a group fit every percentage that is printed of it: 33 % and 17 % are of 12 students, or of 18."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cbe_analysis.protect.attack.claims import Share, Whole
from cbe_analysis.protect.attack.facts import SLACK, Goal
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.means_attack import Means
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.printed import Printed
from cbe_analysis.protect.attack.sizes_attack import Attacked, Contradiction, Fallen, fitting

COUNTS_BELOW = 200  # a percentage of more students stands for several counts
NEAR = 1e-9
ROUNDS = 4  # how often what totals leave open and what percentages leave open are held against each other


@dataclass(frozen=True, slots=True)
class Fractions:
    """Shares of one group that make up a whole; or one alone, or a mean of whole numbers.

    Parameters
    ----------
    printed
        Their intervals.
    adding
        Whether those that are printed, and the hidden ones, add up to the group.
    hidden
        Whether some of them are hidden.
    """

    printed: tuple[Printed, ...]
    adding: bool = False
    hidden: bool = False

    @property
    def sources(self) -> tuple[int, ...]:
        """Positions of the releases."""
        return tuple(sorted({source for one in self.printed for source in one.sources}))

    def counts(self, n: int) -> list[range]:
        """The counts behind each of them in a group of `n`; no counts for one of them where no such group exists."""
        found = [range(math.ceil(p.low * n - NEAR), math.floor(p.high * n + NEAR) + 1) for p in self.printed]
        if not self.adding or not all(found):
            return found
        least, most = sum(c[0] for c in found), sum(c[-1] for c in found)
        most = max(most, n) if self.hidden else most
        return [range(max(c[0], n - most + c[-1]), min(c[-1], n - least + c[0]) + 1) for c in found]

    def admit(self, n: int) -> bool:
        """Whether a group of `n` students can have such shares."""
        return all(self.counts(n))


@dataclass(frozen=True, slots=True)
class Denominator:
    """The sizes that a group may have.

    Parameters
    ----------
    sizes
        In their order; one at least.
    sources
        Positions of the releases that leave no others.
    told
        The shares that they are the denominators of.
    """

    sizes: tuple[int, ...]
    sources: tuple[int, ...]
    told: tuple[Fractions, ...]

    @property
    def printed(self) -> Printed:
        """The range of the size."""
        return Printed(float(self.sizes[0]), float(self.sizes[-1]), self.sources)

    def between(self, low: float, high: float, sources: Iterable[int]) -> Denominator:
        """The sizes between two limits that releases set; as they are where none is."""
        kept = tuple(n for n in self.sizes if low - SLACK <= n <= high + SLACK)
        if not kept or kept == self.sizes:
            return self
        return Denominator(kept, tuple(sorted({*self.sources, *sources})), self.told)

    def certain(self) -> Iterator[Printed]:
        """The shares behind which one count stands, whatever the size."""
        for fractions in self.told:
            counts = [fractions.counts(n) for n in self.sizes]
            for at, printed in enumerate(fractions.printed):
                if len({y for own in counts for y in own[at]}) == 1:
                    yield printed


def attack_denominators(population: Population, told: Sequence[Whole], averaged: Sequence[Means]) -> Attacked:
    """The printed sizes, and the counts behind percentages, that all percentages of one group together give away.

    A size that is printed as a band or to the nearest ten must have two possible values, and so must the count behind
    a percentage that is not coded. What is left of the sizes is kept for the attacks that follow. Percentages that do
    not fit the true size, where that is known, are of other numbers than of students, and mislead an outsider.
    """
    found, printed = _denominators(population, told, averaged), dict(population.sizes)
    for _ in range(ROUNDS if found else 0):
        population.sizes.update({group: denominator.printed for group, denominator in found.items()})
        try:
            kept = _held_against_totals(population, found)
        except Contradiction:
            population.sizes.update(printed)
            return Attacked((), len(found))
        if kept == found:
            break
        found = kept
    fallen = [one for group, denominator in found.items() for one in _fallen(population, group, denominator, told)]
    return Attacked(tuple(fallen), len(found))


def _fallen(population: Population, group: Group, denominator: Denominator, told: Sequence[Whole]) -> Iterator[Fallen]:
    """What comes out of one group."""
    sources = frozenset(denominator.sources)
    if len(denominator.sizes) == 1 and population.counts_students(group) and not population.officially(group):
        yield Fallen(group, "size", "", sources)
    certain = list(denominator.certain())
    for whole in told if certain else ():
        for name, shares in whole.shares.items():
            share = shares.get(group)
            if share and not share.code and share.printed in certain:
                yield Fallen(group, "share", name[0], sources | frozenset(share.printed.sources))


def _denominators(population: Population, told: Sequence[Whole], averaged: Sequence[Means]) -> dict[Group, Denominator]:
    """Group -> the sizes that fit all its percentages, where these leave fewer than the printed size does."""
    found: dict[Group, Denominator] = {}
    for group, size in population.sizes.items():
        every = range(math.ceil(size.low - SLACK), math.floor(min(size.high, COUNTS_BELOW) + SLACK) + 1)
        if size.high >= COUNTS_BELOW or len(every) < 2:
            continue
        true = population.true_size(group) if population.counts_students(group) else math.nan
        fractions = [f for f in fractions_of(group, told, averaged) if math.isnan(true) or f.admit(int(true))]
        if denominator := _fitting(every, size, sorted(fractions, key=lambda f: f.sources)):
            found[group] = denominator
    return found


def _fitting(every: Sequence[int], size: Printed, fractions: Sequence[Fractions]) -> Denominator | None:
    """The sizes that fit; None where all do, or none does: then they are no shares of the same students."""
    sizes, sources = list(every), {*size.sources}
    for one in fractions:
        kept = [n for n in sizes if one.admit(n)]
        if len(kept) < len(sizes):
            sizes, sources = kept, {*sources, *one.sources}
    if not sizes or (len(sizes) == len(every) and len(fractions) < 2):
        return None
    return Denominator(tuple(sizes), tuple(sorted(sources)), tuple(fractions))


def fractions_of(group: Group, told: Sequence[Whole], averaged: Sequence[Means]) -> Iterator[Fractions]:
    """Everything that is printed of a group as a part of its students."""
    for whole in told:
        own: list[Share] = [shares[group] for shares in whole.shares.values() if group in shares]
        printed = tuple(p for share in own if (p := share.printed))
        several = len(whole.shares) > 1
        if printed:
            yield Fractions(printed, adding=several, hidden=len(printed) < len(whole.shares))
    for series in averaged:
        quantity, unit, _ = series.name[-3:]
        if quantity == "mean" and "/" not in unit and (mean := series.printed.get(group)):
            yield Fractions((mean,))


def _held_against_totals(population: Population, found: Mapping[Group, Denominator]) -> dict[Group, Denominator]:
    """The sizes that fit what all totals leave open, too.

    Raises
    ------
    Contradiction
        When no sizes do: the percentages are of other numbers than of students.
    """
    possible = fitting(population, list(population.facts()), 1)
    people = {group: population.people(group) for group in found}
    possible.look([Goal(of, float(found[group].sizes[-1])) for group, of in people.items()])
    possible.look([Goal(of.times(-1.0), -float(found[group].sizes[0])) for group, of in people.items()])
    kept: dict[Group, Denominator] = {}
    for group, own in found.items():
        low, high = possible.seen(people[group])
        if low > own.sizes[0] + SLACK:
            low, _ = possible.range(people[group], ends="low")
        if high < own.sizes[-1] - SLACK:
            _, high = possible.range(people[group], ends="high")
        if low > own.sizes[0] + SLACK or high < own.sizes[-1] - SLACK:
            blamed = possible.sources(people[group], people[group].times(-1.0))
            own = own.between(low, high, blamed)
        kept[group] = own
    return kept
