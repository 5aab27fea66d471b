"""NWEA MAP Growth: result files of three layouts (2012-14, 2015 and later, 2020 and later) and the one-file export.

Only results flagged as the growth measure of their term are official; the others (screenings, retakes) are counted and
left out, as they would make one student count twice. Files of results lack the grade: it comes from StudentsBySchool,
matched on student and term, or from the one-file export, which has it on each row.

References
----------
NWEA, Data Export Files: AssessmentResults, StudentsBySchool, ComboStudentAssessment.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cbe_analysis.importers import codes, dates, measures, race
from cbe_analysis.importers.account import Remark
from cbe_analysis.importers.grades import KINDERGARTEN_OF_NWEA, read_grades
from cbe_analysis.importers.harvest import Harvest
from cbe_analysis.importers.layout import Layout, recognise, shortened, unknown
from cbe_analysis.importers.nwea_layouts import RESULTS, STUDENTS, is_companion, is_one_of, speaks_of_tests
from cbe_analysis.importers.places import plain_files
from cbe_analysis.importers.reading import Rows, check_ids, read_rows
from cbe_analysis.importers.roster import roster
from cbe_analysis.importers.school_years import made_first_days, read_terms
from cbe_analysis.importers.sieve import Sieve

SOURCE = "NWEA MAP Growth"
INSTRUMENT = "map"
SUBJECTS = {  # by the discipline; language arts are told apart by the course
    **dict.fromkeys(("mathematics", "math"), "math"),
    "reading": "reading",
    **dict.fromkeys(("language", "language usage"), "language"),
    **dict.fromkeys(("science", "general science"), "science"),
}
_COLUMNS = ("std_error", "grade_at_test", "official", "minutes", "term", "course", "norms", "percentile", "test_id")
_LATEST_BY = ("started", "test_id")


def read(source: Path, *, with_roster: bool = True) -> Harvest:
    """Scores on MAP Growth, with the students, schools and enrollments that the files show.

    Parameters
    ----------
    source
        A file, or a folder of exports: results, students by school, or the one-file export, of any years.
    with_roster
        False leaves students, schools and enrollments to another source, as the student information system.

    Raises
    ------
    UnreadableData
        When a file is of no known layout, or its dates are written in another order than month/day/year.
    """
    files = _Files([read_rows(file, ragged=True) for file in plain_files(Path(source), (".csv", ".txt"))])
    results, people = files.all_of(RESULTS), files.all_of(STUDENTS)
    results = results.assign(grade_at_test=_grades_at_test(results, people))
    sieve = _assessments(results, files)
    seen = None
    if with_roster:
        everyone = pd.concat([people, results.assign(grade=results["grade_at_test"])], ignore_index=True)
        seen = roster(_sightings(everyone), ("state",))
    return measures.harvest(
        measures.Account(SOURCE, files.records, files.remarks, files.left), sieve, _COLUMNS, seen=seen
    )


class _Files:
    """The files of one export, sorted by what they hold; what was noticed on the way gathers in `remarks`."""

    def __init__(self, files: Sequence[Rows]) -> None:
        self.records = sum(file.records for file in files)
        self.remarks: list[Remark] = [remark for file in files for remark in file.remarks]
        self.of: dict[str, list[Rows]] = {RESULTS.kind: [], STUDENTS.kind: []}
        self._left: dict[str, None] = {}
        for file in files:
            if is_one_of(file, RESULTS):
                self.of[RESULTS.kind].append(file)
            elif is_one_of(file, STUDENTS) and not speaks_of_tests(file):
                self.of[STUDENTS.kind].append(file)
            elif is_companion(file):
                self.remarks.append(Remark(file.records, f"records of {file.file}, which holds no score, not read"))
            else:
                header = [str(name) for name in file.frame.columns]
                raise unknown(file.file, {layout.kind: layout.missing(header) for layout in (RESULTS, STUDENTS)})

    @property
    def left(self) -> tuple[str, ...]:
        return shortened(self._left)

    def all_of(self, layout: Layout) -> pd.DataFrame:
        """The records of all files of a layout under our names, numbered anew, with what they say of people read."""
        parts = [self._read(file, layout) for file in self.of[layout.kind]]
        names = [known.name for known in layout.columns]
        none = pd.DataFrame({name: pd.Series(dtype="str") for name in [*names, "has_flag", "unreadable"]})
        whole = pd.concat(parts, ignore_index=True) if parts else none
        for name, left_out in ((file.file, part) for file in self.of[layout.kind] for part in file.left_out):
            self.remarks.append(Remark(left_out.records, f"records of {name} not read: {left_out.why}"))
        return self._people(whole)

    def _read(self, file: Rows, layout: Layout) -> pd.DataFrame:
        found = recognise(file, layout)
        self.remarks += found.remarks
        self._left |= dict.fromkeys(found.left)
        frame = found.frame
        for ids in ("student_id", "state", "school_state_id"):
            check_ids(frame[ids], file.file)
        born = dates.expect(frame["born"].rename("StudentDateOfBirth"), dates.MONTH_FIRST, file.file)
        frame = frame.assign(birth_month=born.values.str.slice(0, 7))
        if layout is not RESULTS:
            return frame
        days = dates.expect(frame["date"].rename("TestStartDate"), dates.MONTH_FIRST, file.file)
        self.remarks += days.remarks("test dates")
        has_flag = "growth_measure" in found.there
        return frame.assign(date=days.values, unreadable=days.unreadable, has_flag=has_flag)

    def _people(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The grade, the group and the school in the kit's words."""
        own, standard = (read_grades(frame[c], KINDERGARTEN_OF_NWEA) for c in ("grade", "standard_grade"))
        groups = race.from_words(frame["ethnic_group"])
        standard_groups = race.from_words(frame["standard_ethnic_group"])
        gender = codes.read_genders(frame["gender"])
        self.remarks += [
            Remark(own.unknown, "grades that are no grade from pre-kindergarten to 12, read as unknown"),
            Remark(
                groups.unknown, "ethnic groups in words of the district: NWEA's own group counts, where it is there"
            ),
            Remark(gender.unknown, "genders in unknown words, read as unknown"),
        ]
        self.remarks = [remark for remark in self.remarks if remark.count]
        return frame.assign(
            grade=own.values.mask(own.values.eq(""), standard.values),
            race_ethnicity=groups.group.mask(groups.group.eq(""), standard_groups.group),
            race_ethnicity_source=groups.source.mask(groups.source.eq(""), standard_groups.source),
            gender=gender.values,
        )


