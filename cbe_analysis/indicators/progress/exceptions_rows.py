"""The answer of `exceptions`: the students whose pace lies surely below one mark, or above another; staff alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.indicators.contrasts import ALL, grouping
from cbe_analysis.indicators.declare import Contrast, Fitted, Relation
from cbe_analysis.indicators.progress.depth import of_subjects
from cbe_analysis.indicators.progress.model import RATE, Model, answer, words
from cbe_analysis.indicators.progress.spans import Spans
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.methods.robust import Contrasted

STALLED, FAST = "stalled", "unusually fast"
UNKNOWN = "not known: errors cannot be told from true differences"
NOBODY = (
    "nobody is listed: who stands out can be known where students were observed for different lengths of time, or "
    "levels have three dates or std_error"
)
SURE = 1.959964  # standard errors of a 95 % interval


@dataclass(frozen=True, slots=True)
class Marks:
    """Below which pace a student stalls, and above which one is unusually fast, levels a year."""

    stalled: float
    fast: float


def exceptions_of(of: Model, contrast: Contrast, marks: Marks, last: pd.Series) -> Fitted:
    """One row for each, by kind and in the order of their ids, then how many there are.

    Where the error of a pace cannot be told from true differences, nobody is listed, and how many there are is missing.

    Parameters
    ----------
    last
        Student -> day of the last evidence.
    """
    fit = of.fit(grouping(of.groups, ()))
    students = of.paces.students
    spread = students["spread"].to_numpy(float)
    error = np.sqrt(fit.variances.error * np.where(np.isfinite(spread), spread, np.nan))
    pace, here = students["value"].to_numpy(float), students["present"].to_numpy(bool)
    kinds = {
        STALLED: here & (pace + SURE * error < marks.stalled),
        FAST: here & (pace - SURE * error > marks.fast),
    }
    rows: list[Row] = []
    for kind, having in kinds.items():
        for i in np.flatnonzero(having).tolist():
            reach = SURE * error[i]
            found = Contrasted(pace[i], error[i], low=pace[i] - reach, high=pace[i] + reach)
            who, seen = _of_student(of, contrast, i), last.get(students["student_id"].iloc[i], students["seen"].iloc[i])
            rows.append(row("slope", RATE, who, found, n=1, at=str(seen)[:10], note=kind))
    rows += [_count(kind, having, fit.identified) for kind, having in kinds.items()]
    method = (
        f"students present whose 95% interval of the observed pace lies below {marks.stalled:g} or above "
        f"{marks.fast:g} levels a year, error variance from the model; at: day of the last evidence; {words(of)}"
    )
    more = () if fit.identified else ("nobody is listed: nobody differs",) if fit.exact else (NOBODY,)
    return answer(of, rows, fit, method, more)


def _of_student(of: Model, contrast: Contrast, at: int) -> dict[str, str]:
    """The student's id, and the columns that are asked for."""
    shown = [c for c in contrast.by if c != "student_id"]
    return {"student_id": str(of.paces.students["student_id"].iloc[at])} | {
        c: str(of.groups[c].iloc[at]) for c in shown
    }


def last_evidence(evidence: Relation | None, targets: Relation | None, spans: Spans) -> pd.Series:
    """Student -> day of the last evidence in the subjects of the spans; empty where no evidence is told."""
    rows = of_subjects(evidence, targets, spans)
    if rows is None:
        return pd.Series(dtype=object)
    days = rows.aggregate("student_id, max(date) AS day").df()
    return days.set_index("student_id")["day"]


def _count(kind: str, having: NDArray[np.bool_], known: bool) -> Row:
    """How many of a kind there are; missing where that is not known."""
    note, many = (kind, float(having.sum())) if known else (f"{kind}: {UNKNOWN}", float("nan"))
    return row("count", "students", {"student_id": ALL}, many, note=note)
