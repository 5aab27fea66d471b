"""The kind of a school, read off the grades that it serves."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

KINDS: Mapping[str, tuple[int, int]] = {"elementary": (-1, 5), "middle": (6, 8), "high": (9, 12)}
OTHER = "other"


def kinds_of(school: pd.Series, grade: pd.Series) -> dict[str, str]:
    """School -> the kind whose grades hold all grades seen there, other where none does; only schools with a grade.

    Parameters
    ----------
    school, grade
        One row per sighting of a grade in a school, text; "" for unknown.
    """
    known = school.ne("") & grade.ne("")
    seen = grade[known].astype(int).groupby(school[known]).agg(["min", "max"])
    kinds = {}
    for name, (lowest, highest) in zip(seen.index, seen.to_numpy(), strict=True):
        kinds[str(name)] = next((k for k, (low, high) in KINDS.items() if low <= lowest and highest <= high), OTHER)
    return kinds
