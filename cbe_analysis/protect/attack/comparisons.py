"""What gaps and ratios say of the groups that they are taken against."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cbe_analysis.protect.attack.groups import UNKNOWN, Group
from cbe_analysis.protect.attack.population import Printed
from cbe_analysis.protect.attack.reading import Interval, Row, step_said
from cbe_analysis.protect.attack.told import Said, Table


@dataclass(frozen=True, slots=True)
class Against:
    """The value of some groups together, as a gap or a ratio leaves it.

    Parameters
    ----------
    groups
        Taken together; they have no student in common.
    """

    groups: tuple[Group, ...]
    printed: Printed


def compared(row: Row) -> bool:
    """True for a printed gap or ratio."""
    return row.quantity in ("gap", "ratio") and not row.hidden and not math.isnan(row.numbers["value"])


def other_side(
    said: Said, table: Table, printed: Mapping[Group, Printed], ends: Interval = (0.0, 1.0)
) -> Iterator[Against]:
    """What a comparison says of one side when the value of the other is printed.

    Parameters
    ----------
    ends
        Between what all values lie.
    """
    row, groups = said.row, _referred(said, table)
    half = step_said(row) / 2
    low, high = row.numbers["value"] - half, row.numbers["value"] + half
    own = printed.get(said.group)
    if own and groups:
        if row.quantity == "gap":
            span = own.low - high, own.high - low
        else:
            span = (own.low / high if high > 0 else 0.0), (own.high / low if low > 0 else math.inf)
        yield _against(groups, span, ends, (*own.sources, said.source))
    other = printed.get(groups[0]) if len(groups) == 1 else None
    if other and not own:
        span = (other.low + low, other.high + high) if row.quantity == "gap" else (other.low * low, other.high * high)
        yield _against((said.group,), span, ends, (*other.sources, said.source))


def _against(groups: tuple[Group, ...], span: Interval, ends: Interval, sources: tuple[int, ...]) -> Against:
    low, high = max(span[0], ends[0]), min(span[1], ends[1])
    return Against(groups, Printed(low, high, tuple(sorted(set(sources)))))


def _referred(said: Said, table: Table) -> tuple[Group, ...]:
    """The groups that a comparison is taken against."""
    alike = dict.fromkeys(s.group for s in table.said if s.shape == said.shape and not s.row.compares)
    if said.row.reference == "others":
        known = (g for g in alike if g != said.group and not any(UNKNOWN in levels for _, levels in g.limits))
        return tuple(known)
    return tuple(g for g in alike if _called(g, said, table) == said.row.reference)


def _called(group: Group, like: Said, table: Table) -> str:
    """How a comparison names a group: by its levels in the columns that split its table."""
    limits = dict(group.limits)
    order: Sequence[str] = [*table.release.by, *sorted(like.shape)]
    return ", ".join(next(iter(limits[c])) for c in dict.fromkeys(order) if c in like.shape)
