"""What students truly are: their pace and standing, and what their marks and scores hide, for the means over all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from cbe_analysis.simulate import learning as course
from cbe_analysis.simulate import marks, programs, testing
from cbe_analysis.simulate.calendar import LAST, YEARS
from cbe_analysis.simulate.continuum import EXIT_LEVEL
from cbe_analysis.simulate.draws import Flags, Floats, Ints
from cbe_analysis.simulate.learning import Learning
from cbe_analysis.simulate.mastery import mastery
from cbe_analysis.simulate.people import People
from cbe_analysis.simulate.ratings import Ratings
from cbe_analysis.simulate.tested import lines, per_school, per_student

A_LEVEL = 1.0  # to go on entry, for a pace to be observed
HALF = 0.5  # school years; a pace over less is not told of
NEARLY = 31  # days before the last day of school from which nobody counts as gone


@dataclass(frozen=True, slots=True)
class Truths:
    """What a chunk of students truly is, for the means over all.

    Parameters
    ----------
    pace
        Shape (n, 4): levels a year until the student left or held the exit level, as Mastery has them.
    room
        Shape (n, 4): had a level or more to go. Of others only the slow could be observed for long.
    stay_pace
        Shape (n, 4): levels a year until the student left.
    years
        On the clock, of the stay.
    tested, tested_years
        Shape (n, 3): levels a year between tests, and over how many years, by measure of TESTED; NaN and 0 where those
        are less than half a year.
    school_lines
        Shape (m, 9): measure, school, levels a year and years of each student's line within a school, and the groups.
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
    tested_years: Floats
    school_lines: Floats
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
    held = mastery(people, learning, rated)
    return Truths(
        held.pace,
        held.begun <= EXIT_LEVEL - A_LEVEL,
        held.stay_pace,
        stay[:, 1] - stay[:, 0],
        *_tested(people, learning, scores, groups),
        held.held.mean(axis=1),
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


def _tested(
    people: People, learning: Learning, scores: testing.Scores, groups: Floats
) -> tuple[Floats, Floats, Floats]:
    """Slopes and years by student, and the lines within schools, as Truths has them."""
    own = [per_student(found, people.size) for found in lines(people, learning, scores, by_school=False)]
    there = [per_school(found) for found in lines(people, learning, scores, by_school=True)]
    slopes, years = (np.stack([one[k] for one in own], axis=1) for k in (0, 1))
    measured = [
        np.column_stack([np.full(len(rows), measure), rows, groups[student]])
        for measure, (student, rows) in enumerate(there)
    ]
    return slopes, years, np.concatenate(measured)
