"""What releases print of shares, group by group, and which shares make up a whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cbe_analysis.protect.attack.comparisons import Against, Sides, compared
from cbe_analysis.protect.attack.frames import Frame
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.printed import Printed
from cbe_analysis.protect.attack.reading import Interval, Row
from cbe_analysis.protect.attack.told import Property, Said, Table

COUNTED = ("share", "attrition", "baseline")  # shares behind which a count stands


@dataclass(slots=True)
class Share:
    """What is printed of the share of one group.

    Parameters
    ----------
    said
        All rows about it.
    """

    group: Group
    said: list[Said] = field(default_factory=list)

    def by(self, source: int) -> list[Said]:
        """The rows of one release."""
        return [one for one in self.said if one.source == source]

    @property
    def printed(self) -> Printed | None:
        """The interval of the share; None where it is hidden."""
        found: Printed | None = None
        for one in self.said:
            if one.row.share:
                found = (found or Printed(0.0, 1.0, ())).narrowed(one.row.share, one.source)
        return found

    @property
    def code(self) -> str:
        """How it is coded, "<=" or ">=", where no text says more; empty elsewhere."""
        shown = [one.row.shown for one in self.said if one.row.share]
        codes = {text[:2] for text in shown if text.startswith(("<=", ">="))}
        return codes.pop() if len(codes) == 1 and all(text[:2] in ("<=", ">=") for text in shown) else ""

    @property
    def size(self) -> Interval | None:
        """The size that stands beside the printed share."""
        return next((one.size for one in self.said if one.row.share), None)


@dataclass(slots=True)
class Whole:
    """Shares that add up to 1 in every group; one alone adds up with those who have it not.

    Parameters
    ----------
    shares
        Property -> group -> what is printed of it.
    against
        Property -> what comparisons say.
    """

    shares: dict[Property, dict[Group, Share]]
    against: dict[Property, list[Against]] = field(default_factory=dict)

    @property
    def indicator(self) -> str:
        """Which indicator says it."""
        return next(iter(self.shares))[0]

    def rows(self, name: Property) -> dict[Group, Row]:
        """Of one property, a row about each group."""
        return {group: share.said[0].row for group, share in self.shares[name].items()}

    def of(self, source: int) -> Whole:
        """What one release prints."""
        shares = {
            name: {group: Share(group, said) for group, one in own.items() if (said := one.by(source))}
            for name, own in self.shares.items()
        }
        return Whole(shares)

    def alone(self) -> Iterator[Whole]:
        """Each share by itself."""
        for own in self.shares:
            yield Whole({own: self.shares[own]}, {own: self.against.get(own, [])})


def wholes(frame: Frame) -> list[Whole]:
    """All shares that are printed of a population, those together that make up a whole."""
    found: dict[Property, dict[Group, Share]] = {}
    for table in frame.adding:
        for said in table.said:
            if said.row.quantity in COUNTED and not said.row.compares:
                own = found.setdefault(table.property(said), {})
                own.setdefault(said.group, Share(said.group)).said.append(said)
    found = {name: shares for name, shares in found.items() if any(share.printed for share in shares.values())}
    members: dict[Property, tuple[Property, ...]] = {}
    for table in frame.adding:
        for names in _adding(table, found):
            members |= {name: names for name in names if name not in members}
    parts = dict.fromkeys(members.get(name, (name,)) for name in sorted(found))
    against = _comparisons(frame, found)
    return [Whole({n: found[n] for n in names}, {n: against.get(n, []) for n in names}) for names in parts]


def _adding(table: Table, found: dict[Property, dict[Group, Share]]) -> Iterator[tuple[Property, ...]]:
    """The properties of a table whose shares add up to 1 wherever all are printed."""
    own: dict[str, set[Property]] = {}
    for said in table.said:
        name = table.property(said)
        if name in found:
            factor, named, _ = said.row.at.partition("=")
            own.setdefault(factor if named else "", set()).add(name)
    for names in own.values():
        if len(names) < 2:
            continue
        groups = set.intersection(*(set(found[name]) for name in names))
        intervals = [[p for n in names if (p := found[n][group].printed)] for group in sorted(groups, key=Group.order)]
        full = [(sum(p.low for p in told), sum(p.high for p in told)) for told in intervals if len(told) == len(names)]
        if full and all(low <= 1 <= high for low, high in full) and any(high - low < 0.5 for low, high in full):
            yield tuple(sorted(names))


def _comparisons(frame: Frame, found: dict[Property, dict[Group, Share]]) -> dict[Property, list[Against]]:
    """What gaps and ratios say of the shares of what they are taken against."""
    said_of: dict[Property, list[Against]] = {}
    printed = {name: {g: p for g, share in own.items() if (p := share.printed)} for name, own in found.items()}
    for table in frame.tables:
        if table.release.parameters.get("adjust"):
            continue  # these are no differences of printed shares
        own = {table.property(s): s.row.unit for s in table.said if table.property(s) in found}
        sides = Sides(table)
        shares = {name: unit for name, unit in own.items() if name[-3] == "share"}
        for said in table.said:
            row = said.row
            of = [name for name, unit in shares.items() if row.quantity == "ratio" or unit == row.unit]
            if compared(row) and len(of) == 1 and (row.quantity == "gap" or len(shares) == 1):
                said_of.setdefault(of[0], []).extend(sides.against(said, printed[of[0]]))
    return said_of
