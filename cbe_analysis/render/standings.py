"""Where groups stand on an outcome, by one factor or by two crossed, gathered from the releases of one brief."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cbe_analysis.render.readings import ALL, UNKNOWN, Reading, find, readings, select

if TYPE_CHECKING:
    from cbe_analysis.protect import Release

VALUES = ("mean", "share", "median", "slope", "percentile")  # the value of a group, whichever the indicator gives


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the groups of one factor stand on one outcome.

    Parameters
    ----------
    outcome
        instrument:subject; the indicator where it has no outcomes.
    reference
        The group compared with, or "others".
    """

    outcome: str
    factor: str
    reference: str
    quantity: str
    rows: tuple[Reading, ...]

    @property
    def whole(self) -> Reading | None:
        """The value of all students."""
        return self.value(ALL)

    def value(self, group: str) -> Reading | None:
        """The value of a group."""
        return find(self.rows, self.quantity, **{self.factor: group})

    def gap(self, group: str) -> Reading | None:
        """The group's difference from what it is compared with."""
        return find(self.rows, "gap", **{self.factor: group})

    def effect(self, group: str) -> Reading | None:
        """That difference in standard deviations."""
        return find(self.rows, "hedges_g", **{self.factor: group})

    @property
    def groups(self) -> tuple[str, ...]:
        """The known groups, the reference first, then in the order of the release."""
        return ordered(self.rows, self.quantity, self.factor, self.reference)

    @property
    def main(self) -> str:
        """The group with most students whose difference may be shown; empty when there is none."""
        open_gaps = [g for g in self.groups if (gap := self.gap(g)) is not None and gap.bounded]
        return max(open_gaps, key=self._size, default="")

    @property
    def difference(self) -> Reading | None:
        """The main group's difference."""
        return self.gap(self.main) if self.main else None

    def _size(self, group: str) -> float:
        value = self.value(group)
        return value.at_least if value else 0.0


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where the groups of two crossed factors stand on one outcome.

    Parameters
    ----------
    factors
        The factor of the rows, and the factor within each row.
    """

    outcome: str
    factors: tuple[str, str]
    references: tuple[str, str]
    quantity: str
    rows: tuple[Reading, ...]

    def cell(self, first: str, second: str) -> Reading | None:
        """The value of a crossed group."""
        return find(self.rows, self.quantity, **dict(zip(self.factors, (first, second), strict=True)))

    def groups(self, position: int) -> tuple[str, ...]:
        """The known groups of one factor, the reference first."""
        return ordered(self.rows, self.quantity, self.factors[position], self.references[position])


def ordered(rows: Sequence[Reading], quantity: str, factor: str, reference: str) -> tuple[str, ...]:
    """The known groups of a factor, the reference first, then in the order of the release."""
    found = dict.fromkeys(r.groups[factor] for r in select(rows, quantity))
    known = [g for g in found if g not in (ALL, UNKNOWN)]
    return (*(g for g in known if g == reference), *(g for g in known if g != reference))


def standings(releases: Sequence[Release]) -> tuple[Standing, ...]:
    """One standing for each release by one factor."""
    found = []
    for release in releases:
        rows = readings(release)
        (factor,) = release.by
        reference = next((r.reference for r in rows if r.quantity == "gap" and r.reference), "")
        found.append(Standing(_outcome(release), factor, reference, _quantity(rows), rows))
    return tuple(found)


def crossings(releases: Sequence[Release]) -> tuple[Crossing, ...]:
    """One crossing for each release by two factors."""
    found = []
    for release in releases:
        rows = readings(release)
        first, second = release.by
        margins = [r for r in rows if r.quantity == "gap" and r.reference]
        references = _reference(margins, first), _reference(margins, second)
        found.append(Crossing(_outcome(release), (first, second), references, _quantity(rows), rows))
    return tuple(found)


def _reference(margins: Sequence[Reading], factor: str) -> str:
    """What the groups of one factor alone are compared with."""
    alone = [r for r in margins if r.group == r.groups[factor]]
    return alone[0].reference if alone else ""


def _outcome(release: Release) -> str:
    return str(release.parameters.get("outcome") or release.indicator)


def _quantity(rows: Sequence[Reading]) -> str:
    """What the indicator gives for a group."""
    present = {r.quantity for r in rows}
    return next((q for q in VALUES if q in present), "mean")
