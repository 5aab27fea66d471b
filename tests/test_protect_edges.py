"""Estimates at the edge: nothing measured, everyone in one group, odd names, numbers that are none."""

import dataclasses
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protected_tables import POINTS, POLICY, SHARE, count, effect, estimates, gap, mean, share, shares, texts

import cbe_analysis as cbe
from cbe_analysis.policy import Policy


@pytest.mark.parametrize("audience", ["public", "staff"])
def test_no_rows_make_an_empty_release(audience):
    release = cbe.protect(estimates([]), POLICY, audience)
    assert release.rows.empty
    assert "shown" in release.rows


def test_one_student_is_hidden():
    assert texts(cbe.protect(estimates([mean(1, 5.0)], ()), POLICY), "mean") == {(): "protected"}


def test_a_district_that_is_too_small_shows_nothing():
    release = cbe.protect(shares({"a": (4, 1), "b": (5, 2)}), POLICY)
    assert set(release.rows["shown"]) == {"protected"}


def test_one_group_is_the_whole():
    release = cbe.protect(shares({"a": (400, 120)}), POLICY)
    assert texts(release) == {"(all)": "30 %", "a": "30 %"}


def test_groups_without_a_total_are_protected_too():
    release = cbe.protect(estimates([share(400, 120, group="a"), share(8, 1, group="b")]), POLICY)
    assert texts(release) == {"a": "30 %", "b": "protected"}


def test_a_row_without_a_size_is_hidden():
    rows = [{"quantity": "icc", "unit": "correlation", "value": 0.2}]
    assert texts(cbe.protect(estimates(rows, ()), POLICY), "icc") == {(): "protected"}


def test_numbers_that_are_none_leave_an_empty_cell():
    rows = [mean(500, 5.0), {**gap(400, 1.0, 0.1, 100, group="a", quantity="ratio"), "value": float("inf")}]
    rows += [{**mean(400, 5.0, group="a"), "low": float("-inf")}, mean(100, 5.0, group="b")]
    release = cbe.protect(estimates(rows), POLICY)
    assert texts(release, "ratio") == {"a": ""}
    assert release.rows.set_index("group").loc["a", "low"].isna().all()


@pytest.mark.parametrize("names", [("nan", "inf"), ("1", "01"), ("=1+1", "a, b"), ("<b>", "(none)")])
def test_odd_names_of_groups_stay_as_they_are(names):
    one, two = names
    release = cbe.protect(shares({one: (400, 120), two: (300, 60), "c": (4, 1)}, compare="others"), POLICY)
    assert {one: "30 %", two: "20 %", "c": "protected"}.items() <= texts(release).items()


def test_a_size_told_in_two_ways_is_kept_apart():
    """Two covariates are known of different students: the smaller number hides its own row alone."""
    baseline = {"quantity": "baseline", "unit": POINTS, "arm": "treatment"}
    rows = [{**mean(200, 5.0), **baseline, "at": "reading"}, {**mean(6, 5.0), **baseline, "at": "math"}]
    shown = cbe.protect(estimates(rows, ()), POLICY).rows.set_index("at")["shown"].to_dict()
    assert shown == {"reading": "5.0", "math": "protected"}


def test_students_who_count_in_several_groups_do_not_confuse_the_attack():
    """Two school years hold most students twice: the years are no parts of the whole."""
    rows = [share(500, 150), share(400, 120, school_year="2025"), share(390, 117, school_year="2026")]
    release = cbe.protect(estimates(rows, ("school_year",)), Policy())
    assert texts(release) == {"(all)": "30 %", "2025": "30 %", "2026": "30 %"}


def test_shares_whose_counts_are_not_students_do_not_confuse_the_attack():
    """Days present over days enrolled: the shares of groups do not average to the whole by students."""
    rows = [share(700, 560), share(400, 380, group="a"), share(300, 60, group="b")]
    release = cbe.protect(estimates(rows), POLICY)
    assert texts(release) == {"(all)": "80 %", "a": "95 %", "b": "20 %"}


def test_a_gap_that_holds_other_things_equal_does_not_confuse_the_attack():
    rows = [share(700, 210), share(400, 120, group="a"), share(300, 90, group="b")]
    rows += [gap(400, 0.22, 0.03, 300, unit=SHARE, group="a"), gap(300, -0.22, 0.03, 400, unit=SHARE, group="b")]
    release = cbe.protect(estimates(rows), POLICY)
    assert texts(release, "gap") == {"a": "22 points", "b": "−22 points"}


def test_arms_and_groups_crossed_with_an_effect_that_cannot_be_told():
    rows = [count(30, arm="treatment"), count(40, arm="comparison"), effect(70)]
    rows += [count(30, group="a", arm="treatment"), count(28, group="a", arm="comparison"), effect(58, group="a")]
    rows += [count(12, group="b", arm="comparison"), {**effect(12, group="b"), "value": None, "std_error": None}]
    release = cbe.protect(estimates(rows), POLICY)
    assert texts(release, "effect")["b"] == "protected"  # no one of b is in the treatment arm, which is not said
    absent = release.rows[release.rows["group"].eq("b") & release.rows["arm"].eq("treatment")]
    assert absent["shown"].tolist() == ["protected"]


def test_raising_the_minimum_hides_no_less():
    table = shares({"a": (400, 120), "b": (300, 60), "c": (25, 9), "d": (12, 5)}, compare="others")
    hidden = [
        set(cbe.protect(dataclasses.replace(table, minimum_n=n), POLICY).rows.query("hidden.notna()").index)
        for n in (10, 15, 30, 350)
    ]
    assert all(less <= more for less, more in itertools.pairwise(hidden))
    assert len(hidden[0]) < len(hidden[-1])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(1e-3, 1e4)), min_size=1, max_size=20))
def test_what_is_rounded_by_its_error_is_never_refused(numbers):
    rows = [mean(400, value, sd, group=f"g{i}") for i, (value, sd) in enumerate(numbers)]
    shown = cbe.protect(estimates(rows), POLICY).rows
    errors = dict(zip(shown["group"], shown["std_error"], strict=True))
    for i, (value, sd) in enumerate(numbers):
        found = shown.loc[shown["group"].eq(f"g{i}"), "value"].item()
        assert abs(found - value) <= sd / 20 / 4 * 1.0001  # half of a step, which is half of the error at most
        assert errors[f"g{i}"] == pytest.approx(sd / 20, rel=0.051)
