"""What changed between two exports of a district: rows added, gone and changed, as counts and never as values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cbe_analysis.load import cells
from cbe_analysis.load.district import District
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.declare import Type
from cbe_analysis.tables.quoting import identifier, literal

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyRelation

NO_SCHOOL = "(no school)"
_NUMBERS = ("integer", "number")
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
    both = [name for name in new.tables if name in old.tables]
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
        tuple(name for name in new.tables if name not in old.tables),
        tuple(name for name in old.tables if name not in new.tables),
        tuple(f"{t}.{c}" for t in both for c in new.columns(t) if c not in old.columns(t)),
        tuple(f"{t}.{c}" for t in both for c in old.columns(t) if c not in new.columns(t)),
    )


class _Pair:
    """A table in two exports; each side is reduced to numbers of 64 bits before they meet."""

    def __init__(self, table: str, old: District, new: District) -> None:
        self.table, self.old, self.new = table, old, new
        self.key = TABLES[table].key
        before, after = old.columns(table), new.columns(table)
        self.columns = {n: _common(before[n], after[n]) for n in after if n in before and n not in self.key}

    def rows(self) -> list[RowsChanged]:
        """The counts by school."""
        (old, old_schools), (new, new_schools) = (self._side(district) for district in (self.old, self.new))
        names = {**old_schools, **new_schools}
        counted = self.new.sql(
            """
            WITH joined AS (
                SELECT o.k IS NOT NULL AS was, n.k IS NOT NULL AS stands, o.s AS old_s, n.s AS new_s,
                    o.r IS DISTINCT FROM n.r AS differs
                FROM before AS o FULL JOIN after AS n ON o.k = n.k AND o.i = n.i),
            counted AS (
                SELECT old_s AS s, 1 AS old, 0 AS new, 0 AS added, (NOT stands)::INT AS gone, 0 AS changed
                FROM joined WHERE was
                UNION ALL
                SELECT new_s, 0, 1, (NOT was)::INT, 0, (was AND differs)::INT FROM joined WHERE stands)
            SELECT s, sum(old), sum(new), sum(added), sum(gone), sum(changed) FROM counted GROUP BY s""",
            before=old,
            after=new,
        ).fetchall()
        found = [RowsChanged(self.table, names[s], *map(int, counts)) for s, *counts in counted]
        return sorted(found, key=lambda part: part.school)

    def cells(self) -> list[CellsChanged]:
        """In how many rows each column changed."""
        found = []
        for name, kind in self.columns.items():
            before, after = (self._reduced(district, [(name, kind)]).df() for district in (self.old, self.new))
            [(count,)] = self.new.sql(
                "SELECT count(*) FROM before AS o JOIN after AS n ON o.k = n.k AND o.i = n.i AND o.r <> n.r",
                before=before,
                after=after,
            ).fetchall()
            found += [CellsChanged(self.table, name, count)] if count else []
        return found

    def _side(self, district: District) -> tuple[pd.DataFrame, dict[int, str]]:
        """Each row's key, content and school as numbers, and the schools by their number."""
        reduced = self._reduced(district, list(self.columns.items()), school=True)
        placed = district.sql("SELECT DISTINCT hash(school), school FROM rows", rows=self._rows(district, school=True))
        return reduced.df(), dict(placed.fetchall())

    def _reduced(
        self, district: District, columns: Sequence[tuple[str, Type]], *, school: bool = False
    ) -> DuckDBPyRelation:
        """k: the key, i: which of the rows with that key, r: the columns, s: the school."""
        key = ", ".join(cells.plain(identifier(name), TABLES[self.table][name].type) for name in self.key)
        content = ", ".join(cells.plain(identifier(name), kind) for name, kind in columns)
        wanted = f"hash({key}) AS k, {f'hash({content})' if content else '0'} AS r" + (
            ", hash(school) AS s" if school else ""
        )
        rows = self._rows(district, school=school)
        [(all_rows, keys)] = district.sql(
            f"SELECT count(*), count(DISTINCT hash({key})) FROM rows", rows=rows
        ).fetchall()
        which = "row_number() OVER (PARTITION BY k ORDER BY r)" if keys < all_rows else "1"
        return district.sql(
            f"WITH reduced AS (SELECT {wanted} FROM rows) SELECT *, {which} AS i FROM reduced", rows=rows
        )

    def _rows(self, district: District, *, school: bool) -> DuckDBPyRelation:
        """The typed rows, with the school of each where it is asked for."""
        if not school:
            return district.table(self.table)
        there = district.columns(self.table)
        placed = district.placed(self.table) if "student_id" in there else district.table(self.table)
        names = [
            *(["school_id"] if "school_id" in there else []),
            *(["placed_school_id"] if "student_id" in there else []),
        ]
        return district.sql(
            f"SELECT *, coalesce({', '.join([*names, literal(NO_SCHOOL)])}) AS school FROM rows", rows=placed
        )


def _common(before: Type, after: Type) -> Type:
    """The type in which two columns of one name are compared."""
    if before == after:
        return after
    return "number" if before in _NUMBERS and after in _NUMBERS else "text"
