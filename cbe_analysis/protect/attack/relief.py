"""What to hide so that numbers do not come out: the cheapest of what keeps them from being anything else."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from cbe_analysis.protect.attack.facts import Says, Sum
from cbe_analysis.protect.attack.groups import UNKNOWN
from cbe_analysis.protect.attack.population import Population
from cbe_analysis.protect.attack.possible import Possible
from cbe_analysis.protect.attack.reading import Interval
from cbe_analysis.protect.pattern.loosening import Loosening

UP_TO = 2_000  # unknowns up to which it is worth the time
COMPARISONS_COST = 0.01  # of another number
UNKNOWN_COSTS = 0.1  # of another group
Ways = Sequence[Interval]  # ranges of a sum: one of them is enough


def reliefs(
    population: Population, possible: Possible, wanted: Sequence[tuple[Sum, Sequence[Ways]]]
) -> list[frozenset[Says]]:
    """For each sum the printed numbers that together, when hidden, let it come where it must; none where none do.

    What is hidden for one sum is reckoned with for the next. A number costs as much as there are students in its group;
    sizes are not hidden by themselves, and the number of everyone not at all.
    """
    costs = prices(population, possible.said)
    if not costs or not wanted or possible.unknowns > UP_TO:
        return [frozenset()] * len(wanted)
    way_out: Loosening[Says | None] = Loosening(possible.held, costs, [of.mapping() for of, _ in wanted])
    found: list[frozenset[Says]] = []
    for at, (_, needs) in enumerate(wanted):
        taken = (way_out.cheapest([(at, low, high) for low, high in ways]) for ways in needs)
        found.append(frozenset(says for own in taken for says in own if says))
    return found


def prices(population: Population, said: Collection[Says]) -> Mapping[Says | None, float]:
    """What it costs to hide printed numbers, of those that can be hidden."""
    return {says: _price(population, says) for says in said if says.mendable}


def _price(population: Population, says: Says) -> float:
    size = population.true_size(says.group)
    known = population.minimum if math.isnan(size) else size
    unknown = any(UNKNOWN in levels for _, levels in says.group.limits)
    return (known + 1) * (UNKNOWN_COSTS if unknown else 1.0) * (COMPARISONS_COST if says.compares else 1.0)
