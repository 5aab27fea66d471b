"""The answer of `on_track`: who is likely to reach the exit level in time, and the pace that this would take."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cbe_analysis.indicators.declare import Contrast, Fitted
from cbe_analysis.indicators.progress.gap_rows import Difference
from cbe_analysis.indicators.progress.model import RATE, Model, Part, answer, joined, parts, words
from cbe_analysis.indicators.progress.pace_rows import counted_share
from cbe_analysis.indicators.progress.rounding import alike
from cbe_analysis.indicators.progress.told import Told
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.indicators.words import counted
from cbe_analysis.methods.pace import Alike, Share, Track, on_track, shares_in_units
from cbe_analysis.methods.robust import Contrasted, cluster_mean

SHARE = "share of students on track, 0 to 1"
OBSERVED = "share of students on track by observed pace, 0 to 1"
NEEDED = "levels / year needed"


@dataclass(frozen=True, slots=True)
class Ahead:
    """What lies ahead of the students.

    Parameters
    ----------
    level, years_left
        Shape `(n,)`: where they stand, and school years to the end of the last grade.
    present
        Shape `(n,)`: who is judged.
    alike
        Whose levels are rounded alike.
    needed
        The pace that each of them needs; NaN for who has no time left, or is not judged.
    """

    level: NDArray[np.float64]
    years_left: NDArray[np.float64]
    present: NDArray[np.bool_]
    exit_level: float
    alike: Alike
    needed: Told

    @classmethod
    def of(cls, model: Model, exit_level: float) -> Ahead:
        """As their last levels have it: the exit level is expected at the end of the last grade."""
        students = model.paces.students
        expected = students["expected"].to_numpy(float)
        present = students["present"].to_numpy(bool) & np.isfinite(expected)
        years = np.where(present, np.maximum(exit_level - expected, 0), 0)
        level = students["level"].to_numpy(float)
        missing = np.maximum(exit_level - level, 0)
        needed = np.divide(missing, years, out=np.full(len(missing), np.nan), where=present & (years > 0))
        return cls(level, years, present, exit_level, alike(students), Told.of(NEEDED, needed))

    def track(self, part: Part) -> Track:
        """The chances of all students by the fit of a part."""
        known = {"exit_level": self.exit_level, "present": self.present, "alike": self.alike}
        found: Track = on_track(part.fit, self.level, self.years_left, **known)
        return found

    def observed(self, pace: NDArray[np.float64], required: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape `(n,)`: 1 for whose observed pace is enough, NaN for those who cannot be judged by one."""
        enough = (pace >= required) | (required == 0)
        judged = self.present & (np.isfinite(pace) | ~np.isfinite(required) | (required == 0))
        return np.where(judged, enough, np.nan)


def track_of_groups(of: Model, contrast: Contrast, exit_level: float) -> Fitted:
    """Expected share on track, share by observed pace, pace and needed pace of every group, and the gaps."""
    ahead, rows = Ahead.of(of, exit_level), []
    splits = parts(of, contrast)
    for part in splits:
        track = ahead.track(part)
        sizes = np.bincount(part.groups.codes[ahead.present], minlength=len(part.groups.values))
        told = shares(part, track, ahead.present)
        for group in range(len(part.groups.values)):
            rows += _of_group(part, group, ahead, track, told[group])
        rows += replace(part, sizes=sizes).gaps(contrast, SHARE, Difference(part, track.probability).gap)
    first = splits[0]
    method = f"reaching level {exit_level:g} by the end of the last grade, if paces stay as they are; {words(of)}"
    return answer(of, rows, first.fit, method, _said(of, ahead, ahead.track(first)))


def _of_group(part: Part, group: int, ahead: Ahead, track: Track, share: Share) -> list[Row]:
    """All rows of one group."""
    labels, inside = part.groups.labels(group), part.members(group) & ahead.present
    pace = part.model.paces.students["value"].to_numpy(float)
    found = Contrasted(share.value, low=share.low, high=share.high)
    note = part.note(group)
    return [
        row("expected_share", SHARE, labels, found, n=int(inside.sum()), note=part.model.note),
        counted_share(part, OBSERVED, group, ahead.observed(pace, track.required)),
        row("slope", RATE, labels, part.mean(group), n=int(part.sizes[group]), note=note),
        _needed(part, group, ahead),
    ]


def _needed(part: Part, group: int, ahead: Ahead) -> Row:
    """The pace at which a group would cover all that is left in all the time that is left."""
    some = part.members(group) & np.isfinite(ahead.needed.values)
    cluster = part.model.unit_of_schools[some] if part.model.nested and not part.by_school else None
    found = cluster_mean(ahead.needed.values[some], cluster=cluster, weights=ahead.years_left[some])
    note = joined(part.model.note, ahead.needed.note(some))
    return row("mean", NEEDED, part.groups.labels(group), found, n=int(some.sum()), note=note)


def shares(part: Part, track: Track, present: NDArray[np.bool_]) -> tuple[Share, ...]:
    """The expected share of every group; of a school, whose students are judged by one prediction of its pace.

    Parameters
    ----------
    present
        Shape `(n,)`: who is in a share.
    """
    found: tuple[Share, ...] = track.shares
    return shares_in_units(part.fit, track, part.groups.codes, present) if part.by_school else found


def _said(of: Model, ahead: Ahead, track: Track) -> tuple[str, ...]:
    """Who is in no share, and whose chance is certain."""
    said, least = [], of.minimum_n
    gone = int((~of.paces.students["present"]).sum())
    graded = int((of.paces.students["present"] & of.paces.students["expected"].isna()).sum())
    for count, words_ in (
        (gone, "left before the data end: not known to be on track or off it, and in no share"),
        (graded, "have no known grade and are in no share"),
        (int(track.arrived[0]), "have reached the exit level"),
        (int(track.late[0]), "are below the exit level without a school year left"),
    ):
        if count:
            said.append(f"{counted(count, 'students', least)} {words_}")
    return tuple(said)
