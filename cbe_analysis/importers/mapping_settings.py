"""Settings of a TOML file, each of its type, or an error that says where and what is expected."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

from cbe_analysis.errors import UsageError, choices


def known(told: Mapping[str, Any], names: Collection[str], where: str) -> None:
    """Nothing, when every setting is one of the names."""
    unknown = [name for name in told if name not in names]
    if unknown:
        raise UsageError(f"unknown setting {choices(unknown)}", where, f"known are: {choices(names)}")


def text(told: Mapping[str, Any], name: str, where: str, default: str | None = None) -> str:
    """A text; it must be there unless there is a default."""
    if name not in told and default is not None:
        return default
    value = told.get(name)
    if not isinstance(value, str) or not (value or default is not None):
        raise UsageError(f"'{name}' is missing or is no text", where, f'write {name} = "..."')
    return value


def texts(told: Mapping[str, Any], name: str, where: str) -> list[str]:
    """A list of texts; one text alone is a list of one."""
    value = told.get(name, [])
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise UsageError(f"'{name}' is no list of texts", where, f'write {name} = ["..."]')
    return texts


def table_of(told: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    """A table of settings; an empty one where there is none."""
    value = told.get(name, {})
    if not isinstance(value, dict):
        raise UsageError(f"'{name}' is no table", where, f"write [{name}] and its lines below")
    return value


def listed(told: Mapping[str, Any], name: str, where: str, *, needed: bool = True) -> list[Mapping[str, Any]]:
    """A list of tables."""
    value = told.get(name, [])
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value) or (needed and not value):
        raise UsageError(f"'{name}' is missing or is no list of tables", where, f"write [[{name}]]")
    return value


def one_of(value: str, names: Collection[str], where: str) -> str:
    """The value, when it is one of the names."""
    if value not in names:
        raise UsageError(f"there is no {value!r}{alike(value, names)}", where, f"choose one of: {choices(names, 40)}")
    return value


def alike(name: str, names: Collection[str]) -> str:
    """A question that offers the name that may be meant; empty where none is like it."""
    found = get_close_matches(name, list(names), n=1)
    return f" (is '{found[0]}' meant?)" if found else ""
