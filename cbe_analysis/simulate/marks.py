"""Course marks: they follow the level only in part, and sometimes tell families the wrong thing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.calendar import FIRST_HALF_ENDS, HALVES, LAST, TERMS, YEARS, clock
from cbe_analysis.simulate.continuum import CODES, SUBJECTS
from cbe_analysis.simulate.draws import Flags, Floats, stream
from cbe_analysis.simulate.enrollment import enrolled, student_id
from cbe_analysis.simulate.learning import USUAL_ABSENCE, Learning
from cbe_analysis.simulate.people import People
from cbe_analysis.simulate.rows import days, numbers, table, words

GRADES = (6, 12)
MIDDLE, A_LEVEL, A_DAY, BEHAVIOR_SD, CHANCE_SD = 2.85, 0.40, 4.0, 0.35, 0.45  # grade points
LETTERS = ("F", "D", "C-", "C", "C+", "B-", "B", "B+", "A-", "A")
POINTS = (0.0, 1.0, 1.7, 2.0, 2.3, 2.7, 3.0, 3.3, 3.7, 4.0)
CUTS = tuple((low + high) / 2 for low, high in pairwise(POINTS))
GOOD = 3.0  # a B
BEHIND = 1.0  # levels below grade at which a good mark tells families the wrong thing


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a chunk, and what they hide.

    Parameters
    ----------
    rows
        The table `marks`.
    good, wrong
        How many marks are a B or better, and how many of these belong to students a level or more below grade.
    """

    rows: pa.Table
    good: int
    wrong: int


def marks(seed: int, chunk: int, people: People, learning: Learning) -> Marks:
    """A mark for each course and semester of grades 6 to 12."""
    rng = stream(seed, "marks", chunk)
    behavior = rng.normal(0.0, BEHAVIOR_SD, people.size)
    parts: list[tuple[np.ndarray, ...]] = []
    for year in range(len(YEARS)):
        for half in range(HALVES):
            ends = int(LAST[year] - 1 if half else FIRST_HALF_ENDS[year])
            there = enrolled(people, year, GRADES) & (people.first_day <= ends - 20) & (people.last_day >= ends)
            student = np.flatnonzero(there)
            for subject in range(len(SUBJECTS)):
                size = len(student)
                moment = clock(np.full(size, ends))
                grade = people.grade[student, year]
                gap = learning.at(student, np.full(size, subject), moment) - grade - (moment - year)
                absent = people.absence[student, year] - USUAL_ABSENCE
                meant = MIDDLE + A_LEVEL * gap - A_DAY * absent + behavior[student]
                given = np.searchsorted(CUTS, meant + rng.normal(0.0, CHANCE_SD, size))
                ones = np.ones(size, dtype=np.int64)
                parts.append((student, subject * ones, grade, (HALVES * year + half) * ones, ends * ones, given, gap))
    columns = [np.concatenate(values) for values in zip(*parts, strict=True)]
    order = np.lexsort((columns[1], columns[3], columns[0]))
    student, course, grade, term, day, given, gap = (values[order] for values in columns)
    good = np.array(POINTS)[given] >= GOOD
    rows = table(
        "marks",
        {
            "student_id": student_id(people, student),
            "subject": words(course, SUBJECTS),
            "course_id": words(course * 13 + grade, [f"{code}{g:02d}" for code in CODES for g in range(13)]),
            "term_id": words(term, TERMS),
            "date": days(day),
            "mark": words(given, LETTERS),
            "points": numbers(np.array(POINTS)[given], 1),
        },
    )
    return Marks(rows, int(good.sum()), _wrong(good, gap))


def _wrong(good: Flags, gap: Floats) -> int:
    return int((good & (gap <= -BEHIND)).sum())
