"""Text from data and files on a terminal: it is shown, and commands nothing."""

from __future__ import annotations

import unicodedata

UNSEEN = ("Cc", "Cf", "Cs")  # controls, marks of direction and of no width, halves of surrogate pairs
INSTEAD = "\ufffd"


def shown(text: str) -> str:
    """The text with a mark in place of each character that is not seen, such as the one that begins a command.

    Line ends stay.
    """
    return "".join(INSTEAD if unicodedata.category(c) in UNSEEN and c != "\n" else c for c in text)
