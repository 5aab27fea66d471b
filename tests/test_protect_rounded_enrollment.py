"""Counts in fives beside what officials published of small schools: every table is published, and tells no more."""

from collections import Counter
from datetime import date
from itertools import product

import numpy as np
import pytest
from protected_tables import shares

import cbe_analysis as cbe
from cbe_analysis.measure.estimates import ALL
from cbe_analysis.policy import Policy
from cbe_analysis.policy.quality import Count, Official
from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.enrollment import Enrollment
from cbe_analysis.protect.fives.room import least_beside
from cbe_analysis.protect.pattern.cells import Base
from cbe_analysis.protect.record import Recorded

BY = ("school_id", "gender")
FACTORS = {"gender": ("female", "male"), "disability": ("no", "yes"), "grade": ("3", "4", "5")}


def policy(counted, minimum=10):
    """Fives, and the published number of students of each school and grade."""
    counts = tuple(Count(school, grade and int(grade), n) for (school, grade), n in counted.items())
    told = Official(date(2025, 10, 1), counts)
    return Policy(factors=("gender", "disability"), minimum_n=minimum, privacy_profile="rounded", official=told)


def least(counted, levels, *, minimum=10, by=BY):
    """The smallest size that is shown, of groups of any size."""
    cells = product(*((*levels[name], ALL) for name in by), (ALL,))
    found = Enrollment(by, {(school, grade): n for (school, grade), n in counted.items()})
    return least_beside([Base(dict.fromkeys(cells, 0.0), frozenset())], found, minimum)


GENDERS = {"school_id": ("1", "2"), "gender": ("female", "male")}


@pytest.mark.parametrize(
    ("school", "shown_from"),
    [(9, 10), (13, 10), (14, 13), (15, 13), (18, 13), (19, 10), (40, 10)],
)
def test_two_small_groups_of_a_school_leave_each_five_sizes(school, shown_from):
    """Of 13, at most nine of each: four to nine. Of 14 five to nine would be left; of 19 not both are small."""
    assert least({("1", None): school}, GENDERS) == shown_from


def test_a_minimum_that_serves_one_school_must_serve_the_others():
    assert least({("1", None): 15, ("2", None): 22}, GENDERS) == 15
    assert least({("1", None): 15, ("2", None): 22, (None, None): 37}, GENDERS) == 15
    assert least({("1", None): 5, ("2", None): 11, (None, None): 16}, GENDERS) == 13


def test_three_groups_and_the_ways_in_which_crossed_ones_are_three():
    two = {"school_id": ("1",), "gender": ("female", "male")}
    three, crossed = two | {"gender": ("female", "male", "nonbinary")}, two | {"disability": ("no", "yes")}
    assert least({("1", None): 24}, two) == 10
    assert least({("1", None): 24}, three) == 13
    assert least({("1", None): 24}, crossed, by=("school_id", "gender", "disability")) == 18


def test_parts_with_a_published_number_of_their_own_tell_nothing_new():
    grades = {"school_id": ("1", "2"), "grade": ("3", "4")}
    by = ("school_id", "grade")
    assert least({("1", "3"): 8, ("1", "4"): 8, ("1", None): 16}, grades, by=by) == 10
    assert least({("1", None): 16}, grades, by=by) == 13


def test_the_minimum_stays_where_no_other_leaves_room():
    many = {("1", None): 15} | {(str(i), None): n for i, n in enumerate(range(14, 120), 2)}
    assert least(many, {"school_id": tuple(map(str, range(1, 200))), "gender": ("female", "male")}) == 10


def test_who_is_in_the_groups_decides_nothing():
    """Whether 15 students are seven and eight, or three and twelve: the release is the same."""
    told = []
    for girls in range(3, 13):
        cells = {("1", "female"): (girls, girls // 2), ("1", "male"): (15 - girls, 0)}
        cells |= {("2", "female"): (60, 20), ("2", "male"): (50, 30)}
        told.append(cbe.protect(shares(cells, by=BY), policy({("1", None): 15, ("2", None): 110})))
    assert {made.minimum_n for made in told} == {13}
    assert len({made.warnings for made in told}) == 1
    assert "fewer than 13" in told[0].warnings[-1]
    assert all(made.rows.equals(told[0].rows) for made in told)


def test_without_such_numbers_the_release_is_as_before():
    given = shares(
        {("1", "female"): (7, 3), ("1", "male"): (8, 4), ("2", "female"): (12, 5), ("2", "male"): (50, 30)}, by=BY
    )
    plain, raised = cbe.protect(given, policy({})), cbe.protect(given, policy({("1", None): 15}))
    assert (plain.minimum_n, raised.minimum_n) == (10, 13)
    assert not any("published enrollment" in said for said in plain.warnings)
    assert cbe.protect(given, policy({("1", None): 40})).rows.equals(plain.rows)


def small_schools(seed, factors):
    """A few schools, many with few students, and what officials publish of them, of their grades too."""
    random, cells = np.random.default_rng([11, seed]), {}
    for school in map(str, range(1, random.integers(3, 6))):
        most = int(random.choice([6, 12, 30, 60]))
        for levels in product(*(FACTORS[name] for name in factors)):
            n = int(random.integers(0, most))
            cells[school, *levels] = (n, int(random.binomial(n, random.beta(2, 3))))
    counted = Counter()
    for (school, first, *_), (n, _) in cells.items():
        counted[school, None] += n
        if factors[0] == "grade":
            counted[school, first] += n
    return cells, {place: n for place, n in counted.items() if n}


@pytest.mark.parametrize("factors", [("gender",), ("gender", "disability"), ("grade", "gender")])
@pytest.mark.parametrize("seed", range(15))
def test_small_schools_are_published_and_an_attack_finds_nothing(seed, factors):
    """One in twelve, one in ten and one in three of such tables were refused, whatever was hidden."""
    cells, counted = small_schools(seed, factors)
    made = cbe.protect(shares(cells, by=("school_id", *factors)), policy(counted))
    assert audit_together([Published("draft", None, Recorded.of(made))]).passed
    shown = made.rows[made.rows["hidden"].isna()]
    assert (shown["n"] >= 10).all()
