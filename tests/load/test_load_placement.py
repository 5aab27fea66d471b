"""Who is where in each kind of table: every rule of placement, worked by hand.

Two school years of the policy's default: 2024-08-15 to 2025-06-10 (2025) and 2025-08-15 to 2026-06-10 (2026).
"""

from datetime import date

import pandas as pd
import pytest

from cbe_analysis.errors import UsageError

HEAD = "student_id,school_id,entry_date,exit_date,school_year,grade,english_learner,gifted\n"
SCHOOLS = "school_id,name,kind\nA,North,elementary\nB,South,elementary\nC,West,elementary\n"
TWO_YEARS = HEAD + (
    "1,A,2024-08-20,2025-01-31,2025,3,current,\n"
    "1,B,2025-02-01,2025-06-10,2025,3,former,true\n"
    "1,B,2025-08-20,2026-06-10,2026,4,never,false\n"
)


@pytest.fixture
def two_years(district):
    """A function that loads the student of TWO_YEARS with further tables."""
    return lambda **tables: district(
        schools=SCHOOLS, students="student_id,gender\n1,female\n", enrollments=TWO_YEARS, **tables
    )


def test_the_placed_table_has_its_own_columns_and_the_factors_of_the_day(two_years):
    scores = "student_id,instrument,subject,date,score\n" + "".join(
        f"1,sat,math,{day},{score}\n" for day, score in (("2024-10-01", 1), ("2025-04-01", 2), ("2026-04-01", 3))
    )
    placed = two_years(assessments=scores).placed("assessments", factors=["english_learner", "gifted", "gender"])
    assert placed.columns[:2] == ["student_id", "instrument"]
    assert placed.columns[-6:] == [
        *("placed_school_id", "placed_grade", "placed_school_year"),
        *("placed_english_learner", "placed_gifted", "placed_gender"),
    ]
    shown = placed.select("score, placed_school_id, placed_grade, placed_english_learner, placed_gifted, placed_gender")
    assert sorted(shown.fetchall()) == [
        (1.0, "A", 3, "current", None, "female"),
        (2.0, "B", 3, "former", "true", "female"),
        (3.0, "B", 4, "never", "false", "female"),
    ]


def test_a_factor_of_enrollments_is_unplaced_where_the_row_is(two_years):
    scores = "student_id,instrument,subject,date,score\n1,sat,math,2020-10-01,1\n"
    placed = two_years(assessments=scores).placed("assessments", factors=["english_learner", "gender"])
    assert placed.select("placed_english_learner, placed_gender").fetchall() == [("(unplaced)", "female")]


# School years and terms


def _attendance(two_years, rows, columns="student_id,school_year", **tables):
    table = f"{columns},days_enrolled,days_absent\n" + "".join(f"{row},90,1\n" for row in rows)
    placed = two_years(attendance=table, **tables).placed("attendance", factors=["english_learner"])
    names = "days_absent, placed_school_id, placed_grade, placed_school_year, placed_english_learner"
    return [row[1:] for row in placed.select(names).fetchall()]


def test_a_school_year_takes_the_spell_of_most_days(two_years):
    # 165 days at A, 130 at B
    assert _attendance(two_years, ["1,2025"]) == [("A", 3, 2025, "current")]
    assert _attendance(two_years, ["1,2026"]) == [("B", 4, 2026, "never")]
    assert _attendance(two_years, ["1,2020"]) == [("(unplaced)", None, 2020, "(unplaced)")]


def test_a_school_year_at_a_school_takes_the_spell_there(two_years):
    columns = "student_id,school_year,school_id"
    found = _attendance(two_years, ["1,2025,A", "1,2025,B", "1,2025,C"], columns)
    assert sorted(found) == [*[("A", 3, 2025, "current")] * 2, ("B", 3, 2025, "former")]


def test_a_term_takes_the_spell_of_most_days_in_it(two_years):
    calendar = (
        "school_id,term_id,school_year,kind,start_date,end_date\n"
        ",fall,2025,semester,2024-08-15,2024-12-20\n"
        ",spring,2025,semester,2025-01-06,2025-06-10\n"
        "C,spring,2025,semester,2024-11-01,2025-04-15\n"
    )
    columns = "student_id,school_year,term_id"
    found = _attendance(two_years, ["1,2025,fall", "1,2025,spring", "1,2025,"], columns, calendar=calendar)
    assert sorted(found) == [*[("A", 3, 2025, "current")] * 2, ("B", 3, 2025, "former")]
    # at C the spring term has 92 days at A and 74 at B
    assert _attendance(two_years, ["1,2025,spring,C"], f"{columns},school_id", calendar=calendar)[0][0] == "A"


