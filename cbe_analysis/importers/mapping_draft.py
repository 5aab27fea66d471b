"""The draft of a mapping.toml for a file: what its headers tell for certain, and where a person must choose.

A draft shows names of columns, never a cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from cbe_analysis.importers.mapping_cells import VOCABULARIES
from cbe_analysis.importers.mapping_words import plain, words
from cbe_analysis.importers.places import plain_files
from cbe_analysis.importers.reading import SEPARATORS, read_rows
from cbe_analysis.importers.starter import toml_text
from cbe_analysis.load.cells import PATTERNS
from cbe_analysis.tables import TABLES, Column, Table

CHOOSE = "# choose:"
_FORMATS = (
    *("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%m/%d/%y", "%d/%m/%y"),
    *("%Y%m%d", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%Y-%m-%dT%H:%M:%S"),
    *("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y %I:%M %p"),
)
_VOCABULARY = {
    "grade": "grade",
    "grade_at_test": "grade",
    "gender": "gender",
    "english_learner": "english_learner",
    "race_ethnicity": "race_ethnicity",
    "school_year": "school_year",
}
_COST = 0.5  # of a required column that is not found, in columns found
_SURE = 3  # columns found, before a table is named without a question


def draft(file: Path) -> str:
    """The text of a mapping.toml for a file, with what is uncertain behind a # and the word "choose".

    Raises
    ------
    UsageError
        When there is no such file.
    UnreadableData
        When it cannot be read as delimited text.
    """
    (file,) = plain_files(Path(file))
    layout = _layout(file)
    frame = read_rows(file, separators=(layout.delimiter,), encoding=layout.encoding, ragged=True).frame
    ranked = sorted(TABLES.values(), key=lambda table: _rank(table, frame), reverse=True)
    table, others = ranked[0], [other.name for other in ranked[1:4] if _rank(other, frame) > 0]
    rivals = [other for other in ranked[1:] if not _lacking(other, frame)]
    sure = not _lacking(table, frame) and _rank(table, frame) >= _SURE
    sure &= all(_rank(table, frame) > _rank(rival, frame) for rival in rivals)
    named = f"table = {toml_text(table.name)}"
    lines = [*_head(file, layout), "", "[[source.table]]"]
    lines += [named if sure else f"{CHOOSE} which table is it?  {named}"]
    lines += [f"# It might also be: {', '.join(others)}"] if others else []
    lines += ["", "[source.table.columns]", *_columns(table, frame)]
    return "\n".join([*lines, *_rest(table, frame)]) + "\n"


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a file is written."""

    delimiter: str
    encoding: str


def _layout(file: Path) -> _Layout:
    """The delimiter and the encoding of a file, as its first line shows them."""
    with file.open("rb") as stream:
        start = stream.read(1 << 16)
    encoding = "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    if encoding == "utf-8":
        try:
            file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            encoding = "cp1252"
    first = next((line for line in start.decode(encoding, "replace").splitlines() if line.strip()), "")
    return _Layout(max(SEPARATORS, key=first.count), encoding)


def _head(file: Path, layout: _Layout) -> list[str]:
    guess = [f"{CHOOSE} not UTF-8, so probably this; look whether accents are right"]
    return [
        "# A draft by `cbe import mapping --draft`. Read every line. A line that begins with # is not read:",
        f'# where it says "{CHOOSE.strip("# :")}", nothing could be told for certain.',
        f"name = {toml_text(file.stem)}",
        f'{CHOOSE} the student ids are the district\'s own: ids = "own"',
        f'{CHOOSE} or those of another system, as in student_ids.csv: system = "..."',
        "",
        "[[source]]",
        f"files = {toml_text(file.name)}",
        f"delimiter = {toml_text(layout.delimiter)}",
        *(guess if layout.encoding == "cp1252" else []),
        f"encoding = {toml_text(layout.encoding)}",
    ]


