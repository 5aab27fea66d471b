"""Names and values as SQL writes them: the only way in which text from outside gets into a query."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from pathlib import Path

Value = str | int | float | bool | date | None


def identifier(name: str) -> str:
    """The name of a table or column, quoted.

    Raises
    ------
    ValueError
        When no name can be written so: an empty one, or one with a NUL character or half a surrogate pair.
    """
    if not name:
        raise ValueError("a name needs a character")
    return '"' + _writable(name).replace('"', '""') + '"'


def literal(value: Value) -> str:
    """The value as an SQL constant of its own type.

    Raises
    ------
    ValueError
        When SQL cannot write it: text with a NUL character or half a surrogate pair, or a number that is not finite.
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, date):
        return f"DATE '{value.isoformat()[:10]}'"
    return "'" + _writable(value).replace("'", "''") + "'"


def listed(values: Iterable[Value]) -> str:
    """The values as SQL constants with commas between."""
    return ", ".join(literal(value) for value in values)


def path(file: Path) -> str:
    """The file as an SQL constant that matches this file alone."""
    return literal(unpatterned(file))


def unpatterned(file: Path) -> str:
    """The file with the characters that DuckDB would read as a pattern made plain."""
    return str(file).replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("a number that is not finite has no place in a query")
    return f"'{value!r}'::DOUBLE"


def _writable(text: str) -> str:
    if "\0" in text:
        raise ValueError("a NUL character has no place in a query")
    text.encode()
    return text
