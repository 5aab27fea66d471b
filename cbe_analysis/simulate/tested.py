"""How fast students truly grow between their tests: the straight line through the true course at the days of tests.

A growth model draws straight lines. Where the true course bends (a program speeds it up for a year), the line through
it is what such a model is after, not the gain from one end to the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.simulate import testing
from cbe_analysis.simulate.calendar import clock, year_of
from cbe_analysis.simulate.continuum import SUBJECTS
from cbe_analysis.simulate.draws import Floats, Ints
from cbe_analysis.simulate.learning import Learning
from cbe_analysis.simulate.people import People

TESTED = (
    *((testing.MAP, subject, testing.MAP_SCALE) for subject in testing.MAP_SUBJECTS),
    (testing.BENCHMARK, "writing", testing.BENCHMARK_SCALE),
)
SCHOOLS = 1_000_000  # more than there are
SPAN = 0.5  # school years between first and last test; a line over less is not told of


@dataclass(frozen=True, slots=True)
class Lines:
    """One line per student, or per student and school.

    Parameters
    ----------
    unit
        Shape (k,): whose line it is.
    slope
        Shape (k,): levels a year; NaN over less than half a school year.
    years
        Shape (k,): between the first and the last test.
    """

    unit: Ints
    slope: Floats
    years: Floats


def lines(people: People, learning: Learning, scores: testing.Scores, *, by_school: bool) -> tuple[Lines, ...]:
    """The lines of a chunk, one entry per measure of TESTED.

    Parameters
    ----------
    by_school
        True draws a line for each school in which a student was tested; a unit is then the student's row times the
        number of schools, plus the school.
    """
    found = []
    for instrument, subject, _ in TESTED:
        at = SUBJECTS.index(subject)
        rows = np.flatnonzero((scores.instrument == instrument) & (scores.subject == at) & (scores.official == 1))
        student, day = scores.student[rows], scores.day[rows]
        unit = student
        if by_school:
            unit = student * SCHOOLS + people.school_on(student, day, year_of(day))
        time = clock(day)
        found.append(_through(unit, time, learning.at(student, np.full(len(rows), at), time)))
    return tuple(found)


def _through(unit: Ints, time: Floats, level: Floats) -> Lines:
    """Least squares for every unit."""
    units, code, size = np.unique(unit, return_inverse=True, return_counts=True)
    mean = [np.bincount(code, values, len(units)) / np.maximum(size, 1) for values in (time, level)]
    apart = time - mean[0][code]
    width = np.bincount(code, apart * apart, len(units))
    gained = np.bincount(code, apart * (level - mean[1][code]), len(units))
    first, last = np.full(len(units), np.inf), np.full(len(units), -np.inf)
    np.minimum.at(first, code, time)
    np.maximum.at(last, code, time)
    long = last - first >= SPAN
    return Lines(units, np.where(long, gained / np.where(long, width, 1.0), np.nan), last - first)


def per_student(found: Lines, students: int) -> tuple[Floats, Floats]:
    """Slope and years of every student, shapes (n,); NaN and 0 for who has no line."""
    slope, years = np.full(students, np.nan), np.zeros(students)
    slope[found.unit], years[found.unit] = found.slope, np.where(np.isfinite(found.slope), found.years, 0.0)
    return slope, years


def per_school(found: Lines) -> tuple[Ints, Floats]:
    """The student of each line within a school; and school, slope and years, shape (m, 3)."""
    some = np.isfinite(found.slope)
    student, school = np.divmod(found.unit[some], SCHOOLS)
    return student, np.column_stack([school, found.slope[some], found.years[some]]).astype(np.float64)
