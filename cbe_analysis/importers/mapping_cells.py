"""Cells of any export as cells of a table: values mapped, dates read in the formats told, types checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd

from cbe_analysis.errors import UnreadableData, choices
from cbe_analysis.importers.account import LeftOut
from cbe_analysis.importers.codes import ENGLISH_LEARNERS, Translated, read_booleans, read_genders, translate
from cbe_analysis.importers.grades import read_grades
from cbe_analysis.importers.race import from_words
from cbe_analysis.importers.reading import check_ids
from cbe_analysis.load.cells import PATTERNS, TYPE_WORDS
from cbe_analysis.tables.declare import Column

NAME, VALUE = "(name)", "(value)"  # of wide columns, which no header can be called
_MOST_NAMED = 5
_ISO_DAY = re.compile(PATTERNS["date"])
_YEARS = re.compile(r"(?:SY ?)?([12][0-9]{3}) ?[-/] ?([12][0-9])?([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Rule:
    """What is written into a column of a table.

    Parameters
    ----------
    columns
        Columns of the file; several are joined with `join` between.
    constant
        The same text in every row.
    wide
        "name" or "value" of a wide column.
    formats
        How dates are written, as in `datetime.strptime`; none for YYYY-MM-DD.
    values
        The file's value -> the one to write, or the name of a vocabulary.
    otherwise
        What happens to a cell that is in no value map or not of its type: "error", "empty", "keep", "leave_out".
    decimal
        The decimal mark of numbers.
    """

    where: str
    columns: tuple[str, ...] = ()
    join: str = "-"
    constant: str | None = None
    wide: str = ""
    formats: tuple[str, ...] = ()
    values: Mapping[str, str] | str = ""
    otherwise: str = "error"
    decimal: str = "."

    @property
    def reads(self) -> str:
        """Where it takes its value from, for messages."""
        return f"'{' + '.join(self.columns)}'" if self.columns else self.wide or "a constant"


@dataclass(frozen=True, slots=True)
class Written:
    """A column as it is written.

    Parameters
    ----------
    values
        Text, one per row.
    dropped
        True for a row that is left out because of this cell.
    """

    values: pd.Series = field(repr=False)
    dropped: pd.Series = field(repr=False)
    why: str = ""

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The rows left out."""
        count = int(self.dropped.sum())
        return (LeftOut(count, self.why),) if count else ()


def write(rule: Rule, column: Column, rows: pd.DataFrame, file: str) -> Written:
    """The column of a table that a rule makes of the rows of a file.

    Parameters
    ----------
    column
        The declaration; one of type text for a column of the district's own.
    rows
        Text, with an index that counts the records of the file; `NAME` and `VALUE` beside them where they are wide.

    Raises
    ------
    UnreadableData
        When cells are not in the value map, or not of the column's type, and the rule says "error".
    """
    text = _taken(rule, rows)
    if column.personal or column.references:
        check_ids(text.rename(rule.reads), file)
    mapped, unmapped = _mapped(rule, text)
    value, unfit = _typed(rule, column, mapped.mask(unmapped, "") if rule.otherwise != "keep" else mapped)
    for fault, says, remedy in (
        (unmapped, "values are not in its value map", "add them to values, or say otherwise = ..."),
        (unfit, f"cells are not {_wanted(column)}", _remedy(column)),
    ):
        stops = rule.otherwise == "error" or (rule.otherwise == "keep" and fault is unfit)
        if stops and fault.any():
            rows_named = ", ".join(str(number) for number in list(dict.fromkeys(rows.index[fault]))[:_MOST_NAMED])
            distinct = text[fault].nunique()
            raise UnreadableData(
                f"{int(fault.sum())} cells ({distinct} different) cannot be read: {says}, first in rows {rows_named}",
                f"{file}, {rule.reads}; {rule.where}",
                remedy,
            )
    dropped = (unmapped | unfit) if rule.otherwise == "leave_out" else pd.Series(False, index=text.index)
    return Written(value, dropped, f"{column.name} cannot be read")


def _taken(rule: Rule, rows: pd.DataFrame) -> pd.Series:
    """The cells that a rule takes, as they stand in the file; joined ones are empty where any part is."""
    if rule.constant is not None:
        return pd.Series(rule.constant, index=rows.index, dtype="str")
    if rule.wide:
        return rows[NAME if rule.wide == "name" else VALUE]
    first, *others = rule.columns
    text = rows[first]
    for name in others:
        text = (text + rule.join + rows[name]).mask(text.eq("") | rows[name].eq(""), "")
    return text


