"""The data dictionary page: `python -m cbe_analysis.tables.dictionary` writes it to docs/data-dictionary.md."""

from __future__ import annotations

import sys
from pathlib import Path

from cbe_analysis.tables import TABLES, Column, Table
from cbe_analysis.tables.declare import Reveals

PAGE = "docs/data-dictionary.md"
HEAD = """\
# Data dictionary

The tables of a district's folder: one CSV or Parquet file each, named after the table. This page is made from the
declarations in `cbe_analysis/tables`; do not edit it.

- Ids are text, so leading zeros survive. Dates are written 2026-01-31, months 2026-01, booleans `true` and `false`.
- An empty field means unknown: never "no", never 0.
- A *required* column must be in the file and filled in every row; every other column may be absent.
- Columns that stand nowhere here are kept; one on `students` or `enrollments` may be named as a subgroup factor.
- Where the values are *usually* some, other values are kept and reported as a warning; where they are *one of* some,
  another value is a finding.
- *Personal* columns identify a person. No name, address, exact birth date or free text about a student belongs here.
- *Shared* tells what becomes of the column in a copy for evaluators; of what is kept, rare words that could be names
  are left out where the column has values of its own ([more](share-with-evaluators.md)).
"""
SHARED: dict[Reveals, str] = {
    "person": "coded",
    "group": "coded",
    "school": "kept, or coded",
    "record": "numbered anew",
    "detail": "left out",
    "anything": "left out",
}


def dictionary() -> str:
    """The page as Markdown: an index of the tables, then each table with its columns."""
    index = [f"| [{t.name}](#{t.name}) | {t.row} | {'yes' if t.required else ''} |" for t in TABLES.values()]
    listed = "\n".join(["| table | one row is | required |", "|---|---|---|", *index])
    return "\n".join([HEAD, listed, *(_section(table) for table in TABLES.values())]) + "\n"


def _section(table: Table) -> str:
    """A table under its heading."""
    facts = [f"One row is {table.row}.", f"Key: {_codes(table.key)}."]
    if table.required:
        facts.append("A folder without this table is not a district.")
    if table.spell:
        facts.append(f"`{table.spell[0]}` may not lie after `{table.spell[1]}`.")
    if table.either:
        facts.append(f"At least one of {_codes(table.either)} is filled.")
    head = ["| column | type | required | meaning | values | shared |", "|---|---|---|---|---|---|"]
    return "\n".join(["", f"## {table.name}", "", " ".join(facts), "", *head, *map(_line, table.columns)])


def _line(column: Column) -> str:
    meaning = column.meaning + (" *Personal.*" if column.personal else "")
    required = "yes" if column.required else ""
    shared = SHARED.get(column.reveals, "kept")
    return f"| `{column.name}` | {column.type} | {required} | {meaning} | {_values(column)} | {shared} |"


def _values(column: Column) -> str:
    """What may stand in the column, in one phrase."""
    if column.allowed:
        return f"one of {_codes(column.allowed)}"
    if column.usual:
        return f"usually {_codes(column.usual)}"
    if column.references:
        return f"an id of `{column.references}`"
    return ", ".join(part for part in (column.unit, _range(column)) if part)


def _range(column: Column) -> str:
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"{low:g} or more"
    return "" if high is None else f"{high:g} or less"


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    Path(*sys.argv[1:2] or [PAGE]).write_text(dictionary(), encoding="utf-8", newline="\n")
