"""Where students stand, how fast they move and who is on track, gathered from the releases of one brief."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cbe_analysis.methods.pace.kinds import HIGH_GROWTH, UNSURE
from cbe_analysis.render.readings import ALL, UNKNOWN, Reading, find, readings, select
from cbe_analysis.render.standings import ordered

if TYPE_CHECKING:
    from cbe_analysis.protect import Release

LEVEL, DOUBLE = 1.0, 2.0  # levels a year: what a year of school is meant to bring, and twice that
SCHOOLS_AT_LEAST = 6  # of fewer, none is told to stand out
SCHOOL = "school_id"
Rows = tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of students' progress by one factor.

    Parameters
    ----------
    subject
        As in the data; empty for the mean over all subjects.
    factor
        Empty where students are not split.
    reference
        The group compared with, or "others"; empty without comparison.
    standing, moving, year, track
        Readings of level_gap, pace, year_of_growth and on_track.
    """

    subject: str
    factor: str
    reference: str
    standing: Rows
    moving: Rows
    year: Rows
    track: Rows

    @property
    def groups(self) -> tuple[str, ...]:
        """The known groups, the reference first, then in the order of the release."""
        return ordered(self.moving, "slope", self.factor, self.reference) if self.factor else ()

    @property
    def main(self) -> str:
        """The group with most students whose pace may be compared; empty when there is none."""
        able = [g for g in self.groups if (gap := self.gap(g)) is not None and gap.bounded]
        return max(able, key=self._size, default="")

    def pace(self, group: str = ALL) -> Reading | None:
        """The mean true pace of a group."""
        return self._find(self.moving, "slope", group)

    def depth(self, group: str = ALL) -> Reading | None:
        """The share of a group's evidence that goes deep."""
        return self._find(self.moving, "depth", group)

    def left_out(self) -> Reading | None:
        """The share of students without a pace."""
        return self._find(self.moving, "share", ALL)

    def gap(self, group: str) -> Reading | None:
        """How much a group's pace differs from what it is compared with."""
        return self._find(self.moving, "gap", group)

    def level(self, group: str = ALL) -> Reading | None:
        """How many levels a group stands above the level of its grade; below it is negative."""
        return self._find(self.standing, "mean", group)

    def standing_at(self, where: str) -> Reading | None:
        """The share of students that stands there: "one level or more below", "two levels or more below", "above"."""
        return next((r for r in select(self.standing, "share") if r.group == ALL and f" {where} " in r.unit), None)

    def full_year(self, group: str = ALL) -> Reading | None:
        """The share of a group that truly gains a level a year or more."""
        return self._find(self.year, "expected_share", group)

    def arriving(self, group: str = ALL) -> Reading | None:
        """The share of a group that is on track to reach the exit level in time."""
        return self._find(self.track, "expected_share", group)

    def needed(self, group: str = ALL) -> Reading | None:
        """The pace that a group needs to reach the exit level in time."""
        return self._find(self.track, "mean", group)

    @property
    def nested(self) -> bool:
        """True where schools are part of the model."""
        return find(self.moving, "sd_school_slope") is not None

    @property
    def center(self) -> float:
        """Where the middle student's true pace lies: the plain mean, in which every student counts alike."""
        plain, mean = self._find(self.moving, "mean", ALL), self.pace()
        return plain.value if plain is not None and plain.known else mean.value if mean is not None else math.nan

    @property
    def spread(self) -> float:
        """The standard deviation of true paces; NaN where it is not known."""
        parts = [find(self.moving, name) for name in ("sd_student_slope", "sd_school_slope")]
        if parts[0] is None or not parts[0].known:
            return math.nan
        return math.hypot(*(r.value for r in parts if r is not None and r.known))

    def without(self, groups: Collection[str]) -> Progress:
        """The same without some groups."""
        return replace(self, moving=tuple(r for r in self.moving if r.groups.get(self.factor, ALL) not in groups))

    def _find(self, rows: Rows, quantity: str, group: str) -> Reading | None:
        return find(rows, quantity, **({self.factor: group} if self.factor else {}))

    def _size(self, group: str) -> float:
        pace = self.pace(group)
        return pace.at_least if pace else 0.0


def progress(releases: Sequence[Release]) -> tuple[Progress, ...]:
    """One record for each factor, from releases of level_gap, pace, year_of_growth and on_track by that factor."""
    found = []
    for by in dict.fromkeys(r.by for r in releases):
        own = {r.indicator: r for r in releases if r.by == by}
        told = {name: readings(release) for name, release in own.items()}
        moving = told["pace"]
        found.append(
            Progress(
                subject=str(own["pace"].parameters.get("subject") or ""),
                factor=by[0] if by else "",
                reference=next((r.reference for r in moving if r.quantity == "gap" and r.reference), ""),
                standing=told["level_gap"],
                moving=moving,
                year=told["year_of_growth"],
                track=told["on_track"],
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class School:
    """Growth beside status in one school.

    Parameters
    ----------
    growth, status
        Levels a year, and levels above the level of the grade.
    depth
        The share of its evidence that goes deep; None where that is not known.
    kind
        One of KINDS, or UNSURE; empty where it may not be told.
    """

    id: str
    growth: Reading
    status: Reading
    depth: Reading | None
    kind: str

    @property
    def shown(self) -> bool:
        """True when both values and their limits may be seen."""
        return self.growth.bounded and self.status.bounded

    @property
    def clear(self) -> bool:
        """True when its kind is known."""
        return self.shown and self.kind not in ("", UNSURE)

    @property
    def growing(self) -> bool:
        """True when it is clearly a school of high growth."""
        return self.clear and self.kind.startswith(HIGH_GROWTH)


def schools(releases: Sequence[Release]) -> tuple[School, ...]:
    """Every known school, in the order of the release, which tells nothing.

    Parameters
    ----------
    releases
        Of growth_and_status and of pace by school; none where schools are not told of.
    """
    found = []
    told = [(release.indicator, r) for release in releases for r in readings(release)]
    rows = [r for name, r in told if name == "growth_and_status"]
    deep = {r.groups[SCHOOL]: r for name, r in told if name == "pace" and r.quantity == "depth"}
    status = {r.groups[SCHOOL]: r for r in rows if r.quantity == "mean"}
    kinds = {r.groups[SCHOOL]: r.note for r in rows if r.quantity == "probability" and not r.protected}
    for growth in (r for r in rows if r.quantity == "slope"):
        id = growth.groups[SCHOOL]
        if id not in (ALL, UNKNOWN) and id in status:
            found.append(School(id, growth, status[id], deep.get(id), kinds.get(id, "")))
    return tuple(found)
