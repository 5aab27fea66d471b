"""Fingerprints: what the data were, in a form that confirms no guess about them."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis import disk
from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.load import cells, internal
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.declare import Type
from cbe_analysis.tables.quoting import identifier, literal

if TYPE_CHECKING:
    from cbe_analysis.load.reader import Reader

KEY_FILE = "CBE_KEY_FILE"
KEY_BYTES = 32
_ROW = "row_hash"


class Fingerprint:
    """A keyed hash over tables; the order of rows, columns and tables, and the format of files, leave it unchanged."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._tables: dict[str, bytes] = {}

    def add(self, reader: Reader, table: str, rows: str, columns: Iterable[tuple[str, Type]]) -> None:
        """Take in a table.

        Parameters
        ----------
        rows
            SQL for the typed rows.
        columns
            Names and types of the columns that count.
        """
        named = tuple(sorted(columns))
        asked = (table, rows, named)
        if asked not in reader.digests:
            reader.digests[asked] = _digest(reader, *asked)
        self._tables[table] = reader.digests[asked]

    def read(self, reader: Reader, table: str, columns: Sequence[str] | None, rows: str | None = None) -> None:
        """Take in what was read of a table; of a derived one the tables that its rows follow from, and the rule.

        Parameters
        ----------
        columns
            None: all.
        rows
            SQL for the typed rows; None: all of the table.
        """
        made = reader.derivation(table)
        if made:
            for source, own in made.reads.items():
                types = [(name, TABLES[source][name].type) for name in own]
                self.add(reader, f"{made.says}: {source}", reader.filed(source, own), types)
            return
        there = reader.types(table)
        known = {c.name: c.type for c in TABLES[table].columns} | there if table in TABLES else {}
        wanted = list(columns) if columns is not None else list(there)
        self.add(reader, table, rows or reader.typed(table, wanted), [(name, known[name]) for name in wanted])

    def hexadecimal(self) -> str:
        """The fingerprint, 64 hexadecimal digits."""
        whole = b"".join(self._tables[name] for name in sorted(self._tables))
        return hmac.new(self._key, whole, hashlib.sha256).hexdigest()


def _digest(reader: Reader, table: str, rows: str, named: Sequence[tuple[str, Type]]) -> bytes:
    """A hash over the table's name, its columns, and the rows, each as often as it is there, in whichever order.

    Every row gives one md5 of its texts. Their upper and their lower halves are summed, without any overflow, and the
    rows counted: nothing has to be sorted, and a row that is there twice does not undo itself.
    """
    row = f"md5_number(concat({', '.join(_cells(named)) or literal('')}))"
    upper = f"sum(({_ROW} >> 64)::UBIGINT)"
    lower = f"sum(({_ROW} & {2**64 - 1}::UHUGEINT)::UBIGINT)"
    sums = f"SELECT count(*), {upper}, {lower} FROM (SELECT {row} AS {_ROW} FROM ({rows}))"
    [found] = reader.rows(sums)
    told = [table, [name for name, _ in named], [str(number) for number in found]]
    return hashlib.sha256(json.dumps(told).encode()).digest()


def _cells(named: Iterable[tuple[str, Type]]) -> Iterator[str]:
    """SQL for the parts of a row's text, from which its cells can be told.

    A colon stands between cells. A text, which may hold one itself, has its length before it; an unknown cell is empty.
    """
    for position, (name, kind) in enumerate(named):
        text = cells.plain(identifier(name), kind)
        yield from ["':'"] if position else []
        yield from [f"length({text})", "':'"] if cells.STORED[kind] == "VARCHAR" else []
        yield text


def key_file() -> Path:
    """Where the key is kept: CBE_KEY_FILE, else beside what runs keep internally, else reports/internal/key."""
    told = os.environ.get(KEY_FILE)
    return Path(told) if told else internal.place() / "key"


def read_key(file: Path) -> bytes:
    """The key of fingerprints, made at random when there is none yet.

    Raises
    ------
    UnreadableData
        When the file holds anything but a key.
    UsageError
        When it can be neither read nor made.
    """
    try:
        if not file.exists():
            _make(file)
        key = file.read_bytes()
    except OSError as e:
        raise UsageError(
            f"the key of fingerprints cannot be kept: {e.strerror}",
            str(file),
            f"set {KEY_FILE} to a file that you may write",
        ) from None
    if len(key) != KEY_BYTES:
        raise UnreadableData(
            "the key of fingerprints is damaged", str(file), "restore it, or delete it: fingerprints then change"
        )
    return key


def _make(file: Path) -> None:
    """Put a new key in place, whole and readable by this user alone; one that another process made first stays."""
    if file.parent == internal.place():
        internal.opened()
    else:
        file.parent.mkdir(mode=disk.OWN_FOLDER, parents=True, exist_ok=True)
    with _beside(file) as made:
        try:
            os.link(made, file)
        except FileExistsError:
            return
        except OSError:  # a file system without links
            os.replace(made, file)


@contextlib.contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A file with a new key next to where it will stand, gone afterwards."""
    made = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, disk.OWN_FILE)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        yield made
    finally:
        made.unlink(missing_ok=True)
