"""Shares as the public may read them: whole percentages, coded near the ends, never giving the count away."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cbe_analysis.protect.sizes import ROUNDED_FROM, Size

CODED = ((300, 1), (100, 2), (40, 5), (20, 10), (0, 20))  # from this size on: percentages this near to an end are coded
FIVES, HALF = 5, 50
TELLING_BELOW = 200  # a whole percentage of this many students or more stands for several counts
SLACK = 1e-6
EDGE = 0.205  # from 100 students on, only percentages nearer to an end than this stand for few counts


@dataclass(frozen=True, slots=True)
class Percent:
    """A share as printed.

    Parameters
    ----------
    value
        The percentage; the limit of the code where it is coded.
    step
        1, or 5 where a whole percentage would give the count away.
    code
        "<=", ">=" or "".
    """

    value: int
    step: int
    code: str

    @property
    def shown(self) -> str:
        """The text: "31 %", "about 30 %", ">=95 %"."""
        return f"{self.code}{self.value} %" if self.code else f"{'about ' if self.step > 1 else ''}{self.value} %"

    @property
    def low(self) -> float:
        """The smallest share, 0 to 1, that is printed like this."""
        return 0.0 if self.code == "<=" else max(self.value - self.step / 2, 0) / 100

    @property
    def high(self) -> float:
        """The largest share, 0 to 1, that is printed like this."""
        return 1.0 if self.code == ">=" else min(self.value + self.step / 2, 100) / 100


def nearest(share: float, step: int = 1) -> int:
    """The share as a percentage to the nearest step; halves to the even one, so that complements still sum to 100."""
    return round(round(100 * share / step, 9)) * step


def coded_within(n: float) -> int:
    """How many percentage points from 0 and from 100 the shares of `n` students are coded."""
    return next(points for size, points in CODED if n >= size)


def wide_enough(points: int, n: float, least: float) -> int:
    """The percentage points from 0 and from 100 of a code, so many at least that it may stand for `least` of `n`.

    A percentage stands for all that is nearest to it.
    """
    return max(points, math.ceil(100 * least / n - 0.5 - SLACK)) if n and least else points


def public_percent(
    share: float, n: float, size: Size, official: int | None = None, *, least: int = 0
) -> Percent | None:
    """The share as it may be printed; None where any text would give the count away.

    Parameters
    ----------
    share
        0 to 1.
    n, size
        The group's size, and what an outsider can know of it.
    official
        The size that officials published of such a group, which may be its own: the percentage then stands for several
        counts by that alone, too.
    least
        As many must be possible of those who are counted, and of those who are not: they may be a hidden group.
    """
    points, whole, five = wide_enough(coded_within(n), size.low, least), nearest(share), nearest(share, FIVES)
    if points >= HALF:
        return None
    if whole <= points:
        return Percent(points, 1, "<=")
    if whole >= 100 - points:
        return Percent(100 - points, 1, ">=")
    told = telling(size.low, size.high)
    if official is not None:
        told = told.and_also(telling_exactly(official))
    if five in told.hidden:
        return None
    return Percent(five, FIVES, "") if five in told.fives else Percent(whole, 1, "")


@dataclass(frozen=True, slots=True)
class Telling:
    """Percentages that would give a count away.

    Parameters
    ----------
    fives
        Multiples of five: what lies nearest to them is printed so.
    hidden
        Multiples of five that stand for one count even then.
    """

    fives: frozenset[int]
    hidden: frozenset[int]

    def and_also(self, other: Telling) -> Telling:
        """What gives a count away in one group or in another."""
        return Telling(self.fives | other.fives, self.hidden | other.hidden)


@lru_cache(maxsize=4096)
def telling(low: int, high: int) -> Telling:
    """The percentages that would give the count away in a group of `low` to `high` students.

    A whole percentage behind which a single count stands is rounded to fives, and so are all that round to the same
    five: the rule itself must not tell the count either.
    """
    if low >= TELLING_BELOW:
        return Telling(frozenset(), frozenset())
    sizes = range(low, high + 1)
    pairs = [(y, n) for n in sizes for y in _counts(n) if not _coded(y / n, n)]
    fives: frozenset[int] = frozenset()
    while True:
        plain = [(y, n) for y, n in pairs if nearest(y / n, FIVES) not in fives]
        alone = {nearest(y / n, FIVES) for y, n in _alone(plain, 1)}
        if not alone:
            break
        fives |= alone
    rough = [(y, n) for y, n in pairs if nearest(y / n, FIVES) in fives]
    return Telling(fives, frozenset(nearest(y / n, FIVES) for y, n in _alone(rough, FIVES)))


@lru_cache(maxsize=4096)
def telling_exactly(n: int) -> Telling:
    """The percentages that would give the count away to somebody who takes a group to be of `n` students.

    Whatever size it truly has: a percentage that stands for no count of `n` says that it is another, and no more.
    """
    return Telling(
        frozenset(nearest(whole / 100, FIVES) for whole in range(101) if _of_one_count(whole, 1, n)),
        frozenset(five for five in range(0, 101, FIVES) if _of_one_count(five, FIVES, n)),
    )


def _of_one_count(percent: int, step: int, n: int) -> bool:
    """Whether one count of `n` lies within this percentage, or one is printed so: others may be coded."""
    low, high = (n * (percent + end * step / 2) / 100 for end in (-1, 1))
    within = range(math.ceil(max(low, 0) - SLACK), math.floor(min(high, n) + SLACK) + 1)
    printed = [y for y in within if nearest(y / n, step) == percent and not _coded(y / n, n)]
    return len(within) == 1 or len(printed) == 1


def _counts(n: int) -> Iterable[int]:
    """The counts whose percentage may stand for them alone."""
    edge = n if n < ROUNDED_FROM else int(EDGE * n) + 1
    return range(n + 1) if edge >= n else (*range(edge), *range(n - edge, n + 1))


def _coded(share: float, n: int) -> bool:
    return not coded_within(n) < nearest(share) < 100 - coded_within(n)


def _alone(pairs: Iterable[tuple[int, int]], step: int) -> list[tuple[int, int]]:
    """The pairs (count, size) whose percentage stands for one count only."""
    behind: dict[int, list[tuple[int, int]]] = {}
    for y, n in pairs:
        behind.setdefault(nearest(y / n, step), []).append((y, n))
    return [pair for group in behind.values() if len({y for y, _ in group}) == 1 for pair in group]


def counts_behind(percent: Percent, sizes: Sequence[float], counts: Sequence[float]) -> set[int]:
    """The counts that a printed percentage may stand for, in a group of so many students of whom so many have it."""
    return {
        y
        for n in range(math.ceil(sizes[0] - SLACK), math.floor(sizes[1] + SLACK) + 1)
        for y in range(math.ceil(percent.low * n - SLACK), math.floor(percent.high * n + SLACK) + 1)
        if counts[0] - SLACK <= y <= counts[1] + SLACK
    }


def rougher(percent: Percent, share: float) -> Percent | None:
    """The share printed more roughly; None when there is no rougher way."""
    return Percent(nearest(share, FIVES), FIVES, "") if percent.step < FIVES else None


def public_limits(percent: Percent, size: Size, design_effect: float) -> tuple[float, float]:
    """The 95 % limits that the printed percentage has in the smallest group printed like this one, whole percentages.

    Limits computed from the true count and size would give both away, however they are rounded; these say nothing that
    the percentage and the size do not, and are a little too wide rather than too narrow.

    Parameters
    ----------
    design_effect
        How many times larger the variance is because students share schools; taken to the next half.
    """
    return _limits(percent.value, size.low, max(1.0, math.ceil(2 * design_effect - 0.3) / 2))


@lru_cache(maxsize=4096)
def _limits(percent: int, n: int, design_effect: float) -> tuple[float, float]:
    from cbe_analysis.methods.proportions import share_interval

    found = share_interval(percent / 100 * n, n, design_effect=design_effect)
    return nearest(found.low) / 100, nearest(found.high) / 100
