"""The finest groups that may exist, as far as columns are crossed anywhere: all printed numbers are sums over them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.attack.cliques import tree
from cbe_analysis.protect.attack.groups import Group

Atoms = NDArray[np.intp]
MOST = 20_000  # finest groups of one crossing


class TooFine(Exception):
    """Columns are crossed so finely that the attack would not end in time."""


@dataclass(frozen=True, slots=True)
class SharedOut:
    """A table whose groups share out all students of a group: who is in none of them does not exist.

    Parameters
    ----------
    within
        The group that is shared out.
    columns
        By what.
    levels
        The levels, in these columns, of the groups that are told of.
    """

    within: Group
    columns: tuple[str, ...]
    levels: frozenset[tuple[str, ...]]


class Crossing:
    """The finest groups over one set of columns.

    Parameters
    ----------
    columns
        What is crossed.
    levels
        Column -> the levels that it may have.
    shared_out
        Tables that leave crossings out.
    start
        Number of the first finest group.
    """

    def __init__(
        self, columns: frozenset[str], levels: Mapping[str, Sequence[str]], shared_out: Iterable[SharedOut], start: int
    ) -> None:
        self.columns = tuple(sorted(columns))
        told = [one for one in shared_out if one.within.columns.union(one.columns) <= columns]
        names = {column: list(levels[column]) for column in self.columns}
        for one in told:
            if not one.within.limits and len(one.columns) == 1:
                (column,) = one.columns
                names[column] = [level for level in names[column] if (level,) in one.levels]
        if math.prod(len(own) for own in names.values()) > 20 * MOST:
            raise TooFine
        self.names = names
        codes = list(product(*(range(len(names[c])) for c in self.columns)))
        self.codes = np.array(codes, np.int32).reshape(len(codes), len(self.columns))
        for one in told:
            self.codes = self.codes[~self._left_out(one)]
        if len(self.codes) > MOST:
            raise TooFine
        self.start = start

    def atoms(self, group: Group) -> Atoms:
        """The finest groups in a group whose columns are all crossed here."""
        return np.flatnonzero(self._in(group)) + self.start

    def parts(self, columns: Sequence[str]) -> dict[tuple[str, ...], Atoms]:
        """The finest groups by their levels in some of the columns."""
        at = [self.columns.index(column) for column in columns]
        found: dict[tuple[str, ...], list[int]] = {}
        for place, code in enumerate(self.codes[:, at].tolist()):
            levels = tuple(self.names[c][i] for c, i in zip(columns, code, strict=True))
            found.setdefault(levels, []).append(place + self.start)
        return {levels: np.array(own, np.intp) for levels, own in found.items()}

    def _in(self, group: Group) -> NDArray[np.bool_]:
        mask = np.ones(len(self.codes), bool)
        for column, levels in group.limits:
            inside = np.array([level in levels for level in self.names[column]], bool)
            mask &= inside[self.codes[:, self.columns.index(column)]]
        return mask

    def _left_out(self, one: SharedOut) -> NDArray[np.bool_]:
        at = [self.columns.index(column) for column in one.columns]
        told = np.zeros([len(self.names[column]) for column in one.columns], bool)
        places = [{level: i for i, level in enumerate(self.names[column])} for column in one.columns]
        for levels in one.levels:
            if all(level in own for level, own in zip(levels, places, strict=True)):
                told[tuple(own[level] for level, own in zip(levels, places, strict=True))] = True
        missing: NDArray[np.bool_] = ~told[tuple(self.codes[:, i] for i in at)]
        return missing & self._in(one.within)


class Space:
    """The finest groups of a population: one crossing for each set of columns, tied by what they have in common.

    Parameters
    ----------
    groups
        Every group that is told of or asked for.
    levels
        Column -> the levels that it may have.
    shared_out
        Tables that leave crossings out.
    crowds
        Groups that are often asked for together; they have no student in common.

    Attributes
    ----------
    parts
        For each unknown, of how many groups it is made: 1 for a finest group.
    """

    def __init__(
        self,
        groups: Iterable[Group],
        levels: Mapping[str, Sequence[str]],
        shared_out: Sequence[SharedOut],
        crowds: Iterable[tuple[Group, ...]] = (),
    ) -> None:
        used = {group.columns for group in groups} | {one.within.columns.union(one.columns) for one in shared_out}
        self._tree = tree(sorted(used, key=sorted))
        self._crossings: list[Crossing] = []
        self.width = 0
        for columns in self._tree.cliques:
            crossing = Crossing(columns, levels, shared_out, self.width)
            self._crossings.append(crossing)
            self.width += len(crossing.codes)
        self._found: dict[Group, Atoms] = {}
        self._crowds = {crowd: self.width + i for i, crowd in enumerate(dict.fromkeys(crowds))}
        self.parts = [1] * self.width + [len(crowd) for crowd in self._crowds]
        self.width = len(self.parts)

    def atoms(self, group: Group) -> Atoms:
        """The finest groups that a group is made of."""
        if group not in self._found:
            fitting = [c for c in self._crossings if group.columns <= set(c.columns)]
            self._found[group] = min(fitting, key=lambda c: (len(c.codes), c.start)).atoms(group)
        return self._found[group]

    def crowd(self, groups: tuple[Group, ...]) -> Atoms:
        """The unknown that is everyone in these groups."""
        return np.array([self._crowds[groups]], np.intp)

    def ties(self) -> list[tuple[Atoms, Atoms]]:
        """Sets of unknowns that hold the same students: of two crossings, and of a crowd and its groups."""
        found, none = [], np.empty(0, np.intp)
        for i, j in self._tree.ties:
            one, other = self._crossings[i], self._crossings[j]
            shared = sorted(set(one.columns) & set(other.columns))
            left, right = one.parts(shared), other.parts(shared)
            found += [(left.get(key, none), right.get(key, none)) for key in sorted(left.keys() | right.keys())]
        for crowd in self._crowds:
            found.append((np.concatenate([self.atoms(group) for group in crowd]), self.crowd(crowd)))
        return found
