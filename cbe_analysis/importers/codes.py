"""Codes of a source in the kit's words; what has no word is unknown, and counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

BOOLEANS: Mapping[str, str] = {
    **dict.fromkeys(("true", "t", "yes", "y", "1"), "true"),
    **dict.fromkeys(("false", "f", "no", "n", "0"), "false"),
}
GENDERS: Mapping[str, str] = {
    **dict.fromkeys(("f", "female", "girl"), "female"),
    **dict.fromkeys(("m", "male", "boy"), "male"),
    **dict.fromkeys(("x", "nb", "nonbinary", "non-binary"), "nonbinary"),
    **dict.fromkeys(("unspecified", "u", "unknown", "not selected", "not provided"), ""),
}
ENGLISH_LEARNERS: Mapping[str, str] = {  # "not limited" may be former or never: it stays unknown, and is counted
    **dict.fromkeys(
        ("current", "el", "ell", "lep", "limited", "english learner", "limited english proficient", "true", "yes"),
        "current",
    ),
    **dict.fromkeys(("y", "t", "1"), "current"),
    **dict.fromkeys(
        ("former", "exited", "monitored", "limited monitored", "reclassified", "rfep", "r-fep", "redesignated"),
        "former",
    ),
    **dict.fromkeys(("never", "never limited", "english only", "eo", "never el"), "never"),
}


@dataclass(frozen=True, slots=True)
class Translated:
    """A column in the kit's words.

    Parameters
    ----------
    values
        One per row, text; "" for unknown.
    unknown
        How many cells held something that has no word here.
    """

    values: pd.Series = field(repr=False)
    unknown: int


def translate(column: pd.Series, words: Mapping[str, str]) -> Translated:
    """The column in the kit's words.

    Parameters
    ----------
    column
        Text; "" for empty.
    words
        The source's code, in lower case -> the kit's word; "" where the code itself says that nothing is known.
    """
    codes = column.str.strip().str.casefold()
    table = {**words, "": ""}
    known = codes.isin(table.keys())
    values = codes.map({code: table.get(code, "") for code in codes.unique()}).astype("str")
    return Translated(values, int((~known).sum()))


def read_booleans(column: pd.Series) -> Translated:
    """The column as true, false or "": true/false, yes/no, Y/N, T/F, 1/0 in any case; a blank is unknown."""
    return translate(column, BOOLEANS)


def read_genders(column: pd.Series) -> Translated:
    """The column as female, male, nonbinary or ""."""
    return translate(column, GENDERS)


def read_english_learners(column: pd.Series) -> Translated:
    """The column as current, former, never or "".

    A source that only says no, or "not limited", does not tell former from never: such cells count among the unknown.
    """
    return translate(column, ENGLISH_LEARNERS)
