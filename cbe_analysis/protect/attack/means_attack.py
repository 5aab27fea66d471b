"""Means of hidden groups that follow from all means that are printed of one population."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cbe_analysis.protect.attack.comparisons import Against, Sides, compared
from cbe_analysis.protect.attack.facts import Fact, Says, Sum
from cbe_analysis.protect.attack.frames import Frame
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.possible import Possible
from cbe_analysis.protect.attack.printed import Printed
from cbe_analysis.protect.attack.reading import Row, error_said, mean_said
from cbe_analysis.protect.attack.sizes_attack import Attacked, Contradiction, Fallen
from cbe_analysis.protect.attack.told import Property, Said

AVERAGED = ("mean", "depth", "expected_share")  # sums over students, divided by their number
FAR = 4.0  # standard deviations: no student lies farther beyond the printed means
NEARLY = 0.9  # of the width that is asked for: errors are printed to two figures


@dataclass(frozen=True, slots=True)
class Means:
    """One series of means.

    Parameters
    ----------
    printed
        Group -> its mean, as it was rounded.
    hidden
        The groups whose mean is hidden.
    spread
        Standard deviation of students, by the printed errors; 0 where none is printed.
    rows
        Group -> a row about it.
    """

    name: Property
    printed: Mapping[Group, Printed]
    hidden: frozenset[Group]
    spread: float
    against: tuple[Against, ...] = ()
    rows: Mapping[Group, Row] = field(default_factory=dict)

    @property
    def middle(self) -> float:
        """A value in the middle of those that are printed."""
        return statistics.median((p.low + p.high) / 2 for p in self.printed.values())

    @property
    def far(self) -> float:
        """How far from the middle a student may lie, in standard deviations."""
        middle = self.middle
        ends = (abs(end - middle) for p in self.printed.values() for end in (p.low, p.high))
        return max(ends) / self.spread + FAR


def means(frame: Frame) -> list[Means]:
    """All series of means that are printed of a population."""
    found: dict[Property, list[Said]] = {}
    for table in frame.adding:
        for said in table.said:
            if said.row.quantity in AVERAGED and not said.row.compares:
                found.setdefault(table.property(said), []).append(said)
    return [replace(own := _series(*told), against=_against(frame, own)) for told in sorted(found.items())]


def _against(frame: Frame, series: Means) -> tuple[Against, ...]:
    """What gaps say of the means; adjusted ones are no differences of printed means."""
    found: list[Against] = []
    for table in frame.tables:
        named = {table.property(s) for s in table.said if s.row.quantity in AVERAGED and s.row.unit == series.name[-2]}
        if named == {series.name} and not table.release.parameters.get("adjust"):
            sides = Sides(table)
            gaps = [
                s for s in table.said if compared(s.row) and (s.row.quantity, s.row.unit) == ("gap", series.name[-2])
            ]
            found += [a for gap in gaps for a in sides.against(gap, series.printed, (-math.inf, math.inf))]
    return tuple(found)


def _series(name: Property, told: Sequence[Said]) -> Means:
    printed: dict[Group, Printed] = {}
    spreads = []
    for said in told:
        if interval := mean_said(said.row):
            known = printed.get(said.group, Printed(-math.inf, math.inf, ()))
            printed[said.group] = known.narrowed(interval, said.source)
            error, size = error_said(said.row), said.size
            if error > 0 and size:
                spreads.append(error * math.sqrt(sum(size) / 2))
    hidden = frozenset(said.group for said in told) - printed.keys()
    rows = {said.group: said.row for said in told}
    return Means(name, printed, hidden, statistics.median(spreads) if spreads else 0.0, rows=rows)


def attack_means(population: Population, series: Means) -> Attacked:
    """The hidden groups whose mean is known better than that of a group of the minimum size would be printed.

    Sums and sizes add up over groups, and a printed mean ties the two; of a hidden group, the sum is sought given its
    size: the true one where that is known, else the largest that would be small. The range of its mean must be at least
    as wide as the standard error of a group of the minimum size. Groups that are truly large need no such protection,
    and nobody's mean is hidden where there is nobody. Slopes, intercepts, effects, medians and percentiles of groups do
    not add up to those of the whole in any such way: for them only the rules hold that look at the rows themselves.

    Raises
    ------
    Contradiction
        When no sums fit what is printed.
    """
    hidden = sorted(series.hidden | population.left_out.keys(), key=Group.order)
    targets = [g for g in hidden if len(population.atoms(g)) and not population.true_size(g) >= population.minimum]
    if not targets or not series.printed or not series.spread:
        return Attacked((), len(targets))
    return Attacked(tuple(MeanAttack(population, series, targets).fallen()), len(targets))


class MeanAttack:
    """All sizes and sums that fit what is printed; sums are measured from a middle value, in standard deviations."""

    def __init__(self, population: Population, series: Means, targets: Sequence[Group]) -> None:
        self.population, self.series, self.targets = population, series, targets
        self.middle, self.far = series.middle, series.far
        self.width = population.space.width
        facts = list(population.facts())
        for one, other in population.space.ties():
            facts.append(Fact(self._moved(Sum.of(one).plus(Sum.of(other, -1.0))), 0.0, 0.0))
        facts += self._within()
        for group, printed in series.printed.items():
            facts += self._meant(population.people(group), printed, Says(group))
        for against in series.against:
            facts += self._meant(population.those(against), against.printed, Says(against.of, compares=True))
        self._sizes = {group: len(facts) + i for i, group in enumerate(targets)}
        facts += [Fact(population.people(group), -math.inf, math.inf) for group in targets]
        far = [self.far * most for most in population.most]
        low, high = [0.0] * self.width + [-most for most in far], population.most + far
        memory = population.memory.of((series.name, self.middle, series.spread), len(low))
        self.possible = Possible(low, high, facts, whole=False, memory=memory)
        if not self.possible.consistent:
            raise Contradiction

    def fallen(self) -> Iterator[Fallen]:
        """The groups whose mean is known too well."""
        for group in self.targets:
            if n := self._telling(group):
                total = self._moved(self.population.people(group))
                with self.possible.where(self._sizes[group], n, n):
                    low, high = self.possible.range(total)
                    if high - low < NEARLY * n / math.sqrt(self.population.minimum):
                        blame = self.possible.blame(total, total.times(-1.0))
                        yield Fallen(group, "mean", self.series.name[0], blame.sources, blame.says)

    def _telling(self, group: Group) -> float:
        """The size at which the mean is looked at; 0 where nobody can be in the group or nothing is known of it."""
        n = self.population.true_size(group)
        if not math.isnan(n) and not self.population.frame.of_years:
            return n
        low, high = self.possible.range(self.population.people(group))
        if not math.isnan(n):
            return min(max(n, low), high)
        return max(low, min(high, self.population.minimum - 1.0)) if high >= 1 else 0.0

    def _moved(self, people: Sum) -> Sum:
        """The sum of values over the same finest groups."""
        return people.moved(self.width)

    def _within(self) -> Iterator[Fact]:
        """Nobody lies farther away than that."""
        far = self.far
        for atom in range(self.width):
            people = Sum.of(np.array([atom], np.intp))
            yield Fact(self._moved(people).plus(people.times(-far)), -math.inf, 0.0)
            yield Fact(self._moved(people).plus(people.times(far)), 0.0, math.inf)

    def _meant(self, people: Sum, printed: Printed, says: Says) -> Iterator[Fact]:
        """The sum of some students is their number times a mean in this interval."""
        low, high = ((end - self.middle) / self.series.spread for end in (printed.low, printed.high))
        yield Fact(self._moved(people).plus(people.times(-low)), 0.0, math.inf, printed.sources, says)
        yield Fact(self._moved(people).plus(people.times(-high)), -math.inf, 0.0, printed.sources, says)
