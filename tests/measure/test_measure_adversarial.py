"""Small and one-sided districts: no traceback, and sentences that are true."""

import pandas as pd
import pytest
from picked import one

import cbe_analysis as cbe
from cbe_analysis.errors import UsageError

ABSENCE = ("chronic_absence", {"by": "gender", "compare": "others"})


def district(write, *, gender=None, absent=0, students=40, policy=""):
    """Students of two schools with a year of attendance each; half are girls unless a gender is given."""
    numbers = [f"{i:02}" for i in range(students)]
    people = pd.DataFrame(
        {"student_id": numbers, "gender": [gender or ("female", "male")[i % 2] for i in range(students)]}
    )
    people["gender"] = people["gender"].replace("(none)", None)
    days = pd.DataFrame({"student_id": numbers, "school_id": "1", "school_year": 2026, "days_enrolled": 180})
    return write(policy=policy, students=people, attendance=days.assign(days_absent=absent))


@pytest.mark.parametrize("absent", [0, 180])
@pytest.mark.parametrize("audience", ["public", "staff"])
def test_a_district_in_which_nobody_or_everybody_is_absent(write, absent, audience):
    """No share to compare with leaves no ratio; the public is not told that it lacks for want of anybody."""
    made = district(write, absent=absent)
    rows = cbe.protect(cbe.measure(ABSENCE[0], made, **ABSENCE[1]), made.policy, audience).rows
    assert set(rows.loc[rows["quantity"] == "share", "shown"]) <= {
        "<=10 %",
        ">=90 %",
        "<=5 %",
        ">=95 %",
        "0 %",
        "100 %",
    }
    if audience == "public":
        assert set(rows.loc[rows["quantity"].isin(["gap", "ratio"]), "shown"]) == {"protected"}


def test_one_student_is_measured_for_staff_and_hidden_from_the_public(write):
    made = district(write, students=1)
    found = cbe.measure("chronic_absence", made)
    assert one(found, "share")["value"] == 0
    assert cbe.protect(found, made.policy).rows["shown"].tolist() == ["protected"]


def test_a_factor_that_is_unknown_throughout_says_so(write):
    made = district(write, gender="(none)", policy='[references]\ngender = "male"\n')
    with pytest.raises(UsageError, match=r"nothing to compare: no 'gender' is known .by gender.; leave compare out"):
        cbe.measure("chronic_absence", made, by="gender", compare="reference")
    others = cbe.measure("chronic_absence", made, by="gender", compare="others")
    assert "nothing to compare: fewer than two groups have students" in others.warnings


def test_one_group_alone_is_not_offered_as_a_reference(write):
    made = district(write, gender="female", policy='[references]\ngender = "male"\n')
    with pytest.raises(UsageError, match=r"nothing to compare: female is the only known 'gender' .by gender."):
        cbe.measure("chronic_absence", made, by="gender", compare="reference")


def test_a_table_without_what_is_counted_says_so(write):
    with pytest.raises(UsageError, match=r"no case of 'chronic_absence' is left .table 'attendance'.; its rows lack"):
        cbe.measure("chronic_absence", district(write, absent=None))


def test_a_variance_that_is_zero_but_for_noise_is_no_warning(write):
    """In every school as many girls as boys are absent: the gap varies by nothing, and its variance may fall below."""
    numbers = range(90)
    people = pd.DataFrame({"student_id": [f"{i:02}" for i in numbers], "gender": ["fm"[i // 3 % 2] for i in numbers]})
    spell = {"entry_date": "2025-08-20", "exit_date": "2026-06-05", "school_year": 2026, "grade": 3}
    schools = [f"s{i % 9}" for i in numbers]
    enrolled = people[["student_id"]].assign(school_id=schools, **spell)
    days = enrolled[["student_id", "school_id", "school_year"]].assign(days_enrolled=180)
    made = write(students=people, enrollments=enrolled, attendance=days.assign(days_absent=[i % 30 for i in numbers]))
    gap = one(cbe.measure("chronic_absence", made, by="gender", compare="others"), "gap", gender="f")
    assert not gap["std_error"] < 0
