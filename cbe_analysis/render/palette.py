"""The colours of a brief, with their contrast on white; shape, weight and a written label repeat what they say."""

from __future__ import annotations

INK = "#1a1d21"  # text, 16.9
SOFT = "#5a6168"  # secondary text, 6.3
ACCENT = "#0b5a87"  # the one accent, 7.4
MID = "#767c82"  # shapes only from here on, 4.2
STROKE = "#8d9298"
LINE = "#c8cdd2"
GRID = "#e3e6e9"
TINT = "#eef3f6"


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21.

    References
    ----------
    W3C 2018, Web Content Accessibility Guidelines 2.1, definition of contrast ratio.
    """
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of #rrggbb."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
