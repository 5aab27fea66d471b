"""An answer as a table, a spreadsheet or JSON.

Everything that could be read as a formula by a spreadsheet gets a quote mark before it; numbers stay numbers.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from cbe_analysis.cli.screen import shown
from cbe_analysis.tables import spreadsheets

if TYPE_CHECKING:
    from cbe_analysis.measure.estimates import Estimates
    from cbe_analysis.protect.release import Release

    Answer = Estimates | Release

FIRST = ("arm", "at")
AFTERWARDS = ("n", "n_shown", "value", "shown", "low", "high", "p", "p_adjusted", "reference", "n_reference")
LAST = ("std_error", "numerator", "denominator", "unit", "note")
P = ("p", "p_adjusted")
COUNTS = ("numerator", "denominator")
NOISE = 1e-12  # a sum this near to a whole number is one
LARGE = 1e15  # numbers below it have no more digits than a float keeps
WIDE = 200  # columns of text where nobody says how wide the screen is


def harmless(value: Any) -> Any:
    """The value as a spreadsheet may have it: text that could be a formula stays text."""
    return spreadsheets.harmless(value) if isinstance(value, str) else value


def _counted(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with counts that are whole as whole numbers: 76370, not 76370.0 or 7.637e+04."""
    found = rows.copy()
    for column in COUNTS:
        whole = found[column].round()
        if ((found[column] - whole).abs() <= NOISE * whole.abs().clip(lower=1))[whole.notna()].all():
            found[column] = whole.astype("Int64")
    return found


def _sheet(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with harmless text and harmless headings."""
    found = _counted(rows).rename(columns=harmless)
    for column in found.columns:
        if not pd.api.types.is_numeric_dtype(found[column]):
            found[column] = found[column].map(harmless)
    return found


def as_csv(answer: Answer) -> bytes:
    """Comma-separated values, UTF-8."""
    return _sheet(answer.rows).to_csv(index=False, lineterminator="\n").encode()


def as_xlsx(answer: Answer) -> bytes:
    """An Excel workbook of one sheet."""
    file = io.BytesIO()
    _sheet(answer.rows).to_excel(file, index=False, sheet_name="rows", engine="openpyxl")
    return file.getvalue()


def as_json(answer: Answer) -> bytes:
    """One object: indicator, unit, method, source, parameters, warnings, rows; null for what is missing."""
    told = {name: getattr(answer, name) for name in ("indicator", "unit", "method", "source", "parameters", "warnings")}
    counted = _counted(answer.rows)
    rows = [
        {str(name): value for name, value in zip(counted.columns, row, strict=True)}
        for row in counted.itertuples(index=False, name=None)
    ]
    return json.dumps(_plain({**told, "rows": rows}), indent=1).encode() + b"\n"


def _plain(value: Any) -> Any:
    """The value in the types that JSON has; numbers that are none become null."""
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    value = value.item() if hasattr(value, "item") else value
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, (str, bool, int, float)) else str(value)


def as_table(answer: Answer) -> bytes:
    """A table for the screen, with what the numbers are and what to mind."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = WIDE
    rows, least = _shown(_counted(answer.rows)), 0.01 if "shown" in answer.rows else 0.001
    table = Table(box=box.SIMPLE_HEAD, title=None, pad_edge=False)
    for column in rows.columns:
        right = column == "shown" or pd.api.types.is_numeric_dtype(rows[column])
        table.add_column(shown(str(column)), justify="right" if right else "left", overflow="fold")
    for row in rows.itertuples(index=False, name=None):
        table.add_row(*(_cell(value, least if name in P else 0) for name, value in zip(rows.columns, row, strict=True)))
    with console.capture() as kept:
        console.print(shown(f"{answer.indicator}: {answer.question}"))
        console.print(shown(f"unit: {answer.unit}; method: {answer.method}"))
        console.print(table)
        for warning in answer.warnings:
            console.print(shown(f"note: {warning}"))
    return kept.get().encode()


def _shown(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns that hold anything, the answer first; a release shows its numbers in `shown` and `n_shown` alone."""
    spoken = {"value", "n", "numerator", "denominator", "hidden"} if "shown" in rows else set()
    held = [c for c in rows.columns if c not in spoken and not rows[c].isna().all() and not (rows[c] == "").all()]
    groups = [c for c in held if c not in (*FIRST, *AFTERWARDS, *LAST) and c != "quantity"]
    order = ["quantity", *FIRST, *groups, *AFTERWARDS, *LAST]
    return rows[[column for column in order if column in held]]


def _cell(value: Any, least: float) -> str:
    """A cell's text: numbers to four figures or to the last whole, a p below the least as such, nothing for missing."""
    value = _plain(value)
    if value is None:
        return ""
    if least and value < least:
        return f"<{least:g}"
    if not isinstance(value, float):
        return shown(str(value))
    return f"{value:.0f}" if 1000 <= abs(value) < LARGE else f"{value:.4g}"


FORMS: Mapping[str, Callable[[Answer], bytes]] = {"table": as_table, "csv": as_csv, "xlsx": as_xlsx, "json": as_json}
