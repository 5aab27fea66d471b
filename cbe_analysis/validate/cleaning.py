"""A cleaned copy of a district, and beside it the rows that had to go, each with its reason: nothing is lost."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cbe_analysis.disk import OWN_FILE, OWN_FOLDER, whole_folder
from cbe_analysis.errors import CriticalFindings, UsageError
from cbe_analysis.load import District, load
from cbe_analysis.load.folder import Files, look
from cbe_analysis.policy.settings import FILE as POLICY_FILE
from cbe_analysis.tables import TABLES
from cbe_analysis.validate.inspection import Progress, validate
from cbe_analysis.validate.rejection import rejected, write_rejected
from cbe_analysis.validate.remainder import Rows, write_remainder

if TYPE_CHECKING:
    import pandas as pd

CLEAN, REJECTED = "clean", "rejected"


@dataclass(frozen=True, slots=True)
class Sorted:
    """What became of the rows of a table: as many were kept and rejected as it had."""

    table: str
    rows: int
    kept: int
    rejected: int


@dataclass(frozen=True, slots=True)
class Quarantine:
    """A cleaned copy, and the rejected rows.

    Parameters
    ----------
    folder
        Holds `clean`, a district, and `rejected`, a CSV file for each table that lost rows. Internal.
    tables
        What became of the rows of every table.
    rounds
        How often rows were set aside: a row without its parent follows in the round after its parent.
    verdict
        What the validation of the clean copy says.
    """

    folder: Path
    tables: tuple[Sorted, ...]
    rounds: int
    verdict: str


def quarantine(district: District, out: Path, *, progress: Progress | None = None) -> Quarantine:
    """What became of every row of a validated district, after a copy of it was cleaned; the district is not touched.

    Rows with a critical finding are set aside, then those that are critical without them, until none is left. The
    folder appears whole or not at all, for this user alone; the same district gives the same bytes.

    Parameters
    ----------
    out
        A new or empty folder, neither in the district's folder nor around it.

    Raises
    ------
    UsageError
        When the folder is none of these, or cannot be written.
    CriticalFindings
        When no row would be left of a table that every district needs.
    UnreadableData
        When a table cannot be written again as it is, or its file changed meanwhile.
    """
    final = place(out, district.folder)
    with _growing(final, out) as beside:
        sieve = _Sieve(district, beside / CLEAN)
        verdict = sieve.clean(progress)
        (beside / REJECTED).mkdir(mode=OWN_FOLDER)
        for table, parts in sieve.gone.items():
            write_rejected(district, table, parts, beside / REJECTED / f"{table}.csv")
    return Quarantine(final, tuple(sieve.account()), sieve.rounds, verdict)


class _Sieve:
    """A copy of a district that loses rows, round by round."""

    def __init__(self, district: District, copy: Path) -> None:
        self.district, self.copy, self.rounds = district, copy, 0
        self.totals = {table: _rows(district, table) for table in district.files}
        self.standing: dict[str, Rows] = {}  # the numbers, in the district, of the rows still in the copy
        self.gone: dict[str, list[pd.DataFrame]] = {}

    def clean(self, progress: Progress | None) -> str:
        """Set rows aside until no finding is critical; the verdict on what is left."""
        self.copy.mkdir(mode=OWN_FOLDER)
        if (self.district.folder / POLICY_FILE).is_file():
            shutil.copyfile(self.district.folder / POLICY_FILE, self.copy / POLICY_FILE)
            (self.copy / POLICY_FILE).chmod(OWN_FILE)
        here, found = self.district, rejected(self.district)
        self._write(look(here.folder).tables, found)
        while found:
            here = validate(load(self.copy), progress=progress)
            found = rejected(here)
            self._write([files for files in look(self.copy).tables if files.table in found], found)
        assert here.findings is not None
        return here.findings.verdict()

    def account(self) -> Iterator[Sorted]:
        """What became of the rows of every table."""
        for table, rows in self.totals.items():
            kept = len(self.standing[table]) if table in self.standing else rows
            yield Sorted(table, rows, kept, sum(len(part) for part in self.gone.get(table, ())))

    def _write(self, tables: Iterable[Files], found: Mapping[str, pd.DataFrame]) -> None:
        """Write the tables into the copy without the rows found, and note these under their first numbers."""
        self.rounds += bool(found)
        for files in tables:
            table = files.table
            before = self.standing.get(table)
            total = self.totals[table] if before is None else len(before)
            out = found[table]["row_number"].to_numpy(dtype=np.int64) if table in found else np.array([], np.int64)
            if TABLES[table].required and len(out) == total:
                raise _nothing_left(table, self.rounds)
            write_remainder(files, out, total, self.copy)
            if len(out):
                before = np.arange(1, total + 1) if before is None else before
                self.standing[table] = np.delete(before, out - 1)
                part = found[table].assign(row_number=before[out - 1], round=self.rounds)
                self.gone.setdefault(table, []).append(part)


def _rows(district: District, table: str) -> int:
    [(rows,)] = district.sql("SELECT count(*) FROM raw", raw=district.raw(table)).fetchall()
    return int(rows)


def _nothing_left(table: str, rounds: int) -> CriticalFindings:
    cause = "each has a critical finding" if rounds == 1 else "none can stay without the rows set aside before"
    return CriticalFindings(
        f"no row of table '{table}' would be left: {cause}",
        remedy="the fault is in the whole export, not in some rows: mend it where the findings say",
    )


def place(out: Path, district: Path) -> Path:
    """The folder to be made for the quarantine of a district's folder, without links on the way.

    Raises
    ------
    UsageError
        When it is not new or empty, lies in the district's folder or around it, or cannot be made there.
    """
    final, district = Path(out).resolve(), district.resolve()
    if final.exists() and (not final.is_dir() or any(final.iterdir())):
        raise UsageError("the place for the quarantine is not a new or empty folder", str(out), "name a new folder")
    if final.is_relative_to(district) or district.is_relative_to(final):
        raise UsageError(
            "the quarantine would lie in the district's folder, or around it", str(out), "name a folder apart from it"
        )
    around = next(folder for folder in final.parents if folder.exists())
    if not around.is_dir() or not os.access(around, os.W_OK):
        raise UsageError("the quarantine cannot be written there", str(out), "name a folder that you may write to")
    return final


@contextmanager
def _growing(final: Path, out: Path) -> Iterator[Path]:
    """A folder that takes the place of the final one, still empty, when all went well, and is gone otherwise."""
    try:
        with whole_folder(final, own=True) as new:
            yield new
            if final.exists():
                final.rmdir()  # refuses what came into it meanwhile
    except OSError as e:
        raise UsageError(
            f"the quarantine cannot be written: {e.strerror}", str(out), "free space, or name another folder"
        ) from None
