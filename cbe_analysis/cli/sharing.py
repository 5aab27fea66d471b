"""A copy for evaluators, on the screen: what became of every column, and what the copy still tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis.cli.screen import shown
from cbe_analysis.pseudonymize.fates import SCHOOL, WORDS, left_out

if TYPE_CHECKING:
    from cbe_analysis.pseudonymize.account import Pseudonymized
    from cbe_analysis.pseudonymize.fates import Cells

WIDE = 120  # columns of text where nobody says how wide the screen is
PLURALS = {"person": "people", "group": "groups", "school": "schools"}


def show(made: Pseudonymized) -> None:
    """Print the account."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDE
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("table")
    grid.add_column("rows", justify="right")
    for heading in ("coded", "numbered anew", "left out"):
        grid.add_column(heading, overflow="fold")
    for table, rows in made.rows.items():
        gone = {f.column for f in left_out(made.fates) if f.table == table}
        of = {what: [f.column for f in made.fates if f.table == table and f.what == what] for what in _SHOWN}
        dropped = [f.column for f in made.fates if f.table == table and f.column in gone]
        grid.add_row(table, f"{rows:,}", *(", ".join(names) for names in of.values()), ", ".join(dropped))
    console.print(grid)
    for line in _lines(made):
        console.print(shown(line), soft_wrap=True)


_SHOWN = ("coded", "numbered")


def _lines(made: Pseudonymized) -> Iterator[str]:
    """What the grid does not say."""
    yield "Codes: " + ", ".join(
        f"{count:,} {PLURALS[kind]} ({made.new[kind]:,} new in the key)" for kind, count in made.codes.items()
    )
    if SCHOOL not in made.codes:
        yield "Schools keep their ids and names; --code-schools codes them."
    extra = [fate.name for fate in left_out(made.fates) if not fate.declared]
    if extra:
        yield f"In no declaration, so left out: {', '.join(extra)}; --keep table.column keeps one."
    kept = [f.name for f in made.fates if f.what == "kept" and (not f.declared or f.declared.reveals in WORDS)]
    if kept:
        yield f"Kept as they are, because you asked: {', '.join(kept)}."
    if made.lost:
        yield f"Cells left out, not of their column's type or closed list: {_cells(made.lost)}."
    few = f"words that nothing names and fewer than {made.minimum_n} people have"
    if made.unnamed:
        yield f"Cells left out, {few} (a label in district.toml keeps one): {_cells(made.unnamed)}."
    if made.rare:
        yield f"Look at these before you send them, {few}: {_cells(made.rare)}."
    if made.wordy:
        yield f"Look at these before you send them, cells longer than a word: {_cells(made.wordy)}."
    if made.settings:
        yield f"district.toml lost what speaks of these columns: {', '.join(made.settings)}."
    if str(made.others):
        yield f"Not copied: {made.others}."
    by = ", ".join(["school", "grade", *made.traits])
    yield "Dates, numbers and traits are as they were, so students can be recognised by who knows them:"
    yield f"  {made.alone:,} of {made.students:,} share {by} with nobody (docs/share-with-evaluators.md)."
    yield f"Written: {_seen(made.folder)}"
    yield f"Key: {_seen(made.key)} (for you alone: it undoes the codes; never send it along)"


def _seen(place: Path) -> Path:
    """The place as seen from where the person stands."""
    here = Path.cwd()
    return place.relative_to(here) if place.is_relative_to(here) else place


def _cells(found: Iterable[Cells]) -> str:
    return ", ".join(f"{cells.name} {cells.count:,}" for cells in found)
