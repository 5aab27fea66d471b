"""What a mapping.toml says: which files, and which of their columns become which columns of which table."""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.importers.mapping_cells import VOCABULARIES, Rule
from cbe_analysis.importers.mapping_settings import alike, known, listed, one_of, table_of, text, texts
from cbe_analysis.tables import TABLES

FILE = "mapping.toml"
_PLAN = ("name", "ids", "system", "source")
_SOURCE = ("files", "delimiter", "encoding", "ragged", "skip", "table")
_TABLE = ("table", "columns", "extra", "wide", "skip", "repeats")
_RULE = ("column", "columns", "join", "constant", "wide", "format", "values", "otherwise", "decimal")
_SKIP = ("column", "is", "is_not", "why")
REPEATS = ("refuse", "first", "last")
OTHERWISE = ("error", "empty", "keep", "leave_out")


@dataclass(frozen=True, slots=True)
class Skip:
    """Records that do not count.

    Parameters
    ----------
    values
        Cells of the column that mark such a record; with `opposite`, cells that mark the others.
    """

    column: str
    values: frozenset[str]
    opposite: bool
    why: str


@dataclass(frozen=True, slots=True)
class Block:
    """How the records of a source become rows of a table.

    Parameters
    ----------
    columns
        Column of the table, or a name of its own -> what is written there.
    wide
        Column of the file -> the name that its cells go by: each of them makes a row of its own.
    repeats
        Which of several records with one key counts: "refuse", "first" or "last".
    """

    where: str
    table: str
    columns: Mapping[str, Rule]
    wide: Mapping[str, str]
    skip: tuple[Skip, ...]
    repeats: str

    @property
    def used(self) -> frozenset[str]:
        """The columns of the file that it reads."""
        read = {name for rule in self.columns.values() for name in rule.columns}
        return frozenset(read | set(self.wide) | {skip.column for skip in self.skip})


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one layout."""

    where: str
    files: str
    delimiter: str
    encoding: str
    ragged: bool
    skip: tuple[Skip, ...]
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole mapping.toml."""

    file: Path
    name: str
    ids: str
    system: str
    sources: tuple[Source, ...] = field(repr=False)


def read_plan(source: Path) -> Plan:
    """The plan of a mapping.toml, or of the one in a folder.

    Raises
    ------
    UsageError
        When there is none, it is not TOML, or it says what cannot be meant.
    """
    file = source / FILE if source.is_dir() else source
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        says = str(error)
        if "overwrite a value" in says.lower() or "already" in says.lower():
            says += ": the same column or setting is there twice, and only one can be meant"
        raise UsageError("the mapping is not TOML", file.name, f"mend the file: {says}") from None
    except UnicodeDecodeError:
        raise UsageError("the mapping is not UTF-8 text", file.name, "save it as UTF-8") from None
    except OSError as error:
        raise UsageError(
            f"the mapping cannot be opened: {error.strerror}", str(file), "cbe import mapping --draft FILE begins one"
        ) from None
    known(told, _PLAN, file.name)
    sources = listed(told, "source", file.name)
    plan = Plan(
        file,
        text(told, "name", file.name, file.stem if file.name != FILE else file.resolve().parent.name),
        text(told, "ids", file.name, ""),
        text(told, "system", file.name, ""),
        tuple(_source(part, f"{file.name}, source {n}") for n, part in enumerate(sources, start=1)),
    )
    _check_complete(plan)
    return plan


def _source(told: Mapping[str, Any], where: str) -> Source:
    known(told, _SOURCE, where)
    files = text(told, "files", where)
    if PurePath(files).is_absolute() or ".." in PurePath(files).parts:
        raise UsageError(
            "files must lie beside the mapping or below it",
            where,
            "put them there, or name their folder: --set files=DIR",
        )
    encoding = text(told, "encoding", where, "utf-8").lower()
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise UsageError(f"there is no encoding {encoding!r}", where, "usual are: utf-8, cp1252, utf-16") from None
    delimiter = text(told, "delimiter", where, ",")
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise UsageError("a delimiter is one character", where, 'usual are: "," ";" "\\t" "|"')
    ragged = one_of(text(told, "ragged", where, "refuse"), ("refuse", "fill"), f"{where}, ragged")
    blocks = listed(told, "table", where)
    return Source(
        where,
        files,
        delimiter,
        "utf-8" if encoding in ("utf8", "utf_8", "utf-8-sig") else encoding,
        ragged == "fill",
        _skips(told, where),
        tuple(_block(part, f"{where}, table {n}") for n, part in enumerate(blocks, start=1)),
    )


