"""Who is where on a day: every rule of enrollment spells, worked by hand.

Two school years of the policy's default: 2024-08-15 to 2025-06-10 (2025) and 2025-08-15 to 2026-06-10 (2026).
"""

import pandas as pd
import pytest

HEAD = "student_id,school_id,entry_date,exit_date,school_year,grade,english_learner,gifted\n"
SCHOOLS = "school_id,name,kind\nA,North,elementary\nB,South,elementary\nC,West,elementary\n"
NOWHERE = ("(unplaced)", None, None)


@pytest.fixture
def where_on(district):
    """A function: enrollments, days -> school, grade and school year of student 1 on each day."""

    def find(enrollments, days, **columns):
        found = district(
            schools=SCHOOLS, students="student_id,gender\n1,female\n2,male\n", enrollments=HEAD + enrollments
        )
        rows = pd.DataFrame({"student_id": "1", "date": pd.to_datetime(days), **columns})
        placed = found.place(rows).select("placed_school_id, placed_grade, placed_school_year, date").order("date")
        return [row[:3] for row in placed.fetchall()]

    return find


def test_a_spell_holds_from_its_first_to_its_last_day(where_on):
    spell = "1,A,2024-09-01,2025-03-31,2025,3,never,\n"
    days = ["2024-08-31", "2024-09-01", "2025-03-31"]
    assert where_on(spell, days) == [NOWHERE, ("A", 3, 2025), ("A", 3, 2025)]


def test_a_day_without_a_spell_takes_the_last_one_until_the_next_school_year_has_begun(where_on):
    spell = "1,A,2024-09-01,2025-03-31,2025,3,never,\n"
    days = ["2025-04-01", "2025-08-14", "2025-08-15", "2025-08-16"]
    assert where_on(spell, days) == [*[("A", 3, 2025)] * 3, NOWHERE]


def test_a_spell_that_ends_on_the_eve_of_the_next_school_year_holds_one_day_longer(where_on):
    spell = "1,A,2024-09-01,2025-08-14,2025,3,never,\n"
    assert where_on(spell, ["2025-08-15", "2025-08-16"]) == [("A", 3, 2025), NOWHERE]


def test_of_several_spells_ended_the_last_one_ended_holds(where_on):
    spells = "1,A,2024-09-01,2025-03-31,2025,3,never,\n1,B,2024-10-01,2025-01-31,2025,3,never,\n"
    assert where_on(spells, ["2025-05-01"]) == [("A", 3, 2025)]


def test_the_gap_between_two_spells_belongs_to_the_earlier(where_on):
    spells = "1,A,2024-09-01,2024-12-20,2025,3,never,\n1,B,2025-01-10,2025-06-10,2025,3,never,\n"
    days = ["2024-12-21", "2025-01-09", "2025-01-10"]
    assert where_on(spells, days) == [("A", 3, 2025), ("A", 3, 2025), ("B", 3, 2025)]


def test_an_open_spell_ends_with_its_school_year(where_on):
    spells = "1,A,2024-09-01,,2025,3,never,\n2,B,2025-09-01,,2026,4,never,\n"
    days = ["2025-06-10", "2025-08-15", "2025-08-16"]
    assert where_on(spells, days) == [("A", 3, 2025), ("A", 3, 2025), NOWHERE]


def test_an_open_spell_is_cut_at_the_next_entry(where_on):
    spells = "1,A,2024-09-01,,2025,3,never,\n1,B,2025-02-01,2025-02-28,2025,3,never,\n"
    days = ["2025-01-31", "2025-02-01", "2025-03-01"]
    assert where_on(spells, days) == [("A", 3, 2025), ("B", 3, 2025), ("B", 3, 2025)]


def test_a_closed_spell_is_not_cut_and_holds_again(where_on):
    spells = "1,A,2024-09-01,2025-06-10,2025,3,never,\n1,B,2025-02-01,2025-02-28,2025,3,never,\n"
    days = ["2025-01-31", "2025-02-01", "2025-02-28", "2025-03-01"]
    assert where_on(spells, days) == [("A", 3, 2025), ("B", 3, 2025), ("B", 3, 2025), ("A", 3, 2025)]


def test_of_several_in_force_the_smallest_school_breaks_the_tie(where_on):
    spells = "".join(f"1,{school},2024-09-01,2025-06-10,2025,3,never,\n" for school in "CAB")
    assert where_on(spells, ["2025-01-01"]) == [("A", 3, 2025)]


def test_of_several_in_force_the_one_at_the_rows_own_school_counts(where_on):
    spells = "1,A,2024-09-01,2025-06-10,2025,3,never,\n1,B,2025-02-01,2025-04-30,2025,3,never,\n"
    days = ["2025-01-31", "2025-03-01", "2025-03-02", "2025-03-03", "2025-05-01"]
    found = where_on(spells, days, school_id=["B", "A", "C", None, "B"])
    assert [school for school, *_ in found] == ["A", "A", "B", "B", "A"]


def test_spells_that_hold_no_day_are_not_used(where_on):
    spells = (
        "1,A,2025-02-01,2024-09-01,2025,3,never,\n"
        "1,,2024-09-01,,2025,3,never,\n"
        "1,B,,,2025,3,never,\n"
        "2,A,2024-09-01,,2025,1,,\n"
    )
    assert where_on(spells, ["2025-03-01"]) == [NOWHERE]


def test_rows_without_a_day_or_a_student_are_unplaced(district):
    rows = pd.DataFrame(
        {"student_id": ["007", None, "999"], "date": pd.to_datetime([None, "2026-01-01", "2026-01-01"])}
    )
    placed = district().place(rows, columns=["gender"]).select("placed_school_id, placed_gender").fetchall()
    assert sorted(placed, key=str) == [("(unplaced)", "female"), ("(unplaced)", None), ("(unplaced)", None)]


def test_the_order_of_enrollments_does_not_matter(district):
    spells = [
        f"1,{school},2024-09-0{day},2025-06-10,2025,{grade},{learner},\n"
        for school, day, grade, learner in (
            ("A", 1, 3, "never"),
            ("B", 1, 3, "former"),
            ("B", 1, 4, "current"),
            ("C", 1, 3, "never"),
        )
    ]
    rows = pd.DataFrame({"student_id": ["1"] * 2, "date": ["2025-01-01"] * 2, "school_id": ["B", None]})
    answers = set()
    for order in (spells, spells[::-1], spells[2:] + spells[:2]):
        found = district(schools=SCHOOLS, students="student_id\n1\n", enrollments=HEAD + "".join(order))
        placed = found.place(rows, columns=["english_learner"])
        answers.add(tuple(sorted(placed.select("placed_school_id, placed_grade, placed_english_learner").fetchall())))
    assert len(answers) == 1
    assert {school for school, *_ in answers.pop()} == {"A", "B"}
