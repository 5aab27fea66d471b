"""Whether a CSV file can be read to its end, and where not: rows are named by number, never shown."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis.errors import UnreadableData
from cbe_analysis.load.folder import Files, reading
from cbe_analysis.load.header import SAVE, Header, check_bytes, undecodable
from cbe_analysis.tables.quoting import identifier

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_CHUNK = 1 << 22
_MOST_NAMED = 5
_FAULTS = {
    "MISSING COLUMNS": "fewer fields than the header",
    "TOO MANY COLUMNS": "more fields than the header",
    "UNQUOTED VALUE": "a quotation mark that is not closed, or not doubled",
    "LINE SIZE OVER MAXIMUM": "more than two million characters",
    "INVALID ENCODING": "bytes that are not UTF-8 text",
    "INVALID STATE": "fields that cannot be told apart",
}
_MEND = "mend these rows in the export: fields that hold commas, quotation marks or line breaks must be quoted"


def check_csv(files: Files, scan: str, header: Header, connection: DuckDBPyConnection) -> None:
    """Read the whole file once.

    Raises
    ------
    UnreadableData
        When it is not UTF-8 text throughout, or a row does not have the fields of the header.
    """
    import duckdb

    check_text(files.paths[0])
    cursor = connection.cursor()  # its own temporary tables, for the list of rejected rows
    counts = ", ".join(f"count({identifier(name)})" for name in header.columns.values())
    listing = f"{scan[:-1]}, store_rejects = true, rejects_limit = {_MOST_NAMED})"
    try:
        cursor.sql(f"SELECT {counts} FROM {listing}").fetchall()
        rejected = cursor.sql("SELECT line, error_type::VARCHAR FROM reject_errors ORDER BY line").fetchall()
    except duckdb.Error:  # its message shows the row
        raise UnreadableData(
            "the rows cannot be told apart", files.shown, f"{SAVE}: line ends of one kind, quotation marks in pairs"
        ) from None
    finally:
        cursor.close()
    if rejected:
        raise UnreadableData(_faults(rejected), files.shown, _MEND)


def check_text(file: Path) -> None:
    """Refuse a file that holds NUL bytes or anything that is not UTF-8, wherever it stands.

    Raises
    ------
    UnreadableData
        With the number of the line.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    lines = 1
    offset = 0
    for chunk in _chunks(file):
        check_bytes(chunk, file, offset)
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as e:
            raise undecodable(file, lines + e.object[: e.start].count(b"\n")) from None
        lines += chunk.count(b"\n")
        offset += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise undecodable(file, lines) from None


def _chunks(file: Path) -> Iterator[bytes]:
    with reading(file) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _faults(rejected: list[tuple[int, str]]) -> str:
    """The faults by kind, with the numbers of their rows; the first row under the header is 1."""
    rows: dict[str, list[str]] = {}
    for line, kind in rejected:
        words = _FAULTS.get(kind, "fields that cannot be told apart")
        rows.setdefault(words, []).append(f"{line - 1:,}")
    told = [f"row{'s' if len(set(n)) > 1 else ''} {', '.join(dict.fromkeys(n))}: {words}" for words, n in rows.items()]
    more = " (and perhaps more)" if len(rejected) >= _MOST_NAMED else ""
    return "; ".join(told) + more
