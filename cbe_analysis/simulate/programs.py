"""Five programs, one for each way of assignment: who takes part, and what each truly does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.calendar import FIRST, LAST, PROGRAMS_BEGIN, SECOND_HALF, YEARS
from cbe_analysis.simulate.continuum import SUBJECTS
from cbe_analysis.simulate.draws import Flags, Floats, Ints, Rng, chance, rank_within
from cbe_analysis.simulate.enrollment import enrolled, student_id
from cbe_analysis.simulate.people import People
from cbe_analysis.simulate.places import Schools
from cbe_analysis.simulate.rows import constant, days, empty, numbers, table, words

STUDIO, BOOST, LAB, CLUB, FLUENCY = PROGRAMS = (
    *("writing_studio", "math_boost", "reading_lab", "math_club", "fluency_routine"),
)
STUDIO_EFFECT, BOOST_EFFECT, LAB_EFFECT, CLUB_EFFECT = 0.18, 0.50, 0.90, 0.0  # levels a year
FLUENCY_EFFECT = 5.0  # words a minute, from the first day on
FLUENCY_YEAR, FLUENCY_GRADES = 2, (1, 3)
BOOST_CUTOFF = 235.0
FAR_BEHIND = 1.0  # levels below grade at which the reading lab begins to help
LAB_AT_LEAST = 0.3  # levels below grade of those who may take part in it
ARMS = ("comparison", "treatment")
MINUTES_A_WEEK = {STUDIO: 90, BOOST: 120, LAB: 120, CLUB: 60, FLUENCY: 50}
WEEKS = 26
STUDIO_FROM = 3  # grade


@dataclass(frozen=True, slots=True)
class Study:
    """Who takes part in a program within a chunk of students.

    Parameters
    ----------
    student, treated
        Row in People and arm, one per participant.
    gain
        Shape (m, 4): levels a year that the program adds for each participant in each school year.
    year
        School year, 0 to 3, in which each participant enters the study.
    from_part
        Part of a year from which it works.
    running, distance
        The running variable, and levels above grade at the start; NaN where not known.
    """

    program: str
    subject: str
    student: Ints
    treated: Flags
    gain: Floats
    year: Ints
    from_part: int
    running: Floats
    distance: Floats

    def add(self, pace: Floats, year: int) -> None:
        """Add what the program does to the paces of a year, shape (n, 4, 3), in place."""
        pace[self.student, SUBJECTS.index(self.subject), self.from_part :] += self.gain[:, year][:, None]


def _gain(helped: Flags, year: int, levels: float) -> Floats:
    """The levels for those helped in one year, nothing in the others."""
    found = np.zeros((len(helped), len(YEARS)))
    found[helped, year] = levels
    return found


def _unknown(rows: Ints) -> Floats:
    return np.full(len(rows), np.nan)


def writing_studio(people: People, schools: Schools) -> Study:
    """Rollout: whole schools take it up for grades 3 to 12, one third after the other; a quarter never does."""
    there = people.grade >= STUDIO_FROM
    student = np.flatnonzero(there.any(axis=1))
    there, school = there[student], people.school[student]
    exposed: Flags = there & (schools.adopts[school] <= np.arange(len(YEARS))[None, :])
    treated: Flags = np.asarray(exposed.any(axis=1), dtype=np.bool_)
    last_year = len(YEARS) - 1 - there[:, ::-1].argmax(axis=1)
    year = np.where(treated, exposed.argmax(axis=1), last_year)
    gain = np.where(exposed, STUDIO_EFFECT, 0.0)
    return Study(STUDIO, "writing", student, treated, gain, year, 0, _unknown(student), _unknown(student))


def math_boost(people: People, state: Floats) -> Study:
    """Cutoff: who scored below it in the state's math test of the spring before."""
    known = enrolled(people, 0, (3, 8)) & enrolled(people, 1)
    student = np.flatnonzero(known & np.isfinite(state))
    treated = state[student] < BOOST_CUTOFF
    year, gain = np.full(len(student), 1), _gain(treated, 1, BOOST_EFFECT)
    return Study(BOOST, "math", student, treated, gain, year, 1, state[student], _unknown(student))


