"""Students, schools and spells of enrollment, as far as files of another purpose hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from cbe_analysis.importers.account import LeftOut, Remark, Tally
from cbe_analysis.importers.school_kinds import OTHER, kinds_of
from cbe_analysis.tables import TABLES

OF_STUDENTS = ("race_ethnicity", "race_ethnicity_source", "gender", "birth_month")
OF_SPELLS = ("grade", "economically_disadvantaged", "english_learner", "disability")
SIGHTING = ("student_id", "school_id", "school_name", "school_year", "first_day")
_SPELL = ["student_id", "school_id", "school_year"]
MADE_DAYS = "spells of enrollment whose first day is made: the source names a term or a year, no day"


@dataclass(frozen=True, slots=True)
class Roster:
    """What sightings of students tell of them and their schools.

    Parameters
    ----------
    tables
        students, schools, enrollments, student_ids: those that have rows.
    """

    tables: dict[str, pd.DataFrame] = field(repr=False)
    tallies: tuple[Tally, ...]
    remarks: tuple[Remark, ...]


def roster(sightings: pd.DataFrame, systems: Sequence[str] = (), *, made_days: bool = True) -> Roster:
    """The students, schools and spells that records of another purpose show.

    Parameters
    ----------
    sightings
        One row per record, text, "" for unknown: the columns `SIGHTING` (first_day is the first day of the record's
        stay that is known or made, YYYY-MM-DD), any of `OF_STUDENTS` and `OF_SPELLS`, and one column for each of
        `systems` with the student's id there.
    systems
        Other systems whose ids of students the records hold.
    made_days
        The first days are made, as the source names terms or years only; a remark says so.
    """
    seen = sightings.sort_values(["student_id", "school_year", "first_day"], kind="stable")
    named = seen[seen["student_id"].ne("")]
    made = made_days and len(seen) > 0
    parts = [_students(named, len(seen)), _schools(named, len(seen)), _enrollments(named, len(seen), made)]
    if systems:
        parts.append(_student_ids(named, systems, len(seen)))
    return Roster(
        {part.table: part.rows for part in parts if part.rows is not None},
        tuple(part.tally for part in parts if part.rows is not None or part.table == "enrollments"),
        tuple(remark for part in parts for remark in part.remarks if remark.count),
    )


def student_ids(seen: pd.DataFrame, system: str) -> Roster:
    """The ids of one other system alone: its column is named like it, beside student_id."""
    part = _student_ids(seen[seen["student_id"].ne("")], (system,), len(seen))
    return Roster({} if part.rows is None else {part.table: part.rows}, (part.tally,), part.remarks)


@dataclass(frozen=True, slots=True)
class _Part:
    """One table of the roster; None where the records hold nothing of it."""

    table: str
    rows: pd.DataFrame | None = field(repr=False)
    tally: Tally
    remarks: tuple[Remark, ...] = ()


def _part(table: str, rows: pd.DataFrame, reasons: dict[str, int], remarks: Sequence[Remark] = ()) -> _Part:
    left_out = tuple(LeftOut(count, why) for why, count in reasons.items() if count)
    read = len(rows) + sum(part.records for part in left_out)
    silent = [name for name in rows.columns if name not in TABLES[table].key and not rows[name].ne("").any()]
    shown = rows.drop(columns=silent).reset_index(drop=True) if len(rows) else None
    return _Part(table, shown, Tally(table, read, len(rows), left_out), tuple(remarks))


def _students(named: pd.DataFrame, records: int) -> _Part:
    columns = [name for name in OF_STUDENTS if name in named.columns]
    students = _last_known(named, ["student_id"], columns)
    told = [name for name in columns if name != "race_ethnicity_source"]
    remarks = [
        Remark(_changing(named, ["student_id"], name), f"students with two values of {name}: the last one known counts")
        for name in told
    ]
    reasons = {
        "no student id": records - len(named),
        "a further record of a student already written": len(named) - len(students),
    }
    return _part("students", students, reasons, remarks)


def _schools(named: pd.DataFrame, records: int) -> _Part:
    there = named[named["school_id"].ne("")]
    schools = _last_known(there, ["school_id"], ["school_name"]).rename(columns={"school_name": "name"})
    schools["name"] = schools["name"].mask(schools["name"].eq(""), schools["school_id"])
    kinds = kinds_of(there["school_id"], there["grade"]) if "grade" in there else {}
    schools["kind"] = [kinds.get(school, OTHER) for school in schools["school_id"]]
    remarks = [
        Remark(len(kinds), "schools whose kind is taken from the grades of their students, to be checked"),
        Remark(len(schools) - len(kinds), "schools of which no grade is known, written as kind other"),
        Remark(_changing(there, ["school_id"], "school_name"), "schools with two names: the last one counts"),
    ]
    reasons = {
        "no student id": records - len(named),
        "no school": len(named) - len(there),
        "a further record of a school already written": len(there) - len(schools),
    }
    return _part("schools", schools, reasons, remarks)


def _enrollments(named: pd.DataFrame, records: int, made: bool) -> _Part:
    """One spell per student, school and year, from its first sighting; an earlier spell ends when the next begins."""
    columns = [name for name in OF_SPELLS if name in named.columns]
    dated = named["school_id"].ne("") & named["school_year"].ne("") & named["first_day"].ne("")
    placed = named[dated]
    spells = _last_known(placed, _SPELL, columns, first="first_day").rename(columns={"first_day": "entry_date"})
    graded = spells.get("grade", pd.Series("", index=spells.index)).ne("")
    together = spells[graded].duplicated(["student_id", "entry_date"])
    remarks = [
        Remark(int(graded.sum()) if made else 0, MADE_DAYS),
        Remark(_changing(placed, _SPELL, "grade"), "spells of enrollment with two grades: the last one known counts"),
        Remark(int(together.sum()), "spells of enrollment that begin on one day with another of the same student"),
    ]
    reasons = {
        "no student id": records - len(named),
        "no school or school year": int((~dated).sum()),
        "a further record of a spell already written": len(placed) - len(spells),
        "no grade known": int((~graded).sum()),
    }
    spells = spells[graded].sort_values(["student_id", "school_id", "entry_date"])
    return _part("enrollments", spells, reasons, remarks)


def _student_ids(named: pd.DataFrame, systems: Sequence[str], records: int) -> _Part:
    pairs = [
        pd.DataFrame({"student_id": named["student_id"], "system": system, "external_id": named[system]})
        for system in systems
    ]
    every = pd.concat(pairs, ignore_index=True).astype("str")
    filled = every[every["external_id"].ne("")]
    once = filled.drop_duplicates()
    shared = once.duplicated(["system", "external_id"], keep=False)
    rows = once[~shared].sort_values(["system", "external_id"])
    reasons = {
        "no student id": (records - len(named)) * len(systems),
        "no other id": len(every) - len(filled),
        "a further record of an id already written": len(filled) - len(once),
        "an id that two students share": int(shared.sum()),
    }
    return _part("student_ids", rows, reasons)


def _last_known(rows: pd.DataFrame, key: list[str], columns: list[str], first: str = "") -> pd.DataFrame:
    """One row per key, sorted, with the last filled cell of each column, and the smallest of `first`."""
    filled = rows[[*key, *columns]].assign(**{name: rows[name].mask(rows[name].eq("")) for name in columns})
    groups = filled.groupby(key, sort=True)
    told = groups[columns].last() if columns else groups.size().to_frame()[[]]
    if first:
        told.insert(0, first, rows.groupby(key, sort=True)[first].min())
    return told.fillna("").astype("str").reset_index()


def _changing(rows: pd.DataFrame, key: list[str], column: str) -> int:
    """How many keys have two or more known values of a column."""
    if column not in rows.columns:
        return 0
    filled = rows[rows[column].ne("")]
    return int(filled.groupby(key)[column].nunique().gt(1).sum())
