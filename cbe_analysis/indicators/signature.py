"""What the signature of a body declares: the tables that it needs, its options, and what it is given besides."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import math
import re
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cbe_analysis.errors import UsageError
from cbe_analysis.tables import TABLES

GIVEN = ("policy", "contrast", "everyone")  # what a body may ask for besides tables


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that the person may make with `--set name=value`.

    Parameters
    ----------
    name
        The keyword of the body.
    kind
        str, int, float or bool.
    default
        Value when nothing is set; None means "not chosen".
    meaning
        What it chooses, from the docstring that explains it.
    """

    name: str
    kind: type
    default: Any
    meaning: str

    def read(self, value: Any) -> Any:
        """The value in the option's type, from text or from Python.

        Raises
        ------
        UsageError
            When it cannot be read as that type.
        """
        try:
            if value is None:
                return None
            if self.kind is bool:
                return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
            read = self.kind(value)
            lossy = self.kind is int and isinstance(value, float) and read != value
            if isinstance(value, bool) or lossy or (self.kind is float and not math.isfinite(read)):
                raise ValueError
            return read
        except (ValueError, TypeError, KeyError, OverflowError):
            words = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}[self.kind]
            raise UsageError(f"option '{self.name}' does not take this value", remedy=f"give {words}") from None


@dataclass(frozen=True, slots=True)
class Signature:
    """The tables needed, those that may be absent, the options, and what is wanted of GIVEN."""

    tables: tuple[str, ...]
    optional_tables: tuple[str, ...]
    options: dict[str, Option]
    wants: tuple[str, ...]


def signature(name: str, body: Callable[..., Any]) -> Signature:
    """What the parameters of a body declare; a record among them declares its fields, in its place.

    Raises
    ------
    TypeError
        When a parameter is no table, or an option is not explained or has no plain type.
    """
    tables: list[str] = []
    optional: list[str] = []
    options, wants = {}, []
    for p, hint, meaning in _parameters(body):
        if p.kind is p.KEYWORD_ONLY:
            if not meaning:
                raise TypeError(f"indicator {name}: the docstring does not explain option {p.name} under Parameters")
            options[p.name] = Option(p.name, _plain_type(name, p, hint), p.default, meaning)
        elif p.name in GIVEN:
            wants.append(p.name)
        elif p.name not in TABLES:
            raise TypeError(f"indicator {name}: '{p.name}' is neither a table nor one of {GIVEN}")
        else:
            (tables if p.default is p.empty else optional).append(p.name)
    if not tables and not optional:
        raise TypeError(f"indicator {name} needs at least one table")
    return Signature(tuple(tables), tuple(optional), options, tuple(wants))


def unfolded(body: Callable[..., Any]) -> Callable[..., Any]:
    """The body, taking all tables and options by name; those of a record reach it as that record."""
    records = _records(body)
    if not records:
        return body

    @functools.wraps(body)
    def call(**given: Any) -> Any:
        made = {
            name: record(**{f.name: given.pop(f.name) for f in dataclasses.fields(record) if f.name in given})
            for name, record in records.items()
        }
        return body(**made, **given)

    return call


def _parameters(body: Callable[..., Any]) -> Iterator[tuple[inspect.Parameter, Any, str | None]]:
    """Each parameter with its type and meaning, records unfolded."""
    hints, meanings, records = typing.get_type_hints(body), _meanings(body), _records(body)
    for p in inspect.signature(body).parameters.values():
        if p.name in records:
            yield from _parameters(records[p.name])
        else:
            yield p, hints.get(p.name), meanings.get(p.name)


def _records(body: Callable[..., Any]) -> dict[str, Any]:
    """The parameters of a body that are records of tables and options."""
    hints = typing.get_type_hints(body)
    named = {name: hints.get(name) for name in inspect.signature(body).parameters if name not in GIVEN}
    return {name: hint for name, hint in named.items() if dataclasses.is_dataclass(hint)}


def _meanings(body: Callable[..., Any]) -> dict[str, str]:
    """What each parameter means, from the section Parameters of the docstring."""
    section = re.search(r"\nParameters\n-+\n(.*?)(?=\n\n\S|\Z)", inspect.getdoc(body) or "", re.DOTALL)
    entries = re.findall(r"^(\w+)\n((?: +.*\n?)+)", section.group(1), re.MULTILINE) if section else []
    return {name: " ".join(text.split()) for name, text in entries}


def _plain_type(name: str, parameter: inspect.Parameter, hint: Any) -> type:
    """The one plain type of an option, from its hint without None."""
    kinds = [k for k in typing.get_args(hint) if k is not types.NoneType] or [hint]
    if len(kinds) != 1 or kinds[0] not in (str, int, float, bool) or parameter.default is parameter.empty:
        raise TypeError(f"indicator {name}: option {parameter.name} needs a plain type and a default")
    return typing.cast(type, kinds[0])
