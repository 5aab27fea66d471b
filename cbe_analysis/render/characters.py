"""The characters of a brief: each one is seen, and has a glyph in a font of the kit."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from cbe_analysis.render import fonts

SEEN_INSTEAD = "\ufffd"
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_BREAKS = re.compile("[\t\n\r\u2028\u2029]+")


def visible(text: str) -> str:
    """The text, with a replacement mark for each character that draws nothing but changes what is read.

    Controls, marks of writing direction and halves of surrogate pairs; line ends stay.
    """
    return _UNSEEN.sub(SEEN_INSTEAD, text)


def one_line(text: str) -> str:
    """The visible text with spaces for its tabs and line ends."""
    return visible(_BREAKS.sub(" ", text))


def lacking(texts: Iterable[str]) -> tuple[str, ...]:
    """The characters that no font of the kit can draw, as code points in order: "U+4E2D"."""
    used = {c for text in texts for c in text if not c.isspace()}
    return tuple(f"U+{ord(c):04X}" for c in sorted(used) if ord(c) not in _drawn())


@functools.cache
def _drawn() -> frozenset[int]:
    """Every code point that one of the fonts has a glyph for."""
    from fontTools.ttLib import TTFont

    found: set[int] = set()
    for file in fonts.folder().iterdir():
        with TTFont(file, lazy=True) as font:
            found |= font.getBestCmap().keys()
    return frozenset(found)
