"""Shares as sentences say them, exact or coded near their ends."""

from __future__ import annotations

import re

from cbe_analysis.render.numbers import NO_BREAK
from cbe_analysis.render.readings import Reading

CODES = {">=": "at least ", "<=": "at most "}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def percent(reading: Reading | None) -> str:
    """The share in percent: "31%", "at most 1%", "protected"."""
    if reading is None or reading.protected:
        return "protected"
    code = reading.shown[:2]
    return CODES[code] + reading.shown[2:] if code in CODES else reading.shown


def in_100(reading: Reading | None) -> str:
    """The share as a chance: "95 in 100", "at least 99 in 100", "protected"."""
    return re.sub(r"\s*%", f"{NO_BREAK}in{NO_BREAK}100", percent(reading))


def at_least(reading: Reading | None) -> float:
    """A lower bound of the share, 0 to 1: its value, or what a coded share says."""
    if reading is None or reading.protected:
        return 0.0
    if reading.known:
        return reading.value
    found = _NUMBER.search(reading.shown)
    return float(found[0]) / 100 if found and reading.shown.startswith(">=") else 0.0
