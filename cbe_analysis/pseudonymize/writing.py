"""A table's rows as a file: CSV or Parquet, written as the rows come, with nothing in it but them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

from cbe_analysis.disk import own_file
from cbe_analysis.load import cells
from cbe_analysis.pseudonymize.fates import Fate
from cbe_analysis.tables.quoting import identifier, literal

_STRUCTURE = '[",\\r\\n]'


def line(columns: Sequence[Fate]) -> str:
    """SQL for a row as a line of CSV, with its end; texts that hold a comma, a quotation mark or a line end quoted."""
    found = []
    for fate in columns:
        text = cells.as_text(fate.column, cells.STORED[fate.type])
        if cells.STORED[fate.type] == "VARCHAR":
            quoted = f"'\"' || replace({identifier(fate.column)}, '\"', '\"\"') || '\"'"
            wild = f"regexp_matches({identifier(fate.column)}, {literal(_STRUCTURE)})"
            text = f"CASE WHEN {wild} THEN {quoted} ELSE {text} END"
        found.append(text)
    return f"concat({', chr(44), '.join(found)}, chr(10)) AS line"


def write_csv(file: Path, columns: Sequence[Fate], parts: Iterable[pa.RecordBatchReader]) -> None:
    """Write lines, one part after the other, under one header.

    Parameters
    ----------
    parts
        One column, as `line` makes it.
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerow([fate.column for fate in columns])
    with own_file(file) as stream:
        stream.write(text.getvalue().encode())
        for part in parts:
            for batch in part:
                stream.write(_text(batch.column(0)))


def write_parquet(file: Path, columns: Sequence[Fate], parts: Iterable[pa.RecordBatchReader]) -> None:
    """Write rows, one part after the other."""
    recurring = [fate.column for fate in columns if fate.what != "numbered"]  # no list of values for what is new
    with own_file(file) as stream, ExitStack() as stack:
        writer: parquet.ParquetWriter | None = None
        for part in parts:
            if writer is None:
                how = {"compression": "zstd", "use_dictionary": recurring, "store_schema": False}
                writer = stack.enter_context(parquet.ParquetWriter(stream, part.schema, **how))
            for batch in part:
                writer.write_batch(batch)


def _text(lines: pa.Array) -> memoryview:
    """The texts of a column without gaps, as Arrow keeps them: one after the other."""
    kind = pa.int64() if pa.types.is_large_string(lines.type) else pa.int32()
    _, places, text = lines.buffers()
    begins = pa.Array.from_buffers(kind, lines.offset + len(lines) + 1, [None, places])
    return memoryview(text)[begins[lines.offset].as_py() : begins[lines.offset + len(lines)].as_py()]
