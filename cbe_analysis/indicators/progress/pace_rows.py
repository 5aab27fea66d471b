"""The answer of `pace`: by group the modelled mean, the plain mean, the depth of the evidence, and who is left out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.indicators.declare import Contrast, Fitted
from cbe_analysis.indicators.progress.model import RATE, Model, Part, Split, answer, parts, words
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.methods.pace import in_same_schools
from cbe_analysis.methods.proportions import design_effect, share_interval
from cbe_analysis.methods.robust import Contrasted, cluster_mean

DEPTH = "share of evidence at depth 3 or 4, 0 to 1"
LEFT_OUT = "share of students without a pace, 0 to 1"


def pace_of_groups(
    of: Model, contrast: Contrast, depth: NDArray[np.float64] | None, *, same_schools: bool = True
) -> Fitted:
    """The rows of every group, and the gaps.

    Parameters
    ----------
    depth
        As `depths` gives it.
    same_schools
        Whether students are compared with others of their school, or groups by their plain means.
    """
    rows: list[Row] = []
    splits = parts(of, contrast)
    for part in splits:
        for group in range(len(part.groups.values)):
            rows += _of_group(part, group, depth)
        rows += part.gaps(contrast, RATE, _gap(part, contrast, same_schools))
    more = () if depth is not None else ("no evidence tells its depth: read pace beside depth where you can",)
    method = words(of) + (_compared(of, same_schools) if contrast.compare else "")
    return answer(of, rows + _spread(splits[0]), splits[0].fit, method, more)


def _gap(part: Part, contrast: Contrast, same_schools: bool) -> Callable[[NDArray[np.float64]], Contrasted]:
    """How groups are compared."""
    fit = in_same_schools(part.fit) if same_schools and contrast.compare else part.fit
    found: Callable[[NDArray[np.float64]], Contrasted] = fit.gap if same_schools else fit.raw_gap
    return found


def _compared(of: Model, same_schools: bool) -> str:
    """Which gap is told, in words."""
    if not same_schools:
        return "; crude gaps: between the plain means of all students, whatever their schools"
    return "; gaps between students of the same school" if of.nested else ""


def _of_group(part: Part, group: int, depth: NDArray[np.float64] | None) -> list[Row]:
    """Model, plain mean, depth and share left out of one group."""
    of, labels, n = part.model, part.groups.labels(group), int(part.sizes[group])
    note = part.note(group)
    pace = of.paces.students["value"].to_numpy(float)
    rows = [
        row("slope", RATE, labels, part.mean(group), n=n, note=note),
        row("mean", RATE, labels, raw_mean(part, group, pace), n=n, note=note),
        left_out(part, group),
    ]
    if depth is not None:
        n = int(np.isfinite(depth[part.members(group)]).sum())
        rows.append(row("depth", DEPTH, labels, raw_mean(part, group, depth), n=n, note=of.note))
    return rows


def raw_mean(part: Split, group: int, values: NDArray[np.float64]) -> Contrasted:
    """The plain mean of a group; within one school it speaks of these students alone."""
    inside = np.where(part.members(group), values, np.nan)
    if part.by_school:
        return cluster_mean(inside[np.isfinite(inside)])
    return part.model.mean(inside)


def left_out(part: Split, group: int) -> Row:
    """The share of a group's students that have no pace."""
    return counted_share(part, LEFT_OUT, group, np.where(part.model.paces.used, 0.0, 1.0))


def counted_share(part: Split, unit: str, group: int, having: NDArray[np.float64]) -> Row:
    """The share of a group's students that have a property.

    Parameters
    ----------
    having
        Shape `(n,)`, all students: 1 or 0; NaN for those who do not count.
    """
    inside = part.members(group) & np.isfinite(having)
    of, labels, n, own = part.model, part.groups.labels(group), int(inside.sum()), having[inside]
    if not n:
        return row("share", unit, labels, Contrasted(float("nan")), n=0)
    many, schools = float(own.sum()), of.unit_of_schools[inside]
    effect = design_effect(own, schools) if of.nested and len(np.unique(schools)) > 1 else 1.0
    bounds = share_interval(many, n, design_effect=effect)
    share = many / n
    error = float(np.sqrt(share * (1 - share) * effect / n))
    found = Contrasted(share, error, float("nan"), bounds.low, bounds.high)
    return row("share", unit, labels, found, n=n, numerator=many, denominator=float(n), note=of.note)


def _spread(part: Part) -> list[Row]:
    """How true paces vary between students, and between schools."""
    told, n = part.fit.variances, int(part.sizes[0])
    rows = [row("sd_student_slope", RATE, {}, float(np.sqrt(told.student)), n=n)]
    if part.model.nested:
        rows.append(row("sd_school_slope", RATE, {}, float(np.sqrt(told.school + told.cell)), n=n))
    return rows
