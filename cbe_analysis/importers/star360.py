"""Renaissance Star Reading, Star Math and Star Early Literacy: the files SR, SM and SEL of the data export.

The standard error of these files is on the scale of the Rasch score (logits), the score on the scaled score's: they are
never paired. Both Rasch numbers are kept as `rasch_score` and `rasch_std_error`, and `std_error` stays out. Only active
assessments count. `CompletedDateLocal` is local time although it is written with a Z: its day is taken as it stands.

References
----------
Renaissance Learning, Renaissance data export (Star Reading, Star Math, Star Early Literacy), versions 1 and 2.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.importers import codes, dates, measures, race, star_standards
from cbe_analysis.importers.account import Remark
from cbe_analysis.importers.grades import read_grades
from cbe_analysis.importers.harvest import Harvest
from cbe_analysis.importers.layout import Known, Layout, Recognised, recognise
from cbe_analysis.importers.places import plain_files
from cbe_analysis.importers.reading import Rows, check_ids, read_rows
from cbe_analysis.importers.roster import roster
from cbe_analysis.importers.school_years import read_terms
from cbe_analysis.importers.sieve import Sieve

SOURCE = "Renaissance Star"
TESTS = {  # as the file names and the option have them -> instrument and subject
    "SR": ("star", "reading"),
    "SM": ("star", "math"),
    "SEL": ("star_early_literacy", "reading"),
}
FLAGS = {
    "hispanic": "HispanicOrLatino",
    "american_indian": "AmericanIndianOrAlaskaNative",
    "asian": "Asian",
    "black": "BlackOrAfricanAmerican",
    "pacific_islander": "NativeHawaiianOrOtherPacificIslander",
    "white": "White",
    "two_or_more": "MultiRace",
}
LAYOUT = Layout(
    "Star results",
    (
        Known("student_id", ("StudentIdentifier",), required=True),
        Known("state", ("StudentStateID",)),
        Known("renaissance", ("StudentRenaissanceID",)),
        Known("year", ("SchoolYear",), required=True),
        Known("year_begins", ("SchoolYearStartDate",)),
        Known("gender", ("Gender",)),
        Known("born", ("BirthDate",)),
        *(Known(group, (spelling,)) for group, spelling in FLAGS.items()),
        Known("current_grade", ("CurrentGrade",)),
        Known("grade", ("Grade",), required=True),
        Known("school_id", ("SchoolIdentifier",)),
        Known("school_name", ("SchoolName",), required=True),
        Known("assessment_id", ("AssessmentID",), required=True),
        Known("launched", ("LaunchDate",)),
        Known("completed", ("CompletedDate",)),
        Known("completed_local", ("CompletedDateLocal",)),
        Known("status", ("AssessmentStatus",), required=True),
        Known("score", ("ScaledScore",), required=True),
        Known("rasch_score", ("RaschScore",)),
        Known("rasch_std_error", ("StandardErrorOfMeasurement",)),
        Known("unified_score", ("UnifiedScore",)),
        Known("percentile", ("PercentileRank",)),
        Known("seconds", ("TotalTimeInSeconds",)),
        Known("window", ("ScreeningPeriodWindowName",)),
    ),
)
_COLUMNS = ("grade_at_test", "minutes", "percentile", "rasch_score", "rasch_std_error", "unified_score", "window")
_SECONDS = 60


def read(source: Path, *, test: str = "", proficient_at: str = "", with_roster: bool = True) -> Harvest:
    """Scores on Star and shares of mastery, with the students, schools and enrollments that the scores show.

    Parameters
    ----------
    source
        A file, or a folder of result files of any tests and years, and of shares by standard or skill area.
    test
        SR, SM or SEL, for files of scores whose name does not say which.
    proficient_at
        The share in per cent from which a standard counts as mastered; without it Star's word for it decides.
    with_roster
        False leaves students, schools and enrollments to another source, as the student information system.

    Raises
    ------
    UsageError
        When an option has no such value, or neither the name nor the option tells the test.
    UnreadableData
        When a file is of another layout.
    """
    if test and test not in TESTS:
        raise UsageError(f"there is no test {test!r}", "option test", f"choose one of: {choices(TESTS)}")
    least = star_standards.least_share(proficient_at)
    scores, shares, records = [], [], 0
    for file in plain_files(Path(source), (".csv", ".txt")):
        rows = read_rows(file, separators=(",", "\t", "|"))
        records += rows.records
        if star_standards.is_standards(rows):
            shares.append(_shares(rows))
        else:
            scores.append(_read(rows, test or _test_of(file)))
    remarks = [remark for part in (*scores, *shares) for remark in part.remarks]
    left = dict.fromkeys(name for part in (*scores, *shares) for name in part.left)
    account = measures.Account(SOURCE, records, remarks, left)
    states = star_standards.target_status(shares, least) if shares else None
    if not scores and states:
        return measures.of_sieves(account, [states])
    results = pd.concat([part.frame for part in scores], ignore_index=True)
    seen = roster(_sightings(results), ("state", "renaissance"), made_days=False) if with_roster else None
    return measures.harvest(account, _assessments(results), _COLUMNS, seen=seen, beside=states)


def _shares(file: Rows) -> Recognised:
    """A file of shares under our names."""
    found = recognise(file, star_standards.LAYOUT)
    check_ids(found.frame["student_id"].rename("StudentIdentifier"), file.file)
    return replace(found, remarks=(*file.remarks, *found.remarks))


def _test_of(file: Path) -> str:
    """The test that the file's name says: SR.csv, district_SM_v2.csv ..."""
    named = [test for test in TESTS if re.search(rf"(?<![A-Za-z]){test}(?![A-Za-z])", file.stem)]
    if len(named) != 1:
        raise UsageError(
            "the file's name does not say which Star test it is of", file.name, f"name the test: {choices(TESTS)}"
        )
    return named[0]


