"""The auditor: reads a Release as an outsider would, attacks it, and refuses it when anything hidden comes out.

Written apart from the protector: it shares no rule, no table and no model with it, only the solver.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.measure.estimates import Estimates
from cbe_analysis.protect.attack.outsider import Claim, Outsider, less
from cbe_analysis.protect.attack.reading import WHOLE, Cell, Interval, Row, Series, read, step_said
from cbe_analysis.protect.attack.surface import called, faults, shape
from cbe_analysis.protect.record import Recorded
from cbe_analysis.protect.release import Release

NAMED_AT_MOST = 12
COUNTS_BELOW = 200  # a percentage of more students stands for several counts


@dataclass(frozen=True, slots=True)
class Breach:
    """Something hidden that a release gives away: of which group, and what."""

    cell: Cell
    what: str


def audit(release: Release, estimates: Estimates) -> None:
    """Nothing, when an attack on the printed texts finds out nothing that is hidden.

    Parameters
    ----------
    estimates
        What the release was made from. The attack does not see its numbers; it is told which hidden groups are small,
        and which rows count the same people.

    Raises
    ------
    ReleaseRefused
        When a hidden cell falls, or a number stands where none may; the message names the groups, and no number.
    """
    measured = Measured(estimates)
    rows = read(Recorded.of(release))
    found = [Breach(cell, what) for cell, what in faults(rows, release.minimum_n, measured.small)]
    for table in tables(rows, measured):
        table.tiny.update(row.cell for row in table.rows if row.hidden and measured.small(row, release.minimum_n))
        found += [Breach(cell, "its size") for cell in sizes_fallen(table, release.minimum_n)]
        for share in shares(table, rows):
            found += [Breach(cell, "its share") for cell in shares_fallen(share, release.minimum_n)]
    if found:
        names = dict.fromkeys(f"{named(b.cell, release.by)}: {b.what}" for b in found)
        told = "; ".join(list(names)[:NAMED_AT_MOST]) + ("; and more" if len(names) > NAMED_AT_MOST else "")
        raise ReleaseRefused("the release would give away what it hides", told, "use --audience staff or fewer factors")


def named(cell: Cell, by: Sequence[str]) -> str:
    """The group in words."""
    parts = [f"{name}={value}" for name, value in zip((*by, "arm"), cell, strict=True) if value != WHOLE]
    return ", ".join(parts) or "all"


class Measured:
    """The true sizes of groups: only to tell which hidden ones are small, and which rows count the same people.

    Parameters
    ----------
    estimates
        A crossed group without a row has no one in it.
    """

    def __init__(self, estimates: Estimates) -> None:
        self._sizes: dict[Series, dict[Cell, float]] = {}
        columns = ["quantity", "unit", "at", "arm", "n", "value", *estimates.by]
        for row in estimates.rows[columns].to_dict("records"):
            text = {str(name): "" if pd.isna(value) else str(value) for name, value in row.items()}
            arm = text["arm"] if text["arm"] not in ("", "difference") else WHOLE
            n = row["value"] if row["quantity"] == "count" and not pd.isna(row["value"]) else row["n"]
            size, cell = 0.0 if pd.isna(n) else float(n), (*(text[name] for name in estimates.by), arm)
            sizes = self._sizes.setdefault((text["quantity"], text["unit"], text["at"]), {})
            sizes[cell] = min(size, sizes.get(cell, size))

    def small(self, row: Row, minimum: int) -> bool:
        """True when fewer than the minimum are in the row's group."""
        return self._sizes.get(row.series, {}).get(row.cell, 0.0) < minimum

    def same(self, one: Sequence[Row], other: Sequence[Row]) -> bool:
        """True when two sets of rows have the same number of people wherever both speak of a group."""
        sizes = {row.cell: self._sizes.get(row.series, {}).get(row.cell, 0.0) for row in one}
        return all(
            sizes[row.cell] == self._sizes.get(row.series, {}).get(row.cell, 0.0) for row in other if row.cell in sizes
        )


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that count the same people, the sizes that are printed in them, and the hidden cells that are small."""

    rows: list[Row]
    sizes: dict[Cell, Interval]
    tiny: set[Cell] = field(default_factory=set)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The groups that any row speaks of."""
        return tuple(dict.fromkeys(row.cell for row in self.rows))


def tables(rows: Sequence[Row], measured: Measured) -> list[Table]:
    """The tables of sizes that an outsider can put together."""
    series: dict[Series, list[Row]] = {}
    for row in rows:
        if row.arm != "difference":
            series.setdefault(row.series, []).append(row)
    found: list[Table] = []
    for same in sorted(series.values(), key=lambda own: (-len({row.cell for row in own}), own[0].series)):
        sizes = {row.cell: row.size for row in same if row.size}
        for table in found:
            if measured.same(table.rows, same):
                table.rows.extend(same)
                table.sizes.update(sizes)
                break
        else:
            found.append(Table(list(same), sizes))
    return found


def sizes_fallen(table: Table, minimum: int) -> list[Cell]:
    """Hidden sizes that follow from the printed ones: a small one must be able to be anything from 0 to the minimum."""
    hidden = [cell for cell in table.cells if cell not in table.sizes]
    if not hidden or not table.sizes:
        return []
    outsider = Outsider(table.cells, table.sizes)
    outsider.look((less(outsider.people(cell)), 0.0) for cell in hidden)
    outsider.look((outsider.people(cell), float(minimum)) for cell in hidden)
    return [cell for cell in hidden if _size_falls(outsider, cell, minimum, tiny=cell in table.tiny)]


