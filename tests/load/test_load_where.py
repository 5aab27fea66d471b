from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe_analysis.errors import UsageError
from cbe_analysis.load.where import Condition, canonical, conditions, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("grade=0", Condition("grade", "=", "0")),
        ("grade>=6", Condition("grade", ">=", "6")),
        ("grade<=6", Condition("grade", "<=", "6")),
        ("date<2026-01-31", Condition("date", "<", "2026-01-31")),
        ("score>12.5", Condition("score", ">", "12.5")),
        (" school_id != 07 ", Condition("school_id", "!=", "07")),
        ("evidence.school_id=7", Condition("evidence.school_id", "=", "7")),
        ("home language=a=b", Condition("home language", "=", "a=b")),
        ('gender in ["male", "female"]', Condition("gender", "in", ("female", "male"))),
        ('home language in ["a", "b"]', Condition("home language", "in", ("a", "b"))),
        ('aim=grow in ["a"]', Condition("aim", "=", 'grow in ["a"]')),
        ("gender=(unknown)", Condition("gender", "=", "(unknown)")),
    ],
)
def test_conditions_are_read(text, expected):
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["", "grade", "=3", "grade=", "grade==3", "gender in []", "gender in [1]", "<>"])
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(UsageError, match="--where"):
        parse(text)


def test_a_mapping_says_the_same_as_texts():
    mapping = {
        "grade": 0,
        "gifted": True,
        "gender": ["male", "female", "male"],
        "date": date(2026, 1, 31),
        "home_language": None,
        "level": np.float64(2.5),
        "school_year": np.array([2025]),
    }
    assert canonical(mapping) == (
        "date=2026-01-31",
        'gender in ["female", "male"]',
        "gifted=true",
        "grade=0",
        "home_language=(unknown)",
        "level=2.5",
        "school_year=2025",
    )


def test_order_and_repetition_do_not_matter():
    assert canonical(["b=2", "a=1", " a = 1 "]) == canonical(("a=1", "b=2")) == ("a=1", "b=2")
    assert canonical("a=1") == canonical(Condition("a", "=", "1")) == ("a=1",)
    assert canonical(None) == canonical(()) == canonical({}) == ()


@pytest.mark.parametrize("mapping", [{"grade": []}, {"grade": " "}])
def test_empty_values_of_a_mapping_are_refused(mapping):
    with pytest.raises(UsageError, match="grade"):
        conditions(mapping)


names = st.from_regex(r"[a-z][a-z_]{0,8}(\.[a-z]{1,5})?", fullmatch=True)
texts = st.text(min_size=1).map(str.strip).filter(lambda text: text and not text.startswith("="))


@settings(deadline=None)
@given(column=names, operator=st.sampled_from(["=", "!=", ">=", "<=", ">", "<"]), value=texts)
def test_the_canonical_text_reads_back(column, operator, value):
    condition = Condition(column, operator, value)
    assert parse(str(condition)) == condition


@settings(deadline=None)
@given(column=names, values=st.sets(texts, min_size=2))
def test_a_list_in_canonical_text_reads_back(column, values):
    [condition] = conditions({column: values})
    assert parse(str(condition)) == condition
