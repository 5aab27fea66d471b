"""What is printed, as sums of unknown numbers with their limits; and what is asked of such sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.reading import Series

SLACK = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    """A sum of unknowns, each with its weight."""

    at: NDArray[np.intp]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, at: NDArray[np.intp], weight: float = 1.0) -> Sum:
        """The unknowns at these places, all with one weight."""
        return cls(at, np.full(len(at), weight))

    def plus(self, other: Sum) -> Sum:
        """Both together."""
        return Sum(np.concatenate([self.at, other.at]), np.concatenate([self.weights, other.weights]))

    def times(self, factor: float) -> Sum:
        """Each weight times the factor."""
        return Sum(self.at, self.weights * factor)

    def moved(self, by: int) -> Sum:
        """The same of other unknowns."""
        return Sum(self.at + by, self.weights)

    def mapping(self) -> Mapping[int, float]:
        """Unknown -> its weight."""
        if (self.at[1:] > self.at[:-1]).all():
            return dict(zip(self.at.tolist(), self.weights.tolist(), strict=True))
        found: dict[int, float] = {}
        for at, weight in zip(self.at.tolist(), self.weights.tolist(), strict=True):
            found[at] = found.get(at, 0.0) + weight
        return found


def together(sums: Iterable[Sum]) -> Sum:
    """All of them added up."""
    told = list(sums)
    if not told:
        return Sum(np.empty(0, np.intp), np.empty(0))
    return Sum(np.concatenate([s.at for s in told]), np.concatenate([s.weights for s in told]))


@dataclass(frozen=True, slots=True)
class Says:
    """A printed number of a group.

    Parameters
    ----------
    compares
        True where it is a comparison, False for a size, a share or a mean.
    series
        What is told of the group; empty for its size, and where all that is told of it is meant.
    """

    group: Group
    compares: bool = False
    series: Series | tuple[()] = ()

    @property
    def mendable(self) -> bool:
        """Whether it can be hidden, and the group's size, beside other numbers, be told all the same."""
        return bool(self.group.limits) and (self.compares or bool(self.series))


@dataclass(frozen=True, slots=True)
class Blame:
    """What gives a number away.

    Parameters
    ----------
    sources
        Positions of releases.
    says
        The printed numbers of these that have to do with it.
    """

    sources: frozenset[int] = frozenset()
    says: frozenset[Says] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """`low <= sum <= high`, as some releases say.

    Parameters
    ----------
    sources
        Positions of the releases; none for what holds anyway.
    says
        Whose printed number says so; None for what holds anyway.
    """

    sum: Sum
    low: float
    high: float
    sources: tuple[int, ...] = ()
    says: Says | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """A value that a sum must be able to have, or to exceed."""

    sum: Sum
    least: float


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """Limits that a sum must be able to keep, all numbers being whole.

    Parameters
    ----------
    row
        Position of the fact that says nothing of the sum otherwise.
    """

    sum: Sum
    row: int
    low: float
    high: float

    def within(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which points keep the limits."""
        sums = values[:, self.sum.at] @ self.sum.weights
        return np.asarray((sums >= self.low - SLACK) & (sums <= self.high + SLACK))
