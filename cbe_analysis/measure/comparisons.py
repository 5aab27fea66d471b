"""Gaps, ratios and standardized gaps between groups, from one regression over all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.indicators.alike import Scores
from cbe_analysis.indicators.contrasts import DESCRIBED, SCHOOLS_AT_LEAST, Comparison, Grouping, comparisons, described
from cbe_analysis.indicators.declare import Contrast
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.measure.summaries import THESE, Sample, share_of
from cbe_analysis.methods.robust import Contrasted, RobustFit, bounded, cluster_fit
from cbe_analysis.methods.standardized import Z95, pooled_sd, standardize

RARE = 5  # fewer students with, or without, the property: the normal interval of a gap does not hold
FEW = f"fewer than {RARE} students with or without: interval by Newcombe, no test"
ALIKE = "all cases of a group are alike: no interval"


@dataclass(frozen=True, slots=True)
class Sides:
    """The two sides of one comparison: which cases are in the group, and which in what it is compared with."""

    pair: Comparison
    group: NDArray[np.bool_]
    other: NDArray[np.bool_]
    scores: Scores


def compare(of: Sample, groups: Grouping, contrast: Contrast, held: pd.DataFrame) -> list[Row]:
    """Every comparison that the contrast asks for: a gap, then its ratio for shares or its Hedges g for values.

    Parameters
    ----------
    held
        Columns to hold equal, one row per case; no columns, no adjustment.
    """
    k = len(groups.values)
    sizes = _students(of, groups.codes, k)
    totals = np.bincount(groups.codes, weights=of.weight, minlength=k).astype(np.float64)
    pairs = comparisons(groups, sizes, contrast, totals=totals)
    if not pairs:
        return []
    known = np.array([groups.known(g) for g in range(k)])
    equal, complete = _centred(held)
    used = known[groups.codes] & complete
    part, codes = (of, groups.codes) if used.all() else (of.only(used), groups.codes[used])
    X = np.hstack([np.eye(k)[codes][:, known], equal[used]])
    fit = cluster_fit(part.value, X, cluster=part.clusters(), weights=part.weights)
    scores, rows = Scores.of(part.value), []
    for pair in pairs:
        sides = Sides(pair, codes == pair.group, np.isin(codes, pair.others), scores)
        weights = np.append(pair.weights[known], np.zeros(equal.shape[1]))
        rows += _compared(part, fit, weights, sides, groups.labels(pair.group))
    return rows


def _students(of: Sample, codes: NDArray[np.int64], groups: int) -> NDArray[np.int64]:
    """Shape `(groups,)`: the students of each group, each counted once."""
    if of.students < len(of.student):
        pairs = pd.unique(codes * (of.student.max() + 1) + of.student)
        codes = pairs // (of.student.max() + 1)
    return np.bincount(codes, minlength=groups)


def _centred(held: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The columns to hold equal as centred numbers, words as one column for each but the first; which are complete."""
    parts = [
        held[[c]].astype(float)
        if pd.api.types.is_numeric_dtype(held[c])
        else pd.get_dummies(held[c], drop_first=True, dtype=float)
        for c in held.columns
    ]
    if not parts:
        return np.empty((len(held), 0)), np.ones(len(held), bool)
    joint = pd.concat(parts, axis=1)
    complete = joint.notna().all(axis=1).to_numpy()
    return (joint - joint[complete].mean()).to_numpy(), complete


def _compared(
    part: Sample, fit: RobustFit, weights: NDArray[np.float64], sides: Sides, labels: dict[str, str]
) -> list[Row]:
    """The rows of one comparison."""
    found, note = _gap(part, fit, weights, sides)
    group, other = (part.only(np.flatnonzero(side)) for side in (sides.group, sides.other))
    if part.whole and note != DESCRIBED and min(_rarer(group), _rarer(other)) < RARE:
        found, note = _newcombe(found.value, group, other), FEW
    close = sides.scores.close(group.value) if part.kind == "mean" and found.std_error > 0 else ""
    more = {
        "n": group.students,
        "reference": sides.pair.reference,
        "n_reference": other.students,
        "note": "; ".join(filter(None, (note, close))),
    }
    rows = [row("gap", part.unit, labels, found, p=found.p, **more)]
    if part.kind == "share":
        return [*rows, row("ratio", "ratio", labels, _ratio(fit, weights, tested=note in ("", THESE)), **more)]
    sd = pooled_sd(group.sd, other.sd, len(group.value), len(other.value))
    g = standardize(found.value, found.std_error, sd, len(group.value) + len(other.value))
    size = Contrasted(g.value, g.std_error, found.df, g.low, g.high)
    return [*rows, row("hedges_g", "standard deviations", labels, size, **more)]


def _rarer(side: Sample) -> int:
    """Students with the property, or those without it, whichever are fewer."""
    having = int(side.value.sum())
    return min(having, len(side.value) - having)


def _newcombe(gap: float, group: Sample, other: Sample) -> Contrasted:
    """The gap between two shares with an interval made from the intervals of the shares.

    References
    ----------
    Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    own, base = share_of(group), share_of(other)
    low = float(np.hypot(own.value - own.low, base.high - base.value))
    high = float(np.hypot(own.high - own.value, base.value - base.low))
    return Contrasted(gap, (low + high) / (2 * Z95), float("nan"), gap - low, gap + high)


def _gap(part: Sample, fit: RobustFit, weights: NDArray[np.float64], sides: Sides) -> tuple[Contrasted, str]:
    """The difference, and what must be said of it: too few schools on a side are described, not tested."""
    found = fit.contrast(weights)
    if found.std_error == 0:
        return Contrasted(found.value), ALIKE
    if described(part.school[sides.group], part.school[sides.other], part.schools):
        return Contrasted(found.value), DESCRIBED
    return found, "" if part.schools >= SCHOOLS_AT_LEAST else THESE


def _ratio(fit: RobustFit, weights: NDArray[np.float64], *, tested: bool) -> Contrasted:
    """The group's share over the share that it is compared with; the interval is made on the log scale."""
    own, against = np.maximum(weights, 0), np.maximum(-weights, 0)
    coef = np.nan_to_num(fit.coef)
    share, base = float(own @ coef), float(against @ coef)
    if not (share > 0 and base > 0):
        return Contrasted(share / base if base > 0 else float("nan"))
    log = fit.contrast(own / share - against / base)
    if not (tested and np.isfinite(log.std_error)):
        return Contrasted(share / base)
    around = bounded(float(np.log(share / base)), log.std_error, log.df)
    ratio = share / base
    return Contrasted(ratio, ratio * log.std_error, log.df, float(np.exp(around.low)), float(np.exp(around.high)))
