"""What officials published by themselves tells of hidden sizes: no release gives that away, or can keep it."""

from __future__ import annotations

import math
from functools import cached_property

from cbe_analysis.protect.attack.facts import SLACK, Fact, Sum
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.possible import Possible
from cbe_analysis.protect.attack.reading import Interval


class Officials:
    """The sizes that are possible by the official numbers alone, and that parts add up."""

    def __init__(self, population: Population) -> None:
        self.population = population

    def between(self, group: Group) -> Interval:
        """The smallest and the largest size of a group."""
        return self._known.whole_range(self.population.people(group)) if self._known else (0.0, math.inf)

    def told(self, group: Group, low: float, high: float) -> bool:
        """Whether the numbers of officials alone place a group between these, or closer."""
        least, most = self.between(group)
        return low <= least + SLACK and high >= most - SLACK

    def room(self, group: Group) -> Interval:
        """The sizes, from 0 to the minimum, that must stay possible of a small group: all but those they rule out."""
        low, high = self.between(group)
        minimum = float(self.population.minimum)
        return (low if low < minimum else 0.0), min(minimum, high)

    @cached_property
    def _known(self) -> Possible | None:
        """All sizes that fit the official numbers; None where there are none."""
        of = self.population
        if not of.official:
            return None
        facts = [Fact(Sum.of(one).plus(Sum.of(other, -1.0)), 0.0, 0.0) for one, other in of.space.ties()]
        facts += [Fact(of.people(group), n, n) for group, n in of.official.items()]
        possible = Possible([0.0] * len(of.most), of.most, facts, whole=True)
        return possible if possible.consistent else None
