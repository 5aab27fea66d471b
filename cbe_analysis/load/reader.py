"""The tables of a folder as DuckDB relations: headers at once, rows when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cbe_analysis.errors import UnreadableData, UsageError, choices
from cbe_analysis.load import cells, levels, parquet, soundness
from cbe_analysis.load.connection import connect
from cbe_analysis.load.folder import Files, Folder, Format, Stamp, look, stamps
from cbe_analysis.load.header import ROW_NUMBER, Header, csv_header, missing
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.declare import Type
from cbe_analysis.tables.quoting import identifier, literal, path

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from cbe_analysis.indicators.declare import Relation


OTHERWISE = {"levels": ", or targets.csv with evidence.csv or target_status.csv,"}  # what a table can be derived from
_SMALL: Mapping[Format, int] = {"csv": 1 << 26, "parquet": 1 << 23}  # bytes; such a table is kept once it was read


@dataclass(frozen=True, slots=True)
class Source:
    """One table: its files, what their header says, and the sizes and times of the files when it was read."""

    files: Files
    header: Header
    stamps: tuple[Stamp, ...]

    @property
    def small(self) -> bool:
        """True where the typed rows may be kept in memory."""
        return sum(stamp.size for stamp in self.stamps) <= _SMALL[self.files.format]


@dataclass(slots=True)
class Reader:
    """The only reader of a folder's tables.

    A table's files are read through once, when its rows are first asked for, to make sure that they can be. After that
    the typed rows of a small table stay in memory; of a large one DuckDB reads what a query needs. Files that change
    meanwhile are an error: no two answers of one district may rest on different data.

    Parameters
    ----------
    derivations
        Table -> how its rows are made from others where no file has them.
    checked
        Tables whose files were read through.
    kept
        Names under which typed rows are in memory.
    inferred
        Table -> undeclared column -> its type, once found.
    digests
        What was hashed -> its digest; filled by `fingerprint`.
    derived
        Table of `derivations` -> whether its rows are made so, once its file was looked at.
    """

    folder: Folder
    connection: DuckDBPyConnection
    sources: dict[str, Source]
    derivations: dict[str, levels.Derivation] = field(default_factory=dict)
    checked: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    inferred: dict[str, dict[str, Type]] = field(default_factory=dict)
    digests: dict[Hashable, bytes] = field(default_factory=dict)
    derived: dict[str, bool] = field(default_factory=dict)
    names: Iterator[int] = field(default_factory=count)

    def source(self, table: str, wanted_by: str = "this") -> Source:
        """The table's files and header.

        Raises
        ------
        UsageError
            When there is no such table, or it was not loaded.
        """
        if table not in TABLES:
            raise UsageError(f"there is no table '{table}'", remedy=f"the tables are: {choices(TABLES, 40)}")
        if table not in self.sources:
            raise UsageError(
                f"{wanted_by} needs table '{table}', which was not loaded",
                remedy=f"add {table}.csv{OTHERWISE.get(table, '')} to the data folder{self.folder.hint(table)}",
            )
        return self.sources[table]

    def derive_levels(self, rule: levels.Rule) -> None:
        """Have `levels` made of ratings and targets where they are there, unless its file holds measured levels."""
        filled = [name for name, source in self.sources.items() if source.header.has_rows]
        found = levels.derivation(filled, rule, filed=levels.TABLE in self.sources)
        if found:
            self.derivations[levels.TABLE] = found
            self.sources.setdefault(levels.TABLE, Source(levels.FILES, levels.HEADER, ()))

    def derivation(self, table: str) -> levels.Derivation | None:
        """How the rows of a table are made; None where they are those of its file."""
        found = self.derivations.get(table)
        if found and table not in self.derived:
            told = (
                f"SELECT count(*) FROM ({self.filed(table, ['method'])}) WHERE {levels.MEASURED}" if found.filed else ""
            )
            self.derived[table] = not told or self.rows(told) == [(0,)]
        return found if found and self.derived[table] else None

    def types(self, table: str) -> dict[str, Type]:
        """Column -> type of the columns in the files; undeclared ones get the type that all their cells have."""
        columns = self.source(table).header.columns
        extra = [name for name in columns if name not in TABLES[table]]
        if extra and table not in self.inferred:
            self.inferred[table] = self._infer(table, extra)
        return {name: self.inferred[table][name] if name in extra else TABLES[table][name].type for name in columns}

    def text(self, table: str) -> str:
        """SQL for the rows as text, with their numbers: the first row under the header is 1."""
        header = self._checked(table).header
        cells_of = [f"{cells.as_text(header.columns[n], header.stored[n])} AS {identifier(n)}" for n in header.columns]
        return f"SELECT row_number() OVER () AS {ROW_NUMBER}, {', '.join(cells_of)} FROM {self._scan(table)}"

    def typed(self, table: str, columns: Sequence[str] | None = None) -> str:
        """SQL for the rows with typed columns.

        Parameters
        ----------
        columns
            Which columns; None for all declared ones, unknown throughout where the files lack them, and then the
            undeclared ones.

        Raises
        ------
        UsageError
            When a column is neither declared nor in the files, or none is named.
        """
        made = self.derivation(table)
        if made is None:
            return self.filed(table, columns)
        wanted = self._wanted(table, columns)
        for name in made.reads:
            self._checked(name)
        rows = self._kept(f"derived_{table}", lambda: self._made(made, table))
        return f"SELECT {', '.join(map(identifier, wanted))} FROM {rows}"

    def filed(self, table: str, columns: Sequence[str] | None = None) -> str:
        """The same for the rows of the table's file, whether or not more are derived."""
        source = self._checked(table)
        wanted = self._wanted(table, columns)
        if source.small:
            every = self._wanted(table, None)
            rows = self._kept(f"kept_{table}", lambda: self._read(table, every))
            return f"SELECT {', '.join(map(identifier, wanted))} FROM {rows}"
        return self._read(table, wanted)

    def relation(self, sql: str) -> DuckDBPyRelation:
        """The query as a relation: nothing is read yet."""
        return self.connection.sql(sql)

    def rows(self, sql: str) -> list[Any]:
        """The rows of a query that gives few."""
        return self.connection.sql(sql).fetchall()

    def name(self, rows: Relation | pd.DataFrame) -> str:
        """A name under which queries on this connection can read the rows; no name is given twice."""
        import duckdb
        import pandas as pd

        name = f"given_{next(self.names)}"
        relation = self.connection.from_df(rows) if isinstance(rows, pd.DataFrame) else rows
        assert isinstance(relation, duckdb.DuckDBPyRelation)
        relation.create_view(name)
        return name

    def _read(self, table: str, wanted: Sequence[str]) -> str:
        """SQL that reads typed columns from the files."""
        header = self.sources[table].header
        declared = {column.name: column.type for column in TABLES[table].columns}
        types = declared | self.types(table) if any(name not in declared for name in wanted) else declared
        cells_of = [f"{self._cell(header, name, types[name])} AS {identifier(name)}" for name in wanted]
        return f"SELECT {', '.join(cells_of)} FROM {self._scan(table)}"

    def _wanted(self, table: str, columns: Sequence[str] | None) -> list[str]:
        """The columns that are asked for, each once."""
        declared = [column.name for column in TABLES[table].columns]
        extra = [name for name in self.source(table).header.columns if name not in declared]
        wanted = list(dict.fromkeys(columns)) if columns is not None else [*declared, *extra]
        unknown = [name for name in wanted if name not in declared and name not in extra]
        if unknown or not wanted:
            raise UsageError(
                f"table '{table}' has no column {choices(unknown)}" if unknown else "no column is asked for",
                remedy=f"its columns are: {choices([*declared, *extra], 60)}",
            )
        return wanted

    def _made(self, made: levels.Derivation, table: str) -> str:
        """SQL for the rows that are derived, and those of the table's file."""
        rows = made.sql({name: self.filed(name, columns) for name, columns in made.reads.items()})
        return f"SELECT * FROM ({rows}) UNION ALL BY NAME ({self.filed(table)})" if made.filed else rows

    def _kept(self, name: str, rows: Callable[[], str]) -> str:
        """The name under which rows are in memory; they are read when they are not yet."""
        if name not in self.kept:
            self.connection.execute(f"CREATE TEMP TABLE {identifier(name)} AS {rows()}")
            self.kept.add(name)
        return identifier(name)

    def _checked(self, table: str) -> Source:
        source = self.source(table)
        if stamps(source.files) != source.stamps:
            raise UnreadableData("the file has changed since it was loaded", source.files.shown, "load the folder anew")
        if table not in self.checked and source.files.paths:
            check = soundness.check_csv if source.files.format == "csv" else parquet.check
            check(source.files, self._scan(table), source.header, self.connection)
            self.checked.add(table)
        return source

    def _cell(self, header: Header, name: str, wanted: Type) -> str:
        if name not in header.columns:
            return f"NULL::{cells.STORED[wanted]}"
        return cells.typed(header.columns[name], header.stored[name], wanted)

    def _scan(self, table: str) -> str:
        source = self.sources[table]
        if source.files.format == "derived":
            return f"({self.typed(table)})"
        return csv_scan(source) if source.files.format == "csv" else parquet.scan(source.files)

    def _infer(self, table: str, extra: Sequence[str]) -> dict[str, Type]:
        """The type that all filled cells of a column have; text where they have none in common or all are empty."""
        tests = []
        for name in extra:
            cell = identifier(name)
            tests += [f"bool_and(regexp_full_match({cell}, {literal(p)}))" for p in cells.INFERRED.values()]
        [answers] = self.rows(f"SELECT {', '.join(tests)} FROM ({self.text(table)})")
        kinds: list[Type] = list(cells.INFERRED)
        found: dict[str, Type] = {}
        for position, name in enumerate(extra):
            fits = answers[position * len(kinds) : (position + 1) * len(kinds)]
            found[name] = next((kind for kind, fit in zip(kinds, fits, strict=True) if fit), "text")
        return found


