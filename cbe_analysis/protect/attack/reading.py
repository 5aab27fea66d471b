"""A Release read as an outsider reads it: from the printed texts alone."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from cbe_analysis.policy import ROUNDED
from cbe_analysis.protect.attack.curve_days import WITHOUT
from cbe_analysis.protect.record import Recorded
from cbe_analysis.protect.release import PROTECTED

Cell = tuple[str, ...]
Interval = tuple[float, float]
Series = tuple[str, str, str]  # quantity, unit and `at`
WHOLE = "(all)"
NAMED_AT = ("baseline", "probability")  # their `at` names a characteristic or a statement; elsewhere it is a curve's x
FOLLOWED = ("survival",)  # at each of their days the same students are counted
COUNTED = r"\d{1,3}(,\d{3})*"
RATIO_STEP = 0.05  # no ratio is printed more finely, as everybody may read
MOST_STUDENTS = 1e6
Z = 1.96  # of limits that hold in 95 of 100 cases
NUMBERS = (*("n", "n_reference", "numerator", "denominator", "value", "std_error", "low", "high", "p", "p_adjusted"),)


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row.

    Parameters
    ----------
    cell
        The values of the group columns, then the arm.
    numbers
        What stands in the columns of numbers; NaN for nothing.
    size
        What `n_shown` says of the group size; None where it says nothing.
    share
        What `shown` says of a share; None where it is none.
    coded
        True for a share printed as "at most" or "at least".
    """

    quantity: str
    unit: str
    cell: Cell
    arm: str
    at: str
    reference: str
    note: str
    shown: str
    n_shown: str
    hidden: bool
    numbers: dict[str, float]
    size: Interval | None
    share: Interval | None
    coded: bool

    @property
    def series(self) -> Series:
        """What the row says, of whichever group."""
        return self.quantity, self.unit, self.at

    @property
    def compares(self) -> bool:
        """True for a row that sets two groups, or two arms, against each other."""
        return bool(self.reference) or self.quantity in ("gap", "ratio", "hedges_g") or self.arm == "difference"


def read(release: Recorded) -> list[Row]:
    """The rows of a release, as text says them."""
    there = release.rows.astype(object).where(release.rows.notna(), None)
    columns = {str(name): there[name].tolist() for name in there.columns}
    rows = [_row({name: values[i] for name, values in columns.items()}, release) for i in range(len(release.rows))]
    return blurred(rows, release.minimum_n) if release.profile == ROUNDED else rows


def _row(row: dict[str, Any], release: Recorded) -> Row:
    text = {name: "" if value is None else str(value) for name, value in row.items()}
    arm = text["arm"]
    return Row(
        quantity=text["quantity"],
        unit=text["unit"],
        cell=(*(text[name] for name in release.by), arm if arm not in ("", "difference") else WHOLE),
        arm=arm,
        at=text["at"],
        reference=text["reference"],
        note=text["note"],
        shown=text["shown"],
        n_shown=text["n_shown"],
        hidden=text["hidden"] == PROTECTED,
        numbers={name: math.nan if row[name] is None else float(row[name]) for name in NUMBERS},
        size=size_said(text["n_shown"], release.minimum_n),
        share=share_said(text["shown"]),
        coded=text["shown"].startswith(("<=", ">=")),
    )


def size_said(text: str, minimum: int) -> Interval | None:
    """The sizes that are printed like this.

    "40-99" as it stands, "about 5,800" to the nearest fifty, "5,790" to the nearest ten, "5,793" exactly.
    """
    if band := re.fullmatch(r"(\d+)-(\d+)", text):
        return max(float(band[1]), float(minimum)), float(band[2])
    if said := re.fullmatch(rf"(about )?({COUNTED})", text):
        middle, step = float(said[2].replace(",", "")), 50 if said[1] else 10
        if middle < 100 or middle % step:
            return middle, middle  # no number that was rounded so
        return max(middle - step / 2, 100.0, float(minimum)), middle + step / 2 - 1
    return None


def blurred(rows: Sequence[Row], minimum: int) -> list[Row]:
    """The rows of a release whose counts were rounded to fives before anything was made of them.

    A finest group has up to two students more or fewer than printed, a hidden one fewer than the minimum, and a total
    is made of these. A share is one of such counts.
    """
    series: dict[Series, dict[Cell, Row]] = {}
    for row in rows:
        if not row.compares:
            series.setdefault(row.series, {}).setdefault(row.cell, row)
    parts: dict[tuple[Cell, str], list[Row]] = {}  # a total may stand alone in one series, with its parts in another
    for cells in series.values():
        for cell, finest in _finest(cells).items():
            known = parts.setdefault((cell, cells[cell].n_shown), finest)
            if len(finest) > len(known):
                parts[cell, cells[cell].n_shown] = finest
    return [_blurred(row, parts.get((row.cell, row.n_shown), [row]), minimum) for row in rows]


def _finest(cells: Mapping[Cell, Row]) -> dict[Cell, list[Row]]:
    """Cell -> the finest groups that it is made of, itself where there are none."""
    wholes = {cell: [w for w in product(*((level, WHOLE) for level in cell)) if w in cells] for cell in cells}
    coarse = {whole for cell, found in wholes.items() for whole in found if whole != cell}
    found: dict[Cell, list[Row]] = {}
    for cell, row in cells.items():
        if cell not in coarse:
            for whole in dict.fromkeys(wholes[cell]):
                found.setdefault(whole, []).append(row)
    return found


