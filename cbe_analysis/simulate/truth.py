"""What students truly are: their pace, and what their marks and scores hide, for the means over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cbe_analysis.simulate import learning as course
from cbe_analysis.simulate import marks, programs, testing
from cbe_analysis.simulate.calendar import YEARS
from cbe_analysis.simulate.continuum import SUBJECTS
from cbe_analysis.simulate.draws import Floats
from cbe_analysis.simulate.learning import Learning
from cbe_analysis.simulate.people import People

TESTED = (
    *((subject, testing.MAP_SCALE) for subject in testing.MAP_SUBJECTS),
    ("writing", testing.BENCHMARK_SCALE),
)


@dataclass(frozen=True, slots=True)
class Truths:
    """What a chunk of students truly is, for the means over all.

    Parameters
    ----------
    pace
        Shape (n, 4): levels a year over the student's stay.
    years
        On the clock, of the stay.
    tested
        Shape (n, 3): levels a year over the years with tests, by measure of TESTED; NaN below half a year.
    far
        Shape (n,): 1 far behind, 0 not, in the reading lab; -1 not in it.
    groups
        Shape (n, 5): race, gender, economic disadvantage, English, disability at entry.
    """

    pace: Floats
    years: Floats
    tested: Floats
    school: Floats
    groups: Floats
    lab: Floats
    good_marks: int
    wrong_marks: int
    ceiling: int
    states: int


def truths(people: People, learning: Learning, found: marks.Marks, scores: testing.Scores) -> Truths:
    """The truths of a chunk."""
    stay = people.stay
    rows = np.repeat(np.arange(people.size), len(SUBJECTS))
    subject = np.tile(np.arange(len(SUBJECTS)), people.size)
    ends = [learning.at(rows, subject, stay[rows, end]).reshape(people.size, -1) for end in (0, 1)]
    years = stay[:, 1] - stay[:, 0]
    first = people.here.argmax(axis=1)
    at = np.arange(people.size), first
    groups = np.stack(
        [people.race, people.gender, people.disadvantaged[at], people.english[at], people.category >= 0], axis=1
    ).astype(float)
    [lab] = [study for study in learning.studies if study.program == programs.LAB]
    state = scores.instrument == testing.STATE
    return Truths(
        (ends[1] - ends[0]) / years[:, None],
        years,
        np.stack([_tested_pace(people, learning, subject, scale) for subject, scale in TESTED], axis=1),
        people.school[at].astype(float),
        groups,
        (lab.distance <= -programs.FAR_BEHIND).astype(float),
        *(found.good, found.wrong),
        *(int((scores.score[state] >= course.STATE_HIGHEST).sum()), int(state.sum())),
    )


def joined(parts: Sequence[Truths]) -> Truths:
    """The truths of all chunks together."""
    return Truths(
        pace=np.concatenate([part.pace for part in parts]),
        years=np.concatenate([part.years for part in parts]),
        tested=np.concatenate([part.tested for part in parts]),
        school=np.concatenate([part.school for part in parts]),
        groups=np.concatenate([part.groups for part in parts]),
        lab=np.concatenate([part.lab for part in parts]),
        good_marks=sum(part.good_marks for part in parts),
        wrong_marks=sum(part.wrong_marks for part in parts),
        ceiling=sum(part.ceiling for part in parts),
        states=sum(part.states for part in parts),
    )


def _tested_pace(people: People, learning: Learning, subject: str, scale: testing.Scale) -> Floats:
    """Levels a year from the first to the last moment in the grades that a measure tests."""
    inside = people.here & (people.grade >= scale.grades[0]) & (people.grade <= scale.grades[1])
    begins, ends = inside.argmax(axis=1), len(YEARS) - inside[:, ::-1].argmax(axis=1)
    start, end = np.maximum(people.stay[:, 0], begins), np.minimum(people.stay[:, 1], ends)
    rows, column = np.arange(people.size), np.full(people.size, SUBJECTS.index(subject))
    gained = learning.at(rows, column, end) - learning.at(rows, column, start)
    long = inside.any(axis=1) & (end - start >= 0.5)
    return np.where(long, gained / np.where(long, end - start, 1.0), np.nan)
