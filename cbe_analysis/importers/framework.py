"""The order of a framework: which target stands under which, in what sequence, and where links run in circles."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_NUMBER = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class Child:
    """A target under a parent.

    Parameters
    ----------
    order
        Its place among the children, where the framework numbers them; infinite where not.
    """

    target: str
    parent: str
    order: float = float("inf")


@dataclass(frozen=True, slots=True)
class Outline:
    """A framework in reading order.

    Parameters
    ----------
    parent
        Target -> the one it stands under, where that is a target; of several parents the first in order.
    position
        Target -> its place in reading order, from 1.
    nesting
        Target -> how deep it stands, from 1.
    several
        Targets with more than one parent.
    circular
        Targets whose parents run in a circle; they have none here, and stand at the end.
    """

    parent: Mapping[str, str] = field(repr=False)
    position: Mapping[str, int] = field(repr=False)
    nesting: Mapping[str, int] = field(repr=False)
    several: int
    circular: int


def outline(targets: Mapping[str, str], children: Iterable[Child]) -> Outline:
    """The framework in reading order, whatever its links are; takes no more time than there are links.

    Parameters
    ----------
    targets
        All targets -> the label that each is sorted by where the framework does not number it; in labels numbers count
        by value: 1.9 stands before 1.10.
    children
        Who stands under whom; parents that are no target count as the top.
    """
    known = targets.keys()
    labels = {target: natural(label) for target, label in targets.items()}
    ranked = sorted((c for c in children if c.target in known), key=lambda c: _rank(c, labels))
    first: dict[str, Child] = {}
    for child in ranked:
        if child.target not in first or (first[child.target].parent not in known and child.parent in known):
            first[child.target] = child
    several = len({(c.target, c.parent) for c in ranked if c.parent in known})
    once = len({c.target for c in ranked if c.parent in known})
    parent = {target: child.parent for target, child in first.items() if child.parent in known}
    loops = circular(parent.items())
    parent = {target: above for target, above in parent.items() if target not in loops}
    under: dict[str, list[Child]] = {}
    for target in targets:
        child = first.get(target, Child(target, ""))
        under.setdefault(parent.get(target, ""), []).append(child)
    for siblings in under.values():
        siblings.sort(key=lambda child: (child.target in loops, *_rank(child, labels)))
    order, nesting = _walk(under)
    return Outline(parent, {t: n for n, t in enumerate(order, start=1)}, nesting, several - once, len(loops))


def circular(links: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The nodes that lie on a circle of links, each from the first to the second; found without recursion.

    References
    ----------
    Sharir, M. (1981), A strong-connectivity algorithm and its applications in data flow analysis, Computers and
    Mathematics with Applications 7(1), pages 67-72.
    """
    after: dict[str, list[str]] = {}
    before: dict[str, list[str]] = {}
    for start, end in links:
        after.setdefault(start, []).append(end)
        before.setdefault(end, []).append(start)
    seen: set[str] = set()
    finished = [node for start in after for node in _reached(start, after, seen)]
    seen = set()
    groups = [list(_reached(node, before, seen)) for node in reversed(finished)]
    return frozenset(node for group in groups for node in group if len(group) > 1 or node in after.get(node, ()))


def natural(label: str) -> tuple[Hashable, ...]:
    """The label as something to sort by in which numbers count by value."""
    parts = enumerate(_NUMBER.split(label.casefold()))
    return tuple((0, len(part.lstrip("0")), part.lstrip("0")) if n % 2 else (1, 0, part) for n, part in parts if part)


def _rank(child: Child, labels: Mapping[str, Hashable]) -> tuple[Any, ...]:
    return (child.order, labels[child.target], child.target, child.parent)


def _reached(start: str, after: Mapping[str, Sequence[str]], seen: set[str]) -> Iterator[str]:
    """The nodes first reached from here, each after all that it leads to."""
    if start in seen:
        return
    seen.add(start)
    path = [(start, iter(after.get(start, ())))]
    while path:
        node, ahead = path[-1]
        step = next((end for end in ahead if end not in seen), None)
        if step is None:
            path.pop()
            yield node
        else:
            seen.add(step)
            path.append((step, iter(after.get(step, ()))))


def _walk(under: Mapping[str, Sequence[Child]]) -> tuple[list[str], dict[str, int]]:
    """The targets in reading order, and how deep each stands."""
    ahead = [(child.target, 1) for child in reversed(under.get("", ()))]
    order: list[str] = []
    nesting: dict[str, int] = {}
    while ahead:
        target, deep = ahead.pop()
        order.append(target)
        nesting[target] = deep
        ahead += [(child.target, deep + 1) for child in reversed(under.get(target, ()))]
    return order, nesting
