"""No student's value in anything that validation says: marker strings are planted and looked for."""

import logging

import pytest

import cbe_analysis as cbe
from cbe_analysis.errors import CriticalFindings
from cbe_analysis.validate import require, write_report

MARK = "CANARY"
TABLES = {
    "schools": "school_id,name,kind\nCANARY1,CANARY <script>,CANARY-kind\nCANARY1,,high\n",
    "students": (
        "student_id,race_ethnicity,gender,birth_month,cohort_year,nickname\n"
        "CANARY2,CANARY-race,CANARY-gender,CANARY-month,CANARY-year,CANARY-nick\n"
        "CANARY2,,,,,CANARY-nick\n,,,,,\n"
    ),
    "enrollments": (
        "student_id,school_id,entry_date,exit_date,school_year,grade,english_learner,disability\n"
        "CANARY2,CANARY1,2025-09-01,2025-08-01,2020,99,CANARY-el,CANARY-yes\n"
        "CANARY3,CANARY4,CANARY-date,CANARY-date,CANARY-year,K,,\n"
    ),
    "assessments": (
        "student_id,instrument,subject,date,score,std_error,official\n"
        "CANARY2,CANARY-test,CANARY-math,2031-01-01,CANARY-score,-1,CANARY\n"
        "CANARY5,CANARY-test,CANARY-math,2031-02-30,1e999,,\n"
    ),
    "programs": "program_id,name,assignment,start_date\nCANARY6,CANARY,CANARY,CANARY\n",
    "participation": (
        "program_id,student_id,arm\nCANARY6,CANARY2,treatment\nCANARY6,CANARY2,comparison\nCANARY7,CANARY2,CANARY\n"
    ),
    "district.toml": 'name = "A district"\n',
}


@pytest.fixture
def district(tmp_path, caplog, capfd):
    """A validated district full of markers and faults."""
    caplog.set_level(logging.DEBUG)
    folder = tmp_path / "district"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / (name if "." in name else f"{name}.csv")).write_text(text, encoding="utf-8")
    return cbe.validate(cbe.load(folder))


def test_every_kind_of_fault_was_planted(district):
    assert {f.check for f in district.findings.findings} == {
        *("type", "empty_key", "required", "allowed", "unusual", "range", "duplicate_key", "parent"),
        *("entry_after_exit", "school_year", "outside_enrollment", "two_arms"),
    }


def test_no_marker_is_found_in_anything_said(district, tmp_path, caplog, capfd, internal):
    said = [district.findings.to_json(), repr(district.findings), district.findings.verdict()]
    said.append(write_report(district.findings, district, tmp_path / "report.html").read_text(encoding="utf-8"))
    said += [file.read_text(encoding="utf-8") for file in internal.rglob("*.json")]
    with pytest.raises(CriticalFindings) as caught:
        require(district.findings, district.tables, reader="status")
    said += [str(caught.value), caplog.text, *capfd.readouterr()]
    assert all(said[:6])
    assert not [text for text in said if MARK in text]
