"""Spells in a school, from the classes that students are enrolled in: OneRoster has no enrollment in a school."""

from __future__ import annotations

import pandas as pd

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.importers.grades import read_grades
from cbe_analysis.importers.lookup import look_up, rows_of
from cbe_analysis.importers.oneroster.classes import Classes
from cbe_analysis.importers.oneroster.export import Export
from cbe_analysis.importers.oneroster.people import People
from cbe_analysis.importers.sieve import Sieve

UNDATED = ("leave_out", "term")
_NEVER = "9999-12-31"
_SPELL = ["student_id", "school_id", "school_year"]
_WAY_OUT = "no first day: export beginDate, take spells from the SIS, or say --set undated=term for the term's days"
_GRADE_WAY_OUT = "no grade, or several: fill grades in users with one"


def spells(export: Export, who: People, them: Classes, undated: str) -> Sieve:
    """One row per student, school and school year: from the first day in any class there to the last.

    A class that was left on its last day was not left early: the spell then lasts until the end of the year.

    Parameters
    ----------
    undated
        What becomes of enrollments without first day: "leave_out", or "term" for the first day of the class's term.

    Raises
    ------
    UsageError
        When it is neither.
    """
    if undated not in UNDATED:
        raise UsageError("option 'undated' is unknown", "--set undated", f"say {choices(UNDATED)}")
    sieve = export.sheets["enrollments"].sieve("enrollments")
    sieve.leave_out(sieve.rows["role"].str.casefold().ne("student"), "not a student of the class")
    sieve.rows = _placed(sieve.rows, who, them)
    sieve.leave_out(sieve.rows["student_id"].eq(""), "a user who is not in users, or is no student there")
    sieve.leave_out(sieve.rows["school_id"].eq("") | sieve.rows["school_year"].eq(""), "no school, or no school year")
    without = sieve.rows["entry_date"].eq("")
    if undated == "term":
        made = without & sieve.rows["first"].ne("")
        sieve.remark(int(made.sum()), "class enrollments without first day, which count from the first day of the term")
        sieve.rows = sieve.rows.assign(entry_date=sieve.rows["entry_date"].mask(made, sieve.rows["first"]))
        without = sieve.rows["entry_date"].eq("")
    dated = sieve.rows[~without]
    same = pd.MultiIndex.from_frame(sieve.rows[_SPELL]).isin(pd.MultiIndex.from_frame(dated[_SPELL]))
    sieve.leave_out(without & ~same, _WAY_OUT)
    return _united(sieve, export, who)


def _placed(rows: pd.DataFrame, who: People, them: Classes) -> pd.DataFrame:
    """The class enrollments with student, school and year; the class tells the school where they do not."""
    of_class = rows_of(them.rows, rows["classSourcedId"])
    told, last = rows["schoolSourcedId"], of_class["last"]
    return pd.DataFrame(
        {
            "student_id": who.student(rows["userSourcedId"]),
            "school_id": told.mask(told.eq(""), of_class["school"]),
            "school_year": of_class["year"],
            "entry_date": rows["beginDate"],
            "exit_date": rows["endDate"].where(rows["endDate"].lt(last) | last.eq(""), ""),  # a class that ran its time
            "first": of_class["first"],
        },
        index=rows.index,
    ).astype("str")


def _united(sieve: Sieve, export: Export, who: People) -> Sieve:
    """One spell for each student, school and year, with the grade of the export's last year."""
    rows = sieve.rows
    days = rows.assign(
        entry_date=rows["entry_date"].mask(rows["entry_date"].eq(""), _NEVER),
        exit_date=rows["exit_date"].mask(rows["exit_date"].eq(""), _NEVER),  # any class that goes on
    )
    whole = days.groupby(_SPELL, sort=True).agg({"entry_date": "min", "exit_date": "max"}).reset_index()
    whole = whole.assign(exit_date=whole["exit_date"].mask(whole["exit_date"].eq(_NEVER), ""))
    sieve.count(len(rows) - len(whole), "a further class of a spell already written")
    sieve.rows = whole.assign(grade=look_up(whole["student_id"], _grades(export, who))).astype("str")
    sieve.leave_out(
        sieve.rows["exit_date"].ne("") & sieve.rows["exit_date"].lt(sieve.rows["entry_date"]),
        "last day before the first",
    )
    earlier = sieve.rows["school_year"].lt(sieve.rows["school_year"].max() if len(sieve.rows) else "")
    sieve.leave_out(earlier, "of an earlier year, for which the export does not tell the grade")
    sieve.leave_out(sieve.rows["grade"].eq(""), _GRADE_WAY_OUT)
    order = ["student_id", "school_id", "entry_date", "exit_date", "school_year", "grade"]
    sieve.rows = sieve.rows[order]
    says = "spells in a school derived from class enrollments: the SIS knows the true first and last days"
    sieve.remark(len(sieve.rows), says)
    return sieve


def _grades(export: Export, who: People) -> dict[str, str]:
    """Student -> the one grade that their records name."""
    users = export["users"]
    each = users.assign(person=users["sourcedId"].map(who.students), grade=users["grades"].str.split(","))
    each = each[each["person"].notna()].explode("grade")
    grade = read_grades(each["grade"].fillna("").astype("str")).values
    named = pd.DataFrame({"person": each["person"], "grade": grade})
    named = named[named["grade"].ne("")].drop_duplicates()
    return dict(named.drop_duplicates("person", keep=False).to_numpy().tolist())
