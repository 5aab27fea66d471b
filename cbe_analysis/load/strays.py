"""Stray words: what stands in a subgroup's column and could be a student's name, typed into the wrong cell.

A word is known where the declaration of its column lists it, or district.toml labels it or compares with it. A word
that is not known, and that fewer students of the district have than may be shown, is a stray: wherever students are
placed, its cell is unknown. So no group is called after it, whatever is asked for. The words stay in DuckDB, in the
temporary table `placement_strays`: source, factor, word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cbe_analysis.load import cells
from cbe_analysis.load.placement import CORE
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.declare import Type
from cbe_analysis.tables.quoting import identifier, listed, literal

if TYPE_CHECKING:
    from cbe_analysis.load.reader import Reader
    from cbe_analysis.policy import Policy

SOURCES = ("students", "enrollments")


@dataclass(frozen=True, slots=True)
class Stray:
    """A column with stray words, and how many."""

    table: str
    column: str
    type: Type
    count: int

    @property
    def cleared(self) -> str:
        """SQL for the column with these words unknown."""
        name = identifier(self.column)
        these = f"source = {literal(self.table)} AND factor = {literal(self.column)}"
        stray = f"{cells.plain(name, self.type)} IN (SELECT word FROM placement_strays WHERE {these})"
        return f"CASE WHEN {stray} THEN NULL ELSE {name} END AS {name}"


@dataclass(frozen=True, slots=True)
class Strays:
    """The columns of a district with stray words."""

    columns: tuple[Stray, ...]

    def count(self, column: str) -> int:
        """How many words of a column are strays."""
        return sum(stray.count for stray in self.columns if stray.column == column)

    def left_out(self, table: str, rows: str) -> str:
        """SQL for the rows of a table with stray words unknown; the given SQL where there are none."""
        cleared = [stray.cleared for stray in self.columns if stray.table == table]
        return f"SELECT * REPLACE ({', '.join(cleared)}) FROM ({rows})" if cleared else rows


def find(reader: Reader, policy: Policy) -> Strays:
    """The stray words of the columns that may be published; a table is read again only for columns that have any."""
    found: list[Stray] = []
    reader.connection.execute("CREATE TEMP TABLE placement_strays (source VARCHAR, factor VARCHAR, word VARCHAR)")
    for table in SOURCES:
        judged = _judged(reader, policy, table)
        if not judged:
            continue
        asked = ", ".join(f"bool_or({unknown(policy, table, name, kind)})" for name, kind in judged.items())
        [there] = reader.rows(f"SELECT {asked} FROM ({reader.typed(table, list(judged))})")
        for (name, kind), some in zip(judged.items(), there, strict=True):
            count = _kept_aside(reader, policy, table, name, kind) if some else 0
            found += [Stray(table, name, kind, count)] if count else []
    return Strays(tuple(found))


def _kept_aside(reader: Reader, policy: Policy, table: str, column: str, kind: Type) -> int:
    """How many stray words a column has; they stand in the temporary table from here on."""
    rows = reader.typed(table, ["student_id", column])
    [(count,)] = reader.connection.execute(
        f"INSERT INTO placement_strays SELECT {literal(table)}, {literal(column)}, "
        f"{cells.plain(identifier(column), kind)} AS word FROM ({rows}) "
        f"WHERE {unknown(policy, table, column, kind)} "
        f"GROUP BY word HAVING count(DISTINCT student_id) < {literal(policy.minimum_n)}"
    ).fetchall()
    return int(count)


def well_known(policy: Policy, table: str, column: str, kind: Type) -> str:
    """SQL that is true of a word, with its rows, that may be told: it is known, or enough students have it."""
    enough = f"count(DISTINCT student_id) >= {literal(policy.minimum_n)}"
    return f"NOT ({unknown(policy, table, column, kind)}) OR {enough}"


def is_word(table: str, column: str, kind: Type) -> bool:
    """Whether the cells of a column are words that could be a person's.

    A declared number or date is what it says, and a place is no word of a person; an undeclared number may be an id.
    """
    return column not in CORE and kind != "boolean" and (kind == "text" or column not in TABLES[table])


def _judged(reader: Reader, policy: Policy, table: str) -> dict[str, Type]:
    """Column -> type of the columns that may be published and hold words."""
    named = {*policy.factors, *policy.published_dimensions}
    return {n: kind for n, kind in reader.types(table).items() if n in named and is_word(table, n, kind)}


def unknown(policy: Policy, table: str, column: str, kind: Type) -> str:
    """SQL that is true where the cell of a column holds a word that is not known."""
    word, words = cells.plain(identifier(column), kind), _known(policy, table, column)
    return f"{word} IS NOT NULL" + (f" AND {word} NOT IN ({listed(words)})" if words else "")


def _known(policy: Policy, table: str, column: str) -> tuple[str, ...]:
    """The words of a column that are usual, or named in district.toml."""
    declared = [c for c in TABLES[table].columns if c.name == column]
    usual = [word for c in declared for word in (*c.allowed, *c.usual)]
    units = policy.units if column == "instrument" else ()
    named = (*policy.labels.get(column, ()), policy.references.get(column, ""), *units)
    return tuple(word for word in dict.fromkeys((*usual, *named)) if word and "\0" not in word)  # SQL writes no NUL