def reading_lab(rng: Rng, people: People, gap: Floats) -> Study:
    """Randomized within schools among students below grade; it helps only those far behind."""
    there = enrolled(people, 2, (2, 8)) & (people.first_day <= FIRST[2]) & (gap <= -LAB_AT_LEAST)
    shuffled = rng.permutation(np.flatnonzero(there))
    school = people.school[shuffled, 2]
    first_in = rng.integers(0, 2, int(school.max(initial=0)) + 1)
    drawn = (rank_within(school) + first_in[school]) % 2 == 0
    order = np.argsort(shuffled)
    student, treated = shuffled[order], drawn[order]
    year, gain = np.full(len(student), 2), _gain(treated & (gap[student] <= -FAR_BEHIND), 2, LAB_EFFECT)
    return Study(LAB, "reading", student, treated, gain, year, 1, _unknown(student), gap[student])


def math_club(rng: Rng, people: People, gap: Floats) -> Study:
    """Comparison: families and teachers choose it, for students who need it more; it adds nothing."""
    there = np.flatnonzero(enrolled(people, 3, (3, 10)) & (people.first_day <= FIRST[3]))
    poor = people.disadvantaged[there, 3]
    chosen = rng.random(len(there)) < chance(-2.0 + 0.5 * poor - 0.6 * gap[there])
    kept = chosen | (rng.random(len(there)) < 0.5)
    student, treated = there[kept], chosen[kept]
    year, gain = np.full(len(student), 3), _gain(treated, 3, CLUB_EFFECT)
    return Study(CLUB, "math", student, treated, gain, year, 1, _unknown(student), gap[student])


def fluency_students(people: People) -> Ints:
    """Who takes part in the fluency routine: all in its grades when it begins, or later."""
    there = np.stack([enrolled(people, y, FLUENCY_GRADES) for y in range(FLUENCY_YEAR, len(YEARS))]).any(axis=0)
    return np.flatnonzero(there)


def participation(rng: Rng, people: People, schools: Schools, studies: Sequence[Study]) -> pa.Table:
    """The table `participation`, by program and student."""
    fluency = fluency_students(people)
    parts = [_participants(rng, people, schools, study) for study in studies]
    size = len(fluency)
    year = np.where(enrolled(people, FLUENCY_YEAR, FLUENCY_GRADES)[fluency], FLUENCY_YEAR, FLUENCY_YEAR + 1)
    start = np.maximum(np.where(year == FLUENCY_YEAR, SECOND_HALF[year], FIRST[year]), people.first_day[fluency])
    last = people.last_day[fluency] < start
    start = np.where(last, people.last_day[fluency], start)
    parts.append(
        table(
            "participation",
            {
                "program_id": constant(FLUENCY, size),
                "student_id": student_id(people, fluency),
                "arm": constant(ARMS[1], size),
                "block": empty(size),
                "cluster_id": empty(size),
                "start_date": days(start),
                "end_date": days(people.last_day[fluency]),
                "minutes": pa.nulls(size, pa.float64()),
                "running_value": pa.nulls(size, pa.float64()),
                "school_id": schools.id(people.school[fluency, year]),
            },
        )
    )
    return pa.concat_tables(parts)


def _participants(rng: Rng, people: People, schools: Schools, study: Study) -> pa.Table:
    """The rows of one study; the days and minutes are those that the program's records would hold."""
    rows, size = study.student, len(study.student)
    year, whole_schools = study.year, study.program == STUDIO
    opens = FIRST[year] if whole_schools else PROGRAMS_BEGIN[year]
    start = np.minimum(np.maximum(opens, people.first_day[rows]), people.last_day[rows])
    end = np.minimum(people.last_day[rows], LAST[-1] if whole_schools else LAST[year])
    planned_minutes = MINUTES_A_WEEK[study.program] * WEEKS
    minutes = np.round(planned_minutes * np.clip(rng.normal(0.82, 0.14, size), 0.1, 1.0))
    school = people.school[rows, year]
    by_school = schools.id(school)
    return table(
        "participation",
        {
            "program_id": constant(study.program, size),
            "student_id": student_id(people, rows),
            "arm": words(study.treated.astype(np.int64), ARMS),
            "block": by_school if study.program == LAB else empty(size),
            "cluster_id": by_school if study.program == STUDIO else empty(size),
            "start_date": days(start),
            "end_date": days(end),
            "minutes": numbers(minutes, 0, study.treated),
            "running_value": numbers(study.running, 0, np.isfinite(study.running)),
            "school_id": by_school,
        },
    )
