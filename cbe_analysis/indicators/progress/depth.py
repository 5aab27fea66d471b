"""How deep the evidence goes that lies within the students' spans: speed alone is a trap."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.indicators.declare import Relation
from cbe_analysis.indicators.progress.spans import Spans
from cbe_analysis.tables.quoting import literal

DEEP = 3  # depth of knowledge 3 and 4: strategic and extended thinking (Webb)


def depths(
    students: pd.DataFrame, spans: Spans, evidence: Relation | None, targets: Relation | None
) -> NDArray[np.float64] | None:
    """The share of each student's evidence, of known depth, that is at depth 3 or 4; None where no depth is told.

    Parameters
    ----------
    students
        With `student_id`, `first_date` and `last_date`: months in between count.
    """
    if evidence is None or "depth" not in evidence.columns:
        return None
    rows = of_subjects(evidence.filter("depth IS NOT NULL"), targets, spans)
    if rows is None:
        return None
    found = rows.aggregate(
        "student_id, CAST(date_trunc('month', date) AS DATE) AS month, count(*) AS n, "
        f"count(*) FILTER (depth >= {DEEP}) AS deep"
    ).df()
    place = pd.Index(students["student_id"]).get_indexer(found["student_id"])
    month = found["month"].to_numpy().astype("datetime64[M]")
    first, last = (students[c].to_numpy().astype("datetime64[M]")[place] for c in ("first_date", "last_date"))
    inside = (place >= 0) & (month >= first) & (month <= last)
    sums = [np.bincount(place[inside], found[c][inside], len(students)) for c in ("n", "deep")]
    if not sums[0].any():
        return None
    share: NDArray[np.float64] = np.divide(sums[1], sums[0], out=np.full(len(students), np.nan), where=sums[0] > 0)
    return share


def of_subjects(evidence: Relation | None, targets: Relation | None, spans: Spans) -> Relation | None:
    """The dated evidence of the subjects of the spans; None where there can be none."""
    if evidence is None or targets is None:
        return None
    subjects = ", ".join(map(literal, spans.subjects))
    wanted = targets.filter(f"subject IN ({subjects})").select("target_id").df()["target_id"].dropna()
    if wanted.empty:
        return None
    return evidence.filter(f"date IS NOT NULL AND target_id IN ({', '.join(map(literal, wanted))})")
