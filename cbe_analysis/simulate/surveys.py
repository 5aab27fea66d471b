"""What people say: climate surveys whose reliability is known, and the self-assessed practices of each school."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.calendar import EPOCH, YEARS, next_school_day, number
from cbe_analysis.simulate.draws import Floats, Ints, Rng, stream
from cbe_analysis.simulate.enrollment import enrolled, student_id
from cbe_analysis.simulate.people import People
from cbe_analysis.simulate.places import Schools
from cbe_analysis.simulate.rows import days, empty, ids, numbers, records, table, words
from cbe_analysis.simulate.staffing import Staffing

SURVEYED = (2, 3)  # school years
ROLES = ("student", "staff", "family")
SHEETS = {"student": "P", "staff": "A", "family": "F"}
CONSTRUCTS = ("belonging", "agency")
PRINCIPLES = (3, 5)
LOADING, ERROR_SD = 0.75, 0.75  # of every item on its construct, in answers; so two items correlate 0.5
LOWEST, HIGHEST = 1, 5
MEAN = {"student": 3.3, "staff": 3.7, "family": 3.5}
SCHOOL_SD, LOWER_POOR, UP_A_YEAR = 0.15, 0.15, 0.08
ANSWERS = {"student": 0.78, "staff": 0.85, "family": 0.32}
ITEMS = (
    ("B1", 0, False, "I feel that I belong at this school."),
    ("B2", 0, False, "At least one adult here knows me well."),
    ("B3", 0, True, "At this school I often feel alone."),
    ("B4", 0, False, "People here are glad to see me."),
    ("B5", 0, False, "I can be myself at this school."),
    ("A1", 1, False, "I know what I am working toward and why."),
    ("A2", 1, False, "I have a say in how I show what I know."),
    ("A3", 1, False, "When I am not there yet, I get another chance."),
    ("A4", 1, True, "I mostly do what I am told without knowing why."),
)
REVERSED = np.array([reverse for _, _, reverse, _ in ITEMS])
CONSTRUCT = np.array([construct for _, construct, _, _ in ITEMS])
ITEM_SHIFT = np.linspace(-0.2, 0.2, len(ITEMS))
PRACTICES = (
    (1, "shared_vision"),
    (3, "advisory"),
    (6, "assessment_on_demand"),
    (8, "depth_over_speed"),
    (9, "timely_supports"),
    (11, "moderation_of_work"),
    (12, "transparent_marks"),
    (15, "inquiry_cycles"),
)


def reliability(items: int) -> float:
    """Cronbach's alpha of so many items before answers are rounded to the scale (Spearman-Brown)."""
    one = LOADING**2 / (LOADING**2 + ERROR_SD**2)
    return items * one / (1 + (items - 1) * one)


def _survey(year: int) -> str:
    return f"climate-{YEARS[year]}"


def survey_items_table() -> pa.Table:
    """The table `survey_items`: the same statements for students, staff and families."""
    rows = [
        {
            "survey_id": _survey(year),
            "item_id": item,
            "text": text if role == "student" else f"Most students here would say: {text}",
            "construct": CONSTRUCTS[construct],
            "role": role,
            "minimum": float(LOWEST),
            "maximum": float(HIGHEST),
            "reverse": reverse,
            "principle": PRINCIPLES[construct],
        }
        for year in SURVEYED
        for role in ROLES
        for item, construct, reverse, text in ITEMS
    ]
    return records("survey_items", rows)


def student_answers(seed: int, chunk: int, people: People, schools: Schools) -> pa.Table:
    """The rows of `survey_responses` of a chunk of students and their families."""
    rng = stream(seed, "surveys", chunk)
    climate = school_climate(seed, schools)
    parts = []
    for year in SURVEYED:
        asked = np.flatnonzero(enrolled(people, year, (4, 12)) & (people.last_day >= _day(year)))
        for role in ("student", "family"):
            student = asked[rng.random(len(asked)) < ANSWERS[role]]
            level = climate[people.school_on(student, _opens(year, student), student * 0 + year)]
            level = level - LOWER_POOR * people.disadvantaged[student, year] + UP_A_YEAR * (year - SURVEYED[0])
            sheet = _sheets(role, year, people.number[student])
            person = student_id(people, student) if role == "student" else empty(len(student))
            school = people.school_on(student, _opens(year, student), student * 0 + year)
            parts.append(_answers(rng, role, year, level, (sheet, person, schools.id(school))))
    return pa.concat_tables(parts)


