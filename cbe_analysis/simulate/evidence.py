"""The tables that ratings fill: evidence, target_status, and the placements in levels."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.calendar import LAST, clock, year_of
from cbe_analysis.simulate.continuum import HABITS_FROM, SUBJECTS, depth_of, target_ids
from cbe_analysis.simulate.draws import Floats, Ints, Rng, stream
from cbe_analysis.simulate.enrollment import student_id
from cbe_analysis.simulate.learning import CHANGE_DAY, Learning
from cbe_analysis.simulate.people import People
from cbe_analysis.simulate.places import Schools
from cbe_analysis.simulate.ratings import DELAY_AFTER, DELAY_SD, HIGHEST, LOWEST, SELF, USUAL_DELAY, Ratings
from cbe_analysis.simulate.rows import constant, days, ids, numbers, table, whole, words

RATER_ROLES = ("teacher", "second", "self")
KINDS = ("formative", "summative", "performance", "project", "portfolio", "observation")
PLACEMENT = "placement"


def evidence_table(seed: int, chunk: int, known: tuple[People, Schools, Ratings], first: tuple[int, int]) -> pa.Table:
    """The table `evidence`.

    Parameters
    ----------
    known
        The students, the schools and the ratings of the chunk.
    first
        Numbers of the first rating and of the first work.
    """
    people, schools, found = known
    rng = stream(seed, "recording", chunk)
    size = found.size
    by_self = found.role == SELF
    academic = found.target < HABITS_FROM
    depth = np.where(academic, depth_of(found.target), 2)
    shown = np.clip(depth + np.searchsorted([0.22, 0.9], rng.random(size)) - 1, 1, 4)
    return table(
        "evidence",
        {
            "evidence_id": ids("E", first[0] + np.arange(size), 8),
            "student_id": student_id(people, found.student),
            "target_id": words(found.target, target_ids()),
            "date": days(found.day),
            "score": numbers(found.score, 1),
            "proficient": pa.array(found.proficient),
            "rater_id": _raters(people, found, by_self),
            "rater_role": words(found.role, RATER_ROLES),
            "work_id": ids("W", first[1] + found.work, 8),
            "task_id": _tasks(found),
            "attempt": whole(found.attempt, academic),
            "kind": words(found.kind, KINDS),
            "depth": whole(shown, academic),
            "recorded_on": days(_recorded(rng, schools, found), rng.random(size) > 0.01),
            "school_id": schools.id(found.school),
        },
    )


def _raters(people: People, found: Ratings, by_self: np.ndarray) -> pa.Array:
    """Adults by their staff_id; students who rate themselves by theirs."""
    adults, codes = np.unique(found.rater[~by_self], return_inverse=True)
    code = np.empty(found.size, dtype=np.int64)
    code[~by_self] = codes
    code[by_self] = len(adults) + found.student[by_self]
    return words(code, pa.concat_arrays([ids("T", adults, 5), student_id(people)]))


def _tasks(found: Ratings) -> pa.Array:
    """One of three tasks of each target; the next attempt gets the next one."""
    letter = (found.target + found.attempt) % 3
    every = pa.array([f"{target}-{x}" for target in target_ids().to_pylist() for x in "abc"])
    return words(found.target * 3 + letter, every)


def _recorded(rng: Rng, schools: Schools, found: Ratings) -> Ints:
    """The day of the record: sooner in the schools of the change, once it has come."""
    after = schools.changed[found.school] & (found.day >= CHANGE_DAY)
    median = np.where(after, DELAY_AFTER, USUAL_DELAY)
    delay = np.floor(median * np.exp(DELAY_SD * rng.normal(0.0, 1.0, found.size)))
    return np.asarray(found.day + np.minimum(delay, 60), dtype=np.int64)


def status_table(people: People, found: Ratings) -> pa.Table:
    """The table `target_status`: the gradebook's summary at the end of the last year, of the targets rated in it."""
    teacher = (found.role != SELF) & (found.target < HABITS_FROM)
    key = found.student * HABITS_FROM + found.target
    recent = np.unique(key[teacher & (year_of(found.day) == len(LAST) - 1)])
    rows = np.flatnonzero(teacher & np.isin(key, recent))
    rows = rows[np.argsort(key[rows], kind="stable")]
    keys, starts = np.unique(key[rows], return_index=True)
    score = np.maximum.reduceat(found.score[rows], starts) if len(rows) else np.zeros(0)
    proficient = np.maximum.reduceat(found.proficient[rows], starts) if len(rows) else np.zeros(0, dtype=bool)
    student, target = np.divmod(keys, HABITS_FROM)
    return table(
        "target_status",
        {
            "student_id": student_id(people, student),
            "target_id": words(target, target_ids()),
            "date": days(people.last_day[student]),
            "score": numbers(np.clip(score, LOWEST, HIGHEST), 1),
            "proficient": pa.array(proficient.astype(bool)),
            "method": constant("highest", len(keys)),
        },
    )


def levels_table(people: People, learning: Learning) -> pa.Table:
    """The table `levels`: the level in which each student was placed on entry, in each subject."""
    student = np.repeat(np.arange(people.size), len(SUBJECTS))
    subject = np.tile(np.arange(len(SUBJECTS)), people.size)
    level = entry_level(learning.recorded(student, subject, clock(people.first_day)[student]))
    size = len(student)
    return table(
        "levels",
        {
            "student_id": student_id(people, student),
            "subject": words(subject, SUBJECTS),
            "date": days(people.first_day[student]),
            "level": numbers(level, 1),
            "std_error": pa.nulls(size, pa.float64()),
            "method": constant(PLACEMENT, size),
        },
    )


def entry_level(recorded: Floats) -> Floats:
    """The level in which a recorded position lies."""
    return np.asarray(np.floor(recorded + 1e-9), dtype=np.float64)
