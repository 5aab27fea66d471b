"""A district's own DuckDB: in memory, without network, able to read the district's folder and no other file."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cbe_analysis.disk import own_folder
from cbe_analysis.tables.quoting import listed, unpatterned

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_THREADS = 8
MOST_MEMORY = 4 << 30  # bytes; less where DuckDB takes less of itself, which is four fifths of the memory there is
_USUAL = "SELECT current_setting('enable_progress_bar'), parse_formatted_bytes(current_setting('memory_limit'))"


def connect(folder: Path) -> DuckDBPyConnection:
    """A new in-memory database that may read below this folder.

    What does not fit in memory, of which it takes no more than its share, goes to a private temporary folder for as
    long as the connection is open.
    """
    import duckdb

    settings: dict[str, Any] = {
        "threads": min(MOST_THREADS, os.cpu_count() or 1),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": _spill_folder(),
    }
    connection = duckdb.connect(":memory:", config=settings)
    [(bar, memory)] = connection.execute(_USUAL).fetchall()
    for statement in (
        f"SET memory_limit = '{min(memory, MOST_MEMORY)}B'",
        *(["SET enable_progress_bar = false"] if bar else []),  # Jupyter without ipywidgets refuses even "off"
        "SET TimeZone = 'UTC'",
        f"SET allowed_directories = [{listed([str(folder), unpatterned(folder)])}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    return connection


def _spill_folder() -> str:
    """A new name below a folder that this user alone can read; empty text, which keeps all in memory, without one.

    DuckDB makes the folder when it first needs it and removes it with the connection.
    """
    try:
        return str(_private_folder(os.getpid()) / secrets.token_hex(8))
    except OSError:
        return ""


@cache
def _private_folder(process: int) -> Path:
    """One private folder for each process: a forked child makes one of its own."""
    return own_folder()
