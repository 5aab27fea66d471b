"""Whole numbers that fit what is printed, by which hidden numbers are seen to have room; and what gives them room."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.attack.facts import SLACK, Fact, Says, Sum
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.relief import prices
from cbe_analysis.protect.pattern.loosening import Held
from cbe_analysis.protect.pattern.nearby import Levels, Nearby, Way
from cbe_analysis.protect.pattern.polytope import Bound, Numbers, Polytope

WITNESSED_UP_TO = 2_000  # unknowns up to which it is worth the time
BRANCHES = 200  # that are tried for the first numbers
Ways = Sequence[Levels]  # one of them is enough


@dataclass(frozen=True, slots=True)
class Unit:
    """How sums of values are measured: from a middle one, in standard deviations.

    Parameters
    ----------
    place, width
        Where these sums stand among the unknowns, and how many there are; the students stand first.
    """

    place: int
    width: int
    middle: float
    spread: float

    def into(self, points: Numbers) -> None:
        """Sums as they are, measured so."""
        own = points[:, self.place : self.place + self.width]
        own[:] = (own - self.middle * points[:, : self.width]) / self.spread

    def out_of(self, points: Numbers) -> None:
        """Sums that were measured so, as they are."""
        own = points[:, self.place : self.place + self.width]
        own[:] = own * self.spread + self.middle * points[:, : self.width]


class Witnesses:
    """Numbers that fit, those of some unknowns whole, found near those that were truly counted.

    The numbers that were counted are a place to start from and no more: what is found fits what is printed, and would
    for somebody else as well.

    Parameters
    ----------
    held
        What is printed.
    whole
        Which unknowns count students, shape `(n,)`.
    base
        Numbers that fit, shape `(n,)`: see `truly`.
    sums
        What is asked about.
    about
        What the unknowns count.
    units
        Of sums of values, in which units they are measured here: these change when more is hidden.

    Attributes
    ----------
    points
        The numbers so far, shape `(points, n)`; the base first.
    """

    def __init__(  # noqa: PLR0913 - a problem and where to start
        self,
        population: Population,
        held: Held[Says | None],
        whole: NDArray[np.bool_],
        base: Numbers,
        sums: Sequence[Sum],
        about: Hashable,
        units: Sequence[Unit] = (),
    ) -> None:
        bounds = list(held.said)
        self._sums = sums
        width = population.space.width
        alone = [population.atoms(group) for group in population.hidden]
        self._nearby: Nearby[Says | None] = Nearby(
            Held(held.low, held.high, bounds),
            prices(population, frozenset(says for says, _ in bounds if says)),
            [one.mapping() for one in sums],
            whole=whole,
            base=base,
            groups=np.arange(len(base)) % width,
            first={int(atoms[0]) for atoms in alone if len(atoms) == 1},
        )
        self._memory = population.memory.of(("witnesses", about), len(base))
        polytope = Polytope(held.low, held.high, [bound for _, bound in bounds])
        known = self._memory.every.copy()
        self._units = units
        for unit in units:
            unit.into(known)
        self.points = np.concatenate([base[None], known[polytope.holds(known)]])

    def values(self, at: int) -> Numbers:
        """What a sum is at the numbers so far, shape `(points,)`; first of all at the base."""
        return np.asarray(self.points[:, self._sums[at].at] @ self._sums[at].weights)

    def without(self, hidden: frozenset[Says]) -> None:
        """Reckon with what some printed numbers say no longer."""
        self._nearby.take_back(hidden)

    def relief(self, ways: Ways) -> frozenset[Says] | None:
        """What to hide so that sums come between levels, in one of several ways; None where nothing is found.

        Nothing has to be where that was seen. What is to be hidden is reckoned with for what is asked next.
        """
        if any(self._seen(levels) for levels in ways):
            return frozenset()
        best: Way[Says | None] | None = None
        for levels in ways:
            way = self._nearby.reach(levels)
            if way is not None and (best is None or way.price < best.price):
                best = way
            if best is not None and not best.back:
                break
        if best is None:
            return None
        self._nearby.take_back(best.back)
        self._see(best.x)
        return frozenset(says for says in best.back if says)

    def _see(self, x: Numbers) -> None:
        """One point more, also for the next attack, when more is hidden."""
        self.points = np.vstack([self.points, x])
        raw = x[None].copy()
        for unit in self._units:
            unit.out_of(raw)
        self._memory.put(raw[0], whole=False)

    def _seen(self, levels: Levels) -> bool:
        """Whether sums came between levels, all of them at once."""
        inside = np.ones(len(self.points), bool)
        for at, low, high in levels:
            values = self.values(at)
            inside &= (values >= low - SLACK) & (values <= high + SLACK)
        return bool(inside.any())


def other_than(at: int, value: float, *also: tuple[int, float, float], by: float = 1.0) -> Ways:
    """The ways in which a sum is another by so much, or more, while others come between levels."""
    return [(*also, (at, -np.inf, value - by)), (*also, (at, value + by, np.inf))]


def truly(held: Held[Says | None], whole: NDArray[np.bool_], true: Sequence[Fact]) -> Numbers | None:
    """Numbers that fit what is printed and what was truly counted; None where none are found.

    What was counted need not be all: there may be several such numbers.

    Parameters
    ----------
    whole
        Which unknowns count students, shape `(n,)`.
    true
        What was counted.
    """
    bounds = [*(bound for _, bound in held.said), *(Bound(f.sum.mapping(), f.low, f.high) for f in true)]
    return Polytope(held.low, held.high, bounds, one_question=True).anywhere(whole, BRANCHES)


def counted(population: Population, kinds: int = 1) -> Iterator[Fact]:
    """How many truly are in each group, as far as that is known, for unknowns of several kinds."""
    for group in (*population.sizes, *population.hidden):
        if not math.isnan(n := population.true_size(group)):
            yield Fact(population.people(group, kinds), n, n)
