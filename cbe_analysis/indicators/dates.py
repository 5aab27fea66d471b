"""Dates as options write them."""

from __future__ import annotations

from datetime import date

from cbe_analysis.errors import UsageError


def read_date(text: str, option: str) -> date:
    """The date that an option names.

    Raises
    ------
    UsageError
        When it is not of the form YYYY-MM-DD.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"option '{option}' is not a date", remedy="write it as YYYY-MM-DD") from None
