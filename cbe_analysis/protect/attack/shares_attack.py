"""Coded and hidden counts that follow from all shares that are printed of one population."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress

import numpy as np

from cbe_analysis.protect.attack.claims import Whole
from cbe_analysis.protect.attack.facts import SLACK, Fact, Goal, Says, Sum, together
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.lattice import whole_numbers
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.possible import Possible
from cbe_analysis.protect.attack.printed import Printed
from cbe_analysis.protect.attack.sizes_attack import Attacked, Contradiction, Fallen, HiddenSizes, fitting
from cbe_analysis.protect.attack.targets import Target, counts
from cbe_analysis.protect.attack.told import series_of
from cbe_analysis.protect.attack.witnesses import WITNESSED_UP_TO, Witnesses, counted, other_than, truly

COUNTS_BELOW = 200  # a percentage of more students stands for several counts
DOUBTED_UP_TO = (
    110  # unknowns of several shares of a whole up to which counts between near ends are tried as whole ones
)


def attack_shares(population: Population, whole: Whole) -> Attacked:
    """The counts that come out, of the shares that make up one whole.

    A hidden count must not be certain, neither of those who have the property nor of those who have it not; and not for
    one of the group either, who knows what they themselves have. A coded count must be as uncertain as its code says,
    and a plain percentage stand for more than one count.

    Raises
    ------
    Contradiction
        When no counts fit what is printed, the comparisons aside.
    """
    try:
        return ShareAttack(population, whole).attacked()
    except Contradiction:
        return ShareAttack(population, Whole(whole.shares)).attacked()


class ShareAttack:
    """All counts that fit what is printed.

    The unknowns are, of each finest group, the students who have one of the properties of a whole, property by
    property; where there is one alone, those who have it and those who have it not.
    """

    def __init__(self, population: Population, whole: Whole) -> None:
        self.population, self.whole = population, whole
        self.names = list(whole.shares)
        self.kinds = max(2, len(self.names))
        facts = list(population.facts(self.kinds))
        for kind, name in enumerate(self.names):
            for against in whole.against.get(name, ()):
                says = Says(against.of, compares=True)
                facts += self._claimed(kind, population.those(against), against.printed, says)
        self.targets = tuple(self._targets())
        self._rows: dict[tuple[Target, bool], int] = {}
        for target in self.targets:
            for has, part in ((True, self.having), (False, self.lacking)) if not target.printed else ():
                self._rows[target, has] = len(facts)
                facts.append(Fact(part(target.kind, target.group), -math.inf, math.inf))
        self._sizes = HiddenSizes(population, self.kinds)
        self.possible = self._fitting(facts)
        self._witnesses = self._near_those_counted()
        if len(self.names) > 1 and not self._witnesses:
            self.possible.doubt_up_to(DOUBTED_UP_TO)

    def _fitting(self, facts: Sequence[Fact]) -> Possible:
        """All counts that fit, whole numbers behind each percentage where there are such."""
        claims = [
            (kind, group, share.printed)
            for kind, name in enumerate(self.names)
            for group, share in self.whole.shares[name].items()
            if share.printed
        ]
        about, sizes = tuple(self.names), self._sizes.facts
        straight = [[*self._said(kind, group, printed)] for kind, group, printed in claims]
        behind = [[*self._behind(kind, group, printed)] for kind, group, printed in claims]
        if any(behind):
            told = (f for whole, share in zip(behind, straight, strict=True) for f in whole or share)
            with suppress(Contradiction):
                return fitting(self.population, [*facts, *told, *sizes], self.kinds, about)
        return fitting(self.population, [*facts, *(f for share in straight for f in share), *sizes], self.kinds, about)

    def attacked(self) -> Attacked:
        """The counts that come out, and the hidden sizes."""
        self._look(self.targets)
        counts = [fallen for target in self.targets for fallen in self._fallen(target)]
        if self.population.rounded:
            return Attacked(tuple(counts), len(self.targets))  # sizes are attacked knowing which are small
        sizes = self._sizes.attacked(self.possible, self._witnesses)
        return Attacked((*counts, *sizes.fallen), len(self.targets) + sizes.cells)

    def _near_those_counted(self) -> Witnesses | None:
        """Whole numbers that fit, near those that were counted; None where these are not known, or not worth it."""
        unknowns, measured = self.possible.unknowns, self.population.memory.measured
        worth = len(self.names) > 1 and not self.possible.whole and unknowns <= WITNESSED_UP_TO
        if measured is None or not worth or self.population.rounded:
            return None
        true = [*counted(self.population, self.kinds)]
        for kind, name in enumerate(self.names):
            for group, row in self.whole.rows(name).items():
                if not math.isnan(total := measured.sum(row)):
                    true.append(Fact(self.having(kind, group), total, total))
        whole, held = np.ones(unknowns, bool), self.possible.held
        if (base := truly(held, whole, true)) is None:
            return None
        sums = [*self._sizes.people.values()]
        self._asked = {target: len(sums) + 2 * at for at, target in enumerate(self.targets)}
        sums += [part(t.kind, t.group) for t in self.targets for part in (self.having, self.lacking)]
        return Witnesses(self.population, held, whole, base, sums, tuple(self.names))

    def having(self, kind: int, group: Group) -> Sum:
        """Those of a group who have a property."""
        return Sum.of(self.population.atoms(group)).moved(kind * self.population.space.width)

    def lacking(self, kind: int, group: Group) -> Sum:
        """Those of a group who have it not."""
        return together(self.having(other, group) for other in range(self.kinds) if other != kind)

    def _said(self, kind: int, group: Group, printed: Printed) -> Iterator[Fact]:
        """The share of a group lies in its interval."""
        return self._claimed(kind, Sum.of(self.population.atoms(group)), printed, self._says(kind, group))

    def _says(self, kind: int, group: Group) -> Says:
        """The share of a group, as what says something; where others add up with it, apart from these."""
        return Says(group, series=series_of(self.names[kind]) if len(self.names) > 1 else ())

    def _claimed(self, kind: int, those: Sum, printed: Printed, says: Says) -> Iterator[Fact]:
        """The share of some students lies in its interval."""
        width = self.population.space.width
        having = those.moved(kind * width)
        lacking = together(those.moved(other * width) for other in range(self.kinds) if other != kind)
        for limit, low, high in ((printed.low, 0.0, math.inf), (printed.high, -math.inf, 0.0)):
            yield Fact(having.times(1 - limit).plus(lacking.times(-limit)), low, high, printed.sources, says)

    def _behind(self, kind: int, group: Group, printed: Printed) -> Iterator[Fact]:
        """The whole numbers behind the share of a group, which say all that the share and the size say.

        None where it is of other numbers than of students.
        """
        size, true = self.population.sizes.get(group), self.population.true_size(group)
        if size is None:
            return
        people, having = self.population.people(group, self.kinds), self.having(kind, group)
        for students, those, most in whole_numbers((printed.low, printed.high), (size.low, size.high), true):
            if not those and most in (-size.low, size.high):
                continue  # as the printed size says
            sources = tuple(sorted({*printed.sources, *size.sources}))
            yield Fact(
                people.times(students).plus(having.times(those)), -math.inf, most, sources, self._says(kind, group)
            )

    def _targets(self) -> Iterator[Target]:
        """Every count of a group that has a share, printed or hidden, and of those that selections leave out."""
        for kind, name in enumerate(self.names):
            shares = self.whole.shares[name]
            for group in sorted({*shares, *self.population.left_out}, key=Group.order):
                if len(self.population.atoms(group)):
                    yield Target(name, kind, group, shares.get(group))

    def _look(self, targets: Sequence[Target]) -> None:
        """See points that answer most of the questions."""
        targets = [target for target in targets if not self._of_many(target)]
        people = {t.group: self.population.people(t.group, self.kinds) for t in targets}
        sizes = self.population.sizes
        self.possible.look([Goal(one.times(-1.0), -sizes[g].low) for g, one in people.items() if g in sizes])
        self.possible.look([Goal(one, sizes[g].high) for g, one in people.items() if g in sizes])
        for part in (self.having, self.lacking):
            sums = [part(t.kind, t.group) for t in targets if not t.plain]
            self.possible.look([Goal(one.times(-1.0), 0.0) for one in sums])
            self.possible.look([Goal(one, 2.0) for one in sums])

    def _fallen(self, target: Target) -> Iterator[Fallen]:
        """The count, if it comes out, with the releases that give it away."""
        having, lacking = self.having(target.kind, target.group), self.lacking(target.kind, target.group)
        share, printed = target.share, target.printed
        if share is None or printed is None:
            out = not (self.possible.several(having) and self.possible.several(lacking))
            out = out or any(self._told_by_own(target, has) for has in (True, False))
        elif share.code:
            few = having if target.few_have else lacking
            out = self._coded(few, target)
        else:
            out = self._told(target, printed)
        relief = frozenset[Says]()
        if self._witnesses and not out:
            needs = [*self._rooms(self._witnesses, target)]
            out, relief = None in needs, relief.union(*(need for need in needs if need))
        if out or relief:
            blame = self.possible.blame(*(part.times(sign) for part in (having, lacking) for sign in (1.0, -1.0)))
            yield Fallen(target.group, "share", target.name[0], blame.sources, blame.says, relief=relief)

    def _rooms(self, witnesses: Witnesses, target: Target) -> Iterator[frozenset[Says] | None]:
        """What to hide so that whole numbers are known that leave a count its room; None where none are found."""
        if self._of_many(target):
            return
        having, lacking = self._asked[target], self._asked[target] + 1
        if target.printed is not None:
            few, by = having, 1.0
            if not target.plain:
                few = having if target.few_have else lacking
                by = max(1.0, target.unsure(self.population.minimum) - 1.0)
            if np.ptp(witnesses.values(few)) < by - SLACK:
                yield witnesses.relief(other_than(few, witnesses.values(few)[0], by=by))
            return
        for of in (having, lacking):
            yield witnesses.relief(other_than(of, witnesses.values(of)[0]))
        for own, other in ((having, lacking), (lacking, having)):
            there = witnesses.values(own) >= 1.0 - SLACK
            if there.any():
                yield witnesses.relief(other_than(other, witnesses.values(other)[there][0], (own, 1.0, math.inf)))

    def _told_by_own(self, target: Target, has: bool) -> bool:
        """Whether one of the group, who has the property or has it not, would know that of all the others."""
        own, other = self.having(target.kind, target.group), self.lacking(target.kind, target.group)
        own, other = (own, other) if has else (other, own)
        if self.possible.seen(own)[1] < 2 - SLACK:
            self.possible.approach(own)
        if self.possible.seen(own)[1] < 2 - SLACK:
            low, high = self.possible.whole_range(own)
            if max(low, 1.0) >= high:
                return high >= 1 and self.possible.seen(own)[1] > 1 - SLACK
        if self._several_beside(own, other):
            return False
        with self.possible.where(self._rows[target, has], 1.0, math.inf):
            self.possible.approach(other)
            if self._several_beside(own, other):
                return False
            low, high = self.possible.range(other)
        return math.ceil(low - SLACK) == math.floor(high + SLACK)

    def _several_beside(self, own: Sum, other: Sum) -> bool:
        """Whether a count was seen to have several values beside one of at least 1."""
        low, high = self.possible.beside(other, own, 1.0)
        return low <= high and math.ceil(low - SLACK) < math.floor(high + SLACK)

    def _coded(self, few: Sum, target: Target) -> bool:
        """Whether those who are few in a coded group are known better than the code says."""
        unsure = target.unsure(self.population.minimum)
        # between two ends so far apart lie as many whole numbers, the outermost of them one less apart
        apart = (max(1.0, unsure - 1.0) if self.possible.whole else unsure) - SLACK
        low, high = self.possible.seen(few)
        if high - low >= apart or self.possible.may_be(few, most=0.0, least=unsure):
            return False
        low, high = self.possible.range(few)
        return high - low < apart

    def _of_many(self, target: Target) -> bool:
        """Whether it is a plain percentage that stands for several counts anyway."""
        size = self.population.sizes.get(target.group)
        return target.plain and (size is None or size.high >= COUNTS_BELOW)

    def _told(self, target: Target, printed: Printed) -> bool:
        """Whether a percentage, with all that is known of the size and the count, stands for one count only."""
        if self._of_many(target):
            return False
        people, having = self.population.people(target.group, self.kinds), self.having(target.kind, target.group)
        if not self.possible.several(having):
            return True
        several: set[int] = set()
        for of, some in ((self.possible.seen(people), self.possible.seen(having)), (None, None)):
            n = of or self.possible.range(people)
            y = some or self.possible.range(having)
            several = counts((printed.low, printed.high), n, y)
            if len(several) > 1:
                return False
        return len(several) == 1
