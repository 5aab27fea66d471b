"""A name typed into a subgroup's column names no group: its students count as unknown, whatever is asked for."""

import pandas as pd
import pytest

import cbe_analysis as cbe
from cbe_analysis.errors import UsageError

NAME = "Maria Lopez"
MANY = 12  # students of each group; more than may be shown
WORDS = ["female"] * MANY + ["male"] * MANY + ["agender"] * MANY
WARNING = (
    "fewer than 10 words of {0} are neither usual nor named in district.toml, and fewer than 10 students have each: "
    "they count as (unknown); correct the data, or keep a word by labelling it under [labels.{0}] in district.toml"
)


def people(**columns):
    """Students of three genders; the first of each column's cells are changed."""
    frame = pd.DataFrame({"student_id": [f"{i:03}" for i in range(len(WORDS))], "gender": WORDS})
    for name, first in columns.items():
        own = frame[name].tolist() if name in frame else ["red"] * len(frame)
        frame[name] = [*first, *own[len(first) :]]
    return frame


def scores(students):
    rows = [
        (student, "map", "math", f"{day}-01", 200 + int(student) % 7 + 5 * step)
        for student in students["student_id"]
        for step, day in enumerate(("2025-09", "2025-12", "2026-04"))
    ]
    return pd.DataFrame(rows, columns=["student_id", "instrument", "subject", "date", "score"])


@pytest.fixture
def district(write):
    def made(policy="", **columns):
        students = people(**columns)
        return write(policy=policy, students=students, assessments=scores(students))

    return made


def groups(estimates, column):
    return set(estimates.rows[column]) - {"(all)"}


@pytest.mark.parametrize("id", ["status", "growth_rate"])
def test_a_name_is_no_group_of_cases_or_of_a_model(district, id):
    found = cbe.measure(id, district(gender=[NAME, "Ada"]), by="gender", compare="others")
    assert groups(found, "gender") == {"female", "male", "agender", "(unknown)"}
    assert WARNING.format("gender") in found.warnings
    assert NAME not in found.population.counts.to_csv() + found.rows.to_csv() + str(found.warnings)
    assert found.population.counts.set_index("gender").loc["(unknown)", "n"].sum() == 2


def test_the_population_holds_no_name_whatever_the_groups(district):
    found = cbe.measure("status", district(gender=[NAME]), by="grade")
    assert set(found.population.counts["gender"]) == {"female", "male", "agender", "(unknown)"}
    assert not any("district.toml" in warning for warning in found.warnings)  # of other columns than those asked for


@pytest.mark.parametrize(
    "policy", ['[labels.gender]\n"Maria Lopez" = "third gender"', '[references]\ngender = "Maria Lopez"']
)
def test_a_word_that_the_district_names_is_kept(district, policy):
    found = cbe.measure("status", district(policy, gender=[NAME]), by="gender")
    assert groups(found, "gender") == {"female", "male", "agender", NAME}
    assert not any("neither usual" in warning for warning in found.warnings)


@pytest.mark.parametrize(("minimum", "kept"), [(9, True), (10, False)])
def test_a_word_that_enough_students_have_is_kept(district, minimum, kept):
    students = {"gender": ["bigender"] * 9}
    found = cbe.measure("status", district(f"minimum_n = {minimum}", **students), by="gender")
    assert ("bigender" in groups(found, "gender")) is kept


def test_a_usual_word_of_few_students_is_kept(district):
    assert "nonbinary" in groups(cbe.measure("status", district(gender=["nonbinary"]), by="gender"), "gender")


@pytest.mark.parametrize("first", [[NAME], ["4711"], ["47.11"]], ids=["word", "whole number", "number"])
def test_any_factor_is_looked_at_and_numbers_in_it(district, first):
    house = first + ([str(i % 2) for i in range(len(WORDS) - 1)] if first != [NAME] else [])
    found = cbe.measure("status", district('factors = ["house"]', house=house), by="house")
    assert "(unknown)" in groups(found, "house")
    assert not groups(found, "house") & set(first)
    assert WARNING.format("house") in found.warnings


def test_columns_that_only_staff_may_group_by_keep_their_words(district):
    assert groups(cbe.measure("status", district(house=[NAME]), by="house"), "house") == {"red", NAME}


def test_schools_keep_their_names(write):
    students = people()
    spell = {"entry_date": "2025-08-20", "exit_date": "2026-06-05", "school_year": 2026, "grade": 3}
    enrolled = students[["student_id"]].assign(school_id=["Ada Academy"] + ["1"] * (len(students) - 1), **spell)
    district = write(students=students, enrollments=enrolled, assessments=scores(students))
    assert groups(cbe.measure("status", district, by="school_id"), "school_id") == {"1", "Ada Academy"}


def test_a_factor_of_enrollments_is_looked_at(write):
    students = people()
    spell = {"entry_date": "2025-08-20", "exit_date": "2026-06-05", "school_year": 2026, "grade": 3, "school_id": "1"}
    enrolled = students[["student_id"]].assign(english_learner=[NAME] + ["never"] * (len(students) - 1), **spell)
    district = write(students=students, enrollments=enrolled, assessments=scores(students))
    found = cbe.measure("status", district, by="english_learner")
    assert groups(found, "english_learner") == {"never", "(unknown)"}


@pytest.mark.parametrize("table", ["students", "enrollments", "assessments"])
def test_conditions_see_no_name(district, table):
    held = district(gender=[NAME])
    assert len(held.placed(table, [f"gender={NAME}"])) == 0
    rows = held.placed(table, ["gender=(unknown)"], ["gender"])
    assert {student for (student,) in rows.select("student_id").fetchall()} == {"000"}
    assert {gender for (gender,) in rows.select("placed_gender").fetchall()} == {None}


def test_messages_tell_no_name(district):
    with pytest.raises(UsageError) as refused:
        cbe.measure("status", district(gender=[NAME]), where=["gender=Mario Lopez"])
    assert str(refused.value).endswith("the column holds: agender, female, male")


def test_subjects_of_few_students_are_not_told(write):
    students = people()
    tests = scores(students)
    tests.loc[0, "subject"] = NAME
    with pytest.raises(UsageError) as refused:
        cbe.measure("status", write(students=students, assessments=tests), where=["subject=maria"])
    assert str(refused.value).endswith("the column holds: math")


@pytest.mark.parametrize("outcome", [None, "science"])
def test_tests_of_few_students_are_not_offered(write, outcome):
    students = people()
    tests = scores(students)
    second = tests.assign(subject="reading")
    district = write(students=students, assessments=pd.concat([tests, second, tests[:1].assign(subject=NAME)]))
    with pytest.raises(UsageError, match=r"set outcome to one of: map:math, map:reading$"):
        cbe.measure("status", district, outcome=outcome)


def test_where_no_test_has_students_enough_none_is_offered(write):
    students = people()[:9]
    with pytest.raises(UsageError, match="none has scores of 10 students or more"):
        cbe.measure("status", write(students=students, assessments=scores(students)), outcome="science")


@pytest.mark.parametrize("indicator", ["status", "growth_rate", "growth_percentile"])
def test_a_larger_smallest_group_keeps_more_tests_from_being_offered(write, indicator):
    students = people()
    tests = scores(students)
    reading = tests.assign(subject="reading")
    few = tests[tests["student_id"].isin(students["student_id"][:15])].assign(subject="art")
    district = write(students=students, assessments=pd.concat([tests, reading, few]), policy="minimum_n = 20\n")
    with pytest.raises(UsageError, match=r"set outcome to one of: map:math, map:reading$"):
        cbe.measure(indicator, district)
