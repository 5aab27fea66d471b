"""What releases print of curves of waiting: whose share is still without the event at which days."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cbe_analysis.protect.attack.claims import Share, Whole
from cbe_analysis.protect.attack.curve_days import WITHOUT, step_at
from cbe_analysis.protect.attack.frames import Frame
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.told import Said, asked

Days = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Timed:
    """A printed time: how many are without the event at most by its day, and at least by the day before on the grid."""

    group: Group
    share: float
    before: int
    day: int
    source: int


@dataclass(frozen=True, slots=True)
class Curve:
    """All curves that are printed of one event.

    Parameters
    ----------
    name
        The indicator with its options, and the unit.
    shares
        Day -> group -> what is printed of it then.
    times
        Those of groups without a printed curve; of the others they are read off it.
    """

    name: tuple[str, ...]
    shares: Mapping[int, Mapping[Group, Share]]
    times: tuple[Timed, ...] = ()

    @property
    def days(self) -> Days:
        """The days at which anything is printed, in order."""
        return tuple(sorted(self.shares))

    @property
    def groups(self) -> tuple[Group, ...]:
        """Every group that is told of."""
        return tuple(sorted({group for own in self.shares.values() for group in own}, key=Group.order))

    def told(self, group: Group, source: int | None = None) -> Days:
        """The days at which a group's share is printed, by one release where it is given."""
        of = ((day, self.shares[day][group]) for day in self.days if group in self.shares[day])
        return tuple(
            day for day, share in of if any(one.row.share and source in (None, one.source) for one in share.said)
        )

    def sources(self, group: Group) -> tuple[int, ...]:
        """The releases that print a group's curve."""
        own = [share for shares in self.shares.values() if (share := shares.get(group))]
        return tuple(sorted({one.source for share in own for one in share.said if one.row.share}))

    def of(self, groups: Iterable[Group]) -> Curve:
        """The curves of some groups."""
        wanted = set(groups)
        shares = {day: {g: s for g, s in own.items() if g in wanted} for day, own in self.shares.items()}
        return Curve(self.name, shares, tuple(t for t in self.times if t.group in wanted))

    def wholes(self) -> Iterator[Whole]:
        """The shares of each day by themselves."""
        for day, shares in self.shares.items():
            yield Whole({(*self.name[:-1], "survival", self.name[-1], str(day)): dict(shares)})

    def at(self, day: int) -> Curve:
        """The shares of one day."""
        return Curve(self.name, {day: self.shares[day]})


def curves(frame: Frame) -> list[Curve]:
    """All curves that are printed of a population."""
    found: dict[tuple[str, ...], dict[int, dict[Group, Share]]] = {}
    for name, said in _said(frame, ("survival",)):
        if said.row.at.isdigit():
            shares = found.setdefault((*name, said.row.unit), {}).setdefault(int(said.row.at), {})
            shares.setdefault(said.group, Share(said.group)).said.append(said)
    return [curve for name, shares in sorted(found.items()) if (curve := _curve(frame, name, shares)).days]


def _curve(frame: Frame, name: tuple[str, ...], shares: dict[int, dict[Group, Share]]) -> Curve:
    """The curve at the days at which anything is printed, with the times of those who have none."""
    printed = {day: own for day, own in shares.items() if any(share.printed for share in own.values())}
    curve = Curve(name, printed)
    times = (_timed(said) for of, said in _said(frame, tuple(WITHOUT)) if of == name[:-1])
    return Curve(name, printed, tuple(t for t in times if t and not curve.told(t.group, t.source)))


def _said(frame: Frame, quantities: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Said]]:
    """The rows of some quantities, with what was asked."""
    for table in frame.tables:
        for said in table.said:
            if said.row.quantity in quantities and not said.row.compares:
                yield asked(table.release), said


def _timed(said: Said) -> Timed | None:
    """What a printed time says; None where it says nothing."""
    day = said.row.numbers["value"]
    if math.isnan(day):
        return None
    return Timed(said.group, WITHOUT[said.row.quantity], int(day) - step_at(day), int(day), said.source)
