"""Declarations: what one must hold, what is refused at import, and the page made from them."""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators import CATALOGUE, Option, indicator
from cbe_analysis.indicators.declare import Relation
from cbe_analysis.indicators.page import catalogue_page
from cbe_analysis.policy import Policy
from cbe_analysis.tables import TABLES

WORDS = {"question": "How many?", "unit": "students", "principles": (9,), "source": "a book, page 1"}


@pytest.fixture
def catalogue():
    """The catalogue as it was, again after the test."""
    before = dict(CATALOGUE)
    yield CATALOGUE
    CATALOGUE.clear()
    CATALOGUE.update(before)


def body(attendance: Relation, policy: Policy, *, most: int = 3) -> Relation:
    """Students who are there.

    Parameters
    ----------
    most
        How many at most.
    """
    return attendance


def changed(name="headcount", doc=body.__doc__, **defaults):
    """The body under another name, docstring or signature."""

    def other(attendance, policy, *, most=3):
        return attendance

    other.__name__, other.__doc__ = name, doc
    other.__annotations__ = {"most": int, **defaults}
    return other


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_entry_is_complete(name):
    entry = CATALOGUE[name]
    assert entry.id == name == entry.body.__name__
    assert len(entry.definition) > 40
    assert entry.question.endswith("?")
    assert entry.unit
    assert any(character.isdigit() for character in entry.source), "a source names a year or a version"
    assert {*entry.tables, *entry.optional_tables} <= set(TABLES)
    assert all(1 <= p <= 16 for p in entry.principles)
    assert all(option.meaning.endswith(".") for option in entry.options.values())


def test_the_page_is_the_one_that_the_declarations_make():
    page = Path(__file__).parents[2] / "docs" / "indicators.md"
    assert page.read_text(encoding="utf-8") == catalogue_page(), "run python -m cbe_analysis.indicators.page on it"


def test_the_page_can_be_written(tmp_path):
    page = tmp_path / "indicators.md"
    subprocess.run([sys.executable, "-m", "cbe_analysis.indicators.page", str(page)], check=True)
    assert "## chronic_absence" in page.read_text(encoding="utf-8")


def test_the_catalogue_loads_without_the_heavy_libraries():
    script = "import sys, cbe_analysis.indicators; print({'numpy', 'pandas', 'duckdb', 'scipy'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert said.strip() == "set()"


def test_a_declaration_reads_name_definition_tables_and_options_from_the_function(catalogue):
    entry = indicator(**WORDS)(body)
    assert catalogue["body"] is entry
    assert entry.definition == "Students who are there."
    assert (entry.tables, entry.optional_tables, entry.wants, entry.kind) == (("attendance",), (), ("policy",), "cases")
    assert entry.options == {"most": Option("most", int, 3, "How many at most.")}
    assert entry.main == ("attendance",)


def test_a_table_that_may_be_absent_is_not_missing(catalogue):
    def either(policy, attendance=None, levels=None):
        """Either of two tables will do."""

    def needs(attendance, calendar=None):
        """One table, and the calendar where there is one."""

    entry, other = indicator(**WORDS)(either), indicator(**WORDS)(needs)
    assert entry.main == ("attendance", "levels")
    assert entry.missing(["students"]) == ("attendance",)
    assert entry.missing(["students", "levels"]) == ()
    assert (other.main, other.missing(["calendar"]), other.missing(["attendance"])) == (
        ("attendance",),
        ("attendance",),
        (),
    )


@dataclass(frozen=True)
class Presence:
    """What two declarations have in common.

    Parameters
    ----------
    most
        How many at most.
    """

    attendance: Relation
    policy: Policy
    calendar: Relation | None = None
    most: int = field(default=3, kw_only=True)


def test_what_declarations_share_is_a_record_that_stands_for_its_fields(catalogue):
    def headcount(presence: Presence, closures: Relation | None = None, *, least: int = 1) -> tuple[object, ...]:
        """Students who are there.

        Parameters
        ----------
        least
            How many at least.
        """
        return presence, closures, least

    entry = indicator(**WORDS)(headcount)
    assert (entry.tables, entry.optional_tables, entry.wants) == (
        ("attendance",),
        ("calendar", "closures"),
        ("policy",),
    )
    assert list(entry.options.values()) == [
        Option("most", int, 3, "How many at most."),
        Option("least", int, 1, "How many at least."),
    ]
    given = dict(attendance="a", policy="p", calendar=None, closures="c", **entry.read_options({"most": "5"}))
    assert entry.body(**given) == (Presence("a", "p", most=5), "c", 1)


def test_a_shared_record_is_held_to_the_same_rules(catalogue):
    @dataclass
    class Wordless:
        attendance: Relation
        most: int = field(default=3, kw_only=True)

    def headcount(presence):
        """Students who are there."""

    headcount.__annotations__ = {"presence": Wordless}
    with pytest.raises(TypeError, match="indicator headcount: the docstring does not explain option most"):
        indicator(**WORDS)(headcount)


@pytest.mark.parametrize(
    ("words", "declared", "complaint"),
    [
        ({}, changed(doc=""), "docstring"),
        ({"question": "How many."}, changed(), "question"),
        ({"unit": ""}, changed(), "unit"),
        ({"source": ""}, changed(), "source"),
        ({"principles": ()}, changed(), "principles"),
        ({"principles": (17,)}, changed(), "principles"),
        ({}, changed(name="status"), "twice"),
        ({}, changed(doc="Students who are there."), "option most"),
        ({}, changed(most=list), "plain type"),
        ({}, lambda attendence: None, "docstring"),
    ],
)
def test_an_incomplete_declaration_fails_at_import(catalogue, words, declared, complaint):
    with pytest.raises(TypeError, match=complaint):
        indicator(**WORDS | words)(declared)


def test_an_unknown_table_fails_at_import(catalogue):
    def headcount(attendence):
        """Students who are there."""

    def nothing(policy):
        """No table at all."""

    with pytest.raises(TypeError, match="'attendence' is neither a table nor one of"):
        indicator(**WORDS)(headcount)
    with pytest.raises(TypeError, match="needs at least one table"):
        indicator(**WORDS)(nothing)


@pytest.mark.parametrize(
    ("kind", "given", "read"),
    [(int, "3", 3), (float, "2.5", 2.5), (float, 2, 2.0), (bool, "True", True), (bool, False, False), (str, 7, "7")],
)
def test_an_option_reads_its_type_from_text_or_python(kind, given, read):
    assert Option("most", kind, None, "").read(given) == read
    assert Option("most", kind, None, "").read(None) is None


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        (int, "three", "a whole number"),
        (int, True, "a whole number"),
        (int, 2.7, "a whole number"),
        (float, "nan", "a number"),
        (bool, "yes", "true or"),
    ],
)
def test_an_option_of_the_wrong_type_is_refused_without_its_value(kind, given, words):
    with pytest.raises(UsageError, match=f"option 'most' does not take this value; give {words}"):
        Option("most", kind, None, "").read(given)


def test_an_unknown_option_is_refused_with_the_list():
    with pytest.raises(UsageError, match="'status' has no option cutt; its options are: cut, outcome, until"):
        CATALOGUE["status"].read_options({"cutt": 3})