def _block(told: Mapping[str, Any], where: str) -> Block:
    known(told, _TABLE, where)
    table = one_of(text(told, "table", where), TABLES, f"{where}, table")
    where = f"{where} ({table})"
    columns, extra = table_of(told, "columns", where), table_of(told, "extra", where)
    declared = [column.name for column in TABLES[table].columns]
    for name in columns:
        if name not in declared:
            raise UsageError(
                f"table '{table}' has no column '{name}'{alike(name, declared)}",
                where,
                f"its columns are: {choices(declared, 40)}; a column of your own goes under extra",
            )
    for name in extra:
        if name.lower() in declared or not name.isidentifier():
            raise UsageError(f"'{name}' cannot be a column of your own", where, "give it a new name, of letters and _")
    rules = {name: _rule(part, f"{where}, column '{name}'") for name, part in {**columns, **extra}.items()}
    wide = _wide(told, where)
    for name, rule in rules.items():
        if rule.wide and not wide:
            raise UsageError(f"'{name}' is told to be wide", where, "say which columns are: wide.columns = [...]")
    if wide and {rule.wide for rule in rules.values()} != {"", "name", "value"}:
        raise UsageError(
            "of wide columns both the name and the value must go somewhere",
            where,
            'such as target_id = { wide = "name" } and score = { wide = "value" }',
        )
    repeats = one_of(text(told, "repeats", where, "refuse"), REPEATS, f"{where}, repeats")
    return Block(where, table, rules, wide, _skips(told, where), repeats)


def _rule(told: Any, where: str) -> Rule:
    """What is written into a column."""
    if isinstance(told, str):
        return Rule(where, (told,))
    if not isinstance(told, dict):
        raise UsageError("this is neither a column of the file nor a rule", where, 'such as "Student ID" in quotes')
    known(told, _RULE, where)
    origins = [name for name in ("column", "columns", "constant", "wide") if name in told]
    if len(origins) != 1:
        raise UsageError("a rule takes its value from one place", where, "give one of: column, columns, constant, wide")
    columns = tuple(texts(told, "columns", where)) if "columns" in told else ()
    return Rule(
        where,
        (text(told, "column", where),) if "column" in told else columns,
        join=text(told, "join", where, "-"),
        constant=text(told, "constant", where) if "constant" in told else None,
        wide=one_of(text(told, "wide", where), ("name", "value"), f"{where}, wide") if "wide" in told else "",
        formats=tuple(texts(told, "format", where)),
        values=_values(told, where),
        otherwise=one_of(text(told, "otherwise", where, "error"), OTHERWISE, f"{where}, otherwise"),
        decimal=one_of(text(told, "decimal", where, "."), (".", ","), f"{where}, decimal"),
    )


def _values(told: Mapping[str, Any], where: str) -> Mapping[str, str] | str:
    """A map of values, or the name of a vocabulary; "" for none."""
    values = told.get("values", "")
    if isinstance(values, str):
        return one_of(values, VOCABULARIES, f"{where}, values") if values else ""
    if not isinstance(values, dict) or not all(isinstance(v, str | bool | int) for v in values.values()):
        raise UsageError("values must be a table of texts", where, 'such as { Y = "true", N = "false" }')
    return {code: str(word).lower() if isinstance(word, bool) else str(word) for code, word in values.items()}


def _wide(told: Mapping[str, Any], where: str) -> Mapping[str, str]:
    wide = table_of(told, "wide", where)
    known(wide, ("columns",), f"{where}, wide")
    columns = wide.get("columns", {})
    if isinstance(columns, list):
        columns = {name: name for name in texts(wide, "columns", where)}
    if not isinstance(columns, dict) or not all(isinstance(name, str) for name in columns.values()):
        raise UsageError("wide columns are a list, or a table of names", where, 'such as ["Goal 1", "Goal 2"]')
    if len(set(columns.values())) < len(columns):
        raise UsageError("two wide columns go by one name", where, "give each a name of its own")
    return columns


def _skips(told: Mapping[str, Any], where: str) -> tuple[Skip, ...]:
    found = []
    for part in listed(told, "skip", where, needed=False):
        place = f"{where}, skip"
        known(part, _SKIP, place)
        sides = [name for name in ("is", "is_not") if name in part]
        if len(sides) != 1:
            raise UsageError(
                "a skip rule names the values that it is about", place, "give is = [...] or is_not = [...]"
            )
        values = frozenset(texts(part, sides[0], place))
        found.append(Skip(text(part, "column", place), values, sides[0] == "is_not", text(part, "why", place)))
    return tuple(found)


def _check_complete(plan: Plan) -> None:
    """Each block has the columns that name its rows, and all blocks of a table together every required column."""
    there: dict[str, set[str]] = {}
    for block in (block for source in plan.sources for block in source.blocks):
        there.setdefault(block.table, set()).update(block.columns)
        table = TABLES[block.table]
        lacking = [name for name in table.key if table[name].required and name not in block.columns]
        if lacking:
            raise UsageError(f"nothing names its rows: {choices(lacking)} missing", block.where, "map the whole key")
    for name, columns in there.items():
        lacking = [c.name for c in TABLES[name].columns if c.required and c.name not in columns]
        if lacking:
            raise UsageError(
                f"table '{name}' needs {choices(lacking)}", plan.file.name, "map each to a column, or give a constant"
            )