def _mapped(rule: Rule, text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The cells after the value map, and True where it says nothing of a filled cell."""
    if not rule.values:
        return text, pd.Series(False, index=text.index)
    if isinstance(rule.values, str):
        words = {code: VOCABULARIES[rule.values](code) for code in text.unique()}
    else:
        words = {code: rule.values.get(code) for code in text.unique()}
    unknown = text.map({code: word is None and code != "" for code, word in words.items()}).astype("bool")
    return text.map({code: code if word is None else word for code, word in words.items()}).astype("str"), unknown


def _typed(rule: Rule, column: Column, text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The cells as the kit writes them, and True where a filled cell is not of the column's type."""
    if column.type == "text" and not column.allowed:
        return text, pd.Series(False, index=text.index)
    read = {cell: _cell(rule, column, cell) if cell else "" for cell in text.unique()}
    values = text.map({cell: found or "" for cell, found in read.items()}).astype("str")
    return values, text.map({cell: found is None for cell, found in read.items()}).astype("bool")


def _cell(rule: Rule, column: Column, cell: str) -> str | None:
    """One cell as the kit writes it; None where it is not of the column's type."""
    if column.type in ("date", "month"):
        return _day(rule, column, cell)
    if column.type in ("integer", "number"):
        plain = cell.replace(",", ".") if rule.decimal == "," and "." not in cell else cell
        return plain if re.fullmatch(PATTERNS[column.type], plain) else None
    word = cell.lower() if column.type == "boolean" else cell
    if column.type == "boolean" and word not in ("true", "false"):
        return None
    return word if not column.allowed or word in column.allowed else None


def _day(rule: Rule, column: Column, cell: str) -> str | None:
    """A date in one of the formats told; None where it is in none, or two of them give different days."""
    if not rule.formats:
        if column.type == "month" and re.fullmatch(PATTERNS["month"], cell):
            return cell
        return cell[: 7 if column.type == "month" else None] if _ISO_DAY.fullmatch(cell) and _real(cell) else None
    days = {found for found in (_parsed(cell, form) for form in rule.formats) if found}
    if len(days) != 1:
        return None
    return days.pop().isoformat()[: 7 if column.type == "month" else None]


def _parsed(cell: str, form: str) -> date | None:
    try:
        return datetime.strptime(cell, form).date()
    except ValueError:
        return None


def _real(cell: str) -> bool:
    try:
        return bool(date.fromisoformat(cell))
    except ValueError:
        return False


def _wanted(column: Column) -> str:
    """What a cell of the column must be."""
    return f"one of {choices(column.allowed)}" if column.allowed else TYPE_WORDS[column.type]


def _remedy(column: Column) -> str:
    if column.type in ("date", "month"):
        return 'say how they are written, such as format = "%m/%d/%Y"; two formats must not both fit one cell'
    return "map them with values = {...}, or say otherwise = ..."


def _word(read: Callable[[pd.Series], Translated]) -> Callable[[str], str | None]:
    """A vocabulary for columns as one for single codes."""

    def one(code: str) -> str | None:
        found = read(pd.Series([code], dtype="str"))
        return None if found.unknown else str(found.values.iloc[0])

    return one


def _race(code: str) -> str | None:
    found = from_words(pd.Series([code], dtype="str"))
    return None if found.unknown else str(found.group.iloc[0])


def _spring(code: str) -> str | None:
    """2025-26 or 2025-2026 -> 2026; a single year does not say whether it is the first or the second."""
    years = _YEARS.fullmatch(code)
    if not years:
        return None
    first, century, last = years.groups()
    spring = int((century or first[:2]) + last)
    spring += 100 if spring < int(first) and not century else 0
    return str(spring) if spring == int(first) + 1 else None


VOCABULARIES: Mapping[str, Callable[[str], str | None]] = {
    "yes_no": _word(read_booleans),
    "grade": _word(read_grades),
    "gender": _word(read_genders),
    "english_learner": _word(lambda codes: translate(codes, ENGLISH_LEARNERS)),
    "race_ethnicity": _race,
    "school_year": _spring,
}
