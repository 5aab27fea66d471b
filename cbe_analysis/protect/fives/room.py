"""How small the groups may be that are shown in fives beside what officials published of the places they are in.

Of what is hidden in fives everybody knows that it is small. Where officials say how many students a school has, and its
girls and boys are both hidden, that can tell nearly how many of each there are: of 15 no more than nine are girls and
no more than nine are boys, so that six to nine are. No hiding mends that; where twelve may be hidden as well, it is 3
to 12.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cbe_analysis.protect.enrollment import Enrollment
from cbe_analysis.protect.entries import Key
from cbe_analysis.protect.fives.rounded import STEP, fives
from cbe_analysis.protect.pattern.cells import Base, lines

PARTS = 4  # that more groups are all small, and yet nearly as large as small ones may be, is too rare to hide for it
AT_MOST = 3  # times the minimum: beyond, too much would be hidden
Shared = frozenset[tuple[int, int]]  # how many students are in some groups together, and how many these are


def least_beside(tables: Sequence[Base], officially: Enrollment, minimum: int) -> int:
    """The smallest size to show, this or a larger one, beside which no published number tells of small groups.

    The published numbers and the names of the groups decide, not how many are in them: that a larger one is taken says
    nothing. The minimum itself where none up to three times as large does.
    """
    shared = Shared().union(*(_shared(base, officially) for base in tables))
    tried = (least for least in range(minimum, AT_MOST * minimum + 1) if least == minimum or fives(least) >= least)
    return next((least for least in tried if not any(_tells(n, groups, least) for n, groups in shared)), minimum)


def _tells(n: int, groups: int, least: int) -> bool:
    """Whether so many students in so many groups, all of them small, leave each fewer sizes than are printed alike."""
    return n >= least and 0 <= groups * (least - 1) - n < STEP


def _shared(base: Base, officially: Enrollment) -> Shared:
    """The published numbers of places, each with the few groups that share it out.

    Of parts that have a published number themselves only the others are left, with the rest of the number.
    """
    numbers = {key: own for key in base.sizes if (own := tuple(officially.numbers(key)))}
    splits: dict[Key, list[tuple[Key, ...]]] = {}
    for line in lines(base.sizes) if numbers else ():
        splits.setdefault(line.total, []).append(line.parts)
    ways = Ways(numbers, splits)
    return frozenset(
        (n - told, groups) for key, own in numbers.items() for told, groups in ways.split(key) for n in own
    )


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways in which groups are shared out: what is published of some parts, and how many parts are left.

    Parameters
    ----------
    numbers
        Place -> what is published of it.
    splits
        Group -> its parts along each column.
    """

    numbers: Mapping[Key, Sequence[int]]
    splits: Mapping[Key, Sequence[Sequence[Key]]]
    _known: dict[Key, Shared] = field(default_factory=dict)

    def split(self, key: Key) -> Shared:
        """The ways of a group that is split, into a few parts."""
        return Shared().union(*(self._together(parts) for parts in self.splits.get(key, ())))

    def _of(self, part: Key) -> Shared:
        """The ways of a part: by its published number, else whole or split itself."""
        if part in self.numbers:
            return Shared({(self.numbers[part][0], 0)})
        if part not in self._known:
            self._known[part] = self.split(part) | {(0, 1)}
        return self._known[part]

    def _together(self, parts: Sequence[Key]) -> Shared:
        """The ways of several parts, each in any of its own."""
        found = Shared({(0, 0)})
        for part in parts if sum(part not in self.numbers for part in parts) <= PARTS else ():
            both = ((a + n, b + groups) for a, b in found for n, groups in self._of(part))
            found = Shared(one for one in both if one[1] <= PARTS)
        return found