def _size_falls(outsider: Outsider, cell: Cell, minimum: int, *, tiny: bool) -> bool:
    people = outsider.people(cell)
    if tiny:
        return not (outsider.may_be(people, most=0.0) and outsider.may_be(people, least=float(minimum)))
    low, high = outsider.range(people)
    return math.ceil(low - 1e-6) >= math.floor(high + 1e-6)


@dataclass(frozen=True, slots=True)
class ShareTable:
    """One series of shares with the sizes of its table, and what gaps and ratios say of the groups they are against."""

    rows: Mapping[Cell, Row]
    table: Table
    against: tuple[Claim, ...]


def shares(table: Table, rows: Sequence[Row]) -> Iterator[ShareTable]:
    """The series of shares of a table whose counts add up."""
    found: dict[tuple[str, str], dict[Cell, Row]] = {}
    for row in table.rows:
        if row.quantity in ("share", "attrition") and not row.compares and not row.at:
            found.setdefault((row.quantity, row.unit), {})[row.cell] = row
    several = sum(quantity == "share" for quantity, _ in found) > 1
    gaps = [row for row in rows if row.quantity in ("gap", "ratio") and not row.hidden and not several]
    for (quantity, _), own in found.items():
        claims = _against(gaps, own) if quantity == "share" else ()
        yield ShareTable(own, table, tuple(claims))


def _against(gaps: Sequence[Row], own: Mapping[Cell, Row]) -> Iterator[Claim]:
    """The shares of what printed gaps and ratios are taken against."""
    names = {called(cell): cell for cell in own}
    for row in gaps:
        mine = own[row.cell].share if row.cell in own else None
        if (
            mine is None
            or math.isnan(row.numbers["value"])
            or (row.quantity == "gap" and row.unit != own[row.cell].unit)
        ):
            continue
        if row.reference == "others":
            yield Claim(row.cell, _other_side(row, mine), others=True)
        elif cell := names.get((shape(row.cell), row.reference)):
            yield Claim(cell, _other_side(row, mine))


def _other_side(row: Row, mine: Interval) -> Interval:
    """The share that a gap or a ratio leaves for the other side."""
    half = step_said(row) / 2
    low, high = row.numbers["value"] - half, row.numbers["value"] + half
    if row.quantity == "gap":
        return max(mine[0] - high, 0.0), min(mine[1] - low, 1.0)
    return mine[0] / high, (min(mine[1] / low, 1.0) if low > 0 else 1.0)


def shares_fallen(found: ShareTable, minimum: int) -> list[Cell]:
    """Coded and hidden counts that follow from the printed shares, and counts that their own percentage tells."""
    claims = tuple(Claim(cell, row.share) for cell, row in found.rows.items() if row.share)
    if not claims:
        return []
    cells, sizes = found.table.cells, found.table.sizes
    outsider = Outsider(cells, sizes, (*claims, *found.against))
    if not outsider.consistent:
        outsider = Outsider(cells, sizes, claims)
    for part in (outsider.having, outsider.lacking):
        outsider.look((less(part(cell)), 0.0) for cell in found.rows)
        outsider.look((part(cell), 1.0) for cell in found.rows)
    outsider.look((less(outsider.people(cell)), -sizes[cell][0]) for cell in sizes)
    outsider.look((outsider.people(cell), sizes[cell][1]) for cell in sizes)
    return [cell for cell, row in found.rows.items() if _share_falls(outsider, cell, row, minimum)]


def _share_falls(outsider: Outsider, cell: Cell, row: Row, minimum: int) -> bool:
    """Whether the count behind a share comes out."""
    having, lacking = outsider.having(cell), outsider.lacking(cell)
    if row.hidden:
        return any(_certain(outsider, part) for part in (having, lacking))
    if row.coded and row.share and row.size:
        few, limit = (having, row.share[1]) if row.shown.startswith("<=") else (lacking, 1 - row.share[0])
        unsure = max(1.0, min(float(minimum), math.floor((limit - 0.005) * row.size[0] + 1e-9)))
        if outsider.may_be(few, most=0.0) and outsider.may_be(few, least=unsure):
            return False
        low, high = outsider.range(few)
        return high - low < unsure - 1e-6
    return _told(outsider, cell, row)


def _certain(outsider: Outsider, part: Mapping[int, float]) -> bool:
    """Whether only one whole number is left."""
    if outsider.may_be(part, most=0.0) and outsider.may_be(part, least=1.0):
        return False
    low, high = outsider.range(part)
    return math.ceil(low - 1e-6) >= math.floor(high + 1e-6)


def _told(outsider: Outsider, cell: Cell, row: Row) -> bool:
    """Whether a percentage, with all that is known of the size and the count, stands for one count only."""
    if row.share is None or row.size is None or row.size[1] >= COUNTS_BELOW:
        return False
    people, having = outsider.people(cell), outsider.having(cell)
    if len(_counts(row.share, outsider.seen(people), outsider.seen(having))) > 1:
        return False
    return len(_counts(row.share, outsider.range(people), outsider.range(having))) < 2


def _counts(share: Interval, size: Interval, having: Interval) -> set[int]:
    """The counts that fit a share, a range of the size and one of the count."""
    return {
        y
        for n in range(math.ceil(size[0] - 1e-6), math.floor(size[1] + 1e-6) + 1)
        for y in range(math.ceil(share[0] * n - 1e-9), math.floor(share[1] * n + 1e-9) + 1)
        if having[0] - 1e-6 <= y <= having[1] + 1e-6
    }
