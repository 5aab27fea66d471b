"""What becomes of every column in a copy for evaluators, as the tables declare what it reveals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from cbe_analysis.errors import UsageError, choices, meant
from cbe_analysis.tables import TABLES, Column
from cbe_analysis.tables.declare import Type

What = Literal["kept", "coded", "numbered", "worded", "dropped"]
CODED = ("person", "group")
WORDS = ("anything", "detail")
SCHOOL = "school"
LEFT_OUT = "(left out)"  # stands where a required column held words


@dataclass(frozen=True, slots=True)
class Cells:
    """So many cells of a column, as table.column."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a column.

    Parameters
    ----------
    what
        "kept"; "coded": every id has a random code, which the key tells; "numbered": a new number, which nobody can
        tell; "worded": filled cells say that they were left out; "dropped": the column is not there.
    kind
        Whose ids are coded: person, group, school. Of numbers: the column, as table.column, that the ids belong to.
    declared
        None for a column that stands in no declaration.
    """

    table: str
    column: str
    type: Type
    what: What
    kind: str = ""
    declared: Column | None = None

    @property
    def name(self) -> str:
        """The column as table.column."""
        return f"{self.table}.{self.column}"


def fates(
    tables: Mapping[str, Mapping[str, Type]], keep: Collection[str] = (), *, code_schools: bool = False
) -> tuple[Fate, ...]:
    """What becomes of each column of the tables, in the order of the declarations.

    Parameters
    ----------
    tables
        Table -> column of its files -> type.
    keep
        Columns, as table.column, that would be left out and shall be kept as they are.

    Raises
    ------
    UsageError
        When a column to keep is not there, or is an id that is never kept.
    """
    usual = [fate for table, columns in tables.items() for fate in _of_table(table, columns, code_schools)]
    offered = [fate.name for fate in usual if fate.what in ("worded", "dropped")]
    for name in keep:
        if name not in offered:
            raise _not_offered(name, usual, offered)
    return tuple(_kept(fate) if fate.name in keep else fate for fate in usual)


def left_out(found: Iterable[Fate]) -> Iterator[Fate]:
    """The columns of which nothing is left but, perhaps, that they were filled."""
    return (fate for fate in found if fate.what in ("worded", "dropped"))


def _of_table(table: str, columns: Mapping[str, Type], code_schools: bool) -> Iterator[Fate]:
    declared = [column for column in TABLES[table].columns if column.name in columns]
    for column in declared:
        what, kind = _usual(table, column, code_schools)
        yield Fate(table, column.name, column.type, what, kind, column)
    for name, type_ in columns.items():
        if name not in TABLES[table]:
            yield Fate(table, name, type_, "dropped")


def _usual(table: str, column: Column, code_schools: bool) -> tuple[What, str]:
    """What becomes of a declared column where nothing else is asked for, and the kind of its codes or numbers."""
    told = column.reveals
    is_school = bool(column.references) or column.name in TABLES[table].key
    if told in CODED or (told == SCHOOL and code_schools and is_school):
        return "coded", told
    if told == "record":
        return "numbered", column.references or f"{table}.{column.name}"
    if told in WORDS or (told == SCHOOL and code_schools):
        return "worded" if column.required else "dropped", ""
    return "kept", ""


def _kept(fate: Fate) -> Fate:
    return Fate(fate.table, fate.column, fate.type, "kept", "", fate.declared)


def _not_offered(name: str, usual: Iterable[Fate], offered: Collection[str]) -> UsageError:
    """The error for a column that cannot be kept, or needs no keeping."""
    told = {fate.name: fate.what for fate in usual}.get(name)
    words = {"coded": "is an id, which is always coded", "numbered": "is an id, which is always numbered anew"}
    fault = words.get(told or "", "is kept anyway" if told else "is not in the district")
    near = "" if told else meant(name, offered)
    return UsageError(
        f"column '{name}' {fault}",
        "--keep",
        f"{near}columns that would be left out: {choices(offered, 40)}" if offered else "leave the option out",
    )
