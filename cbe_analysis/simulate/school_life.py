"""Life at school: incidents, opportunities, instructional groups, and what comes at the end."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.calendar import (
    FIRST,
    FIRST_HALF_ENDS,
    HALVES,
    LAST,
    SCHOOL_DAYS,
    SECOND_HALF,
    TERMS,
    YEARS,
    after_flood,
    clock,
    next_school_day,
)
from cbe_analysis.simulate.draws import Floats, Ints, Rng, chance, pick, stream
from cbe_analysis.simulate.enrollment import enrolled, student_id
from cbe_analysis.simulate.learning import Learning
from cbe_analysis.simulate.people import RACES, People
from cbe_analysis.simulate.places import FLOODED, Schools
from cbe_analysis.simulate.rows import days, ids, numbers, table, whole, words

BEHAVIORS = ("disruption", "fighting", "defiance", "vaping", "bullying", "truancy")
ACTIONS = ("none", "restorative", "iss", "oss", "expulsion")
INCIDENTS_A_YEAR = (0.06, 0.22, 0.16)  # by kind of school
MORE_BLACK, MORE_DISABILITY, MORE_POOR, MORE_BOYS = 0.7, 0.6, 0.45, 0.7  # logs of the rate
KINDS = ("project", "leadership", "arts", "advanced", "internship", "service")
DATED = (4, 5)  # of KINDS: those of a day; the others are of a year
FIRST_GRADE = np.array([0, 3, 0, 6, 9, 6])
OFFERED = np.array([0.0, -2.0, -1.0, -1.2, -2.2, -1.3])  # logit of access for a student on grade
ACCESS_A_LEVEL = np.array([0.1, 0.3, 0.1, 1.1, 0.2, 0.1])
ACCESS_POOR = np.array([-0.2, -0.4, -0.5, -0.5, -0.3, 0.0])
GROUPED = ("math", "reading")
GROUP_LETTERS = "ABC"


def incidents_table(seed: int, chunk: int, people: People, schools: Schools) -> pa.Table:
    """The table `incidents`: black students and those with disabilities are reported and excluded more often."""
    rng = stream(seed, "incidents", chunk)
    student, year = np.nonzero(people.here)
    kind = schools.kind[people.school[student, year]]
    more = (
        MORE_BLACK * (people.race[student] == RACES.index("black"))
        + MORE_DISABILITY * (people.category[student] >= 0)
        + MORE_POOR * people.disadvantaged[student, year]
        + MORE_BOYS * (people.gender[student] == 1)
        - 1.0
    )
    times = rng.poisson(np.array(INCIDENTS_A_YEAR)[kind] * np.exp(more))
    student, year = np.repeat(student, times), np.repeat(year, times)
    first = np.searchsorted(SCHOOL_DAYS, np.maximum(people.first_day[student], FIRST[year]))
    last = np.searchsorted(SCHOOL_DAYS, np.minimum(people.last_day[student], LAST[year]))
    day = SCHOOL_DAYS[first + (rng.random(len(student)) * (last - first + 1)).astype(np.int64)]
    day = after_flood(day, people.school_on(student, day, year) == FLOODED)
    order = np.lexsort((day, student))
    student, day = student[order], day[order]
    action = pick(rng, np.array([0.28, 0.27, 0.25, 0.195, 0.005]), len(student))
    short, long = rng.integers(1, 4, len(action)), rng.integers(1, 6, len(action))
    lost = np.select([action == 2, action == 3, action == 4], [short, long, 45], 0)
    return table(
        "incidents",
        {
            "incident_id": ids(f"I{chunk:03d}", np.arange(len(student)), 5),
            "student_id": student_id(people, student),
            "date": days(day),
            "behavior": words(pick(rng, np.array([0.35, 0.15, 0.22, 0.1, 0.08, 0.1]), len(student)), BEHAVIORS),
            "action": words(action, ACTIONS),
            "days": numbers(lost, 0),
        },
    )


def opportunities_table(seed: int, chunk: int, people: People, learning: Learning) -> pa.Table:
    """The table `opportunities`: advanced work goes to those who are ahead already."""
    rng = stream(seed, "opportunities", chunk)
    parts: list[tuple[Ints, ...]] = []
    for year in range(len(YEARS)):
        for kind in range(len(KINDS)):
            student = np.flatnonzero(enrolled(people, year, (int(FIRST_GRADE[kind]), 12)))
            gap = _mean_gap(people, learning, student, year)
            logit = OFFERED[kind] + ACCESS_A_LEVEL[kind] * gap
            logit += ACCESS_POOR[kind] * people.disadvantaged[student, year]
            got = student[rng.random(len(student)) < chance(logit)]
            parts.append((got, np.full(len(got), kind), np.full(len(got), year)))
    student, kind_, year_ = (np.concatenate(values) for values in zip(*parts, strict=True))
    first, last = np.maximum(people.first_day[student], FIRST[year_]), np.minimum(people.last_day[student], LAST[year_])
    day = next_school_day(first + (rng.random(len(student)) * (last - first)).astype(np.int64))
    dated = np.isin(kind_, DATED)
    order = np.lexsort((kind_, year_, student))
    return table(
        "opportunities",
        {
            "student_id": student_id(people, student[order]),
            "kind": words(kind_[order], KINDS),
            "date": days(day[order], dated[order]),
            "school_year": whole(np.array(YEARS)[year_[order]], ~dated[order]),
        },
    )


def _mean_gap(people: People, learning: Learning, student: Ints, year: int) -> Floats:
    """Levels above grade at the middle of the year, the mean of math and reading."""
    moment = np.full(len(student), year + 0.5)
    subjects = (np.zeros(len(student), dtype=np.int64), np.ones(len(student), dtype=np.int64))
    there = sum(learning.recorded(student, subject, moment) for subject in subjects) / 2
    return np.nan_to_num(np.asarray(there - people.grade[student, year] - 0.5, dtype=np.float64))


def groups_table(seed: int, chunk: int, people: People, learning: Learning, schools: Schools) -> pa.Table:
    """The table `groups`: kindergarten to grade 8, three groups by level and chance, anew each semester."""
    rng = stream(seed, "groups", chunk)
    parts: list[tuple[Ints, ...]] = []
    for term in range(len(TERMS)):
        year, half = divmod(term, HALVES)
        opens, closes = (SECOND_HALF, LAST) if half else (FIRST, FIRST_HALF_ENDS)
        there = enrolled(people, year, (0, 8)) & (people.first_day <= opens[year]) & (people.last_day > opens[year])
        student = np.flatnonzero(there)
        moment = clock(np.full(len(student), int(opens[year])))
        for subject in range(len(GROUPED)):
            level = learning.recorded(student, np.full(len(student), subject), moment)
            gap = level - people.grade[student, year] - (moment - year) + rng.normal(0.0, 0.6, len(student))
            letter = np.searchsorted([-0.6, 0.3], gap)
            end = np.minimum(closes[year], people.last_day[student])
            ones = np.ones(len(student), dtype=np.int64)
            day = np.full(len(student), int(opens[year]))
            school = people.school_on(student, day, ones * year)
            parts.append((student, ones * term, ones * subject, letter, school, day, end))
    student, term_, subject_, letter, school, day, end = (np.concatenate(v) for v in zip(*parts, strict=True))
    order = np.lexsort((subject_, day, student))
    student, term_, subject_, letter, school, day, end = (
        values[order] for values in (student, term_, subject_, letter, school, day, end)
    )
    return table(
        "groups",
        {
            "student_id": student_id(people, student),
            "group_id": _group_ids(people, student, term_, subject_, letter, school),
            "subject": words(subject_, GROUPED),
            "school_id": schools.id(school),
            "start_date": days(day),
            "end_date": days(end),
        },
    )


def _group_ids(  # noqa: PLR0913 - what a group's id is made of
    people: People, student: Ints, term: Ints, subject: Ints, letter: Ints, school: Ints
) -> pa.Array:
    """An id such as S03-2023-24-S1-G4-M-B for each row."""
    grade = people.grade[student, term // HALVES]
    key = (((school * len(TERMS) + term) * 9 + grade) * 2 + subject) * 3 + letter
    found, codes = np.unique(key, return_inverse=True)
    names = []
    for value in found.tolist():
        rest, k = divmod(value, 3)
        rest, s = divmod(rest, 2)
        rest, g = divmod(rest, 9)
        where, t = divmod(rest, len(TERMS))
        names.append(f"S{where + 1:02d}-{TERMS[t]}-G{g}-{'MR'[s]}-{GROUP_LETTERS[k]}")
    return words(codes, names)


def outcomes_table(seed: int, chunk: int, people: People, learning: Learning) -> pa.Table:
    """The table `outcomes`: graduation, leaving school, college and remediation."""
    rng = stream(seed, "outcomes", chunk)
    parts: list[tuple[Ints, ...]] = []
    for year in range(len(YEARS)):
        senior = np.flatnonzero((people.grade[:, year] == 12) & (people.last_day == LAST[year]))
        gap = _mean_gap(people, learning, senior, year)
        graduates = rng.random(len(senior)) < chance(3.0 + 0.5 * gap - 6.0 * people.absence[senior, year])
        at_end = np.full(len(senior), int(LAST[year]))
        parts.append((senior, np.where(graduates, 0, 1), at_end))
        if year < len(YEARS) - 1:
            college = senior[graduates & (rng.random(len(senior)) < chance(0.4 + 0.4 * gap))]
            parts.append((college, np.full(len(college), 2), np.full(len(college), int(LAST[year]) + 90)))
            behind = _mean_gap(people, learning, college, year)
            remediated = college[rng.random(len(college)) < chance(-1.6 - 0.7 * behind)]
            parts.append((remediated, np.full(len(remediated), 3), np.full(len(remediated), int(LAST[year]) + 100)))
    leavers = _leavers(rng, people)
    parts.append(leavers)
    student, kind, day = (np.concatenate(values) for values in zip(*parts, strict=True))
    order = np.lexsort((day, student))
    kinds = ("graduated", "dropped_out", "enrolled_college", "remediation", "transferred")
    return table(
        "outcomes",
        {
            "student_id": student_id(people, student[order]),
            "kind": words(kind[order], kinds),
            "date": days(day[order]),
        },
    )


def _leavers(rng: Rng, people: People) -> tuple[Ints, Ints, Ints]:
    """High school students who left before grade 12: most for another school."""
    last_year = len(YEARS) - 1 - people.here[:, ::-1].argmax(axis=1)
    grade = people.grade[np.arange(people.size), last_year]
    left = np.flatnonzero((grade >= 9) & (grade < 12) & (people.last_day < LAST[-1]))
    return left, np.where(rng.random(len(left)) < 0.25, 1, 4), people.last_day[left]
