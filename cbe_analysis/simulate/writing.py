"""A district's folder, written table by table as chunks come; it appears whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet

from cbe_analysis.disk import whole_folder
from cbe_analysis.errors import UsageError, choices
from cbe_analysis.importers.folder import POLICY_FILE
from cbe_analysis.simulate.district_file import FIRST_LINE
from cbe_analysis.tables import TABLES

Format = Literal["csv", "parquet"]
FORMATS = ("csv", "parquet")
OURS = ("district.toml", "truth.json", "faults.json")
NUMBERED = ("evidence_id", "work_id", "response_id", "external_id")  # no value comes twice, or hardly ever
QUOTED = ("targets", "programs", "survey_items", "cycles", "schools", "sections")  # tables with words


class Folder:
    """The files of a district as they grow.

    Parameters
    ----------
    path
        Where they grow, until all is done.
    form
        Of the tables that come in chunks; tables written at once are CSV, which people can open.
    """

    def __init__(self, path: Path, form: Format) -> None:
        self.path, self.form = path, form
        self._open: dict[str, Any] = {}

    def whole(self, name: str, rows: pa.Table) -> None:
        """Write a table that comes in one piece, as CSV."""
        self._add_csv(name, rows)

    def add(self, name: str, rows: pa.Table) -> None:
        """Write further rows of a table."""
        if self.form == "csv":
            self._add_csv(name, rows)
        else:
            self._add_parquet(name, rows)

    def text(self, name: str, text: str) -> None:
        """Write a file of text."""
        (self.path / name).write_text(text, encoding="utf-8", newline="\n")

    def close(self) -> None:
        """Finish the files."""
        for file in self._open.values():
            file.close()

    def _add_csv(self, name: str, rows: pa.Table) -> None:
        if name not in self._open:
            file = (self.path / f"{name}.csv").open("wb")
            self._open[name] = file
            file.write((",".join(rows.column_names) + "\n").encode())
        style = "needed" if name in QUOTED else "none"
        options = arrow_csv.WriteOptions(include_header=False, quoting_style=style)
        arrow_csv.write_csv(_plain(rows), self._open[name], write_options=options)

    def _add_parquet(self, name: str, rows: pa.Table) -> None:
        plain = _plain(rows)
        if name not in self._open:
            self._open[name] = _parquet(self.path / f"{name}.parquet", plain.schema)
        self._open[name].write_table(plain, row_group_size=max(plain.num_rows, 1))


def _parquet(file: Path, schema: pa.Schema) -> parquet.ParquetWriter:
    """A writer whose bytes hang on the rows alone."""
    numbered = [name for name in schema.names if name in NUMBERED]
    return parquet.ParquetWriter(
        file,
        schema,
        compression="zstd",
        compression_level=6,
        use_dictionary=[name for name in schema.names if name not in numbered],
        column_encoding=dict.fromkeys(numbered, "DELTA_BYTE_ARRAY") or None,
        write_statistics=False,
        store_schema=False,
    )


def _plain(rows: pa.Table) -> pa.Table:
    """The rows with text instead of codes."""
    columns = [c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in rows.columns]
    return pa.table(columns, names=rows.column_names)


@contextmanager
def growing(folder: Path, form: Format) -> Iterator[Folder]:
    """A folder to write into, put in place when all went well.

    Raises
    ------
    UsageError
        When the place holds anything but an earlier Riverbend, or cannot be written.
    """
    _refuse_foreign(folder)
    try:
        with whole_folder(folder) as new:
            growing_ = Folder(new, form)
            try:
                yield growing_
            finally:
                growing_.close()
    except OSError as error:
        raise UsageError(
            f"the folder cannot be written: {error.strerror}", str(folder), "choose a folder that you may write to"
        ) from None


def _refuse_foreign(folder: Path) -> None:
    """Stop before anything that somebody else put there is lost."""
    remedy = "choose a new folder"
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError("this is a file, not a folder", str(folder), remedy)
    ours = {*OURS, *(f"{name}.{form}" for name in TABLES for form in FORMATS)}
    others = [entry.name for entry in folder.iterdir() if entry.name not in ours]
    if others:
        raise UsageError(f"the folder holds other files: {choices(others, 5)}", str(folder), remedy)
    if any(folder.iterdir()) and not _is_riverbend(folder):
        raise UsageError("the folder holds another district", str(folder), remedy)


def _is_riverbend(folder: Path) -> bool:
    try:
        return (folder / POLICY_FILE).read_text(encoding="utf-8").startswith(FIRST_LINE)
    except (OSError, UnicodeDecodeError):
        return False
