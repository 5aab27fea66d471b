"""Cells: what a declared type looks like as text, and the SQL that reads it.

A cell that is not of its column's type reads as unknown here; `validate` finds it with the same patterns.
"""

from __future__ import annotations

import re
from datetime import date
from typing import get_args

from cbe_analysis.tables.declare import Type
from cbe_analysis.tables.quoting import Value, identifier, literal

PATTERNS: dict[str, str] = {  # kept to what RE2 and Python's re read alike
    "integer": r"[+-]?[0-9]{1,18}(\.0{0,9})?",
    "number": r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?",
    "boolean": r"[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]",
    "date": r"[12][0-9]{3}-[01][0-9]-[0-3][0-9]",
    "month": r"[12][0-9]{3}-(0[1-9]|1[0-2])",
}
TYPE_WORDS: dict[str, str] = {
    "text": "text",
    "integer": "a whole number",
    "number": "a number with a decimal point",
    "boolean": "true or false",
    "date": "a date written YYYY-MM-DD",
    "month": "a month written YYYY-MM",
}
STORED: dict[Type, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "month": "VARCHAR",
}
TYPES: tuple[Type, ...] = get_args(Type)

# What an undeclared column must look like throughout to be more than text; a leading zero makes it text.
_PLAIN = r"-?(0|[1-9][0-9]{0,14})"
INFERRED: dict[Type, str] = {
    "integer": _PLAIN + r"(\.0{0,9})?",
    "number": _PLAIN + r"(\.[0-9]{0,40})?([eE][+-]?[0-9]{1,2})?",
    "boolean": PATTERNS["boolean"],
    "date": PATTERNS["date"],
}
_SHORT = ("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER")
_LONGEST = 10**18  # the pattern of a whole number has 18 digits
_LARGEST_WHOLE = 10**15  # whole numbers below it are exact in 64-bit floating point
_LARGEST, _SMALLEST = "1e99", "1e-99"  # what the pattern of a number can write


def as_text(name: str, stored: str) -> str:
    """SQL for the cell as text, NULL where it is empty or holds spaces only.

    Parameters
    ----------
    name
        The column, as the file writes it.
    stored
        DuckDB's type of the column in the file.
    """
    cell = identifier(name)
    if stored == "VARCHAR" or stored.startswith("ENUM"):
        text = f"{cell}::VARCHAR"
        return f"CASE WHEN {text} < '!' AND trim({text}) = '' THEN NULL ELSE {text} END"  # few begin below '!'
    if stored in ("DOUBLE", "FLOAT"):
        whole = f"{cell} = floor({cell}) AND abs({cell}) < {_LARGEST_WHOLE}"
        return f"CASE WHEN isnan({cell}) THEN NULL WHEN {whole} THEN {cell}::BIGINT::VARCHAR ELSE {cell}::VARCHAR END"
    if stored.startswith("TIMESTAMP"):
        moment = f"{cell}::TIMESTAMP"
        midnight = f"{moment} = date_trunc('day', {moment})"
        return f"CASE WHEN {midnight} THEN {moment}::DATE::VARCHAR ELSE {moment}::VARCHAR END"
    return f"{cell}::VARCHAR"


def typed(name: str, stored: str, wanted: Type) -> str:
    """SQL for the cell in the wanted type, NULL where it is empty or not of that type."""
    cell = identifier(name)
    if wanted == "text":
        return as_text(name, stored)
    if wanted == "date" and (stored == "DATE" or stored.startswith("TIMESTAMP")):
        moment = cell if stored == "DATE" else f"{cell}::TIMESTAMP"
        whole = "" if stored == "DATE" else f"{moment} = date_trunc('day', {moment}) AND "
        return f"CASE WHEN {whole}{moment} BETWEEN DATE '1000-01-01' AND DATE '2999-12-31' THEN {moment}::DATE END"
    if wanted == "boolean" and stored == "BOOLEAN":
        return cell
    if wanted in ("integer", "number") and (stored in _SHORT or (wanted == "number" and stored == "BIGINT")):
        return f"{cell}::{STORED[wanted]}"
    if wanted == "integer" and stored == "BIGINT":
        return f"CASE WHEN {cell} > -{_LONGEST} AND {cell} < {_LONGEST} THEN {cell} END"
    if wanted == "number" and stored == "DOUBLE":
        writable = f"abs({cell}) < {_LARGEST} AND ({cell} = 0 OR abs({cell}) > {_SMALLEST})"
        return f"CASE WHEN {writable} THEN {cell} END"
    if wanted == "integer" and stored == "DOUBLE":
        short = f"{cell} = floor({cell}) AND abs({cell}) < {_LARGEST_WHOLE}"
        return f"CASE WHEN {short} THEN {cell}::BIGINT ELSE {read(as_text(name, stored), wanted)} END"
    return read(cell if stored == "VARCHAR" else as_text(name, stored), wanted)


def read(text: str, wanted: Type) -> str:
    """SQL that reads an SQL expression of text as the wanted type, NULL where it is not of it."""
    if wanted == "text":
        return text
    fits = f"regexp_full_match({text}, {literal(PATTERNS[wanted])})"
    if wanted == "boolean":
        return f"CASE WHEN {fits} THEN lower({text}) = 'true' END"
    return f"CASE WHEN {fits} THEN try_cast({text} AS {STORED[wanted]}) END"


def plain(expression: str, kind: Type) -> str:
    """SQL for a typed expression as text in which equal values read alike, whatever file they came from."""
    if kind in ("text", "month"):
        return expression
    return f"({expression} + 0.0)::VARCHAR" if kind == "number" else f"({expression})::VARCHAR"


def value(text: str, kind: Type) -> Value:
    """The text as a value of the type.

    Raises
    ------
    ValueError
        When it is not of that type.
    """
    if kind == "text":
        return text
    if not re.fullmatch(PATTERNS[kind], text):
        raise ValueError(f"not {TYPE_WORDS[kind]}")
    if kind == "integer":
        return int(text.partition(".")[0])
    if kind == "number":
        return float(text)
    if kind == "boolean":
        return text.lower() == "true"
    return date.fromisoformat(text) if kind == "date" else text
