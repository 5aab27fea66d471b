"""An import on the command line: what is asked, and the account that is printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cbe_analysis.cli.pairs import pairs
from cbe_analysis.cli.watch import watching
from cbe_analysis.errors import UsageError, choices
from cbe_analysis.tables import TABLES


def bring(kind: str, source: Path | None, folder: Path | None, options: Sequence[str]) -> str:
    """The account of an import, with what to do next.

    Raises
    ------
    UsageError
        When the source or the folder is not named, or an option is not name=value.
    """
    from cbe_analysis.importers import importer

    chosen = pairs(options, "--set")
    importer(kind)
    if source is None or folder is None:
        raise UsageError(f"import {kind} needs an export and a folder", remedy="name both: cbe import KIND SOURCE DIR")
    from cbe_analysis.importers.merge import import_into

    with watching(f"importing {source}"):
        summary = import_into(kind, source, folder, **chosen)
    return f"{summary}\n\nWritten to {folder}. {_next(folder)}"


def drafted(kind: str, file: Path) -> str:
    """The draft of a mapping for a file.

    Raises
    ------
    UsageError
        When the kind takes no mapping.
    """
    if kind != "mapping":
        raise UsageError("only a mapping is drafted", f"import {kind}", "write: cbe import mapping --draft FILE")
    from cbe_analysis.importers.mapping import draft

    return draft(file)


def _next(folder: Path) -> str:
    """What to do after an import."""
    there = {entry.stem.lower() for entry in folder.iterdir()}
    missing = [name for name, table in TABLES.items() if table.required and name not in there]
    if missing:
        return f"Not a district yet: import or add {choices(missing)}."
    return f"Next: cbe validate {folder}"
