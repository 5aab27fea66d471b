"""What a notebook may be told: names and types, checked before anything runs."""

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe_analysis.errors import UsageError
from cbe_analysis.run.parameters import checked, declared

CELL = """data = "data/star"  # the district's folder
audience = "public"
outcome = "math"
years = [1986, 1987]
words = [
    "a",
    "b",
]
cohort: int = None
school = None
where = ["grade=3", "school_year>=1986"]  # text with equal signs = text
rate = 0.5
wide = True
most = 3
"""


def notebook(source=CELL, tags=("parameters",)):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})])
    book.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return book


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("outcome", "reading", "reading"),
        ("outcome", "", ""),
        ("years", "1988,1989", [1988, 1989]),
        ("years", "[1988]", [1988]),
        ("years", (1988,), [1988]),
        ("words", "black, white", ["black", "white"]),
        ("words", '["a,b", "c"]', ["a,b", "c"]),
        ("words", "", []),
        ("cohort", "1986", 1986),
        ("cohort", "", None),
        ("cohort", None, None),
        ("school", "007", "007"),
        ("where", "grade>=4,subject=math", ["grade>=4", "subject=math"]),
        ("rate", "1", 1.0),
        ("rate", 2, 2.0),
        ("wide", "False", False),
        ("wide", True, True),
        ("most", " 4 ", 4),
    ],
)
def test_values_are_read_in_the_declared_type(name, given, read):
    value = checked(notebook(), {name: given})[name]
    assert value == read
    assert type(value) is type(read)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("outcome", 3),
        ("outcome", None),
        ("years", "first"),
        ("years", "[1, 2"),
        ("years", [True]),
        ("years", 1988),
        ("years", '{"a": 1}'),
        ("cohort", "1e5"),
        ("cohort", 2.0),
        ("rate", "nan"),
        ("rate", float("inf")),
        ("rate", "half"),
        pytest.param("years", "[" * 100_000, id="deep brackets"),
        ("wide", "yes"),
        ("wide", 1),
        ("most", True),
        ("most", "3.5"),
        ("most", None),
    ],
)
def test_a_wrong_type_is_refused_without_its_value(name, given):
    with pytest.raises(UsageError) as stopped:
        checked(notebook(), {name: given})
    assert f"parameter '{name}' does not take this value; give" in str(stopped.value)


def test_the_message_does_not_repeat_the_value():
    with pytest.raises(UsageError) as stopped:
        checked(notebook(), {"most": "Maria Lopez"})
    assert "Maria" not in str(stopped.value)


def test_an_unknown_name_lists_the_declared_ones_and_the_nearest():
    with pytest.raises(UsageError, match="no parameter 'outcom'; did you mean outcome") as stopped:
        checked(notebook(), {"outcom": "math"})
    assert "cohort, most, outcome, rate, school, where, wide, words, years" in str(stopped.value)
    assert "data" not in str(stopped.value)


@pytest.mark.parametrize("name", ["outcome; import os", "x=1\nprint('me')", "", "__import__('os')", "outcome "])
def test_a_name_that_is_code_is_refused(name):
    with pytest.raises(UsageError, match="the notebook has no parameter"):
        checked(notebook(), {name: "math"})


@pytest.mark.parametrize(("name", "way"), [("data", "after the notebook"), ("audience", "--audience")])
def test_what_the_run_sets_is_refused(name, way):
    with pytest.raises(UsageError, match=way):
        checked(notebook(), {name: "x"})


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("data = ''\naudience = 'public'\nx = f()", "'x' of the notebook has no plain default"),
        ("data = ''\naudience = 'public'\nx = {'a': 1}", "'x' of the notebook has no plain default"),
        ("data = ''\naudience = 'public'\nx = [1, 'a']", "'x' of the notebook has no plain default"),
        ("data = ''\naudience = 'public'\nx = [None]", "'x' of the notebook has no plain default"),
        ("data = ''\naudience = 'public'\nx: int = 'a'", "'x' of the notebook has no plain default"),
        ("data = ''\naudience = 'public'\nimport os", "not plain"),
        ("data = audience = 'public'", "not plain"),
        ("data, audience = '', ''", "not plain"),
        ('data = \'\'\naudience = \'public\'\nx = """a\ny = 2\n"""', "not plain"),
        ("data: str\naudience = ''", "not plain"),
        ("data = ", "cannot be read"),
        ("data = ''", "does not declare audience"),
        ("audience = 'public'", "does not declare data"),
        ("", "does not declare audience, data"),
    ],
)
def test_a_parameters_cell_that_is_not_plain_is_refused(source, says):
    with pytest.raises(UsageError, match=says):
        declared(notebook(source))


def test_a_notebook_without_a_parameters_cell_is_refused():
    with pytest.raises(UsageError, match="no parameters cell"):
        declared(notebook(tags=()))


def test_a_notebook_with_two_parameters_cells_is_refused():
    book = notebook()
    book.cells.append(notebook().cells[0])
    with pytest.raises(UsageError, match="2 parameters cells"):
        declared(book)


BOOK = notebook()


@settings(deadline=None)
@given(st.text())
def test_any_text_is_taken_as_text_unchanged(text):
    assert checked(BOOK, {"outcome": text}) == {"outcome": text}


@settings(deadline=None)
@given(st.lists(st.integers()))
def test_a_list_of_numbers_comes_back_from_its_text(numbers):
    assert checked(BOOK, {"years": ",".join(map(str, numbers))}) == {"years": numbers}


@settings(deadline=None)
@given(st.text().filter(lambda name: name not in BOOK.cells[0].source))
def test_no_name_that_is_not_declared_gets_by(name):
    with pytest.raises(UsageError):
        checked(BOOK, {name: "x"})
