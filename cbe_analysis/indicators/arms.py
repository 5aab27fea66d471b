"""The two arms of a study side by side: at entry, at the end, and in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.indicators.alike import ALIKE, same
from cbe_analysis.indicators.contrasts import ALL, UNKNOWN, Grouping, grouping
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.indicators.study import BASELINE, Study
from cbe_analysis.methods import standards
from cbe_analysis.methods.robust import Contrasted
from cbe_analysis.methods.standardized import Standardized, cox_index, hedges_g

ARMS, DIFFERENCE = ("treatment", "comparison"), "difference"  # the last: a row that sets the arms against each other
SHARE, SD = "share of students, 0 to 1", "standard deviations"


@dataclass(frozen=True, slots=True)
class Entry:
    """The students that are compared at entry; arrays of shape `(n,)`.

    Parameters
    ----------
    block
        Codes; all zero without blocks.
    minimum_n
        A smaller group is not judged.
    """

    treated: NDArray[np.bool_]
    block: NDArray[np.int64]
    minimum_n: int

    def only(self, rows: NDArray[np.bool_]) -> Entry:
        """Some of these students."""
        return Entry(self.treated[rows], self.block[rows], self.minimum_n)

    @property
    def both(self) -> bool:
        """True when there is a student in each arm."""
        return bool(self.treated.any() and not self.treated.all())

    def difference(self, values: NDArray[np.float64]) -> float:
        """Treatment less comparison within blocks, each weighed as a regression with an effect per block weighs it."""
        arms = [self.block[self.treated], self.block[~self.treated]]
        n1, n0 = (np.bincount(a, minlength=self.block.max() + 1) for a in arms)
        sums = [np.bincount(a, v, self.block.max() + 1) for a, v in zip(arms, self.split(values), strict=True)]
        use = (n1 > 0) & (n0 > 0)
        weight = n1[use] * n0[use] / (n1[use] + n0[use])
        return float(weight @ (sums[0][use] / n1[use] - sums[1][use] / n0[use]) / weight.sum()) if use.any() else np.nan

    def split(self, values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The values of the treatment arm, and of the comparison arm."""
        return values[self.treated], values[~self.treated]


def baselines(study: Study, used: pd.Series) -> tuple[list[Row], list[float]]:
    """How the arms compared at entry, and the differences that count for the standards.

    Among students with an outcome who entered the study with this program. `at` names the characteristic. Factors stand
    as shares and their difference as Cox index, a score as means and Hedges g; the differences are those within blocks,
    as students were assigned within blocks. Each has the verdict of the What Works Clearinghouse.
    """
    at_entry = (used & study.rows["entrant"]).to_numpy()
    here = study.rows[at_entry]
    block = pd.factorize(here["block"], use_na_sentinel=False)[0].astype(np.int64)
    entry = Entry(here["treated"].to_numpy(bool), block, study.minimum_n)
    if not entry.both:
        return [], []
    rows: list[Row] = []
    for factor in study.described:
        values = study.factors.loc[at_entry, [factor]].reset_index(drop=True)
        groups, known = grouping(values, (factor,)), (values[factor] != UNKNOWN).to_numpy()
        for g, (value,) in enumerate(groups.values):
            if groups.known(g):
                rows += _shares((groups.codes == g)[known].astype(float), entry.only(known), f"{factor}={value}")
    if BASELINE in study.covariates:
        score = study.covariates.loc[at_entry, BASELINE].to_numpy(float)
        known = np.isfinite(score)
        rows += _scores(score[known], entry.only(known), study.unit)
    judged = [r["value"] for r in rows if r["arm"] == DIFFERENCE and r["note"].startswith("baseline equivalence")]
    return rows, judged


