"""What changed between two exports of a district: rows added, gone and changed, as counts and never as values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cbe_analysis.load import cells
from cbe_analysis.load.district import District
from cbe_analysis.load.where import UNPLACED
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.declare import Type
from cbe_analysis.tables.quoting import identifier, literal

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyRelation

NO_SCHOOL = "(no school)"
OWN_SCHOOL = ("enrollments",)  # their school is never another one than the row's own
_NUMBERS = ("integer", "number")
_MOST_CELLS = 20_000_000  # compared at once, 8 bytes each on both sides
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class RowsChanged:
    """The rows of one table at one school.

    Parameters
    ----------
    school
        The school of the row, else the one that its student was placed in; `NO_SCHOOL` where neither is known. A row
        that changed counts at its new school.
    before, after
        Rows in the old and in the new export.
    changed
        Rows with the same key of which a column in both exports differs.
    """

    table: str
    school: str
    before: int
    after: int
    added: int
    gone: int
    changed: int

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return not (self.added or self.gone or self.changed)


@dataclass(frozen=True, slots=True)
class CellsChanged:
    """In how many rows of a table, there before and after, a column changed."""

    table: str
    column: str
    rows: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed between two exports.

    Parameters
    ----------
    rows
        For each table in both exports, and each school; all schools of a table follow each other.
    cells
        The columns behind the rows that changed, in the order of the tables.
    tables_added, tables_gone
        Tables of one export only.
    columns_added, columns_gone
        Columns of one export only, as table.column; they are not compared.
    """

    rows: tuple[RowsChanged, ...]
    cells: tuple[CellsChanged, ...]
    tables_added: tuple[str, ...]
    tables_gone: tuple[str, ...]
    columns_added: tuple[str, ...]
    columns_gone: tuple[str, ...]

    def total(self, table: str) -> RowsChanged:
        """The rows of a table at all schools together."""
        parts = [part for part in self.rows if part.table == table]
        sums = [sum(getattr(p, name) for p in parts) for name in ("before", "after", "added", "gone", "changed")]
        return RowsChanged(table, "", *sums)


def changes(old: District, new: District, *, progress: Progress | None = None) -> Changes:
    """What changed from one export of a district to the next.

    Cells are compared as they are read: a number written another way is the same number, and a cell that is not of its
    column's type is unknown on both sides.
    """
    both = [name for name in new.files if name in old.files]
    rows: list[RowsChanged] = []
    cells_changed: list[CellsChanged] = []
    for position, table in enumerate(both):
        if progress:
            progress(position, len(both), table)
        pair = _Pair(table, old, new)
        found = pair.rows()
        rows += found
        if any(part.changed for part in found):
            cells_changed += pair.cells()
    return Changes(
        tuple(rows),
        tuple(cells_changed),
        tuple(name for name in new.files if name not in old.files),
        tuple(name for name in old.files if name not in new.files),
        tuple(f"{t}.{c}" for t in both for c in new.columns(t) if c not in old.columns(t)),
        tuple(f"{t}.{c}" for t in both for c in old.columns(t) if c not in new.columns(t)),
    )


