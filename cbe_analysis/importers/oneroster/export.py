"""A OneRoster export as frames: its files found, its faults put right or refused, each with a count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cbe_analysis.errors import UnreadableData
from cbe_analysis.importers.account import LeftOut, Remark
from cbe_analysis.importers.dates import DAY_FIRST, ISO, MONTH_FIRST, Order, decide, read_days
from cbe_analysis.importers.layout import recognise
from cbe_analysis.importers.oneroster.layouts import DATES, KNOWN_FILES, LAYOUTS, ONLY_NEWER
from cbe_analysis.importers.oneroster.manifest import read_manifest
from cbe_analysis.importers.reading import check_ids, read_rows
from cbe_analysis.importers.sieve import Sieve
from cbe_analysis.importers.unpacking import unpacked

ACTIVE = ("", "active")
_DATE_WORDS: Mapping[Order, str] = {DAY_FIRST: "day first", MONTH_FIRST: "month first"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """The active records of one file.

    Parameters
    ----------
    rows
        One row per record, under the names of the standard, dates as YYYY-MM-DD; its index counts the records from 1.
    records
        Records of the file.
    left_out
        Those that are not among the rows.
    there
        Columns that the file has.
    """

    rows: pd.DataFrame = field(repr=False)
    records: int = 0
    left_out: tuple[LeftOut, ...] = ()
    there: frozenset[str] = frozenset()

    def sieve(self, table: str) -> Sieve:
        """The rows on their way into a table, with those already left out."""
        sieve = Sieve(table, self.rows, self.records)
        for part in self.left_out:
            sieve.count(part.records, part.why)
        return sieve


@dataclass(frozen=True, slots=True)
class Export:
    """A whole export.

    Parameters
    ----------
    sheets
        File -> its records; every known file is there, empty where the export lacks it.
    found
        The files that the export has.
    """

    sheets: Mapping[str, Sheet] = field(repr=False)
    found: frozenset[str]
    remarks: tuple[Remark, ...]
    columns_left: tuple[str, ...]
    records: int
    version: str

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.sheets[name].rows


def read_export(source: Path, dates: Order | None = None) -> Export:
    """The export, its files read and its dates told apart.

    Parameters
    ----------
    dates
        The order of dates that are not ISO 8601, when the files cannot prove it.

    Raises
    ------
    UsageError, UnreadableData
        When there is nothing to read, only changes since an earlier export, or a file that cannot be read.
    """
    with unpacked(source, (".csv",)) as packed:
        files, remarks = _known(packed.files)
        manifest = read_manifest(files.get("manifest"), files)
        sheets, left = {}, []
        for name, layout in LAYOUTS.items():
            if name in files:
                rows = read_rows(files[name], ragged=True)
                seen = recognise(rows, layout)
                remarks += [*rows.remarks, *seen.remarks]
                left += [f"{name}.{column}" for column in seen.left]
                check_ids(seen.frame["sourcedId"], rows.file)
                sheets[name] = _active(Sheet(seen.frame, rows.records, rows.left_out, seen.there))
            else:
                columns = [known.name for known in layout.columns]
                sheets[name] = Sheet(pd.DataFrame({column: pd.Series(dtype="str") for column in columns}))
        remarks += _passed_over(packed.files, files)
    if not any(name in files for name in LAYOUTS):
        raise UnreadableData(
            "none of the files is one of OneRoster's", Path(source).name, f"name files such as {', '.join(_USUAL)}"
        )
    remarks = [*packed.remarks, *manifest.remarks, *remarks]
    version = manifest.version or ("1.2" if any(name in files for name in ONLY_NEWER) else "1.1")
    plain, told = _plain_dates(sheets, dates)
    found = frozenset(name for name in LAYOUTS if name in files)
    records = sum(sheet.records for sheet in sheets.values())
    return Export(plain, found, (*remarks, *told), tuple(left), records, version)


_USUAL = ("orgs.csv", "users.csv", "academicSessions.csv", "classes.csv", "enrollments.csv")


def _known(files: Sequence[Path]) -> tuple[dict[str, Path], list[Remark]]:
    """The files by the standard's names, whatever case they are written in."""
    known, odd = {}, 0
    for file in files:
        name = KNOWN_FILES.get(file.stem.strip().casefold())
        if name is None:
            continue
        if name in known:
            raise UnreadableData("the export holds this file twice", file.name, "keep the newer one")
        known[name] = file
        odd += file.name != f"{name}.csv"
    return known, [Remark(odd, "files named in another case than the standard's")] if odd else []


def _passed_over(files: Sequence[Path], known: Mapping[str, Path]) -> list[Remark]:
    """The files that are not read."""
    unread = [name for name in known if name not in LAYOUTS and name != "manifest"]
    foreign = len(files) - len(known)
    remarks = [Remark(1, f"file {name}.csv not read: nothing in it is analysed") for name in sorted(unread)]
    return [*remarks, *([Remark(foreign, "CSV files that are none of OneRoster's, not read")] if foreign else [])]


def _active(sheet: Sheet) -> Sheet:
    """The records that are in force, once each."""
    status = sheet.rows["status"].str.casefold()
    gone = ~status.isin(ACTIVE)
    rows = sheet.rows[~gone]
    nameless = rows["sourcedId"].eq("")
    rows = rows[~nameless]
    again = rows.duplicated("sourcedId")
    reasons = {
        "marked as to be deleted, or inactive": int(gone.sum()),
        "without sourcedId": int(nameless.sum()),
        "sourcedId of a record before it": int(again.sum()),
    }
    left_out = (*sheet.left_out, *(LeftOut(records, why) for why, records in reasons.items() if records))
    return Sheet(rows[~again], sheet.records, left_out, sheet.there)


def _plain_dates(sheets: Mapping[str, Sheet], order: Order | None) -> tuple[dict[str, Sheet], list[Remark]]:
    """The files with their dates as ISO 8601, and how those written otherwise were read.

    All dates that are not ISO 8601 are looked at together, as one program wrote them.
    """
    columns = {(name, column): sheets[name].rows[column] for name, names in DATES.items() for column in names}
    whole = pd.concat(columns.values(), keys=range(len(columns))) if columns else pd.Series(dtype="str")
    days = read_days(whole.rename("date"), ISO)
    others = whole.where(days.unreadable, "").rename("dates other than YYYY-MM-DD")
    remarks = []
    values, unreadable = days.values, days.unreadable
    if others.ne("").any():
        read = read_days(others, order) if order else decide(others, (DAY_FIRST, MONTH_FIRST), "all files")
        values = values.where(read.values.eq(""), read.values)
        unreadable = read.unreadable
        written = int(read.values.ne("").sum())
        if written:
            remarks.append(Remark(written, f"dates not written YYYY-MM-DD, read {_DATE_WORDS.get(read.order, 'so')}"))
    if unreadable.any():
        remarks.append(Remark(int(unreadable.sum()), "cells that are no date, read as unknown"))
    return _with_dates(sheets, list(columns), values), remarks


def _with_dates(sheets: Mapping[str, Sheet], columns: list[tuple[str, str]], values: pd.Series) -> dict[str, Sheet]:
    done = dict(sheets)
    for position, (name, column) in enumerate(columns):
        sheet = done[name]
        part = values.loc[position] if len(sheet.rows) else sheet.rows[column]
        done[name] = Sheet(sheet.rows.assign(**{column: part}), sheet.records, sheet.left_out, sheet.there)
    return done
