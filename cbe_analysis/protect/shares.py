"""Which further shares and comparisons to hide so that no coded or hidden count follows from the printed shares."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from cbe_analysis.measure.estimates import UNKNOWN
from cbe_analysis.protect.complement import protected, size_goals
from cbe_analysis.protect.entries import Key
from cbe_analysis.protect.grounds import Grounds
from cbe_analysis.protect.knowledge import Knowledge
from cbe_analysis.protect.percents import TELLING_BELOW, Percent, counts_behind, rougher
from cbe_analysis.protect.polytope import TOLERANCE, Weights
from cbe_analysis.protect.reach import Goal
from cbe_analysis.protect.share_table import ShareTable, share_tables

ADDING = ("share", "attrition")  # their counts add up over groups


@dataclass(frozen=True, slots=True)
class Remedy:
    """What makes the shares of a release safe.

    Parameters
    ----------
    withheld
        Positions of the records to hide.
    percents
        Position -> how else to print a share; None: not at all.
    """

    withheld: frozenset[int] = frozenset()
    percents: Mapping[int, Percent | None] = field(default_factory=dict)


def remedy(grounds: Grounds, percents: Mapping[int, Percent | None], hidden: Collection[int]) -> Remedy:
    """What else to hide, or to print more roughly, among all shares of the release."""
    entries = grounds.entries
    series = {entries[i].series for i in percents if entries[i].quantity in ADDING and not entries[i].at}
    withheld: set[int] = set()
    rougher: dict[int, Percent | None] = {}
    for one in sorted(series):
        for table in share_tables(grounds, one, percents, hidden):
            mending = Mending(table, grounds.minimum)
            withheld |= mending.withheld()
            rougher |= mending.rougher(grounds)
    return Remedy(frozenset(withheld), rougher)


class Mending:
    """One table of shares, attacked and mended until it holds.

    Attributes
    ----------
    percents, comparisons
        What is still printed of it.
    """

    def __init__(self, table: ShareTable, minimum: int) -> None:
        self.table, self.minimum = table, minimum
        self.knowledge = Knowledge(table)
        self.summed = {key for line in self.knowledge.lines for key in (line.total, *line.parts)}
        self.percents, self.comparisons = dict(table.percents), dict(table.comparisons)

    def withheld(self) -> set[int]:
        """Positions of the records to hide: the cheapest that give every fallen cell its room, as far as any do."""
        found: set[int] = set()
        while (fallen := self.fallen()) and (sources := self._loosening(fallen[0])):
            for source in sources:
                self.knowledge.forget(source)
                if isinstance(source, int):
                    del self.comparisons[source]
                    found.add(source)
                else:
                    del self.percents[source]
                    found.add(self.table.places[source])
        return found

    def fallen(self, among: Collection[Key] | None = None) -> list[Key]:
        """The cells that an outsider can compute: a coded count, a hidden count, a hidden size."""
        goals, owners = [], []
        for key in self.table.base.sizes if among is None else among:
            for goal in self._goals(key):
                goals.append(goal)
                owners.append(key)
        doubtful = dict.fromkeys(owners[i] for i in self.knowledge.explorer.unreached(goals))
        return [key for key in doubtful if self._falls(key)]

    def _goals(self, key: Key) -> list[Goal]:
        """What must stay possible of a cell."""
        percent, know = self.percents.get(key), self.knowledge
        if percent is not None:
            return _span(self._rare(key, percent), self._unsure(key, percent)) if percent.code else []
        counts = [] if key not in self.table.places else [*_span(know.count(key), 1.0), *_span(know.rest(key), 1.0)]
        hidden = math.isinf(self.table.ranges[key][1]) and key in self.summed
        return [*counts, *(size_goals(know.size(key), self.table.base.sizes[key], self.minimum) if hidden else [])]

    def _rare(self, key: Key, percent: Percent) -> Weights:
        """Those who are few in a coded cell."""
        return self.knowledge.count(key) if percent.code == "<=" else self.knowledge.rest(key)

    def _unsure(self, key: Key, percent: Percent) -> float:
        """How well the few of a coded cell may be known: no better than to so many."""
        points = percent.value if percent.code == "<=" else 100 - percent.value
        return float(max(1, min(self.minimum, math.floor(points * self.table.ranges[key][0] / 100))))

    def _falls(self, key: Key) -> bool:
        """Whether a cell with a goal that is out of reach is known too well."""
        know = self.knowledge
        if percent := self.percents.get(key):
            low, high = know.explorer.range(self._rare(key, percent))
            return high - low < self._unsure(key, percent) - TOLERANCE
        if key in self.table.places and (know.certain(know.count(key)) or know.certain(know.rest(key))):
            return True
        hidden = math.isinf(self.table.ranges[key][1])
        n = self.table.base.sizes[key]
        return hidden and not protected(*know.explorer.range(know.size(key)), n, self.minimum)

    def _loosening(self, key: Key) -> Sequence[Key | int]:
        """The cheapest records to hide for a fallen cell: one that is enough, else all comparisons, else a share."""
        near = {
            k for line in self.knowledge.lines if key in (line.total, *line.parts) for k in (line.total, *line.parts)
        }
        shares = sorted(near & self.percents.keys() - {key}, key=self._cost)
        own = [key] if key in self.percents else []
        pairs: dict[tuple[Key, Key | None], list[int]] = {}
        for i, against in self.comparisons.items():
            pairs.setdefault((against.group, against.reference), []).append(i)
        everything: list[Sequence[Key | int]] = [*pairs.values(), *([k] for k in (*shares, *own))]
        for sources in everything:
            for source in sources:
                self.knowledge.forget(source)
            enough = key not in self.fallen([key])
            for source in sources:
                self.knowledge.remember(source)
            if enough:
                return sources
        return list(self.comparisons) or shares[:1] or list(self.percents)[:1]

    def _cost(self, key: Key) -> tuple[bool, float, Key]:
        """Hide an unknown group first, then a small one."""
        return UNKNOWN not in key, self.table.base.sizes[key], key

    def rougher(self, grounds: Grounds) -> dict[int, Percent | None]:
        """Shares whose count would follow from their percentage, now that totals narrow their size and their count."""
        know, ranges = self.knowledge, self.table.ranges
        plain = {k: p for k, p in self.percents.items() if not p.code and ranges[k][1] < TELLING_BELOW}
        know.explorer.look([g for k in plain for g in _span(know.size(k), ranges[k][1], ranges[k][0])])
        found: dict[int, Percent | None] = {}
        for key, percent in plain.items():
            if not self._several(key, percent):
                place = self.table.places[key]
                rough = rougher(percent, grounds.entries[place].value)
                found[place] = rough if rough and self._several(key, rough) else None
        return found

    def _several(self, key: Key, percent: Percent) -> bool:
        """Whether a percentage may stand for several counts, by all that an outsider knows of the group."""
        know = self.knowledge
        seen, at = know.explorer.seen, [next(iter(of)) for of in (know.size(key), know.count(key))]
        assert seen is not None
        if len(counts_behind(percent, *((seen[0, i], seen[1, i]) for i in at))) > 1:
            return True
        return len(counts_behind(percent, *(know.explorer.range({i: 1.0}) for i in at))) > 1


def _span(weights: Weights, high: float, low: float = 0.0) -> list[Goal]:
    """A count that must be able to be as small as the one level, and as large as the other."""
    return [Goal({variable: -w for variable, w in weights.items()}, -low, False), Goal(weights, high, True)]
