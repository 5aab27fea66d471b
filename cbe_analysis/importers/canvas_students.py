"""Whose rows an export of Canvas holds: by SIS id where it has any, else by Canvas's own id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

SYSTEM = "canvas"
_NONE = ("", "n/a")


@dataclass(frozen=True, slots=True)
class Students:
    """How the students of an export are known.

    Parameters
    ----------
    by_sis
        True where any row has a SIS id, which is the district's own; rows without one are then left out.
    """

    by_sis: bool

    @property
    def lacking(self) -> str:
        """Why a row without an id is left out."""
        return "a student without a SIS id in Canvas" if self.by_sis else "no student id"

    def ids(self, rows: pd.DataFrame) -> pd.Series:
        """The student_id of each row; "" where it has none."""
        return _filled(rows["sis"]) if self.by_sis else rows["canvas"]


def students_of(frames: Sequence[pd.DataFrame]) -> Students:
    """How the students are known in records with the columns canvas and sis."""
    return Students(any(_filled(frame["sis"]).ne("").any() for frame in frames))


def _filled(ids: pd.Series) -> pd.Series:
    return ids.mask(ids.str.casefold().isin(_NONE), "")
