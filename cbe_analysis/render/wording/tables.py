"""The table behind a comparison of groups: values, and differences from the group compared with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cbe_analysis.render.blocks import Table
from cbe_analysis.render.readings import Reading

SMALL = " Groups that are too small, or too much alike, are protected."
OTHERS = "Each other group"
FIGURE, QUARTER = "\u2007", "\u2005"  # as wide as a digit, and as a decimal point
_DECIMAL = re.compile(r"\.(\d+)$")
Row = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: a group, its value, its difference, and that difference in standard deviations."""

    name: str
    value: Reading | None
    gap: Reading | None
    effect: Reading | None = None

    @property
    def protected(self) -> bool:
        """True when nothing of the row may be seen."""
        return self.value is None or self.value.protected


def gap_table(title: str, sub: str, head: str, blocks: Sequence[Sequence[Entry]]) -> Table:
    """The table of the blocks, one for each factor; with a column in standard deviations where there are any.

    Parameters
    ----------
    head
        Header of the values.
    """
    standard = any(e.effect for block in blocks for e in block)
    columns = ["Group", "Students", head, "95% interval", "Difference", "95% interval"]
    widths: list[float | None] = [None, 48, 46 if standard else 62, 70, 52, 64]
    if standard:
        columns.append("In SD")
        widths.append(40)
    rows: list[Row] = []
    rules = []
    for block in blocks:
        rows += _block(block, standard=standard)
        rules.append(len(rows) + 1)
    return Table(
        title=title,
        sub=sub + (SMALL if any(None in row for row in rows) else ""),
        columns=(*columns, "How sure"),
        rows=aligned(rows, (2, 4, 6) if standard else (2, 4)),
        align="l" + "r" * len(columns),
        widths=(*widths, 54),
        rules=tuple(rules[:-1]),
        pad=2.3,
        after=18,
    )


def _block(block: Sequence[Entry], *, standard: bool) -> list[Row]:
    """The rows of a factor; several protected groups are one row at its end."""
    hidden = [e for e in block if e.protected]
    rows = [_row(e, standard=standard) for e in block if not e.protected]
    if not hidden:
        return rows
    name = hidden[0].name if len(hidden) == 1 else OTHERS
    return [*rows, (name, *[None] * (7 if standard else 6))]


def _row(entry: Entry, *, standard: bool) -> Row:
    value, gap, more = entry.value, entry.gap, 4 if standard else 3
    assert value is not None
    cells: list[str | None] = [entry.name, value.in_column, value.printed(), value.interval()]
    if gap is None:
        return (*cells, *[""] * more)
    if gap.protected:
        return (*cells, *[None] * more)
    cells += [gap.printed(sign=True), gap.interval()]
    if standard:
        cells.append(entry.effect.printed(sign=True) if entry.effect else "")
    return (*cells, gap.sureness() or "not tested")


def aligned(rows: Sequence[Row], columns: Sequence[int]) -> tuple[Row, ...]:
    """The same rows with room after the numbers of some columns, so that their decimal points stand in one line."""
    most = {c: max((_decimals(row[c]) for row in rows), default=0) for c in columns}
    return tuple(tuple(_padded(v, most[c]) if c in most else v for c, v in enumerate(row)) for row in rows)


def _decimals(text: str | None) -> int:
    found = _DECIMAL.search(text or "")
    return len(found[1]) if found else 0


def _padded(text: str | None, digits: int) -> str | None:
    own = _decimals(text)
    if not text or not text[-1].isdigit() or own == digits:
        return text
    return text + ("" if own else QUARTER) + FIGURE * (digits - own)