def _shares(inside: NDArray[np.float64], entry: Entry, at: str) -> list[Row]:
    """The share of a group in each arm, and their difference within blocks."""
    if not entry.both:
        return []
    arms = entry.split(inside)
    rows = [
        row("baseline", SHARE, {}, float(a.mean()), arm=arm, at=at, n=len(a), numerator=a.sum(), denominator=len(a))
        for arm, a in zip(ARMS, arms, strict=True)
    ]
    base = float(arms[1].mean())
    index = cox_index(base + entry.difference(inside), base, len(arms[0]), len(arms[1]))
    enough = min(a.sum() for a in arms) >= entry.minimum_n
    return [*rows, _difference(index, at, len(inside), judged=enough)]


def _scores(score: NDArray[np.float64], entry: Entry, unit: str) -> list[Row]:
    """The mean baseline score of each arm, and their difference within blocks."""
    arms = entry.split(score)
    if min(len(a) for a in arms) < 2:
        return []
    rows = [
        row("baseline", unit, {}, float(a.mean()), arm=arm, at=BASELINE, n=len(a), note=ALIKE if same(a) else "")
        for arm, a in zip(ARMS, arms, strict=True)
    ]
    sds = [float(a.std(ddof=1)) for a in arms]
    g = hedges_g(entry.difference(score), 0.0, sds[0], sds[1], len(arms[0]), len(arms[1]))
    return [*rows, _difference(g, BASELINE, len(score), judged=len(score) >= entry.minimum_n)]


def _difference(found: Standardized, at: str, n: int, *, judged: bool) -> Row:
    """The standardized difference between the arms at entry."""
    size = Contrasted(found.value, found.std_error, float("nan"), found.low, found.high)
    judged = judged and bool(np.isfinite(found.value))
    note = f"baseline equivalence: {standards.baseline(found.value)}" if judged else "too few students to judge"
    return row("baseline", SD, {}, size, arm=DIFFERENCE, at=at, n=n, note=note)


def attrition(study: Study, differences: list[float]) -> list[Row]:
    """The share of assigned students without an outcome: by arm, overall, and the difference between the arms.

    Parameters
    ----------
    differences
        Standardized differences at entry, for the rating of the study.
    """
    lost = study.rows["outcome"].isna().to_numpy()
    treated = study.rows["treated"].to_numpy(bool)
    rows = []
    for arm, side in zip((*ARMS, ALL), (treated, ~treated, np.ones(len(lost), bool)), strict=True):
        left, n = int(lost[side].sum()), int(side.sum())
        rows.append(row("attrition", SHARE, {}, left / n, arm=arm, n=n, numerator=left, denominator=n))
    standard = standards.attrition(
        [r["denominator"] for r in rows[:2]], [r["denominator"] - r["numerator"] for r in rows[:2]]
    )
    rated = standards.rating("randomized", lost=standard, baselines=differences)
    rows[-1]["note"] = f"WWC 4.1, cautious boundary: {rated.verdict}"
    low = ((standard.low_cautious, "cautious"), (standard.low_optimistic, "optimistic"))
    note = ", ".join(f"{'low' if yes else 'high'} by the {boundary} boundary" for yes, boundary in low)
    gap = rows[0]["value"] - rows[1]["value"]
    return [*rows, row("attrition", SHARE, {}, gap, arm=DIFFERENCE, n=len(lost), note=note)]


def counts(study: Study, used: pd.Series, groups: Sequence[Grouping]) -> list[Row]:
    """Students with an outcome in each arm, for the whole and for every group: an effect rests on both.

    Parameters
    ----------
    groups
        The groupings of the students with an outcome, the whole first.
    """
    treated, clusters = (study.rows.loc[used, name].to_numpy() for name in ("treated", "cluster"))
    rows = []
    for by_group in groups:
        for g in range(len(by_group.values)):
            for arm, side in zip(ARMS, (treated, ~treated), strict=True):
                inside = side & (by_group.codes == g)
                units = pd.Series(clusters[inside]).nunique() if not by_group.columns else 0
                note = f"in {units} clusters as assigned" if units else ""
                labels, n = by_group.labels(g), int(inside.sum())
                rows.append(row("count", "students", labels, float(n), arm=arm, n=n, note=note))
    return rows
