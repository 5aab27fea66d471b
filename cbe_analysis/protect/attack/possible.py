"""What fits a set of printed numbers: the smallest and the largest value of any sum, and whose numbers say so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.attack.facts import SLACK, Blame, Fact, Goal, Says, Sum, Wanted, together
from cbe_analysis.protect.attack.points import Points
from cbe_analysis.protect.attack.reading import Interval
from cbe_analysis.protect.pattern.loosening import Held
from cbe_analysis.protect.pattern.polytope import BRANCHES, Bound, Point, Polytope

WHOLE_UP_TO = 24  # unknowns up to which all answers are whole numbers
TRIED_UP_TO = 80  # unknowns up to which whole numbers are looked for that leave a hidden size its room
DOUBTED_UP_TO = 32  # unknowns up to which few numbers between two ends are tried as whole ones
TRIES = 200  # branches that are tried for such
DOUBTS = 50  # branches that are tried then
FEW = 3.0
FEWER, FEWER_DOUBTS = 2.0, 5  # the same where more unknowns are doubted
FEW_LEFT = 0.1


class Possible:
    """All numbers that fit some facts.

    Parameters
    ----------
    low, high
        Bounds of the unknowns.
    whole
        True when the unknowns count students; for few of them only whole numbers are then taken to be possible, and
        for some more where a sum has few values.
    memory
        Points that fitted before: those that fit the facts are used again, and new ones are added.

    Attributes
    ----------
    consistent
        False when nothing fits.
    whole
        True when only whole numbers are taken to be possible.
    """

    def __init__(
        self,
        low: Sequence[float],
        high: Sequence[float],
        facts: Sequence[Fact],
        *,
        whole: bool,
        memory: Points | None = None,
    ) -> None:
        self._facts, self._low, self._high = facts, low, high
        self._sources = frozenset(source for fact in facts for source in fact.sources)
        self.whole = whole and len(low) <= WHOLE_UP_TO
        self._doubtful, self._counting = whole and len(low) <= DOUBTED_UP_TO, whole
        self._few, self._doubts = FEW, DOUBTS
        self._polytope = Polytope(low, high, [Bound(f.sum.mapping(), f.low, f.high) for f in facts])
        self._points, self._memory = Points(len(low)), memory
        if memory is not None:
            self._points.add_fitting(memory, self._polytope)
        self.consistent = len(self._fitting) > 0 or self._remembered(self._anywhere()) is not None

    def doubt_up_to(self, unknowns: int) -> None:
        """Try the numbers between near ends as whole ones where there are up to so many unknowns."""
        if self._counting and not self._doubtful and self.unknowns <= unknowns:
            self._doubtful, self._few, self._doubts = True, FEWER, FEWER_DOUBTS

    def may_be(self, sum_of: Sum, *, most: float = math.inf, least: float = -math.inf) -> bool:
        """Whether a sum may be as small as `most` and as large as `least`, each at some point."""
        seen = self._values(sum_of)
        few = (
            most == math.inf or bool((seen <= most + SLACK).any()) or self.range(sum_of, ends="low")[0] <= most + SLACK
        )
        if not few:
            return False
        many = least == -math.inf or bool((seen >= least - SLACK).any())
        return many or self.range(sum_of, ends="high")[1] >= least - SLACK

    def seen(self, sum_of: Sum) -> Interval:
        """The smallest and the largest value of a sum so far."""
        values = self._values(sum_of)
        return (float(values.min()), float(values.max())) if len(values) else (math.inf, -math.inf)

    def values(self, sums: Sequence[Sum]) -> NDArray[np.float64]:
        """The values that some sums had together so far, shape `(points, sums)`."""
        return np.column_stack([self._values(one) for one in sums])

    def beside(self, sum_of: Sum, other: Sum, least: float) -> Interval:
        """The smallest and the largest value of a sum that were seen beside a value of another of at least so much.

        Between two points lie others that fit as well, unless these must be whole numbers.
        """
        seen = self.values([other, sum_of])
        there = seen[:, 0] >= least - SLACK
        if not there.any():
            return math.inf, -math.inf
        values = seen[there, 1]
        if not self.whole and not there.all():
            far, near = seen[seen[:, 0].argmax()], seen[~there]
            part = np.minimum((least - near[:, 0]) / (far[0] - near[:, 0]), 1.0)
            values = np.append(values, near[:, 1] + part * (far[1] - near[:, 1]))
        return float(values.min()), float(values.max())

    def range(self, sum_of: Sum, ends: str = "both") -> Interval:
        """The smallest and the largest value of a sum."""
        low = self._least(sum_of) if ends != "high" else None
        high = self._least(sum_of.times(-1.0)) if ends != "low" else None
        return (low.value if low else math.nan), (-high.value if high else math.nan)

    def whole_range(self, sum_of: Sum) -> Interval:
        """The smallest and the largest whole value of a sum; where only fractions fit, those between which they lie."""
        low, high = self.range(sum_of)
        if self._doubtful and not self.whole and high - low < self._few:
            least, most = self._whole_end(sum_of), self._whole_end(sum_of.times(-1.0))
            low, high = (least.value, -most.value) if least and most else (low, high)
        first, last = float(math.ceil(low - SLACK)), float(math.floor(high + SLACK))
        return (first, last) if first <= last else (last, first)

    def several(self, sum_of: Sum) -> bool:
        """Whether a sum may have two whole values or more."""
        low, high = self.seen(sum_of)
        enough = self._few if self._doubtful and not self.whole else 1.0
        if high > low and math.floor(high + SLACK) - math.ceil(low - SLACK) >= enough:
            return True
        if not self.whole:
            low, high = self.range(sum_of)
            first, last = math.ceil(low - SLACK), math.floor(high + SLACK)
            if not self._doubtful or high - low >= self._few or last <= first:
                return last != first
        return self._several_whole(sum_of, low, high)

    def _several_whole(self, sum_of: Sum, low: float, high: float) -> bool:
        """Whether a sum that lies between these may have two values where all unknowns are whole."""
        if np.ptp(self._whole_values(sum_of)) > SLACK:
            return True
        least = self._whole_end(sum_of)
        if np.ptp(self._whole_values(sum_of)) > SLACK:
            return True
        most = self._whole_end(sum_of.times(-1.0))
        low, high = (least.value, -most.value) if least and most else (low, high)
        return math.floor(high + SLACK) != math.ceil(low - SLACK)

    def _whole_end(self, sum_of: Sum) -> Point | None:
        """Where a sum is smallest among whole numbers, as far as few branches tell."""
        nodes = BRANCHES if self.whole else self._doubts
        return self._remembered(self._polytope.least_whole(sum_of.mapping(), nodes))

    def approach(self, sum_of: Sum) -> None:
        """See whole numbers near both ends of a sum: most questions need not know the ends themselves."""
        for _ in self._nearing(sum_of) if self.whole else ():
            pass

    def _nearing(self, sum_of: Sum) -> Iterator[None]:
        """Steps towards the ends of a sum."""
        for sign in (1.0, -1.0):
            if self._remembered(self._polytope.near_least(sum_of.times(sign).mapping())):
                yield

    def look(self, goals: Iterable[Goal]) -> None:
        """Push many sums to their levels at once, as long as that helps: most questions are answered so.

        It helps when it answers any; whole numbers take longer to find, and must answer half of what is left. Where few
        are left from before, these are left to be asked one by one.
        """
        told = list(goals)
        left = [goal for goal in told if self.seen(goal.sum)[1] < goal.least - SLACK]
        if len(left) < FEW_LEFT * len(told):
            return
        ask = self._polytope.near_least if self.whole else self._polytope.least
        while left:
            point = self._remembered(ask(together(goal.sum.times(-1.0) for goal in left).mapping()))
            if point is None:
                return
            still = [g for g in left if float(point.x[g.sum.at] @ g.sum.weights) < g.least - SLACK]
            if len(still) > len(left) / 2 if self.whole else len(still) == len(left):
                return
            left = still

    def last(self, facts: int) -> list[int]:
        """Positions of the last facts."""
        return [at for at, _ in enumerate(self._facts)][len(self._facts) - facts :]

    def unseen(self, wanted: Sequence[Wanted]) -> list[Wanted]:
        """The limits that no whole numbers are found in, with as much effort as each is worth.

        Several are tried together where fractions keep them together. Where there are no whole numbers at all, nothing
        counts people, and nothing is missed.
        """
        if not len(self._points.whole) and not self._seen_whole(()):
            return []
        missed: list[Wanted] = []
        left = self._not_whole(wanted)
        while left:
            together = max((self._kept(left, x) for x in self._points.every), key=len) or left[:1]
            while not self._seen_whole(together) and len(together) > 1:
                together = together[: len(together) // 2]
            now = self._not_whole(left)
            if len(now) == len(left):
                missed += together
                now = [one for one in left if one not in together]
            left = now
        return missed

    def _not_whole(self, wanted: Sequence[Wanted]) -> list[Wanted]:
        """Limits that no point of whole numbers keeps so far."""
        return [one for one in wanted if not one.within(self._points.whole).any()]

    @staticmethod
    def _kept(wanted: Sequence[Wanted], x: NDArray[np.float64]) -> list[Wanted]:
        """The limits that a point keeps."""
        return [one for one in wanted if one.within(x[None])[0]]

    def _seen_whole(self, wanted: Sequence[Wanted]) -> bool:
        """Whether whole numbers that keep all of the limits are found; kept for later questions."""
        with ExitStack() as kept:
            for one in wanted:
                kept.enter_context(self.where(one.row, one.low, one.high))
            point = self._remembered(self._polytope.near_least({}, TRIES))
        return point is not None and point.whole

    @contextmanager
    def where(self, at: int, low: float, high: float) -> Iterator[None]:
        """For a while, what fits as well that a sum lies between these: a fact that says nothing otherwise."""
        self._polytope.bound_sum(at, low, high)
        yield
        self._polytope.bound_sum(at, -math.inf, math.inf)

    def blame(self, *sums: Sum) -> Blame:
        """What keeps sums from being smaller; the releases are all where there is one."""
        held: list[Fact] = []
        for one in sums:
            if self._polytope.least(one.mapping()):
                prices = np.abs(self._polytope.prices()) > SLACK
                held += [fact for fact, holds in zip(self._facts, prices.tolist(), strict=True) if holds]
        sources = frozenset(source for fact in held for source in fact.sources)
        says = frozenset(fact.says for fact in held if fact.says)
        return Blame(sources if len(self._sources) > 1 else self._sources, says)

    def sources(self, *sums: Sum) -> frozenset[int]:
        """The releases that keep sums from being smaller."""
        return self.blame(*sums).sources if len(self._sources) > 1 else self._sources

    @property
    def unknowns(self) -> int:
        """How many there are."""
        return len(self._low)

    @property
    def said(self) -> frozenset[Says]:
        """Whose printed numbers say the facts."""
        return frozenset(fact.says for fact in self._facts if fact.says)

    @property
    def held(self) -> Held[Says | None]:
        """The facts, each with whose printed number says it."""
        return Held(self._low, self._high, [(f.says, Bound(f.sum.mapping(), f.low, f.high)) for f in self._facts])

    @property
    def _fitting(self) -> NDArray[np.float64]:
        """The points so far."""
        return self._points.whole if self.whole else self._points.every

    def _anywhere(self) -> Point | None:
        """A point that fits; None where there is none."""
        return self._polytope.near_least({}) if self.whole else self._polytope.least({})

    def _values(self, sum_of: Sum) -> NDArray[np.float64]:
        return np.asarray(self._fitting[:, sum_of.at] @ sum_of.weights)

    def _whole_values(self, sum_of: Sum) -> NDArray[np.float64]:
        """The values of a sum at points of whole numbers so far; one at least."""
        values = self._points.whole[:, sum_of.at] @ sum_of.weights
        return values if len(values) else np.zeros(1)

    def _least(self, sum_of: Sum) -> Point | None:
        return self._whole_end(sum_of) if self.whole else self._remembered(self._polytope.least(sum_of.mapping()))

    def _remembered(self, point: Point | None) -> Point | None:
        """The same point, kept for later questions."""
        if point is not None:
            self._points.add(point)
            if self._memory is not None:
                self._memory.add(point)
        return point
