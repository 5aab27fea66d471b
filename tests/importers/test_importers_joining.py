"""Rows of several sources as one: each key once, the first source's word first, empty cells filled."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from cbe_analysis.importers.joining import change, conflicts, folded, keyed, ordered, renewed

CELL = st.sampled_from(["", "a", "b"])


@st.composite
def rows(draw):
    """Rows of students, each once, with two columns."""
    ids = draw(st.lists(st.sampled_from("12345"), unique=True, min_size=1))
    cells = [(student, draw(CELL), draw(CELL)) for student in ids]
    return keyed("students", pd.DataFrame(cells, columns=["student_id", "gender", "home_language"], dtype="str"))


def as_dict(frame):
    return {row[0]: row[1:] for row in frame[["student_id", "gender", "home_language"]].itertuples(index=False)}


@given(rows(), rows())
def test_each_key_once_with_the_first_word_that_is_said(first, second):
    one, other = as_dict(first), as_dict(second)
    joined = as_dict(folded("students", [first, second]))
    assert joined == {
        student: tuple(a or b for a, b in zip(one.get(student, ("", "")), other.get(student, ("", "")), strict=True))
        for student in one | other
    }


@given(rows(), rows())
def test_joining_again_changes_nothing(first, second):
    once = folded("students", [first, second])
    assert as_dict(folded("students", [once, first, second])) == as_dict(once)
    assert as_dict(renewed("students", first, first)) == as_dict(first)
    assert change("students", once, once) == change("students", first, first)


@given(rows(), rows())
def test_renewing_takes_the_new_row_and_keeps_the_others(old, new):
    assert as_dict(renewed("students", old, new)) == as_dict(old) | as_dict(new)


@given(rows(), rows())
def test_conflicts_are_the_same_from_both_sides(first, second):
    assert conflicts("students", first, second) == conflicts("students", second, first)
    one, other = as_dict(first), as_dict(second)
    differ = sum(bool(a and b and a != b) for s in one.keys() & other.keys() for a, b in [(one[s][0], other[s][0])])
    assert conflicts("students", first, second).get("gender", 0) == differ


@given(rows(), rows())
def test_changes_add_up(before, after):
    old, new = as_dict(before), as_dict(after)
    whole = folded("students", [after, before], fill=False)
    found = change("students", before, whole)
    assert found.added == len(new.keys() - old.keys())
    assert found.changed == sum(old[s] != new[s] for s in old.keys() & new.keys())


def test_a_column_that_a_new_export_lacks_is_kept():
    old = keyed("students", pd.DataFrame({"student_id": ["1"], "gender": ["male"], "homeroom": ["A"]}))
    new = keyed("students", pd.DataFrame({"student_id": ["1", "2"], "gender": ["", "male"]}))
    kept = renewed("students", old, new)
    assert kept.set_index("student_id").loc["1", ["gender", "homeroom"]].tolist() == ["", "A"]


def test_the_order_of_columns_and_rows_does_not_depend_on_who_came_first():
    frame = pd.DataFrame({"homeroom": ["A", "B"], "gender": ["", ""], "student_id": ["2", "10"]}, dtype="str")
    assert ordered("students", frame).to_csv(index=False) == "student_id,gender,homeroom\n10,,B\n2,,A\n"


def test_an_optional_column_of_the_key_that_nobody_fills_is_not_written():
    terms = pd.DataFrame({"term_id": ["S1"], "school_year": ["2026"]}, dtype="str")
    assert "school_id" not in ordered("calendar", keyed("calendar", terms))
    assert "school_id" in ordered("calendar", keyed("calendar", terms.assign(school_id="0101")))
