"""How students truly move along the continuum: where they start, how fast they go, and what changes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cbe_analysis.simulate.calendar import BOUNDS, LAST, PARTS, SECOND_HALF, YEARS, clock
from cbe_analysis.simulate.continuum import EXIT_LEVEL, SUBJECTS
from cbe_analysis.simulate.draws import Floats, Ints, Rng, stream
from cbe_analysis.simulate.people import People
from cbe_analysis.simulate.places import Schools
from cbe_analysis.simulate.programs import Study, math_boost, math_club, reading_lab, writing_studio

BASE_PACE = 1.06  # levels a year of a student without any of the differences below
SLOWER_RACE = np.array([0.05, 0.0, 0.06, 0.04, 0.04, 0.0, 0.0])  # levels a year, by race: opportunity, not ability
SD_STUDENT, SD_SUBJECT = 0.20, 0.10  # of pace, levels a year
SLOWER_POOR, SLOWER_LEARNER, SLOWER_DISABILITY, FASTER_GIFTED = 0.10, 0.12, 0.15, 0.15
SLOWER_ABSENT = 1.2  # levels a year for each school day missed of one
USUAL_ABSENCE = 0.065
SLOWEST, FASTEST = 0.15, 2.5
START_GAP_SD, START_GAP_SD_A_GRADE = 0.35, 0.05
START_POOR, START_GIFTED = 0.15, 0.6  # levels
PAST = 0.5  # share of the years before in which the student's pace was what it is now; at grade pace in the others
CHANGE_SUBJECT, CHANGE_YEAR, CHANGE_EFFECT = "science", 2, 0.15
UNDERCREDITED = 0.12  # levels by which local ratings run behind for current learners of English
STATE_DAY = 42  # days before the last day of school
STATE_MIDDLE, STATE_A_LEVEL, STATE_NOISE = 250.0, 45.0, 12.0
STATE_LOWEST, STATE_HIGHEST = 150, 310
STATE_SUBJECTS = ("math", "reading")


@dataclass(frozen=True, slots=True)
class Learning:
    """The true positions of a chunk of students.

    Parameters
    ----------
    position
        Shape (n, 4, 13): at the bounds of the parts of the years, by subject; NaN before the student came.
    shift
        Levels by which local ratings run ahead of the true position, one per student.
    state
        Shape (n, 4, 2): the score that the state test of each spring would give, math and reading.
    studies
        Who took part in which program, and what it did.
    """

    position: Floats
    shift: Floats
    state: Floats
    studies: tuple[Study, ...]

    def at(self, rows: Ints, subject: Ints, clocks: Floats) -> Floats:
        """True position of the student of each row, in a subject, at a moment."""
        part = np.clip(np.searchsorted(BOUNDS, clocks, side="right") - 1, 0, len(BOUNDS) - 2)
        low, high = self.position[rows, subject, part], self.position[rows, subject, part + 1]
        share = (clocks - BOUNDS[part]) / (BOUNDS[part + 1] - BOUNDS[part])
        return np.asarray(low + share * (high - low), dtype=np.float64)

    def recorded(self, rows: Ints, subject: Ints, clocks: Floats) -> Floats:
        """The position that local ratings show."""
        return np.clip(self.at(rows, subject, clocks) + self.shift[rows], 0.0, EXIT_LEVEL)


def learn(seed: int, chunk: int, people: People, schools: Schools) -> Learning:
    """The course of a chunk of students, year by year."""
    rng = stream(seed, "learning", chunk)
    usual = _paces(rng, people)
    start = _starts(rng, people, usual)
    position = np.full((people.size, len(SUBJECTS), len(BOUNDS)), np.nan)
    state = np.full((people.size, len(YEARS), len(STATE_SUBJECTS)), np.nan)
    studies: list[Study] = []
    shift = _shifts(people, schools)
    done = (EXIT_LEVEL - shift)[:, None]  # who is recorded at the exit level learns no more here
    for y in range(len(YEARS)):
        first = PARTS * y
        new = people.here[:, y] & np.isnan(position[:, 0, first])
        position[new, :, first] = start[new]
        studies += _assigned(seed, chunk, y, (people, schools, position[:, :, first], state))
        pace = _paces_of_year(people, schools, usual, y)
        for study in studies:
            study.add(pace, y)
        for part in range(PARTS):
            moved = np.clip(pace[:, :, part], SLOWEST, FASTEST) * (BOUNDS[first + part + 1] - BOUNDS[first + part])
            position[:, :, first + part + 1] = np.minimum(position[:, :, first + part] + moved, done)
        state[:, y] = _state_scores(rng, people, position, y)
    return Learning(position, shift, state, tuple(studies))


def _paces(rng: Rng, people: People) -> Floats:
    """Usual pace by student and subject, shape (n, 4)."""
    learner = ((people.english == 0) & people.here).sum(axis=1) / people.here.sum(axis=1)
    pace = (
        BASE_PACE
        - SLOWER_POOR * people.disadvantaged.mean(axis=1)
        - SLOWER_RACE[people.race]
        - SLOWER_LEARNER * learner
        - SLOWER_DISABILITY * (people.category >= 0)
        + FASTER_GIFTED * people.gifted
        - SLOWER_ABSENT * (people.absence.mean(axis=1) - USUAL_ABSENCE)
        + rng.normal(0.0, SD_STUDENT, people.size)
    )
    return np.asarray(pace[:, None] + rng.normal(0.0, SD_SUBJECT, (people.size, len(SUBJECTS))), dtype=np.float64)


def _starts(rng: Rng, people: People, usual: Floats) -> Floats:
    """Position at the beginning of the student's first year: the past has been as the pace is, and noise."""
    grade = people.grade[np.arange(people.size), people.here.argmax(axis=1)].astype(np.float64)
    spread = START_GAP_SD + START_GAP_SD_A_GRADE * grade
    gap = (usual - 1.0) * PAST * grade[:, None] + rng.normal(0.0, 1.0, usual.shape) * 0.5 * spread[:, None]
    own = rng.normal(0.0, 1.0, people.size) * 0.8 * spread
    gap += (own - START_POOR * people.disadvantaged[:, 0] + START_GIFTED * people.gifted)[:, None]
    return np.asarray(np.clip(grade[:, None] + gap, 0.02, EXIT_LEVEL - 0.6), dtype=np.float64)


