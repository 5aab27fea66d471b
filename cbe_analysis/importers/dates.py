"""Dates of a source as ISO 8601; the order of day and month is told or proved, never guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pandas as pd

from cbe_analysis.errors import UnreadableData, choices
from cbe_analysis.importers.account import Remark

Order = Literal["year-month-day", "month/day/year", "day/month/year"]
ISO: Order = "year-month-day"
MONTH_FIRST: Order = "month/day/year"
DAY_FIRST: Order = "day/month/year"
_TIME = r"([T ].*)?"
_NUMBERS = r"(?P<first>[0-9]{1,2})[/.-](?P<second>[0-9]{1,2})[/.-](?P<year>[0-9]{4})" + _TIME
_PATTERNS: dict[Order, re.Pattern[str]] = {
    ISO: re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})" + _TIME),
    MONTH_FIRST: re.compile(_NUMBERS.replace("first", "month").replace("second", "day")),
    DAY_FIRST: re.compile(_NUMBERS.replace("first", "day").replace("second", "month")),
}


@dataclass(frozen=True, slots=True)
class Days:
    """A column of dates.

    Parameters
    ----------
    values
        YYYY-MM-DD, one per row; "" where the cell is empty or no date. A time after the date is dropped, the day is the
        one written: no time zone is applied.
    unreadable
        True where the cell holds something that is not a date in this order.
    order
        The order in which they were read.
    proof
        How many cells can be a date in this order only: a day above 12 tells the day from the month.
    """

    values: pd.Series = field(repr=False)
    unreadable: pd.Series = field(repr=False)
    order: Order
    proof: int

    def remarks(self, what: str) -> tuple[Remark, ...]:
        """How the order is known: by the days above 12, or by the vendor's habit alone.

        Parameters
        ----------
        what
            The dates in words: "test dates".
        """
        filled = int(self.values.ne("").sum())
        if not filled or self.order == ISO:
            return ()
        if self.proof:
            return (Remark(self.proof, f"{what} whose day above 12 proves the order {self.order}"),)
        return (Remark(filled, f"{what} read as {self.order}, as the vendor writes them; none proves the order"),)


def read_days(column: pd.Series, order: Order) -> Days:
    """The column of dates, read in this order."""
    found = {text: _day(text, order) for text in column.unique()}
    values = column.map({text: day or "" for text, day in found.items()}).astype("str")
    unreadable = column.map({text: bool(text) and not day for text, day in found.items()}).astype("bool")
    others = [other for other in _PATTERNS if other != order]
    only = {text: bool(day) and not any(_day(text, other) for other in others) for text, day in found.items()}
    return Days(values, unreadable, order, int(column.map(only).astype("bool").sum()))


def decide(column: pd.Series, orders: Sequence[Order], file: str) -> Days:
    """The column of dates, read in the only one of the orders in which most cells are dates.

    Parameters
    ----------
    column
        Text; "" for empty.
    orders
        Those that the format is known for, the expected one first: it is taken for a column without any date.
    file
        For messages.

    Raises
    ------
    UnreadableData
        When two orders fit equally well: no day above 12 tells the day from the month; or when cells prove both.
    """
    read = [read_days(column, order) for order in orders]
    where, remedy = f"{file}, column '{column.name}'", f"name the order of its dates: {choices(orders)}"
    proved = [days for days in read if days.proof]
    if len(proved) > 1:
        counts = ", ".join(f"{days.proof} dates are {days.order}" for days in proved)
        raise UnreadableData(f"the dates are written in two orders: {counts}", where, "export the file in one")
    fewest = min(int(days.unreadable.sum()) for days in read)
    best = [days for days in read if int(days.unreadable.sum()) == fewest]
    if not all(days.values.equals(best[0].values) for days in best):
        raise UnreadableData("no date tells the day from the month", where, remedy)
    return best[0]


def expect(column: pd.Series, order: Order, file: str) -> Days:
    """The column of dates, read in the order in which the vendor writes them, or as ISO 8601 where all cells are.

    Raises
    ------
    UnreadableData
        When more cells are dates in another order.
    """
    read = read_days(column, order)
    if not read.unreadable.any():
        return read
    for other in (ISO, MONTH_FIRST, DAY_FIRST):
        better = read_days(column, other)
        if other == ISO and not better.unreadable.any():
            return better
        if int(better.unreadable.sum()) < int(read.unreadable.sum()):
            raise UnreadableData(
                f"{int(read.unreadable.sum())} dates cannot be {order}, as the vendor writes them; "
                f"read as {other} it were {int(better.unreadable.sum())}",
                f"{file}, column '{column.name}'",
                "export the file again and do not save it from a spreadsheet, which may turn dates around",
            )
    return read


def _day(text: str, order: Order) -> str:
    """The day as ISO 8601, "" where the text is no date in this order."""
    parts = _PATTERNS[order].fullmatch(text.strip())
    if not parts:
        return ""
    try:
        return date(int(parts["year"]), int(parts["month"]), int(parts["day"])).isoformat()
    except ValueError:
        return ""
