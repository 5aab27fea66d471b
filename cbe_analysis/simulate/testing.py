"""External measures: an interim test, the state's test, fluency probes and a writing task that all schools share."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.calendar import FIRST, LAST, SECOND_HALF, YEARS, after_flood, clock, next_school_day
from cbe_analysis.simulate.continuum import SUBJECTS
from cbe_analysis.simulate.draws import Flags, Floats, Ints, Rng, stream
from cbe_analysis.simulate.enrollment import enrolled, student_id
from cbe_analysis.simulate.learning import STATE_DAY, STATE_SUBJECTS, Learning
from cbe_analysis.simulate.people import People
from cbe_analysis.simulate.places import FLOODED
from cbe_analysis.simulate.programs import FLUENCY_EFFECT, FLUENCY_GRADES, FLUENCY_YEAR
from cbe_analysis.simulate.rows import days, facts, numbers, table, whole, words

INSTRUMENTS = ("map", "state", "cbm", "benchmark")
MAP, STATE, CBM, BENCHMARK = range(4)
MISSED, MISSED_A_DAY = 0.02, 0.8  # share of tests missed, and more for each school day missed of one
RETAKEN, HASTY = 0.015, 9.0  # share, and points by which the first, hasty sitting was lower


@dataclass(frozen=True, slots=True)
class Scale:
    """How a measure follows the true position: score = zero + per_level * position + noise.

    Parameters
    ----------
    noise
        SD of a score around the truth, points.
    grades
        First and last grade tested.
    """

    zero: float
    per_level: float
    noise: float
    grades: tuple[int, int]


MAP_SCALE = Scale(163.0, 6.2, 3.0, (0, 10))
CBM_SCALE = Scale(8.0, 32.0, 8.0, FLUENCY_GRADES)
BENCHMARK_SCALE = Scale(50.0, 10.0, 5.0, (3, 12))
MAP_SUBJECTS = ("math", "reading")
SEASONS = ((FIRST + 26, 12), (SECOND_HALF + 9, 14), (LAST - 33, 14))  # first day and length of each window
BENCHMARKS = ((FIRST + 40, 10), (LAST - 22, 8))
PROBES = 9  # months of fluency probes in a year
STATE_GRADES = (*range(3, 9), 11)


@dataclass(frozen=True, slots=True)
class Scores:
    """One value per score."""

    student: Ints
    instrument: Ints
    subject: Ints
    day: Ints
    score: Floats
    std_error: Floats
    grade: Ints
    official: Ints
    minutes: Floats

    def rows(self, chosen: Ints | Flags) -> Scores:
        """The scores at the positions."""
        return replace(self, **{f.name: getattr(self, f.name)[chosen] for f in fields(self)})


def scores(seed: int, chunk: int, people: People, learning: Learning) -> Scores:
    """Every score of a chunk of students, by student, day and measure."""
    parts = []
    for name, make in (("map", _map), ("state", _state), ("cbm", _fluency), ("benchmark", _benchmarks)):
        parts += make(stream(seed, f"assessments {name}", chunk), people, learning)
    every = Scores(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Scores)))
    return every.rows(np.lexsort((-every.official, every.subject, every.instrument, every.day, every.student)))


def scores_table(people: People, found: Scores) -> pa.Table:
    """The table `assessments`."""
    return table(
        "assessments",
        {
            "student_id": student_id(people, found.student),
            "instrument": words(found.instrument, INSTRUMENTS),
            "subject": words(found.subject, SUBJECTS),
            "date": days(found.day),
            "score": numbers(found.score, 1),
            "std_error": numbers(found.std_error, 1, np.isfinite(found.std_error)),
            "grade_at_test": whole(found.grade),
            "official": facts(found.official),
            "minutes": numbers(found.minutes, 0, np.isfinite(found.minutes)),
        },
    )


def _sat(rng: Rng, people: People, year: int, student: Ints, window: tuple[int, int]) -> tuple[Ints, Ints]:
    """Who of the students sat the test in a window of days, and on which school day."""
    day = next_school_day(window[0] + rng.integers(0, window[1], len(student)))
    day = after_flood(day, people.school_on(student, day, np.full(len(student), year)) == FLOODED)
    there = (day >= people.first_day[student]) & (day <= people.last_day[student])
    there &= rng.random(len(student)) >= MISSED + MISSED_A_DAY * people.absence[student, year]
    return student[there], day[there]


def _scored(  # noqa: PLR0913 - one row's worth of facts
    rng: Rng, people: People, learning: Learning, scale: Scale, subject: int, sat: tuple[Ints, Ints]
) -> tuple[Ints, Ints, Floats, Ints]:
    """Student, day, score and grade of those who sat a test."""
    student, day = sat
    position = learning.at(student, np.full(len(student), subject), clock(day))
    score = scale.zero + scale.per_level * position + rng.normal(0.0, scale.noise, len(student))
    year = np.searchsorted(FIRST, day, side="right") - 1
    return student, day, score, people.grade[student, year]


def _made(rng: Rng, instrument: int, subject: int, scored: tuple[Ints, Ints, Floats, Ints], minutes: float) -> Scores:
    student, day, score, grade = scored
    size = len(student)
    error: Floats = np.full(size, np.nan)
    took: Floats = np.clip(rng.normal(minutes, 0.25 * minutes, size), 0.3 * minutes, 3 * minutes)
    if instrument == MAP:
        error = rng.normal(MAP_SCALE.noise, 0.15, size)
    took = took if minutes else np.full(size, np.nan)
    ones = np.ones(size, dtype=np.int64)
    points = np.round(score).astype(np.float64)
    made = Scores(student, instrument * ones, subject * ones, day, points, error, grade, ones, took)
    return made.rows(np.isfinite(score))


def _map(rng: Rng, people: People, learning: Learning) -> list[Scores]:
    """Autumn, winter and spring; a few take it again at once, and the second score does not count."""
    parts = []
    for year in range(len(YEARS)):
        student = np.flatnonzero(enrolled(people, year, MAP_SCALE.grades))
        for name in MAP_SUBJECTS:
            subject = SUBJECTS.index(name)
            for opens, length in SEASONS:
                sat = _sat(rng, people, year, student, (int(opens[year]), length))
                made = _made(rng, MAP, subject, _scored(rng, people, learning, MAP_SCALE, subject, sat), 48.0)
                again = rng.random(len(made.student)) < RETAKEN
                parts += [made, _unofficial(made.rows(again))]
    return parts


def _unofficial(scores: Scores) -> Scores:
    """The same students' hasty first sittings: lower scores in few minutes."""
    ended = np.round(scores.minutes * 0.3)
    return replace(scores, score=scores.score - HASTY, official=scores.official * 0, minutes=ended)


