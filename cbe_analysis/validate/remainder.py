"""A table's files without some of their rows: the others stay as they are, byte for byte in CSV."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from cbe_analysis.disk import OWN_FILE, OWN_FOLDER
from cbe_analysis.errors import UnreadableData
from cbe_analysis.load.folder import Files
from cbe_analysis.load.header import SAVE

if TYPE_CHECKING:
    import pyarrow as pa

Rows = np.ndarray[Any, np.dtype[np.int64]]

_CHUNK = 1 << 20
_BATCH = 1 << 18  # rows of Parquet in memory at once
_QUOTED = re.compile(rb' *+"(?:[^"]|"")*+("?)')  # a field in quotation marks, and whether they are closed


def write_remainder(files: Files, without: Rows, total: int, folder: Path) -> None:
    """Write a table's files into a folder, under their own names; a file that is there gives way in one step.

    Parameters
    ----------
    without
        Numbers of the rows left out, ascending; the first row under the header is 1.
    total
        How many rows the table has.

    Raises
    ------
    UnreadableData
        When the rows cannot be told apart, or cannot be written again as what they are.
    """
    place = folder / files.shown if files.shown.endswith("/") else folder
    place.mkdir(mode=OWN_FOLDER, exist_ok=True)
    passed = 0
    for path in files.paths:
        beside = place / f".{path.name}.new"
        if not without.size:
            shutil.copyfile(path, beside)
        elif files.format == "csv":
            passed += _csv(path, beside, without)
        else:
            passed += _parquet(path, beside, without - passed)
        beside.chmod(OWN_FILE)
        os.replace(beside, place / path.name)
    if without.size and passed != total:
        raise UnreadableData("the rows cannot be told apart", files.shown, f"{SAVE}, and run the command again")


def _csv(path: Path, target: Path, without: Rows) -> int:
    """Write the records but for some; the number of rows that were passed."""
    with path.open("rb") as source, target.open("wb") as kept:
        found = records(source)
        header = next(found)
        kept.write(header)
        left_out = iter(without.tolist())
        following, number = next(left_out, 0), 0
        for record in found:
            if record.isspace() and b"," in header:  # an empty line is no row, unless a row has one cell
                continue
            number += 1
            if number == following:
                following = next(left_out, 0)
            else:
                kept.write(record)
    return number


def records(stream: IO[bytes]) -> Iterator[bytes]:
    """The records of a CSV file with their line ends; a line end in quotation marks ends no record."""
    held = b""
    for line in _lines(stream):
        record = held + line if held else line
        if b'"' in record and _is_open(record):
            held = record
        else:
            held = b""
            yield record
    if held:
        yield held


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines with their ends; in a file of the old Macintosh, a carriage return alone is one."""
    start = stream.read(_CHUNK)
    stream.seek(0)
    if b"\n" in start or b"\r" not in start:
        yield from stream
        return
    rest = b""
    while chunk := stream.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\r")
        yield from (line + b"\r" for line in whole)
    if rest:
        yield rest


def _is_open(record: bytes) -> bool:
    """Whether the record ends within quotation marks; they count at the beginning of a field alone."""
    at = 0
    while at >= 0:
        field = _QUOTED.match(record, at)
        if field and not field[1]:
            return True
        comma = record.find(b",", field.end() if field else at)
        at = comma + 1 if comma >= 0 else -1
    return False


def _parquet(path: Path, target: Path, without: Rows) -> int:
    """Write the rows but for some, with the file's own columns and types; the number of rows that were passed."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    number = 0
    try:
        with parquet.ParquetFile(path) as source:
            schema = source.schema_arrow
            with parquet.ParquetWriter(target, schema, compression=_packing(source)) as kept:
                for batch in source.iter_batches(_BATCH):
                    kept.write_table(pa.Table.from_batches([_sifted(batch, without - number)], schema))
                    number += batch.num_rows
    except pa.ArrowException:  # its message may show a value
        raise UnreadableData(
            "the file cannot be written again as it is", path.name, "export the table as CSV UTF-8"
        ) from None
    return number


def _sifted(batch: pa.RecordBatch, without: Rows) -> pa.RecordBatch:
    """The batch without some of its rows, counted from 1; numbers beyond it are of no matter."""
    import pyarrow as pa

    here = without[np.searchsorted(without, 1) : np.searchsorted(without, batch.num_rows, side="right")]
    stays = np.ones(batch.num_rows, dtype=bool)
    stays[here - 1] = False
    return batch.filter(pa.array(stays))


def _packing(source: Any) -> dict[str, str] | str:
    """How each column of a Parquet file is compressed."""
    if not source.metadata.num_row_groups:
        return "snappy"
    group = source.metadata.row_group(0)
    columns = [group.column(at) for at in range(source.metadata.num_columns)]
    return {c.path_in_schema: str(c.compression).lower().replace("uncompressed", "none") for c in columns}
