"""An attack on everything that is published together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cbe_analysis.protect.attack.auditor import Table, named, shares, shares_fallen, sizes_fallen
from cbe_analysis.protect.attack.reading import WHOLE, Row, read
from cbe_analysis.protect.attack.verdict import Audit, Breach, Published, What


def audit_together(published: Sequence[Published]) -> Audit:
    """What all releases together give away of what each of them hides.

    Releases of the same people, at the same date, are attacked together.

    Parameters
    ----------
    published
        What was published, and the drafts that want to be.
    """
    populations: dict[tuple[object, ...], list[Published]] = {}
    for one in published:
        release = one.release
        if release.audience == "public":
            populations.setdefault((release.entity, release.as_of, release.where), []).append(one)
    breaches: list[Breach] = []
    cells = 0
    for together in populations.values():
        for table, by, minimum in _tables(together):
            cells += sum(row.hidden for row in table.rows)
            breaches += _breaches(table, by, minimum, together)
    linked = tuple(_told(together) for together in populations.values() if len(together) > 1)
    return Audit(tuple(dict.fromkeys(breaches)), len(populations), linked, (), cells, ())


def _told(together: Iterable[Published]) -> str:
    return f"attacked together: {', '.join(sorted({one.brief for one in together}))}"


def _tables(together: Sequence[Published]) -> Iterator[tuple[Table, tuple[str, ...], int]]:
    """The rows of one population that count the same people, with columns that all of them share."""
    by = tuple(sorted({name for one in together for name in one.release.by}))
    minimum = max(one.release.minimum_n for one in together)
    found: list[tuple[dict[tuple[str, ...], float], Table]] = []
    for one in together:
        series: dict[tuple[str, ...], list[tuple[Row, float]]] = {}
        rows = read(one.release)
        for row, size in zip(rows, one.release.sizes or [float("nan")] * len(rows), strict=True):
            if row.arm != "difference":
                own = dict(zip(one.release.by, row.cell, strict=False))
                cell = (*(own.get(name, WHOLE) for name in by), row.cell[-1])
                series.setdefault(row.series, []).append((replace(row, cell=cell), size))
        for same in series.values():
            sizes = {row.cell: size for row, size in same}
            printed = {row.cell: row.size for row, _ in same if row.size}
            for known, table in found:
                if all(known.get(cell, size) == size for cell, size in sizes.items()):
                    known.update(sizes)
                    table.rows.extend(row for row, _ in same)
                    table.sizes.update(printed)
                    break
            else:
                found.append((sizes, Table([row for row, _ in same], printed)))
    for known, table in found:
        table.tiny.update(row.cell for row in table.rows if row.hidden and known[row.cell] < minimum)
        yield table, by, minimum


def _breaches(table: Table, by: tuple[str, ...], minimum: int, together: Sequence[Published]) -> Iterator[Breach]:
    """What comes out of one table."""
    briefs = tuple(sorted({one.brief for one in together}))
    mendable = any(one.draft for one in together)
    parts: tuple[tuple[What, list[tuple[str, ...]]], ...] = (
        ("size", sizes_fallen(table, minimum)),
        ("share", [cell for share in shares(table, table.rows) for cell in shares_fallen(share, minimum)]),
    )
    for what, cells in parts:
        for cell in cells:
            yield Breach(briefs, named(cell, by), what, f"the {what}", mendable)
