"""The order of a framework: which target stands under which, in what sequence, and where links run in circles."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_NUMBER = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class Child:
    """A target under a parent.

    Parameters
    ----------
    order
        Its place among the children, where the framework numbers them; infinite where not.
    label
        What it is sorted by otherwise, numbers by value: 1.9 stands before 1.10.
    """

    target: str
    parent: str
    order: float
    label: str


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


def outline(targets: Sequence[str], children: Iterable[Child]) -> Outline:
    """The framework in reading order, whatever its links are; takes no more time than there are links.

    Parameters
    ----------
    targets
        All targets, each once.
    children
        Who stands under whom; parents that are no target count as the top.
    """
    known = set(targets)
    ranked = sorted((child for child in children if child.target in known), key=_rank)
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
        child = first.get(target, Child(target, "", float("inf"), target))
        under.setdefault(parent.get(target, ""), []).append(child)
    order, nesting = _walk(under, loops)
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


def _rank(child: Child) -> tuple[Hashable, ...]:
    return (child.order, natural(child.label), child.target, child.parent)


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


def _walk(under: Mapping[str, list[Child]], loops: frozenset[str]) -> tuple[list[str], dict[str, int]]:
    """The targets in reading order with their nesting, those of circles last."""
    top = sorted(under.get("", ()), key=lambda child: (child.target in loops, *_rank(child)))
    ahead = [(child.target, 1) for child in reversed(top)]
    order: list[str] = []
    nesting: dict[str, int] = {}
    while ahead:
        target, deep = ahead.pop()
        order.append(target)
        nesting[target] = deep
        ahead += [(child.target, deep + 1) for child in sorted(under.get(target, ()), key=_rank, reverse=True)]
    return order, nesting
