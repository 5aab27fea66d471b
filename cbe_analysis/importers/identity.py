"""Whose ids an import has: the district's own, or those of another system that student_ids.csv translates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.importers.account import LeftOut
from cbe_analysis.tables import TABLES

OWN = "own"
STUDENT = "students.student_id"
_BY_ROLE = {"section_members": "person_id", "survey_responses": "person_id"}  # a student only where the role says so


@dataclass(frozen=True, slots=True)
class Translated:
    """Tables with the district's own ids, and the rows left out because their id has no counterpart."""

    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    left_out: Mapping[str, LeftOut]


def mentions_students(tables: Mapping[str, pd.DataFrame]) -> bool:
    """Whether any row names a student."""
    return any(_named(name, rows).any() for name, rows in tables.items())


def systems(student_ids: pd.DataFrame) -> tuple[str, ...]:
    """The systems whose ids are known."""
    return tuple(sorted(student_ids["system"].unique())) if "system" in student_ids else ()


def matches(tables: Mapping[str, pd.DataFrame], own: pd.Series, student_ids: pd.DataFrame) -> str:
    """How many of the students named are known by their ids, as the district's own and as those of each system.

    Parameters
    ----------
    own, student_ids
        The ids in the district's students, and its table of other ids.
    """
    named = pd.concat([students(name, rows) for name, rows in tables.items()]).drop_duplicates()
    known = {"in students.csv": own}
    for system in systems(student_ids):
        known[f"as '{system}' in student_ids.csv"] = student_ids.loc[student_ids["system"].eq(system), "external_id"]
    found = {where: int(named.isin(ids).sum()) for where, ids in known.items()}
    told = " and ".join(f"{count:,} {where}" for where, count in found.items() if count)
    return f"of {len(named):,} students in the export, " + (
        f"the folder knows {told}" if told else "the folder knows none"
    )


def translate(tables: Mapping[str, pd.DataFrame], student_ids: pd.DataFrame, system: str) -> Translated:
    """The tables with the ids of a system replaced by the district's.

    Parameters
    ----------
    student_ids
        The district's table; it has rows of the system.

    Raises
    ------
    UsageError
        When it has none.
    """
    rows = student_ids[student_ids["system"].eq(system)]
    if rows.empty:
        raise UsageError(
            f"student_ids.csv has no ids of system '{system}'",
            f"its systems are: {choices(systems(student_ids))}",
            "name one with --set system=..., add the ids, or say --set ids=own if they are the district's own",
        )
    own = dict(zip(rows["external_id"], rows["student_id"], strict=True))
    done, left_out = {}, {}
    for name, table in tables.items():
        column, named = _column(name), _named(name, table)
        if not named.any():
            done[name] = table
            continue
        found = table[column].map(own)
        lost = named & found.isna()
        done[name] = table.assign(**{column: found.where(named, table[column])})[~lost].astype("str")
        if lost.any():
            left_out[name] = LeftOut(int(lost.sum()), f"the student's id is not in student_ids.csv under '{system}'")
    return Translated(done, left_out)


def students(name: str, rows: pd.DataFrame) -> pd.Series:
    """The students' ids that the rows of a table name."""
    named = _named(name, rows)
    return rows.loc[named, _column(name)] if named.any() else pd.Series(dtype="str")


def _column(table: str) -> str:
    """The column of a table that names a student; "" where none does."""
    if table == "students":
        return "student_id"
    return next((c.name for c in TABLES[table].columns if c.references == STUDENT), _BY_ROLE.get(table, ""))


def _named(table: str, rows: pd.DataFrame) -> pd.Series:
    """True for a row that names a student."""
    column = _column(table)
    if column not in rows.columns:
        return pd.Series(False, index=rows.index)
    named = rows[column].ne("")
    return named & rows["role"].eq("student") if table in _BY_ROLE and "role" in rows else named
