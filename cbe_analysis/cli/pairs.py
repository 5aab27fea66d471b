"""name=value on the command line."""

from __future__ import annotations

from collections.abc import Iterable

from cbe_analysis.errors import UsageError


def pairs(given: Iterable[str], option: str) -> dict[str, str]:
    """The values by name.

    Raises
    ------
    UsageError
        When one is not name=value, or a name comes twice.
    """
    found: dict[str, str] = {}
    for text in given:
        name, sign, value = text.partition("=")
        name = name.strip()
        if not sign or not name:
            raise UsageError(f"{option} takes name=value", f"got {text!r}", "put '=' between the name and its value")
        if name in found:
            raise UsageError(f"{option} gives {name!r} twice", remedy="give it once")
        found[name] = value
    return found


def names(given: str) -> tuple[str, ...]:
    """The names in a list with commas."""
    return tuple(part.strip() for part in given.split(",") if part.strip())
