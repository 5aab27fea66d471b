"""The table behind a comparison of groups: each group's value, and its difference from the group it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cbe_analysis.render.blocks import Table
from cbe_analysis.render.readings import Reading

LEGEND = "Each group against the first of its block. Small groups are protected."
NONE = "–"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: a group, its value, its difference, and that difference in standard deviations."""

    name: str
    value: Reading | None
    gap: Reading | None
    effect: Reading | None = None


def gap_table(title: str, sub: str, head: str, blocks: Sequence[Sequence[Entry]]) -> Table:
    """The table of the blocks, one for each factor; with a column in standard deviations where there are any.

    Parameters
    ----------
    head
        Header of the values.
    """
    standard = any(e.effect for block in blocks for e in block)
    columns = ["Group", "Students", head, "95% interval", "Difference", "95% interval"]
    widths: list[float | None] = [None, 46, 62 if standard else 66, 80, 56, 76]
    if standard:
        columns.append("In SD")
        widths.append(40)
    rows, rules, at = [], [], 0
    for block in blocks:
        rows += [_row(e, standard=standard) for e in block]
        at += len(block)
        rules.append(at + 1)
    return Table(
        title=title,
        sub=sub,
        columns=(*columns, "How sure"),
        rows=tuple(rows),
        align="l" + "r" * len(columns),
        widths=(*widths, 58),
        rules=tuple(rules[:-1]),
        pad=2.3,
    )


def _row(entry: Entry, *, standard: bool) -> tuple[str | None, ...]:
    value, gap = entry.value, entry.gap
    cells: list[str | None] = [entry.name]
    if value is None or value.protected:
        cells += [None, None, None]
    else:
        cells += [value.n_shown, value.printed(), value.interval() or NONE]
    if gap is None:
        return (*cells, *[NONE] * (4 if standard else 3))
    if gap.protected:
        return (*cells, *[None] * (4 if standard else 3))
    cells += [gap.printed(sign=True), gap.interval() or NONE]
    if standard:
        cells.append(entry.effect.printed(sign=True) if entry.effect else NONE)
    return (*cells, gap.sureness() or "not tested")
