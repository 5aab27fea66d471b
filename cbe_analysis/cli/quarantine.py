"""A quarantine on the screen: what became of the rows of every table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis.cli.watch import watching
from cbe_analysis.errors import UnreadableData

if TYPE_CHECKING:
    from cbe_analysis.load import District
    from cbe_analysis.validate.cleaning import Quarantine

WIDE = 120  # columns of text where nobody says how wide the screen is


@contextmanager
def whole_files(asked: bool) -> Iterator[None]:
    """Say of a folder that cannot be read that a quarantine, where one was asked for, cannot clean it."""
    try:
        yield
    except UnreadableData as e:
        if not asked:
            raise
        remedy = f"{e.remedy}; a fault of a whole file cannot be cleaned by setting rows aside"
        raise UnreadableData(e.what, e.where, remedy) from None


def refuse(out: Path, folder: Path) -> None:
    """Stop, before minutes of checking, when the quarantine of the district's folder cannot be put there."""
    from cbe_analysis.load.copies import place

    if folder.is_dir():  # else it is told as a district that cannot be read
        place(out, folder, "quarantine")


def put(district: District, out: Path) -> None:
    """Write the quarantine of a validated district, and print its account."""
    from cbe_analysis.validate import quarantine

    with watching("setting rows aside") as progress:
        made = quarantine(district, out, progress=progress)
    _show(made, out)


def _show(made: Quarantine, out: Path) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDE
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    grid.add_column("table", overflow="fold")
    for heading in ("rows", "kept", "rejected"):
        grid.add_column(heading, justify="right")
    for part in made.tables:
        grid.add_row(part.table, f"{part.rows:,}", f"{part.kept:,}", f"{part.rejected:,}")
    console.print(grid)
    for line in _lines(made, out):
        console.print(line, soft_wrap=True)


def _lines(made: Quarantine, out: Path) -> list[str]:
    lost = sum(part.rejected for part in made.tables)
    rounds = f" in {made.rounds} rounds" if made.rounds > 1 else ""
    return [
        f"Written: {out / 'clean'} ({made.verdict})",
        f"Written: {out / 'rejected'} ({lost:,} row{'s' * (lost != 1)} set aside{rounds}, each with its reason)",
        "internal: both hold students' rows; mend the rejected ones in the source system.",
    ]
