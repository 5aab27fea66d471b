"""Levels collapsed to one row per student and subject: by the database, or in memory where the levels are needed there.

Levels that add up may be many to a student, one for each month: the database sums them up. Levels that were each
measured anew are few, and slopes are drawn through all of them: they are read once, in order, and collapsed here, in a
fraction of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.indicators.declare import Relation
from cbe_analysis.tables.quoting import identifier, literal

CUMULATIVE = ("highest", "latest", "evidence")  # levels found so add up as evidence comes in
YEARS = "coalesce(bit_count(bit_or(1::BIGINT << (abs(TRY_CAST(placed_school_year AS INTEGER)) % 62))), 0)"  # how many
FACTOR = "factor "  # begins the columns of the factors, which could be called like any other


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the levels.

    Parameters
    ----------
    subject
        None for all.
    exit_level
        The level that completes the continuum.
    at_last
        True takes factors and school as they are at the last level; else factors are those of the first, and the school
        is that of most school years with a level, of several the last.
    """

    subject: str | None
    exit_level: float
    at_last: bool = False


@dataclass(frozen=True, slots=True)
class Collapsed:
    """Levels by student and subject.

    Parameters
    ----------
    rows
        One row per student and subject, in their order, as `Spans` has them.
    levels
        One row per level, sorted: `unit` (which of the rows), `date`, `level`, `std_error`; none if not read.
    cumulative
        True where all levels add up.
    """

    rows: pd.DataFrame
    levels: pd.DataFrame
    cumulative: bool


def adding(columns: Sequence[str]) -> str:
    """SQL that is true for a level that adds up."""
    known = f"method IN ({', '.join(map(literal, CUMULATIVE))})"
    return f"coalesce({known}, false)" if "method" in columns else "false"


def collapse(levels: Relation, factors: Sequence[str], wanted: Wanted) -> Collapsed:
    """One row per student and subject, by the database."""
    table = _query(levels, factors, wanted).order("student_id, subject").to_arrow_table()
    rows = table.to_pandas(date_as_object=False)
    return Collapsed(rows, pd.DataFrame(), bool(rows["cumulative"].all()))


def read(levels: Relation, factors: Sequence[str], wanted: Wanted) -> Collapsed:
    """The same in memory, with all levels, which are taken not to add up."""
    error = "CAST(std_error AS DOUBLE)" if "std_error" in levels.columns else "NULL::DOUBLE"
    named = "".join(f", {identifier(f'placed_{f}')} AS {identifier(FACTOR + f)}" for f in factors)
    needed = (
        f"student_id, subject, placed_school_id AS school, date, CAST(level AS DOUBLE) AS level, {error} AS std_error, "
        "TRY_CAST(placed_grade AS DOUBLE) AS grade, TRY_CAST(placed_school_year AS DOUBLE) AS school_year" + named
    )
    found = levels.select(needed).order("student_id, subject, date, level").to_arrow_table()
    part = found.combine_chunks().to_pandas(date_as_object=False)
    unit = np.cumsum(_changes(part["student_id"]) | _changes(part["subject"])) - 1
    each = part[["date", "level", "std_error"]].assign(unit=unit)
    return Collapsed(_ends(part, unit, wanted), each, False)


def _query(rows: Relation, factors: Sequence[str], wanted: Wanted) -> Relation:
    """One row per student and subject, from one row per student, subject and school."""
    who = ", ".join(f"{identifier(FACTOR + f)} := {identifier(f'placed_{f}')}" for f in factors)
    first = "arg_max" if wanted.at_last else "arg_min"
    fixed = f"{first}(struct_pack({who}), date)" if who else "1"
    day = "late.day" if wanted.at_last else "first_date"
    most = "late" if wanted.at_last else "struct_pack(n := n, day := late.day)"
    adds = adding(rows.columns)
    level = "struct_pack(day := date, level := level, school_year := placed_school_year)"
    now = "struct_pack(day := date, level := level, grade := placed_grade, school_year := placed_school_year)"
    of_schools = rows.aggregate(
        f"student_id, subject, placed_school_id AS school, {YEARS} AS n, min({level}, 2) AS early, "
        f"max({now}) AS late, min(date) FILTER (level >= {wanted.exit_level}) AS reached, {fixed} AS who, "
        f"min(date) AS first_date, bool_and({adds}) AS cumulative"
    )
    joined = of_schools.aggregate(
        f"student_id, subject, arg_max(school, {most}) AS school, arg_min(school, first_date) AS first_school, "
        "list_sort(flatten(list(early))) AS early, max(late) AS late, min(reached) AS reached, "
        f"{first}(who, {day}) AS who, min(first_date) AS first_date, bool_and(cumulative) AS cumulative"
    )
    named = "".join(f", who.{identifier(FACTOR + f)} AS {identifier(FACTOR + f)}" for f in factors)
    return joined.select(
        "student_id, subject, school, first_school, first_date, early[1].day AS start_date, early[1].level AS start, "
        "TRY_CAST(early[1].school_year AS DOUBLE) AS first_year, "
        "early[2].day AS second_date, early[2].level AS second, late.day AS last_date, late.level AS last, "
        "TRY_CAST(late.grade AS DOUBLE) AS grade, TRY_CAST(late.school_year AS DOUBLE) AS school_year, reached, "
        f"cumulative{named}"
    )


