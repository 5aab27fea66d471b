"""How fast students move: a model of observed paces, and what it says of groups, schools and students.

Of student i in school s and group g, with an observed pace y in levels a year::

    y_i = x_i'b + school_s + cell_sg + student_i + e_i,    var(e_i) = sigma2 * spread_i

Groups have means of their own, which are never drawn toward each other. Schools vary about the mean of their group
(`school`, the same for all groups; `cell`, how a school differs in one group), students about their school. `spread` is
how noisy a pace is: one over the years for levels that add up as evidence comes in, one over the sum of squared
years about their mean for a slope through levels that were each measured anew (`observed`). The covariance matrix is
never formed: all is sums over cells (`nested`). REML estimates (`likelihood`, `search`) may be zero, and are then said
to be. Group means have cluster-robust errors (`fit`); predictions of students and schools (`prediction`), shares above
a pace (`shares`), the chance to arrive in time (`track`) and growth beside status (`standing`) follow from the model.
"""

from __future__ import annotations

import importlib
from typing import Any

HOMES = {
    "Observed": "observed",
    "gains": "observed",
    "slopes": "observed",
    "PaceFit": "fit",
    "fit_pace": "fit",
    "in_same_schools": "within",
    "Predicted": "prediction",
    "Schools": "prediction",
    "Share": "shares",
    "Shares": "shares",
    "shares_above": "shares",
    "Alike": "chances",
    "Track": "track",
    "on_track": "track",
    "shares_in_units": "track",
    "Standing": "standing",
    "growth_and_status": "standing",
}
__all__ = [*HOMES]


def __getattr__(name: str) -> Any:
    """The public name, loaded when first asked for: numpy waits behind it."""
    if name not in HOMES:
        raise AttributeError(f"module 'cbe_analysis.methods.pace' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{HOMES[name]}"), name)
