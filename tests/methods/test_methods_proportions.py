"""Shares and their intervals against published tables and by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.proportions import design_effect, share_interval


def test_wilson_and_clopper_pearson_as_newcombe_prints_them():
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, score method.
    for successes, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        found = share_interval(successes, n)
        assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
        assert found.method == "Wilson"
    exact = share_interval(0, 10)
    assert (exact.low, exact.high) == pytest.approx((0, 1 - 0.025 ** (1 / 10)))
    assert exact.method == "Clopper-Pearson"


def test_a_design_effect_is_fewer_students():
    found, fewer = share_interval(120, 400, design_effect=4), share_interval(30, 100)
    assert (found.low, found.high) == pytest.approx((fewer.low, fewer.high))
    assert found.method == "Wilson, effective n"
    assert share_interval(30, 100, design_effect=8).method == "Clopper-Pearson, effective n"


@given(n=st.integers(1, 400), data=st.data(), effect=st.floats(1, 30))
def test_an_interval_holds_its_share_and_mirrors(n, data, effect):
    successes = data.draw(st.integers(0, n))
    found = share_interval(successes, n, design_effect=effect)
    mirror = share_interval(n - successes, n, design_effect=effect)
    assert 0 <= found.low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= found.high <= 1
    assert (1 - mirror.high, 1 - mirror.low) == pytest.approx((found.low, found.high), abs=1e-9)


def test_an_interval_of_few_students_covers_what_it_claims():
    for n, p in ((8, 0.05), (15, 0.5), (40, 0.05), (60, 0.9)):
        chance = stats.binom.pmf(np.arange(n + 1), n, p)
        held = [found.low <= p <= found.high for found in (share_interval(k, n) for k in range(n + 1))]
        assert chance @ held >= 0.92


def test_nobody_and_one_student():
    none = share_interval(0, 0)
    assert np.isnan([none.low, none.high]).all()
    one = share_interval(1, 1)
    assert (one.low, one.high) == pytest.approx((0.025, 1))


@pytest.mark.parametrize("arguments", [{"successes": 3, "n": 2}, {"successes": -1, "n": 2}])
def test_more_successes_than_students_are_refused(arguments):
    with pytest.raises(UsageError, match="successes of 2"):
        share_interval(**arguments)


def test_a_design_effect_must_be_positive():
    with pytest.raises(UsageError, match="a design effect of 0"):
        share_interval(1, 2, design_effect=0)


def test_the_design_effect_by_hand():
    # Four schools of five: mean squares 5 and 0 for equal values within schools, so the correlation is 1.
    school = np.repeat(np.arange(4), 5)
    few = (stats.t.ppf(0.975, 3) / stats.norm.ppf(0.975)) ** 2
    assert design_effect(np.repeat([1, 0, 1, 0], 5), school) == pytest.approx(1 + 4 * few)
    # Schools of 1, 2, 3 with values (1), (0, 1), (1, 1, 0): between 1/12 and within 7/18 give no correlation above 0.
    assert design_effect([1, 0, 1, 1, 1, 0], [0, 1, 1, 2, 2, 2]) == 1


def test_no_cluster_is_left_out_of_the_design_effect():
    assert design_effect([1, 0, 1], ["a", "a", "a"]) == 1
    assert design_effect([1, 0, 1], ["a", "b", "c"]) == 1
    assert design_effect([1], ["a"]) == 1
    assert design_effect([1, 1, 1, 1], ["a", "a", "b", "b"]) == 1
    with pytest.raises(UsageError, match="1 of 2 numbers are missing"):
        design_effect([1, np.nan], ["a", "b"])


def test_shares_of_students_in_schools_are_covered():
    draw, held, plain = np.random.default_rng(41), 0, 0
    school, p, icc = np.repeat(np.arange(30), 100), 0.3, 0.05
    for _ in range(300):
        chance = draw.beta(p * (1 - icc) / icc, (1 - p) * (1 - icc) / icc, 30)
        y = draw.random(3000) < chance[school]
        found = share_interval(y.sum(), 3000, design_effect=design_effect(y, school))
        naive = share_interval(y.sum(), 3000)
        held += found.low <= p <= found.high
        plain += naive.low <= p <= naive.high
    assert 268 <= held <= 297  # 95 % of 300, four standard errors below
    assert plain <= 210  # the plain interval covers about 58 %
