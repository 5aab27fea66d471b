"""The students: who they are, where and when they are enrolled, and how often they are absent."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from cbe_analysis.simulate.calendar import FIRST, LAST, SCHOOL_DAYS, YEARS, clock
from cbe_analysis.simulate.draws import Flags, Floats, Ints, Rng, chance, pick, pick_each, stream
from cbe_analysis.simulate.places import Schools, attended

AWAY = -9  # the grade of a year in which the student is not enrolled
YOUNGEST, OLDEST = -3, 12  # grade in the first year: those below 0 are not yet of age
RACES = ("american_indian", "asian", "black", "hispanic", "pacific_islander", "two_or_more", "white")
RACE_SHARES = np.array([0.015, 0.06, 0.17, 0.25, 0.005, 0.06, 0.44])
GENDERS = ("female", "male", "nonbinary")
ENGLISH = ("current", "former", "never")
LANGUAGES = ("en", "es", "vi", "ar", "so")
CATEGORIES = (
    *("specific_learning_disability", "speech_or_language_impairment", "other_health_impairment", "autism"),
    *("emotional_disturbance", "intellectual_disability"),
)
PLACEMENTS = ("regular_80_or_more", "regular_40_to_79", "regular_under_40")
UNKNOWN_RACE, UNKNOWN_LUNCH = 0.01, 0.02
JOIN, LEAVE, MIDYEAR, MOVE, RETAINED = 0.15, 0.13, 0.4, 0.05, 0.012
TYPICAL_ABSENCE = -2.95  # logit


@dataclass(frozen=True, slots=True)
class Background:
    """Who the students are, one value (or one row of four years) each.

    Parameters
    ----------
    race, gender, language, category, placement
        Codes; -1 unknown or none. `known_race` is `race` as the records have it.
    disadvantaged
        Shape (n, 4): 1, 0; the records miss it where `lunch_known` is false.
    english
        Shape (n, 4): codes of ENGLISH.
    absence
        Shape (n, 4): chance of missing a school day.
    """

    race: Ints
    known_race: Ints
    gender: Ints
    language: Ints
    birth_month: Ints
    disadvantaged: Ints
    lunch_known: Flags
    english: Ints
    category: Ints
    placement: Ints
    gifted: Ints
    absence: Floats


@dataclass(frozen=True, slots=True)
class People(Background):
    """All students, one value (or one row of four years) each.

    Parameters
    ----------
    number
        The number in the student's id.
    grade
        Shape (n, 4); AWAY in years not enrolled.
    home, moved_home
        The elementary school near which the student lives, and lives after moving.
    moved_on
        First day in the school of the new home; 0 for who does not move in a school year.
    first_day, last_day
        Of the stay in the district.
    school, school_after
        Shape (n, 4): the school of the year's beginning, and that of the new home.
    """

    number: Ints
    grade: Ints
    home: Ints
    moved_home: Ints
    moved_on: Ints
    first_day: Ints
    last_day: Ints
    school: Ints
    school_after: Ints

    @property
    def size(self) -> int:
        """How many students."""
        return len(self.number)

    @property
    def here(self) -> Flags:
        """Shape (n, 4): enrolled at some time of the year."""
        return self.grade > AWAY

    @property
    def stay(self) -> Floats:
        """Shape (n, 2): first and last moment of the stay on the school-year clock."""
        return np.stack([clock(self.first_day), clock(self.last_day)], axis=1)

    def school_on(self, rows: Ints, days: Ints, year: Ints) -> Ints:
        """The school of the student of each row on a day of a school year."""
        moved = (self.moved_on[rows] > 0) & (days >= self.moved_on[rows])
        return np.where(moved, self.school_after[rows, year], self.school[rows, year])

    def part(self, first: int, last: int) -> People:
        """The students from first to before last."""
        return replace(self, **{f.name: getattr(self, f.name)[first:last] for f in fields(self)})


def people(seed: int, size: int, schools: Schools) -> People:
    """The students of the district over four years."""
    rng = stream(seed, "students")
    grade = _grades(rng, size)
    first_day, last_day, grade = _stays(rng, grade)
    home = pick(rng, schools.draw, size)
    moved_home, moved_on = _moves(rng, schools, home, grade, first_day, last_day)
    before = np.stack([attended(schools, home, grade[:, y]) for y in range(len(YEARS))], axis=1)
    after = np.stack([attended(schools, moved_home, grade[:, y]) for y in range(len(YEARS))], axis=1)
    gone = (moved_on[:, None] > 0) & (moved_on[:, None] <= FIRST[None, :])
    school = np.where(gone, after, before)
    about = _backgrounds(rng, schools, home, grade)
    return People(
        number=rng.permutation(size) + 10001,
        grade=grade,
        home=home,
        moved_home=moved_home,
        moved_on=moved_on,
        first_day=first_day,
        last_day=last_day,
        school=school,
        school_after=after,
        race=about.race,
        known_race=about.known_race,
        gender=about.gender,
        language=about.language,
        birth_month=about.birth_month,
        disadvantaged=about.disadvantaged,
        lunch_known=about.lunch_known,
        english=about.english,
        category=about.category,
        placement=about.placement,
        gifted=about.gifted,
        absence=about.absence,
    )


def _grades(rng: Rng, size: int) -> Ints:
    """Grade of each year, AWAY before kindergarten and after grade 12; a few repeat a grade."""
    start = rng.integers(YOUNGEST, OLDEST + 1, size)
    repeats = (rng.random((size, len(YEARS) - 1)) < RETAINED).cumsum(axis=1).clip(max=1)
    behind = np.concatenate([np.zeros((size, 1), dtype=np.int64), repeats], axis=1)
    plain = start[:, None] + np.arange(len(YEARS))[None, :]
    grade = plain - np.where(plain - behind >= 0, behind, 0) * (start[:, None] >= 0)
    return np.where((grade < 0) | (grade > OLDEST), AWAY, grade)


def _stays(rng: Rng, grade: Ints) -> tuple[Ints, Ints, Ints]:
    """First and last day in the district, and the grades with the years away taken out."""
    size = len(grade)
    of_age = grade > AWAY
    begins, ends = of_age.argmax(axis=1), len(YEARS) - 1 - of_age[:, ::-1].argmax(axis=1)
    joins = (rng.random(size) < JOIN) & (ends > begins)
    begins = np.where(joins, begins + 1 + (rng.random(size) * (ends - begins)).astype(np.int64), begins)
    leaves = (rng.random(size) < LEAVE) & (ends > begins)
    ends = np.where(leaves, begins + (rng.random(size) * (ends - begins)).astype(np.int64), ends)
    late, early = joins & (rng.random(size) < MIDYEAR), leaves & (rng.random(size) < MIDYEAR) & (ends > begins)
    first_day = np.where(late, _school_day(rng, FIRST[begins] + 15, LAST[begins] - 60), FIRST[begins])
    last_day = np.where(early, _school_day(rng, FIRST[ends] + 30, LAST[ends] - 15), LAST[ends])
    years = np.arange(len(YEARS))[None, :]
    inside = (years >= begins[:, None]) & (years <= ends[:, None])
    return first_day, last_day, np.where(inside, grade, AWAY)


def _school_day(rng: Rng, first: Ints, last: Ints) -> Ints:
    """A school day between the two of each row."""
    low, high = np.searchsorted(SCHOOL_DAYS, first), np.searchsorted(SCHOOL_DAYS, last)
    return SCHOOL_DAYS[low + (rng.random(len(first)) * (high - low)).astype(np.int64)]


def _moves(  # noqa: PLR0913 - what the students' stays are made of
    rng: Rng, schools: Schools, home: Ints, grade: Ints, first_day: Ints, last_day: Ints
) -> tuple[Ints, Ints]:
    """The new home of those who move within the district, and the first school day from there."""
    size = len(home)
    year = (rng.random(size) * len(YEARS)).astype(np.int64)
    day = _school_day(rng, FIRST[year] + 25, LAST[year] - 40)
    new = pick(rng, schools.draw, size)
    inside = (day > first_day + 20) & (day < last_day - 20) & (grade[np.arange(size), year] > AWAY)
    moves = (rng.random(size) < MOVE * len(YEARS)) & inside & (new != home)
    return np.where(moves, new, home), np.where(moves, day, 0)


def _backgrounds(rng: Rng, schools: Schools, home: Ints, grade: Ints) -> Background:
    """Who the students are, each trait after those it hangs on."""
    size, years = len(home), len(YEARS)
    poverty = schools.poverty[home]
    tilt = np.exp(np.outer(poverty, [0.1, -0.2, 0.5, 0.5, 0.0, 0.0, -0.4]))
    race = pick_each(rng, RACE_SHARES * tilt)
    known_race = np.where(rng.random(size) < UNKNOWN_RACE, -1, race)
    gender = pick(rng, np.array([0.488, 0.505, 0.007]), size)
    language = _languages(rng, race)
    start_age = grade.max(axis=1) - (grade > AWAY).cumsum(axis=1).argmax(axis=1)
    born = (2022 - 5 - start_age) * 12 + rng.integers(-4, 8, size)
    poor = rng.random(size) < chance(-0.75 + poverty + np.isin(race, [0, 2, 3]) * 0.9)
    flips = rng.random((size, years)) < 0.03
    disadvantaged = (poor[:, None] ^ flips).astype(np.int64)
    lunch_known = rng.random((size, years)) >= UNKNOWN_LUNCH
    english = _english(rng, language, grade)
    disability = rng.random(size) < chance(-2.0 + 0.35 * poor + 0.45 * (gender == 1))
    category = np.where(disability, pick(rng, np.array([0.37, 0.2, 0.17, 0.13, 0.06, 0.07]), size), -1)
    placement = np.where(disability, pick(rng, np.array([0.68, 0.2, 0.12]), size), -1)
    gifted = (rng.random(size) < np.where(disability, 0.01, 0.08)).astype(np.int64)
    usual = TYPICAL_ABSENCE + 0.4 * poor + 0.25 * disability + rng.normal(0.0, 0.6, size)
    absence = chance(usual[:, None] + rng.normal(0.0, 0.25, (size, years)) + 0.3 * (grade >= 9))
    return Background(
        *(race, known_race, gender, language, born, disadvantaged, lunch_known),
        *(english, category, placement, gifted, absence),
    )


def _languages(rng: Rng, race: Ints) -> Ints:
    draw = rng.random(len(race))
    spanish = (race == RACES.index("hispanic")) & (draw < 0.55)
    asian = (race == RACES.index("asian")) & (draw < 0.5)
    black = (race == RACES.index("black")) & (draw < 0.08)
    arabic = (race == RACES.index("white")) & (draw < 0.02)
    return np.select([spanish, asian, black, arabic], [1, 2, 4, 3], 0)


def _english(rng: Rng, language: Ints, grade: Ints) -> Ints:
    """Learners of English are reclassified in a grade of their own; the others never were learners."""
    reclassified = rng.integers(2, 11, len(language))
    learner = (language > 0) & (rng.random(len(language)) < 0.8)
    state = np.where(grade < reclassified[:, None], 0, 1)
    return np.where(learner[:, None], state, 2)
