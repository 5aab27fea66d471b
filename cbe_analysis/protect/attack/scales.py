"""Shares of students at or above several cuts of one scale: two of them together count those who lie between."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cbe_analysis.protect.attack.claims import Share, Whole
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.printed import Printed
from cbe_analysis.protect.attack.reading import Series
from cbe_analysis.protect.attack.told import Property

CUT_BY = {  # indicator -> the unit of its share at or above a cut, and the option that says where that lies
    "status": ("share of students, 0 to 1", "cut"),
    "year_of_growth": ("share of students by observed pace, 0 to 1", "at_least"),
}
FROM_GRADE = {  # unit -> where it is cut, and whether those above are told of, or those below
    "share of students two levels or more below grade, 0 to 1": ("two levels below grade", -2.0, False),
    "share of students one level or more below grade, 0 to 1": ("one level below grade", -1.0, False),
    "share of students above grade, 0 to 1": ("grade", 0.0, True),
}
NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class Cut:
    """A place on a scale, with the share of those above it.

    Parameters
    ----------
    says
        Where it is, in words.
    above
        False where the shares are of those below.
    """

    at: float
    says: str
    unit: str
    shares: Mapping[Group, Share]
    above: bool = True

    @property
    def series(self) -> frozenset[Series]:
        """What is told of the share, and of how groups differ in it."""
        return frozenset((quantity, self.unit, "") for quantity in ("share", "gap", "ratio"))

    def printed(self, group: Group) -> Printed | None:
        """The interval of a group's share above; None where nothing is printed of it."""
        share = self.shares.get(group)
        of = share.printed if share else None
        return of if of is None or self.above else Printed(1 - of.high, 1 - of.low, of.sources)

    def alike(self, other: Cut) -> bool:
        """Whether two cuts are printed alike wherever both are: nobody can lie between, as between 2.5 and 3."""
        both = [(self.printed(group), other.printed(group)) for group in self.shares.keys() & other.shares.keys()]
        return all(abs(a.low - b.low) + abs(a.high - b.high) < NEAR for a, b in both if a and b)


@dataclass(frozen=True, slots=True)
class Nested:
    """What is printed of one group at some cuts of a scale, from the lowest to the highest.

    Parameters
    ----------
    printed
        The shares above each.
    """

    cuts: tuple[Cut, ...]
    printed: tuple[Printed, ...]

    def counts(self, n: int) -> list[range]:
        """Those above each cut in a group of `n`, who are never more above a higher one; no counts where none fit."""
        low = [math.ceil(one.low * n - NEAR) for one in self.printed]
        high = [math.floor(one.high * n + NEAR) for one in self.printed]
        return [range(max(low[at:]), min(high[: at + 1]) + 1) for at in range(len(low))]

    def admit(self, n: int) -> bool:
        """Whether a group of `n` students can have such shares."""
        return all(self.counts(n))

    def between(self, lower: int, upper: int, sizes: Collection[int]) -> set[int]:
        """How many may lie between two of the cuts, in a group of one of these sizes."""
        found: set[int] = set()
        for n in sizes:
            above = self.counts(n)
            if all(above):
                most = above[lower][-1] - above[upper][0]
                found |= {*range(max(above[lower][0] - above[upper][-1], 0), most + 1)}
        return found


@dataclass(frozen=True, slots=True)
class Scale:
    """All cuts of one scale that are told of, from the lowest to the highest.

    Parameters
    ----------
    name
        The indicator with its options, the cut aside.
    """

    name: Property
    cuts: tuple[Cut, ...]

    @property
    def indicator(self) -> str:
        """Which indicator says it."""
        return self.name[0]

    def between(self, lower: int, upper: int) -> str:
        """What two of the cuts count together, in words."""
        return f"{self.indicator}, between {self.cuts[lower].says} and {self.cuts[upper].says}"

    def nested(self) -> Iterator[tuple[Group, Nested]]:
        """The groups of which shares are printed at several cuts."""
        for group in sorted({group for cut in self.cuts for group in cut.shares}, key=Group.order):
            told = [(cut, of) for cut in self.cuts if (of := cut.printed(group))]
            if len(told) > 1:
                yield group, Nested(tuple(cut for cut, _ in told), tuple(of for _, of in told))


def scales(told: Sequence[Whole]) -> list[Scale]:
    """The scales that are cut at several places."""
    found: dict[Property, list[Cut]] = {}
    for whole in told:
        for name, shares in whole.shares.items():
            if own := _cut(name, shares):
                scale, cut = own
                found.setdefault(scale, []).append(cut)
    return [
        Scale(name, tuple(sorted(cuts, key=lambda cut: cut.at)))
        for name, cuts in sorted(found.items())
        if len({cut.at for cut in cuts}) > 1
    ]


def _cut(name: Property, shares: Mapping[Group, Share]) -> tuple[Property, Cut] | None:
    """The cut that a share is told at, with what its scale is called; None for other shares."""
    indicator, asked, quantity, unit, at = name
    if quantity != "share" or at:
        return None
    if indicator == "level_gap" and unit in FROM_GRADE:
        says, place, above = FROM_GRADE[unit]
        return (indicator, asked), Cut(place, says, unit, shares, above)
    of, option = CUT_BY.get(indicator, ("", ""))
    options = json.loads(asked)
    place = options.pop(option, None)
    if unit != of or not isinstance(place, int | float):
        return None
    return (indicator, json.dumps(options, sort_keys=True)), Cut(float(place), f"{place:g}", unit, shares)
