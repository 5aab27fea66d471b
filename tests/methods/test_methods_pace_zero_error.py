"""Shares where the error of paces is estimated as zero: it is hardly zero, and the interval says so."""

import numpy as np
import pytest
from dense_paces import district, joint
from threadpoolctl import threadpool_limits

from cbe_analysis.methods.pace import fit_pace, on_track, shares_in_units
from cbe_analysis.methods.pace.chances import errors_in_units, few
from cbe_analysis.methods.pace.track import _share as interval


def test_an_error_estimated_as_zero_leaves_room_in_the_interval_of_a_share():
    draw = np.random.default_rng(1)
    n = 400
    years = np.tile([1.0, 4.0], n // 2)
    pace = draw.normal(1.0, np.where(years == 1.0, 0.20, 0.22))  # those seen briefly differ no more than others
    fit = fit_pace(pace, 1 / years, school=np.arange(n) % 8)
    assert "error" in fit.variances.boundary
    track = on_track(fit, np.zeros(n), np.ones(n), exit_level=1.0)
    share = track.shares[0]
    by_chance = 1.96 * np.sqrt((track.probability * (1 - track.probability)).sum()) / n
    assert share.low < share.value < share.high
    assert (share.high - share.low) / 2 > 1.2 * by_chance


def test_the_share_of_a_school_has_that_room_as_well():
    draw = np.random.default_rng(1)
    n = 400
    years = np.tile([1.0, 4.0], n // 2)
    pace = draw.normal(1.0, np.where(years == 1.0, 0.20, 0.22))
    school = np.arange(n) // 2 % 8
    fit = fit_pace(pace, 1 / years, school=school)
    assert "error" in fit.variances.boundary
    track = on_track(fit, np.zeros(n), np.ones(n), exit_level=1.0)
    shares = shares_in_units(fit, track, school, np.ones(n))
    for at, share in enumerate(shares):
        chance = track.probability[school == at]
        by_chance = 1.96 * np.sqrt((chance * (1 - chance)).sum()) / len(chance)
        assert share.value == pytest.approx(chance.mean())
        assert share.low < share.value < share.high
        assert (share.high - share.low) / 2 > 1.2 * by_chance


def test_the_error_of_a_schools_share_is_that_of_students_judged_by_one_pace():
    """Against draws from the joint distribution of all true paces of a school."""
    noisy = district(33, students=300, groups=1, sd=(0.3, 0.9, 0.15, 0.15))
    fit = fit_pace(**noisy.given, sigma2=0.81)
    n = len(noisy.pace)
    track = on_track(fit, np.full(n, 9.0), np.full(n, 4.0), exit_level=13.0)
    v = fit.variances
    with threadpool_limits(limits=1):
        mean, error = joint(noisy, [v.student, v.error, v.school, v.cell], (noisy.X, np.eye(n)))
        draws = np.random.default_rng(6).multivariate_normal(mean, error, 4000, method="eigh")
    known = np.zeros((4, 4))
    errors = errors_in_units(fit.model, known, track.required, track.probability, (noisy.school, 8))
    for at in range(8):
        some = noisy.school == at
        count = (draws[:, some] >= 1.0).sum(axis=1)
        own = (track.probability * (1 - track.probability))[some].sum()
        assert own + (errors[at] - own) / few(fit.model) == pytest.approx(count.var(), rel=0.2)


def test_who_is_not_present_is_in_no_share_of_a_unit():
    draw = np.random.default_rng(2)
    n = 120
    years = draw.uniform(0.5, 4, n)
    fit = fit_pace(draw.normal(1.0, np.sqrt(0.04 + 0.09 / years)), 1 / years, school=np.arange(n) % 6)
    track = on_track(fit, np.zeros(n), np.ones(n), exit_level=1.0)
    here = np.arange(n) % 6 != 2
    shares = shares_in_units(fit, track, np.arange(n) % 6, here & (np.arange(n) < 60))
    assert np.isnan(shares[2].value)
    assert shares[1].value == pytest.approx(track.probability[:60][np.arange(60) % 6 == 1].mean())


@pytest.mark.parametrize(("total", "n", "variance"), [(10.0, 25, 5.0), (2.0, 25, 1.5), (600.0, 1200, 240.0)])
def test_the_interval_of_a_share_is_as_wide_as_its_error(total, n, variance):
    share = interval(total, n, variance)
    assert share.value == total / n
    assert share.high - share.low == pytest.approx(2 * 1.96 * np.sqrt(variance) / n, rel=0.04)
    assert 0 < share.low < share.value < share.high < 1


def test_an_interval_of_a_share_stays_between_none_and_all_and_holds_the_share():
    for total, n, variance in ((0.001, 20, 0.001), (19.999, 20, 0.001), (10, 20, 100), (10, 20, 120), (1e-6, 9, 1e-6)):
        share = interval(total, n, variance)
        assert 0 <= share.low <= share.value <= share.high <= 1
