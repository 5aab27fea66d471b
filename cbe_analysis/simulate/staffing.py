"""The adults and the classes they teach: staff, sections, and who sits in them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.calendar import BOARD, FIRST, YEARS
from cbe_analysis.simulate.continuum import CODES, SUBJECTS
from cbe_analysis.simulate.draws import Floats, Ints, pick, rank_within, stream
from cbe_analysis.simulate.enrollment import student_id
from cbe_analysis.simulate.people import GENDERS, RACES, People
from cbe_analysis.simulate.places import Schools
from cbe_analysis.simulate.rows import days, ids, numbers, table, whole, words

CLASS_SIZE = 24
SECTIONS_A_TEACHER = 5  # beyond elementary school
LAST_HOMEROOM = 5  # grade
HOMEROOM = len(SUBJECTS)  # the code of a class that learns all subjects together
SEVERITY_SD = 0.30  # score points between raters of one school
ROLES = ("teacher", "interventionist", "counselor", "administrator")
ROLE_STAFF = 3  # others than teachers in each school
STAFF_RACES = np.array([0.005, 0.02, 0.07, 0.09, 0.002, 0.02, 0.793])
SUBJECT_WORDS = (*SUBJECTS, "homeroom")


@dataclass(frozen=True, slots=True)
class Staffing:
    """Classes and adults of the whole district.

    Parameters
    ----------
    section
        Shape (n, 4, 4): the section of a student in a year and subject; -1 where none.
    key
        Code of school, year, grade and subject of each section.
    teacher
        Number of the adult who teaches each section, from 0.
    severity
        Score points by which each adult rates stricter than the district's mean.
    school, year, role
        Of each row of `staff`; `adult` is the adult.
    """

    section: Ints
    key: Ints
    teacher: Ints
    severity: Floats
    adult: Ints
    school: Ints
    year: Ints
    role: Ints
    race: Ints
    gender: Ints

    def part(self, first: int, last: int) -> Staffing:
        """The same adults, with the sections of the students from first to before last."""
        return replace(self, section=self.section[first:last])


def _key(school: Ints, year: Ints, grade: Ints, subject: Ints) -> Ints:
    return ((school * len(YEARS) + year) * 13 + grade) * (HOMEROOM + 1) + subject


@dataclass(frozen=True, slots=True)
class Taught:
    """What the key of a section says."""

    school: Ints
    year: Ints
    grade: Ints
    subject: Ints


def taught(key: Ints) -> Taught:
    """School, year, grade and subject of sections."""
    rest, subject = np.divmod(key, HOMEROOM + 1)
    rest, grade = np.divmod(rest, 13)
    school, year = np.divmod(rest, len(YEARS))
    return Taught(school, year, grade, subject)


def staffing(seed: int, people: People, schools: Schools) -> Staffing:
    """Sections of about two dozen, each with a teacher; and the other adults of each school."""
    rng = stream(seed, "staff")
    student, year = np.nonzero(people.here)
    school, grade = people.school[student, year], people.grade[student, year]
    section = np.full((people.size, len(YEARS), len(SUBJECTS)), -1, dtype=np.int64)
    keys: list[Ints] = []
    made = 0
    for subject in (HOMEROOM, *range(len(SUBJECTS))):
        wanted = (grade <= LAST_HOMEROOM) == (subject == HOMEROOM)
        key = _key(school, year, grade, np.full(len(school), subject))[wanted]
        found, codes, counts = np.unique(key, return_inverse=True, return_counts=True)
        sections = -(-counts // CLASS_SIZE)
        first = made + np.cumsum(sections) - sections
        shuffled = rng.permutation(len(key))
        place = np.empty(len(key), dtype=np.int64)
        place[shuffled] = rank_within(codes[shuffled])
        mine = first[codes] + place % sections[codes]
        for s in range(len(SUBJECTS)) if subject == HOMEROOM else (subject,):
            section[student[wanted], year[wanted], s] = mine
        keys.append(np.repeat(found, sections))
        made += int(sections.sum())
    key = np.concatenate(keys)
    return _staffed(rng, schools, section, key)


def _staffed(rng: np.random.Generator, schools: Schools, section: Ints, key: Ints) -> Staffing:
    """A teacher for each section: one for a homeroom, one for five sections of a subject in a school."""
    of = taught(key)
    home = of.subject == HOMEROOM
    within = rank_within(_key(of.school, of.year, np.where(home, of.grade, 0), of.subject))
    post = _key(of.school, np.zeros_like(of.year), np.where(home, of.grade, 0), of.subject) * 1000
    post += np.where(home, within, within // SECTIONS_A_TEACHER)
    posts, teacher = np.unique(post, return_inverse=True)
    teachers, others = len(posts), ROLE_STAFF * len(schools.kind)
    school_of_adult = np.concatenate(
        [taught(posts // 1000).school, np.repeat(np.arange(len(schools.kind)), ROLE_STAFF)]
    )
    severity = schools.severity[school_of_adult] + rng.normal(0.0, SEVERITY_SD, teachers + others)
    taught_years = np.unique(teacher * len(YEARS) + of.year)
    other = np.repeat(np.arange(others), len(YEARS))
    adult = np.concatenate([taught_years // len(YEARS), teachers + other])
    year = np.concatenate([taught_years % len(YEARS), np.tile(np.arange(len(YEARS)), others)])
    role = np.concatenate([np.zeros(len(taught_years), dtype=np.int64), 1 + other % ROLE_STAFF])
    race = pick(rng, STAFF_RACES, teachers + others)
    gender = pick(rng, np.array([0.74, 0.257, 0.003]), teachers + others)
    return Staffing(section, key, teacher, severity, adult, school_of_adult[adult], year, role, race, gender)


def staff_table(staffing: Staffing, schools: Schools) -> pa.Table:
    """The table `staff`."""
    return table(
        "staff",
        {
            "staff_id": ids("T", staffing.adult, 5),
            "school_id": schools.id(staffing.school),
            "school_year": whole(np.array(YEARS)[staffing.year]),
            "role": words(staffing.role, ROLES),
            "race_ethnicity": words(staffing.race[staffing.adult], RACES),
            "gender": words(staffing.gender[staffing.adult], GENDERS),
        },
    )


def _course(grade: int, subject: int) -> str:
    return f"HR{grade:02d}" if subject == HOMEROOM else f"{CODES[subject]}{grade:02d}"


def _title(grade: int, subject: int) -> str:
    if subject == HOMEROOM:
        return "Kindergarten homeroom" if grade == 0 else f"Grade {grade} homeroom"
    return f"{SUBJECTS[subject].capitalize()} {grade}"


def sections_table(staffing: Staffing, schools: Schools) -> pa.Table:
    """The table `sections`."""
    of = taught(staffing.key)
    pairs = list(zip(of.grade.tolist(), of.subject.tolist(), strict=True))
    return table(
        "sections",
        {
            "section_id": ids("C", np.arange(len(staffing.key)), 6),
            "school_id": schools.id(of.school),
            "term_id": words(of.year, [year.title for year in BOARD]),
            "school_year": whole(np.array(YEARS)[of.year]),
            "subject": words(of.subject, SUBJECT_WORDS),
            "course_id": pa.array([_course(*pair) for pair in pairs]),
            "title": pa.array([_title(*pair) for pair in pairs]),
            "level": numbers(of.grade, 1),
        },
    )


def teachers_table(staffing: Staffing) -> pa.Table:
    """The rows of the table `section_members` that hold the teachers."""
    size = len(staffing.key)
    nothing = np.zeros(size, dtype=np.int64)
    return table(
        "section_members",
        {
            "section_id": ids("C", np.arange(size), 6),
            "person_id": ids("T", staffing.teacher, 5),
            "role": words(nothing, ("teacher",)),
            "start_date": days(nothing, nothing > 0),
            "end_date": days(nothing, nothing > 0),
        },
    )


def members_table(people: People, section: Ints) -> pa.Table:
    """The rows of the table `section_members` that hold a chunk of students; those who move leave their sections."""
    student, year, subject = np.nonzero(section >= 0)
    mine = section[student, year, subject]
    first = np.ones(len(mine), dtype=bool)
    first[1:] = (mine[1:] != mine[:-1]) | (student[1:] != student[:-1])
    student, year, mine = student[first], year[first], mine[first]
    start = np.maximum(people.first_day[student], FIRST[year])
    moved = people.moved_on[student]
    same_year = (moved > start) & (moved <= FIRST[year] + 300)
    same_year &= people.school[student, year] != people.school_after[student, year]
    ends = np.where(same_year, moved - 1, people.last_day[student])
    return table(
        "section_members",
        {
            "section_id": ids("C", mine, 6),
            "person_id": student_id(people, student),
            "role": words(np.zeros(len(mine), dtype=np.int64), ("student",)),
            "start_date": days(start),
            "end_date": days(ends, ends <= FIRST[year] + 293),
        },
    )