def staff_answers(seed: int, staffing: Staffing, schools: Schools) -> pa.Table:
    """The rows of `survey_responses` of the adults."""
    rng = stream(seed, "staff surveys")
    climate = school_climate(seed, schools)
    parts = []
    for year in SURVEYED:
        rows = np.flatnonzero(staffing.year == year)
        rows = rows[rng.random(len(rows)) < ANSWERS["staff"]]
        adult, school = staffing.adult[rows], staffing.school[rows]
        level = climate[school] + UP_A_YEAR * (year - SURVEYED[0])
        who = (_sheets("staff", year, adult), ids("T", adult, 5), schools.id(school))
        parts.append(_answers(rng, "staff", year, level, who))
    return pa.concat_tables(parts)


def school_climate(seed: int, schools: Schools) -> Floats:
    """How much better each school's climate is than the mean, in answers."""
    return stream(seed, "climate").normal(0.0, SCHOOL_SD, len(schools.kind))


def _day(year: int) -> int:
    return number(f"{YEARS[year]}-03-09")


def _opens(year: int, student: Ints) -> Ints:
    return np.full(len(student), _day(year))


def _sheets(role: str, year: int, numbers_: Ints) -> pa.Array:
    """Ids of answer sheets that do not show whose they are."""
    return ids(f"{SHEETS[role]}{YEARS[year] % 100}", (numbers_ * 48271 + 11) % 2147483647, 10)


def _answers(rng: Rng, role: str, year: int, level: Floats, who: tuple[pa.Array, pa.Array, pa.Array]) -> pa.Table:
    """One row per person and item, a few of them skipped."""
    size, items = len(level), len(ITEMS)
    person = np.repeat(np.arange(size), items)
    item = np.tile(np.arange(items), size)
    trait = rng.normal(0.0, 1.0, (size, len(CONSTRUCTS)))
    seen = MEAN[role] + ITEM_SHIFT[item] + level[person] + LOADING * trait[person, CONSTRUCT[item]]
    seen = seen + rng.normal(0.0, ERROR_SD, len(person))
    answer = np.clip(np.round(np.where(REVERSED[item], LOWEST + HIGHEST - seen, seen)), LOWEST, HIGHEST)
    kept = rng.random(len(person)) >= 0.02
    day = next_school_day(_day(year) + rng.integers(0, 12, size))[person]
    sheet, id_, school = who
    take = pa.array(person[kept])
    return table(
        "survey_responses",
        {
            "survey_id": words(np.zeros(int(kept.sum()), dtype=np.int64), [_survey(year)]),
            "response_id": sheet.take(take),
            "item_id": words(item[kept], [name for name, *_ in ITEMS]),
            "role": words(np.zeros(int(kept.sum()), dtype=np.int64), [role]),
            "date": days(day[kept]),
            "value": numbers(answer[kept], 0),
            "school_id": school.take(take),
            "person_id": id_.take(take),
        },
    )


def practices_table(seed: int, staffing: Staffing, schools: Schools) -> pa.Table:
    """The table `practices`: two raters in each school and year, who mostly agree; moderation is new."""
    rng = stream(seed, "practices")
    rows = []
    usual = rng.normal(1.6, 0.6, (len(schools.kind), len(PRACTICES)))
    for year in SURVEYED:
        day = EPOCH + timedelta(_day(year) + 30)
        for school, id_ in enumerate(schools.ids.to_pylist()):
            raters = _raters(staffing, school, year)
            for place, (principle, practice) in enumerate(PRACTICES):
                for rater in raters:
                    seen = usual[school, place] + 0.2 * (year - SURVEYED[0]) + rng.normal(0.0, 0.4)
                    rows.append(_practice(principle, practice, (rater, id_), day, int(np.clip(np.round(seen), 0, 3))))
    return records("practices", rows)


def _raters(staffing: Staffing, school: int, year: int) -> Sequence[str]:
    """The first teacher and the administrator of a school."""
    rows = np.flatnonzero((staffing.school == school) & (staffing.year == year))
    found: list[str] = ids("T", staffing.adult[[rows[0], rows[-1]]], 5).to_pylist()
    return found


def _practice(principle: int, practice: str, who: tuple[str, str], day: date, rating: int) -> dict[str, object]:
    rater, school = who
    return {
        "principle": principle,
        "practice_id": practice,
        "rater_id": rater,
        "school_id": school,
        "date": day,
        "rating": rating,
        "red_flag": rating == 0 and practice == "transparent_marks",
    }
