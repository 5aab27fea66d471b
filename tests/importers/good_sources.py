"""A small sound export of every kind, and the file of it that a test spoils."""

import json
from dataclasses import dataclass
from pathlib import Path

import edfi_interchanges
import oneroster_export
import pandas as pd
from foreign_files import csv_text
from test_importers_canvas import RATING
from test_importers_case import item, link, package
from test_importers_iready import READING
from test_importers_nwea import COMBO
from test_importers_star360 import RESULT

MARKER = "MARKER"
MAPPING = """
ids = "own"
[[source]]
files = "marks.csv"
[[source.table]]
table = "target_status"
[source.table.columns]
student_id = "Student"
target_id = "Target"
date = "Day"
proficient = { column = "Met", values = "yes_no" }
[source.table.extra]
note = "Note"
"""
MARK = {"Student": "00101", "Target": "T1", "Day": "2025-10-01", "Met": "yes", "Note": "MARKER"}


@dataclass(frozen=True)
class Source:
    """An export as it lies on the disk: what is imported, the file to spoil, and some of its columns.

    `required` is a column without which there are no rows, `person` one of ids, `day` one of dates, and `free` one
    whose cells go nowhere or stay as they are.
    """

    source: Path
    file: Path
    day: str = ""
    required: str = ""
    free: str = ""
    person: str = ""


def _mapping(place):
    (place / "mapping.toml").write_text(MAPPING)
    file = place / "marks.csv"
    file.write_text(csv_text([MARK, {**MARK, "Student": "00102"}]))
    return Source(place, file, "Day", "Target", "Note", "Student")


def _oneroster(place):
    oneroster_export.write(place)
    return Source(place, place / "enrollments.csv", "beginDate", "userSourcedId", "dateLastModified", "sourcedId")


def _edfi(place):
    everyone = [*edfi_interchanges.people()]
    spells = [edfi_interchanges.spell("1"), edfi_interchanges.spell("2")]
    edfi_interchanges.write(place, Student=everyone, StudentEnrollment=spells)
    (file,) = [file for file in sorted(place.iterdir()) if "Enrollment" in file.name]
    return Source(place, file)


def _case(place):
    file = place / "framework.json"
    file.write_text(json.dumps(package([item("a"), item("b")], [link("a", "isChildOf", "b")])))
    return Source(file, file)


def _csv(name, row, day, required, free, person):
    def write(place):
        file = place / name
        file.write_text(csv_text([row]))
        return Source(file, file, day, required, free, person)

    return write


KINDS = {
    "mapping": _mapping,
    "oneroster": _oneroster,
    "nwea": _csv("AssessmentResults.csv", COMBO, "TestStartDate", "TestRITScore", "StudentLastName", "StudentID"),
    "case": _case,
    "canvas": _csv("results.csv", RATING, "submission date", "outcome score", "student name", "student sis id"),
    "edfi": _edfi,
    "iready": _csv("ela.csv", READING, "Completion Date", "Overall Scale Score", "Last Name", "Student ID"),
    "star360": _csv("SR.csv", RESULT, "CompletedDateLocal", "ScaledScore", "StudentLastName", "StudentIdentifier"),
}
OWN = {kind: {} if kind in ("mapping", "oneroster", "edfi", "case") else {"ids": "own"} for kind in KINDS}


def good(kind, place):
    """A sound export of the kind."""
    place.mkdir()
    return KINDS[kind](place)


def contents(folder):
    """Every file of a folder, by its path within."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def tables(folder):
    """The tables of a folder as text, without the column that a mapping keeps as it stands."""
    read = {file.name: pd.read_csv(file, dtype=str, keep_default_na=False) for file in sorted(folder.glob("*.csv"))}
    return {name: rows.drop(columns="note", errors="ignore").to_csv() for name, rows in read.items()}
