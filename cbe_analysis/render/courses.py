"""Growth and standing by outcome and factor, gathered from the releases of one brief."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cbe_analysis.render.readings import ALL, OTHERS, UNKNOWN, Reading, find, readings, select

if TYPE_CHECKING:
    from cbe_analysis.protect import Release

GRADE = "grade="


@dataclass(frozen=True, slots=True)
class Point:
    """Where the groups of a factor stood at one place of the x axis.

    Parameters
    ----------
    at
        The grade.
    """

    at: str
    rows: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of one outcome by one factor.

    Parameters
    ----------
    reference
        The group compared with, or "others".
    rows
        Readings of growth_rate.
    points
        Readings of status, in the order of their grades.
    """

    outcome: str
    factor: str
    reference: str
    rows: tuple[Reading, ...]
    points: tuple[Point, ...] = ()

    @property
    def whole(self) -> Reading | None:
        """The slope of all students."""
        return self.slope(ALL)

    def slope(self, group: str) -> Reading | None:
        """The growth of a group a year."""
        return find(self.rows, "slope", **{self.factor: group})

    def gap(self, group: str) -> Reading | None:
        """How much a group's growth differs from the reference group's."""
        return find(self.rows, "gap", **{self.factor: group})

    @property
    def groups(self) -> tuple[str, ...]:
        """The known groups, the reference first, then in the order of the release."""
        found = [r.group for r in select(self.rows, "slope") if r.group not in (ALL, UNKNOWN)]
        first = [self.reference] if self.reference in found else []
        return (*first, *(g for g in found if g != self.reference))

    @property
    def main(self) -> str:
        """The group with most students that is compared with the reference; empty when none may be shown."""
        open_gaps = [g for g in self.groups if (gap := self.gap(g)) is not None and gap.bounded]
        return max(open_gaps, key=self._size, default="")

    @property
    def beside(self) -> str:
        """Whose line stands beside the main group's: the reference group's; all students' where it is all others."""
        return ALL if self.reference == OTHERS else self.reference

    def _size(self, group: str) -> float:
        slope = self.slope(group)
        return slope.at_least if slope else 0.0

    @property
    def unit(self) -> str:
        """The unit of the scores, with " / year"."""
        return self.whole.unit if self.whole else ""

    def means(self, group: str) -> tuple[Reading | None, ...]:
        """The mean of a group at every point; None where there is no row."""
        return tuple(find(p.rows, "mean", **{self.factor: group}) for p in self.points)

    def gaps(self) -> tuple[Reading | None, ...]:
        """The difference of the main group from the reference at every point; None where there is no row."""
        return tuple(find(p.rows, "gap", **{self.factor: self.main}) for p in self.points)

    @property
    def ends(self) -> tuple[Reading, Reading] | None:
        """The main group's difference at the first and at the last point; None unless both may be shown."""
        gaps = self.gaps()
        first, last = (gaps[0], gaps[-1]) if len(gaps) > 1 else (None, None)
        return (first, last) if first and last and first.bounded and last.bounded else None


def courses(growth: Sequence[Release], standing: Sequence[Release] = ()) -> tuple[Course, ...]:
    """One course for each release of growth_rate, with the points that the releases of status give it.

    Parameters
    ----------
    growth
        Releases of growth_rate, each by one factor, compared with the reference.
    standing
        Releases of status, each by one factor and in one grade (a condition `grade=...`).
    """
    found = []
    for release in growth:
        rows = readings(release)
        (factor,) = release.by
        outcome = str(release.parameters["outcome"])
        reference = next((r.reference for r in rows if r.quantity == "gap"), "")
        points = [_point(s) for s in standing if s.by == release.by and s.parameters["outcome"] == outcome]
        ordered = tuple(sorted(points, key=lambda p: float(p.at)))
        found.append(Course(outcome, factor, reference, rows, ordered))
    return tuple(found)


def _point(release: Release) -> Point:
    """The readings of one grade."""
    told = [c.removeprefix(GRADE) for c in release.parameters["where"] if c.startswith(GRADE)]
    if len(told) != 1:
        raise ValueError(f"a point of a course needs one condition {GRADE}..., and has {len(told)}")
    return Point(told[0], readings(release))
