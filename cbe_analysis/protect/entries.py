"""The rows of Estimates as records, in an order that tells nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cbe_analysis.indicators.progress.marks import Marks
from cbe_analysis.measure.estimates import ALL, UNKNOWN, Estimates
from cbe_analysis.methods.pace.kinds import KINDS

Key = tuple[str, ...]  # the values of the group columns, then the arm; "(all)" where a row is not split
Series = tuple[str, str, str]  # quantity, unit and what `at` names: rows that say the same thing of several groups

COMPARISONS = ("gap", "ratio", "hedges_g")
ESTIMATED = ("expected_share", "depth")  # shares of a model, or means of shares: no count stands behind them
SHARES = ("share", "attrition", "probability", "survival", *ESTIMATED)
NAMED_AT = ("baseline", "probability")  # their `at` names a characteristic or a statement; elsewhere it is a curve's x
ORDER = (  # what a reader wants first: the values, how groups differ, what it rests on, how students vary
    *("mean", "expected_share", "share", "median", "percentile", "slope", "effect", "survival"),
    *("median_time", "lower_quartile_time", "upper_quartile_time"),
    *("gap", "ratio", "hedges_g", "index"),
    *("depth", "hazard_ratio", "probability", "intercept", "count", "attrition", "baseline"),
    *("sd_student_slope", "sd_school_slope", "sd_student_intercept", "sd_school_intercept", "sd_residual"),
    *("cor_student", "cor_school"),
)
PLACES = ("school_id", "grade", "school_year")  # a school without a grade is no secret
SHARE_OF_ROWS = "share of rows, 0 to 1"  # what is filled, or at fault, in a file
DIFFERENCE = "difference"  # the arm of a row that sets the two arms against each other
NUMBERS = (*("n", "n_reference", "numerator", "denominator", "value", "std_error", "low", "high", "p", "p_adjusted"),)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of Estimates; numbers that are missing are NaN, texts that are missing are empty.

    Parameters
    ----------
    group
        The cell that it speaks of.
    arm
        As it stands in the row; a "difference" of the arms speaks of both.
    marks
        Those of the estimates.
    """

    quantity: str
    unit: str
    group: Key
    arm: str
    at: str
    reference: str
    note: str
    n: float
    n_reference: float
    numerator: float
    denominator: float
    value: float
    std_error: float
    low: float
    high: float
    p: float
    p_adjusted: float
    marks: Marks | None = None

    @property
    def series(self) -> Series:
        """What it says, of whichever group."""
        return self.quantity, self.unit, self.at

    @property
    def period(self) -> str:
        """The period of a trend, or the x of a curve, that it is about; empty where there is none."""
        return "" if self.quantity in NAMED_AT else self.at

    @property
    def difference(self) -> bool:
        """True when it sets the arms against each other."""
        return self.arm == DIFFERENCE

    @property
    def compares(self) -> bool:
        """True when it rests on two groups, or on one against the rest."""
        return self.quantity in COMPARISONS or bool(self.reference) or self.difference

    @property
    def of_rows(self) -> bool:
        """True for a share of the rows of a file: those without a value may be a group, whose size is hidden."""
        return self.unit == SHARE_OF_ROWS

    @property
    def of_kind(self) -> bool:
        """True for the chance of a kind of growth beside status."""
        return self.quantity == "probability" and self.at in KINDS

    @property
    def is_share(self) -> bool:
        """True when it is the share of a group, so that it is coded near 0 and 100 %."""
        return not self.compares and (
            self.quantity in SHARES or (self.quantity == "baseline" and not math.isnan(self.denominator))
        )


def entries(estimates: Estimates) -> list[Entry]:
    """The rows as records, in their order."""
    rows, size = estimates.rows.astype(object), len(estimates.rows)
    told = rows.where(rows.notna(), None)
    columns = {str(name): told[name].tolist() for name in told.columns}
    return [_entry({name: values[i] for name, values in columns.items()}, estimates) for i in range(size)]


def _entry(row: dict[str, Any], of: Estimates) -> Entry:
    arm = _text(row["arm"])
    numbers = {name: _number(row[name]) for name in NUMBERS}
    if row["quantity"] == "count" and not math.isnan(numbers["value"]):
        numbers["n"] = numbers["value"]  # a count is a group size itself
    return Entry(
        quantity=row["quantity"],
        unit=_text(row["unit"]),
        group=(*(str(row[name]) for name in of.by), ALL if arm in ("", DIFFERENCE) else arm),
        arm=arm,
        at=_text(row["at"]),
        reference=_text(row["reference"]),
        note=_text(row["note"]),
        **numbers,
        marks=of.marks,
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> float:
    """The number; NaN where there is none that could be printed."""
    return float(value) if value is not None and math.isfinite(value) else math.nan


def place_of(entry: Entry) -> tuple[Any, ...]:
    """Where a record stands: what it says, then of whom; the numbers only part records that are alike otherwise."""
    rank = ORDER.index(entry.quantity) if entry.quantity in ORDER else len(ORDER)
    words = (rank, entry.quantity, level_place(entry.at), entry.compares, entry.unit, entry.difference)
    numbers = tuple((math.isnan(v), 0.0 if math.isnan(v) else v) for v in (getattr(entry, name) for name in NUMBERS))
    return (*words, tuple(map(level_place, entry.group)), entry.reference, entry.note, numbers)


def level_place(level: str) -> tuple[int, float, str]:
    """The place of a group among those of its column: the whole, numbers by size, words by letter, the unknown."""
    if level in (ALL, UNKNOWN):
        return (0 if level == ALL else 3), 0.0, ""
    try:
        number = float(level)
    except ValueError:
        number = math.nan
    return (1, number, level) if math.isfinite(number) else (2, 0.0, level)


def few_counted(given: Iterable[Entry], minimum: int) -> frozenset[str]:
    """The periods in which fewer than the minimum were counted in all."""
    wholes: dict[str, float] = {}
    for entry in given:
        if not entry.compares and not any(pattern_of(entry.group)):
            wholes[entry.period] = max(wholes.get(entry.period, 0.0), entry.n)
    return frozenset(period for period, n in wholes.items() if n < minimum)


def of_enough(given: Sequence[Entry], minimum: int) -> list[Entry]:
    """The records, of each period in which fewer than the minimum were counted in all one record of the whole alone.

    Which groups so few students are in would tell who they are; what a model can say of them, how many they are.
    """
    small = few_counted(given, minimum)
    found = [e for e in given if e.period not in small]
    for period in sorted(small):
        wholes = (e for e in given if e.period == period and not e.compares and not any(pattern_of(e.group)))
        found.append(min(wholes, key=place_of))
    return found


def pattern_of(key: Key) -> tuple[bool, ...]:
    """Which columns a group is split by: crossed cells, margins and the whole have different patterns."""
    return tuple(level != ALL for level in key)
