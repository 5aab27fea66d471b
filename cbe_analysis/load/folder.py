"""The files of a district's folder: which table is where, and what is not touched."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cbe_analysis.errors import UnreadableData, choices
from cbe_analysis.policy.settings import FILE as POLICY_FILE
from cbe_analysis.tables import TABLES

Format = Literal["csv", "parquet"]


@dataclass(frozen=True, slots=True)
class Files:
    """The files that hold one table.

    Parameters
    ----------
    paths
        One CSV file, one Parquet file, or the parts of a folder of Parquet files by name.
    shown
        The file, or the folder of parts, as messages name it.
    """

    table: str
    format: Format
    paths: tuple[Path, ...]
    shown: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """Size in bytes, and time of the last change in nanoseconds, of a file as it stands; zeros when it is gone."""

    size: int
    changed: int


@dataclass(frozen=True, slots=True)
class Folder:
    """A district's folder, looked through but not read.

    Parameters
    ----------
    tables
        The tables that are there, in the order of the declarations.
    others
        Names of the remaining files, which may be misspelt tables.
    """

    path: Path
    tables: tuple[Files, ...]
    others: tuple[str, ...]

    def hint(self, table: str) -> str:
        """What might be the missing table, as words to end a remedy with; empty where nothing looks like it."""
        from difflib import get_close_matches

        stems = {name: name.lower().partition(".")[0] for name in self.others}
        alike = get_close_matches(table, set(stems.values()), n=1, cutoff=0.8)
        found = sorted(name for name, stem in stems.items() if stem in alike)
        return f" ({found[0]} is there: is it meant?)" if found else ""


def look(path: Path) -> Folder:
    """The tables of the folder.

    Raises
    ------
    UnreadableData
        When there is no such folder; when a required table is missing, or a table stands there twice; when a table's
        file is not a plain file inside the folder.
    """
    if not path.exists():
        raise UnreadableData("there is no such folder", str(path), "check the path to the data folder")
    if not path.is_dir():
        raise UnreadableData("this is a file, not a folder", str(path), "name the folder that holds the tables")
    root = path.resolve()
    found: dict[str, list[Path]] = {}
    others = []
    for entry in _entries(root):
        if _is_table(entry):
            found.setdefault(entry.stem.lower(), []).append(entry)
        elif entry.name == POLICY_FILE:
            _check_plain(entry, root)
        else:
            others.append(entry.name)
    tables = tuple(_files(name, found[name], root) for name in TABLES if name in found)
    folder = Folder(root, tables, tuple(others))
    _check_required(folder)
    return folder


def stamps(files: Files) -> tuple[Stamp, ...]:
    """The stamps of a table's files, in their order."""
    return tuple(_stamp(path) for path in files.paths)


def _stamp(path: Path) -> Stamp:
    try:
        told = path.stat()
    except OSError:
        return Stamp(0, 0)
    return Stamp(told.st_size, told.st_mtime_ns)


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as e:
        raise UnreadableData(
            f"the folder cannot be opened: {e.strerror}", str(folder), "check its permissions"
        ) from None


def _is_table(entry: Path) -> bool:
    """True for a CSV or Parquet file, or a folder, named after a table."""
    named = entry.stem.lower() in TABLES
    return named and (entry.suffix.lower() in (".csv", ".parquet") or (not entry.suffix and entry.is_dir()))


def _files(table: str, entries: list[Path], root: Path) -> Files:
    if len(entries) > 1:
        names = choices(entry.name for entry in entries)
        raise UnreadableData(f"table '{table}' is there more than once", names, "keep one of them")
    entry = entries[0]
    _check_inside(entry, root)
    if entry.is_dir() and not entry.suffix:
        return Files(table, "parquet", _parts(entry, root), f"{entry.name}/")
    _check_plain(entry, root)
    return Files(table, "csv" if entry.suffix.lower() == ".csv" else "parquet", (entry,), entry.name)


def _parts(folder: Path, root: Path) -> tuple[Path, ...]:
    """The Parquet files of a table's folder; files that begin with a dot or an underscore are no parts."""
    parts = [entry for entry in _entries(folder) if not entry.name.startswith((".", "_"))]
    if not parts or any(part.suffix.lower() != ".parquet" for part in parts):
        raise UnreadableData(
            "the folder of a table must hold Parquet parts and nothing else",
            f"{folder.name}/",
            f"put only .parquet files there, or write the table as {folder.name}.csv",
        )
    for part in parts:
        _check_plain(part, root)
    return tuple(parts)


def _check_inside(entry: Path, root: Path) -> None:
    if not entry.resolve().is_relative_to(root):
        raise UnreadableData(
            "this is a link that leads out of the data folder", entry.name, "put the file itself into the folder"
        )


def _check_plain(entry: Path, root: Path) -> None:
    """Refuse links out of the folder, pipes, devices and what cannot be opened."""
    _check_inside(entry, root)
    try:
        mode = entry.stat().st_mode
        if not stat.S_ISREG(mode):
            raise UnreadableData("this is not a plain file", entry.name, "put a CSV or Parquet file in its place")
        with entry.open("rb"):
            pass
    except OSError as e:
        raise UnreadableData(
            f"the file cannot be opened: {e.strerror}", entry.name, "check that it is there and may be read"
        ) from None


def _check_required(folder: Folder) -> None:
    there = {files.table for files in folder.tables}
    missing = [name for name, table in TABLES.items() if table.required and name not in there]
    if missing:
        hints = "".join(folder.hint(name) for name in missing)
        raise UnreadableData(
            f"{_tables(missing)} missing", str(folder.path), f"add {_as_files(missing)} to the data folder{hints}"
        )


def _tables(names: list[str]) -> str:
    return f"table {names[0]} is" if len(names) == 1 else f"tables {', '.join(names)} are"


def _as_files(names: Iterable[str]) -> str:
    return ", ".join(f"{name}.csv" for name in names)
