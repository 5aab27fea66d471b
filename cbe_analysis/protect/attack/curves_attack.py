"""Events between two days that follow from all curves that are printed of one population."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from cbe_analysis.protect.attack.curve_claims import Curve
from cbe_analysis.protect.attack.facts import SLACK, Fact, Goal, Says, Sum, together
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.possible import Possible
from cbe_analysis.protect.attack.sizes_attack import Attacked, Contradiction, Fallen

START = -1  # the position before the first day


def attack_curves(population: Population, curve: Curve) -> Attacked:
    """The steps that come out.

    In a step that is printed of a group, as many must be possible as a group has to be shown, and several counts. Of a
    step that is not printed, neither how many have the event in it nor how many have it by then or later must be known
    to one of them, who knows of themselves.

    Raises
    ------
    Contradiction
        When no counts fit what is printed.
    """
    for rule, whole in ((True, True), (True, False), (False, True)):
        with suppress(Contradiction):
            return CurveAttack(population, curve, rule=rule, whole=whole).attacked()
    return CurveAttack(population, curve, rule=False, whole=False).attacked()


@dataclass(frozen=True, slots=True)
class Target:
    """A count that must not come out: the events of a group after one day, up to another.

    Parameters
    ----------
    after, until
        Positions of days; START, and one past the last, for the ends.
    printed
        True when the group's curve is printed at both.
    """

    group: Group
    after: int
    until: int
    printed: bool


class CurveAttack:
    """All counts that fit what is printed.

    The unknowns are, of each finest group, the students who have the event in each step between two days, and those who
    do not have it by the last.

    Parameters
    ----------
    rule
        Whether it is used that every step that one release prints rests on enough, as everybody may read.
    whole
        Whether whole numbers alone are possible where there are few unknowns; where students were lost from sight, a
        share without the event is none of a whole number.
    """

    def __init__(self, population: Population, curve: Curve, *, rule: bool, whole: bool) -> None:
        self.population, self.curve = population, curve
        self.days, self.places = curve.days, {day: i for i, day in enumerate(curve.days)}
        self.kinds = len(self.days) + 1
        facts = [*population.facts(self.kinds), *self._shares(), *self._times(), *(self._rule() if rule else ())]
        most = population.most * self.kinds
        memory = population.memory.of((curve.name, curve.days), len(most))
        self.possible = Possible([0.0] * len(most), most, facts, whole=whole, memory=memory)
        if not self.possible.consistent:
            raise Contradiction
        self.targets = tuple(self._targets())

    def attacked(self) -> Attacked:
        """The steps that come out; one of a group is enough."""
        self._look()
        fallen = {target.group: sum_of for target in self.targets if (sum_of := self._out(target))}
        return Attacked(tuple(self._fallen(*pair) for pair in fallen.items()), len(self.targets))

    def events(self, group: Group, after: int, until: int) -> Sum:
        """Those of a group who have the event after one day, up to another."""
        of, width = Sum.of(self.population.atoms(group)), self.population.space.width
        return together(of.moved(kind * width) for kind in range(after + 1, until + 1))

    def _claimed(self, group: Group, at: int, low: float, high: float, sources: tuple[int, ...]) -> Iterator[Fact]:
        """The share that is without the event after a day lies between these."""
        gone, left = self.events(group, START, at), self.events(group, at, len(self.days))
        for limit, least, most in ((low, 0.0, math.inf), (high, -math.inf, 0.0)):
            yield Fact(left.times(1 - limit).plus(gone.times(-limit)), least, most, sources, Says(group))

    def _shares(self) -> Iterator[Fact]:
        """What the printed shares say."""
        for day, shares in self.curve.shares.items():
            for group, share in shares.items():
                if printed := share.printed:
                    yield from self._claimed(group, self.places[day], printed.low, printed.high, printed.sources)

    def _times(self) -> Iterator[Fact]:
        """What the printed times say of the days before and after them."""
        for one in self.curve.times:
            for at, day in enumerate(self.days):
                low, high = (one.share if day <= one.before else 0.0), (one.share if day >= one.day else 1.0)
                yield from self._claimed(one.group, at, low, high, (one.source,))

    def _rule(self) -> Iterator[Fact]:
        """That every step of one release rests on enough, and that enough are left at its end."""
        for group in self.curve.groups:
            for source in self.curve.sources(group):
                told = [self.places[day] for day in self.curve.told(group, source)]
                for after, until in zip([START, *told], [*told, len(self.days)], strict=True):
                    least = float(self.population.minimum)
                    yield Fact(self.events(group, after, until), least, math.inf, (source,), Says(group))

    def _targets(self) -> Iterator[Target]:
        """Every printed step, and, where a group is not told of a day, what it has to do with that day."""
        end = len(self.days)
        for group in sorted({*self.curve.groups, *self.population.left_out}, key=Group.order):
            if not len(self.population.atoms(group)):
                continue
            told = [self.places[day] for day in self.curve.told(group)]
            yield from (Target(group, a, b, True) for a, b in zip([START, *told], [*told, end], strict=True) if told)
            for at in range(end):
                if at not in told:
                    yield from (Target(group, START, at, False), Target(group, at, end, False))
                if at not in told or at - 1 not in (START, *told):
                    yield Target(group, at - 1, at, False)

    def _look(self) -> None:
        """See points that answer most of the questions: many steps at once as large as they may be."""
        every = {t: self.events(t.group, t.after, t.until) for t in self.targets}
        for turn in range(2):
            for printed in (True, False):
                some = [one for t, one in every.items() if t.printed == printed and t.until % 2 == turn]
                self.possible.look([Goal(one, math.inf) for one in some])
        hidden = [one for t, one in every.items() if not t.printed]
        self.possible.look([Goal(one.times(-1.0), 0.0) for one in hidden])
        self.possible.look([Goal(one, 2.0) for one in hidden])

    def _out(self, target: Target) -> Sum | None:
        """The step, if it comes out."""
        of = self.events(target.group, target.after, target.until)
        for known in (self.possible.seen, self.possible.range):
            low, high = known(of)
            seen = math.isfinite(high - low)
            if seen and self._uncertain(target, math.ceil(low - SLACK), math.floor(high + SLACK)):
                return None
        if not seen:
            raise Contradiction
        return of

    def _uncertain(self, target: Target, low: int, high: int) -> bool:
        """Whether what is known of a step tells nobody too much."""
        if target.printed:
            return high > low and high >= self.population.minimum
        return high > max(low, 1)  # one of those who are counted knows of themselves

    def _fallen(self, group: Group, of: Sum) -> Fallen:
        """The group, with the releases that give it away."""
        blame = self.possible.blame(of, of.times(-1.0))
        return Fallen(group, "curve", self.curve.name[0], blame.sources, blame.says)
