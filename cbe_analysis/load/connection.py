"""A district's own DuckDB: in memory, without network, able to read the district's folder and no other file."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cbe_analysis.load.quoting import listed, unpatterned

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_THREADS = 8


def connect(folder: Path) -> DuckDBPyConnection:
    """A new in-memory database that may read below this folder.

    What does not fit in memory goes to a private temporary folder, which is removed with the connection.
    """
    import duckdb

    spill = _private_folder()
    settings: dict[str, Any] = {
        "threads": min(MOST_THREADS, os.cpu_count() or 1),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": spill,
    }
    connection = duckdb.connect(":memory:", config=settings)
    if spill:
        weakref.finalize(connection, shutil.rmtree, spill, ignore_errors=True)
    [(bar,)] = connection.execute("SELECT current_setting('enable_progress_bar')").fetchall()
    for statement in (
        *(["SET enable_progress_bar = false"] if bar else []),  # Jupyter without ipywidgets refuses even "off"
        "SET TimeZone = 'UTC'",
        f"SET allowed_directories = [{listed([str(folder), unpatterned(folder)])}]",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    return connection


def _private_folder() -> str:
    """A new folder that this user alone can read; empty text, which keeps all in memory, where none can be made."""
    try:
        return tempfile.mkdtemp(prefix="cbe-")
    except OSError:
        return ""
