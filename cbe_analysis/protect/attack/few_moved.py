"""The same numbers told twice, between which few students came, left or changed groups: what changes is theirs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from cbe_analysis.load.where import parse
from cbe_analysis.protect.attack.claims import COUNTED
from cbe_analysis.protect.attack.frames import ENOUGH, Frame
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.told import AROUND, Said, Table
from cbe_analysis.protect.attack.verdict import What

UNTIL = "until"  # an option that leaves out later days, as a condition on dates does
Question = tuple[str, ...]  # what is asked of whom, whatever the day, and what the rows say


@dataclass(slots=True)
class Telling:
    """What one population's releases print of one question.

    Parameters
    ----------
    sizes
        Group -> true size.
    texts
        Group -> what is printed of it.
    sources
        Group -> the releases that print it.
    """

    sizes: dict[Group, float] = field(default_factory=dict)
    texts: dict[Group, set[tuple[str, str]]] = field(default_factory=dict)
    sources: dict[Group, set[int]] = field(default_factory=dict)

    def add(self, said: Said) -> None:
        """Read one row more."""
        self.sizes[said.group] = said.n
        self.texts.setdefault(said.group, set()).add((said.row.shown, said.row.n_shown))
        self.sources.setdefault(said.group, set()).add(said.source)


@dataclass(frozen=True, slots=True)
class Moved:
    """What the few come to, read off two tellings.

    Parameters
    ----------
    group
        The largest group that they are in, or were.
    of
        The indicator.
    """

    group: Group
    what: What
    of: str
    sources: frozenset[int]


def few_moved(frames: Sequence[Frame], minimum: int) -> Iterator[Moved]:
    """The questions that were answered twice about all but the same students, the fewest of them seen to have changed.

    Where fewer than the minimum came or left, and the groups that none of them is in print what they printed before,
    whoever knows of somebody who came reads off what is theirs: one student more, and a share that rises.
    """
    told = [_tellings(frame) for frame in frames if not frame.of_years]
    for one, other in combinations(told, 2):
        for question in sorted(one.keys() & other.keys()):
            if found := _between(one[question], other[question], minimum):
                group, sources = found
                what: What = "share" if question[-3] in COUNTED else "mean"
                yield Moved(group, what, question[0], sources)


def _tellings(frame: Frame) -> dict[Question, Telling]:
    """Question -> what is printed, of shares and means whose groups have a known size."""
    found: dict[Question, Telling] = {}
    for table in frame.tables:
        own = _asked(table)
        for said in table.said:
            row = said.row
            if (row.quantity in COUNTED or row.quantity == "mean") and not row.compares and not math.isnan(said.n):
                found.setdefault((*own, *row.series), Telling()).add(said)
    return found


def _asked(table: Table) -> Question:
    """What a table answers, of whom, without the days that it is limited to."""
    release = table.release
    options: Mapping[str, object] = {k: v for k, v in release.parameters.items() if k not in (*AROUND, UNTIL)}
    entity, _, *conditions = table.universe
    return release.indicator, json.dumps(options, sort_keys=True, default=str), entity, *_undated(conditions)


def _undated(conditions: Iterable[str]) -> Iterator[str]:
    """The conditions that are not about a day."""
    for text in conditions:
        if text.startswith("at ") or "date" not in parse(text).column:
            yield text


def _between(one: Telling, other: Telling, minimum: int) -> tuple[Group, frozenset[int]] | None:
    """The largest group in which few moved, where all others are seen to have stayed as they were; and who tells."""
    shared = one.sizes.keys() & other.sizes.keys()
    still = {group for group in shared if one.sizes[group] == other.sizes[group]}
    few = shared - still
    if not few or any(abs(one.sizes[group] - other.sizes[group]) >= minimum for group in few):
        return None
    seen = {group for group in still if any(shown != "protected" for shown, _ in one.texts[group])}
    if any(one.texts[group] != other.texts[group] for group in seen):
        return None
    if len({one.sizes[group] for group in seen}) < ENOUGH:
        return None
    changed = [group for group in few if one.texts[group] != other.texts[group]]
    if not changed:
        return None
    largest = max(sorted(changed, key=Group.order), key=lambda group: one.sizes[group])
    return largest, frozenset(one.sources[largest] | other.sources[largest])
