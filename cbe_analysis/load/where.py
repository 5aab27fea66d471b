"""Conditions on rows: `grade>=6`, `school_year=2026`, `evidence.school_id!=7`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast

from cbe_analysis.errors import UsageError

Operator = Literal["=", "!=", ">=", "<=", ">", "<", "in"]
UNKNOWN, UNPLACED = "(unknown)", "(unplaced)"
_CONDITION = re.compile(
    r"\s*(?P<column>[^<>=!]*[^<>=!\s])\s*(?P<operator>>=|<=|!=|=|<|>)\s*(?P<value>.*?)\s*", re.DOTALL
)
_LIST = re.compile(r"\s*(?P<column>[^<>=!\s][^<>=!]*?)\s+in\s+(?P<values>\[.*\])\s*", re.DOTALL)
_FORMS = "write column=value, or one of != >= <= > < in place of ="


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row must meet to be used.

    An unknown value meets no condition but `=(unknown)`: it is neither equal nor unequal to anything.

    Parameters
    ----------
    column
        A column, or "table.column" where the name alone could mean two.
    value
        As text, whatever the column's type; several texts for `in`.
    """

    column: str
    operator: Operator
    value: str | tuple[str, ...]

    def __str__(self) -> str:
        if isinstance(self.value, tuple):
            return f"{self.column} in {json.dumps(sorted(set(self.value)), ensure_ascii=False)}"
        return f"{self.column}{self.operator}{self.value}"


Where = Mapping[str, Any] | Iterable[str | Condition] | str | Condition | None


def parse(text: str) -> Condition:
    """The condition that a command line or a notebook wrote.

    Raises
    ------
    UsageError
        When it is not of the form column, operator, value.
    """
    several = _LIST.fullmatch(text)
    if several:
        return Condition(several["column"], "in", _texts(several["values"]))
    one = _CONDITION.fullmatch(text)
    if not one:
        raise UsageError("a condition of --where cannot be read", remedy=f"{_FORMS}: grade>=6")
    if one["value"].startswith("="):
        raise UsageError("a condition of --where has two equal signs", one["column"], _FORMS)
    if not one["value"]:
        raise UsageError(
            "a condition of --where has no value", one["column"], f"{_FORMS}; {UNKNOWN} stands for an empty cell"
        )
    return Condition(one["column"], cast(Operator, one["operator"]), one["value"])


def conditions(where: Where) -> tuple[Condition, ...]:
    """The conditions in any of the forms that Python and the command line use, sorted, each once.

    Parameters
    ----------
    where
        Conditions or their texts; or a mapping of columns to a value, or to a list of values of which one must hold.
        In a mapping None is an unknown value.
    """
    if where is None:
        return ()
    if isinstance(where, Mapping):
        read = [_from_mapping(column, value) for column, value in where.items()]
    else:
        given: Iterable[str | Condition] = [where] if isinstance(where, str | Condition) else where
        read = [parse(one) if isinstance(one, str) else one for one in given]
    return tuple(sorted(set(read), key=str))


def canonical(where: Where) -> tuple[str, ...]:
    """The conditions as sorted text: the same for the same conditions in another order or form."""
    return tuple(str(condition) for condition in conditions(where))


def _from_mapping(column: str, value: Any) -> Condition:
    if hasattr(value, "tolist"):  # numpy and pandas
        value = value.tolist()
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str):
        several = tuple(sorted({_text(one, column) for one in value}))
        if not several:
            raise UsageError("a condition has an empty list of values", column, "give at least one value")
        return Condition(column, "in", several) if len(several) > 1 else Condition(column, "=", several[0])
    return Condition(column, "=", _text(value, column))


def _text(value: Any, column: str) -> str:
    """The value as a condition writes it."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value).strip()
    if not text:
        raise UsageError("a condition has an empty value", column, f"use {UNKNOWN} for an empty cell")
    return text


def _texts(values: str) -> tuple[str, ...]:
    try:
        told = json.loads(values)
    except json.JSONDecodeError:
        told = None
    if not isinstance(told, list) or not told or not all(isinstance(one, str) and one for one in told):
        raise UsageError("a list of --where cannot be read", remedy='write column in ["one", "two"]')
    return tuple(sorted(set(told)))
