"""Who was counted: the population behind a set of estimates, by the dimensions that may be published."""

from __future__ import annotations

import pandas as pd

from cbe_analysis.measure.estimates import Population
from cbe_analysis.measure.request import Request


def population(request: Request, placed: pd.DataFrame, window: tuple[str, str]) -> Population:
    """The population: students per cell of the joint table over the published dimensions.

    Parameters
    ----------
    placed
        One row per case: `student_id`, then the dimensions as text.
    """
    dimensions = list(request.dimensions)
    once = placed if placed["student_id"].is_unique else placed.drop_duplicates()
    if dimensions:
        counts = once.groupby(dimensions, observed=True, sort=True).size().rename("n").reset_index()
    else:
        counts = pd.DataFrame({"n": [len(once)]})
    return Population("students", tuple(str(c) for c in request.where), window, counts)
