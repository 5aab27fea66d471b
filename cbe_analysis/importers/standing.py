"""What stands in a district's folder before an import: each table's rows, by the source that gave them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.importers import joining
from cbe_analysis.importers.places import real
from cbe_analysis.importers.reading import read_rows
from cbe_analysis.importers.record import BY_HAND, Record, lost, part_file, read_record
from cbe_analysis.load.folder import Files
from cbe_analysis.load.header import csv_header
from cbe_analysis.tables import TABLES


@dataclass(frozen=True, slots=True)
class Standing:
    """A district's folder as it stands.

    Parameters
    ----------
    files
        Table -> its CSV file.
    record
        What earlier imports left.
    """

    folder: Path
    files: Mapping[str, Path]
    record: Record

    def rows(self, table: str) -> pd.DataFrame:
        """The rows of a table as text, with every column of its key; none where there is no file."""
        file = self.files.get(table)
        if file is None:
            return joining.empty(table)
        if file.suffix.lower() != ".csv":
            raise UsageError(
                f"table '{table}' stands there as Parquet, which no import changes",
                file.name,
                "choose a new folder, or write the table as CSV first",
            )
        header = csv_header(Files(table, "csv", (file,), file.name))
        frame = _cells(file)
        frame.columns = list(header.columns)
        rows = joining.keyed(table, frame)
        twice = int(joining.repeated(table, rows).sum())
        if twice:
            raise UnreadableData(
                f"{twice} rows have the key of a row before them ({', '.join(TABLES[table].key)})",
                file.name,
                "mend the file; cbe validate lists them",
            )
        return rows

    def parts(self, table: str) -> Parts:
        """The rows of a table by source, what was changed by hand since the last import among them."""
        told = self.record.tables.get(table)
        if told is None:
            rows = self.rows(table)
            return Parts({BY_HAND: rows} if len(rows) else {})
        parts = {source: self._part(table, source) for source in told.sources}
        file = self.files.get(table)
        if file is not None and file.is_file() and _digest(file) == told.digest:
            return Parts(parts)
        return _with_changes(table, parts, self.rows(table))

    def _part(self, table: str, source: str) -> pd.DataFrame:
        name = part_file(table, source)
        file = self.folder / name
        if not file.is_file():
            raise lost(name)
        return joining.keyed(table, _cells(file))


@dataclass(frozen=True, slots=True)
class Parts:
    """The rows of a table by source, the one that counts most first.

    Parameters
    ----------
    by_hand
        Rows changed or added by hand since the last import; they are a source like the others, before them.
    brought_back
        Rows that somebody took out of the file and that the next import writes again.
    """

    of: Mapping[str, pd.DataFrame] = field(repr=False)
    by_hand: int = 0
    brought_back: int = 0


def standing(folder: Path) -> Standing:
    """The folder as it stands; it need not be there, or be complete."""
    if not folder.is_dir():
        return Standing(folder, {}, Record())
    found: dict[str, Path] = {}
    for entry in sorted(folder.iterdir()):
        table = entry.stem.lower()
        tabular = entry.suffix.lower() in (".csv", ".parquet") or (entry.is_dir() and not entry.suffix)
        if table not in TABLES or not tabular:
            continue
        if not real(entry).is_relative_to(real(folder)):
            raise UnreadableData(
                "this is a link that leads out of the data folder", entry.name, "put the file itself into the folder"
            )
        if table in found:
            raise UnreadableData(
                f"table '{table}' is there more than once", f"{found[table].name}, {entry.name}", "keep one of them"
            )
        found[table] = entry
    return Standing(folder, found, read_record(folder))


def _cells(file: Path) -> pd.DataFrame:
    """Every cell of one of our files as it stands."""
    return read_rows(file).frame.reset_index(drop=True)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _with_changes(table: str, parts: Mapping[str, pd.DataFrame], rows: pd.DataFrame) -> Parts:
    """The parts after somebody changed the file that was written of them."""
    key = list(TABLES[table].key)
    written = joining.folded(table, list(parts.values()))
    columns = [str(name) for name in {**dict.fromkeys(written.columns), **dict.fromkeys(rows.columns)}]
    before = written.reindex(columns=columns, fill_value="")
    now = rows.reindex(columns=columns, fill_value="")
    known = now[key].merge(before, on=key, how="left").set_axis(now.index)
    others = [name for name in columns if name not in key]
    new = known[others].isna().all(axis=1) if others else ~now[key].isin(before[key]).all(axis=1)
    changed = new | now[others].ne(known[others]).any(axis=1)
    cells = now[changed].assign(**{name: now[name].where(now[name].ne(known[name]), "")[changed] for name in others})
    gone = len(before) - int((~new).sum())
    by_hand = joining.folded(table, [cells, parts.get(BY_HAND, joining.empty(table))])
    imported = {source: part for source, part in parts.items() if source != BY_HAND}
    return Parts({**({BY_HAND: by_hand} if len(by_hand) else {}), **imported}, len(cells), gone)
