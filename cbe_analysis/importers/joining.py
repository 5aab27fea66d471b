"""Rows of one table from several sources as one: by key, the earlier source first, empty cells filled by the later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from cbe_analysis.tables import TABLES

_NUMBERS = ("integer", "number")


@dataclass(frozen=True, slots=True)
class Change:
    """How rows differ from what they were: rows that came, and rows of which a cell changed."""

    added: int
    changed: int


def empty(table: str) -> pd.DataFrame:
    """No rows, with the columns of the table's key."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in TABLES[table].key})


def keyed(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with every column of the table's key ("" where they lack one), numbered anew."""
    missing = {name: "" for name in TABLES[table].key if name not in rows.columns}
    return rows.assign(**missing).astype("str").reset_index(drop=True)


def ordered(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows sorted by key, declared columns first and in their order, without those of the key that say nothing."""
    declared = [column.name for column in TABLES[table].columns]
    columns = [name for name in declared if name in rows.columns]
    columns += [str(name) for name in rows.columns if name not in declared]
    silent = [n for n in TABLES[table].key if not TABLES[table][n].required and n not in key_of(table, rows)]
    rows = rows.sort_values(list(TABLES[table].key), kind="stable", ignore_index=True)
    return rows[[name for name in columns if name not in silent]]


def key_of(table: str, rows: pd.DataFrame) -> list[str]:
    """The columns of the table's key that say something in these rows."""
    return [name for name in TABLES[table].key if rows[name].ne("").any()]


def repeated(table: str, rows: pd.DataFrame) -> pd.Series:
    """True for a row whose key stands in a row before it."""
    return rows.duplicated(list(TABLES[table].key))


def renewed(table: str, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The rows of one source after it was read again: a new row takes the place of the old one with its key.

    A column that the new export lacks keeps what the old one said.
    """
    key = list(TABLES[table].key)
    lacking = [name for name in old.columns if name not in new.columns]
    if lacking and len(new):
        new = new.merge(old[[*key, *lacking]], on=key, how="left")
        new[lacking] = new[lacking].fillna("").astype("str")
    return folded(table, [new, old], fill=False)


def folded(table: str, parts: Sequence[pd.DataFrame], *, fill: bool = True) -> pd.DataFrame:
    """The rows of all parts, one for each key: the first part's, its empty cells filled from the next.

    Parameters
    ----------
    parts
        Frames of text with the columns of the key, each key once; the first counts most.
    fill
        False leaves empty cells of the first row as they are.
    """
    whole = pd.concat(list(parts), ignore_index=True).fillna("").astype("str")
    key = list(TABLES[table].key)
    again = repeated(table, whole)
    if not again.any():
        return whole
    if not fill:
        return whole[~again].reset_index(drop=True)
    shared = whole.duplicated(key, keep=False)
    several = whole[shared]
    others = [name for name in whole.columns if name not in key]
    known = pd.DataFrame({name: several[name].where(several[name].ne("")) for name in others}, index=several.index)
    filled = known.groupby([several[name] for name in key], sort=False).first().fillna("").reset_index()
    return pd.concat([whole[~shared], filled], ignore_index=True)[list(whole.columns)].astype("str")


def conflicts(table: str, one: pd.DataFrame, other: pd.DataFrame) -> dict[str, int]:
    """Column -> in how many rows of the same key both say something, and not the same."""
    key = list(TABLES[table].key)
    columns = [str(name) for name in one.columns if name in other.columns and name not in key]
    both = one[[*key, *columns]].merge(other[[*key, *columns]], on=key, suffixes=("", " of the other"))
    found = {name: int(_differ(table, name, both[name], both[f"{name} of the other"]).sum()) for name in columns}
    return {name: count for name, count in found.items() if count}


def change(table: str, before: pd.DataFrame, after: pd.DataFrame) -> Change:
    """What became of the rows; none are ever taken away."""
    key = list(TABLES[table].key)
    names = [str(name) for name in {**dict.fromkeys(before.columns), **dict.fromkeys(after.columns)}]
    names = [name for name in names if name not in key]
    left, right = (rows.reindex(columns=[*key, *names], fill_value="") for rows in (before, after))
    both = left.merge(right, on=key, suffixes=("", " afterwards"))
    differ = pd.Series(False, index=both.index)
    for name in names:
        differ |= both[name].ne(both[f"{name} afterwards"])
    return Change(len(after) - len(both), int(differ.sum()))


def _differ(table: str, column: str, one: pd.Series, other: pd.Series) -> pd.Series:
    """True where two cells are filled and do not mean the same."""
    filled = one.ne("") & other.ne("")
    kind = TABLES[table][column].type if column in TABLES[table] else "text"
    differ = filled & one.ne(other)
    if kind == "boolean":
        return differ & one.str.casefold().ne(other.str.casefold())
    if kind in _NUMBERS and differ.any():
        return differ & pd.to_numeric(one, errors="coerce").ne(pd.to_numeric(other, errors="coerce"))
    return differ
