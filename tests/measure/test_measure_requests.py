"""Requests: what is refused at the door, and how the message helps."""

import dataclasses
import subprocess
import sys
import threading
from importlib import import_module

import pytest

import cbe_analysis as cbe
from cbe_analysis.errors import CriticalFindings, UsageError
from cbe_analysis.indicators import CATALOGUE, indicator
from cbe_analysis.load.findings import Finding
from cbe_analysis.measure import availability

STUDENTS = "student_id,gender\na,female\nb,male\nc,female\nd,male"
SCORES = """
student_id,instrument,subject,date,score
a,map,math,2026-05-01,200
b,map,math,2026-05-01,210
c,map,reading,2026-05-01,220
d,iready,math,2026-05-01,400
"""
ATTENDANCE = """
student_id,school_year,days_enrolled,days_absent
a,2026,180,20
b,2026,180,2
"""


@pytest.fixture
def district(write):
    return write(students=STUDENTS, assessments=SCORES)


@pytest.mark.parametrize(
    ("outcome", "complaint"),
    [
        (None, "outcome is not chosen; set outcome to one of: iready:math, map:math, map:reading"),
        ("math", "outcome fits several; set outcome to one of: iready:math, map:math"),
        ("map:art", "outcome is not among the scores; set outcome to one of: iready:math"),
    ],
)
def test_the_outcomes_that_there_are_are_offered(write, outcome, complaint):
    more = [f"{student},{test},2026-05-01,205" for student in range(10) for test in ("map,math", "map,reading")]
    more += [f"{student},iready,math,2026-05-01,405" for student in range(10)]
    district = write(students=STUDENTS, assessments=SCORES + "\n".join(more))
    with pytest.raises(UsageError, match=complaint):
        cbe.measure("status", district, outcome=outcome)


@pytest.mark.parametrize(
    ("id", "more", "complaint"),
    [
        ("statuss", {}, "indicator 'statuss' is unknown; did you mean status"),
        (
            "chronic_absence",
            {},
            r"'chronic_absence' needs table 'attendance', which was not loaded; add attendance.csv",
        ),
        ("status", {"cutt": 3}, "'status' has no option cutt; its options are: cut, outcome, until"),
        ("status", {"cut": "high"}, "option 'cut' does not take this value; give a number"),
        ("status", {"outcome": "reading", "until": "May"}, "option 'until' is not a date; write it as YYYY-MM-DD"),
        ("status", {"outcome": "reading", "by": "gendr"}, "no column 'gendr' to group by .by.; did you mean gender"),
        ("status", {"outcome": "reading", "by": "gnder"}, "did you mean gender"),
        ("status", {"outcome": "reading", "by": "sch"}, "did you mean school_id or school_year"),
        ("status", {"outcome": "reading", "by": "subject"}, "the cases of 'status' have no column 'subject'"),
        ("status", {"outcome": "reading", "by": "gender,gender"}, "column 'gender' is named twice"),
        ("status", {"outcome": "reading", "by": "note"}, "column 'note' is called like a column of results"),
        ("status", {"outcome": "reading", "compare": "others"}, "a comparison needs groups"),
        (
            "status",
            {"outcome": "reading", "by": "gender", "compare": "all"},
            "'compare' does not take this value; choose",
        ),
        (
            "status",
            {"outcome": "reading", "over": "week"},
            "'over' does not take this value; choose one of: month, term",
        ),
        ("status", {"outcome": "reading", "over": "term"}, "there are no terms .over.; add calendar.csv"),
        ("status", {"outcome": "reading", "by": "gender", "adjust": "grade"}, "only a comparison can be adjusted"),
        (
            "status",
            {"outcome": "map:math", "by": "gender", "compare": "reference"},
            "reference group of 'gender' is not chosen .district.toml, .references..; set gender to one of: female",
        ),
        ("status", {"where": {"gradee": 3}}, "there is no column 'gradee'"),
        ("status", {"where": ["grade"]}, "a condition of --where cannot be read"),
        (
            "status",
            {"outcome": "math", "where": {"grade": 9}},
            "no row of table 'assessments' meets 'grade=9' .--where grade.; the column holds: 3",
        ),
        ("status", {"outcome": "reading", "until": "2020-01-01"}, "no case of 'status' is left"),
        ("growth_rate", {"outcome": "map:math", "by": "subject"}, "there is no column 'subject' to group by"),
        ("growth_rate", {"outcome": "map:math", "by": "gender", "adjust": "graade"}, "there is no column 'graade'"),
    ],
)
def test_a_request_that_cannot_be_answered(district, id, more, complaint):
    with pytest.raises(UsageError, match=complaint) as refused:
        cbe.measure(id, district, **more)
    assert refused.value.exit_code == 2