def _read(file: Rows, test: str) -> Recognised:
    """A file under our names, its codes in the kit's words."""
    found = recognise(file, LAYOUT)
    frame = found.frame
    check_ids(frame["student_id"].rename("StudentIdentifier"), file.file)
    local = "completed_local" in found.there
    days = dates.read_days(frame["completed_local" if local else "completed"], dates.ISO)
    flags = pd.DataFrame({group: codes.read_booleans(frame[group]).values for group in FLAGS}, index=frame.index)
    groups = race.from_flags(flags)
    grades = read_grades(frame["grade"])
    current = read_grades(frame["current_grade"]).values
    instrument, subject = TESTS[test]
    frame = frame.assign(
        instrument=instrument,
        subject=subject,
        date=days.values,
        unreadable=days.unreadable,
        grade=grades.values.mask(grades.values.eq(""), current),
        minutes=_minutes(frame["seconds"]),
        race_ethnicity=groups.group,
        race_ethnicity_source=groups.source,
        gender=codes.read_genders(frame["gender"]).values,
        birth_month=dates.read_days(frame["born"], dates.ISO).values.str.slice(0, 7),
        first_day=dates.read_days(frame["year_begins"], dates.ISO).values,
    )
    noticed = (
        Remark(0 if local else file.records, "dates without local time: a test in the evening may count one day late"),
        Remark(grades.unknown, "grades that are no grade from pre-kindergarten to 12, read as unknown"),
        Remark(int(groups.group.eq("").sum()), "records without a race: no flag says yes"),
    )
    remarks = (*file.remarks, *found.remarks, *(remark for remark in noticed if remark.count))
    return replace(found, frame=frame, remarks=remarks)


def _minutes(seconds: pd.Series) -> pd.Series:
    """Seconds as minutes, to two places; "" where there is no number."""
    numbers = pd.to_numeric(seconds, errors="coerce") / _SECONDS
    return numbers.map(lambda minutes: f"{minutes:.2f}", na_action="ignore").fillna("").astype("str")


def _assessments(results: pd.DataFrame) -> Sieve:
    frame = results.assign(grade_at_test=results["grade"])
    active = frame["status"].str.casefold().eq("active")
    sieve = Sieve("assessments", frame, len(frame))
    sieve.leave_out(~active, "not active: AssessmentStatus says otherwise")
    later = measures.sift(sieve.rows, sieve.rows["unreadable"].eq(True))
    later.read = len(frame)
    later.reasons = {**sieve.reasons, **later.reasons}
    measures.once_a_day(later, ("completed", "assessment_id"))
    rows = later.rows
    later.remark(
        int(rows["rasch_std_error"].ne("").sum()),
        "standard errors on the Rasch scale, kept as rasch_std_error: they do not belong to the scaled score",
    )
    again = rows.duplicated(["student_id", "instrument", "subject", "year", "window"], keep=False)
    later.remark(int(again.sum()), "results of students who have several in one window, on different days")
    return later


def _sightings(results: pd.DataFrame) -> pd.DataFrame:
    """What each record says of a student's place; a spell begins with the school year that the file dates."""
    terms = read_terms(results["year"])
    return results.assign(
        school_id=results["school_id"].mask(results["school_id"].eq(""), results["school_name"]),
        school_year=terms.school_year,
        first_day=results["first_day"].mask(results["first_day"].eq(""), terms.first_day),
    )
