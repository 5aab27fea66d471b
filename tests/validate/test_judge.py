"""Great Expectations is the judge: its suites are generated from the declarations, and its verdict decides."""

import string

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cbe_analysis as cbe
from cbe_analysis.load.cells import PATTERNS, read
from cbe_analysis.tables import TABLES, Column, Table
from cbe_analysis.validate import inspection, judge
from cbe_analysis.validate.checks import Check, Expectation, Words
from cbe_analysis.validate.sets import set_checks
from cbe_analysis.validate.values import value_checks

KINDS = sorted(PATTERNS)


def checks_of(table):
    present = frozenset(c.name for c in table.columns)
    return [*value_checks(table, present), *set_checks(table, present)]


def expected_kinds(column):
    """The expectations that a declaration must lead to."""
    kinds = {"expect_column_values_to_not_be_null"} if column.required else set()
    if column.type != "text":
        kinds.add("expect_column_values_to_match_regex")
    if column.type == "date":
        kinds.add("expect_column_values_to_match_strftime_format")
    if column.allowed or column.usual:
        kinds.add("expect_column_values_to_be_in_set")
    return kinds


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_suite_of_a_table_holds_what_its_declaration_says(table):
    suite = judge.suite(table.name, checks_of(table))
    told = {}
    for expectation in suite.expectations:
        told.setdefault(expectation.column, set()).add(expectation.expectation_type)
    for column in table.columns:
        assert told.get(column.name, set()) == expected_kinds(column)
        ranged = column.minimum is not None or column.maximum is not None
        assert (f"{column.name} as a number" in told) is ranged
    assert told[f"duplicate_key {' '.join(table.key)}"] == {"expect_column_values_to_be_between"}


def test_an_expectation_carries_severity_and_bounds():
    suite = judge.suite("enrollments", checks_of(TABLES["enrollments"]))
    [ranged] = [e for e in suite.expectations if e.column == "grade as a number"]
    assert (ranged.min_value, ranged.max_value, ranged.severity.value) == (-1, 12, "warning")
    [overlap] = [e for e in suite.expectations if e.column.startswith("overlap")]
    assert (overlap.min_value, overlap.max_value) == (0, 0)


def test_without_its_expectation_a_fault_is_not_found(findings, clean, monkeypatch, write):
    faulty = clean["enrollments"].replace("2026,3,never", "2026,K,never")
    whole = judge.suite

    def without_grade(table, checks, columns=None):
        suite = whole(table, checks, columns)
        suite.expectations = [e for e in suite.expectations if e.column != "grade"]
        return suite

    assert [f.check for f in findings(enrollments=faulty).findings] == ["type"]
    monkeypatch.setattr(judge, "suite", without_grade)
    district = cbe.load(write(enrollments=faulty))
    assert inspection.inspect(district, "again").findings == ()


def test_only_verdicts_are_asked_for(findings, monkeypatch):
    formats = []
    batch = type(judge._batches().get_batch({"dataframe": pd.DataFrame({"a": [1]})}))
    validate = batch.validate

    def spied(self, expect, *, result_format, **others):
        result = validate(self, expect, result_format=result_format, **others)
        formats.append(result_format)
        assert all(one.result == {} for one in result.results)
        return result

    monkeypatch.setattr(batch, "validate", spied)
    findings()
    assert set(formats) == {"BOOLEAN_ONLY"}


def test_ids_and_names_never_reach_the_judge(write, monkeypatch):
    seen = []
    broken = judge.broken

    def spied(table, checks, frames):
        frames = list(frames)
        seen.extend(str(value) for frame in frames for column in frame for value in frame[column])
        return broken(table, checks, frames)

    monkeypatch.setattr(judge, "broken", spied)
    cbe.validate(cbe.load(write()))
    assert "(filled)" in seen
    assert not {"0001", "0101", "Oak", "tutoring", "Tutoring"} & set(seen)


def test_an_expectation_that_fails_to_run_is_our_fault_and_tells_no_value():
    unreadable = Expectation("ExpectColumnValuesToMatchRegex", "grade", (("regex", "("),))
    check = Check("type", "enrollments", ("grade",), "critical", Words("", "", ""), "", (unreadable,))
    with pytest.raises(RuntimeError) as caught:
        judge.broken("enrollments", [check], [pd.DataFrame({"grade": ["CANARY"]})])
    assert str(caught.value) == "Great Expectations could not judge the check 'type grade' of table 'enrollments'"


NASTY = [
    "1e5",
    "0x1F",
    "٣",
    "1_000",
    "2020-02-29",
    "2021-02-29",
    "true\n",
    "5\n",
    "True",
    ".",
    "5.",
    "-.5",
    "+1",
    "--1",
    "1e",
]
TEXTS = st.one_of(
    st.sampled_from(NASTY),
    st.text(alphabet=string.digits + "+-.eE", min_size=1, max_size=8),
    st.from_regex(r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]", fullmatch=True),
    st.from_regex(r"[12][0-9]{3}-[01][0-9]", fullmatch=True),
    st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=6),
)


def assert_agreement(write, kind, texts):
    """Great Expectations and DuckDB call the same texts faulty, and DuckDB reads all others as the type."""
    district = cbe.load(write())
    columns = tuple(Column(f"c{n}", kind, "Any.") for n in range(len(texts)))
    checks = list(value_checks(Table("any", "a row", (), columns), frozenset(c.name for c in columns)))
    values = pd.DataFrame({c.name: [text] for c, text in zip(columns, texts, strict=True)}, dtype=object)
    raw = district.sql("SELECT * FROM given", given=values.assign(row_number=1))
    counted = {c.key for c in checks if district.sql(c.rows, raw=raw).fetchall()}
    assert judge.broken("any", checks, [values]) == counted
    sound = [check.columns[0] for check in checks if check.key not in counted]
    unread = [
        name for name in sound if district.sql(f"SELECT {read(name, kind)} FROM raw", raw=raw).fetchall()[0][0] is None
    ]
    assert unread == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_judge_and_the_database_agree_on_nasty_texts(write, kind):
    assert_agreement(write, kind, NASTY)


@given(kind=st.sampled_from(KINDS), texts=st.lists(TEXTS, min_size=20, max_size=30, unique=True))
@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_judge_and_the_database_agree_on_any_text(write, kind, texts):
    assert_agreement(write, kind, texts)