def test_an_equal_number_of_days_gives_the_later_spell(district):
    enrollments = HEAD + "1,A,2024-09-01,2024-09-10,2025,3,,\n1,B,2024-09-11,2024-09-20,2025,3,,\n"
    found = district(schools=SCHOOLS, students="student_id\n1\n", enrollments=enrollments)
    rows = pd.DataFrame({"student_id": ["1"], "school_year": [2025]})
    assert found.place(rows).select("placed_school_id").fetchall() == [("B",)]


def test_an_opportunity_has_a_date_or_a_school_year(two_years):
    rows = "student_id,kind,date,school_year\n1,project,2025-04-01,\n1,service,,2025\n1,arts,,\n"
    placed = two_years(opportunities=rows).placed("opportunities")
    found = placed.select("kind, placed_school_id, placed_school_year").order("kind").fetchall()
    assert found == [("arts", "(unplaced)", None), ("project", "B", 2025), ("service", "A", 2025)]


# Windows


def _window(two_years, first, last):
    rows = pd.DataFrame(
        {"student_id": ["1"], "first_date": [date.fromisoformat(first)], "last_date": [date.fromisoformat(last)]}
    )
    placed = two_years().place(rows, columns=["english_learner"])
    names = "placed_school_id, placed_grade, placed_school_year, placed_english_learner"
    return placed.select(names).fetchall()[0]


def test_a_window_has_the_factors_of_its_first_day_and_the_school_of_most_days(two_years):
    assert _window(two_years, "2024-10-01", "2025-02-28") == ("A", 3, 2025, "current")  # 123 days at A, 28 at B
    assert _window(two_years, "2025-01-01", "2025-05-31") == ("B", 3, 2025, "current")  # 31 at A, 120 at B
    assert _window(two_years, "2024-10-01", "2026-05-31") == ("B", 3, 2025, "current")  # spells of B together


def test_a_window_with_equal_days_takes_the_later_school(two_years):
    assert _window(two_years, "2025-01-31", "2025-02-01")[0] == "B"


def test_days_between_spells_do_not_count_for_a_window(district):
    enrollments = HEAD + "1,A,2024-09-01,2024-09-10,2025,3,,\n1,B,2024-12-01,2024-12-20,2025,3,,\n"
    found = district(schools=SCHOOLS, students="student_id\n1\n", enrollments=enrollments)
    rows = pd.DataFrame({"student_id": ["1"], "first_date": ["2024-09-01"], "last_date": ["2024-12-20"]})
    assert found.place(rows).select("placed_school_id").fetchall() == [("B",)]


def test_a_window_between_spells_takes_the_school_of_its_first_day(two_years):
    assert _window(two_years, "2025-07-01", "2025-07-31")[0] == "B"
    assert _window(two_years, "2020-07-01", "2020-07-31") == ("(unplaced)", None, None, "(unplaced)")


def test_a_window_has_the_factors_of_its_own_school_and_the_school_of_most_days(district):
    spells = (("A", "former"), ("B", "current"))
    enrollments = HEAD + "".join(f"1,{school},2024-09-01,2025-06-10,2025,3,{word},\n" for school, word in spells)
    found = district(schools=SCHOOLS, students="student_id\n1\n", enrollments=enrollments)
    rows = {"student_id": ["1"], "first_date": ["2024-10-01"], "last_date": ["2024-10-31"], "school_id": ["B"]}
    placed = found.place(pd.DataFrame(rows), columns=["english_learner"])
    assert placed.select("placed_school_id, placed_english_learner").fetchall() == [("A", "current")]


def test_a_window_with_columns_of_other_names(two_years):
    rows = pd.DataFrame({"student_id": ["1"], "from": ["2025-01-01"], "until": ["2025-05-31"]})
    assert two_years().place(rows, date=("from", "until")).select("placed_school_id").fetchall() == [("B",)]


# A program's study


PROGRAMS = "program_id,name,assignment,start_date\nsmall,Small classes,randomized,2025-08-16\n"


def _study(two_years, start, programs=PROGRAMS):
    rows = f"program_id,student_id,arm,start_date\nsmall,1,treatment,{start}\n"
    placed = two_years(participation=rows, programs=programs).placed("participation", factors=["english_learner"])
    return placed.select("placed_school_id, placed_grade, placed_english_learner").fetchall()[0]


def test_a_place_in_a_study_takes_the_spell_at_the_students_start(two_years):
    assert _study(two_years, "2025-01-15") == ("A", 3, "current")


