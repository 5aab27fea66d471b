"""The spells in schools, and the tables of persons: students, enrollments, student_ids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.calendar import FIRST, LAST, YEARS
from cbe_analysis.simulate.draws import Flags, Ints, stream
from cbe_analysis.simulate.people import (
    AWAY,
    CATEGORIES,
    ENGLISH,
    GENDERS,
    LANGUAGES,
    PLACEMENTS,
    RACES,
    People,
)
from cbe_analysis.simulate.places import Schools
from cbe_analysis.simulate.rows import days, facts, ids, table, whole, words

EXITS = ("transfer_within", "moved_away", "end_of_year")
STATE_ID = 990_000_000
SYSTEMS = ("state", "nwea")


@dataclass(frozen=True, slots=True)
class Spells:
    """One value per spell of a student in a school in a school year, by student and date.

    Parameters
    ----------
    student
        Row of the student in People.
    year
        0 to 3.
    exit
        Code of EXITS.
    """

    student: Ints
    year: Ints
    school: Ints
    entry: Ints
    last: Ints
    exit: Ints


def spells(people: People) -> Spells:
    """Every spell of the students: one a year, two in a year with a move."""
    student, year = np.nonzero(people.here)
    entry = np.maximum(people.first_day[student], FIRST[year])
    last = np.minimum(people.last_day[student], LAST[year])
    exit_ = np.where(last < LAST[year], 1, 2)
    moved_on = people.moved_on[student]
    splits = (moved_on > entry) & (moved_on <= last)
    splits &= people.school[student, year] != people.school_after[student, year]
    school = people.school[student, year]
    earlier = Spells(*(student, year, school, entry, np.where(splits, moved_on - 1, last), np.where(splits, 0, exit_)))
    later = Spells(
        *(student[splits], year[splits], people.school_after[student, year][splits]),
        *(moved_on[splits], last[splits], exit_[splits]),
    )
    joined = [np.concatenate(pair) for pair in zip(_fields(earlier), _fields(later), strict=True)]
    order = np.lexsort((joined[3], joined[0]))
    return Spells(*(values[order] for values in joined))


def enrolled_on(people: People, day: int, schools: Schools) -> list[int]:
    """How many students each school has on a day."""
    stays = spells(people)
    there = (stays.entry <= day) & (stays.last >= day)
    return [int(count) for count in np.bincount(stays.school[there], minlength=len(schools.ids))]


def _fields(spells: Spells) -> tuple[Ints, ...]:
    return spells.student, spells.year, spells.school, spells.entry, spells.last, spells.exit


def student_id(people: People, rows: Ints | None = None) -> pa.Array:
    """The ids of the students; of every row's student when rows are given."""
    known = ids("R", people.number, 6)
    return known if rows is None else words(rows, known)


def students_table(people: People) -> pa.Table:
    """The table `students`."""
    born = people.birth_month
    months = [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in born.tolist()]
    last_year = len(YEARS) - 1 - people.here[:, ::-1].argmax(axis=1)
    last_grade = people.grade[np.arange(people.size), last_year]
    return table(
        "students",
        {
            "student_id": student_id(people),
            "race_ethnicity": words(people.known_race, RACES),
            "gender": words(people.gender, GENDERS),
            "home_language": words(people.language, LANGUAGES),
            "birth_month": pa.array(months),
            "cohort_year": whole(YEARS[0] + last_year + 12 - last_grade),
        },
    )


def enrollments_table(people: People, spells: Spells, schools: Schools) -> pa.Table:
    """The table `enrollments`."""
    at = spells.student, spells.year
    disability = people.category[spells.student] >= 0
    return table(
        "enrollments",
        {
            "student_id": student_id(people, spells.student),
            "school_id": schools.id(spells.school),
            "entry_date": days(spells.entry),
            "exit_date": days(spells.last),
            "exit_code": words(spells.exit, EXITS),
            "school_year": whole(np.array(YEARS)[spells.year]),
            "grade": whole(people.grade[at]),
            "economically_disadvantaged": facts(np.where(people.lunch_known[at], people.disadvantaged[at], -1)),
            "english_learner": words(people.english[at], ENGLISH),
            "disability": facts(disability.astype(np.int64)),
            "disability_category": words(people.category[spells.student], CATEGORIES),
            "placement": words(people.placement[spells.student], PLACEMENTS),
            "gifted": facts(people.gifted[spells.student]),
        },
    )


def student_ids_table(seed: int, chunk: int, people: People) -> pa.Table:
    """The table `student_ids`: the state's id of everyone, the test company's of most."""
    rng = stream(seed, "student_ids", chunk)
    rows = np.arange(people.size)
    tested = rows[rng.random(people.size) < 0.97]
    state = (people.number * 7919 + 104_729) % 9_999_991
    return table(
        "student_ids",
        {
            "student_id": student_id(people, np.concatenate([rows, tested])),
            "system": words(np.repeat([0, 1], [len(rows), len(tested)]), SYSTEMS),
            "external_id": pa.concat_arrays(
                [ids("", STATE_ID + state, 9).cast(pa.string()), ids("NW", people.number[tested] + 500_000, 7)]
            ),
        },
    )


def enrolled(people: People, year: int, grades: tuple[int, int] = (0, 12)) -> Flags:
    """Who is enrolled in the year in the grades from first to last."""
    grade = people.grade[:, year]
    return (grade > AWAY) & (grade >= grades[0]) & (grade <= grades[1])
