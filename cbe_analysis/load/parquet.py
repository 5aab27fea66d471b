"""Parquet files: their columns, and whether they can be read to their end."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cbe_analysis.errors import UnreadableData
from cbe_analysis.load.folder import Files, reading
from cbe_analysis.load.header import Header, named
from cbe_analysis.tables.quoting import identifier, path

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_UNPACKED = 1 << 30  # bytes; below it a file may be packed as tightly as it likes
_MOST_PACKED = 200  # times that a larger one may be packed
_MOST_ROWS = 2_000_000_000
_WRITE_AGAIN = "write the file again, or export the table as CSV UTF-8"


def scan(files: Files) -> str:
    """SQL that reads the parts in order, with columns matched by name."""
    return f"read_parquet([{', '.join(path(part) for part in files.paths)}], union_by_name = true)"


def header(files: Files, connection: DuckDBPyConnection) -> Header:
    """The columns and types of a table's Parquet parts.

    Raises
    ------
    UnreadableData
        When a part is not Parquet, is packed like a bomb, or has other columns than the first; when a column holds
        lists, records or bytes.
    """
    first = _names(files.paths[0], connection)
    columns = named(first, files)
    rows = sum(_rows(part, connection) for part in files.paths)
    for part in files.paths[1:]:
        if set(_names(part, connection)) != set(first):
            raise UnreadableData(
                f"{part.name} has other columns than {files.paths[0].name}",
                files.shown,
                "write all parts with the same columns",
            )
    described = dict(
        _ask(f"SELECT column_name, column_type FROM (DESCRIBE FROM {scan(files)})", files.paths[0], connection)
    )
    stored = {column: str(described[name]) for column, name in columns.items()}
    _check_flat(files, list(stored), list(stored.values()))
    return Header(columns, stored, rows > 0)


def check(files: Files, scanned: str, head: Header, connection: DuckDBPyConnection) -> None:
    """Read every cell once.

    Raises
    ------
    UnreadableData
        When the file is damaged, or text in it holds a NUL character.
    """
    texts = [identifier(head.columns[name]) for name, kind in head.stored.items() if kind == "VARCHAR"]
    others = [identifier(head.columns[name]) for name, kind in head.stored.items() if kind != "VARCHAR"]
    faults = [f"coalesce(bool_or(contains({cell}, chr(0))), false)" for cell in texts]
    reads = [f"max(hash({cell}))" for cell in others]
    [answers] = _ask(f"SELECT {', '.join([*faults, *reads])} FROM {scanned}", files.paths[0], connection)
    if any(answers[: len(faults)]):
        raise UnreadableData("text holds a NUL character", files.shown, _WRITE_AGAIN)


def _names(part: Path, connection: DuckDBPyConnection) -> list[str]:
    """The names of the top columns, as the part's own header has them."""
    if _size(part) == 0:
        raise UnreadableData("the file is empty", part.name, "export it again")
    found = _ask(f"SELECT name, num_children FROM parquet_schema({path(part)})", part, connection)
    names, skip = [], 0
    for name, children in found[1:]:  # the first element is the whole
        if skip:
            skip -= 1
        else:
            names.append(str(name))
        skip += children or 0
    return names


def _rows(part: Path, connection: DuckDBPyConnection) -> int:
    """The number of rows; a part that would unpack beyond all measure is refused."""
    [(rows,)] = _ask(f"SELECT num_rows FROM parquet_file_metadata({path(part)})", part, connection)
    sizes = f"SELECT coalesce(sum(total_uncompressed_size), 0) FROM parquet_metadata({path(part)})"
    [(unpacked,)] = _ask(sizes, part, connection)
    if rows > _MOST_ROWS or unpacked > max(_MOST_UNPACKED, _MOST_PACKED * _size(part)):
        raise UnreadableData("the file would unpack to far more than a district holds", part.name, _WRITE_AGAIN)
    return int(rows)


def _size(part: Path) -> int:
    with reading(part) as stream:
        return stream.seek(0, io.SEEK_END)


def _check_flat(files: Files, names: Sequence[str], kinds: Sequence[str]) -> None:
    for position, (name, kind) in enumerate(zip(names, kinds, strict=True), start=1):
        if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION", "BLOB", "VARIANT")):
            raise UnreadableData(
                f"column {position} '{name}' holds {'bytes' if kind == 'BLOB' else 'lists or records'}",
                files.shown,
                "write it as text, numbers, dates or true/false",
            )


def _ask(sql: str, part: Path, connection: DuckDBPyConnection) -> list[Any]:
    import duckdb

    try:
        return connection.sql(sql).fetchall()
    except duckdb.Error:  # its message may show a value
        raise UnreadableData("the file cannot be read as Parquet, or is damaged", part.name, _WRITE_AGAIN) from None
