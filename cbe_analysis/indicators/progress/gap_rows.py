"""The answer of `level_gap`: how far students stand from the level that is expected of their grade and day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.indicators.alike import Scores
from cbe_analysis.indicators.contrasts import groupings
from cbe_analysis.indicators.declare import Contrast, Fitted
from cbe_analysis.indicators.progress.model import SCHOOL, Model, Split
from cbe_analysis.indicators.progress.pace_rows import counted_share, raw_mean
from cbe_analysis.indicators.progress.told import Told
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.methods.robust import Contrasted, cluster_fit

FROM_GRADE = "levels from grade"
LEVEL, TWO = 1.0, 2.0  # levels below grade that are told of


def gaps_of_groups(of: Model, contrast: Contrast) -> Fitted:
    """Mean gap to grade and the shares below and above, of every group, and how groups differ."""
    gap = of.paces.students["value"].to_numpy(float)
    told = [Told.of(FROM_GRADE, gap), *_shares(gap)]
    rows: list[Row] = []
    for groups in groupings(of.groups, contrast.by):
        sizes = np.bincount(groups.codes[of.paces.used], minlength=len(groups.values))
        part = Split(of, groups, sizes, groups.columns == (SCHOOL,), told[0])
        rows += [_of_group(part, g, one) for g in range(len(groups.values)) for one in told]
        for one in told:
            rows += part.gaps(contrast, one.unit, Difference(part, one.values).gap)
    return Fitted(pd.DataFrame(rows), _method(of), of.warnings, of.cases("last_date"))


def _shares(gap: NDArray[np.float64]) -> list[Told]:
    """Who stands far below, and above."""
    known = [
        ("share of students one level or more below grade, 0 to 1", gap <= -LEVEL),
        ("share of students two levels or more below grade, 0 to 1", gap <= -TWO),
        ("share of students above grade, 0 to 1", gap > 0),
    ]
    yes_or_no = Scores(two=True, few=True, step=1.0)
    return [Told(unit, np.where(np.isnan(gap), np.nan, having), yes_or_no) for unit, having in known]


def _of_group(part: Split, group: int, told: Told) -> Row:
    """One number of one group."""
    if told.unit != FROM_GRADE:
        return counted_share(part, told.unit, group, told.values)
    found, n = raw_mean(part, group, told.values), int(part.sizes[group])
    return row("mean", told.unit, part.groups.labels(group), found, n=n, note=part.note(group))


@dataclass(frozen=True, slots=True)
class Difference:
    """One regression of the values over the groups of a split, with what is to be held equal."""

    part: Split
    values: NDArray[np.float64]

    def gap(self, weights: NDArray[np.float64]) -> Contrasted:
        """A weighted sum of the groups' means."""
        of, groups, some = self.part.model, self.part.groups, np.isfinite(self.values)
        if not some.any():
            return Contrasted(float("nan"))
        held = of.held
        X = np.eye(len(groups.values))[groups.codes]
        if held is not None:
            X = np.hstack([X, held - held[some].mean(axis=0)])
        cluster = of.unit_of_schools[some] if of.nested else None
        fit = cluster_fit(self.values[some], X[some], cluster=cluster)
        found: Contrasted = fit.contrast(np.append(weights, np.zeros(X.shape[1] - len(weights))))
        return found


def _method(of: Model) -> str:
    errors = "CR2 by school" if of.nested else "HC3: these students alone"
    held = f"; gaps with {', '.join(of.adjust)} held equal" if of.adjust else ""
    return (
        f"last level of each student present in the last school year, less grade and the part of the school year "
        f"passed; {of.paces.subject}; 95% intervals: {errors}, of shares by Wilson{held}"
    )
