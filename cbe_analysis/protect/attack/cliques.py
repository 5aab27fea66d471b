"""Which columns must be crossed with each other so that nothing is lost, and no more than these."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import combinations

Columns = frozenset[str]


@dataclass(frozen=True, slots=True)
class Tree:
    """Sets of columns, each tied to an earlier one by the columns that both have.

    Non-negative tables over the sets that agree wherever they are tied belong to one table over all columns.

    Parameters
    ----------
    cliques
        The sets.
    ties
        For each set but the first: positions of an earlier set and of itself.

    References
    ----------
    Lauritzen, S. L. (1996), Graphical Models, Oxford, section 2.1.3 and 4.4 (decomposable graphs, junction trees).
    Kjaerulff, U. (1990), Triangulation of graphs, Aalborg, section 3 (fewest edges added first).
    """

    cliques: tuple[Columns, ...]
    ties: tuple[tuple[int, int], ...]


def tree(used_together: Iterable[Columns]) -> Tree:
    """The smallest sets, by a rule of thumb, such that each of the given ones lies in one of them."""
    edges = {frozenset(pair) for columns in used_together for pair in combinations(sorted(columns), 2)}
    left = {column for columns in used_together for column in columns}
    near = {column: {other for edge in edges if column in edge for other in edge} - {column} for column in left}
    found: list[Columns] = []
    while left:
        column = min(sorted(left), key=lambda c: (_missing(near[c], near), len(near[c])))
        clique = frozenset(near[column] | {column})
        if not any(clique <= known for known in found):
            found.append(clique)
        for one, other in combinations(sorted(near[column]), 2):
            near[one].add(other)
            near[other].add(one)
        for other in near.pop(column):
            near[other].discard(column)
        left.discard(column)
    return _tied(found or [frozenset()])


def _missing(neighbours: Collection[str], near: dict[str, set[str]]) -> int:
    """How many pairs of neighbours are not used together yet."""
    return sum(other not in near[one] for one, other in combinations(sorted(neighbours), 2))


def _tied(found: list[Columns]) -> Tree:
    """The sets in an order in which each has as much as possible in common with an earlier one."""
    waiting = sorted(found, key=sorted)
    order, ties = [waiting.pop(0)], []
    while waiting:
        pairs = [(len(a & b), -i, -j) for i, a in enumerate(order) for j, b in enumerate(waiting)]
        _, i, j = max(pairs)
        ties.append((-i, len(order)))
        order.append(waiting.pop(-j))
    return Tree(tuple(order), tuple(ties))
