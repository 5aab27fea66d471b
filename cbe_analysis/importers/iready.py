"""i-Ready Diagnostic: one result file per subject and year, with what it tells of students and schools.

The subject is on no row: math files have quantile measures, reading files lexile measures, and each its own domains.
The file holds no standard error. Relative placement, the vendor's gap to grade level, is kept as a column of its own.

References
----------
Curriculum Associates, i-Ready Diagnostic Results export, layout of 2025-26.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from cbe_analysis.errors import UnreadableData, choices
from cbe_analysis.importers import codes, dates, measures, race
from cbe_analysis.importers.account import Remark
from cbe_analysis.importers.grades import read_grades
from cbe_analysis.importers.harvest import Harvest
from cbe_analysis.importers.layout import Known, Layout, Recognised, plain, recognise
from cbe_analysis.importers.places import plain_files
from cbe_analysis.importers.reading import Rows, check_ids, read_rows
from cbe_analysis.importers.roster import roster
from cbe_analysis.importers.school_years import made_first_days, read_terms
from cbe_analysis.importers.sieve import Sieve

SOURCE = "i-Ready Diagnostic"
INSTRUMENT = "iready"
LAYOUT = Layout(
    "i-Ready Diagnostic results",
    (
        Known("student_id", ("Student ID",), required=True),
        Known("state", ("Student State ID",)),
        Known("grade", ("Student Grade",), required=True),
        Known("year", ("Academic Year",), required=True),
        Known("school_name", ("School",), required=True),
        Known("school_state_id", ("School State ID",)),
        Known("gender", ("Sex", "Gender")),
        Known("hispanic", ("Hispanic or Latino",)),
        Known("race", ("Race",)),
        Known("english_learner", ("English Language Learner",)),
        Known("disability", ("Special Education",)),
        Known("economically_disadvantaged", ("Economically Disadvantaged",)),
        Known("subject", ("Subject",)),
        Known("started", ("Start Date",)),
        Known("date", ("Completion Date",), required=True),
        Known("norming_window", ("Norming Window",)),
        Known("minutes", ("Duration (min)",)),
        Known("rush_flag", ("Rush Flag",)),
        Known("score", ("Overall Scale Score",), required=True),
        Known("placement", ("Overall Placement",)),
        Known("relative_placement", ("Overall Relative Placement",)),
        Known("percentile", ("Percentile",)),
    ),
)
SIGNS = {  # columns that only one subject has
    "math": ("Quantile Measure", "Number and Operations Scale Score", "Algebra and Algebraic Thinking Scale Score"),
    "reading": (
        "Lexile Measure",
        "Phonological Awareness Scale Score",
        "Phonics Scale Score",
        "Vocabulary Scale Score",
    ),
}
_SUBJECT_WORDS = {"math": "math", "mathematics": "math", "reading": "reading", "ela": "reading"}
_COLUMNS = ("grade_at_test", "minutes", "norming_window", "percentile", "placement", "relative_placement", "rush_flag")


def read(source: Path, *, with_roster: bool = True) -> Harvest:
    """Scores on the i-Ready Diagnostic, with the students, schools and enrollments that the files show.

    Parameters
    ----------
    source
        A file, or a folder of result files of any subjects and years.
    with_roster
        False leaves students, schools and enrollments to another source, as the student information system.

    Raises
    ------
    UnreadableData
        When a file is of another layout, its subject cannot be told, or its dates are not month/day/year.
    """
    files = [read_rows(file) for file in plain_files(Path(source), (".csv",))]
    parts = [_read(file) for file in files]
    results = pd.concat([part.frame for part in parts], ignore_index=True)
    sieve = _assessments(results)
    remarks = [remark for part in parts for remark in part.remarks]
    left = dict.fromkeys(name for part in parts for name in part.left)
    seen = roster(_sightings(results), ("state",)) if with_roster else None
    return measures.harvest(measures.Account(SOURCE, len(results), remarks, left), sieve, _COLUMNS, seen=seen)


def _read(file: Rows) -> Recognised:
    """A file under our names, its codes in the kit's words."""
    found = recognise(file, LAYOUT)
    frame = found.frame
    check_ids(frame["student_id"].rename("Student ID"), file.file)
    days = dates.expect(frame["date"].rename("Completion Date"), dates.MONTH_FIRST, file.file)
    groups = race.from_words(frame["race"], codes.read_booleans(frame["hispanic"]).values)
    learners = codes.read_english_learners(frame["english_learner"])
    grades = read_grades(frame["grade"])
    subjects = _subjects(frame, file)
    frame = frame.assign(
        subject=subjects,
        date=days.values,
        unreadable=days.unreadable,
        grade=grades.values,
        gender=codes.read_genders(frame["gender"]).values,
        race_ethnicity=groups.group,
        race_ethnicity_source=groups.source,
        english_learner=learners.values,
        disability=codes.read_booleans(frame["disability"]).values,
        economically_disadvantaged=codes.read_booleans(frame["economically_disadvantaged"]).values,
    )
    noticed = (
        Remark(file.records, f"results of {file.file} are taken as {', '.join(sorted(set(subjects)))}"),
        Remark(learners.unknown, "answers on English learners that do not tell former from never: unknown"),
        Remark(grades.unknown, "grades that are no grade from pre-kindergarten to 12, read as unknown"),
        Remark(groups.unknown, "races in unknown words, read as unknown; the words are kept"),
    )
    remarks = (*file.remarks, *found.remarks, *days.remarks("test dates"), *(r for r in noticed if r.count))
    return replace(found, frame=frame, remarks=remarks)


def _subjects(frame: pd.DataFrame, file: Rows) -> pd.Series:
    """The subject of each row: the file's own column, else by the columns that only one subject has."""
    header = {plain(str(name)) for name in file.frame.columns}
    signs = [subject for subject, names in SIGNS.items() if header & {plain(name) for name in names}]
    told = codes.translate(frame["subject"], _SUBJECT_WORDS)
    if len(frame) and not told.unknown and told.values.ne("").all():
        return told.values
    if len(signs) != 1:
        raise UnreadableData(
            f"the columns do not tell the subject: they are of {choices(signs)}",
            file.file,
            f"export one file per subject; signs are: {choices(name for names in SIGNS.values() for name in names)}",
        )
    return pd.Series(signs[0], index=frame.index, dtype="str")


def _assessments(results: pd.DataFrame) -> Sieve:
    frame = results.assign(instrument=INSTRUMENT, grade_at_test=results["grade"])
    sieve = measures.sift(frame, frame["unreadable"].eq(True))
    measures.once_a_day(sieve, ("started",))
    rushed = sieve.rows["rush_flag"].ne("")
    sieve.remark(int(rushed.sum()), "results with a rush flag, kept: see column rush_flag")
    sieve.remark(len(sieve.rows), "scores without a standard error: the file holds none")
    return sieve


def _sightings(results: pd.DataFrame) -> pd.DataFrame:
    """What each record says of a student's place; the file names years, so the first day of the year is made."""
    terms = read_terms(results["year"])
    school = results["school_state_id"].mask(results["school_state_id"].eq(""), results["school_name"])
    return results.assign(
        school_id=school,
        school_year=terms.school_year,
        first_day=made_first_days(terms, results["student_id"]),
    )
