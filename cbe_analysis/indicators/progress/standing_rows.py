"""The answer of `growth_and_status`: growth beside status, with chances instead of ranks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.declare import Contrast, Fitted
from cbe_analysis.indicators.progress.gap_rows import FROM_GRADE
from cbe_analysis.indicators.progress.marks import Marks
from cbe_analysis.indicators.progress.model import RATE, Model, Part, answer, parts, words
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.methods.pace import Standing, growth_and_status
from cbe_analysis.methods.pace.kinds import KINDS
from cbe_analysis.methods.robust import Contrasted

CHANCE = "chance, 0 to 1"


def standings(growth: Model, status: Model, contrast: Contrast, marks: Marks) -> Fitted:
    """Growth and status of every group with their intervals, and the chance of each kind.

    Parameters
    ----------
    status
        The same students with their gaps to grade as values.
    marks
        As in the chances; handed on as they are told, for that is all of them that may be known outside.

    Raises
    ------
    UsageError
        When no groups are named.
    """
    if not contrast.by or contrast.compare:
        remedy = "name one in by, such as school_id, and leave compare out"
        raise UsageError("growth and status are told of groups, without ranks", "by and compare", remedy)
    rows: list[Row] = []
    firsts = parts(growth, contrast)
    for of_growth, of_status in zip(firsts, parts(status, contrast, FROM_GRADE), strict=True):
        groups = range(len(of_growth.groups.values))
        pairs = [(of_growth.mean(g), of_status.mean(g)) for g in groups]
        told = _told(pairs, marks)
        for g in groups:
            rows += _of_group(of_growth, of_status, g, pairs[g], told if of_growth.groups.columns else None)
    found = answer(growth, rows, firsts[0].fit, marks.method(words(growth)), status.warnings)
    return replace(found, marks=marks.told)


def _told(pairs: list[tuple[Contrasted, Contrasted]], marks: Marks) -> Standing:
    """The chances of the kinds, group by group."""
    growth, status = (
        (np.array([p[k].value for p in pairs]), np.array([p[k].std_error for p in pairs])) for k in (0, 1)
    )
    found: Standing = growth_and_status(
        growth, status, marks=(marks.growth, marks.status), correlation=marks.together, certainty=marks.certainty
    )
    return found


def _of_group(
    growth: Part, status: Part, group: int, pair: tuple[Contrasted, Contrasted], told: Standing | None
) -> list[Row]:
    """Growth, status, and the chances, which have the kind as their note: it tells of growth and of status alike."""
    labels, sizes = growth.groups.labels(group), (int(growth.sizes[group]), int(status.sizes[group]))
    rows = [
        row("slope", RATE, labels, pair[0], n=sizes[0], note=growth.note(group)),
        row("mean", FROM_GRADE, labels, pair[1], n=sizes[1], note=status.note(group)),
    ]
    if told is None or not np.isfinite(told.chances[group]).all():
        return rows
    return rows + [
        row("probability", CHANCE, labels, float(chance), n=min(sizes), at=kind, note=str(told.kind[group]))
        for kind, chance in zip(KINDS, told.chances[group], strict=True)
    ]


def correlation(growth: Model, status: Model) -> float:
    """How pace and gap to grade go together over the students who have both."""
    pace, gap = (of.paces.students["value"].to_numpy(float) for of in (growth, status))
    both = np.isfinite(pace) & np.isfinite(gap)
    if both.sum() < 3 or np.ptp(pace[both]) == 0 or np.ptp(gap[both]) == 0:
        return 0.0
    return float(np.corrcoef(pace[both], gap[both])[0, 1])
