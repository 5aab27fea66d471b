"""The catalogue as lines of text."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Collection, Iterator

from cbe_analysis.indicators import CATALOGUE, Indicator

WIDEST = 100


def lines(tables: Collection[str] | None) -> Iterator[str]:
    """Each indicator with its question, unit, tables and options; with a district's tables, what is missing."""
    width = min(WIDEST, shutil.get_terminal_size().columns)
    for entry in CATALOGUE.values():
        yield entry.id + ("" if tables is None else _state(entry.missing(tables)))
        for fact in _facts(entry):
            yield from textwrap.wrap(fact, width, initial_indent="    ", subsequent_indent="      ")


def _state(missing: tuple[str, ...]) -> str:
    """Whether a district's tables allow it."""
    return f"  [needs {', '.join(missing)}]" if missing else "  [can be computed]"


def _facts(entry: Indicator) -> Iterator[str]:
    """What to know of an indicator before asking for it."""
    yield entry.question
    needed = ", ".join(entry.tables) or f"any of {', '.join(entry.optional_tables)}"
    yield f"Unit: {entry.unit}. Tables: {needed}."
    for option in entry.options.values():
        yield f"--set {option.name}=...  {option.meaning}"
