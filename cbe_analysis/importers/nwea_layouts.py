"""The files of NWEA's data export: their columns under every name that they had since 2012."""

from __future__ import annotations

from cbe_analysis.importers.layout import Known, Layout, plain
from cbe_analysis.importers.reading import Rows

COMPANIONS = ("classassignments", "programassignments", "accommodationassignments")  # hold no score
_PEOPLE = (
    Known("term", ("TermName",), required=True),
    Known("student_id", ("StudentID",), required=True),
    Known("state", ("Student_StateID",)),
    Known("school_name", ("SchoolName",), required=True),
    Known("school_state_id", ("School_StateID",)),
    Known("ethnic_group", ("StudentEthnicGroup",)),
    Known("standard_ethnic_group", ("NWEAStandard_EthnicGroup",)),
    Known("gender", ("StudentGender",)),
    Known("born", ("StudentDateOfBirth",)),
)
STUDENTS = Layout(
    "students by school",
    (
        *_PEOPLE,
        Known("grade", ("Grade",), required=True),
        Known("standard_grade", ("NWEAStandard_Grade",)),
    ),
)
RESULTS = Layout(
    "MAP Growth results",
    (
        *_PEOPLE,
        Known("grade", ("Grade",)),
        Known("standard_grade", ("NWEAStandard_Grade",)),
        Known("discipline", ("Subject", "Discipline"), required=True),
        Known("course", ("Course", "MeasurementScale"), required=True),
        Known("growth_measure", ("GrowthMeasureYN",)),
        Known("norms", ("NormsReferenceData",)),
        Known("test_id", ("TestID",)),
        Known("date", ("TestStartDate",), required=True),
        Known("started", ("TestStartTime",)),
        Known("minutes", ("TestDurationMinutes", "TestDurationInMinutes")),
        Known("score", ("TestRITScore",), required=True),
        Known("std_error", ("TestStandardError",)),
        Known("percentile", ("TestPercentile",)),
    ),
)


def is_one_of(rows: Rows, layout: Layout) -> bool:
    """True where the file has every column that the layout needs."""
    return not layout.missing(str(name) for name in rows.frame.columns)


def speaks_of_tests(rows: Rows) -> bool:
    """True for a file of results, whether or not it is complete: a list of students has no column on a test."""
    return any(plain(str(name)).startswith("test") for name in rows.frame.columns)


def is_companion(rows: Rows) -> bool:
    """True for the lists of classes, programs and accommodations that come with the results."""
    return plain(rows.file).startswith(COMPANIONS)
