"""Scores on external measures: the steps that every vendor's results go through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from cbe_analysis.importers.account import Remark, Summary
from cbe_analysis.importers.harvest import Harvest
from cbe_analysis.importers.roster import Roster
from cbe_analysis.importers.sieve import Sieve, is_number, merged

RESULT = ["student_id", "instrument", "subject", "date"]
_UNKNOWN_WORDS = ("not assessed", "not provided", "n/a", "na", "--", "-")


@dataclass(frozen=True, slots=True)
class Account:
    """What was read of a vendor's files, and noticed, before any result was looked at; `left` as in a Summary."""

    source: str
    records: int
    remarks: Sequence[Remark]
    left: Iterable[str]


def blank_words(cells: pd.Series) -> pd.Series:
    """The cells without the words that vendors write for a number that is not there."""
    return cells.mask(cells.str.casefold().isin(_UNKNOWN_WORDS), "")


def sift(results: pd.DataFrame, unreadable_date: pd.Series) -> Sieve:
    """The results that may become rows of `assessments`: those with a student, a day and a score.

    Parameters
    ----------
    results
        One row per record, text: `RESULT`, score, and any other columns.
    unreadable_date
        True where the date was not empty and yet no date.
    """
    sieve = Sieve("assessments", results.assign(score=blank_words(results["score"])), len(results))
    sieve.leave_out(results["student_id"].eq(""), "no student id")
    sieve.leave_out(unreadable_date.reindex(sieve.rows.index), "a date that cannot be read")
    sieve.leave_out(sieve.rows["date"].eq(""), "no date: not completed")
    sieve.leave_out(sieve.rows["score"].eq(""), "no score")
    sieve.leave_out(~is_number(sieve.rows["score"]), "a score that is no number")
    for column in ("std_error", "minutes"):
        if column in sieve.rows.columns:
            sieve.rows = sieve.rows.assign(**{column: blank_words(sieve.rows[column])})
            sieve.number(column)
    return sieve


def once_a_day(sieve: Sieve, latest_by: Sequence[str]) -> None:
    """Leave out tests that stand there twice, then all but the last test of a student, subject and day.

    Parameters
    ----------
    latest_by
        Columns that order the tests of one day, and that are equal where a test stands there twice.
    """
    same = [*RESULT, "score", *latest_by]
    sieve.leave_out(sieve.rows.duplicated(same), "the same test again")
    sieve.rows = sieve.rows.sort_values([*RESULT, *latest_by], kind="stable")
    earlier = sieve.rows.duplicated(RESULT, keep="last")
    sieve.leave_out(earlier, "an earlier test of the same day and subject")


def harvest(
    account: Account,
    sieve: Sieve,
    columns: Sequence[str],
    *,
    seen: Roster | None = None,
    beside: Sieve | None = None,
) -> Harvest:
    """The results as rows of `assessments`, with the students, schools and enrollments that the files show.

    Parameters
    ----------
    columns
        Those of the results to be written after `RESULT` and the score.
    seen
        None leaves the roster to another source.
    beside
        A further table of the same files.
    """
    key = [*RESULT, "official"] if "official" in columns else RESULT
    sieve.rows = sieve.rows[[*RESULT, "score", *columns]].sort_values(key, ignore_index=True)
    return of_sieves(account, [sieve, *([beside] if beside else [])], seen)


def of_sieves(account: Account, sieves: Sequence[Sieve], seen: Roster | None = None) -> Harvest:
    """The rows of each sieve as a table, and those of the roster."""
    tables = {sieve.table: sieve.rows for sieve in sieves if len(sieve.rows)}
    tallies = [sieve.tally() for sieve in sieves]
    remarks = [*account.remarks, *(remark for sieve in sieves for remark in sieve.remarks)]
    if seen:
        tables |= seen.tables
        tallies += seen.tallies
        remarks += seen.remarks
    summary = Summary(account.source, account.records, tuple(tallies), merged(remarks), tuple(account.left))
    return Harvest(tables, summary)


def vendor_word(text: pd.Series) -> pd.Series:
    """A vendor's word as an identifier: lower case, joined by underscores."""
    return text.str.casefold().str.replace(r"[^a-z0-9]+", "_", regex=True).str.strip("_")