def _grades_at_test(results: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    """The grade of each result: its own, else the only one that the student had in the term."""
    graded = people[people["grade"].ne("") & people["student_id"].ne("")]
    key = ["student_id", "term"]
    one = graded.groupby(key)["grade"].agg(["first", "nunique"]).query("nunique == 1")["first"].rename("found")
    found = results[key].join(one, on=key)["found"].fillna("").astype("str")
    return results["grade"].mask(results["grade"].eq(""), found)


def _assessments(results: pd.DataFrame, files: _Files) -> Sieve:
    frame = results.assign(instrument=INSTRUMENT, subject=_subjects(results))
    sieve = measures.sift(frame, frame["unreadable"].eq(True))
    flag = codes.read_booleans(sieve.rows["growth_measure"]).values
    told = sieve.rows["has_flag"].eq(True)
    sieve.remark(int((~told).sum()), "results of files without GrowthMeasureYN: all count, retakes among them")
    sieve.rows = sieve.rows.assign(official=flag.where(told, ""))
    sieve.leave_out(told & flag.eq("false"), "not official: GrowthMeasureYN is not true")
    sieve.leave_out(sieve.rows["official"].eq("") & told.reindex(sieve.rows.index), "GrowthMeasureYN is blank")
    measures.once_a_day(sieve, _LATEST_BY)
    rows = sieve.rows
    again = rows.duplicated(["student_id", "subject", "term"], keep=False)
    sieve.remark(int(again.sum()), "results of students who have several in one term and subject, on different days")
    sieve.remark(int(rows["grade_at_test"].eq("").sum()), "results without a grade: add StudentsBySchool to the folder")
    norms = rows.loc[rows["norms"].ne(""), "norms"].nunique()
    sieve.remark(norms if norms > 1 else 0, "sets of norms: percentiles of different sets cannot be compared")
    known = set(SUBJECTS.values())
    sieve.remark(int((~rows["subject"].isin(known)).sum()), "results in a subject kept in NWEA's own word")
    return sieve


def _subjects(results: pd.DataFrame) -> pd.Series:
    """The subject by the discipline; of language arts by the course: reading, or language usage."""
    discipline, course = results["discipline"].str.casefold(), results["course"].str.casefold()
    found = discipline.map({word: SUBJECTS.get(word, "") for word in discipline.unique()})
    by_course = pd.Series("", index=results.index, dtype="str")
    by_course = by_course.mask(course.str.contains("reading"), "reading")
    by_course = by_course.mask(course.str.contains("language"), "language")
    own = measures.vendor_word(results["discipline"].mask(discipline.eq(""), results["course"]))
    return found.mask(found.eq(""), by_course.mask(by_course.eq(""), own)).astype("str")


def _sightings(people: pd.DataFrame) -> pd.DataFrame:
    """What each record says of a student's place, with the first day that the term allows."""
    terms = read_terms(people["term"])
    return people.assign(
        school_id=_school_ids(people),
        school_year=terms.school_year,
        first_day=made_first_days(terms, people["student_id"]),
    )


def _school_ids(people: pd.DataFrame) -> pd.Series:
    """The state's id of the school, where the name has one only; else the name, as older files have nothing else."""
    pairs = people.loc[people["school_state_id"].ne(""), ["school_name", "school_state_id"]].drop_duplicates()
    alone = pairs[~pairs.duplicated("school_name", keep=False)]
    by_name = dict(zip(alone["school_name"], alone["school_state_id"], strict=True))
    named = people["school_name"].map({name: by_name.get(name, name) for name in people["school_name"].unique()})
    return people["school_state_id"].mask(people["school_state_id"].eq(""), named).astype("str")