def test_a_reference_without_students_is_no_reference(write):
    policy = '[references]\ngender = "x"\n'
    with pytest.raises(UsageError, match="reference group of 'gender' has no students here"):
        cbe.measure(
            "status",
            write(policy=policy, students=STUDENTS, assessments=SCORES),
            outcome="map:math",
            by="gender",
            compare="reference",
        )


def test_a_district_must_be_validated(district):
    unseen = dataclasses.replace(district, findings=None)
    with pytest.raises(CriticalFindings, match=r"were not validated.*cbe\.validate\(cbe\.load\(DIR\)\)"):
        cbe.measure("status", unseen, outcome="reading")
    found = cbe.measure("status", unseen, outcome="reading", allow_findings=True)
    assert "the data were not validated" in found.warnings


def test_critical_findings_stop_the_indicators_that_read_the_table(write):
    sound = write(students=STUDENTS, assessments=SCORES, attendance=ATTENDANCE)
    fault = Finding(
        "type", "critical", "assessments", ("score",), 1, 4, (2,), "1 score is no number", "means", "mend it"
    )
    district = sound.with_findings(dataclasses.replace(sound.findings, findings=(fault,)))
    with pytest.raises(CriticalFindings, match=r"1 critical finding in assessments .assessments: 1 score is no number"):
        cbe.measure("status", district, outcome="reading")
    allowed = cbe.measure("status", district, outcome="reading", allow_findings=True)
    assert "computed in spite of 1 critical finding in assessments" in allowed.warnings
    assert not any("critical" in w for w in cbe.measure("chronic_absence", district).warnings)
    offers = {o.id: o for o in availability(district)}
    assert offers["status"].blocked == ("assessments",)
    assert not offers["status"].ready
    assert offers["chronic_absence"].ready


def test_a_critical_finding_in_enrollments_stops_everything(district):
    fault = Finding("key", "critical", "enrollments", ("school_id",), 1, 4, (2,), "one key twice", "", "")
    faulty = district.with_findings(dataclasses.replace(district.findings, findings=(fault,)))
    with pytest.raises(CriticalFindings, match="enrollments"):
        cbe.measure("status", faulty, outcome="reading")


def test_one_group_alone_has_nothing_to_be_compared_with(district):
    found = cbe.measure("status", district, outcome="map:math", where={"gender": "male"}, by="gender", compare="others")
    assert "nothing to compare: fewer than two groups have students" in found.warnings


def test_years_that_the_calendar_lacks_are_said(district):
    found = cbe.measure("status", district, outcome="map:math")
    assert any(w.startswith("the calendar lacks school year 2026") for w in found.warnings)


def test_what_can_be_computed_is_listed_with_what_is_missing(district):
    offers = {o.id: o for o in availability(district)}
    assert set(offers) == set(CATALOGUE)
    assert offers["status"].ready
    assert offers["growth_rate"].ready
    assert offers["chronic_absence"].missing == ("attendance",)
    assert offers["intervention_effect"].missing == ("participation", "programs")
    assert offers["status"].question == CATALOGUE["status"].question


