"""How to print several shares of one group: together they must not tell its size, nor any count behind them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from cbe_analysis.protect.entries import ESTIMATED
from cbe_analysis.protect.grounds import Grounds
from cbe_analysis.protect.percents import SLACK, TELLING_BELOW, Percent, rougher

Shares = Mapping[int, Percent]  # position of a record -> its share as printed


def telling_together(
    grounds: Grounds, percents: Mapping[int, Percent | None], hidden: Collection[int]
) -> dict[int, Percent | None]:
    """Other ways to print shares, None for not at all, of the groups whose size or counts they would tell together.

    All shares of such a group are printed in fives: which of them told too much would tell something itself. Where that
    is not enough, those are hidden that leave fewest sizes.
    """
    found: dict[int, Percent | None] = {}
    for own, sizes in _of_one_group(grounds, percents, hidden):
        if not _tells(own, sizes):
            continue
        rough = {i: rougher(p, grounds.entries[i].value) or p for i, p in own.items()}
        while rough and _tells(rough, sizes):
            del rough[min(rough, key=lambda i: (len(_fitting({i: rough[i]}, sizes)), i))]
        found |= {i: rough.get(i) for i in own}
    return found


def _of_one_group(
    grounds: Grounds, percents: Mapping[int, Percent | None], hidden: Collection[int]
) -> Iterator[tuple[Shares, range]]:
    """The uncoded shares that are printed of each group, and the sizes that are printed like its size."""
    groups: dict[tuple[int, tuple[str, ...]], dict[int, Percent]] = {}
    for i, percent in percents.items():
        entry = grounds.entries[i]
        at = grounds.base(entry)
        if percent and not percent.code and i not in hidden and at is not None and entry.quantity not in ESTIMATED:
            groups.setdefault((at, entry.group), {})[i] = percent
    for own in groups.values():
        size = grounds.size(grounds.entries[next(iter(own))].n)
        if len(own) > 1 and size.high < TELLING_BELOW:
            yield own, range(size.low, size.high + 1)


def _tells(shares: Shares, sizes: Sequence[int]) -> bool:
    """Whether the size follows from all of the shares, or a count behind one of them."""
    fitting = _fitting(shares, sizes)
    return len(fitting) < 2 or any(len({y for n in fitting for y in _counts(p, n)}) < 2 for p in shares.values())


def _fitting(shares: Shares, sizes: Sequence[int]) -> list[int]:
    """The sizes of which all these may be shares."""
    return [n for n in sizes if all(_counts(percent, n) for percent in shares.values())]


def _counts(percent: Percent, n: int) -> range:
    """The counts that a percentage stands for in a group of `n`."""
    return range(math.ceil(percent.low * n - SLACK), math.floor(percent.high * n + SLACK) + 1)
