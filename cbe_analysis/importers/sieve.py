"""Records on their way to rows: those left out are counted, each under one reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from cbe_analysis.importers.account import LeftOut, Remark, Tally
from cbe_analysis.load.cells import PATTERNS


@dataclass(slots=True)
class Sieve:
    """The records that may still become rows of a table.

    Parameters
    ----------
    table
        The canonical table.
    rows
        The records still in.
    read
        Records that the sieve began with.
    reasons
        Why records were left out -> how many.
    remarks
        What was found on the way.
    """

    table: str
    rows: pd.DataFrame = field(repr=False)
    read: int
    reasons: dict[str, int] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def leave_out(self, which: pd.Series, why: str) -> None:
        """Take the records out for which `which` is true."""
        self.count(int(which.sum()), why)
        self.rows = self.rows[~which]

    def count(self, records: int, why: str) -> None:
        """Note records that were left out elsewhere, among those read."""
        if records:
            self.reasons[why] = self.reasons.get(why, 0) + records

    def remark(self, count: int, says: str) -> None:
        """Note something about the records, when there are any."""
        if count:
            self.remarks.append(Remark(int(count), says))

    def number(self, column: str) -> None:
        """Empty the cells of a column that are not numbers, with a remark."""
        cells = self.rows[column]
        odd = cells.ne("") & ~is_number(cells)
        self.remark(int(odd.sum()), f"cells of '{column}' that are no number, read as unknown")
        self.rows = self.rows.assign(**{column: cells.mask(odd, "")})

    def tally(self) -> Tally:
        """The account; what is still in was written."""
        left_out = tuple(LeftOut(records, why) for why, records in self.reasons.items())
        return Tally(self.table, self.read, len(self.rows), left_out)


def is_number(cells: pd.Series) -> pd.Series:
    """True where the text is a number as the canonical tables write it."""
    return cells.str.fullmatch(PATTERNS["number"])


def merged(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    """The remarks with the counts of like ones added, in order of first appearance."""
    counts: dict[str, int] = {}
    for remark in remarks:
        counts[remark.says] = counts.get(remark.says, 0) + remark.count
    return tuple(Remark(count, says) for says, count in counts.items())
