"""Shares over several school years: what comes out of student-years, and what only seems to."""

import random

import pytest
from hand_made import HIDDEN, audited, fallen, release, share
from over_years import audited as years_audited
from over_years import brute, sequences
from protected_tables import POLICY, estimates
from protected_tables import share as measured

import cbe_analysis as cbe
from cbe_analysis.measure.estimates import Population
from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.record import Recorded

SEQUENCES = 60


def test_the_audit_finds_all_that_trying_all_years_finds():
    found = 0
    for people, releases in sequences(random.Random(20261122), SEQUENCES):
        tried = brute(releases)
        if tried is not None:
            assert tried - years_audited(releases) == set(), people
            found += bool(tried)
    assert found > 5, "releases that give something away are among them"


def over(rows, true, *, times=2, **more):
    return release(rows, true, times=times, **more)


def test_the_years_share_out_all_student_years():
    """Nobody in two years together, so nobody in either of them."""
    of_each = [share(HIDDEN, HIDDEN, school_year=year) for year in ("2024", "2025")]
    together = over([share("10-19", "0 %"), *of_each], [12, 8, 7], by=("school_year",))
    assert {"school_year=2024", "school_year=2025"} <= fallen(audited(together), "share")


def test_two_years_less_one_of_them():
    both = over([share("10-19", "0 %")], [12], by=())
    one = release([share(HIDDEN, HIDDEN)], [8], by=(), where=("school_year=2025",))
    assert "school_year=2025" in fallen(audited(both, one), "share")


def test_students_who_count_twice_are_not_taken_for_students():
    """3 of 12 students and 2 of 10 leave 1 of 2; of 24 and 20 student-years, or of 12 and 15, they leave any number."""
    rows = [share("12", "25 %"), share("10", "20 %", group="a"), share(HIDDEN, HIDDEN, group="b")]
    assert "group=b" in fallen(audited(release(rows, [12, 10, 2])), "share")
    assert fallen(audited(over(rows, [12, 10, 2], by=("group",))), "share") == set()


def test_percentages_of_student_years_do_not_tell_how_many_students_there_are():
    """42 % of 12 to 14 are of 12; of as many students in two years, of 24, 26 ... as well."""
    rows = [share("12-14", "42 %")]
    assert fallen(audited(release(rows, [12], by=())), "size") == {"all"}
    assert fallen(audited(over(rows, [12], by=())), "size") == set()


@pytest.mark.parametrize(("students", "shown"), [(6, HIDDEN), (12, "10-19")])
def test_a_group_is_as_large_as_it_has_students(students, shown):
    """6 students of two years are 12 student-years, and hidden."""
    whole = measured(200, 60) | {"n": 100}
    group = measured(2 * students, 5, group="a") | {"n": students}
    other = measured(200 - 2 * students, 55, group="b") | {"n": 100 - students}
    people = Population("students", (), ("", ""), estimates([]).population.counts, times=2)
    released = cbe.protect(estimates([whole, group, other], population=people), POLICY)
    assert released.rows.set_index("group")["n_shown"]["a"] == shown
    assert released.times == 2
    assert audit_together([Published("draft", None, Recorded.of(released))]).passed


def test_what_was_recorded_before_counts_students():
    text = release([share("12", "42 %")], [12], by=()).text()
    old = text.replace(', "times": 1', "")
    assert old != text
    assert Recorded.read(old).times == 1
