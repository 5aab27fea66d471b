"""Supports for students far behind: some wait long, some never get one; and the sessions they receive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.calendar import (
    LAST,
    PROGRAMS_BEGIN,
    SCHOOL_DAYS,
    YEARS,
    after_flood,
    clock,
    next_school_day,
    year_of,
)
from cbe_analysis.simulate.continuum import SUBJECTS
from cbe_analysis.simulate.draws import Flags, Floats, Ints, Rng, pick, place_within, stream
from cbe_analysis.simulate.enrollment import enrolled, student_id
from cbe_analysis.simulate.learning import Learning
from cbe_analysis.simulate.people import People
from cbe_analysis.simulate.places import FLOODED
from cbe_analysis.simulate.programs import BOOST, LAB, MINUTES_A_WEEK, PROGRAMS
from cbe_analysis.simulate.rows import days, ids, numbers, table, words

KINDS = ("tutoring", "small_group", "one_to_one", "mentoring")
NEED = 1.5  # levels below grade at which teams notice a need
SERVED = 0.72
USUAL_WAIT, WAIT_POOR = 18.0, 26.0  # mean school days from need to support; of the economically disadvantaged
PLANNED = np.array([45, 60, 90])  # minutes a week
HELD = 0.84  # share of planned sessions that are held
SUPPORTED = (0, 1)  # math, reading


@dataclass(frozen=True, slots=True)
class Supports:
    """One value per support; `program` is its place in PROGRAMS, -1 for none.

    Parameters
    ----------
    flagged
        Day on which the need was noticed; below 0 where no record says so.
    """

    student: Ints
    kind: Ints
    subject: Ints
    start: Ints
    end: Ints
    planned: Ints
    flagged: Ints
    program: Ints

    @property
    def size(self) -> int:
        """How many supports."""
        return len(self.student)


def supports(seed: int, chunk: int, people: People, learning: Learning) -> Supports:
    """The supports of a chunk of students, by student and start."""
    rng = stream(seed, "supports", chunk)
    parts = [_needed(rng, people, learning, year, subject) for year in range(len(YEARS)) for subject in SUPPORTED]
    parts += [_of_programs(people, learning)]
    columns = [np.concatenate(values) for values in zip(*parts, strict=True)]
    order = np.lexsort((columns[2], columns[3], columns[0]))
    return Supports(*(values[order] for values in columns))


def _needed(rng: Rng, people: People, learning: Learning, year: int, subject: int) -> tuple[Ints, ...]:
    """Supports after a flag: noticed in the weeks after the autumn check, begun after a wait."""
    there = np.flatnonzero(enrolled(people, year, (1, 12)))
    flagged = next_school_day(PROGRAMS_BEGIN[year] - 10 + rng.integers(0, 45, len(there)))
    moment = clock(flagged)
    expected = people.grade[there, year] + moment - year
    gap = learning.recorded(there, np.full(len(there), subject), moment) - expected
    inside = (people.first_day[there] <= flagged) & (people.last_day[there] >= flagged)
    served = (gap <= -NEED) & inside & (rng.random(len(there)) < SERVED)
    student, flagged = there[served], flagged[served]
    mean = np.where(people.disadvantaged[student, year] == 1, WAIT_POOR, USUAL_WAIT)
    wait = np.ceil(rng.exponential(mean)).astype(np.int64)
    at = np.searchsorted(SCHOOL_DAYS, flagged) + wait
    start = SCHOOL_DAYS[np.minimum(at, len(SCHOOL_DAYS) - 1)]
    begun = start <= np.minimum(people.last_day[student], LAST[year]) - 14
    student, flagged, start = student[begun], flagged[begun], start[begun]
    size = len(student)
    end = np.minimum(start + 7 * rng.integers(8, 24, size), np.minimum(people.last_day[student], LAST[year]))
    kind = pick(rng, np.array([0.45, 0.35, 0.12, 0.08]), size)
    planned = PLANNED[pick(rng, np.array([0.4, 0.4, 0.2]), size)]
    return student, kind, np.full(size, subject), start, end, planned, flagged, np.full(size, -1)


def _of_programs(people: People, learning: Learning) -> tuple[Ints, ...]:
    """The supports that two programs are made of: both serve small groups."""
    columns: list[tuple[Ints, ...]] = []
    for study in learning.studies:
        if study.program not in (BOOST, LAB):
            continue
        student = study.student[study.treated]
        year = 1 if study.program == BOOST else 2
        start = np.maximum(PROGRAMS_BEGIN[year], people.first_day[student])
        end = np.minimum(people.last_day[student], LAST[year])
        kept = end >= start + 14
        student, start, end = student[kept], start[kept], end[kept]
        ones = np.ones(len(student), dtype=np.int64)
        subject, minutes = SUBJECTS.index(study.subject), MINUTES_A_WEEK[study.program]
        program = PROGRAMS.index(study.program)
        columns.append((student, ones, subject * ones, start, end, minutes * ones, -ones, program * ones))
    return tuple(np.concatenate(values) for values in zip(*columns, strict=True))


def supports_table(people: People, found: Supports, first: int) -> pa.Table:
    """The table `supports`; `first` is the number of the first support."""
    return table(
        "supports",
        {
            "support_id": ids("U", first + np.arange(found.size), 7),
            "student_id": student_id(people, found.student),
            "kind": words(found.kind, KINDS),
            "subject": words(found.subject, SUBJECTS),
            "start_date": days(found.start),
            "end_date": days(found.end),
            "planned_minutes_per_week": numbers(found.planned, 0),
            "flagged_on": days(found.flagged, found.flagged >= 0),
            "program_id": words(found.program, PROGRAMS),
        },
    )


def sessions_table(seed: int, chunk: int, people: People, found: Supports, first: int) -> pa.Table:
    """The table `support_sessions`: one a week, some of them not held, most of about the planned length."""
    rng = stream(seed, "support_sessions", chunk)
    weeks = (found.end - found.start) // 7 + 1
    support = np.repeat(np.arange(found.size), weeks)
    day = found.start[support] + 7 * place_within(weeks)
    school = people.school_on(found.student[support], day, year_of(day))
    open_ = _at_school(day) & (after_flood(day, school == FLOODED) == day)
    held = open_ & (rng.random(len(day)) < HELD)
    length = np.clip(rng.normal(0.97, 0.12, len(day)), 0.3, 1.3)
    minutes: Floats = 5.0 * np.round(found.planned[support] * length / 5.0)
    return table(
        "support_sessions",
        {
            "support_id": ids("U", first + support[held], 7),
            "date": days(day[held]),
            "minutes": numbers(minutes[held], 0),
        },
    )


def _at_school(day: Ints) -> Flags:
    return np.isin(day, SCHOOL_DAYS)