class _Pair:
    """A table in two exports; each side is reduced to numbers of 64 bits before they meet."""

    def __init__(self, table: str, old: District, new: District) -> None:
        self.table, self.sides, self.meet = table, (old, new), new.sql
        before, after = old.columns(table), new.columns(table)
        key = TABLES[table].key
        columns = {name: _common(before[name], after[name]) for name in after if name in before and name not in key}
        self.columns = {name: cells.plain(identifier(name), kind) for name, kind in columns.items()}
        self.key = ", ".join(cells.plain(identifier(name), TABLES[table][name].type) for name in key)
        self.content = f"hash({', '.join(self.columns.values())})" if self.columns else "0"
        before_rows, after_rows = (self._reduced(side) for side in self.sides)
        self.reduced = {"before": before_rows, "after": after_rows}

    def rows(self) -> list[RowsChanged]:
        """The counts by school."""
        names = {number: school for side in self.sides for number, school in self._schools(side).items()}
        counted = self.meet(
            """
            WITH joined AS (
                SELECT o.k IS NOT NULL AS was, n.k IS NOT NULL AS stands, o.s AS old_s, n.s AS new_s,
                    o.r IS DISTINCT FROM n.r AS differs
                FROM before AS o FULL JOIN after AS n ON o.k = n.k),
            counted AS (
                SELECT old_s AS s, 1 AS old, 0 AS new, 0 AS added, (NOT stands)::INT AS gone, 0 AS changed
                FROM joined WHERE was
                UNION ALL
                SELECT new_s, 0, 1, (NOT was)::INT, 0, (was AND differs)::INT FROM joined WHERE stands)
            SELECT s, sum(old), sum(new), sum(added), sum(gone), sum(changed) FROM counted GROUP BY s""",
            **self.reduced,
        ).fetchall()
        found = [RowsChanged(self.table, names[s], *map(int, counts)) for s, *counts in counted]
        return sorted(found, key=lambda part: part.school)

    def cells(self) -> list[CellsChanged]:
        """In how many rows each column changed."""
        query = "SELECT o.k, o.r AS old, n.r AS new FROM before AS o JOIN after AS n ON o.k = n.k AND o.r <> n.r"
        changed = self.meet(query, **self.reduced).df()
        at_once = max(1, _MOST_CELLS // max(1, len(changed)))
        names = list(self.columns)
        found: list[CellsChanged] = []
        for start in range(0, len(names), at_once):
            found += self._cells(names[start : start + at_once], changed)
        return found

    def _cells(self, names: Sequence[str], changed: pd.DataFrame) -> list[CellsChanged]:
        """In how many of the changed rows some columns changed."""
        hashes = ", ".join(f"hash({self.columns[name]}) AS h{number}" for number, name in enumerate(names))
        sides = [
            side.sql(
                f"""
                SELECT x.* EXCLUDE (r) FROM ({self._numbered(side, hashes)}) AS x
                JOIN changed ON changed.k = x.k AND changed.{which} = x.r""",
                rows=side.table(self.table),
                changed=changed,
            ).df()
            for side, which in zip(self.sides, ("old", "new"), strict=True)
        ]
        differ = ", ".join(f"count_if(o.h{number} <> n.h{number})" for number in range(len(names)))
        query = f"SELECT {differ} FROM before AS o JOIN after AS n ON o.k = n.k"
        [counts] = self.meet(query, before=sides[0], after=sides[1]).fetchall()
        return [CellsChanged(self.table, name, n) for name, n in zip(names, counts, strict=True) if n]

    def _reduced(self, side: District) -> pd.DataFrame:
        """k: the key and the number of the row among those with it; r: the other columns; s: the school."""
        reduced: pd.DataFrame = side.sql(self._numbered(side, "hash(school) AS s"), rows=self._rows(side)).df()
        return reduced

    def _numbered(self, side: District, more: str) -> str:
        """SQL that reduces `rows` to k, r and more."""
        plain = f"SELECT hash({self.key}) AS k, {self.content} AS r, {more} FROM rows"
        counts = f"SELECT count(*), count(DISTINCT hash({self.key})) FROM rows"
        [(rows, keys)] = side.sql(counts, rows=side.table(self.table)).fetchall()
        if keys == rows:
            return plain
        return f"""
            SELECT * EXCLUDE (k, i), CASE WHEN i = 1 THEN k ELSE hash(k, i) END AS k
            FROM (SELECT *, row_number() OVER (PARTITION BY k ORDER BY r) AS i FROM ({plain}))"""

    def _rows(self, side: District) -> DuckDBPyRelation:
        """The typed rows, with the school of each."""
        there = side.columns(self.table)
        named = "student_id" in there and self.table not in OWN_SCHOOL
        placed = side.placed(self.table) if named else side.table(self.table)
        names = [*(["school_id"] if "school_id" in there else []), *(["placed_school_id"] if named else [])]
        school = ", ".join([*names, literal(NO_SCHOOL)])
        return side.sql(f"SELECT *, coalesce({school}) AS school FROM rows", rows=placed)

    def _schools(self, side: District) -> dict[int, str]:
        """Every school that a row can have, by its number."""
        found: dict[int, str] = {}
        for table in ("schools", "enrollments", self.table):
            if "school_id" in side.columns(table):
                query = "SELECT DISTINCT hash(school_id), school_id FROM rows WHERE school_id IS NOT NULL"
                found |= dict(side.sql(query, rows=side.table(table, ["school_id"])).fetchall())
        constants = side.sql(f"SELECT hash(x), x FROM (VALUES ({literal(NO_SCHOOL)}), ({literal(UNPLACED)})) AS t(x)")
        return found | dict(constants.fetchall())


def _common(before: Type, after: Type) -> Type:
    """The type in which two columns of one name are compared."""
    if before == after:
        return after
    return "number" if before in _NUMBERS and after in _NUMBERS else "text"
