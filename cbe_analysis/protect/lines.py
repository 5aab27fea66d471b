"""Errors by a model, which would tell how many students a group has.

A model of all groups has common variances, and these stand beside it. Where all students are tested on the same days,
the squared error of a group's slope is that of one student over its size: an error to two figures left 29 to 31 of a
size that is printed as 20-39. So sizes are taken several at a time (10 to 14, 15 to 19, 20 to 29 ...), and what is
printed is the error that the smallest of them would have: a fifth larger at most, and a tenth mostly. A whole band at a
time would tell no more than sizes do, but make the error of 39 students that of 20.

The same holds of schools that are drawn toward the whole, for how far they are follows from their size; and of the mean
pace of all, where there are few schools, beside how much students vary.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import NDArray

from cbe_analysis.indicators.words import DRAWN
from cbe_analysis.methods.robust import bounded, freedom
from cbe_analysis.protect.entries import Entry, Series, pattern_of
from cbe_analysis.protect.sizes import ROUNDED_FROM, public_size

SCHOOL, RATE = "school_id", "/ year"
TOLD = ("slope", "intercept", "mean", "gap")
TOGETHER = ((20, 5), (40, 10), (ROUNDED_FROM, 20))  # below this size, so many sizes have one error
FIVE = 5
BENT, FAR = 4, 3  # different sizes, and largest over smallest, from which on a curve through their errors may be bent


def fewest(n: float, minimum: int, *, fives: bool = False) -> float:
    """The smallest size that has the same error as this one.

    Parameters
    ----------
    n
        At least `minimum`, the smallest that is shown.
    fives
        True where sizes are printed in fives.
    """
    if fives:
        return math.floor(n / FIVE + 0.5) * FIVE - FIVE // 2
    band = public_size(n, minimum, rough=True)
    if n >= ROUNDED_FROM:
        return band.low
    width = next(width for below, width in TOGETHER if n < below)
    last = max((band.high + 1 - band.low) // width - 1, 0)  # the last ones are as many, or more
    return band.low + width * min(int(n - band.low) // width, last)


def of_sizes_together(
    entries: Sequence[Entry], by: Sequence[str], method: str, minimum: int, *, fives: bool = False
) -> tuple[Entry, ...]:
    """The records; errors by a model, with limits and p, as those of the smallest of a few sizes.

    Parameters
    ----------
    by, method
        Of the estimates.
    minimum, fives
        As for `fewest`.
    """
    return Model(entries, by, method, partial(fewest, minimum=minimum, fives=fives)).told(minimum)


def _with_error(entry: Entry, wider: float) -> Entry:
    """The record with an error so many times as large, and the limits and p that go with it."""
    error = entry.std_error * wider
    if not entry.high > entry.low or wider == 1.0:
        return replace(entry, std_error=error)
    found = bounded(entry.value, error, freedom((entry.high - entry.low) / 2 / entry.std_error))
    p = entry.p if math.isnan(entry.p) else found.p
    return replace(entry, std_error=error, low=found.low, high=found.high, p=p)


@dataclass(frozen=True, slots=True)
class Model:
    """The records of a model.

    Parameters
    ----------
    smallest
        Size -> the smallest that has the same error.
    """

    entries: Sequence[Entry]
    by: Sequence[str]
    method: str
    smallest: Callable[[float], float]

    @property
    def of_lines(self) -> bool:
        """True for a growth model, in which all groups share the variances."""
        return any(e.quantity == "sd_residual" for e in self.entries)

    def told(self, minimum: int) -> tuple[Entry, ...]:
        """The records, with errors as they may be told."""
        if self.of_lines:
            wider = self._of_lines
        elif any(e.quantity == "sd_student_slope" for e in self.entries):
            wider = self._of_all
        else:
            wider = _as_it_is
        drawn = self._drawn(minimum)
        found = list(self.entries)
        for i, entry in enumerate(found):
            if entry.quantity in TOLD and entry.std_error > 0 and min(_sides(entry), default=0) >= minimum:
                found[i] = _with_error(entry, drawn[i] if i in drawn else wider(entry))
        return tuple(found)

    def _of_lines(self, entry: Entry) -> float:
        """Of a line, or of a gap between two: their squared errors are those of one student over the size."""
        if entry.compares:
            sides = _sides(entry)
            return math.sqrt(sum(1 / self.smallest(n) for n in sides) / sum(1 / n for n in sides))
        return math.sqrt(1 + self._of_student(entry) * (1 / self.smallest(entry.n) - 1 / entry.n) / entry.std_error**2)

    def _of_student(self, entry: Entry) -> float:
        """The part of the squared error of a line that falls as its students are more, for one of them.

        What schools differ by stays, however many there are: a larger or smaller group tells how much it is.
        """
        most = entry.n * entry.std_error**2
        if not any(e.quantity == f"sd_school_{entry.quantity}" for e in self.entries):
            return most
        other = self._beside(entry)
        if other is None:
            return most if entry.n < ROUNDED_FROM else 0.0
        falls = (entry.std_error**2 - other.std_error**2) / (1 / entry.n - 1 / other.n)
        return min(max(falls, 0.0), most)

    def _beside(self, entry: Entry) -> Entry | None:
        """The line of all; of all, that of the smallest group; none where there is none, or it is drawn."""
        lines = [e for e in self.entries if e.series == entry.series and not e.compares and e.std_error > 0]
        others = [] if SCHOOL in self.by else [e for e in lines if _of_everybody(e) != _of_everybody(entry)]
        return min((e for e in others if e.n > 0 and e.n != entry.n), key=lambda e: e.n, default=None)

    def _of_all(self, entry: Entry) -> float:
        """Of the mean pace of all, where it is told how much paces vary."""
        if not (_of_everybody(entry) and entry.unit.endswith(RATE) and entry.n < ROUNDED_FROM):
            return 1.0
        return math.sqrt((entry.n - 1) / (self.smallest(entry.n) - 1))

    def _drawn(self, minimum: int) -> dict[int, float]:
        """Position of a school's value that is drawn toward the whole -> by how much its error grows."""
        if SCHOOL not in self.by or not (self.of_lines or DRAWN in self.method):
            return {}
        drawn = ("slope", "intercept", *(("mean",) if any(e.marks or e.of_kind for e in self.entries) else ()))
        series: dict[Series, list[int]] = {}
        for i, e in enumerate(self.entries):
            if e.quantity in drawn and not _of_everybody(e) and e.std_error > 0 and e.n >= minimum:
                series.setdefault(e.series, []).append(i)
        return {
            i: min(max(wider, 1.0), math.sqrt(self.entries[i].n / self.smallest(self.entries[i].n)))
            for positions in series.values()
            for i, wider in (self._predicted(positions) if self.of_lines else self._along(positions))
        }

    def _predicted(self, positions: Sequence[int]) -> Iterator[tuple[int, float]]:
        """By how much the errors of predicted lines grow.

        They are those of a school's difference from the whole, and of the whole's error the share by which the school
        is drawn toward it.

        References
        ----------
        Henderson, C. R. (1975), Biometrics 31, 423-447.
        """
        for i in positions:
            entry = self.entries[i]
            between = self._squared(f"sd_school_{entry.quantity}", "value")
            if not between > 0:  # all are predicted alike
                yield i, 1.0
            else:
                drawn = self._squared(entry.quantity, "std_error") / between**2
                apart = 2 * entry.std_error**2 / (math.sqrt(1 + 4 * drawn * entry.std_error**2) + 1)
                known = max(1 / apart - 1 / between, 0.0) * self.smallest(entry.n) / entry.n
                fewer = 1 / (1 / between + known)
                yield i, math.sqrt(fewer + drawn * fewer**2) / entry.std_error

    def _squared(self, quantity: str, number: str) -> float:
        """A number of everybody, squared; 0 where it is not told."""
        found = (getattr(e, number) for e in self.entries if e.quantity == quantity and _of_everybody(e))
        return next((x**2 for x in found if not math.isnan(x)), 0.0)

    def _along(self, positions: Sequence[int]) -> Iterator[tuple[int, float]]:
        """By how much errors grow along the curve that they form over the sizes."""
        curve = _curve(*np.array([(self.entries[i].n, self.entries[i].std_error) for i in positions]).T)
        for i in positions:
            least = self.smallest(self.entries[i].n)
            yield i, math.exp(curve(math.log(least)) - curve(math.log(self.entries[i].n)))


def _curve(n: NDArray[np.float64], error: NDArray[np.float64]) -> Polynomial:
    """The logarithm of errors as a curve over that of sizes; bent only where these are several and far apart."""
    sizes = len(np.unique(n))
    if sizes == 1:
        return Polynomial([0.0, -0.5])  # as errors of means fall
    bent = sizes >= BENT and n.max() >= FAR * n.min()
    return Polynomial.fit(np.log(n), np.log(error), 2 if bent else 1)


def _as_it_is(entry: Entry) -> float:
    return 1.0


def _sides(entry: Entry) -> list[float]:
    """The sizes that a record rests on."""
    return [n for n in (entry.n, entry.n_reference) if not math.isnan(n)]


def _of_everybody(entry: Entry) -> bool:
    return not entry.compares and not any(pattern_of(entry.group))