def _columns(table: Table, frame: pd.DataFrame) -> list[str]:
    """A line for each column that the file has, or should have."""
    lines = []
    for column in table.columns:
        found = _matches(column, frame)
        if len(found) == 1:
            lines.append(_line(column, found[0], frame[found[0]]))
        elif found:
            several = " or ".join(toml_text(name) for name in found)
            lines.append(f"{CHOOSE} {column.name} = {several}")
        elif column.required:
            lines.append(f'{CHOOSE} {column.name} = "..."  (needed: {column.meaning})')
    return lines


def _rest(table: Table, frame: pd.DataFrame) -> list[str]:
    """The columns of the file that no line names."""
    used = {name for column in table.columns for name in _matches(column, frame)}
    left = [str(name) for name in frame.columns if name not in used]
    if not left:
        return []
    head = ["", "# Columns of the file that nothing above names; names, addresses and comments had better stay out."]
    return [*head, *(f"#   {toml_text(name)}" for name in left)]


def _line(column: Column, name: str, cells: pd.Series) -> str:
    """The rule for a column, as far as its cells allow one without doubt."""
    filled = [str(cell) for cell in cells.unique() if cell]
    origin, plainly = toml_text(name), f"{column.name} = {toml_text(name)}"
    if column.type in ("date", "month"):
        return _date_line(column, origin, filled)
    vocabulary = _VOCABULARY.get(column.name, "yes_no" if column.type == "boolean" else "")
    if vocabulary and not _plain_already(column, filled):
        rule = f"{column.name} = {{ column = {origin}, values = {toml_text(vocabulary)} }}"
        if all(VOCABULARIES[vocabulary](cell) is not None for cell in filled):
            return rule
        return f'{CHOOSE} {column.name} = {{ column = {origin}, values = {{ "..." = "..." }} }}'
    if column.type in ("integer", "number") and not _plain_already(column, filled):
        return f'{CHOOSE} not all are numbers: {column.name} = {{ column = {origin}, otherwise = "empty" }}'
    if column.allowed and not set(filled) <= set(column.allowed):
        return f'{CHOOSE} {column.name} = {{ column = {origin}, values = {{ "..." = "{column.allowed[0]}" }} }}'
    return plainly


def _date_line(column: Column, origin: str, filled: Sequence[str]) -> str:
    fits = [form for form in _FORMATS if filled and all(_fits(cell, form) for cell in filled)]
    if len(fits) == 1 and fits[0] == "%Y-%m-%d":
        return f"{column.name} = {origin}"
    if len(fits) == 1:
        return f"{column.name} = {{ column = {origin}, format = {toml_text(fits[0])} }}"
    several = " or ".join(toml_text(form) for form in fits) or '"..."'
    return f"{CHOOSE} {column.name} = {{ column = {origin}, format = {several} }}"


def _plain_already(column: Column, filled: Sequence[str]) -> bool:
    """Whether every cell is already what the kit writes."""
    if column.usual or column.allowed:
        return set(filled) <= set(column.usual or column.allowed)
    pattern = PATTERNS.get(column.type)
    return not pattern or bool(pd.Series(filled, dtype="str").str.fullmatch(pattern).all())


def _fits(cell: str, form: str) -> bool:
    try:
        return bool(datetime.strptime(cell, form))
    except ValueError:
        return False


def _matches(column: Column, frame: pd.DataFrame) -> list[str]:
    """The columns of the file that may be meant; one with the very name alone, where there is one."""
    exact = [str(name) for name in frame.columns if plain(str(name)) == plain(column.name)]
    return exact or [str(name) for name in frame.columns if plain(str(name)) in words(column.name)]


def _lacking(table: Table, frame: pd.DataFrame) -> int:
    """How many required columns the file does not seem to have."""
    return sum(column.required and not _matches(column, frame) for column in table.columns)


def _rank(table: Table, frame: pd.DataFrame) -> float:
    """How much the file looks like the table: columns found, less a part for those that it needs and lacks."""
    return sum(bool(_matches(column, frame)) for column in table.columns) - _COST * _lacking(table, frame)
