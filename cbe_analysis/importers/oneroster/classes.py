"""Class sections and who is in them, from classes, courses and enrollments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from cbe_analysis.importers.layout import Known, Layout, recognise
from cbe_analysis.importers.lookup import look_up
from cbe_analysis.importers.oneroster.export import Export
from cbe_analysis.importers.oneroster.people import People
from cbe_analysis.importers.oneroster.places import Terms
from cbe_analysis.importers.reading import read_rows
from cbe_analysis.importers.sieve import Sieve
from cbe_analysis.importers.subjects import plain_subjects

SUBJECTS = Layout(
    "subjects of courses",
    (
        Known("course", ("course", "courseCode", "course_id"), required=True),
        Known("subject", ("subject",), required=True),
    ),
)


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of an export.

    Parameters
    ----------
    rows
        One row per class, by sourcedId: school, course, subject, term (a session that spans the class, "" for several),
        year, first and last day.
    """

    rows: pd.DataFrame = field(repr=False)
    several_subjects: int
    several_terms: int


def read_subjects(file: Path | None) -> dict[str, str]:
    """Course code, or sourcedId of a course -> subject, from a file of the district's own."""
    if file is None:
        return {}
    frame = recognise(read_rows(file), SUBJECTS).frame
    return dict(zip(frame["course"], frame["subject"], strict=True))


def classes(export: Export, terms: Terms, subjects: Mapping[str, str]) -> Classes:
    """The classes with what their courses and terms tell of them.

    Parameters
    ----------
    subjects
        Course code, or sourcedId of a course -> subject; counts before what the export says.
    """
    rows = export["classes"].set_index("sourcedId", drop=False)
    courses = export["courses"].set_index("sourcedId")
    code = look_up(rows["courseSourcedId"], courses["courseCode"])
    own = look_up(code, subjects)
    own = own.mask(own.eq(""), look_up(rows["courseSourcedId"], subjects))
    listed = rows["subjects"].mask(rows["subjects"].eq(""), look_up(rows["courseSourcedId"], courses["subjects"]))
    names = [_parts(text) for text in listed]
    first = pd.Series([parts[0] if parts else "" for parts in names], index=rows.index, dtype="str")
    subject = plain_subjects(own.mask(own.eq(""), first))
    several = sum(1 for parts, told in zip(names, own, strict=True) if len(parts) > 1 and not told)
    sessions = [_parts(text) for text in rows["termSourcedIds"]]
    spans = [_span(parts, terms) for parts in sessions]
    frame = pd.DataFrame(
        {
            "school": rows["schoolSourcedId"],
            "course": rows["courseSourcedId"],
            "title": rows["title"],
            "subject": subject,
            "term": [span.term for span in spans],
            "year": [span.year for span in spans],
            "first": [span.first for span in spans],
            "last": [span.last for span in spans],
        },
        index=rows.index,
    ).astype("str")
    vague = sum(1 for found, span in zip(sessions, spans, strict=True) if len(found) > 1 and not span.term)
    return Classes(frame, several, vague)


def _parts(listed: str) -> list[str]:
    """The parts of a list that commas separate."""
    return [part.strip() for part in listed.split(",") if part.strip()]


@dataclass(frozen=True, slots=True)
class _Span:
    """The time of a class."""

    term: str = ""
    year: str = ""
    first: str = ""
    last: str = ""


def _span(sessions: list[str], terms: Terms) -> _Span:
    """The time of a class that is held in these sessions; one term only where one session holds them all."""
    dated = [session for session in sessions if session in terms.school_year]
    years = {terms.school_year[session] for session in dated}
    if len(years) != 1:
        return _Span()
    parents = {terms.parent.get(session, "") for session in dated}
    term = dated[0] if len(dated) == 1 else (parents.pop() if len(parents) == 1 else "")
    first, last = min(terms.first[s] for s in dated), max(terms.last[s] for s in dated)
    spans = len(dated) == 1 or (term in terms.first and terms.first[term] == first and terms.last[term] == last)
    return _Span(term if spans and term in terms.written() else "", years.pop(), first, last)


def sections(export: Export, them: Classes) -> Sieve:
    """One row per class."""
    sieve = export.sheets["classes"].sieve("sections")
    rows = them.rows.rename_axis("section_id").reset_index()
    sieve.rows = rows
    sieve.leave_out(rows["school"].eq(""), "without school")
    sieve.leave_out(sieve.rows["year"].eq(""), "no term with days, or terms of two school years")
    why = "no subject: fill subjects in classes or courses, or name a file with --set subjects=FILE (course, subject)"
    sieve.leave_out(sieve.rows["subject"].eq(""), why)
    sieve.remark(them.several_subjects, "classes with several subjects, of which the first counts")
    sieve.remark(them.several_terms, "classes in several terms, of which no one term is the whole: term_id is empty")
    names = {"school": "school_id", "term": "term_id", "year": "school_year", "course": "course_id"}
    columns = ["section_id", *names.values(), "subject", "title"]
    sieve.rows = sieve.rows.rename(columns=names)[columns]
    return sieve


def members(export: Export, who: People, written: pd.Series) -> Sieve:
    """One row per person, class and spell.

    Parameters
    ----------
    written
        The ids of our sections.
    """
    sieve = export.sheets["enrollments"].sieve("section_members")
    role = sieve.rows["role"].str.casefold()
    person = who.student(sieve.rows["userSourcedId"]).where(role.eq("student"), "")
    teacher = look_up(sieve.rows["userSourcedId"], who.staff)
    sieve.rows = sieve.rows.assign(role=role, person_id=person.mask(role.eq("teacher"), teacher))
    sieve.leave_out(~role.isin(("student", "teacher")), "neither student nor teacher of the class")
    sieve.leave_out(~sieve.rows["classSourcedId"].isin(written), "in a class that is not among our sections")
    sieve.leave_out(sieve.rows["person_id"].eq(""), "a user who is not in users, or has another role there")
    backwards = sieve.rows["endDate"].ne("") & sieve.rows["beginDate"].gt(sieve.rows["endDate"])
    sieve.leave_out(backwards, "last day before the first")
    names = {"classSourcedId": "section_id", "beginDate": "start_date", "endDate": "end_date"}
    sieve.rows = sieve.rows.rename(columns=names)[["section_id", "person_id", "role", "start_date", "end_date"]]
    again = sieve.rows.duplicated(["section_id", "person_id", "role", "start_date"])
    sieve.leave_out(again, "a further record of the same person, class and first day")
    return sieve
