"""Rare words: what stands in a column of words and could be somebody's name, typed into the wrong cell.

A word is rare where fewer people have it than may be shown, and neither its declaration nor district.toml nor the table
that it refers to names it. In a column that has a list of words, or tells a trait, it does not pass.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from cbe_analysis.errors import UsageError
from cbe_analysis.load import cells
from cbe_analysis.load.reader import Reader
from cbe_analysis.load.strays import unknown
from cbe_analysis.policy import Policy
from cbe_analysis.pseudonymize.fates import LEFT_OUT, Cells, Fate
from cbe_analysis.tables import TABLES
from cbe_analysis.tables.quoting import identifier, literal


@dataclass(slots=True)
class Words:
    """The rare words of a district's kept columns.

    Parameters
    ----------
    gone
        Column, as table.column -> the table in which DuckDB finds its rare `word`s and what stands `instead`.
    left_out
        Cells that held such a word.
    kept
        Cells of columns without a list that hold a rare word, which is kept.
    """

    gone: dict[str, str] = field(default_factory=dict)
    left_out: list[Cells] = field(default_factory=list)
    kept: list[Cells] = field(default_factory=list)


def rare(reader: Reader, policy: Policy, fates: Mapping[str, Sequence[Fate]]) -> Words:
    """The rare words of the tables about people, table -> what becomes of its columns."""
    found = Words()
    for fate, person in (pair for of in fates.values() for pair in _judged(of)):
        listed = _is_listed(reader, fate)
        rows = _rare(reader, policy, fate, person)
        count = sum(n for _, n in rows)
        if count:
            (found.left_out if listed else found.kept).append(Cells(fate.name, count))
        if count and listed:
            found.gone[fate.name] = _aside(reader, fate, [word for word, _ in rows], len(found.gone))
    return found


def refuse_ids(reader: Reader, fates: Mapping[str, Sequence[Fate]]) -> None:
    """Refuse to keep a column in which mostly the ids of the rows' own people stand.

    Raises
    ------
    UsageError
        When there is one.
    """
    for table, of in fates.items():
        ids = ", ".join(identifier(f.column) for f in of if f.what == "coded" and f.kind == "person")
        for fate in (f for f in of if f.what == "kept" and f.declared is None) if ids else ():
            name = identifier(fate.column)
            [(repeated, filled)] = reader.rows(
                f"SELECT count(*) FILTER ({cells.plain(name, fate.type)} IN ({ids})), count({name}) "
                f"FROM ({reader.typed(table)})"
            )
            if repeated * 2 > filled:
                raise UsageError(
                    f"column '{fate.name}' repeats the ids of people, which are always coded",
                    "--keep",
                    "leave the option out; the code stands where the id stood",
                )


def _judged(fates: Sequence[Fate]) -> Iterator[tuple[Fate, str]]:
    """The columns of a table that keep words, and the column that says whose; none in a table without people."""
    person = next((f.column for f in fates if f.kind == "person"), "")
    for fate in fates if person else ():
        if fate.what == "kept" and fate.type == "text" and not (fate.declared and fate.declared.allowed):
            yield fate, person


def _is_listed(reader: Reader, fate: Fate) -> bool:
    """Whether all words of a column can be known: by its declaration, district.toml or the table it refers to."""
    declared = fate.declared
    if declared is None:
        return False
    return bool(declared.usual) or declared.reveals == "trait" or _parent(reader, fate) != ""


def _parent(reader: Reader, fate: Fate) -> str:
    """SQL for the words that a column may refer to; empty where it refers to none, or their table is not there."""
    table, _, column = fate.declared.references.partition(".") if fate.declared else ("", "", "")
    return reader.typed(table, [column]) if table in reader.sources else ""


def _rare(reader: Reader, policy: Policy, fate: Fate, person: str) -> list[tuple[str, int]]:
    """The rare words of a column, and how many cells hold each; who is not named counts as one."""
    name, who = identifier(fate.column), identifier(person)
    met = unknown(policy, fate.table, fate.column, fate.type)
    if parent := _parent(reader, fate):
        met += f" AND {name} NOT IN (SELECT * FROM ({parent}) AS parents (word) WHERE word IS NOT NULL)"
    elif not _is_listed(reader, fate):
        met += f" AND NOT regexp_full_match({name}, {literal(cells.PATTERNS['number'])})"  # nobody's name
    people = f"count(DISTINCT {who}) + count(*) FILTER (WHERE {who} IS NULL)"
    return reader.rows(
        f"SELECT {name}, count(*) FROM ({reader.typed(fate.table, [person, fate.column])}) "
        f"WHERE {met} GROUP BY {name} HAVING {people} < {literal(policy.minimum_n)}"
    )


def _aside(reader: Reader, fate: Fate, words: list[str], place: int) -> str:
    """The name of a table of the words and of what stands instead: nothing, as the kit reads them.

    Where the column must be filled, tells rows apart or refers to another table, different words stay different.
    """
    assert fate.declared is not None
    filled = fate.declared.required or fate.column in TABLES[fate.table].key or fate.declared.references
    random.SystemRandom().shuffle(words)
    instead = [f"{LEFT_OUT[:-1]} {n})" if filled else None for n in range(1, len(words) + 1)]
    given = reader.name(pd.DataFrame({"word": words, "instead": instead}, dtype="string"))
    reader.relation(f"SELECT word, instead::VARCHAR AS instead FROM {identifier(given)}").create(f"rare_{place}")
    return f"rare_{place}"