def _blurred(row: Row, parts: Sequence[Row], minimum: int) -> Row:
    """The row with all the sizes and shares that may stand behind it."""
    if not re.fullmatch(COUNTED, row.n_shown):
        return row
    n, fewer = float(row.n_shown.replace(",", "")), 2.0 * max(1, sum(not part.hidden for part in parts))
    more, share = fewer + (minimum - 1) * sum(part.hidden for part in parts), row.share
    if share and not row.compares:
        share = max((share[0] * n - fewer) / (n + more), 0.0), min((share[1] * n + more) / max(n - fewer, 1.0), 1.0)
    return replace(row, size=(max(n - fewer, float(minimum)), n + more), share=share)


def of_steps(rows: Sequence[Row], minimum: int) -> list[Row]:
    """The rows, those of curves and times with sizes that leave enough students for every step that is printed."""
    told: dict[tuple[str, str, Cell], list[Row]] = {}
    for row in rows:
        if not row.hidden and not row.compares and row.quantity in (*FOLLOWED, *WITHOUT):
            told.setdefault((row.quantity if row.quantity in FOLLOWED else "", row.unit, row.cell), []).append(row)
    curves = {cell for quantity, _, cell in told if quantity}
    least = {
        id(row): size_by_steps(own, minimum) if quantity else float(minimum * (len(own) + 1))
        for (quantity, _, cell), own in told.items()
        for row in own
        if quantity or cell not in curves  # beside a curve, times are read off it, and rest on no more than it does
    }
    return [_at_least(row, least.get(id(row), 0.0)) for row in rows]


def _at_least(row: Row, least: float) -> Row:
    """The row with a size of so many or more, where its text allows that."""
    return replace(row, size=(least, row.size[1])) if row.size and row.size[0] < least <= row.size[1] else row


def size_by_steps(curve: Sequence[Row], minimum: int) -> float:
    """The smallest size that a printed curve allows: each of its steps rests on enough students, and so does its end.

    Where `minimum` students have the event in a step, a tenth of those who wait, they are a tenth of ten times as many;
    all that had it before are to be added. Students who were lost from sight only raise this.
    """
    points = sorted((float(row.at), row.share) for row in curve if row.at.isdigit() and row.share)
    least, before = float(minimum * (len(points) + 1)), 1.0
    for i, (_, (low, high)) in enumerate(points):
        waiting = minimum / max(1 - low / before, minimum / MOST_STUDENTS)
        least, before = max(least, minimum * i + waiting), high
    return math.ceil(least - 1e-6)


def size_by_limits(row: Row) -> float:
    """The smallest size that the limits of a share allow, by the intervals of Wilson; students alike only raise it."""
    low, high = row.numbers["low"], row.numbers["high"]
    if (
        row.share is None
        or row.compares
        or row.quantity not in ("share", "attrition", *FOLLOWED)
        or math.isnan(high - low)
    ):
        return 0.0
    width, end = high - low + 0.01, max(abs(part - 0.5) for part in row.share)
    spread = max(0.25 - end**2, 0.0)
    # width = 2 z sqrt(spread / n + z^2 / 4 n^2) / (1 + z^2 / n), solved for n
    a, b, c = width**2, 2 * Z**2 * width**2 - 4 * Z**2 * spread, Z**4 * (width**2 - 1)
    return math.floor((-b + math.sqrt(max(b**2 - 4 * a * c, 0.0))) / (2 * a))


def share_said(text: str) -> Interval | None:
    """The shares, 0 to 1, that are printed like this: "31 %", "about 30 %", "<=5 %", ">=95 %"."""
    said = re.fullmatch(r"(about |<=|>=)?(\d+) %", text)
    if not said:
        return None
    percent, half = float(said[2]), 2.5 if said[1] == "about " else 0.5
    low = 0.0 if said[1] == "<=" else max(percent - half, 0.0) / 100
    high = 1.0 if said[1] == ">=" else min(percent + half, 100.0) / 100
    return low, high


def step_said(row: Row) -> float:
    """The step to which a gap or a ratio of shares was rounded, guessed from its text, its value and its limits."""
    decimals = len(row.shown.partition(".")[2])
    finest = 0.01 if row.shown.endswith((" point", " points")) else 10.0**-decimals
    told = [row.numbers[name] for name in ("value", "low", "high") if not math.isnan(row.numbers[name])]
    for step in (0.5, 0.2, 0.1, 0.05, 0.02):
        if step > finest and len(told) == 3 and all(abs(value / step - round(value / step)) < 1e-6 for value in told):
            return step
    even = (
        row.quantity == "ratio"
        and abs(row.numbers["value"] / RATIO_STEP - round(row.numbers["value"] / RATIO_STEP)) < 1e-6
    )
    return max(finest, RATIO_STEP) if even else finest


def error_said(row: Row) -> float:
    """The standard error that is printed, or that the limits imply; NaN where neither is."""
    error = row.numbers["std_error"]
    return (row.numbers["high"] - row.numbers["low"]) / 4 if math.isnan(error) else error


def mean_said(row: Row) -> Interval | None:
    """The means that are rounded to the printed value; None where none is printed."""
    value = row.numbers["value"]
    if row.hidden or math.isnan(value):
        return None if row.hidden else row.share
    if row.share:
        return row.share
    half = _mean_step(row) / 2
    return value - half, value + half


def _mean_step(row: Row) -> float:
    """The largest 1, 2 or 5 times a power of ten, up to half of the error, of which the numbers are multiples."""
    error = error_said(row)
    told = [row.numbers[name] for name in ("value", "low", "high") if not math.isnan(row.numbers[name])]
    finest = 10.0 ** -len(row.shown.partition(".")[2])
    if not error > 0:
        return finest
    power = math.floor(math.log10(error))
    steps = [part * 10.0**ten for ten in (power, power - 1, power - 2) for part in (5, 2, 1)]
    fitting = (s for s in steps if s <= error / 2 * 1.06 and all(abs(v / s - round(v / s)) < 1e-6 for v in told))
    return max(next(fitting, finest), finest)
