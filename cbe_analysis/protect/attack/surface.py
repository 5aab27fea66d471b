"""Numbers that stand in a printed row where none may: what needs no arithmetic to be found out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from cbe_analysis.protect.attack.curve_days import WITHOUT, on_grid
from cbe_analysis.protect.attack.reading import FOLLOWED, WHOLE, Cell, Row, share_said

Fault = tuple[Cell, str]
VALUES = ("mean", "share", "expected_share", "median", "percentile", "slope", "intercept", "effect", "survival")
ARMS_TOLD = ("count", "attrition", "baseline", *VALUES[:-2])
STUDENTS = ("mean", "depth", "gap", "effect", "slope", "intercept")
BANDED_BELOW = 100
NORMAL = 1.959964
EXPANSION = (((1, 1), 4), ((3, 16, 5), 96), ((-15, 17, 19, 3), 384))  # of z, z^3, z^5 ...; by the degrees of freedom
FIVE, FIFTY = 5, 50
ROWS_OF_A_FILE = "share of rows, 0 to 1"
SLACK = 1e-6
NEAR_END = ((300, 1), (100, 2), (40, 5), (20, 10), (0, 20))  # size, and the percentages that are coded from it on


def faults(
    rows: Sequence[Row], minimum: int, small: Callable[[Row, int], bool], *, fives: bool = False
) -> Iterator[Fault]:
    """The rows in which something stands that may not be printed, with what it is.

    Parameters
    ----------
    small
        Whether a row's group is truly small.
    fives
        True where sizes are printed in fives; else in bands, tens and fifties.
    """
    size_ok, rough = _five if fives else _size_ok, any(_rough_size(row) for row in rows)
    for row in rows:
        for fault in _faults(row, size_ok):
            yield row.cell, fault
        if _few_rows(row, minimum):
            yield row.cell, "it counts few rows of a file"
        if _finer(row, rough=rough):
            yield row.cell, "a size is finer than its text"
        if small(row, minimum) and not row.hidden and row.arm != "difference":
            yield row.cell, "a small group is shown"
    yield from _resting(rows)
    yield from _one_sided(rows)


def _faults(row: Row, size_ok: Callable[[float], bool]) -> Iterator[str]:
    """What one row holds too much of."""
    numbers = row.numbers
    if row.hidden:
        if any(not math.isnan(value) for value in numbers.values()) or row.note:
            yield "a hidden row holds something"
        if (row.shown, row.n_shown) != ("protected", "protected"):
            yield "a hidden row tells something"
        return
    if row.quantity == "loglik":
        yield "a likelihood is shown"
    if not (math.isnan(numbers["numerator"]) and math.isnan(numbers["denominator"])):
        yield "a count stands behind its value"
    if (
        row.size is None
        or row.size[0] == row.size[1]
        or any(not size_ok(numbers[name]) for name in ("n", "n_reference"))
    ):
        yield "a size is exact"
    if any(not _multiple(numbers[name], 0.01) for name in ("p", "p_adjusted")):
        yield "a p-value is exact"
    if not _coarse(row):
        yield "a day is exact"
    if row.quantity == "count" and not size_ok(numbers["value"]):
        yield "a count is exact"
    elif row.share is not None and not row.compares:
        yield from _share(row)
    elif not _rough(row):
        yield "a value is too exact"
    elif _narrow(row, fives=size_ok is _five):
        yield "its limits tell its size"


def _few_rows(row: Row, minimum: int) -> bool:
    """Whether a share of rows says that fewer than a minimum have a value, or have none: the size of a hidden group."""
    if row.hidden or row.unit != ROWS_OF_A_FILE or row.share is None or row.size is None:
        return False
    low, high = row.share
    return min(high, 1 - low) * row.size[1] < minimum - SLACK


def _coarse(row: Row) -> bool:
    """Whether the day of a curve, or a time, is none of single students."""
    day = float(row.at or "nan") if row.quantity in FOLLOWED else row.numbers["value"]
    timed = row.quantity in (*FOLLOWED, *WITHOUT) and not row.compares
    return not timed or math.isnan(day) or on_grid(day)


def _size_ok(size: float) -> bool:
    return math.isnan(size) or (size >= 100 and size % 10 == 0)


def _rough_size(row: Row) -> bool:
    """Whether the size is told to the nearest fifty."""
    return row.n_shown.startswith("about ")


def _finer(row: Row, *, rough: bool) -> bool:
    """Whether a number says more of a size than its text, or than the texts of the other sizes where one is rough."""
    n, against = row.numbers["n"], row.numbers["n_reference"]
    own = [n, row.numbers["value"]] if row.quantity == "count" else [n]
    return any(not _multiple(size, FIFTY) for size in (*own * _rough_size(row), *[against] * rough))


def _five(size: float) -> bool:
    return math.isnan(size) or (size > FIVE and size % FIVE == 0)


def _multiple(value: float, step: float) -> bool:
    return math.isnan(value) or abs(value / step - round(value / step)) < 1e-6 * max(1.0, abs(value / step) * 1e-3)


def _share(row: Row) -> Iterator[str]:
    """What a share tells beyond a whole percentage."""
    told = [row.numbers[name] for name in ("value", "std_error", "low", "high", "p")]
    if row.coded:
        if not all(math.isnan(value) for value in told):
            yield "a coded share holds a number"
        return
    if not all(_multiple(value, 0.01) for value in told) or not math.isnan(row.numbers["std_error"]):
        yield "a share is too exact"
    largest = row.size[1] if row.size else 0.0
    points = next(within for size, within in NEAR_END if largest >= size)
    low, high = (100 * end for end in share_said(row.shown) or (0.0, 0.0))
    if high < points + 0.6 or low > 100 - points - 0.6:
        yield "a share near an end is not coded"


def _rough(row: Row) -> bool:
    """Whether a value is rounded to no less than about a fifth of its error, and its error to two figures."""
    value, error = row.numbers["value"], row.numbers["std_error"]
    if math.isnan(value) or math.isnan(error):
        return True
    if error <= 0:
        return False
    power = math.floor(math.log10(error))
    steps = [part * 10.0**ten for ten in (power - 2, power - 1, power) for part in (1, 2, 5)]
    allowed = [step for step in steps if error / 6 <= step <= error / 2 * 1.06]
    return any(_multiple(error, 10.0 ** (ten - 1)) for ten in (power, power + 1)) and any(
        _multiple(value, step) for step in allowed
    )


def _narrow(row: Row, *, fives: bool) -> bool:
    """Whether the limits of a mean are narrower than those of the smallest group that is printed with its size.

    They are Student's, with one degree of freedom less than there are students, or with fewer.
    """
    if row.quantity not in STUDENTS or row.size is None or row.size[0] >= BANDED_BELOW:
        return False
    error, reach = row.numbers["std_error"], (row.numbers["high"] - row.numbers["low"]) / 2
    if not error > 0 or math.isnan(reach):
        return False
    least = error - 0.5 * 10.0 ** (math.floor(math.log10(error) + 1e-9) - 1)
    degrees = row.size[0] - 1 - (FIVE // 2 if fives else 0)
    return reach + error / 4 * 1.06 < least * _reach(max(degrees, 1.0))


def _reach(degrees: float) -> float:
    """How many errors Student's 95 % interval reaches: a little less, from the normal one by Fisher's expansion."""
    z, total = NORMAL, NORMAL
    for order, (terms, divisor) in enumerate(EXPANSION, 1):
        total += sum(part * z ** (2 * power + 1) for power, part in enumerate(terms)) / (divisor * degrees**order)
    return total


def _resting(rows: Sequence[Row]) -> Iterator[Fault]:
    """Rows that rest on a group which is hidden or coded."""
    values = Values(rows)
    sized = [r for r in rows if r.quantity in ("count", "attrition") and r.cell[-1] != WHOLE]
    best = "count" if any(r.quantity == "count" for r in sized) else "attrition"
    arms = {r.cell[:-1] for r in sized if r.hidden and r.quantity == best}
    for row in rows:
        if row.hidden or row.arm == "difference":
            continue
        of_arms = row.quantity == "effect" or (row.quantity not in ARMS_TOLD and row.cell[-1] == WHOLE)
        if of_arms and row.cell[:-1] in arms:
            yield row.cell, "an effect rests on a hidden arm"
        if row.compares and any(value.hidden or value.coded for value in values.sides(row)):
            yield row.cell, "a comparison rests on a hidden or coded group"
        if row.reference == "others" and values.others_hidden(row):
            yield row.cell, "a comparison rests on hidden groups"


def _one_sided(rows: Sequence[Row]) -> Iterator[Fault]:
    """Differences of two arms beside the share of one of them that tell that of the other."""
    arms: dict[tuple[str, str, Cell], list[Row]] = {}
    for row in rows:
        if row.cell[-1] != WHOLE and row.unit.startswith("share"):
            arms.setdefault((row.quantity, row.at, row.cell[:-1]), []).append(row)
    for row in rows:
        if row.arm == "difference" and not row.hidden:
            plain = {not (arm.hidden or arm.coded) for arm in arms.get((row.quantity, row.at, row.cell[:-1]), ())}
            if len(plain) > 1:
                yield row.cell, "a difference rests on a hidden or coded arm"


class Values:
    """The values that comparisons are made of, by group."""

    def __init__(self, rows: Sequence[Row]) -> None:
        own = [r for r in rows if r.quantity in VALUES and not r.compares]
        self._units, self._shares = {r.unit for r in own}, any(r.quantity == "share" for r in own)
        self._by_cell: dict[Cell, list[Row]] = {}
        self._by_name: dict[tuple[tuple[bool, ...], str], list[Row]] = {}
        self._by_shape: dict[tuple[bool, ...], list[Row]] = {}
        for row in own:
            self._by_cell.setdefault(row.cell, []).append(row)
            self._by_name.setdefault(called(row.cell), []).append(row)
            if "(unknown)" not in row.cell:
                self._by_shape.setdefault(shape(row.cell), []).append(row)

    def sides(self, row: Row) -> list[Row]:
        """What a comparison is made of: its group's values and those of the group that it names."""
        found = [*self._by_cell.get(row.cell, ()), *self._by_name.get((shape(row.cell), row.reference), ())]
        return [value for value in found if self._made_of(row, value)]

    def others_hidden(self, row: Row) -> bool:
        """Whether all other groups that a comparison may be taken against are hidden."""
        others = (v for v in self._by_shape.get(shape(row.cell), ()) if v.cell != row.cell and self._made_of(row, v))
        first = next(others, None)
        return first is not None and first.hidden and all(value.hidden for value in others)

    def _made_of(self, row: Row, value: Row) -> bool:
        if value.at != row.at:
            return False
        if row.quantity == "ratio" and self._shares:
            return value.quantity == "share"
        if row.quantity == "hedges_g":
            return value.quantity != "share"
        return row.quantity != "gap" or value.unit == row.unit or row.unit not in self._units


def shape(cell: Cell) -> tuple[bool, ...]:
    """Which columns a group is split by."""
    return tuple(level != WHOLE for level in cell)


def called(cell: Cell) -> tuple[tuple[bool, ...], str]:
    """How a comparison names the group that it is taken against: by its values, among groups split alike."""
    return shape(cell), ", ".join(level for level in cell if level != WHOLE)
