"""The answer of `year_of_growth`: the share of students whose true pace reaches a mark, and the raw share beside it."""

from __future__ import annotations

import numpy as np

from cbe_analysis.indicators.declare import Contrast, Fitted
from cbe_analysis.indicators.progress.model import Model, Part, answer, parts, words
from cbe_analysis.indicators.progress.pace_rows import counted_share, left_out
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.methods.pace import shares_above
from cbe_analysis.methods.pace.chances import chances
from cbe_analysis.methods.robust import Contrasted

SHARE = "share of students, 0 to 1"
OBSERVED = "share of students by observed pace, 0 to 1"


def shares_of_groups(of: Model, contrast: Contrast, mark: float) -> Fitted:
    """The shares of every group, and the gaps.

    Parameters
    ----------
    mark
        Levels a year.
    """
    rows: list[Row] = []
    splits = parts(of, contrast)
    for part in splits:
        told = shares_above(part.fit, mark)
        for group in range(len(part.groups.values)):
            share = _of_school(part, group, mark) if part.by_school else told.model[group]
            rows += _of_group(part, group, Contrasted(share.value, low=share.low, high=share.high), mark)
        rows += part.gaps(contrast, SHARE, told.gap)
    first = splits[0]
    implied = float(shares_above(first.fit, mark).implied[0])
    more = _unlike(rows[1], implied)
    return answer(of, rows, first.fit, f"share at {mark:g} levels a year or more; {words(of)}", more)


def _of_group(part: Part, group: int, share: Contrasted, mark: float) -> list[Row]:
    """The share by true pace, the share by observed pace, and who is left out, of one group."""
    pace = part.model.paces.students["value"].to_numpy(float)
    reached = np.where(np.isnan(pace), np.nan, pace >= mark)
    more = {"n": int(part.sizes[group]), "note": part.note(group)}
    return [
        row("expected_share", SHARE, part.groups.labels(group), share, **more),
        counted_share(part, OBSERVED, group, reached),
        left_out(part, group),
    ]


def _of_school(part: Part, group: int, mark: float) -> Contrasted:
    """The share in one school: its predicted pace, with its interval, and the spread of students about it."""
    mean, spread = part.mean(group), float(np.sqrt(part.fit.variances.student))
    if not np.isfinite(mean.std_error) or not spread > 0:
        return Contrasted(float("nan"))
    ends = np.array([mean.value, mean.low, mean.high])
    value, low, high = chances(ends, np.full(3, spread), np.full(3, mark)).tolist()
    return Contrasted(value, low=low, high=high)


def _unlike(raw: Row, implied: float) -> tuple[str, ...]:
    """The warning where the raw share is not what the model expects."""
    low, high = raw.get("low", float("nan")), raw.get("high", float("nan"))
    if not np.isfinite([low, high, implied]).all() or low <= implied <= high:
        return ()
    return (f"the model expects {implied:.0%} by observed pace: paces are not spread as it takes them to be",)
