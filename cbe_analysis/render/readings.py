"""Rows of a Release as figures, tables and sentences read them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cbe_analysis.render import numbers
from cbe_analysis.render.audiences import admit

if TYPE_CHECKING:
    from cbe_analysis.protect import Release

ALL, UNKNOWN = "(all)", "(unknown)"
ABOUT = "about "  # a group size to the nearest fifty
OTHERS = "others"  # the reference of a group that is compared with all others
_COUNT = re.compile(r"\d[\d,]*")
_COUNTED = re.compile(r"[1-9]")  # a number that is not printed as nought
_DECIMALS = re.compile(r"\.(\d+)")
CERTAIN = ("very sure", "fairly sure")
ROUGH_FROM = 100
SURE, FAIRLY = 0.01, 0.05  # adjusted p: "very sure" up to the first, "fairly sure" below the second


@dataclass(frozen=True, slots=True)
class Reading:
    """One row of a release; a number that is hidden, coded or missing is NaN.

    Parameters
    ----------
    groups
        Factor -> value, "(all)" where the row is not split by it.
    shown, n_shown
        The value and the group size as printed; empty where protected.
    p
        Adjusted for the number of comparisons; in public 0 stands for "below .01".
    protected
        True when the row may not be seen.
    """

    quantity: str
    unit: str
    groups: Mapping[str, str]
    arm: str
    at: str
    value: float
    low: float
    high: float
    p: float
    reference: str
    shown: str
    n: float
    n_shown: str
    note: str
    protected: bool

    @property
    def known(self) -> bool:
        """True when the value is there as a number."""
        return not math.isnan(self.value)

    @property
    def bounded(self) -> bool:
        """True when value and both limits are there."""
        return self.known and not (math.isnan(self.low) or math.isnan(self.high))

    @property
    def clear(self) -> bool:
        """True when the interval leaves out zero."""
        return self.bounded and (self.low > 0 or self.high < 0)

    @property
    def group(self) -> str:
        """The one value that the row is split by; "(all)" for the whole."""
        split = [value for value in self.groups.values() if value != ALL]
        return split[0] if len(split) == 1 else ALL if not split else ", ".join(split)

    @property
    def at_least(self) -> float:
        """The number that the group size is printed with, the smallest of a band; 0 where none is printed."""
        found = _COUNT.search(self.n_shown)
        return float(found[0].replace(",", "")) if found else 0.0

    @property
    def in_column(self) -> str:
        """The group size as it stands in a column of sizes: that it is rounded is said beneath, once."""
        return self.n_shown.removeprefix(ABOUT)

    @property
    def digits(self) -> int:
        """Decimals that the value is printed with."""
        found = _DECIMALS.search(self.shown)
        return len(found[1]) if found else 0

    def printed(self, *, sign: bool = False) -> str | None:
        """The value as text, its unit beside it where that is % or points; None where protected."""
        if self.protected:
            return None
        return f"+{self.shown}" if sign and self.value > 0 and _COUNTED.search(self.shown) else self.shown

    def rough(self) -> str:
        """The value for a chart: as printed, but no decimals from 100 on."""
        return numbers.number(self.value, 0) if self.known and abs(self.value) >= ROUGH_FROM else self.shown

    def interval(self) -> str | None:
        """The limits as "0.4 to 4.3", as exact as the value; None where protected, empty where there are none."""
        if self.protected:
            return None
        return self.between(self.low, self.high) if self.bounded else ""

    def between(self, low: float, high: float) -> str:
        """Two numbers as an interval, as exact as the value; shares in percent."""
        scale = 100 if self.unit.startswith("share") else 1
        return numbers.interval(*(numbers.number(scale * limit, self.digits) for limit in (low, high)))

    def less(self) -> str:
        """The limits of a difference told as its size: "0.4 to 4.3" for a group that is lower by 2.4."""
        return self.between(-self.high, -self.low) if self.value < 0 else self.between(self.low, self.high)

    def size(self) -> str:
        """The value without its sign."""
        return self.shown.lstrip(numbers.MINUS)

    @property
    def sure(self) -> bool:
        """True when we are very or fairly sure of it."""
        return self.sureness() in CERTAIN

    def sureness(self) -> str:
        """How sure the adjusted p makes us: "very sure", "fairly sure", "cannot tell"; empty where there is none."""
        if math.isnan(self.p):
            return ""
        return "very sure" if self.p <= SURE else "fairly sure" if self.p < FAIRLY else "cannot tell"


def readings(release: Release) -> tuple[Reading, ...]:
    """Every row of the release, in its order; all that is shown of a release passes here.

    Raises
    ------
    ReleaseRefused
        In a run for another audience.
    """
    admit(release)
    rows = release.rows.to_dict("records")
    return tuple(_reading({str(k): v for k, v in row.items()}, release.by) for row in rows)


def find(
    rows: Sequence[Reading], quantity: str, *, arm: str | None = None, at: str | None = None, **groups: str
) -> Reading | None:
    """The first row of this quantity and these groups; None when there is none.

    Parameters
    ----------
    arm, at
        None for any.
    groups
        Factor -> value; a factor not named must be "(all)".
    """
    return next(iter(select(rows, quantity, arm=arm, at=at, **{**_whole(rows), **groups})), None)


def select(
    rows: Sequence[Reading], quantity: str, *, arm: str | None = None, at: str | None = None, **groups: str
) -> tuple[Reading, ...]:
    """All rows of this quantity whose named factors have these values; factors not named are free."""
    return tuple(
        r
        for r in rows
        if r.quantity == quantity
        and arm in (None, r.arm)
        and at in (None, r.at)
        and all(r.groups.get(factor) == value for factor, value in groups.items())
    )


def compared(tables: Iterable[Sequence[Reading]]) -> int:
    """How many gaps were tested."""
    return sum(r.quantity == "gap" and not math.isnan(r.p) for rows in tables for r in rows)


def _whole(rows: Sequence[Reading]) -> dict[str, str]:
    return dict.fromkeys(rows[0].groups, ALL) if rows else {}


def _reading(row: Mapping[str, Any], by: Sequence[str]) -> Reading:
    adjusted, raw = _number(row["p_adjusted"]), _number(row["p"])
    protected = bool(_text(row["hidden"]))
    return Reading(
        quantity=row["quantity"],
        unit=_text(row["unit"]),
        groups={factor: str(row[factor]) for factor in by},
        arm=_text(row["arm"]),
        at=_text(row["at"]),
        value=_number(row["value"]),
        low=_number(row["low"]),
        high=_number(row["high"]),
        p=raw if math.isnan(adjusted) else adjusted,
        reference=_text(row["reference"]),
        shown="" if protected else _text(row["shown"]).replace(" %", "%"),
        n=_number(row["n"]),
        n_shown="" if protected else _text(row["n_shown"]),
        note=_text(row["note"]),
        protected=protected,
    )


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def _number(value: Any) -> float:
    text = _text(value)
    return math.nan if text in ("", "<NA>") else float(value)
