"""From the files of a OneRoster export to its tables and their account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pandas as pd

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.importers.account import Remark, Summary, Tally
from cbe_analysis.importers.dates import Order
from cbe_analysis.importers.harvest import Harvest
from cbe_analysis.importers.lookup import rows_of
from cbe_analysis.importers.oneroster import classes, gradebook, people, places, spells
from cbe_analysis.importers.oneroster.export import Export, read_export
from cbe_analysis.importers.sieve import Sieve, merged
from cbe_analysis.tables import TABLES

_ORDERS: Mapping[str, Order] = {order: order for order in get_args(Order)}


@dataclass(frozen=True, slots=True)
class Choices:
    """What the district says where OneRoster is silent; see `read`."""

    dates: str = ""
    subjects: Path | None = None
    undated: str = "leave_out"
    final: str = ""
    proficient_at: str = ""


def harvest(source: Path, chosen: Choices) -> Harvest:
    """The tables of an export, with their account."""
    if chosen.dates and chosen.dates not in _ORDERS:
        raise UsageError("option 'dates' is unknown", "--set dates", f"say one of: {choices(_ORDERS)}")
    export = read_export(source, _ORDERS.get(chosen.dates))
    who = people.people(export)
    sieves = [sieve for sieve in _sieves(export, who, chosen) if sieve.read]
    tables = {sieve.table: _rows(sieve) for sieve in sieves if len(sieve.rows)}
    remarks = [*export.remarks, *who.remarks, *_gaps(export, tables)]
    remarks += [remark for sieve in sieves for remark in sieve.remarks]
    name = f"OneRoster {export.version} ({source.name})"
    tallies: tuple[Tally, ...] = tuple(sieve.tally() for sieve in sieves)
    return Harvest(tables, Summary(name, export.records, tallies, merged(remarks), export.columns_left))


def _sieves(export: Export, who: people.People, chosen: Choices) -> list[Sieve]:
    """Each table, in the order of the canonical tables."""
    terms = places.terms(export)
    them = classes.classes(export, terms, classes.read_subjects(chosen.subjects))
    schools = places.schools(export, who)
    sections = classes.sections(export, them)
    book = gradebook.gradebook(export, who, them)
    ids = dict.fromkeys(schools.rows["school_id"], "")
    found = [
        schools,
        people.students(export, who),
        spells.spells(export, who, them, chosen.undated),
        terms.calendar,
        people.student_ids(export, who),
        sections,
        classes.members(export, who, sections.rows["section_id"]),
        people.staff(export, who, ids, _years(export, them, terms)),
        gradebook.evidence(export, book, chosen.proficient_at),
        gradebook.marks(export, book, terms.written(), chosen.final),
    ]
    order = list(TABLES)
    return sorted(found, key=lambda sieve: order.index(sieve.table))


def _years(export: Export, them: classes.Classes, terms: places.Terms) -> dict[tuple[str, str], set[str]]:
    """(user, school) -> the school years of the classes that the user has there; ("", "") the export's, if only one."""
    members = export["enrollments"]
    of_class = rows_of(them.rows, members["classSourcedId"])
    years: dict[tuple[str, str], set[str]] = {}
    for user, school, year in zip(members["userSourcedId"], of_class["school"], of_class["year"], strict=True):
        if year:
            years.setdefault((user, school), set()).add(year)
    whole = set(terms.school_year.values())
    return {**years, ("", ""): whole if len(whole) == 1 else set()}


def _gaps(export: Export, tables: Mapping[str, pd.DataFrame]) -> list[Remark]:
    """What a district needs and this export does not hold."""
    lacking = {
        "orgs": "file orgs.csv is missing: no schools",
        "users": "file users.csv is missing: results keep the sourcedId of their students",
        "enrollments": "file enrollments.csv is missing: no enrollments; take them from the SIS",
        "academicSessions": "file academicSessions.csv is missing: no terms, so no classes and no enrollments",
        "demographics": "file demographics.csv is missing: no race, ethnicity or gender; sharing them is a setting",
    }
    return [Remark(1, says) for name, says in lacking.items() if name not in export.found]


def _rows(sieve: Sieve) -> pd.DataFrame:
    """The rows as text, sorted by key."""
    key = [name for name in TABLES[sieve.table].key if name in sieve.rows.columns]
    return sieve.rows.astype("str").sort_values(key, kind="stable", ignore_index=True)
