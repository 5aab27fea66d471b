"""How single numbers are printed: sizes, percentages, rounded estimates, and words that hold counts."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe_analysis.protect.percents import coded_within, nearest, public_limits, public_percent
from cbe_analysis.protect.rounding import in_figures, public_p, spoken, step_below, to_step
from cbe_analysis.protect.sizes import public_size, vague


@pytest.mark.parametrize(
    ("n", "shown", "number"),
    [
        (10, "10-19", None),
        (19, "10-19", None),
        (20, "20-39", None),
        (39, "20-39", None),
        (40, "40-99", None),
        (99, "40-99", None),
        (100, "100", 100),
        (104, "100", 100),
        (105, "110", 110),
        (5794, "5,790", 5790),
        (5795, "5,800", 5800),
    ],
)
def test_sizes_are_banded_below_a_hundred_and_rounded_to_tens_above(n, shown, number):
    size = public_size(n, 10)
    assert size.shown == shown
    assert math.isnan(size.rounded) if number is None else size.rounded == number
    assert size.low <= n <= size.high


@pytest.mark.parametrize(("minimum", "n", "shown"), [(5, 7, "5-9"), (15, 16, "15-19"), (30, 31, "30-39")])
def test_a_band_never_reaches_below_the_minimum(minimum, n, shown):
    assert public_size(n, minimum).shown == shown


def test_every_size_that_is_printed_alike_is_within_the_range_that_is_reckoned_with():
    for n in range(10, 400):
        size = public_size(n, 10)
        alike = [m for m in range(10, 500) if public_size(m, 10).shown == size.shown]
        assert (alike[0], alike[-1]) == (size.low, size.high)


@pytest.mark.parametrize(
    ("n", "shown", "low", "high"),
    [
        (12, "10-19", 10, 19),
        (99, "40-99", 40, 99),
        (100, "about 100", 100, 124),
        (125, "about 150", 125, 174),
        (1762, "about 1,750", 1725, 1774),
    ],
)
def test_rough_sizes_are_rounded_to_fifties(n, shown, low, high):
    size = public_size(n, 10, rough=True)
    assert (size.shown, size.low, size.high) == (shown, low, high)
    assert math.isnan(size.rounded) if n < 100 else public_size(size.rounded, 10, rough=True) == size


@pytest.mark.parametrize("minimum", [5, 10, 30, 110])
def test_a_rough_size_never_says_more_than_a_finer_one(minimum):
    for n in range(minimum, 1200):
        fine, rough = public_size(n, minimum), public_size(n, minimum, rough=True)
        assert rough.low <= fine.low <= n <= fine.high <= rough.high
        assert n < 100 or rough.high - rough.low > fine.high - fine.low


def test_texts_tell_rough_counts_roughly():
    text = "5,871 students; 12 of 3,014 pupils; n = 902; 3 cases"
    assert vague(text, 10, rough=True) == (
        "about 5,850 students; 10-19 of about 3,000 pupils; n = about 900; fewer than 10 cases"
    )


def test_a_size_below_the_minimum_is_never_printed():
    with pytest.raises(AssertionError):
        public_size(9, 10)


@pytest.mark.parametrize(
    ("n", "having", "shown"),
    [
        (1000, 10, "<=1 %"),
        (1000, 15, "2 %"),
        (1000, 985, "98 %"),
        (1000, 990, ">=99 %"),
        (200, 4, "<=2 %"),
        (200, 196, ">=98 %"),
        (60, 57, ">=95 %"),
        (60, 56, "93 %"),
        (60, 0, "<=5 %"),
        (25, 2, "<=10 %"),
        (25, 23, ">=90 %"),
        (10, 2, "<=20 %"),
        (19, 16, ">=80 %"),
        (48, 15, "31 %"),
        (16, 8, "50 %"),
        (13, 4, "about 30 %"),
    ],
)
def test_shares_are_whole_percentages_coded_near_the_ends_by_group_size(n, having, shown):
    assert public_percent(having / n, n, public_size(n, 10)).shown == shown


@given(st.integers(1, 4000), st.data())
def test_a_percentage_and_that_of_the_complement_sum_to_a_hundred(n, data):
    having = data.draw(st.integers(0, n))
    assert nearest(having / n) + nearest((n - having) / n) == 100


def test_the_limits_of_a_share_follow_from_what_is_printed_alone():
    for n in range(10, 130):
        size, seen = public_size(n, 10), {}
        for having in range(n + 1):
            percent = public_percent(having / n, n, size)
            if percent and not percent.code:
                seen.setdefault(percent.shown, set()).add(public_limits(percent, size, n / (n - 1)))
        assert all(len(limits) == 1 for limits in seen.values())


def test_the_limits_of_a_share_are_wilsons_at_the_smallest_size_of_the_band():
    percent = public_percent(15 / 50, 50, public_size(50, 10))
    # Wilson, 12 of 40 (Newcombe 1998, formula 3): 0.1807 to 0.4543
    assert public_limits(percent, public_size(50, 10), 1.0) == (0.18, 0.45)


@given(st.floats(1e-6, 1e6))
def test_the_step_is_a_one_two_or_five_between_a_fifth_and_a_half_of_the_error(error):
    step = step_below(error / 2)
    leading = float(f"{step:e}".split("e")[0])
    assert leading in (1, 2, 5)
    assert error / 5 <= step * (1 + 1e-9)
    assert step <= error / 2 * (1 + 1e-9)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3))
def test_rounding_what_is_rounded_changes_nothing(value, error):
    step = step_below(error / 2)
    once = to_step(value, step)
    assert to_step(once, step) == once
    assert spoken(once, step) == spoken(value, step)
    assert abs(once - value) <= step * 0.501


@given(st.integers(100, 10**6))
def test_a_rounded_size_is_printed_like_itself(n):
    size = public_size(n, 10)
    assert public_size(size.rounded, 10).shown == size.shown


@given(st.floats(1e-6, 1e6))
def test_figures_are_two_and_stay_two(error):
    once = in_figures(error)
    assert in_figures(once) == once
    assert once == pytest.approx(error, rel=0.051)


def test_small_p_values_are_told_as_below_a_hundredth():
    assert [public_p(p) for p in (0.0004, 0.0099, 0.01, 0.0449, 1.0)] == [0.0, 0.0, 0.01, 0.04, 1.0]


@pytest.mark.parametrize(
    ("value", "step", "text"),
    [(-1234.5678, 0.02, "−1,234.56"), (0.004, 0.01, "0.00"), (-0.004, 0.01, "0.00"), (12345, 100, "12,300")],
)
def test_numbers_are_spoken_with_commas_a_real_minus_and_the_decimals_of_their_step(value, step, text):
    assert spoken(value, step) == text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("3 students could not be placed", "fewer than 10 students could not be placed"),
        ("12 of 40 students", "10-19 of 40-99 students"),
        ("3 out of the 17 enrolled students", "fewer than 10 out of the 10-19 enrolled students"),
        ("5,871 of 6,325 students in 79 schools", "5,870 of 6,330 students in 79 schools"),
        ("based on n = 37, df 12.3", "based on n = 20-39, df 12.3"),
        ("fewer than 10 students", "fewer than 10 students"),
        ("students of grade 3 in 2026", "students of grade 3 in 2026"),
        ("CR2 by the 337 clusters", "CR2 by the 340 clusters"),
        ("CR2 errors by the 26 clusters as assigned", "CR2 errors by the 20-39 clusters as assigned"),
        ("in 1,206 clusters; 9 units were assigned", "in 1,210 clusters; 9 units were assigned"),
    ],
)
def test_counts_of_people_in_words_are_as_vague_as_sizes(said, told):
    assert vague(said, 10) == told


@pytest.mark.parametrize(
    ("n", "clusters", "told"),
    [(26, 26, "20-39"), (39, 19, "10-19"), (26, 8, "8"), (5870, 337, "337"), (120, 60, "40-99")],
)
def test_clusters_are_told_exactly_where_they_say_nothing_of_the_students(n, clusters, told):
    assert vague(f"in {clusters} clusters as assigned", 10, n) == f"in {told} clusters as assigned"


def test_what_is_vague_already_stays():
    once = vague("7 students, 12 of 40 cases, 5,871 records", 10)
    assert vague(once, 10) == once


def test_coding_is_wider_for_smaller_groups():
    points = [coded_within(n) for n in (300, 299, 100, 99, 40, 39, 20, 19, 10, 5)]
    assert points == [1, 2, 2, 5, 5, 10, 10, 20, 20, 20]
