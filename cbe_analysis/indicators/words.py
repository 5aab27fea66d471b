"""Counts in sentences that may be published."""

from __future__ import annotations


def counted(count: int, noun: str, minimum: int) -> str:
    """The count with its noun; below the minimum only that it is below."""
    if count < minimum:
        return f"fewer than {minimum} {noun}"
    return f"{count:,} {noun}"
