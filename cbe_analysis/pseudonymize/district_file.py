"""The district.toml of a copy: the same rules, without a word about what the copy leaves out or codes."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cbe_analysis.policy.settings import FILE
from cbe_analysis.pseudonymize.fates import SCHOOL, Fate

REMARK = """\
# A pseudonymized copy: people and groups bear random codes, records new numbers; the district keeps the key.
# Dates, scores and traits of students are as they were. Students can still be recognised: keep this folder closed.
"""


def copied(folder: Path, fates: Sequence[Fate]) -> tuple[str, tuple[str, ...]]:
    """The text of the copy's district.toml, and the settings that lost something; no text where there is no file."""
    file = folder / FILE
    if not file.is_file():
        return "", ()
    told = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    without = _without(told, fates)
    changed = tuple(name for name in told if told[name] != without.get(name))
    dropped = [fate.name for fate in fates if fate.what in ("worded", "dropped") and fate.declared]
    remark = REMARK + (f"# Left out: {', '.join(dropped)}.\n" if dropped else "")
    return remark + "\n" + _toml(without), changed


def _without(told: Mapping[str, Any], fates: Sequence[Fate]) -> dict[str, Any]:
    """The settings without columns that are gone, and without words for values that are coded."""
    found = dict(told)
    there = {fate.column for fate in fates if fate.what == "kept"}
    gone = {fate.column for fate in fates if fate.what in ("worded", "dropped")} - there
    other = {fate.column for fate in fates if fate.what != "kept"}  # in some table, its values are no longer themselves
    for name in ("factors", "published_dimensions"):
        if name in found:
            found[name] = [column for column in found[name] if column not in gone]
    if "references" in found:
        found["references"] = {column: v for column, v in found["references"].items() if column not in gone}
    if "labels" in found:
        kept = {column: words for column, words in found["labels"].items() if column not in gone}
        found["labels"] = {
            column: {v: text for v, text in words.items() if v == "" or column not in other}
            for column, words in kept.items()
        }
    if any(fate.kind == SCHOOL for fate in fates):
        found.pop("official", None)  # a school is known by its published number of students
    return found


def _toml(settings: Mapping[str, Any], path: tuple[str, ...] = ()) -> str:
    """A table as TOML: its plain settings, then the tables in it."""
    plain = [f"{_name(k)} = {_value(v)}\n" for k, v in settings.items() if not isinstance(v, Mapping)]
    head = [f"[{'.'.join(map(_name, path))}]\n"] if path and (plain or not settings) else []
    inner = [_toml(v, (*path, k)) for k, v in settings.items() if isinstance(v, Mapping)]
    return "\n".join(part for part in ("".join([*head, *plain]), *inner) if part)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Iterable):
        return f"[{', '.join(map(_value, value))}]"
    return value.isoformat() if isinstance(value, date) else repr(value)


def _name(name: str) -> str:
    plain = name and all(character.isascii() and (character.isalnum() or character in "-_") for character in name)
    return name if plain else _text(name)


def _text(text: str) -> str:
    """A text in quotation marks; JSON escapes what TOML must, but for one character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
