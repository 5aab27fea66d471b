"""Columns of a table made wide enough for what stands in them, so that nothing runs over an edge."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cbe_analysis.errors import RunFailed
from cbe_analysis.render import fonts
from cbe_analysis.render.blocks import WIDE, span

Bundle = Mapping[str, Any]
HEADER_SIZE = 8  # points
BESIDE = 6  # points between a text and the edge of its column
LONGEST = 150  # points: a longer word is divided
SHORT = 170  # points: a text up to this length is better not divided
LEADING = 1.25  # lines of type to a line of text
WHOLE = 420  # points: a taller table may go on over the page
UNKNOWN = 700  # thousandths of the size, for characters of the other fonts
_PIECES = re.compile(r"[^ \-–—/]*[ \-–—/]?")


@dataclass(frozen=True, slots=True)
class Column:
    """The points that a column was given, that its longest piece needs, and that its longest text would like."""

    wanted: float | None
    needed: float
    liked: float


def fitted(body: Sequence[Bundle]) -> list[dict[str, Any]]:
    """The blocks, every table with its widths in points (no nulls) and `breakable`, whether it may be divided."""
    return [_fitted(b, WIDE) for b in body]


def _fitted(b: Bundle, room: float) -> dict[str, Any]:
    if b["kind"] == "row":
        cells = [_fitted(c, span(n)) for c, n in zip(b["cells"], b["spans"], strict=True)]
        return {**b, "cells": cells}
    if b["kind"] != "table":
        return dict(b)
    widths = _shared([_column(b, x) for x in range(len(b["columns"]))], room)
    return {**b, "widths": widths, "breakable": _tall(b, widths) > WHOLE}


def _column(b: Bundle, x: int) -> Column:
    beside = BESIDE * ((x > 0) + (x < len(b["columns"]) - 1))
    texts = ["protected" if row[x] is None else row[x] for row in b["rows"]]
    pieces = [_longest(b["columns"][x], HEADER_SIZE), *(_longest(t, b["size"]) for t in texts)]
    needed = math.ceil(min(max(pieces), LONGEST) + beside + 1)
    whole = math.ceil(max((_width(t, b["size"]) for t in texts), default=0) + beside + 1)
    return Column(b["widths"][x], needed, max(needed, whole) if whole <= SHORT else needed)


def _shared(columns: Sequence[Column], room: float) -> list[float]:
    """The widths: as wanted where that is enough, as needed where not, what is left to those that want the rest."""
    least = sum(c.needed for c in columns)
    if least > room:
        raise RunFailed(
            f"a table with {len(columns)} columns needs {least:.0f} points, {room:.0f} are there",
            remedy="show fewer columns, or shorter words in them",
        )
    fixed = [None if c.wanted is None else max(c.wanted, c.needed) for c in columns]
    open_ended = [c for c in columns if c.wanted is None]
    over = sum(w or 0 for w in fixed) + sum(c.liked for c in open_ended) - room
    slack = sum(w - c.needed for c, w in zip(columns, fixed, strict=True) if w is not None)
    given_up = min(1.0, max(0.0, over) / slack) if slack else 0.0
    kept = [w if w is None else w - given_up * (w - c.needed) for c, w in zip(columns, fixed, strict=True)]
    rest = room - sum(w or 0 for w in kept) - sum(c.needed for c in open_ended)
    share = rest / max(1, len(open_ended))
    return [round(c.needed + share if w is None else w, 2) for c, w in zip(columns, kept, strict=True)]


def _tall(b: Bundle, widths: Sequence[float]) -> float:
    """About how many points of height a table takes."""
    total = 0.0
    for row in b["rows"]:
        lines = [math.ceil(_width(v or "", b["size"]) / (w - BESIDE)) for v, w in zip(row, widths, strict=True)]
        total += max(1, *lines) * b["size"] * LEADING + 2 * b["pad"]
    return total


def _longest(text: str, size: float) -> float:
    """Points of the longest piece of a text between two places where a line may end."""
    return max((_width(piece.rstrip(" "), size) for piece in _PIECES.findall(text)), default=0)


def _width(text: str, size: float) -> float:
    """Points of a text in semibold, the widest cut that a table prints."""
    widths = _advances()
    return sum(widths.get(ord(c), UNKNOWN) for c in text.replace("**", "")) * size / 1000


@functools.cache
def _advances() -> dict[int, int]:
    """Advance of each character of the semibold cut, thousandths of the size; digits as wide as in a column."""
    from fontTools.ttLib import TTFont

    with TTFont(fonts.folder() / "SourceSansPro-Semibold.otf", lazy=True) as font:
        metrics = font["hmtx"]
        found = {code: int(metrics[name][0]) for code, name in font.getBestCmap().items()}
    digits = [ord(d) for d in "0123456789"]
    widest = max(found[d] for d in digits)
    return {**found, **dict.fromkeys(digits, widest)}
