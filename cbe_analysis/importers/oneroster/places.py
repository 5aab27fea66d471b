"""Schools and terms, from orgs and academicSessions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from cbe_analysis.importers.grades import read_grades
from cbe_analysis.importers.lookup import look_up
from cbe_analysis.importers.oneroster.export import Export
from cbe_analysis.importers.oneroster.people import People
from cbe_analysis.importers.school_kinds import OTHER, kinds_of
from cbe_analysis.importers.sieve import Sieve

_FIRST_MONTH = 7  # of a school year that is named by the next spring
_DAYS_OF_SCHOOL_YEAR = 290  # from late August to early June
_DEEPEST = 4  # grading period, semester, year, and one to spare
_BY_NUMBER: Mapping[float, str] = {1: "year", 2: "semester", 3: "trimester", 4: "quarter"}
_BY_TYPE: Mapping[str, str] = {"schoolyear": "year", "semester": "semester"}


def schools(export: Export, who: People) -> Sieve:
    """One row per org that is a school, its kind read off the grades of its students, else of its classes."""
    sieve = export.sheets["orgs"].sieve("schools")
    sieve.leave_out(sieve.rows["type"].str.casefold().ne("school"), "orgs that are not schools")
    pupils = who.posts[who.posts["role"].eq("student")]
    classes = export["classes"]
    kinds = {
        **_kinds(classes["schoolSourcedId"], classes["grades"]),
        **_kinds(pupils["org"], pupils["grades"]),
    }
    rows = sieve.rows
    kind = look_up(rows["sourcedId"], {**dict.fromkeys(rows["sourcedId"], OTHER), **kinds})
    known = rows["sourcedId"].isin(kinds.keys())
    sieve.remark(int(known.sum()), "schools whose kind is read off the grades there, to be checked")
    sieve.remark(int((~known).sum()), "schools without any grade, written as kind other, to be checked")
    name = rows["name"].mask(rows["name"].eq(""), rows["sourcedId"])
    columns = {"school_id": rows["sourcedId"], "name": name, "kind": kind}
    if rows["identifier"].ne("").any():
        columns["identifier"] = rows["identifier"]
    sieve.rows = pd.DataFrame(columns).astype("str")
    return sieve


def _kinds(school: pd.Series, grades: pd.Series) -> dict[str, str]:
    each = pd.DataFrame({"school": school, "grade": grades.str.split(",")}).explode("grade").astype("str")
    return kinds_of(each["school"], read_grades(each["grade"]).values)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of an export.

    Parameters
    ----------
    calendar
        The rows of our calendar.
    school_year
        sourcedId of any session -> its school year, named by the spring.
    first, last
        sourcedId -> its first and last day.
    parent
        sourcedId -> the session that it is a part of.
    """

    calendar: Sieve
    school_year: Mapping[str, str] = field(repr=False)
    first: Mapping[str, str] = field(repr=False)
    last: Mapping[str, str] = field(repr=False)
    parent: Mapping[str, str] = field(repr=False)

    def written(self) -> frozenset[str]:
        """The terms that are in our calendar."""
        return frozenset(self.calendar.rows["term_id"])


def terms(export: Export) -> Terms:
    """The terms, each year named by its spring; a grading period's kind follows from its length."""
    sieve = export.sheets["academicSessions"].sieve("calendar")
    dated = sieve.rows["startDate"].ne("") & sieve.rows["endDate"].ne("")
    sieve.leave_out(~dated, "without first or last day")
    sieve.leave_out(sieve.rows["startDate"].gt(sieve.rows["endDate"]), "last day before the first")
    rows = sieve.rows.assign(year=_years(sieve))
    kind = _kinds_of_terms(rows)
    by_id = rows.set_index("sourcedId")
    sieve.rows = rows.assign(kind=kind)
    unknown = kind.eq("")
    sieve.leave_out(unknown, "terms that are neither year, semester, trimester nor quarter, by their length")
    rows = sieve.rows
    sieve.rows = pd.DataFrame(
        {
            "term_id": rows["sourcedId"],
            "school_year": rows["year"],
            "kind": rows["kind"],
            "start_date": rows["startDate"],
            "end_date": rows["endDate"],
            "title": rows["title"],
        }
    )
    parents = export["academicSessions"].set_index("sourcedId")["parentSourcedId"]
    return Terms(sieve, dict(by_id["year"]), dict(by_id["startDate"]), dict(by_id["endDate"]), dict(parents))


def _years(sieve: Sieve) -> pd.Series:
    """The school year of each session, by the first day of the year that it is a part of: from July on, the next."""
    rows = sieve.rows
    first = rows.set_index("sourcedId")["startDate"]
    parent = rows.set_index("sourcedId")["parentSourcedId"]
    top = rows["sourcedId"]
    for _ in range(_DEEPEST):
        above = look_up(top, parent)
        top = above.where(above.isin(first.index), top)
    day = top.map(first)
    within = day.str[:4].astype(int) + day.str[5:7].astype(int).ge(_FIRST_MONTH).astype(int)
    year, stated = within.astype("str"), rows["schoolYear"]
    autumn = stated.ne("") & stated.eq((within - 1).astype("str"))
    odd = stated.ne("") & stated.ne(year) & ~autumn
    sieve.remark(
        int(autumn.sum()), "sessions whose schoolYear names the autumn: the spring counts, as the standard has it"
    )
    sieve.remark(int(odd.sum()), "sessions whose schoolYear is not that of their days: the days count")
    return year


def _kinds_of_terms(rows: pd.DataFrame) -> pd.Series:
    """What part of a year each session is, told by its type, else by how often it fits into the year; "" otherwise."""
    told = rows["type"].str.casefold()
    days = (pd.to_datetime(rows["endDate"]) - pd.to_datetime(rows["startDate"])).dt.days + 1
    usual = days.groupby([rows["year"], told]).transform("median")
    whole = days.where(told.eq("schoolyear")).groupby(rows["year"]).transform("median").fillna(_DAYS_OF_SCHOOL_YEAR)
    fits = (whole / usual).round().map(_BY_NUMBER).fillna("")
    return told.map(_BY_TYPE).where(told.isin(_BY_TYPE.keys()), fits).astype("str")
