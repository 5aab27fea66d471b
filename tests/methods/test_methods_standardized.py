"""Effects in standard deviations against Borenstein's example, the Clearinghouse's formulas and Project STAR."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.multiplicity import benjamini_hochberg
from cbe_analysis.methods.standardized import (
    clustered_t,
    cox_index,
    hedges_g,
    improvement_index,
    pooled_sd,
    small_sample,
    standardize,
)

TRUTHS = json.loads((Path(__file__).parents[1] / "truths" / "standardized.json").read_text())
PRINTED = 1e-8


def test_borenstein_s_example():
    mean1, sd1, n1, mean0, sd0, n0 = TRUTHS["borenstein"]["inputs"]
    found = hedges_g(mean1, mean0, sd1, sd0, n1, n0)
    assert found.value == pytest.approx(TRUTHS["borenstein"]["g"], rel=PRINTED)
    assert found.std_error**2 == pytest.approx(TRUTHS["borenstein"]["variance"], rel=1e-4)
    printed = TRUTHS["borenstein"]["printed"]
    assert (round(found.value, 4), round(found.std_error**2, 4)) == (printed["g"], printed["variance"])


def test_a_gap_of_project_star():
    gap = TRUTHS["star_gap"]
    found = hedges_g(*(gap[name] for name in ("mean1", "mean2", "sd1", "sd2", "n1", "n2")))
    assert found.value == pytest.approx(gap["hedges_g_approxJ"], rel=PRINTED)
    assert pooled_sd(gap["sd1"], gap["sd2"], gap["n1"], gap["n2"]) == pytest.approx(gap["pooled_sd"], rel=PRINTED)


@pytest.mark.parametrize("case", TRUTHS["clustered"])
def test_t_corrected_for_clusters(case):
    found = clustered_t(case["g"], case["nt"], case["nc"], clusters=case["n_clusters"], icc=case["icc"])
    printed = {"rel": PRINTED} if case["h_df"] != 231.66 else {"abs": 5e-3}
    assert found.t == pytest.approx(case["t"], rel=PRINTED)
    assert (found.t_adjusted, found.df) == pytest.approx((case["t_adj"], case["h_df"]), **printed)
    assert found.p == pytest.approx(case["p_adj"], rel=1e-3 if "abs" in printed else PRINTED)


def test_improvement_and_cox_indices():
    for g, index in TRUTHS["improvement_index"].items():
        assert improvement_index(float(g)) == pytest.approx(index, rel=PRINTED)
    cox = TRUTHS["cox"]
    many = cox_index(cox["p1"], cox["p2"], 10**9, 10**9)
    assert many.value == pytest.approx(cox["cox_index"], rel=1e-7)
    few = cox_index(cox["p1"], cox["p2"], 20, 30)
    assert few.value == pytest.approx(cox["cox_index"] * small_sample(50), rel=PRINTED)


def test_benjamini_and_hochberg_leave_out_what_is_no_comparison():
    truth = TRUTHS["benjamini_hochberg"]
    assert benjamini_hochberg(truth["p"]) == pytest.approx(truth["adjusted"])
    found = benjamini_hochberg([np.nan, *truth["p"][::-1], np.nan])
    assert found[1:-1] == pytest.approx(truth["adjusted"][::-1])
    assert np.isnan(found[[0, -1]]).all()


def test_benjamini_and_hochberg_of_none_one_and_nothing_but_missing():
    assert benjamini_hochberg([]).size == 0
    assert benjamini_hochberg([0.2]) == pytest.approx([0.2])
    assert np.isnan(benjamini_hochberg([np.nan, np.nan])).all()
    with pytest.raises(UsageError, match="1 p-values lie outside"):
        benjamini_hochberg([0.5, 1.2])


def test_false_discoveries_stay_within_the_bound():
    draw, shares = np.random.default_rng(51), []
    for _ in range(400):
        z = draw.normal(size=40)
        z[:10] += 3
        p = np.array([2 * improvement_tail(abs(x)) for x in z])
        called = benjamini_hochberg(p) <= 0.10
        shares.append(called[10:].sum() / max(called.sum(), 1))
    assert np.mean(shares) <= 0.10


def improvement_tail(z):
    """The upper tail of the normal distribution, from the improvement index."""
    return 0.5 - improvement_index(z) / 100


@given(shift=st.floats(-1e3, 1e3), scale=st.floats(1e-3, 1e3), gap=st.floats(-5, 5))
def test_units_do_not_matter(shift, scale, gap):
    one = hedges_g(gap, 0, 1, 2, 30, 40)
    other = hedges_g(shift + scale * gap, shift, scale, 2 * scale, 30, 40)
    assert (other.value, other.std_error) == pytest.approx((one.value, one.std_error), abs=1e-6)


def test_the_error_of_g_is_its_spread_over_studies():
    draw = np.random.default_rng(52)
    scores = draw.normal(size=(4000, 2, 15))
    scores[:, 0] += 0.5
    mean, sd = scores.mean(axis=2), scores.std(axis=2, ddof=1)
    found = [hedges_g(*mean[i], *sd[i], 15, 15) for i in range(4000)]
    values = np.array([g.value for g in found])
    assert values.mean() == pytest.approx(0.5, abs=4 * values.std() / np.sqrt(4000))
    assert np.mean([g.std_error for g in found]) == pytest.approx(values.std(), rel=0.05)
    assert 0.93 <= np.mean([g.low <= 0.5 <= g.high for g in found]) <= 0.97


def test_an_effect_brings_its_own_error():
    found = standardize(4.0, 1.5, 10.0, 10**6)
    assert (found.value, found.std_error) == pytest.approx((0.4, 0.15), rel=1e-4)
    assert (found.low, found.high) == pytest.approx((0.4 - 1.96 * 0.15, 0.4 + 1.96 * 0.15), abs=1e-4)
    assert np.isnan(standardize(4.0, np.nan, 10.0, 100).std_error)


def test_what_has_no_standard_deviation_has_no_effect_in_it():
    for found in (
        hedges_g(1, 0, 0, 0, 5, 5),
        hedges_g(1, 0, 1, 1, 0, 5),
        hedges_g(1, 0, np.nan, np.nan, 1, 1),
        cox_index(1, 0.5, 10, 10),
        cox_index(0.5, 0, 10, 10),
        cox_index(0.5, 0.5, 0, 10),
    ):
        assert np.isnan([found.value, found.std_error, found.low, found.high]).all()
    one = hedges_g(3, 2, np.nan, 1, 1, 10)  # one student has a mean and no spread
    assert one.value == pytest.approx(small_sample(11))


def test_a_correction_for_clusters_needs_clusters():
    for clusters, icc in ((1, 0.2), (500, 0.2), (10, 1.5)):
        with pytest.raises(UsageError, match=r"clusters of 400 students"):
            clustered_t(0.3, 200, 200, clusters=clusters, icc=icc)
    assert clustered_t(0.3, 200, 200, clusters=400, icc=0).t_adjusted == pytest.approx(3.0)
    assert np.isnan(clustered_t(0.3, 2, 2, clusters=2, icc=1).df)
