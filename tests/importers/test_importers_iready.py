"""i-Ready files: the subject by their columns, no standard error, the vendor's placements kept."""

import pytest
from foreign_files import column, csv_text, remark, tallies

from cbe_analysis.errors import UnreadableData
from cbe_analysis.importers import iready

RESULT = {
    "Last Name": "MARKER",
    "Student ID": "00101",
    "Student Grade": "3",
    "Academic Year": "2025-2026",
    "School": "Elm School",
    "Enrolled": "Enrolled",
    "School State ID": "",
    "Student State ID": "S-1",
    "Sex": "female",
    "Hispanic or Latino": "N",
    "Race": "White",
    "English Language Learner": "N",
    "Special Education": "Y",
    "Economically Disadvantaged": "",
    "Start Date": "1/13/2026",
    "Completion Date": "1/14/2026",
    "Norming Window": "Winter (November 16 - March 1)",
    "Duration (min)": "46",
    "Rush Flag": "",
    "Overall Scale Score": "424",
    "Overall Placement": "Grade 1",
    "Overall Relative Placement": "2 Grade Levels Below",
    "Percentile": "10",
}
READING = {**RESULT, "Lexile Measure": "215L", "Phonics Scale Score": "Not Assessed"}
MATH = {**RESULT, "Quantile Measure": "275Q"}


@pytest.fixture
def export(tmp_path):
    def read(options=None, **files):
        for name, rows in files.items():
            (tmp_path / f"{name}.csv").write_text("﻿" + csv_text(rows), encoding="utf-8")
        return iready.read(tmp_path, **(options or {}))

    return read


def test_a_result(export):
    harvest = export(ela=[READING])
    [row] = harvest.tables["assessments"].to_dict("records")
    assert row == {
        "student_id": "00101",
        "instrument": "iready",
        "subject": "reading",
        "date": "2026-01-14",
        "score": "424",
        "grade_at_test": "3",
        "minutes": "46",
        "norming_window": "Winter (November 16 - March 1)",
        "percentile": "10",
        "placement": "Grade 1",
        "relative_placement": "2 Grade Levels Below",
        "rush_flag": "",
    }
    assert remark(harvest, "without a standard error") == 1
    assert "MARKER" not in str(harvest.summary) + str(harvest.tables)


def test_subjects_are_told_by_columns(export):
    harvest = export(ela=[READING], math=[MATH])
    assert column(harvest, "assessments", "subject") == ["math", "reading"]
    assert remark(harvest, "results of ela.csv are taken as reading") == 1
    assert remark(harvest, "results of math.csv are taken as math") == 1


def test_a_file_without_signs_is_refused(export):
    with pytest.raises(UnreadableData, match="do not tell the subject"):
        export(ela=[RESULT])


def test_a_file_with_signs_of_both_is_refused_unless_it_has_a_subject(export):
    with pytest.raises(UnreadableData, match="math, reading"):
        export(both=[{**READING, **MATH}])
    harvest = export(both=[{**READING, **MATH, "Subject": "Math"}])
    assert column(harvest, "assessments", "subject") == ["math"]


def test_flags_blank_are_unknown_and_no_is_not_never(export):
    harvest = export(ela=[READING])
    [spell] = harvest.tables["enrollments"].to_dict("records")
    assert spell == {
        "student_id": "00101",
        "school_id": "Elm School",
        "school_year": "2026",
        "entry_date": "2025-08-15",
        "grade": "3",
        "disability": "true",
    }
    assert remark(harvest, "do not tell former from never") == 1
    assert remark(harvest, "first day is made") == 1


def test_a_hispanic_flag_decides(export):
    harvest = export(ela=[{**READING, "Hispanic or Latino": "Y"}])
    assert column(harvest, "students", "race_ethnicity") == ["hispanic"]
    assert column(harvest, "students", "race_ethnicity_source") == ["hispanic;White"]


def test_every_record_is_accounted_for(export):
    rows = [
        READING,
        READING,
        {**READING, "Completion Date": ""},
        {**READING, "Completion Date": "1/20/2026", "Overall Scale Score": "Not Assessed"},
        {**READING, "Start Date": "1/14/2026", "Overall Scale Score": "430"},
        {**READING, "Completion Date": "5/19/2026", "Rush Flag": "Red", "Duration (min)": "Not Provided"},
    ]
    harvest = export(ela=rows)
    assert tallies(harvest)["assessments"] == (
        6,
        2,
        {
            "no date: not completed": 1,
            "no score": 1,
            "the same test again": 1,
            "an earlier test of the same day and subject": 1,
        },
    )
    assert column(harvest, "assessments", "score") == ["430", "424"]
    assert column(harvest, "assessments", "minutes") == ["46", ""]
    assert remark(harvest, "rush flag") == 1


def test_another_source_may_keep_the_students(export):
    assert list(export({"with_roster": False}, ela=[READING]).tables) == ["assessments"]


def test_other_layouts_are_refused_with_what_they_lack(export):
    row = {name: value for name, value in READING.items() if name not in ("School", "Completion Date")}
    with pytest.raises(UnreadableData, match="i-Ready Diagnostic results: School, Completion Date"):
        export(ela=[row])


def test_a_header_alone_gives_an_empty_account(tmp_path):
    (tmp_path / "ela.csv").write_text(csv_text([], list(READING)))
    harvest = iready.read(tmp_path)
    assert dict(harvest.tables) == {}
    assert tallies(harvest)["assessments"] == (0, 0, {})
