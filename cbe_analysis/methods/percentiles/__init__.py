"""Student growth percentiles: where a score stands among the scores of students with the same past scores.

Each cohort gets 100 conditional quantile curves, cubic splines in the past scores, by exact quantile regression
(`process`, `interior`). A student's percentile is the number of curves below the score (`curves`, `cohorts`). The
definition is that of Betebenner (2009) as the R package SGP carries it out; beyond it stand intervals for students
(`intervals`), medians and means of groups (`groups`), and the percentile needed to reach a target (`projection`).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cbe_analysis.methods.percentiles.cohorts import GrowthPercentiles, growth_percentiles, several
    from cbe_analysis.methods.percentiles.curves import Curves
    from cbe_analysis.methods.percentiles.groups import GroupPercentiles, group_percentiles
    from cbe_analysis.methods.percentiles.peers import Cohort, Limits, Refusal
    from cbe_analysis.methods.percentiles.process import quantile_process
    from cbe_analysis.methods.percentiles.projection import required_percentile

__all__ = [
    "Cohort",
    "Curves",
    "GroupPercentiles",
    "GrowthPercentiles",
    "Limits",
    "Refusal",
    "group_percentiles",
    "growth_percentiles",
    "quantile_process",
    "required_percentile",
    "several",
]
_HOMES = {
    **dict.fromkeys(("GrowthPercentiles", "growth_percentiles", "several"), "cohorts"),
    **dict.fromkeys(("Cohort", "Limits", "Refusal"), "peers"),
    **dict.fromkeys(("GroupPercentiles", "group_percentiles"), "groups"),
    "Curves": "curves",
    "quantile_process": "process",
    "required_percentile": "projection",
}


def __getattr__(name: str) -> Any:
    """The public name, loaded when first asked for: numpy and scipy wait behind it."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cbe_analysis.methods.percentiles' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