def csv_scan(source: Source, options: str = "") -> str:
    """SQL that reads a CSV file as text; nothing about the file is guessed."""
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in source.header.columns.values())
    return (
        f"read_csv({path(source.files.paths[0])}, auto_detect = false, header = true, delim = ',', quote = '\"', "
        f"escape = '\"', compression = 'none', encoding = 'utf-8', columns = {{{columns}}}{options})"
    )


def open_folder(folder: Path) -> Reader:
    """The folder's reader, with every header read.

    Raises
    ------
    UnreadableData
        When the folder cannot be read as a district.
    """
    looked = look(folder)
    connection = connect(looked.path)
    sources, lacking = {}, []
    for files in looked.tables:
        stamped = stamps(files)
        header = csv_header(files) if files.format == "csv" else parquet.header(files, connection)
        sources[files.table] = Source(files, header, stamped)
        lacking += [f"{files.table}.{name}" for name in missing(files, header.columns)]
    if lacking:
        raise UnreadableData(
            f"required columns are missing: {choices(lacking, 60)}",
            str(looked.path),
            "add them to the files; a column's name must stand in the first line, spelt as here",
        )
    empty = [s.files.shown for s in sources.values() if TABLES[s.files.table].required and not s.header.has_rows]
    if empty:
        raise UnreadableData(
            "a required table has a header and no rows", choices(empty), "export it again with its rows"
        )
    return Reader(looked, connection, sources)
