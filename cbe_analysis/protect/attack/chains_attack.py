"""Counts between the cuts of a scale that follow from all shares that are printed of one population together."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from itertools import combinations

from cbe_analysis.protect.attack.curve_claims import Curve
from cbe_analysis.protect.attack.curves_attack import START, CurveAttack, Target
from cbe_analysis.protect.attack.denominators import COUNTS_BELOW
from cbe_analysis.protect.attack.facts import Fact, Says, Sum
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.lattice import edges
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.printed import Printed
from cbe_analysis.protect.attack.scales import Scale
from cbe_analysis.protect.attack.sizes_attack import Attacked, Fallen

WHOLE_UP_TO = 12  # unknowns up to which all answers are whole numbers; of so many parts more would take too long


def attack_chain(population: Population, scale: Scale, known: Collection[Fallen]) -> Attacked:
    """The counts that come out, of groups that are told of and of hidden ones.

    Who is above a cut is above every lower one: the cuts are the days of a curve. Of those below, between and above the
    cuts two numbers or more must be possible.

    Parameters
    ----------
    known
        What came out before, and is not told again.

    Raises
    ------
    Contradiction
        When no counts fit what is printed: the shares are not of the same students.
    """
    return ChainAttack(population, scale).besides({(one.group, one.of) for one in known if one.what == "share"})


class ChainAttack(CurveAttack):
    """All counts that fit what is printed, as those of a curve do; students alone are counted."""

    def __init__(self, population: Population, scale: Scale) -> None:
        self.scale = scale
        cuts = {at: cut.shares for at, cut in enumerate(scale.cuts)}
        few = population.space.width * (len(cuts) + 1) <= WHOLE_UP_TO
        super().__init__(population, Curve(scale.name, cuts), rule=False, whole=few)

    def besides(self, known: Collection[tuple[Group, str]]) -> Attacked:
        """The counts that come out; none that did before."""
        self._look()
        new = ((t, says) for t in self.targets if (t.group, says := self._says(t)) not in known)
        fallen = [self._told(t, of, says) for t, says in new if (of := self._out(t))]
        return Attacked(tuple({(one.group, one.of): one for one in fallen}.values()), len(self.targets))

    def _shares(self) -> Iterator[Fact]:
        """What the printed shares say, and the whole numbers behind them."""
        for at, cut in enumerate(self.scale.cuts):
            for group in cut.shares:
                if printed := cut.printed(group):
                    yield from self._claimed(group, at, printed.low, printed.high, printed.sources)
                    yield from self._behind(group, at, printed)

    def _behind(self, group: Group, at: int, printed: Printed) -> Iterator[Fact]:
        """The whole numbers behind the share of a group above a cut; none where it counts others than students."""
        size, true = self.population.sizes.get(group), self.population.true_size(group)
        share = printed.low, printed.high
        if size is None or size.high >= COUNTS_BELOW or not (math.isnan(true) or edges(share, (true, true))):
            return
        people, above = self.population.people(group, self.kinds), self.events(group, at, len(self.days))
        for students, those, most in edges(share, (size.low, size.high)):
            sources = tuple(sorted({*printed.sources, *size.sources}))
            yield Fact(people.times(students).plus(above.times(those)), -math.inf, most, sources, Says(group))

    def _targets(self) -> Iterator[Target]:
        """Every part between two cuts, or an end of the scale, but of groups so large that none is certain."""
        end = len(self.days)
        cuts = [*combinations(self.scale.cuts, 2)]
        nobody = {pair for pair, told in zip(combinations(range(end), 2), cuts, strict=True) if told[0].alike(told[1])}
        for group in sorted({*self.curve.groups, *self.population.left_out}, key=Group.order):
            size = self.population.sizes.get(group)
            if not len(self.population.atoms(group)) or (size and size.high >= COUNTS_BELOW):
                continue
            for after, until in combinations(range(START, end + 1), 2):
                if until - after <= end and (after, until) not in nobody:
                    yield Target(group, after, until, size is not None)

    def _out(self, target: Target) -> Sum | None:
        """The part, if it comes out."""
        of = self.events(target.group, target.after, target.until)
        return None if self.possible.several(of) else of

    def _says(self, target: Target) -> str:
        """What comes out, in words."""
        if target.after == START or target.until == len(self.days):
            return self.scale.indicator
        return self.scale.between(target.after, target.until)

    def _told(self, target: Target, of: Sum, says: str) -> Fallen:
        """The group, with the releases that give it away."""
        blame = self.possible.blame(of, of.times(-1.0))
        cut = self.scale.cuts[min(target.until, len(self.days) - 1)]
        return Fallen(target.group, "share", says, blame.sources, blame.says, cut.series)