def test_reading_attendance_needs_no_conversion(write):
    found = cbe.measure("chronic_absence", write(students=STUDENTS, attendance=ATTENDANCE), by="gender")
    shares = found.rows.set_index("gender")["value"]
    assert (shares["(all)"], shares["female"], shares["male"]) == (0.5, 1, 0)


def test_columns_of_the_cases_can_group(district):
    """--by student_id is for staff; `protect` decides who may see it."""
    found = cbe.measure("status", district, outcome="map:math", by="student_id")
    assert list(found.rows["student_id"]) == ["(all)", "a", "b"]
    assert list(found.rows["value"]) == [205, 200, 210]


def test_an_indicator_of_rates_is_weighed_by_its_denominators(write):
    """A body that returns sums: days absent over days enrolled."""

    def absence_rate(attendance, policy):
        """Days absent over days enrolled."""
        return attendance.aggregate(
            "student_id, school_year, sum(days_absent) AS numerator, sum(days_enrolled) AS denominator"
        )

    before = dict(CATALOGUE)
    try:
        indicator(question="How much is missed?", unit="share of days", principles=(3,), source="this test, 2026")(
            absence_rate
        )
        rows = "\n".join(f"{i:02d},2026,{100 + i},{i % 7}" for i in range(40))
        students = "student_id,gender\n" + "\n".join(f"{i:02d},{'female' if i % 3 else 'male'}" for i in range(40))
        table = f"student_id,school_year,days_enrolled,days_absent\n{rows}"
        found = cbe.measure("absence_rate", write(students=students, attendance=table), by="gender", compare="others")
    finally:
        CATALOGUE.clear()
        CATALOGUE.update(before)
    absent, enrolled = [sum(f(i) for i in range(40) if i % 3) for f in (lambda i: i % 7, lambda i: 100 + i)]
    girls = found.rows[(found.rows["gender"] == "female")].set_index("quantity")
    boys = found.rows[(found.rows["gender"] == "male")].set_index("quantity")
    assert girls.loc["share", "value"] == pytest.approx(absent / enrolled)
    assert (girls.loc["share", "numerator"], girls.loc["share", "denominator"]) == (absent, enrolled)
    assert girls.loc["gap", "value"] == pytest.approx(girls.loc["share", "value"] - boys.loc["share", "value"])
    assert girls.loc["ratio", "value"] == pytest.approx(girls.loc["share", "value"] / boys.loc["share", "value"])
    assert found.rows["low"].lt(found.rows["high"]).all()


def test_a_body_that_returns_neither_value_nor_date_is_told(write):
    def nothing(attendance):
        """Rows without a value."""
        return attendance.select("student_id, school_year")

    before = dict(CATALOGUE)
    try:
        indicator(question="What?", unit="none", principles=(1,), source="this test, 2026")(nothing)
        with pytest.raises(TypeError, match="a value and a date are needed"):
            cbe.measure("nothing", write(students=STUDENTS, attendance=ATTENDANCE))
    finally:
        CATALOGUE.clear()
        CATALOGUE.update(before)


def test_the_room_opens_without_the_heavy_libraries():
    script = "import sys, cbe_analysis.measure; print({'numpy', 'pandas', 'duckdb', 'scipy'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert said.strip() == "set()"


def test_the_fingerprint_is_taken_while_groups_are_summarised(district, monkeypatch):
    conduct, begun = import_module("cbe_analysis.measure.conduct"), threading.Event()
    expected = cbe.measure("status", district, outcome="map:math").fingerprint
    take, summarise = conduct._fingerprint, conduct._summarised
    monkeypatch.setattr(conduct, "_fingerprint", lambda asked: [begun.set(), take(asked)][1])
    monkeypatch.setattr(conduct, "_summarised", lambda *given: begun.wait(30) and summarise(*given))
    assert cbe.measure("status", district, outcome="map:math").fingerprint == expected
