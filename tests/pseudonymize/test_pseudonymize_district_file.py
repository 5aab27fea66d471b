"""The district.toml of a copy says the same rules, and nothing about what is coded or left out."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe_analysis.policy import read_policy
from cbe_analysis.pseudonymize import pseudonymize
from cbe_analysis.pseudonymize.district_file import _toml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
PLAIN = st.one_of(TEXT, st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False), st.dates())
SETTINGS = st.recursive(
    st.dictionaries(TEXT, st.one_of(PLAIN, st.lists(PLAIN, max_size=3)), max_size=4),
    lambda inner: st.dictionaries(TEXT, st.one_of(PLAIN, inner), max_size=4),
    max_leaves=12,
)


@given(SETTINGS)
def test_what_is_written_is_read_as_it_was(settings):
    assert tomllib.loads(_toml(settings)) == settings


RULES = """\
# Ms. Smith wanted 12 here
name = "Oak \\"Hill\\""
description = "Line\\u007f with é and 名"
minimum_n = 12
factors = ["gender", "home_language", "setting"]
published_dimensions = ["gender", "setting", "school_id"]
as_of = 2026-06-05

[references]
gender = "male"
setting = "rural"

[labels.setting]
rural = "In the country"

[labels.staff_id]
"" = "Teachers"
T1 = "Ms. Smith"

[labels.school_id]
0101 = "Oak Hill Elementary"

[labels.grade]
3 = "Grade 3"

[official.enrollment]
on = 2025-10-01
0101 = { all = 12, 3 = 12 }
"""


@pytest.fixture
def district(small):
    folder = small(
        students=["student_id,gender,home_language,setting", *(f"{n:04},male,en,rural" for n in range(1, 25))]
    )
    (folder / "district.toml").write_text(RULES, encoding="utf-8")
    return folder


def test_a_copy_keeps_the_rules_and_loses_the_words(district, tmp_path):
    made = pseudonymize(district, tmp_path / "out")
    text = (made.folder / "district.toml").read_text(encoding="utf-8")
    before, after = read_policy(district), read_policy(made.folder)
    assert (after.name, after.description, after.minimum_n, after.as_of) == (
        *(before.name, before.description, before.minimum_n, before.as_of),
    )
    assert (after.factors, after.published_dimensions) == (("gender",), ("gender", "school_id"))
    assert dict(after.references) == {"gender": "male"}
    assert after.label("staff_id") == "Teachers"
    assert after.label("school_id", "0101") == "Oak Hill Elementary"
    assert after.official == before.official
    assert "Smith" not in text
    assert "setting" not in text
    assert "# Left out: students.home_language." in text
    assert set(made.settings) == {"factors", "published_dimensions", "references", "labels"}


def test_a_factor_that_is_kept_stays_a_factor(district, tmp_path):
    made = pseudonymize(district, tmp_path / "out", keep=["students.setting", "students.home_language"])
    assert read_policy(made.folder).factors == ("gender", "home_language", "setting")
    assert read_policy(made.folder).label("setting", "rural") == "In the country"


def test_coded_schools_have_neither_names_nor_official_counts(district, tmp_path):
    made = pseudonymize(district, tmp_path / "out", code_schools=True)
    text = (made.folder / "district.toml").read_text(encoding="utf-8")
    assert "0101" not in text
    assert "Oak Hill" not in text
    assert read_policy(made.folder).official.enrollment == ()


def test_without_a_district_file_there_is_none(small, tmp_path):
    made = pseudonymize(small(), tmp_path / "out")
    assert not (made.folder / "district.toml").exists()
    assert read_policy(made.folder).name == Path("out").name
