"""The rows of a district with codes for ids, in an order that tells nothing of the old one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from cbe_analysis.load.reader import Reader
from cbe_analysis.policy import Policy
from cbe_analysis.pseudonymize.codes import draw, numbered
from cbe_analysis.pseudonymize.fates import LEFT_OUT, Cells, Fate
from cbe_analysis.pseudonymize.key import Key
from cbe_analysis.pseudonymize.words import rare, refuse_ids
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.quoting import identifier, listed, literal

if TYPE_CHECKING:
    import pyarrow as pa

SORTED_AT_ONCE = 5_000_000  # rows
AT_ONCE = 100_000
LONGEST_WORD = 40  # characters
_PREFIX = 256  # ways in which two hexadecimal digits begin a code
_RUNNING = "'R{:02}' || lpad((row_number() OVER ())::VARCHAR, 8, '0')"  # part, and row of it


class Coder:
    """A district's rows, coded.

    Parameters
    ----------
    policy
        The district's.
    found
        What becomes of every column; the columns of a table follow each other.

    Raises
    ------
    UsageError
        When a column that is kept on request repeats the ids of its rows' people.
    """

    def __init__(self, reader: Reader, policy: Policy, found: Sequence[Fate], *, key: Key) -> None:
        self.reader, self.key = reader, key
        self.fates = {table: list(of) for table, of in groupby(found, key=lambda fate: fate.table)}
        refuse_ids(reader, self.fates)
        self.sizes = {table: self._one(f"SELECT count(*) FROM ({reader.typed(table)})") for table in self.fates}
        self.counts: dict[str, int] = {}
        self._maps: dict[str, str] = {}  # kind -> the table in which DuckDB finds its codes
        self.words = rare(reader, policy, self.fates)
        self._running = {table: self._runs(table) for table in self.fates}
        self._learn()

    def rows(self, table: str, cells: str = "*") -> Iterator[pa.RecordBatchReader]:
        """The coded rows, sorted by code; those of a long table in several parts, each to be read before the next.

        Parameters
        ----------
        cells
            SQL for what is wanted of each row.
        """
        query, order, running = self._query(table), self._order(table), self._running[table]
        for number, part in enumerate(self._parts(table)):
            rows = f"SELECT * FROM ({query}) {part} ORDER BY {', '.join(map(identifier, order))}"
            if running:
                rows = f"SELECT * REPLACE ({_RUNNING.format(number)} AS {identifier(running)}) FROM ({rows})"
            yield self.reader.relation(f"SELECT {cells} FROM ({rows})").to_arrow_reader(AT_ONCE)

    def columns(self, table: str) -> list[Fate]:
        """The columns of the coded rows."""
        return [fate for fate in self.fates[table] if fate.what != "dropped"]

    def lost(self, table: str) -> list[Cells]:
        """The cells that are left out of kept columns: not of their type, or not among the words of a closed list."""
        source = self.reader.sources[table]
        texts = [f for f in self.columns(table) if f.type != "text" and source.header.stored[f.column] == "VARCHAR"]
        closed = [f for f in self.columns(table) if f.what == "kept" and f.declared and f.declared.allowed]
        if not texts and not closed:
            return []
        counts = [f"count({identifier(f.column)})" for f in texts]
        strays = [f"count(*) FILTER (NOT {_allowed(f)})" for f in closed]
        filled = self._row(counts, self.reader.text(table))
        read = self._row([*counts, *strays], self.reader.typed(table))
        gone = [before - after for before, after in zip(filled, read, strict=False)] + list(read[len(texts) :])
        return [Cells(f.name, n) for f, n in zip([*texts, *closed], gone, strict=True) if n]

    def wordy(self, table: str) -> list[Cells]:
        """The cells of a table about people that are kept and longer than a word or a code: perhaps sentences."""
        columns = [f for f in self.columns(table) if f.what == "kept" and f.type == "text"]
        if not any(fate.kind == "person" for fate in self.fates[table]):
            return []
        counts = self._row(
            [f"count(*) FILTER (length({identifier(f.column)}) > {LONGEST_WORD})" for f in columns],
            self.reader.typed(table, [f.column for f in columns] or None),
        )
        return [Cells(f.name, n) for f, n in zip(columns, counts, strict=True) if n]

    def _learn(self) -> None:
        """Give every id a code or a number."""
        kinds: dict[str, list[Fate]] = {}
        for fate in (fate for of in self.fates.values() for fate in of if fate.what in ("coded", "numbered")):
            if fate.column != self._running[fate.table]:
                kinds.setdefault(fate.kind, []).append(fate)
        for place, (kind, where) in enumerate(kinds.items()):
            self._maps[kind] = f"codes_{place}"
            ids = " UNION ".join(
                f"SELECT DISTINCT {identifier(f.column)} AS id FROM ({self.reader.typed(f.table, [f.column])})"
                for f in where
            )
            known = f"SELECT id FROM ({ids}) WHERE id IS NOT NULL"
            (self._code if where[0].what == "coded" else self._number)(kind, known)

    def _code(self, kind: str, ids: str) -> None:
        """Give ids the codes that the key knows or learns."""
        codes = self.key.learn(kind, [one for (one,) in self.reader.rows(ids)])
        self.counts[kind] = len(codes)
        pairs = pd.DataFrame({"id": list(codes), "code": list(codes.values())}, dtype=str)
        self.reader.relation(f"FROM {self._given(pairs)}").create(self._maps[kind])

    def _number(self, kind: str, ids: str) -> None:
        """Give ids numbers that nobody keeps."""
        waiting = f"{self._maps[kind]}_waiting"
        self.reader.relation(ids).create(waiting)
        drawn = self._given(pd.DataFrame({"number": draw(self._one(f"SELECT count(*) FROM {waiting}"))}))
        pairs = f"SELECT id, {numbered('number')} AS code FROM {waiting} POSITIONAL JOIN {drawn}"
        self.reader.relation(pairs).create(self._maps[kind])
        self.reader.connection.execute(f"DROP TABLE {waiting}")

    def _given(self, rows: pd.DataFrame) -> str:
        return identifier(self.reader.name(rows))

    def _query(self, table: str) -> str:
        """SQL for the rows with their codes, in no order."""
        cells, joins = [], []
        for place, fate in enumerate(self.columns(table)):
            cell, name = f"placed_rows.{identifier(fate.column)}", identifier(fate.column)
            if fate.column == self._running[table]:
                cell = "''"
            elif fate.what in ("coded", "numbered"):
                joins.append(f"LEFT JOIN {self._maps[fate.kind]} AS c{place} ON c{place}.id = {cell}")
                cell = f"c{place}.code"
            elif fate.what == "worded":
                cell = f"CASE WHEN {cell} IS NOT NULL THEN {literal(LEFT_OUT)} END"
            elif fate.declared and fate.declared.allowed:
                cell = f"CASE WHEN {_allowed(fate)} THEN {cell} END"
            elif fate.name in self.words.gone:
                joins.append(f"LEFT JOIN {self.words.gone[fate.name]} AS c{place} ON c{place}.word = {cell}")
                cell = f"CASE WHEN c{place}.word IS NULL THEN {cell} ELSE c{place}.instead END"
            cells.append(f"{cell} AS {name}")
        names = [fate.column for fate in self.columns(table)]
        rows = self.reader.typed(table, names)
        return f"SELECT {', '.join(cells)} FROM ({rows}) AS placed_rows {' '.join(joins)}"

    def _order(self, table: str) -> list[str]:
        """The columns to sort by: people first, then the key, then all that a row holds.

        So only rows that are alike in everything have no order of their own, and none tells where it once stood.
        """
        columns = self.columns(table)
        coded = [f.column for kind in ("person", "group") for f in columns if f.kind == kind][:1]
        there = {f.column for f in columns}
        key = [name for name in TABLES[table].key if name in there]
        rest = [f.column for what in ("kept", "coded", "numbered") for f in columns if f.what == what]
        return [name for name in dict.fromkeys([*coded, *key, *rest]) if name != self._running[table]]

    def _parts(self, table: str) -> list[str]:
        """Conditions that part a long table by the beginning of its first code, in order; one empty one for a short."""
        first = next((f for f in self.columns(table) if f.column == self._order(table)[0]), None)
        many = -(-self.sizes[table] // SORTED_AT_ONCE)
        if many < 2 or first is None or first.what not in ("coded", "numbered"):
            return [""]
        name, edges = identifier(first.column), [f"{_PREFIX * part // many:02x}" for part in range(1, many)]
        begin = f"substring({name}, 2, 2)"
        between = [f"{begin} >= '{low}' AND {begin} < '{high}'" for low, high in pairwise(edges)]
        return [
            f"WHERE {condition}"
            for condition in (f"{name} IS NULL OR {begin} < '{edges[0]}'", *between, f"{begin} >= '{edges[-1]}'")
        ]

    def _runs(self, table: str) -> str:
        """The column whose ids name each one row and nothing else: its numbers can count the rows of the copy."""
        [first, *more] = TABLES[table].key
        fate = next((f for f in self.fates[table] if f.column == first and f.what == "numbered"), None)
        elsewhere = {f.kind for other in self.fates if other != table for f in self.fates[other]}
        if more or fate is None or fate.kind in elsewhere:
            return ""
        name = identifier(first)
        [filled, different] = self._row(
            [f"count({name})", f"count(DISTINCT {name})"], self.reader.typed(table, [first])
        )
        return first if filled == different == self.sizes[table] else ""

    def _row(self, counts: Sequence[str], rows: str) -> list[int]:
        """Counts over rows; none where none are asked for."""
        if not counts:
            return []
        [found] = self.reader.rows(f"SELECT {', '.join(counts)} FROM ({rows})")
        return [int(n) for n in found]

    def _one(self, query: str) -> int:
        found: list[Any] = self.reader.rows(query)
        return int(found[0][0])


def _allowed(fate: Fate) -> str:
    """SQL for a cell being one of the words of a closed list, or empty."""
    assert fate.declared is not None
    return f"coalesce({identifier(fate.column)} IN ({listed(fate.declared.allowed)}), true)"
