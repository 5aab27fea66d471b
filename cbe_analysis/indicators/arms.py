"""The two arms of a study side by side: at entry, at the end, and in between."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cbe_analysis.indicators.contrasts import ALL, UNKNOWN, grouping
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.indicators.study import BASELINE, Study
from cbe_analysis.methods.robust import Contrasted
from cbe_analysis.methods.standardized import Standardized, cox_index, hedges_g
from cbe_analysis.methods.standards import attrition as attrition_standard
from cbe_analysis.methods.standards import baseline as baseline_standard

ARMS = ("treatment", "comparison")
DIFFERENCE = "difference"  # the arm column of a row that sets the arms against each other
SHARE, SD = "share of students, 0 to 1", "standard deviations"


def baselines(study: Study, used: pd.Series) -> list[Row]:
    """How the arms compared at entry: among students with an outcome who entered the study with this program.

    `at` names the characteristic. Factors stand as shares and their difference as Cox index, a score as means and
    Hedges g; each difference with the verdict of the What Works Clearinghouse.
    """
    at_entry = (used & study.rows["entrant"]).to_numpy()
    treated = study.rows["treated"].to_numpy(bool)[at_entry]
    if treated.all() or not treated.any():
        return []
    rows: list[Row] = []
    for factor in study.described:
        values = study.factors.loc[at_entry, factor].reset_index(drop=True)
        groups = grouping(values.to_frame(), (factor,))
        known = (values != UNKNOWN).to_numpy()
        for g in range(len(groups.values)):
            if groups.known(g):
                rows += _shares((groups.codes == g)[known], treated[known], f"{factor}={groups.values[g][0]}")
    if BASELINE in study.covariates:
        rows += _scores(study.covariates.loc[at_entry, BASELINE].to_numpy(float), treated, study)
    return rows


def _shares(inside: np.ndarray, treated: np.ndarray, at: str) -> list[Row]:
    """The share of a group in each arm, and their difference."""
    arms = [inside[treated], inside[~treated]]
    if not all(len(a) for a in arms):
        return []
    rows = [
        row("baseline", SHARE, {}, float(a.mean()), arm=arm, at=at, n=len(a), numerator=a.sum(), denominator=len(a))
        for arm, a in zip(ARMS, arms, strict=True)
    ]
    index = cox_index(float(arms[0].mean()), float(arms[1].mean()), len(arms[0]), len(arms[1]))
    return [*rows, _difference(index, at, len(inside))]


def _scores(score: np.ndarray, treated: np.ndarray, study: Study) -> list[Row]:
    """The mean baseline score of each arm, and their difference."""
    arms = [score[treated], score[~treated]]
    if min(len(a) for a in arms) < 2:
        return []
    rows = [
        row("baseline", study.unit, {}, float(a.mean()), arm=arm, at=BASELINE, n=len(a))
        for arm, a in zip(ARMS, arms, strict=True)
    ]
    means, sds, sizes = zip(*((float(a.mean()), float(a.std(ddof=1)), len(a)) for a in arms), strict=True)
    return [*rows, _difference(hedges_g(*means, *sds, *sizes), BASELINE, len(score))]


def _difference(found: Standardized, at: str, n: int) -> Row:
    """The standardized difference between the arms at entry."""
    size = Contrasted(found.value, found.std_error, float("nan"), found.low, found.high)
    note = f"baseline equivalence: {baseline_standard(found.value)}" if np.isfinite(found.value) else "one arm has none"
    return row("baseline", SD, {}, size, arm=DIFFERENCE, at=at, n=n, note=note)


def attrition(study: Study) -> list[Row]:
    """The share of assigned students without an outcome: by arm, overall, and the difference between the arms."""
    lost = study.rows["outcome"].isna().to_numpy()
    treated = study.rows["treated"].to_numpy(bool)
    sides = (treated, ~treated, np.ones(len(lost), bool))
    rows = [
        row(
            "attrition",
            SHARE,
            {},
            float(lost[side].mean()),
            arm=arm,
            n=int(side.sum()),
            numerator=int(lost[side].sum()),
            denominator=int(side.sum()),
        )
        for arm, side in zip((*ARMS, ALL), sides, strict=True)
    ]
    assigned = [int(s.sum()) for s in sides[:2]]
    observed = [int((s & ~lost).sum()) for s in sides[:2]]
    standard = attrition_standard(assigned, observed)
    words = [
        f"{'low' if low else 'high'} under the {boundary} boundary"
        for low, boundary in ((standard.low_cautious, "cautious"), (standard.low_optimistic, "optimistic"))
    ]
    gap = rows[0]["value"] - rows[1]["value"]
    return [*rows, row("attrition", SHARE, {}, gap, arm=DIFFERENCE, n=len(lost), note=", ".join(words))]


def counts(study: Study, used: pd.Series) -> list[Row]:
    """Students with an outcome in each arm."""
    treated = study.rows["treated"].to_numpy(bool)
    rows = []
    for arm, side in zip(ARMS, (treated, ~treated), strict=True):
        inside = side & used.to_numpy()
        clusters = study.rows.loc[inside, "cluster"].nunique()
        note = f"in {clusters} clusters as assigned" if clusters else ""
        rows.append(row("count", "students", {}, float(inside.sum()), arm=arm, n=int(inside.sum()), note=note))
    return rows