def test_without_a_start_of_the_student_the_programs_start_counts(two_years):
    assert _study(two_years, "", PROGRAMS.replace("2025-08-16", "2025-02-15")) == ("B", 3, "former")


def test_where_no_spell_holds_at_the_start_the_first_of_that_school_year_counts(two_years):
    assert _study(two_years, "") == ("B", 4, "never")  # four days before school
    assert _study(two_years, "", PROGRAMS.replace("2025-08-16", "2024-08-16")) == ("A", 3, "current")


def test_a_study_without_programs(two_years):
    rows = "program_id,student_id,arm\nsmall,1,treatment\n"
    placed = two_years(participation=rows).placed("participation")
    assert placed.select("placed_school_id, placed_grade").fetchall() == [("(unplaced)", None)]


# Other tables


def test_an_enrollment_is_placed_where_it_says(two_years):
    placed = two_years().placed("enrollments", factors=["english_learner", "gender"])
    names = "entry_date, placed_school_id, placed_grade, placed_school_year, placed_english_learner, placed_gender"
    assert [row[1:] for row in placed.select(names).order("entry_date").fetchall()] == [
        ("A", 3, 2025, "current", "female"),
        ("B", 3, 2025, "former", "female"),
        ("B", 4, 2026, "never", "female"),
    ]


def test_a_student_is_placed_at_the_date_of_the_data(two_years):
    placed = two_years().placed("students", factors=["gender"])
    assert "placed_on" not in placed.columns
    assert placed.select("placed_school_id, placed_grade, placed_gender").fetchall() == [("B", 4, "female")]
    earlier = two_years(**{"district.toml": "as_of = 2025-01-01\n"}).placed("students")
    assert earlier.select("placed_school_id, placed_grade").fetchall() == [("A", 3)]


def test_rows_of_no_student_have_the_school_that_they_name(two_years):
    rows = "principle,practice_id,rater_id,school_id,date,rating\n3,p,r,A,2025-04-01,2\n3,q,r,,2025-04-01,2\n"
    found = two_years(practices=rows)
    placed = found.placed("practices", factors=["rating"]).select(
        "practice_id, placed_school_id, placed_grade, placed_rating"
    )
    assert sorted(placed.fetchall()) == [("p", "A", None, "2"), ("q", "(unplaced)", None, "2")]
    with pytest.raises(UsageError, match="gender"):
        found.placed("practices", factors=["gender"])


def test_rows_with_nothing_to_place_them_by_are_refused(two_years):
    with pytest.raises(UsageError, match="student_id with date"):
        two_years().place(pd.DataFrame({"student_id": ["1"]}))


def test_placed_columns_of_rows_are_made_anew(two_years):
    found = two_years()
    rows = pd.DataFrame({"student_id": ["1"], "date": ["2025-04-01"], "placed_school_id": ["Z"]})
    once = found.place(rows)
    assert once.columns == ["student_id", "date", "placed_school_id", "placed_grade", "placed_school_year"]
    assert found.place(once).fetchall() == once.fetchall() == [("1", date(2025, 4, 1), "B", 3, 2025)]


def test_each_row_is_placed_once_though_students_stand_there_twice(district):
    rows = pd.DataFrame({"student_id": ["007"] * 3, "date": ["2025-10-01"] * 3})
    found = district(students="student_id,gender\n007,male\n007,female\n008,male\n")
    assert found.place(rows, columns=["gender"]).select("placed_gender").fetchall() == [("female",)] * 3


@pytest.mark.parametrize("where", ["score>=2", "grade=3", "english_learner=never", ["score<3", "gender=female"], ()])
def test_rows_that_meet_the_conditions_can_be_marked_instead(two_years, where):
    scores = "student_id,instrument,subject,date,score\n" + "".join(
        f"{student},sat,math,{day},{score}\n"
        for student, day, score in (
            ("1", "2024-10-01", 1),
            ("1", "2026-04-01", 2),
            ("2", "2025-04-01", 3),
            ("1", "", ""),
        )
    )
    found = two_years(assessments=scores)
    rows = found.placed("assessments", where, ["gender"])
    marked = found.placed("assessments", where, ["gender"], marked=True)
    assert marked.columns == [*rows.columns, "placed_asked"]
    assert len(marked) == 4
    asked = marked.filter("placed_asked").select("* EXCLUDE (placed_asked)")
    assert sorted(asked.fetchall(), key=str) == sorted(rows.fetchall(), key=str)
    assert marked.filter("placed_asked IS NULL").fetchall() == []
