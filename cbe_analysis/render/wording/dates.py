"""Dates as briefs say them."""

from __future__ import annotations

from datetime import date

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
SHORT = ("Jan.", "Feb.", *MONTHS[2:7], "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")


def spanned(since: str, until: str) -> str:
    """The dates of the data: "Data from April 15, 1986 to Aug. 5, 1989".

    Parameters
    ----------
    since
        YYYY-MM-DD; empty where that is not known.
    """
    if not since:
        return f"Data up to {spoken(until)}"
    if since == until:
        return f"Data of {spoken(since)}"
    return f"Data from {_brief(since)} to {_brief(until)}"


def _brief(iso: str) -> str:
    """The date in few letters: "Sept. 6, 2022"."""
    day = date.fromisoformat(iso)
    return f"{SHORT[day.month - 1]} {day.day}, {day.year}"


def spoken(iso: str) -> str:
    """The date in words: "April 15, 1989"."""
    day = date.fromisoformat(iso)
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"
