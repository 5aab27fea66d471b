"""Conditions that no row meets are named; what a column holds is said of published columns alone."""

from importlib import import_module

import pytest

import cbe_analysis as cbe
from cbe_analysis.errors import UsageError
from cbe_analysis.measure import choices

MORE = [f"{number}" for number in range(4, 14)]  # enough students for a subject to be told of
STUDENTS = """
student_id,gender,birth_month,nickname
1,female,2016-03,Ada
2,male,2016-04,Bo
3,,2016-05,Cy
""" + "".join(f"{student},,,\n" for student in MORE)
SCORES = """
student_id,instrument,subject,date,score
1,map,math,2025-09-01,200
2,map,math,2025-09-02,210
3,map,reading,2025-09-03,
""" + "".join(f"{student},map,{subject},2025-09-01,205\n" for student in MORE for subject in ("math", "art"))


@pytest.fixture
def district(write):
    return write(students=STUDENTS, assessments=SCORES)


def refused(district, *where, id="status"):
    with pytest.raises(UsageError) as said:
        cbe.measure(id, district, where=where, outcome="map:math")
    return str(said.value)


@pytest.mark.parametrize("id", ["status", "growth_rate"])
def test_the_condition_that_nothing_meets_is_named_with_what_was_meant(district, id):
    assert refused(district, "gender=femal", "grade=3", id=id) == (
        "no row of table 'assessments' meets 'gender=femal' (--where gender); did you mean female? the column holds: "
        "female, male"
    )


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("grade=4", "'grade=4' (--where grade); the column holds: 3"),
        ("school_id=x", "'school_id=x' (--where school_id); the column holds: 1"),
        ("subject=maths", "'subject=maths' (--where subject); did you mean math? the column holds: art, math"),
        ('subject in ["arts", "pe"]', "(--where subject); did you mean art? the column holds: art, math"),
        ("school_year=(unknown)", "'school_year=(unknown)' (--where school_year); check the value"),
        ("date<2020-01-01", "'date<2020-01-01' (--where date); check the value"),
    ],
)
def test_what_a_published_column_holds_is_told(district, condition, says):
    assert says in refused(district, condition)


@pytest.mark.parametrize("condition", ["student_id=Zoe", "nickname=Zoe", "score=77", "assessments.student_id=Zoe"])
def test_no_value_of_an_unpublished_column_is_told(district, condition):
    said = refused(district, condition)
    assert "meets the condition on '" in said
    assert not any(value in said for value in ("Zoe", "77", "Ada", "Bo", "200", "210"))


def test_conditions_that_only_together_leave_nothing_are_told_together(district):
    assert refused(district, "gender=female", "date>2025-09-01", "nickname=Ada") == (
        "no row of table 'assessments' meets all of 'date>2025-09-01' and 'gender=female' and the condition on "
        "'nickname' (--where); each is met by some rows alone: leave one out"
    )


def test_a_column_without_values_says_so(write):
    district = write(students=STUDENTS.replace("female", "").replace("male", ""), assessments=SCORES)
    assert "the column is empty" in refused(district, "gender=male")


def test_notebooks_are_told_the_same(district):
    with pytest.raises(UsageError, match=r"no row of table 'assessments' meets 'gender=femal'.*female, male"):
        choices.outcomes(district, where=["gender=femal"])


def test_rows_without_a_score_are_told_as_such(district):
    with pytest.raises(UsageError, match=r"the rows asked for hold no score .table 'assessments'.; ask for other rows"):
        cbe.measure("status", district, where=["subject=reading"])
    with pytest.raises(UsageError, match="the rows asked for hold no score"):
        choices.outcomes(district, where=["subject=reading"])


def test_tables_of_which_one_is_needed_are_named_apart(write):
    with pytest.raises(UsageError, match=r"needs table 'assessments' or 'levels', which .*add assessments\.csv or lev"):
        cbe.measure("status", write(students=STUDENTS))


@pytest.mark.parametrize("first", [1, 3, 2048])
def test_a_row_that_meets_a_condition_is_found_wherever_it_stands(district, monkeypatch, first):
    monkeypatch.setattr(import_module("cbe_analysis.load.district"), "LOOKS", (first, None))
    assert district.meets("assessments", ["placed.gender=male"])
    assert district.meets("assessments", ["score=210", "gender=male"])
    assert not district.meets("assessments", ["score=210", "gender=female"])
