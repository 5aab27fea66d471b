"""How many of a group lie between two cuts of a scale, by the shares at or above each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

from cbe_analysis.protect.attack.claims import Whole
from cbe_analysis.protect.attack.denominators import COUNTS_BELOW, fractions_of
from cbe_analysis.protect.attack.facts import SLACK, Says
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.means_attack import Means
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.scales import Nested, Scale, scales
from cbe_analysis.protect.attack.sizes_attack import Attacked, Fallen


def attack_scales(population: Population, told: Sequence[Whole], averaged: Sequence[Means]) -> Attacked:
    """The counts between two cuts that come out of the shares of one group, whatever size it has.

    Such a count is a share less another and must have two possible values, as that behind a percentage must. That there
    is nobody must not be certain either, but for cuts between which nobody can be: these are printed alike everywhere.
    """
    found, cells = list[Fallen](), 0
    for scale in scales(told):
        for group, nested in scale.nested():
            sizes = _sizes(population, group, nested, (told, averaged))
            cells += len(nested.cuts) * (len(nested.cuts) - 1) // 2
            found += _fallen(population, scale, (group, nested), sizes)
    return Attacked(tuple(found), cells)


def _fallen(population: Population, scale: Scale, told: tuple[Group, Nested], sizes: Sequence[int]) -> Iterator[Fallen]:
    """The counts of one group that come out."""
    group, nested = told
    size = population.sizes.get(group)
    for lower, upper in combinations(range(len(nested.cuts)), 2):
        one, other = nested.cuts[lower], nested.cuts[upper]
        if len(counts := nested.between(lower, upper, sizes)) == 1 and not (counts == {0} and one.alike(other)):
            sources = (*nested.printed[lower].sources, *nested.printed[upper].sources, *(size.sources if size else ()))
            says = scale.between(scale.cuts.index(one), scale.cuts.index(other))
            yield Fallen(group, "share", says, frozenset(sources), frozenset({Says(group)}), other.series)


def _sizes(
    population: Population, group: Group, nested: Nested, told: tuple[Sequence[Whole], Sequence[Means]]
) -> Sequence[int]:
    """The sizes that a group may have by all its percentages; none of very large ones, or where the truth does not fit.

    The shares are then of other numbers than of students.
    """
    size = population.sizes.get(group)
    if size is None or size.high >= COUNTS_BELOW:
        return ()
    true = population.true_size(group) if population.counts_students(group) else math.nan
    if not math.isnan(true) and not nested.admit(int(true)):
        return ()
    every = [n for n in range(math.ceil(size.low - SLACK), math.floor(size.high + SLACK) + 1) if nested.admit(n)]
    fractions = [f for f in fractions_of(group, *told) if math.isnan(true) or f.admit(int(true))]
    return [n for n in every if all(one.admit(n) for one in fractions)] or every
