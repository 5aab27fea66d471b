"""What is said of a setting that cannot be as it is."""

from __future__ import annotations

from typing import Any

from cbe_analysis.errors import UnreadableData

FILE = "district.toml"


def checked(name: str, value: Any, fits: bool, expected: str) -> Any:
    """The value, where it fits.

    Raises
    ------
    UnreadableData
        When it does not.
    """
    if not fits:
        raise UnreadableData(f"{name} has the wrong type", FILE, f"it must be {expected}")
    return value