def _paces_of_year(people: People, schools: Schools, usual: Floats, year: int) -> Floats:
    """Pace in each part of a year before any program, shape (n, 4, 3)."""
    school = people.school[:, year]
    pace = np.repeat((usual + schools.pace[school][:, None])[:, :, None], PARTS, axis=2)
    subject = SUBJECTS.index(CHANGE_SUBJECT)
    if year >= CHANGE_YEAR:
        parts = slice(PARTS - 1, PARTS) if year == CHANGE_YEAR else slice(0, PARTS)
        pace[:, subject, parts] += CHANGE_EFFECT * schools.changed[school][:, None]
    return pace


def _assigned(seed: int, chunk: int, year: int, known: tuple[People, Schools, Floats, Floats]) -> tuple[Study, ...]:
    """The programs that begin in the year; what is known then decides who takes part."""
    people, schools, position, state = known
    if year == 0:
        return (writing_studio(people, schools),)
    if year == 1:
        return (math_boost(people, state[:, 0, 0]),)
    rng = stream(seed, "programs", 10 * chunk + year)
    gap = position - people.grade[:, year][:, None]
    if year == 2:
        return (reading_lab(rng, people, gap[:, SUBJECTS.index("reading")]),)
    return (math_club(rng, people, gap[:, SUBJECTS.index("math")]),)


def _state_scores(rng: Rng, people: People, position: Floats, year: int) -> Floats:
    """What the state test of the spring would give, math and reading, held within its lowest and highest score."""
    moment = clock(np.array([LAST[year] - STATE_DAY]))[0]
    low, high = PARTS * year + PARTS - 1, PARTS * (year + 1)
    share = (moment - BOUNDS[low]) / (BOUNDS[high] - BOUNDS[low])
    columns = [SUBJECTS.index(subject) for subject in STATE_SUBJECTS]
    there = position[:, columns, low] + share * (position[:, columns, high] - position[:, columns, low])
    gap = there - (people.grade[:, year][:, None] + moment - year)
    score = STATE_MIDDLE + STATE_A_LEVEL * gap + rng.normal(0.0, STATE_NOISE, gap.shape)
    return np.asarray(np.clip(np.round(score), STATE_LOWEST, STATE_HIGHEST), dtype=np.float64)


def _shifts(people: People, schools: Schools) -> Floats:
    first = people.here.argmax(axis=1)
    rows = np.arange(people.size)
    learner = people.english[rows, first] == 0
    return np.asarray(schools.inflation[people.school[rows, first]] - UNDERCREDITED * learner, dtype=np.float64)


CHANGE_DAY = int(SECOND_HALF[CHANGE_YEAR])
