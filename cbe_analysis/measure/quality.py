"""How sound the data are, as estimates: they are shown in a brief, so they are protected like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cbe_analysis.errors import UsageError
from cbe_analysis.load.findings import Finding
from cbe_analysis.measure.estimates import AFTER, BEFORE, Estimates, Population
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.quoting import identifier

if TYPE_CHECKING:
    from cbe_analysis.load import District

ENTITY = "rows"
SHARE = "share of rows, 0 to 1"
COUNTS = ("n", "n_reference")


def completeness(district: District) -> Estimates:
    """The share of rows that are filled, by column, for every table about students.

    The group column is `column`, its values are `table.column`. A cell that cannot be read is not filled. A required
    column is told of where it has a gap; an optional one always, and so is a factor of the policy, declared or not.
    Left out is what may well be empty: the last day of what goes on, and columns that stand in for one another.
    """
    rows: list[dict[str, Any]] = []
    for table in district.files:
        names = _counted(district, table)
        if "student_id" not in district.columns(table) or not names:
            continue
        filled = ", ".join(["count(*) AS n", *(f"count({identifier(c)}) AS {identifier(c)}" for c in names)])
        counts = district.table(table).aggregate(filled).df().iloc[0]
        total = int(counts["n"])
        told = [name for name in names if int(counts[name]) < total or not _required(table, name)]
        rows += [_share("column", f"{table}.{name}", int(counts[name]), total) for name in told if total]
    return _estimates(district, "completeness", "How complete are the data?", "column", rows)


def _counted(district: District, table: str) -> list[str]:
    """Columns of the file whose empty cells are a gap."""
    declared, held = TABLES[table], district.columns(table)
    may_be_empty = {*declared.either, *(declared.spell or ())[1:]}
    told_of = [c.name for c in declared.columns if c.required or c.name not in may_be_empty]
    return [name for name in dict.fromkeys((*told_of, *district.policy.factors)) if name in held]


def _required(table: str, column: str) -> bool:
    return column in TABLES[table] and TABLES[table][column].required


def faults(district: District) -> Estimates:
    """The share of rows at fault, for every finding; the group column is `fault`, named by `fault_name`.

    Raises
    ------
    UsageError
        When the district was not validated.
    """
    if district.findings is None:
        raise UsageError("the data were not checked yet", "district", "call cbe.validate(district) first")
    rows = [_share("fault", fault_name(f), f.count, f.total) for f in district.findings.findings if f.total]
    return _estimates(district, "faults", "What should be mended first?", "fault", rows)


def fault_name(finding: Finding) -> str:
    """The name of a finding among the groups of `faults`."""
    return f"{finding.table}: {finding.check}: {', '.join(finding.columns)}"


def _share(by: str, group: str, part: int, total: int) -> dict[str, Any]:
    """One share of the rows of a table."""
    told = {"numerator": part, "denominator": total, "value": part / total}
    return {"quantity": "share", "unit": SHARE, by: group, "n": total, **told}


def _estimates(district: District, name: str, question: str, by: str, rows: list[dict[str, Any]]) -> Estimates:
    """The rows in the shape of Estimates."""
    frame = pd.DataFrame(rows).reindex(columns=[*BEFORE, by, *AFTER])
    for column in AFTER:
        if column in ("arm", "at", "reference", "note"):
            frame[column] = None
        else:
            frame[column] = pd.to_numeric(frame[column]).astype("Int64" if column in COUNTS else float)
    return Estimates(
        indicator=name,
        question=question,
        unit=SHARE,
        method="every row of every table counted",
        source="the table declarations of the kit (docs/data-dictionary.md)",
        by=(by,),
        fingerprint=district.fingerprint({t: tuple(district.columns(t)) for t in district.tables}, ()),
        as_of=str(district.as_of(district.tables)),
        minimum_n=0,
        parameters={"by": [by]},
        warnings=(),
        population=Population(ENTITY, (), ("", ""), pd.DataFrame({"n": [len(rows)]})),
        rows=frame,
    )
