"""The district.toml of a copy: the same rules, without a word about what the copy leaves out or codes."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cbe_analysis.disk import own_file
from cbe_analysis.policy.settings import FILE
from cbe_analysis.pseudonymize.fates import SCHOOL, WORDS, Fate, fates, left_out
from cbe_analysis.tables import TABLES

REMARK = """\
# A pseudonymized copy: people and groups bear random codes, records new numbers; the district keeps the key.
# Dates, scores and traits of students are as they were. Students can still be recognised: keep this folder closed.
"""


def write_rules(folder: Path, new: Path, found: Sequence[Fate]) -> tuple[str, ...]:
    """The settings that lost something, after the copy's district.toml was written; none where there is no file."""
    if not (folder / FILE).is_file():
        return ()
    told = tomllib.loads((folder / FILE).read_text(encoding="utf-8-sig"))
    rules = _without(told, found)
    dropped = [fate.name for fate in left_out(found) if fate.declared]
    remark = REMARK + (f"# Left out: {', '.join(dropped)}.\n" if dropped else "")
    with own_file(new / FILE) as stream:
        stream.write(f"{remark}\n{_toml(rules)}".encode())
    return tuple(name for name in told if told[name] != rules.get(name))


def _without(told: Mapping[str, Any], found: Sequence[Fate]) -> dict[str, Any]:
    """The settings without columns that are gone, and without words for values that are coded."""
    rules = dict(told)
    gone = {fate.column for fate in left_out(found)} - {fate.column for fate in found if fate.what == "kept"}
    renamed = _renamed(found)
    for name in ("factors", "published_dimensions"):
        if name in rules:
            rules[name] = [column for column in rules[name] if column not in gone]
    if "references" in rules:
        rules["references"] = {column: value for column, value in rules["references"].items() if column not in gone}
    if "labels" in rules:
        rules["labels"] = {
            column: {value: text for value, text in words.items() if value == "" or column not in renamed}
            for column, words in rules["labels"].items()
            if column not in gone
        }
    if any(fate.kind == SCHOOL for fate in found):
        rules.pop("official", None)  # a school is known by its published number of students
    return rules


def _renamed(found: Sequence[Fate]) -> set[str]:
    """The columns whose values are not themselves in the copy, or would not be if their table were there."""
    declared = {table.name: {column.name: column.type for column in table.columns} for table in TABLES.values()}
    usual = fates(declared, code_schools=any(fate.kind == SCHOOL for fate in found))
    asked = {f.column for f in found if f.what == "kept" and f.declared and f.declared.reveals in WORDS}
    return {fate.column for fate in (*usual, *found) if fate.what != "kept"} - asked


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
