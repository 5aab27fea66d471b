"""Canvas: the account report of outcome results, and the export of the learning mastery gradebook.

Outcome results become `evidence`. Of an assignment the outcome score counts, proficient as Canvas says. Of a quiz the
points of the rating count, as the outcome score is in points of the quiz. Rows of quiz questions are parts of one
rating: on them score and mastery speak of the question, so that mastery can be 0 beside "Exceeds", which speaks of the
whole outcome. They become one rating per student, quiz and outcome, proficient when the rating's points reach the
mastery score. The report names no rater.

The gradebook becomes `target_status`: it rolls ratings up and dates none, so the day must be told.

Students are known by their SIS id, where the export has any; else by Canvas's own.

References
----------
Instructure, Canvas LMS, account report "Outcome Results" (outcome_results_report.rb), and the export of the Learning
Mastery Gradebook.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cbe_analysis.errors import UnreadableData, UsageError, choices
from cbe_analysis.importers import canvas_gradebook, canvas_results
from cbe_analysis.importers.account import Remark, Summary
from cbe_analysis.importers.canvas_results import RESULTS
from cbe_analysis.importers.canvas_students import SYSTEM, students_of
from cbe_analysis.importers.dates import ISO, read_days
from cbe_analysis.importers.harvest import Harvest
from cbe_analysis.importers.layout import Recognised, plain, recognise, unknown
from cbe_analysis.importers.places import plain_files
from cbe_analysis.importers.reading import Rows, check_ids, read_rows
from cbe_analysis.importers.roster import student_ids
from cbe_analysis.importers.sieve import Sieve, merged

SOURCE = "Canvas"
TARGETS = ("name", "id", "path")
_OUTCOMES = {"canvasid", "objecttype", "masterypoints"}  # columns of the export of outcomes, which holds no ratings


def read(source: Path, *, date: str = "", target: str = "name") -> Harvest:
    """Ratings on outcomes, and rolled-up states, of a Canvas export.

    Parameters
    ----------
    source
        A file, or a folder of outcome results and gradebooks.
    date
        The day of the gradebook's export, YYYY-MM-DD, which the file does not say.
    target
        What names a target: the outcome's name; its id, which the gradebook lacks; or its path of groups, which the
        results lack.

    Raises
    ------
    UsageError
        When a gradebook comes without a date, or an option has no such value.
    UnreadableData
        When a file is of neither layout, or two outcomes have one name.
    """
    files = _files(Path(source))
    _check(files, date, target)
    students = students_of(files.people())
    sieves = []
    if files.results:
        sieves.append(canvas_results.evidence(files.results, students=students, target=target))
    if files.gradebooks:
        sieves.append(canvas_gradebook.target_status(files.gradebooks, students=students, target=target, date=date))
    tables = {sieve.table: sieve.rows for sieve in sieves if len(sieve.rows)}
    tallies = [sieve.tally() for sieve in sieves]
    if students.by_sis:
        whole = pd.concat(files.people(), ignore_index=True)
        known = student_ids(whole.assign(student_id=students.ids(whole)), SYSTEM)
        tables |= known.tables
        tallies += known.tallies
    remarks = [*files.remarks, *(remark for sieve in sieves for remark in sieve.remarks), _targets(sieves)]
    return Harvest(tables, Summary(SOURCE, files.records, tuple(tallies), merged(remarks), tuple(files.left)))


def told(source: Path) -> Mapping[str, str]:
    """Whose ids of students the export has: the district's own, or Canvas's."""
    return {"ids": "own"} if students_of(_files(source).people()).by_sis else {"system": SYSTEM}


@dataclass(slots=True)
class _Files:
    """The files of an export, sorted by what they hold."""

    results: list[Recognised] = field(default_factory=list)
    gradebooks: list[Rows] = field(default_factory=list)
    records: int = 0
    remarks: list[Remark] = field(default_factory=list)
    left: dict[str, None] = field(default_factory=dict)

    def people(self) -> list[pd.DataFrame]:
        """The columns canvas and sis of each file."""
        reports = [part.frame[["canvas", "sis"]] for part in self.results]
        return [*reports, *(canvas_gradebook.people(file) for file in self.gradebooks)]

    def add(self, file: Rows) -> None:
        """Take in a file that is of a known layout."""
        header = [str(name) for name in file.frame.columns]
        self.records += file.records
        self.remarks += file.remarks
        self.remarks += [Remark(part.records, f"records of {file.file} not read: {part.why}") for part in file.left_out]
        if canvas_gradebook.is_gradebook(header):
            self.gradebooks.append(file)
        elif not RESULTS.missing(header):
            found = recognise(file, RESULTS)
            check_ids(found.frame["sis"].rename("student sis id"), file.file)
            self.results.append(found)
            self.remarks += found.remarks
            self.left |= dict.fromkeys(found.left)
        else:
            raise _unknown(file.file, header)


def _files(source: Path) -> _Files:
    files = _Files()
    for file in plain_files(source, (".csv",)):
        files.add(read_rows(file, separators=(",", ";"), ragged=True))
    return files


def _unknown(file: str, header: Iterable[str]) -> UnreadableData:
    if {plain(name) for name in header} >= _OUTCOMES:
        return UnreadableData(
            "this is the export of outcomes, which holds no ratings",
            file,
            "take it out of the folder; targets need a level, so read them with `cbe import mapping` or `case`",
        )
    gradebook = ("Student ID", "... result", "... mastery points")
    return unknown(file, {RESULTS.kind: RESULTS.missing(header), "the learning mastery gradebook": gradebook})


def _check(files: _Files, date: str, target: str) -> None:
    """Refuse options that the files cannot fulfil."""
    if target not in TARGETS:
        raise UsageError(f"a target cannot be named by {target!r}", "option target", f"choose: {choices(TARGETS)}")
    if (target == "id" and files.gradebooks) or (target == "path" and files.results):
        lacking = "gradebook" if target == "id" else "report of outcome results"
        raise UsageError(f"the {lacking} has no {target} of outcomes", "option target", "say target=name")
    if files.gradebooks and read_days(pd.Series([date], dtype="str"), ISO).values[0] != date:
        raise UsageError("the day is not written YYYY-MM-DD", "option date", "say date=2026-06-10, or the like")
    if files.gradebooks and not date:
        raise UsageError(
            "the mastery gradebook does not say its day", "option date", "say the day of its export: date=2026-06-10"
        )


def _targets(sieves: Iterable[Sieve]) -> Remark:
    """How many targets the ratings speak of; Canvas knows no level of the continuum."""
    targets = {target for sieve in sieves for target in sieve.rows["target_id"]}
    return Remark(len(targets), "targets without a level in Canvas: they must stand in targets.csv under these ids")
