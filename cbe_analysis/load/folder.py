"""The files of a district's folder: which table is where, and what is not touched."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Literal

from cbe_analysis.errors import UnreadableData, choices
from cbe_analysis.policy.settings import FILE as POLICY_FILE
from cbe_analysis.tables import TABLES

Format = Literal["csv", "parquet", "derived"]


@dataclass(frozen=True, slots=True)
class Files:
    """The files that hold one table.

    Parameters
    ----------
    paths
        One CSV file, one Parquet file, or the parts of a folder of Parquet files by name; none where rows are derived.
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
        file is not a plain file inside the folder; when district.toml is there under another name.
    """
    root = _root(path)
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
    _check_policy_file(folder)
    return folder


@contextmanager
def reading(file: Path) -> Iterator[BufferedReader]:
    """The open file; whatever keeps it from being read is an error that names it.

    Raises
    ------
    UnreadableData
        When it cannot be opened, or not be read to its end.
    """
    try:
        with file.open("rb") as stream:
            yield stream
    except OSError as e:
        raise _unopened(file.name, e) from None


def stamps(files: Files) -> tuple[Stamp, ...]:
    """The stamps of a table's files, in their order."""
    return tuple(_stamp(path) for path in files.paths)


def _stamp(path: Path) -> Stamp:
    try:
        told = path.stat()
    except OSError:
        return Stamp(0, 0)
    return Stamp(told.st_size, told.st_mtime_ns)


def _root(path: Path) -> Path:
    """The folder itself, without links on the way."""
    try:
        if not path.exists():
            raise UnreadableData("there is no such folder", str(path), "check the path to the data folder")
        if not path.is_dir():
            raise UnreadableData("this is a file, not a folder", str(path), "name the folder that holds the tables")
        return path.resolve()
    except OSError as e:  # a name that is too long, a folder above that may not be entered
        raise UnreadableData(f"the folder cannot be found: {e.strerror}", str(path), "check the path to it") from None


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as e:
        raise UnreadableData(
            f"the folder cannot be opened: {e.strerror}", str(folder), "check its permissions"
        ) from None


def _unopened(name: str, error: OSError) -> UnreadableData:
    return UnreadableData(
        f"the file cannot be opened: {error.strerror}", name, "check that it is there and may be read"
    )


def _is_table(entry: Path) -> bool:
    """True for a CSV or Parquet file, or a folder, named after a table."""
    return entry.stem.lower() in TABLES and (entry.suffix.lower() in (".csv", ".parquet") or _is_folder(entry))


def _is_folder(entry: Path) -> bool:
    """True for a folder that may hold the parts of a table."""
    try:
        return not entry.suffix and entry.is_dir()
    except OSError as e:
        raise _unopened(entry.name, e) from None


def _files(table: str, entries: list[Path], root: Path) -> Files:
    if len(entries) > 1:
        names = choices(entry.name for entry in entries)
        raise UnreadableData(f"table '{table}' is there more than once", names, "keep one of them")
    entry = entries[0]
    _check_inside(entry, root)
    if _is_folder(entry):
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
    try:
        place = entry.resolve()
    except (OSError, RuntimeError):  # RuntimeError up to Python 3.12; later versions leave it to the opening
        raise UnreadableData(
            "this is a link that leads to itself", entry.name, "put the file itself into the folder"
        ) from None
    if not place.is_relative_to(root):
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
        raise _unopened(entry.name, e) from None


def _check_policy_file(folder: Folder) -> None:
    """Refuse a district.toml in other letters or with a second ending, whose rules would silently not hold."""
    if (folder.path / POLICY_FILE).exists():
        return
    found = [name for name in folder.others if name.lower().startswith(POLICY_FILE)]
    if found:
        raise UnreadableData(
            f"{POLICY_FILE} is there under another name", found[0], f"name it {POLICY_FILE}, or take it away"
        )


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
