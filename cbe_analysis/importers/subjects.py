"""Subjects of a source in one spelling, so that a course, a target and a test of one subject meet."""

from __future__ import annotations

import pandas as pd

_WORDS = {**dict.fromkeys(("mathematics", "maths"), "math"), "english language arts": "ela"}


def plain_subjects(names: pd.Series) -> pd.Series:
    """The names in lower case; mathematics and maths are math, English language arts ela, all others stay."""
    plain = names.str.strip().str.casefold()
    return plain.map({name: _WORDS.get(name, name) for name in plain.unique()}).astype("str")
