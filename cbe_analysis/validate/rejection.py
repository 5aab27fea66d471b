"""Which rows the critical findings of a district speak of, and why each cannot stay."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cbe_analysis.disk import own_file
from cbe_analysis.load.cells import PATTERNS
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.quoting import identifier, literal
from cbe_analysis.tables.spreadsheets import FORMULA, harmless
from cbe_analysis.validate.checks import Check, comparable
from cbe_analysis.validate.inspection import checks_of
from cbe_analysis.validate.sources import Sources

if TYPE_CHECKING:
    from cbe_analysis.load import District

COPY = "the same row stands here again; its first copy is kept"
HEAD = ("quarantine_row", "quarantine_round", "quarantine_reason")  # columns of a rejected row, before its own
_AT_ONCE = 10_000


def rejected(district: District) -> dict[str, pd.DataFrame]:
    """Table -> its rows that break a critical check, by `row_number`, each with its `reason`.

    Of rows that are the same in every cell the first stays: which of them is true is no question.

    Parameters
    ----------
    district
        Validated.
    """
    assert district.findings is not None
    broken = {(f.table, f.check, f.columns) for f in district.findings.critical}
    sources = Sources(district)
    found: dict[str, pd.DataFrame] = {}
    for table in dict.fromkeys(f.table for f in district.findings.critical):
        checks = [c for c in checks_of(TABLES[table], district) if (table, c.id, c.columns) in broken]
        assert not any(c.groups for c in checks), "a critical check must name its rows"
        found[table] = _joined([_offending(check, sources) for check in checks])
    return {table: rows for table, rows in found.items() if len(rows)}


def _offending(check: Check, sources: Sources) -> pd.DataFrame:
    relations = sources.named(check.reads, check.table)
    rows: pd.DataFrame = sources.district.sql(f"SELECT row_number FROM ({check.rows}) ORDER BY 1", **relations).df()
    reason = f"{check.words.says} (check {check.id})"
    if check.id != "duplicate_key":
        rows["reason"] = reason
        return rows
    alike = _alike(check, rows, sources.district)
    copies = rows["row_number"].isin(alike["row_number"])
    first = rows["row_number"].isin(alike.loc[alike["is_first"], "row_number"])
    marked: pd.DataFrame = rows.assign(reason=np.where(copies, COPY, reason))[~first]
    return marked


def _alike(check: Check, rows: pd.DataFrame, district: District) -> pd.DataFrame:
    """Those of the rows that are the same in every cell as all others with their key, and whether they come first."""
    key = ", ".join(comparable(TABLES[check.table][name]) for name in check.columns)
    cells = ", ".join(identifier(name) for name in district.columns(check.table))
    query = f"""
        SELECT row_number, row_number = min(row_number) OVER same AS is_first
        FROM (SELECT row_number, hash({key}) AS placed_key, hash({cells}) AS placed_cells
              FROM raw SEMI JOIN given USING (row_number))
        WINDOW same AS (PARTITION BY placed_key)
        QUALIFY min(placed_cells) OVER same = max(placed_cells) OVER same"""
    found: pd.DataFrame = district.sql(query, raw=district.raw(check.table), given=rows).df()
    return found


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """One row per rejected row, ascending, with all its reasons."""
    whole = pd.concat(parts, ignore_index=True)
    if whole["row_number"].is_unique:
        return whole.sort_values("row_number", ignore_index=True)
    reasons: Any = whole.groupby("row_number", sort=True)["reason"]
    joined: pd.DataFrame = reasons.agg("; ".join).reset_index()
    return joined


def write_rejected(district: District, table: str, parts: Sequence[pd.DataFrame], file: Path) -> None:
    """Write rejected rows as CSV for people: number, round, reasons, then the cells as text.

    Text that a spreadsheet would read as a formula gets a quote mark before it.

    Parameters
    ----------
    parts
        Of each round: `row_number` in the district, `reason`, `round`.
    """
    columns = list(district.columns(table))
    given = pd.concat(parts, ignore_index=True).rename(columns={"round": "placed_round", "reason": "placed_reason"})
    told = ", ".join(["row_number", "placed_round", "placed_reason", *map(_harmless, columns)])
    query = f"SELECT {told} FROM raw JOIN given USING (row_number) ORDER BY row_number"
    batches = district.sql(query, raw=district.raw(table), given=given).to_arrow_reader(_AT_ONCE)
    with own_file(file) as opened, io.TextIOWrapper(opened, encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow([*HEAD, *map(harmless, columns)])
        for batch in batches:
            lines.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _harmless(column: str) -> str:
    cell = identifier(column)
    formula = f"regexp_matches({cell}, {literal(f'^(?:{FORMULA})')})"
    number = f"regexp_full_match({cell}, {literal(PATTERNS['number'])})"
    text = f"replace(replace({cell}, chr(13) || chr(10), chr(10)), chr(13), chr(10))"  # a CR would end the row
    return f"CASE WHEN {formula} AND NOT {number} THEN chr(39) || {text} ELSE {text} END"
