"""What students truly are: their pace and standing, and what their marks and scores hide, for the means over all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from cbe_analysis.simulate import learning as course
from cbe_analysis.simulate import marks, programs, testing
from cbe_analysis.simulate.calendar import BOUNDS, LAST, YEARS
from cbe_analysis.simulate.continuum import EXIT_LEVEL, HABITS_FROM, REQUIRED, SUBJECTS
from cbe_analysis.simulate.draws import Flags, Floats, Ints
from cbe_analysis.simulate.learning import Learning
from cbe_analysis.simulate.people import People
from cbe_analysis.simulate.ratings import Ratings

TESTED = (
    *((subject, testing.MAP_SCALE) for subject in testing.MAP_SUBJECTS),
    ("writing", testing.BENCHMARK_SCALE),
)
A_LEVEL = 1.0  # to go on entry, for a pace to be observed
HALF = 0.5  # school years; a pace over less is not told of
NEARLY = 31  # days before the last day of school from which nobody counts as gone


@dataclass(frozen=True, slots=True)
class Truths:
    """What a chunk of students truly is, for the means over all.

    Parameters
    ----------
    pace
        Shape (n, 4): levels a year until the student left or came to the exit level; NaN for who was there from the
        start.
    room
        Shape (n, 4): had a level or more to go on entry. Of others only the slow could be observed for long.
    stay_pace
        Shape (n, 4): levels a year over the student's whole stay.
    years
        On the clock, of the stay.
    tested
        Shape (n, 3): levels a year over the years with tests, by measure of TESTED; NaN below half a year.
    level, expected
        Shape (n,): where the targets rated proficient put the student at the end of the stay, the mean over subjects;
        and the level of grade and day.
    present
        Shape (n,): had not left when the data end.
    school
        Shape (n,): that of most school years.
    far
        Shape (n,): 1 far behind, 0 not, in the reading lab; -1 not in it.
    groups
        Shape (n, 5): race, gender, economic disadvantage, English, disability at entry.
    """

    pace: Floats
    room: Flags
    stay_pace: Floats
    years: Floats
    tested: Floats
    level: Floats
    expected: Floats
    present: Flags
    school: Ints
    groups: Floats
    lab: Floats
    good_marks: int
    wrong_marks: int
    ceiling: int
    states: int

    @property
    def long(self) -> Flags:
        """Shape (n,): stayed half a school year or more."""
        return self.years >= HALF

    @property
    def seen(self) -> Floats:
        """Shape (n, 4): the paces that can be observed; NaN for others."""
        return np.where(self.long[:, None] & self.room, self.pace, np.nan)


def usual(pace: Floats) -> Floats:
    """Each student's mean over the subjects that have a pace, shape (n,); NaN for none."""
    some = np.isfinite(pace)
    total = np.where(some, pace, 0.0).sum(axis=1)
    return np.where(some.any(axis=1), total / np.maximum(some.sum(axis=1), 1), np.nan)


def truths(people: People, learning: Learning, rated: Ratings, found: marks.Marks, scores: testing.Scores) -> Truths:
    """The truths of a chunk."""
    stay = people.stay
    at = np.arange(people.size), people.here.argmax(axis=1)
    groups = np.stack(
        [people.race, people.gender, people.disadvantaged[at], people.english[at], people.category >= 0], axis=1
    ).astype(float)
    [lab] = [study for study in learning.studies if study.program == programs.LAB]
    state = scores.instrument == testing.STATE
    start, end = (np.repeat(stay[:, [k]], len(SUBJECTS), axis=1) for k in (0, 1))
    entered = _positions(learning, start, recorded=True)
    return Truths(
        _pace(learning, start, np.minimum(end, _arrivals(learning))),
        entered <= EXIT_LEVEL - A_LEVEL,
        _pace(learning, start, end),
        stay[:, 1] - stay[:, 0],
        np.stack([_tested_pace(people, learning, subject, scale) for subject, scale in TESTED], axis=1),
        np.floor(entered + 1e-9).mean(axis=1) + _held(people, rated) / REQUIRED / len(SUBJECTS),
        _expected(people),
        people.last_day >= LAST[-1] - NEARLY,
        _usual_school(people),
        groups,
        (lab.distance <= -programs.FAR_BEHIND).astype(float),
        *(found.good, found.wrong),
        *(int((scores.score[state] >= course.STATE_HIGHEST).sum()), int(state.sum())),
    )


def joined(parts: Sequence[Truths]) -> Truths:
    """The truths of all chunks together."""
    whole: dict[str, Any] = {}
    for field in fields(Truths):
        values = [getattr(part, field.name) for part in parts]
        whole[field.name] = sum(values) if isinstance(values[0], int) else np.concatenate(values)
    return Truths(**whole)


def _positions(learning: Learning, clocks: Floats, recorded: bool = False) -> Floats:
    """Position of every student in every subject, each at a moment of its own, shape (n, 4)."""
    rows, subject = (index.ravel() for index in np.indices(clocks.shape))
    found = (learning.recorded if recorded else learning.at)(rows, subject, clocks.ravel())
    return found.reshape(clocks.shape)


def _arrivals(learning: Learning) -> Floats:
    """The moment at which each student is recorded at the exit level, by subject, shape (n, 4); infinite for never."""
    there = learning.position + learning.shift[:, None, None] >= EXIT_LEVEL - 1e-9  # a course ends at a bound
    return np.where(there.any(axis=2), BOUNDS[there.argmax(axis=2)], np.inf)


def _pace(learning: Learning, start: Floats, end: Floats) -> Floats:
    """Levels a year from the start of the stay to the end, shape (n, 4)."""
    gained = _positions(learning, end) - _positions(learning, start)
    found: Floats = np.divide(gained, end - start, out=np.full(end.shape, np.nan), where=end > start)
    return found


def _held(people: People, rated: Ratings) -> Floats:
    """How many targets of all subjects each student was rated proficient on, shape (n,)."""
    counted = rated.proficient & (rated.target < HABITS_FROM)
    pairs = np.unique(rated.student[counted] * HABITS_FROM + rated.target[counted])
    return np.bincount(pairs // HABITS_FROM, minlength=people.size).astype(np.float64)


def _expected(people: People) -> Floats:
    """The level of grade and day at the end of the stay, shape (n,)."""
    year = len(YEARS) - 1 - people.here[:, ::-1].argmax(axis=1)
    found: Floats = people.grade[np.arange(people.size), year] + people.stay[:, 1] - year
    return found


def _usual_school(people: People) -> Ints:
    """The school of most school years; of several the last."""
    same = people.school[:, :, None] == people.school[:, None, :]
    years = (same & people.here[:, None, :]).sum(axis=2) * people.here
    last = len(YEARS) - 1 - years[:, ::-1].argmax(axis=1)
    found: Ints = people.school[np.arange(people.size), last]
    return found


def _tested_pace(people: People, learning: Learning, subject: str, scale: testing.Scale) -> Floats:
    """Levels a year from the first to the last moment in the grades that a measure tests."""
    inside = people.here & (people.grade >= scale.grades[0]) & (people.grade <= scale.grades[1])
    begins, ends = inside.argmax(axis=1), len(YEARS) - inside[:, ::-1].argmax(axis=1)
    start, end = np.maximum(people.stay[:, 0], begins), np.minimum(people.stay[:, 1], ends)
    rows, column = np.arange(people.size), np.full(people.size, SUBJECTS.index(subject))
    gained = learning.at(rows, column, end) - learning.at(rows, column, start)
    long = inside.any(axis=1) & (end - start >= HALF)
    return np.where(long, gained / np.where(long, end - start, 1.0), np.nan)
