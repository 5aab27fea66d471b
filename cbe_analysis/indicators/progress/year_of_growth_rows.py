"""The answer of `year_of_growth`: the share of students whose true pace reaches a mark, and the raw share beside it."""

from __future__ import annotations

import numpy as np

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.declare import Contrast, Fitted
from cbe_analysis.indicators.progress.gap_rows import Difference
from cbe_analysis.indicators.progress.model import Model, Part, answer, parts, words
from cbe_analysis.indicators.progress.pace_rows import counted_share, left_out
from cbe_analysis.indicators.progress.track_rows import shares
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.methods.pace import Share, Track, on_track, shares_above
from cbe_analysis.methods.robust import Contrasted

SHARE = "share of students, 0 to 1"
OBSERVED = "share of students by observed pace, 0 to 1"


def shares_of_groups(of: Model, contrast: Contrast, mark: float) -> Fitted:
    """The shares of every group, and the gaps.

    The mean chance of a group's students, not the share of its mean: schools of fast and slow students may differ in
    size.

    Parameters
    ----------
    mark
        Levels a year.

    Raises
    ------
    UsageError
        When the mark is no pace to reach.
    """
    if not mark > 0:
        raise UsageError("option 'at_least' does not take this value", remedy="give a pace above 0, such as 1.0")
    rows: list[Row] = []
    splits = parts(of, contrast)
    n = len(of.paces.used)
    for part in splits:
        track: Track = on_track(
            part.fit, np.zeros(n), np.ones(n), exit_level=mark, present=of.paces.used
        )  # a mark in a year: who needs just that pace
        told = shares(part, track, of.paces.used)
        for group in range(len(part.groups.values)):
            rows += _of_group(part, group, told[group], mark)
        rows += part.gaps(contrast, SHARE, Difference(part, track.probability).gap)
    first = splits[0]
    implied = float(shares_above(first.fit, mark).implied[0])
    method = f"share at {mark:g} levels a year or more, by the distribution of each student's true pace; {words(of)}"
    unlike = () if first.fit.exact else _unlike(rows[1], implied)
    return answer(of, rows, first.fit, method, unlike)


def _of_group(part: Part, group: int, share: Share, mark: float) -> list[Row]:
    """The share by true pace, the share by observed pace, and who is left out, of one group."""
    found = Contrasted(share.value, low=share.low, high=share.high)
    pace = part.model.paces.students["value"].to_numpy(float)
    reached = np.where(np.isnan(pace), np.nan, pace >= mark)
    labels, note = part.groups.labels(group), part.note(group)
    return [
        row("expected_share", SHARE, labels, found, n=int(part.sizes[group]), note=note),
        counted_share(part, OBSERVED, group, reached),
        left_out(part, group),
    ]


def _unlike(raw: Row, implied: float) -> tuple[str, ...]:
    """The warning where the raw share is not what the model expects."""
    low, high = raw.get("low", float("nan")), raw.get("high", float("nan"))
    if not np.isfinite([low, high, implied]).all() or low <= implied <= high:
        return ()
    return (f"the model expects {implied:.0%} by observed pace: paces are not spread as it takes them to be",)
