"""Levels that add up rise in steps: the error of a pace that students who began at one point have in common.

A level that is known in steps is at most a step too low when a student begins. Students who are spread over the
continuum are spread over the step as well, and the error averages out. Those who begin at its bottom, such as children
who come to school, begin at one point: on a day soon after, all are nearly as far in their step.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.methods.pace import Alike

BOTTOM = 1.0  # who began below this level began at the bottom of the continuum
LEAST = 0.01  # levels; what lies nearer together is one level, rounded
UNIFORM = np.sqrt(12.0)  # a step over the standard deviation of where in it a student may be


def rounding(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Of every student and subject, levels a year; NaN for who did not begin at the bottom or has no pace.

    Parameters
    ----------
    rows
        `subject`, `start`, `last`; `value` and `spread` of the pace, the latter one over the years.
    """
    steps = {name: step(some[["start", "last"]].to_numpy(float)) for name, some in rows.groupby("subject")}
    width = rows["subject"].map(steps).to_numpy(float)
    began = (rows["start"].lt(BOTTOM) & rows["value"].notna()).to_numpy(bool)
    return np.where(began, width * rows["spread"].to_numpy(float) / UNIFORM, np.nan)


def step(levels: NDArray[np.float64]) -> float:
    """The step in which these levels rise: the least distance between any two, whole levels left out of account."""
    parts = np.unique(np.round(levels[np.isfinite(levels)] % 1.0, 6) % 1.0)
    apart = np.diff(np.append(parts, 1.0 + parts[:1]))
    return float(min(apart[apart > LEAST], default=LEAST))


def alike(students: pd.DataFrame) -> Alike:
    """Who began at the same level on the same day, and what error of their paces that leaves."""
    begun = students.groupby([students["start"].round(6), "start_date"], dropna=False).ngroup().to_numpy()
    return Alike(begun, students["rounding"].fillna(0.0).to_numpy(float))
