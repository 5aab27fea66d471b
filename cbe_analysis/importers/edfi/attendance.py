"""Terms, and days enrolled and absent: events tell absences only, so the days come from calendar and enrollments."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

import pandas as pd

from cbe_analysis.importers.codes import translate
from cbe_analysis.importers.edfi.elements import BAR, Elements
from cbe_analysis.importers.edfi.words import ABSENT, TERMS, THERE, school_year, term_id
from cbe_analysis.importers.sieve import Sieve, is_number

_INSTRUCTION = ("instructional day", "make-up day", "student late arrival/early dismissal")
_WAY_OUT = (
    "no days enrolled to set them against: add the interchanges EducationOrgCalendar (Session, CalendarDate) and "
    "StudentEnrollment (StudentSchoolAssociation)"
)
_CLASS = "StudentSectionAttendanceEvent"
_KEY = ["student_id", "school_id", "school_year", "term_id"]


def calendar(found: Elements) -> Sieve:
    """One row per session of a school."""
    sieve = Sieve("calendar", found["sessions"], len(found["sessions"]))
    rows = sieve.rows
    year = school_year(rows["year"])
    sieve.rows = rows.assign(kind=translate(rows["term"], TERMS).values, year=year, name=term_id(rows["session"], year))
    sieve.leave_out(sieve.rows["first"].eq("") | sieve.rows["last"].eq(""), "without first or last day")
    sieve.leave_out(sieve.rows["kind"].eq(""), "sessions that are neither year, semester, trimester nor quarter")
    sieve.leave_out(sieve.rows["year"].eq(""), "without SchoolYear")
    sieve.leave_out(sieve.rows.duplicated(["school", "name"]), "a further element of the same session")
    rows = sieve.rows
    columns = {
        "school_id": rows["school"],
        "term_id": rows["name"],
        "school_year": rows["year"],
        "kind": rows["kind"],
        "start_date": rows["first"],
        "end_date": rows["last"],
        "instructional_days": rows["days"].where(rows["days"].str.fullmatch(r"\d{1,3}"), ""),
    }
    sieve.rows = pd.DataFrame(columns).astype("str")
    return sieve


def attendance(found: Elements, terms: pd.DataFrame, spells: pd.DataFrame) -> Sieve:
    """One row per student enrolled in a session: school days in it, and days absent.

    Parameters
    ----------
    terms, spells
        The rows of our calendar and enrollments.
    """
    events = found["absences"]
    sieve = Sieve("attendance", events, len(events))
    if not len(events):
        return sieve
    days = _enrolled(found, terms, spells)
    kind = events["category"].str.casefold()
    sieve.leave_out(kind.isin(THERE), "no absence: present, late or left early")
    kind = sieve.rows["category"].str.casefold()
    whole = kind.isin(ABSENT) & sieve.rows["length"].eq("") & sieve.rows["element"].ne(_CLASS)
    sieve.remark(int(whole.sum()), "absences without EventDuration, which count as a whole day")
    sieve.rows = sieve.rows.assign(length=sieve.rows["length"].mask(whole, "1"))
    _weigh(sieve)
    year = school_year(sieve.rows["year"])
    names = {"student": "student_id", "school": "school_id"}
    sieve.rows = sieve.rows.rename(columns=names).assign(
        school_year=year, term_id=term_id(sieve.rows["session"], year), length=sieve.rows["length"].astype(float)
    )
    known = pd.MultiIndex.from_frame(sieve.rows[_KEY]).isin(pd.MultiIndex.from_frame(days[_KEY]))
    sieve.leave_out(~pd.Series(known, index=sieve.rows.index), _WAY_OUT)
    return _united(sieve, days)


def _weigh(sieve: Sieve) -> None:
    """Keep the absences whose share of a day is told, once for each day."""
    in_class, told = sieve.rows["element"].eq(_CLASS), is_number(sieve.rows["length"])
    sieve.leave_out(in_class & ~told, "absences from a class without EventDuration: their share of the day is not told")
    rows = sieve.rows
    sieve.leave_out(~is_number(rows["length"]), "absences of part of a day whose length is not told")
    day, in_class = sieve.rows["student"] + BAR + sieve.rows["date"], sieve.rows["element"].eq(_CLASS)
    sieve.leave_out(in_class & day.isin(day[~in_class]), "absences from a class on a day that the school counts itself")


def _united(sieve: Sieve, days: pd.DataFrame) -> Sieve:
    """The rows, absences of one day adding up to no more than the day."""
    if not len(days):
        return sieve
    sieve.count(len(sieve.rows), "absences, added up per student and term")
    by_day = sieve.rows.groupby([*_KEY, "date"])["length"].sum()
    absent = by_day.clip(upper=1.0).groupby(_KEY).sum().rename("days_absent")
    rows = days.join(absent, on=_KEY)
    rows = rows.assign(days_absent=rows["days_absent"].fillna(0.0))
    more = rows["days_absent"].gt(rows["days_enrolled"])
    sieve.read += len(rows)
    sieve.remark(len(rows), "students' terms whose days enrolled are made of calendar and enrollments")
    sieve.rows = rows
    sieve.leave_out(more, "more days absent than enrolled")
    text = {name: sieve.rows[name].map("{:g}".format) for name in ("days_enrolled", "days_absent")}
    sieve.rows = sieve.rows.assign(**text)[[*_KEY, "days_enrolled", "days_absent"]].astype("str")
    return sieve


def _enrolled(found: Elements, terms: pd.DataFrame, spells: pd.DataFrame) -> pd.DataFrame:
    """The school days of each student in each session of the school; those of a whole session where no day is told."""
    both = spells[["student_id", "school_id", "entry_date", "exit_date"]].merge(terms, on="school_id")
    last = both["exit_date"].mask(both["exit_date"].eq(""), both["end_date"])
    both = both.assign(
        begin=both["entry_date"].where(both["entry_date"].gt(both["start_date"]), both["start_date"]),
        end=last.where(last.lt(both["end_date"]), both["end_date"]),
    )
    both = both[both["begin"].le(both["end"])]
    counted = _school_days(found)
    number = [
        _between(counted.get(school, []), begin, end)
        for school, begin, end in zip(both["school_id"], both["begin"], both["end"], strict=True)
    ]
    whole = both["begin"].eq(both["start_date"]) & both["end"].eq(both["end_date"])
    told = pd.to_numeric(both["instructional_days"], errors="coerce").where(whole)
    both = both.assign(
        days_enrolled=pd.Series(number, index=both.index, dtype="float").replace(0, float("nan")).fillna(told)
    )
    return both.dropna(subset="days_enrolled").groupby(_KEY)["days_enrolled"].sum().reset_index()


def _school_days(found: Elements) -> dict[str, list[str]]:
    """School -> its days of instruction, sorted."""
    dates = found["days"]
    events = dates["events"].str.casefold().str.split(BAR, regex=False)
    taught = dates[events.map(lambda words: any(word in _INSTRUCTION for word in words)).astype("bool")]
    return {str(school): sorted(set(days)) for school, days in taught.groupby("school")["date"]}


def _between(days: list[str], begin: str, end: str) -> float:
    """How many of the days lie between two, both inclusive."""
    return float(bisect_right(days, end) - bisect_left(days, begin))
