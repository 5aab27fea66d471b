"""Checks on single values, from the declaration of each column: type, required, allowed, usual, range."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cbe_analysis.load.cells import PATTERNS, TYPE_WORDS
from cbe_analysis.tables import Column, Table
from cbe_analysis.tables.quoting import identifier, listed, literal
from cbe_analysis.validate.checks import Check, Expectation, Words, as_date, as_number

NUMBER = " as a number"  # suffix of the judged column that holds the value as a number


def value_checks(table: Table, present: frozenset[str]) -> Iterator[Check]:
    """The checks on the values of the columns that are present.

    Parameters
    ----------
    present
        Names of the columns in the file.
    """
    for column in table.columns:
        if column.name in present:
            if column.required:
                yield _required(table, column)
            if column.type != "text":
                yield _type(table, column)
            if column.allowed:
                yield _allowed(table, column)
            if column.usual:
                yield _usual(table, column)
            if column.minimum is not None or column.maximum is not None:
                yield _range(table, column)


def _where(condition: str) -> str:
    return f"SELECT row_number FROM raw WHERE {condition}"


def _required(table: Table, column: Column) -> Check:
    in_key = column.name in table.key
    if in_key:
        words = Words(
            f"{column.name} is empty; it is part of what names a row",
            "the row belongs to nobody and cannot be joined: it falls out of every count",
            f"fill {column.name} in the source system, or leave the row out of the export",
        )
    else:
        words = Words(
            f"{column.name} is required, and empty",
            f"these rows drop out of whatever uses {column.name}; if they differ from the rest, results are tilted",
            f"fill {column.name} in the source system; empty means unknown, never no or 0",
        )
    expectation = Expectation("ExpectColumnValuesToNotBeNull", column.name)
    return Check(
        "empty_key" if in_key else "required",
        *(table.name, (column.name,), "critical" if in_key else "warning", words),
        _where(f"{identifier(column.name)} IS NULL"),
        (expectation,),
    )


def _type(table: Table, column: Column) -> Check:
    name, pattern = identifier(column.name), PATTERNS[column.type]
    expectations = [Expectation("ExpectColumnValuesToMatchRegex", column.name, (("regex", _regex(pattern)),))]
    condition = f"NOT regexp_full_match({name}, {literal(pattern)})"
    if column.type == "date":  # the pattern lets 30 February pass
        calendar = (("strftime_format", "%Y-%m-%d"),)
        expectations.append(Expectation("ExpectColumnValuesToMatchStrftimeFormat", column.name, calendar))
        condition = f"{name} IS NOT NULL AND ({as_date(column.name)}) IS NULL"
    words = Words(
        f"{column.name} is not {TYPE_WORDS[column.type]}",
        f"the value cannot be read and counts as unknown: what uses {column.name} leaves the row out, or misreads it",
        f"write {column.name} as {TYPE_WORDS[column.type]}; leave it empty where it is unknown",
    )
    return Check("type", table.name, (column.name,), "critical", words, _where(condition), tuple(expectations))


def _regex(pattern: str) -> str:
    """The pattern for the whole of a text, without groups that capture: pandas would warn of them."""
    return r"\A(?:" + re.sub(r"\((?!\?)", "(?:", pattern) + r")\Z"


def _among(column: Column, values: tuple[str, ...]) -> tuple[str, tuple[Expectation, ...]]:
    """SQL for the rows whose value is not among these, and the expectation that there are none."""
    expectation = Expectation("ExpectColumnValuesToBeInSet", column.name, (("value_set", list(values)),))
    return _where(f"{identifier(column.name)} NOT IN ({listed(values)})"), (expectation,)


def _allowed(table: Table, column: Column) -> Check:
    rows, expectations = _among(column, column.allowed)
    words = Words(
        f"{column.name} holds a word outside its list",
        f"the rows form groups of their own or match no rule, so groups by {column.name} come out too small",
        f"use one of: {', '.join(column.allowed)}; leave it empty where it is unknown",
    )
    return Check("allowed", table.name, (column.name,), "warning", words, rows, expectations)


def _usual(table: Table, column: Column) -> Check:
    rows, expectations = _among(column, column.usual)
    words = Words(
        f"{column.name} holds a word that is not among the usual ones",
        "the word is kept as it stands; two spellings of one group would be counted as two groups",
        f"check the spelling, or map it to one of: {', '.join(column.usual)}",
    )
    return Check("unusual", table.name, (column.name,), "warning", words, rows, expectations)


def _range(table: Table, column: Column) -> Check:
    low, high = column.minimum, column.maximum
    bounds = tuple((word, v) for word, v in (("min_value", low), ("max_value", high)) if v is not None)
    number = as_number(column.name)
    outside = [f"({number}) < {low:g}"] if low is not None else []
    outside += [f"({number}) > {high:g}"] if high is not None else []
    words = Words(
        f"{column.name} lies outside {_span(column)}",
        "an impossible value pulls means, slopes and shares away from the truth",
        f"correct {column.name} in the source system; a code for missing (such as -9 or 999) must be left empty",
    )
    expectation = Expectation("ExpectColumnValuesToBeBetween", column.name + NUMBER, bounds)
    return Check("range", table.name, (column.name,), "warning", words, _where(" OR ".join(outside)), (expectation,))


def _span(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit and column.unit != column.name else ""
    if column.maximum is None:
        return f"what is possible: {column.minimum:g} or more{unit}"
    if column.minimum is None:
        return f"what is possible: {column.maximum:g} or less{unit}"
    return f"{column.minimum:g} to {column.maximum:g}{unit}"
