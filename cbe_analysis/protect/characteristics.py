"""Of whom the arms of a study are made up: groups within an arm, whose sizes must not come out either."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from cbe_analysis.protect.entries import Entry, Key
from cbe_analysis.protect.percents import TELLING_BELOW

Factor = tuple[
    str, Key
]  # a characteristic that students are told apart by ("gender"), and the group that both arms are of
Levels = Mapping[str, Sequence[int]]  # "gender=female" -> the records of it, one for each arm


def make_up_of_arms(entries: Sequence[Entry], minimum: int) -> set[int]:
    """Positions of the records to hide, so that no part of an arm that is small comes out.

    An arm of few has several shares for each factor, all of one size: together their percentages tell it, and with it
    every count. In a larger one, the share of a small part tells how many it is, and so do the other shares, which it
    makes up the whole with. How alike the arms were, in standard deviations, stays where all parts that it rests on are
    large, for its limits tell the smallest, and where the percentages of both arms are printed, or of none: beside that
    of one arm it tells the count of the other.
    """
    described = [i for i, e in enumerate(entries) if e.quantity == "baseline" and e.is_share and not e.difference]
    factors: dict[Factor, dict[str, list[int]]] = {}
    for i in described:
        factor, named, _ = entries[i].at.partition("=")
        if named:
            factors.setdefault((factor, entries[i].group[:-1]), {}).setdefault(entries[i].at, []).append(i)
    found = {i for i in described if entries[i].n < TELLING_BELOW}
    closed: set[tuple[str, Key]] = set()
    for (_, group), levels in factors.items():
        gone = _small(entries, levels, minimum)
        found |= {i for level in gone for i in levels[level]}
        one_sided = {level for level, own in levels.items() if len({entries[i].n < TELLING_BELOW for i in own}) > 1}
        closed |= {(level, group) for level in gone | one_sided}
    differences = (i for i, e in enumerate(entries) if e.quantity == "baseline" and e.difference)
    return found | {i for i in differences if (entries[i].at, entries[i].group[:-1]) in closed}


def _small(entries: Sequence[Entry], levels: Levels, minimum: int) -> set[str]:
    """The levels to hide: those of which an arm has few, and others until what they leave of each arm is large.

    Which others is settled by their names: by their sizes, it would tell which is the smaller.
    """
    gone = {level for level, own in levels.items() if not min(entries[i].numerator for i in own) >= minimum}
    free = sorted(levels.keys() - gone)
    while gone and free and (len(gone) == 1 or not _left(entries, levels, gone) >= minimum):
        gone.add(free.pop(0))
    return gone


def _left(entries: Sequence[Entry], levels: Levels, gone: Collection[str]) -> float:
    """How many of an arm the hidden levels have together, in the arm where they are fewest."""
    arms: dict[str, float] = {}
    for level in gone:
        for i in levels[level]:
            arms[entries[i].arm] = arms.get(entries[i].arm, 0.0) + max(entries[i].numerator, 0.0)
    return min(arms.values(), default=0.0)
