"""What changed between two exports, on the screen: counts by table and school."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cbe_analysis.cli.screen import shown

if TYPE_CHECKING:
    from cbe_analysis.load.changes import Changes, RowsChanged

WIDE = 120  # columns of text where nobody says how wide the screen is
COUNTS = ("before", "after", "added", "gone", "changed")


def show(found: Changes) -> None:
    """Print the tables and schools where rows changed, the columns behind them, and what is in one export only."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDE
    tables = list(dict.fromkeys(part.table for part in found.rows))
    changed = [name for name in tables if not found.total(name).same]
    if changed:
        grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        grid.add_column("table", overflow="fold")
        grid.add_column("school", overflow="fold")
        for heading in COUNTS:
            grid.add_column(heading, justify="right")
        for name in changed:
            grid.add_row(name, "(all)", *_counts(found.total(name)))
            for part in found.rows:
                if part.table == name and not part.same:
                    grid.add_row("", shown(part.school), *_counts(part))
        console.print(grid)
    for line in _lines(found, [name for name in tables if name not in changed]):
        console.print(shown(line))


def _counts(part: RowsChanged) -> tuple[str, ...]:
    return tuple(f"{getattr(part, name):,}" for name in COUNTS)


def _lines(found: Changes, same: list[str]) -> list[str]:
    """What the grid does not say."""
    facts = {
        "columns that changed": [
            f"{part.table}.{part.column} in {part.rows:,} row{'s' * (part.rows != 1)}" for part in found.cells
        ],
        "tables without a change": same,
        "tables added": found.tables_added,
        "tables gone": found.tables_gone,
        "columns added, not compared": found.columns_added,
        "columns gone, not compared": found.columns_gone,
    }
    lines = [f"{what}: {', '.join(names)}" for what, names in facts.items() if names]
    return [*lines, "internal: small counts are shown, so keep this inside."]
