"""Whole numbers between bounds, where a linear function of them is small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.protect.pattern.programme import OPTIONS, PRIMAL, Limits, Numbers

# Jumps towards whole numbers cost more than all else in models as small as these.
BRANCHING = {"presolve": "on", "mip_heuristic_run_feasibility_jump": False}


@dataclass(frozen=True, slots=True)
class Found:
    """What a search for whole numbers found.

    Parameters
    ----------
    x
        The variables; None where none were found.
    impossible
        True when there are none.
    best
        True when none are better.
    value
        What they cost.
    """

    x: Numbers | None
    impossible: bool
    best: bool
    value: float


def branched(limits: Limits, costs: Numbers, whole: NDArray[np.bool_], options: Mapping[str, Any]) -> Found:
    """Values between the limits that cost little, those of some variables whole.

    Parameters
    ----------
    costs, whole
        Of the variables, shape `(n,)`.
    options
        How long the solver looks.
    """
    import highspy

    solver: Any = highspy
    search: Any = solver.Highs()
    for option, value in {**OPTIONS, **PRIMAL, **BRANCHING, **options}.items():
        search.setOptionValue(option, value)
    model = limits.model()
    kinds = {True: solver.HighsVarType.kInteger, False: solver.HighsVarType.kContinuous}
    model.col_cost_, model.integrality_ = costs, [kinds[own] for own in whole.tolist()]
    search.passModel(model)
    search.run()
    status, found = search.getModelStatus(), search.getSolution()
    impossible = status == solver.HighsModelStatus.kInfeasible
    x = None
    if found.value_valid and not impossible:
        values = np.array(found.col_value)
        x = np.where(whole, np.round(values), values)
    best = status == solver.HighsModelStatus.kOptimal
    return Found(x, impossible, best, float(search.getInfo().objective_function_value))