def _changes(column: pd.Series) -> NDArray[np.bool_]:
    """Where a value differs from the one before; the first does."""
    found: NDArray[np.bool_] = np.ones(len(column), bool)
    own, before = column.iloc[1:].reset_index(drop=True), column.iloc[:-1]
    found[1:] = ~(own.eq(before) | (own.isna() & before.isna())).to_numpy(bool)
    return found


def _ends(part: pd.DataFrame, unit: NDArray[np.int64], wanted: Wanted) -> pd.DataFrame:
    """Where each student stood first and last in each subject, and who and where the student was."""
    start = np.flatnonzero(np.diff(unit, prepend=-1))
    end = np.append(start[1:], len(part)) - 1
    reached = np.flatnonzero(part["level"].to_numpy() >= wanted.exit_level)
    units, first = np.unique(unit[reached], return_index=True)
    date = part["date"].to_numpy().astype("datetime64[s]")
    days, second = np.full((2, len(start)), np.datetime64("NaT", "s")), np.full(len(start), np.nan)
    days[0, units] = date[reached[first]]
    more = start < end
    days[1, more], second[more] = date[start[more] + 1], part["level"].to_numpy()[start[more] + 1]
    who = [str(c) for c in part.columns if str(c).startswith(FACTOR)]
    found = {
        **_taken(part, ("student_id", "subject"), start),
        "school": part["school"].array.take(end if wanted.at_last else _usual(part, unit, start)),
        "first_school": part["school"].array.take(start),
        "first_date": date[start],
        "start_date": date[start],
        "start": part["level"].array.take(start),
        "first_year": part["school_year"].array.take(start),
        "second_date": days[1],
        "second": second,
        "last_date": date[end],
        "last": part["level"].array.take(end),
        **_taken(part, ("grade", "school_year"), end),
        "reached": days[0],
        **_taken(part, who, end if wanted.at_last else start),
    }
    return pd.DataFrame(found)


def _taken(part: pd.DataFrame, columns: Sequence[str], rows: NDArray[np.int64]) -> dict[str, Any]:
    """These columns at these rows."""
    return {column: part[column].array.take(rows) for column in columns}


def _usual(part: pd.DataFrame, unit: NDArray[np.int64], start: NDArray[np.int64]) -> NDArray[np.int64]:
    """A row in the school of most school years of each student and subject, then in the later.

    Not of most levels: who has come to the end of the continuum has few in the last school, and would be taken from it.
    """
    found = start.copy()
    rows = np.flatnonzero(np.bincount(unit[_changes(part["school"]) | (np.diff(unit, prepend=-1) > 0)])[unit] > 1)
    if len(rows):
        school, names = pd.factorize(part["school"].iloc[rows], use_na_sentinel=False)
        key, at = np.unique(unit[rows] * len(names) + school, return_inverse=True)
        last = np.zeros(len(key), np.int64)
        last[at] = rows  # rows come in order: the latest stands
        year, _ = pd.factorize(part["school_year"].iloc[rows])
        pairs = np.unique(at[year >= 0] * (year.max(initial=0) + 1) + year[year >= 0])
        years = np.bincount(pairs // (year.max(initial=0) + 1), minlength=len(key))
        order = np.lexsort((last, years, key // len(names)))
        found[key[order] // len(names)] = last[order]
    return found
