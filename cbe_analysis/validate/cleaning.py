"""A cleaned copy of a district, and beside it the rows that had to go, each with its reason: nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cbe_analysis.disk import OWN_FILE, OWN_FOLDER
from cbe_analysis.errors import CriticalFindings
from cbe_analysis.load import District, load
from cbe_analysis.load.copies import growing, place
from cbe_analysis.load.folder import Files, look
from cbe_analysis.policy.settings import FILE as POLICY_FILE
from cbe_analysis.tables import TABLES
from cbe_analysis.validate.inspection import Progress, validate
from cbe_analysis.validate.rejection import rejected, write_rejected
from cbe_analysis.validate.remainder import Rows, write_remainder

if TYPE_CHECKING:
    import pandas as pd

WHAT, CLEAN, REJECTED = "quarantine", "clean", "rejected"


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
    final = place(out, district.folder, WHAT)
    with growing(final, out, WHAT) as beside:
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
