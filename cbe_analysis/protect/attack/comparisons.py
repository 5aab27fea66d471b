"""What gaps and ratios say of the groups that they are taken against."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cbe_analysis.protect.attack.frames import Frame
from cbe_analysis.protect.attack.groups import UNKNOWN, Group
from cbe_analysis.protect.attack.printed import Printed
from cbe_analysis.protect.attack.reading import Interval, Row, step_said
from cbe_analysis.protect.attack.told import Said, Table

OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Against:
    """The value of some groups together, as a gap or a ratio leaves it.

    Parameters
    ----------
    of
        Whose gap or ratio it is.
    groups
        Taken together; they have no student in common.
    but
        One of them that is left out; None for none.
    """

    of: Group
    groups: tuple[Group, ...]
    but: Group | None
    printed: Printed


def compared(row: Row) -> bool:
    """True for a printed gap or ratio."""
    return row.quantity in ("gap", "ratio") and not row.hidden and not math.isnan(row.numbers["value"])


def crowds(frame: Frame) -> tuple[tuple[Group, ...], ...]:
    """The groups among which some are compared with all others."""
    found: dict[tuple[Group, ...], None] = {}
    for table in frame.tables:
        sides = Sides(table)
        for said in table.said:
            if compared(said.row) and said.row.reference == OTHERS and (known := sides.known(said)):
                found[known] = None
    return tuple(found)


class Sides:
    """The groups of one table, as comparisons refer to them."""

    def __init__(self, table: Table) -> None:
        alike: dict[frozenset[str], dict[Group, None]] = {}
        for said in table.said:
            if not said.row.compares:
                alike.setdefault(said.shape, {})[said.group] = None
        self._known = {
            shape: tuple(g for g in groups if not any(UNKNOWN in levels for _, levels in g.limits))
            for shape, groups in alike.items()
        }
        by = table.release.by
        self._names = {(shape, _called(g, shape, by)): g for shape, groups in alike.items() for g in groups}

    def known(self, said: Said) -> tuple[Group, ...]:
        """All known groups that are split like that of a row."""
        return self._known.get(said.shape, ())

    def named(self, said: Said) -> Group | None:
        """The group that a row is compared with by name; None where it names none."""
        return self._names.get((said.shape, said.row.reference))

    def against(self, said: Said, printed: Mapping[Group, Printed], ends: Interval = (0.0, 1.0)) -> Iterator[Against]:
        """What a comparison says of one side when the value of the other is printed.

        Parameters
        ----------
        ends
            Between what all values lie.
        """
        row, own = said.row, printed.get(said.group)
        half = step_said(row) / 2
        low, high = row.numbers["value"] - half, row.numbers["value"] + half
        known, named = self.known(said), self.named(said)
        others = row.reference == OTHERS and said.group in known
        if own and (others or named):
            if row.quantity == "gap":
                span = own.low - high, own.high - low
            else:
                span = (own.low / high if high > 0 else 0.0), (own.high / low if low > 0 else math.inf)
            groups, but = (known, said.group) if others else ((named,) if named else (), None)
            yield Against(said.group, groups, but, _cut(span, ends, (*own.sources, said.source)))
        other = printed.get(named) if named else None
        if other and not own:
            span = (
                (other.low + low, other.high + high) if row.quantity == "gap" else (other.low * low, other.high * high)
            )
            yield Against(said.group, (said.group,), None, _cut(span, ends, (*other.sources, said.source)))


def _called(group: Group, shape: frozenset[str], by: tuple[str, ...]) -> str:
    """How a comparison names a group: by its levels in the columns that split its table."""
    limits = dict(group.limits)
    return ", ".join(next(iter(limits[column])) for column in dict.fromkeys((*by, *sorted(shape))) if column in shape)


def _cut(span: Interval, ends: Interval, sources: tuple[int, ...]) -> Printed:
    return Printed(max(span[0], ends[0]), min(span[1], ends[1]), tuple(sorted(set(sources))))
