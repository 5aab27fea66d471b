"""Which further shares and comparisons to hide so that no coded or hidden count follows from the printed shares."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.measure.estimates import UNKNOWN
from cbe_analysis.protect.entries import Key, Series
from cbe_analysis.protect.grounds import Grounds
from cbe_analysis.protect.pattern.cells import Range
from cbe_analysis.protect.pattern.demands import Demand
from cbe_analysis.protect.pattern.greedy import UNKNOWN_COSTS
from cbe_analysis.protect.pattern.loosening import Loosening
from cbe_analysis.protect.pattern.polytope import Weights
from cbe_analysis.protect.pattern.reach import between
from cbe_analysis.protect.percents import TELLING_BELOW, Percent, counts_behind, rougher
from cbe_analysis.protect.shares.knowledge import Knowledge, NothingFits, Source
from cbe_analysis.protect.shares.one_group import telling_together
from cbe_analysis.protect.shares.share_table import ShareTable, share_tables
from cbe_analysis.protect.shares.supposed import supposed

ADDING = ("share", "attrition")  # their counts add up over groups
Points = Sequence[NDArray[np.float64]]
COMPARISONS_COST = 0.01  # of a share: a comparison is hidden before a share is


@dataclass(frozen=True, slots=True)
class Remedy:
    """What makes the shares of a release safe.

    Parameters
    ----------
    withheld
        Positions of the records to hide.
    percents
        Position -> how else to print a share; None: not at all.
    seen
        Series and number of a table -> what was found possible of it: mostly it still is when less is said.
    """

    withheld: frozenset[int] = frozenset()
    percents: Mapping[int, Percent | None] = field(default_factory=dict)
    seen: Mapping[tuple[Series, int], Points] = field(default_factory=dict)


NOTHING = Remedy()


def remedy(
    grounds: Grounds, percents: Mapping[int, Percent | None], hidden: Collection[int], before: Remedy = NOTHING
) -> Remedy:
    """What else to hide, or to print more roughly, among all shares of the release.

    Parameters
    ----------
    before
        The remedy that led here.
    """
    entries = grounds.entries
    series = {entries[i].series for i in percents if entries[i].quantity in ADDING and not entries[i].at}
    withheld: set[int] = set()
    rougher = telling_together(grounds, percents, hidden)
    seen: dict[tuple[Series, int], Points] = {}
    for one in sorted(series):
        for at, table in enumerate(_readings(grounds, share_tables(grounds, one, percents, hidden))):
            try:
                mending = Mending(table, grounds.minimum, before.seen.get((one, at), ()))
            except NothingFits:
                if table.supposed:
                    continue
                raise
            withheld |= mending.withheld()
            told = mending.rougher(grounds)
            rougher |= {i: percent for i, percent in told.items() if rougher.get(i, percent) is not None}
            seen[one, at] = mending.knowledge.explorer.points
    return Remedy(frozenset(withheld), rougher, seen)


def _readings(grounds: Grounds, tables: Iterable[ShareTable]) -> Iterator[ShareTable]:
    """Each table as it is printed, and as it is to somebody who knows what officials published."""
    for table in tables:
        yield table
        if known := supposed(table, grounds.officially):
            yield known


@dataclass(frozen=True, slots=True)
class Fall:
    """A number that is known too well, and what is known of it."""

    key: Key
    demand: Demand
    span: Range


class Mending:
    """One table of shares, attacked and mended until it holds.

    Attributes
    ----------
    percents, comparisons
        What is still printed of it.
    """

    def __init__(self, table: ShareTable, minimum: int, points: Points = ()) -> None:
        self.table, self.minimum = table, minimum
        self.knowledge = Knowledge(table, points)
        self.summed = {key for line in self.knowledge.lines for key in (line.total, *line.parts)}
        self.percents, self.comparisons = dict(table.percents), dict(table.comparisons)

    def withheld(self) -> set[int]:
        """Positions of the records to hide: the cheapest that give every fallen cell its room, as far as any do."""
        found: set[int] = set()
        fallen = self.fallen(self.table.base.sizes)
        while fallen and (sources := self._loosening(fallen)):
            for source in sources:
                self.knowledge.forget(source)
                if isinstance(source, int):
                    del self.comparisons[source]
                    found.add(source)
                elif source is not None:
                    del self.percents[source]
                    found.add(self.table.places[source])
            # whatever was open stays open when less is said: the rest need not be asked again
            fallen = self.fallen({*(fall.key for fall in fallen), *(s for s in sources if isinstance(s, tuple))})
        return found

    def fallen(self, among: Collection[Key]) -> list[Fall]:
        """What an outsider can compute of these cells: a coded count, a hidden count, a hidden size."""
        explorer = self.knowledge.explorer
        demands = {key: self._demands(key) for key in self.table.base.sizes if key in among}
        every = [(key, demand) for key, asked in demands.items() for demand in asked]
        doubtful = [(key, demand) for key, demand in every if not demand.met(*explorer.seen(demand.weights))]
        explorer.look([goal for _, demand in doubtful for goal in demand.goals()])
        known = ((key, demand, explorer.unmet(demand.weights, demand.met)) for key, demand in doubtful)
        return [Fall(key, demand, span) for key, demand, span in known if span is not None]

    def _demands(self, key: Key) -> list[Demand]:
        """What must stay possible of a cell."""
        percent, know, n = self.percents.get(key), self.knowledge, self.table.base.sizes[key]
        if percent is not None:
            return [Demand(self._rare(key, percent), width=self._unsure(key, percent))] if percent.code else []
        found = [] if key not in self.table.places else [Demand(know.count(key)), Demand(know.rest(key))]
        if math.isinf(self.table.ranges[key][1]) and key in self.summed:
            small = float(self.minimum) if n < self.minimum else 0.0
            found.append(Demand(know.size(key), width=1.0, least=small))
        return found

    def _rare(self, key: Key, percent: Percent) -> Weights:
        """Those who are few in a coded cell."""
        return self.knowledge.count(key) if percent.code == "<=" else self.knowledge.rest(key)

    def _unsure(self, key: Key, percent: Percent) -> float:
        """How well the few of a coded cell may be known: no better than to so many."""
        points = percent.value if percent.code == "<=" else 100 - percent.value
        return float(max(1, min(self.minimum, math.floor(points * self.table.ranges[key][0] / 100))))

    def _loosening(self, fallen: Sequence[Fall]) -> set[Source]:
        """The cheapest records to hide so that what has fallen has the room that it lacks."""
        prices: dict[Source, float] = {key: self._cost(key) for key in self.percents}
        prices |= {i: COMPARISONS_COST * self._cost(against.group) for i, against in self.comparisons.items()}
        way_out = Loosening(self.knowledge.told, prices, [fall.demand.weights for fall in fallen])
        found: set[Source] = set()
        for i, fall in enumerate(fallen):
            for ways in fall.demand.ways(*fall.span):
                found |= way_out.cheapest([(i, low, high) for low, high in ways])
        return found

    def _cost(self, key: Key) -> float:
        """What it costs to hide a share: its group's size, next to nothing for an unknown group."""
        return (self.table.base.sizes[key] + 1) * (UNKNOWN_COSTS if UNKNOWN in key else 1.0)

    def rougher(self, grounds: Grounds) -> dict[int, Percent | None]:
        """Shares whose count would follow from their percentage, now that totals narrow their size and their count."""
        know, ranges = self.knowledge, self.table.ranges
        plain = {k: p for k, p in self.percents.items() if not p.code and ranges[k][1] < TELLING_BELOW}
        doubtful = [key for key, percent in plain.items() if not self._seen_several(key, percent)]
        know.explorer.look([g for k in doubtful for g in between(know.size(k), *ranges[k])])
        found: dict[int, Percent | None] = {}
        for key in doubtful:
            if spans := self._one_count(key, percent := plain[key]):
                place = self.table.places[key]
                rough = rougher(percent, grounds.entries[place].value)
                found[place] = rough if rough and len(counts_behind(rough, *spans)) > 1 else None
        return found

    def _seen_several(self, key: Key, percent: Percent) -> bool:
        """Whether a percentage was seen to stand for several counts."""
        explorer, of = self.knowledge.explorer, (self.knowledge.size(key), self.knowledge.count(key))
        return len(counts_behind(percent, *map(explorer.seen, of))) > 1

    def _one_count(self, key: Key, percent: Percent) -> tuple[Range, Range] | None:
        """Size and count, as far as an outsider knows them, where a percentage stands for one count; None elsewhere."""
        explorer, of = self.knowledge.explorer, (self.knowledge.size(key), self.knowledge.count(key))
        spans, printed = [list(explorer.seen(weights)) for weights in of], self.table.ranges[key]
        for at, end in ((1, 1), (1, 0), (0, 1), (0, 0)):
            if len(counts_behind(percent, *spans)) > 1:
                return None
            if at == 0 and len(counts_behind(percent, printed, spans[1])) < 2:
                return printed, (spans[1][0], spans[1][1])
            spans[at][end] = explorer.range(of[at], low=end == 0, high=end == 1)[end]
        (least, most), (few, many) = spans
        return None if len(counts_behind(percent, *spans)) > 1 else ((least, most), (few, many))
