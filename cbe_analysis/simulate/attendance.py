"""Days enrolled and days absent, and how many students miss a tenth of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.calendar import (
    FIRST,
    FIRST_HALF_ENDS,
    HALVES,
    LAST,
    SECOND_HALF,
    TERMS,
    YEARS,
    days_between,
    flood_days,
)
from cbe_analysis.simulate.draws import stream
from cbe_analysis.simulate.enrollment import Spells, student_id
from cbe_analysis.simulate.people import People
from cbe_analysis.simulate.places import FLOODED, Schools
from cbe_analysis.simulate.rows import numbers, table, whole, words

ENROLLED_AT_LEAST, CHRONIC = 45, 0.10


@dataclass(frozen=True, slots=True)
class Attendance:
    """The table `attendance` of a chunk.

    Parameters
    ----------
    counted, chronic
        Student years of 45 days or more, and those of them with a tenth or more absent.
    """

    rows: pa.Table
    counted: int
    chronic: int


def attendance(seed: int, chunk: int, people: People, spells: Spells, schools: Schools) -> Attendance:
    """A row for each spell and semester."""
    rng = stream(seed, "attendance", chunk)
    spell = np.repeat(np.arange(len(spells.student)), HALVES)
    half = np.tile(np.arange(HALVES), len(spells.student))
    year = spells.year[spell]
    opens = np.where(half == 1, SECOND_HALF[year], FIRST[year])
    closes = np.where(half == 1, LAST[year], FIRST_HALF_ENDS[year])
    first, last = np.maximum(spells.entry[spell], opens), np.minimum(spells.last[spell], closes)
    student, school = spells.student[spell], spells.school[spell]
    enrolled = days_between(first, last) - (school == FLOODED) * flood_days(first, last)
    absent = rng.binomial(enrolled, people.absence[student, year])
    year_of_student = student * len(YEARS) + year
    days = np.bincount(year_of_student, weights=enrolled)
    missed = np.bincount(year_of_student, weights=absent, minlength=len(days))
    counted = days >= ENROLLED_AT_LEAST
    there = np.flatnonzero(enrolled > 0)
    rows = table(
        "attendance",
        {
            "student_id": student_id(people, student[there]),
            "school_id": schools.id(school[there]),
            "school_year": whole(np.array(YEARS)[year[there]]),
            "term_id": words((HALVES * year + half)[there], TERMS),
            "days_enrolled": numbers(enrolled[there], 0),
            "days_absent": numbers(absent[there], 0),
        },
    )
    return Attendance(rows, int(counted.sum()), int((missed[counted] >= CHRONIC * days[counted]).sum()))
