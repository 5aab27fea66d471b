"""Counts in sentences that may be published."""

from __future__ import annotations

DRAWN = "schools drawn toward the mean of their group"  # what `protect` heeds in a method
_WRITTEN = "minimum effect written beforehand: "


def counted(count: int, noun: str, minimum: int) -> str:
    """The count with its noun; below the minimum only that it is below."""
    if count < minimum:
        return f"fewer than {minimum} {noun}"
    return f"{count:,} {noun}"


def minimum_note(minimum: float, unit: str) -> str:
    """What is said beside the chances of an effect: the minimum that they are told of."""
    return f"{_WRITTEN}{minimum:g} {unit}"


def minimum_of(note: str) -> float:
    """The minimum that such a note tells; NaN for another note."""
    return float(note.removeprefix(_WRITTEN).split()[0]) if note.startswith(_WRITTEN) else float("nan")
