"""Counts of students: groups that moved, official counts, studies that lost their students."""

import pytest
from three_years import STUDENTS, people


def grouped(*shares):
    """Three hundred students a year, of whom so many are current learners of English."""
    ids = [f"{n:04}" for n in range(300)]
    rows = [
        f"{s},0101,{year - 1}-08-20,{year}-06-05,{year},3,{'current' if n < share else 'never'}\n"
        for year, share in zip((2025, 2026, 2027), shares, strict=True)
        for n, s in enumerate(ids)
    ]
    enrollments = "student_id,school_id,entry_date,exit_date,school_year,grade,english_learner\n" + "".join(rows)
    return {"students": "student_id\n" + "".join(f"{s}\n" for s in ids), "enrollments": enrollments}


@pytest.mark.parametrize(
    ("shares", "policy", "faulty"),
    [
        ((30, 30, 31), "", 0),
        ((30, 30, 75), "", 2),
        ((30, 75, 75), "", 0),  # an older move is no news
        ((30, 30, 75), "[checks]\nshare_shift_at_most = 0.2", 0),
        ((30, 30, 45), "", 0),  # no further than chance might
        ((30, 30, 0), "", 2),
    ],
)
def test_a_group_that_moved_is_told(offence, shares, policy, faulty):
    assert offence("enrollments", "share_moved", policy, **grouped(*shares)).judged == faulty


def test_the_group_and_the_years_are_named(offence):
    found = offence("enrollments", "share_moved", **grouped(30, 30, 75))
    assert found.details[0] == "current: 10.0 % of students in 2026, 25.0 % in 2027"


def test_a_factor_that_falls_empty_is_told(offence):
    given = grouped(30, 30, 30)
    given["enrollments"] = given["enrollments"].replace(",2027,3,never", ",2027,3,")
    found = offence("enrollments", "share_moved", **given)
    assert "(empty): 0.0 % of students in 2026, 90.0 % in 2027" in found.details


def test_a_factor_of_students_is_compared_too(offences):
    given = people()
    given["students"] = "student_id,house\n" + "".join(f"{s},{'red' if int(s) < 30 else 'blue'}\n" for s in STUDENTS)
    gone = given["enrollments"].splitlines()
    given["enrollments"] = "\n".join(r for r in gone if not (",2027," in r and r < "0028")) + "\n"
    found = offences("students", "share_moved", 'factors = ["house"]', **given)
    assert found["house",].judged == 2


OFFICIAL = "[official.enrollment]\non = 2026-10-01\n"


@pytest.mark.parametrize(
    ("told", "details"),
    [
        ("all = 60\n0101 = 30\n0102 = { all = 30, 5 = 30 }", ()),
        ("all = 61", ()),
        ("all = 64", ("all schools: 60 found, 64 official",)),
        ("0102 = { 5 = 30, 4 = 9 }", ("school 0102, grade 4: 0 found, 9 official",)),
        ("S9 = 12", ("school S9: 0 found, 12 official",)),
    ],
)
def test_official_counts_are_compared(offence, told, details):
    found = offence(
        "enrollments", "official_count", OFFICIAL + told.replace("0101", '"0101"').replace("0102", '"0102"'), **people()
    )
    assert found.details == details


def test_official_counts_hold_on_their_day_alone(offence):
    found = offence("enrollments", "official_count", "[official.enrollment]\non = 2026-07-01\nall = 60", **people())
    assert found.details == ("all schools: 0 found, 60 official",)


PROGRAMS = "program_id,name,assignment,start_date,outcomes\np,Reading Lab,randomized,2026-10-01,map:reading;writing\n"


def study(offence, scored, before=()):
    """A study of forty students, of whom some have a score after the beginning."""
    rows = [f"{s},map,{'reading' if int(s) % 2 else 'math'},2026-09-01,200,," for s in STUDENTS]
    rows += [f"{s},map,reading,2027-05-01,200,," for s in scored] + [f"{s},x,writing,2026-09-30,1,," for s in before]
    given = {
        "programs": PROGRAMS,
        "participation": "program_id,student_id,arm\n"
        + "".join(f"p,{s},{'treatment' if int(s) < 20 else 'comparison'}\n" for s in STUDENTS[:40]),
        "assessments": "student_id,instrument,subject,date,score,std_error,official\n" + "\n".join(rows) + "\n",
    }
    return offence("participation", "no_outcome", **people() | given)


def test_a_study_with_outcomes_for_most_is_sound(offence):
    assert study(offence, STUDENTS[:40]).count == 0
    assert study(offence, [*STUDENTS[:15], *STUDENTS[20:40]]).count == 0


def test_treated_students_without_an_outcome_are_told(offence):
    found = study(offence, STUDENTS[12:40], before=STUDENTS[:12])
    assert (found.count, found.first_rows) == (12, tuple(range(1, 11)))
    assert found.details == (
        "p, treatment: 12 of 20 students without an outcome",
        "p, comparison: 0 of 20 students without an outcome",
    )


def test_days_before_between_and_after_enrollments_are_told_apart(offence, clean):
    rows = ["0003,2026-02-02", "0003,2025-08-01", "0003,2026-07-01", "0003,2026-07-02", "0004,2025-10-01"]
    assessments = (
        clean["assessments"].splitlines()[0]
        + "\n"
        + "".join(f"{student},map,math,{day},200,,\n" for student, day in (row.split(",") for row in rows))
    )
    gap = clean["enrollments"].replace("0003,0101,2026-01-16", "0003,0101,2026-03-01")
    known = clean["students"] + "0004,asian,female,,\n"
    found = offence("assessments", "outside_enrollment", assessments=assessments, enrollments=gap, students=known)
    assert found.count == 5
    assert found.details == (
        "2 after the last day",
        "1 before the first day",
        "1 between two enrollments",
        "1 of students who are never enrolled",
    )
