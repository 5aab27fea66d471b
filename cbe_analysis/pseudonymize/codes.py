"""Random codes, drawn from the system's source of secrets: nothing about an id or its place follows from its code."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

LETTERS = {"person": "P", "group": "G", "school": "S"}  # a letter first: no program takes a code for a number
RECORD = "R"
_DIGITS = 10  # hexadecimal
_BITS = 4 * _DIGITS
MOST = 1 << (_BITS - 4)


def draw(count: int, taken: Collection[int] = ()) -> NDArray[np.uint64]:
    """So many different numbers of 40 random bits, in the order drawn, none of them taken."""
    assert count + len(taken) < MOST, "so many codes would take long to find"
    found: NDArray[np.uint64] = np.array([], dtype=np.uint64)
    used = np.fromiter(taken, np.uint64, len(taken))
    while len(found) < count:
        more = np.frombuffer(secrets.token_bytes(8 * (count - len(found))), "<u8") >> np.uint64(64 - _BITS)
        found = pd.unique(np.concatenate([found, more[~np.isin(more, used)]]))
    return found


def code(kind: str, number: int) -> str:
    """The code of a number, such as P0123456789."""
    return f"{LETTERS[kind]}{number:0{_DIGITS}x}"


def number_of(kind: str, code: str) -> int:
    """The number behind a code.

    Raises
    ------
    ValueError
        When it is no code of the kind.
    """
    digits = code.removeprefix(LETTERS[kind])
    if len(digits) != _DIGITS or code != LETTERS[kind] + digits or digits.strip("0123456789abcdef"):
        raise ValueError("not a code of this kind")
    return int(digits, 16)


def numbered(column: str) -> str:
    """SQL that writes a column of numbers as the numbers of records."""
    return f"'{RECORD}' || format('{{:0{_DIGITS}x}}', {column})"
