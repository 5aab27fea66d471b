"""The evidence: every rating that students' true course, their raters and the second readers leave behind."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from cbe_analysis.simulate.calendar import BOUNDS, SCHOOL_DAYS, after_flood, clock, day_at, next_school_day, year_of
from cbe_analysis.simulate.continuum import HABITS, HABITS_FROM, REQUIRED, SUBJECTS, TARGETS_A_SUBJECT, band_of
from cbe_analysis.simulate.draws import Flags, Floats, Ints, Rng, pick, place_within, stream
from cbe_analysis.simulate.learning import Learning
from cbe_analysis.simulate.people import People
from cbe_analysis.simulate.places import FLOODED
from cbe_analysis.simulate.staffing import Staffing

TEACHER, SECOND, SELF = range(3)
FORMATIVE, SUMMATIVE, PERFORMANCE, PROJECT, PORTFOLIO, OBSERVATION = range(6)
TRIES = 0.33  # ratings "not yet" before a target is reached, for a rater of mean severity
TRIES_A_POINT = 0.8  # log of how many more for a rater one score point stricter
GAP_SHARE, GAP_DAYS = 0.04, 110.0  # targets passed over at first, and the mean days until they are repaired
DOUBLE_SCORED = 0.08
RATING_SD = 0.25  # score points, between two readings of the same work
QUALITY = ((2.0, 0.45), (3.35, 0.35))  # mean and SD of works that are not yet, and are proficient
PROFICIENT, LOWEST, HIGHEST = 3.0, 1.0, 4.0
HABIT_START, HABIT_GROWTH, HABIT_SD, SELF_HIGHER = 2.1, 0.12, 0.45, 0.25
USUAL_DELAY, DELAY_AFTER, DELAY_SD = 5.0, 2.0, 0.7  # days from work to record (median), before and after the change
KINDS_NOT_YET = np.array([0.55, 0.35, 0.06, 0.03, 0.01])
KINDS_PROFICIENT = np.array([0.12, 0.48, 0.22, 0.10, 0.08])


@dataclass(frozen=True, slots=True)
class Ratings:
    """One value per rating.

    Parameters
    ----------
    student
        Row in People.
    subject
        0 to 3; 4 the habits of learning.
    target
        Row in `target_ids`.
    work
        Number of the piece of work within the chunk.
    rater
        Number of the adult; -1 the student.
    """

    student: Ints
    subject: Ints
    target: Ints
    day: Ints
    score: Floats
    proficient: Flags
    rater: Ints
    role: Ints
    work: Ints
    attempt: Ints
    kind: Ints
    school: Ints

    @property
    def size(self) -> int:
        """How many ratings."""
        return len(self.student)

    def rows(self, chosen: Ints) -> Ratings:
        """The ratings at the positions."""
        return replace(self, **{f.name: getattr(self, f.name)[chosen] for f in fields(self)})


def ratings(seed: int, chunk: int, people: People, learning: Learning, staffing: Staffing) -> Ratings:
    """All ratings of a chunk of students, by student and day."""
    rng = stream(seed, "evidence", chunk)
    reached = [_reached(rng, people, learning, subject) for subject in range(len(SUBJECTS))]
    works = _with_tries(rng, people, staffing, _joined(reached))
    academic = _joined([works, _second_readings(rng, works, staffing)])
    every = _joined([academic, _habits(rng, people, staffing, int(academic.work.max(initial=-1)) + 1)])
    order = np.lexsort((every.role, every.work, every.day, every.student))
    found = every.rows(order)
    return replace(found, work=_renumbered(found.work))


def _joined(parts: list[Ratings]) -> Ratings:
    return Ratings(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Ratings)))


def _renumbered(work: Ints) -> Ints:
    """Numbers of the works in the order in which they appear."""
    _, first, codes = np.unique(work, return_index=True, return_inverse=True)
    place = np.empty(len(first), dtype=np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    return place[codes]


def _reached(rng: Rng, people: People, learning: Learning, subject: int) -> Ratings:
    """The proficient works: targets of the first level known at entry, then each as the student reaches it."""
    rows = np.arange(people.size)
    column = np.full(people.size, subject)
    first, last = (learning.recorded(rows, column, people.stay[:, end]) for end in (0, 1))
    known = np.floor(first * REQUIRED + 1e-9).astype(np.int64)
    entry = np.floor(first + 1e-9).astype(np.int64) * REQUIRED
    at_entry = known - entry
    later = np.maximum(np.floor(last * REQUIRED + 1e-9).astype(np.int64) - known, 0)
    student = np.concatenate([np.repeat(rows, at_entry), np.repeat(rows, later)])
    target = np.concatenate(
        [np.repeat(entry, at_entry) + place_within(at_entry), np.repeat(known, later) + place_within(later)]
    )
    early = len(student) - int(later.sum())
    starts = people.first_day[student[:early]]
    checked = next_school_day(starts + rng.integers(1, 21, early))
    moments = _crossed(learning, student[early:], subject, (target[early:] + 1) / REQUIRED)
    day = np.concatenate([np.minimum(checked, people.last_day[student[:early]]), day_at(moments)])
    day[early:] = np.where(rng.random(len(day) - early) < GAP_SHARE, _repaired(rng, day[early:]), day[early:])
    within = (day >= people.first_day[student]) & (day <= people.last_day[student])
    student, target, day = student[within], target[within], day[within]
    return _blank(student, np.full(len(student), subject), target + subject * TARGETS_A_SUBJECT, day)


def _crossed(learning: Learning, rows: Ints, subject: int, level: Floats) -> Floats:
    """The moment on the clock at which the recorded position of each row's student reaches a level."""
    path = learning.position[rows, subject] + learning.shift[rows][:, None]
    below = np.where(np.isnan(path), True, path < level[:, None] - 1e-12)
    part = np.clip(below.sum(axis=1), 1, len(BOUNDS) - 1)
    at = np.arange(len(rows))
    low, high = path[at, part - 1], path[at, part]
    share = np.clip((level - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
    return np.asarray(BOUNDS[part - 1] + np.nan_to_num(share) * (BOUNDS[part] - BOUNDS[part - 1]), dtype=np.float64)


def _repaired(rng: Rng, day: Ints) -> Ints:
    """The day on which a target passed over is made good; beyond the last school day: never in these years."""
    later = day + np.ceil(rng.exponential(GAP_DAYS, len(day))).astype(np.int64)
    return np.where(later > SCHOOL_DAYS[-1], SCHOOL_DAYS[-1] + 1, next_school_day(later))


def _blank(student: Ints, subject: Ints, target: Ints, day: Ints) -> Ratings:
    """Ratings of which only this much is known yet."""
    size = len(student)
    zeros = np.zeros(size, dtype=np.int64)
    return Ratings(
        *(student, subject, target, day, np.zeros(size), np.ones(size, dtype=bool)),
        *(zeros, zeros, np.arange(size), zeros + 1, zeros, zeros),
    )


def _with_tries(rng: Rng, people: People, staffing: Staffing, reached: Ratings) -> Ratings:
    """The proficient works with the tries before them, each rated by the student's teacher."""
    year = year_of(reached.day)
    teacher = _teacher(staffing, reached.student, year, reached.subject)
    tries = rng.poisson(TRIES * np.exp(TRIES_A_POINT * staffing.severity[teacher]))
    tries *= reached.day > people.first_day[reached.student] + 21
    again = np.repeat(np.arange(reached.size), tries)
    before = tries[again] - place_within(tries)  # the nearest try is one step back
    day = next_school_day(reached.day[again] - before * 9 - rng.integers(0, 6, len(again)))
    day = np.clip(day, people.first_day[reached.student[again]], reached.day[again])
    not_yet = replace(
        reached.rows(again), day=day, proficient=np.zeros(len(again), dtype=bool), attempt=tries[again] - before + 1
    )
    both = _joined([not_yet, replace(reached, attempt=tries + 1)])
    year = year_of(both.day)
    rater = _teacher(staffing, both.student, year, both.subject)
    school = people.school_on(both.student, both.day, year)
    day = after_flood(both.day, school == FLOODED)
    quality = _quality(rng, both.proficient)
    score = _read(rng, quality, staffing.severity[rater])
    score = np.where(both.proficient, np.maximum(score, PROFICIENT), np.minimum(score, PROFICIENT - 0.5))
    kind = np.where(both.proficient, pick(rng, KINDS_PROFICIENT, both.size), pick(rng, KINDS_NOT_YET, both.size))
    return replace(
        both,
        score=score,
        rater=rater,
        work=np.arange(both.size),
        kind=kind,
        school=school,
        day=day,
    )


def _teacher(staffing: Staffing, student: Ints, year: Ints, subject: Ints) -> Ints:
    """The teacher of the student's section; `staffing.section` holds the rows of this chunk."""
    return staffing.teacher[staffing.section[student, year, subject]]


def _quality(rng: Rng, proficient: Flags) -> Floats:
    """How good a piece of work truly is, in score points."""
    mean, spread = (np.where(proficient, QUALITY[1][i], QUALITY[0][i]) for i in (0, 1))
    return np.asarray(mean + spread * rng.normal(0.0, 1.0, len(proficient)), dtype=np.float64)


def _read(rng: Rng, quality: Floats, severity: Floats) -> Floats:
    """The score that a rater gives, in half points within the scale."""
    seen = quality - severity + rng.normal(0.0, RATING_SD, len(quality))
    return np.clip(np.round(seen * 2) / 2, LOWEST, HIGHEST)


def _second_readings(rng: Rng, works: Ratings, staffing: Staffing) -> Ratings:
    """Moderation: of some works a second, blind reading by another adult who teaches the subject."""
    chosen = np.flatnonzero(rng.random(works.size) < DOUBLE_SCORED)
    first = works.rows(chosen)
    pool = np.unique(staffing.teacher)
    other = pool[(rng.random(len(chosen)) * len(pool)).astype(np.int64)]
    other = np.where(other == first.rater, pool[(np.searchsorted(pool, other) + 1) % len(pool)], other)
    quality = first.score + staffing.severity[first.rater] + rng.normal(0.0, RATING_SD, len(chosen))
    score = _read(rng, quality, staffing.severity[other])
    role = np.full(len(chosen), SECOND)
    return replace(first, score=score, proficient=score >= PROFICIENT, rater=other, role=role)


def _habits(rng: Rng, people: People, staffing: Staffing, first_work: int) -> Ratings:
    """Habits of learning: two a semester, rated by a teacher and by the student."""
    level = rng.normal(0.0, HABIT_SD, people.size)
    student, year = np.nonzero(people.here)
    student, year, half, habit = (
        np.repeat(student, 4),
        np.repeat(year, 4),
        np.tile([0, 0, 1, 1], len(student)),
        (np.tile([0, 1, 2, 3], len(student)) + np.repeat(year, 4)) % len(HABITS),
    )
    day = day_at(year + np.where(half == 0, 0.38, 0.88) + rng.random(len(student)) * 0.06)
    inside = (day >= people.first_day[student]) & (day <= people.last_day[student])
    student, year, habit, day = (values[inside] for values in (student, year, habit, day))
    quality = HABIT_START + level[student] + HABIT_GROWTH * clock(day)
    target = HABITS_FROM + band_of(people.grade[student, year]) * len(HABITS) + habit
    teacher = _teacher(staffing, student, year, np.zeros(len(student), dtype=np.int64))
    both = []
    works = first_work + np.arange(len(student))
    for role in (TEACHER, SELF):
        higher = SELF_HIGHER * (role == SELF)
        score = _read(rng, quality + higher, np.zeros(len(student)))
        rated = _blank(student, np.full(len(student), len(SUBJECTS)), target, day)
        rater = np.where(role == SELF, -1, teacher)
        both.append(
            replace(
                rated,
                score=score,
                proficient=score >= PROFICIENT,
                rater=rater,
                role=np.full(len(student), role),
                work=works,
                kind=np.full(len(student), OBSERVATION),
                school=people.school_on(student, day, year),
            )
        )
    return _joined(both)
