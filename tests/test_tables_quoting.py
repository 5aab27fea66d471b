from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe_analysis.tables.quoting import identifier, listed, literal, path

writable = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    writable,
)


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect(":memory:") as opened:
        yield opened


@settings(deadline=None)
@given(value=values)
def test_a_literal_comes_back_as_it_was(connection, value):
    assert connection.sql(f"SELECT {literal(value)}").fetchall() == [(value,)]


@settings(deadline=None)
@given(name=writable.filter(bool))
def test_an_identifier_names_one_column_and_nothing_else(connection, name):
    relation = connection.sql(f"SELECT {identifier(name)} FROM (SELECT 1 AS {identifier(name)})")
    assert relation.columns == [name]


@settings(deadline=None)
@given(text=writable)
def test_text_cannot_leave_its_quotes(connection, text):
    hostile = f"'; DROP TABLE students; --{text}"
    assert connection.sql(f"SELECT 1 WHERE {literal(hostile)} = {literal(hostile)}").fetchall() == [(1,)]


def test_a_list_of_literals():
    assert listed(["it's", 3, True, None, date(2026, 1, 31)]) == "'it''s', 3, TRUE, NULL, DATE '2026-01-31'"


@pytest.mark.parametrize("value", ["a\0b", "\ud800", float("nan"), float("inf")])
def test_what_sql_cannot_write_is_refused(value):
    with pytest.raises(ValueError, match=r"."):
        literal(value)


@pytest.mark.parametrize("name", ["", "a\0b"])
def test_names_that_cannot_be_written_are_refused(name):
    with pytest.raises(ValueError, match=r"."):
        identifier(name)


def test_a_path_matches_itself_alone(connection, tmp_path):
    for name in ("a*b.csv", "axb.csv", "[a]?.csv"):
        (tmp_path / name).write_text(f"name\n{name}\n")
    for name in ("a*b.csv", "[a]?.csv"):
        assert connection.sql(f"FROM read_csv({path(tmp_path / name)}, header = true)").fetchall() == [(name,)]
