"""The answer of `exceptions`: the students whose pace lies surely below one mark, or above another; staff alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.contrasts import ALL, grouping
from cbe_analysis.indicators.declare import Contrast, Fitted, Relation
from cbe_analysis.indicators.progress.depth import of_subjects
from cbe_analysis.indicators.progress.model import RATE, Model, answer, words
from cbe_analysis.indicators.progress.spans import Spans
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.methods.robust import Contrasted

STALLED, FAST = "stalled", "unusually fast"
SURE = 1.959964  # standard errors of a 95 % interval


@dataclass(frozen=True, slots=True)
class Marks:
    """Below which pace a student stalls, and above which one is unusually fast, levels a year."""

    stalled: float
    fast: float


def exceptions_of(of: Model, contrast: Contrast, marks: Marks, last: pd.Series) -> Fitted:
    """One row for each, by kind and in the order of their ids, then how many there are.

    Parameters
    ----------
    last
        Student -> day of the last evidence.

    Raises
    ------
    UsageError
        When the error of a pace cannot be told.
    """
    fit = of.fit(grouping(of.groups, ()))
    if not fit.identified:
        raise UsageError(
            "the error of a pace cannot be told from true differences between students",
            "table 'levels'",
            "give students who were observed for different lengths of time, or levels with three dates or std_error",
        )
    students = of.paces.students
    pace, spread = students["value"].to_numpy(float), students["spread"].to_numpy(float)
    error = np.sqrt(fit.variances.error * np.where(np.isfinite(spread), spread, np.nan))
    low, high = pace - SURE * error, pace + SURE * error
    here = students["present"].to_numpy(bool)
    kinds = {STALLED: here & (high < marks.stalled), FAST: here & (low > marks.fast)}
    shown = [c for c in contrast.by if c != "student_id"]
    rows: list[Row] = []
    for kind, having in kinds.items():
        for i in np.flatnonzero(having).tolist():
            who = {"student_id": str(students["student_id"].iloc[i])}
            labels = who | {c: str(of.groups[c].iloc[i]) for c in shown}
            seen = last.get(who["student_id"], students["seen"].iloc[i])
            found = Contrasted(pace[i], error[i], low=low[i], high=high[i])
            rows.append(row("slope", RATE, labels, found, n=1, at=str(seen)[:10], note=kind))
    rows += [_count(kind, having) for kind, having in kinds.items()]
    method = (
        f"students present whose 95% interval of the observed pace lies below {marks.stalled:g} or above "
        f"{marks.fast:g} levels a year, error variance from the model; at: day of the last evidence; {words(of)}"
    )
    return answer(of, rows, fit, method)


def last_evidence(evidence: Relation | None, targets: Relation | None, spans: Spans) -> pd.Series:
    """Student -> day of the last evidence in the subjects of the spans; empty where no evidence is told."""
    rows = of_subjects(evidence, targets, spans)
    if rows is None:
        return pd.Series(dtype=object)
    days = rows.aggregate("student_id, max(date) AS day").df()
    return days.set_index("student_id")["day"]


def _count(kind: str, having: NDArray[np.bool_]) -> Row:
    return row("count", "students", {"student_id": ALL}, float(having.sum()), note=kind)