def _state(rng: Rng, people: People, learning: Learning) -> list[Scores]:
    parts = []
    for year in range(len(YEARS)):
        student = np.flatnonzero(np.isin(people.grade[:, year], STATE_GRADES))
        for column, name in enumerate(STATE_SUBJECTS):
            tested, day = _sat(rng, people, year, student, (int(LAST[year]) - STATE_DAY, 1))
            score = learning.state[tested, year, column]
            parts.append(
                _made(rng, STATE, SUBJECTS.index(name), (tested, day, score, people.grade[tested, year]), 95.0)
            )
    return parts


def _fluency(rng: Rng, people: People, learning: Learning) -> list[Scores]:
    """Words read correctly in a minute, every month; the routine lifts them from its first day on."""
    parts = []
    subject = SUBJECTS.index("reading")
    for year in range(len(YEARS)):
        student = np.flatnonzero(enrolled(people, year, FLUENCY_GRADES))
        for month in range(PROBES):
            sat = _sat(rng, people, year, student, (int(FIRST[year]) + 20 + 30 * month, 4))
            tested, day, score, grade = _scored(rng, people, learning, CBM_SCALE, subject, sat)
            score = np.maximum(score, 2.0) + FLUENCY_EFFECT * (day >= SECOND_HALF[FLUENCY_YEAR])
            parts.append(_made(rng, CBM, subject, (tested, day, score, grade), 0.0))
    return parts


def _benchmarks(rng: Rng, people: People, learning: Learning) -> list[Scores]:
    parts = []
    subject = SUBJECTS.index("writing")
    for year in range(len(YEARS)):
        student = np.flatnonzero(enrolled(people, year, BENCHMARK_SCALE.grades))
        for opens, length in BENCHMARKS:
            sat = _sat(rng, people, year, student, (int(opens[year]), length))
            scored = _scored(rng, people, learning, BENCHMARK_SCALE, subject, sat)
            parts.append(_made(rng, BENCHMARK, subject, scored, 60.0))
    return parts
