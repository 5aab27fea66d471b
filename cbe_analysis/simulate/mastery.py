"""What students gain, by the targets that they hold: some are passed over, and made good later or never."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.simulate.calendar import clock
from cbe_analysis.simulate.continuum import EXIT_LEVEL, HABITS_FROM, REQUIRED, SUBJECTS, TARGETS_A_SUBJECT
from cbe_analysis.simulate.draws import Floats, Ints
from cbe_analysis.simulate.learning import Learning
from cbe_analysis.simulate.people import People
from cbe_analysis.simulate.ratings import Ratings

ROUNDING = 1e-9  # a target is reached at its end


@dataclass(frozen=True, slots=True)
class Mastery:
    """What students of a chunk hold and gain, by subject.

    Parameters
    ----------
    pace
        Shape (n, 4): levels a year from the end of the month after entry, when the evidence has shown where a student
        stands, until the student left or held the exit level; less what was passed over in between and is still open.
        NaN for no such time.
    stay_pace
        Shape (n, 4): the same until the student left.
    begun, held
        Shape (n, 4): the level by targets held, at the beginning of that time and at the end of the stay.
    """

    pace: Floats
    stay_pace: Floats
    begun: Floats
    held: Floats


def mastery(people: People, learning: Learning, rated: Ratings) -> Mastery:
    """The mastery of a chunk of students."""
    student, subject, day = _first_proficient(rated)
    shape = (people.size, len(SUBJECTS))
    begin, leave = _settled(people.first_day), people.last_day
    counted, late = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    np.maximum.at(late, (student, subject), day)
    np.add.at(counted, (student, subject), day <= begin[student])
    entry = np.floor(_positions(learning, _wide(clock(people.first_day)), recorded=True) + ROUNDING)
    begun = entry + counted / REQUIRED
    counted[:] = 0.0
    np.add.at(counted, (student, subject), 1.0)
    held = entry + counted / REQUIRED
    start, stay_end = _wide(clock(begin)), _wide(clock(leave))
    end = np.where(held >= EXIT_LEVEL - ROUNDING, np.minimum(clock(late), stay_end), stay_end)
    # the open levels at the end, less those at the beginning: what was passed over in between
    passed_over = _open(learning, stay_end, held) - _open(learning, start, begun)
    return Mastery(
        pace=_pace(learning, start, end, passed_over),
        stay_pace=_pace(learning, start, stay_end, passed_over),
        begun=begun,
        held=held,
    )


def _first_proficient(rated: Ratings) -> tuple[Ints, Ints, Ints]:
    """Student, subject and day of the first proficient rating of each target of a subject."""
    rows = np.flatnonzero(rated.proficient & (rated.target < HABITS_FROM))
    rows = rows[np.argsort(rated.day[rows], kind="stable")]
    pairs, first = np.unique(rated.student[rows] * HABITS_FROM + rated.target[rows], return_index=True)
    return pairs // HABITS_FROM, pairs % HABITS_FROM // TARGETS_A_SUBJECT, rated.day[rows[first]]


def _settled(entry: Ints) -> Ints:
    """The last day of the month after that of entry."""
    month = entry.astype("datetime64[D]").astype("datetime64[M]")
    return np.asarray((month + 2).astype("datetime64[D]").astype(np.int64) - 1, dtype=np.int64)


def _wide(moments: Floats) -> Floats:
    """The same for every subject."""
    return np.repeat(moments[:, None], len(SUBJECTS), axis=1)


def _open(learning: Learning, moments: Floats, held: Floats) -> Floats:
    """Levels that students have come past at a moment and do not hold."""
    reached = np.floor(_positions(learning, moments, recorded=True) * REQUIRED + ROUNDING) / REQUIRED
    return np.maximum(reached - held, 0.0)


def _positions(learning: Learning, clocks: Floats, recorded: bool = False) -> Floats:
    """Position of every student in every subject, each at a moment of its own, shape (n, 4)."""
    rows, subject = (index.ravel() for index in np.indices(clocks.shape))
    found = (learning.recorded if recorded else learning.at)(rows, subject, clocks.ravel())
    return found.reshape(clocks.shape)


def _pace(learning: Learning, start: Floats, end: Floats, passed_over: Floats) -> Floats:
    """Levels a year that are gained and held."""
    gained = _positions(learning, end) - _positions(learning, start) - passed_over
    years = end - start
    found: Floats = np.divide(gained, years, out=np.full(years.shape, np.nan), where=years > 0)
    return found
