"""Observed paces, shares above a pace, the chance to arrive in time, and growth beside status."""

import numpy as np
import pytest
from dense_paces import district, joint
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from threadpoolctl import threadpool_limits

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.pace import fit_pace, gains, growth_and_status, on_track, shares_above, slopes
from cbe_analysis.methods.pace.kinds import KINDS, UNSURE
from cbe_analysis.methods.pace.standing import bivariate_normal

EXIT = 13.0
PACES = district(31, students=300, sd=(0.25, 0.3, 0.15, 0.15))


@pytest.fixture(scope="module")
def fit():
    return fit_pace(**PACES.given)


# observed paces


def test_levels_gained_over_years_passed():
    seen = gains([5.0, 6.5, 5.5, 2.0, 3.0], [0.0, 1.5, 0.5, 0.0, 2.0], ["a", "a", "a", "b", "b"])
    assert seen.student.tolist() == ["a", "b"]
    assert seen.pace == pytest.approx([1.0, 0.5])
    assert seen.spread == pytest.approx([1 / 1.5, 0.5])
    assert (seen.first.tolist(), seen.last.tolist(), seen.rows.tolist()) == ([0, 3], [1, 4], [3, 2])
    assert (seen.degrees, seen.squares) == (0, 0.0)


def test_a_student_is_observed_until_the_ceiling():
    level = [12.0, 12.5, 13.0, 13.0, 13.0, 13.0, 4.0]
    seen = gains(level, [0.0, 0.5, 1.0, 2.0, 0.0, 1.0, 0.0], ["a", "a", "a", "a", "b", "b", "c"], ceiling=EXIT)
    assert seen.pace[0] == pytest.approx(1.0)  # the year at the ceiling says nothing of the pace
    assert (seen.last[0], seen.rows[0]) == (2, 3)
    assert np.isnan(seen.pace[1:]).all()  # at the ceiling from the start; one date
    assert np.isinf(seen.spread[1:]).all()
    slope = slopes(level, [0.0, 0.5, 1.0, 2.0, 0.0, 1.0, 0.0], ["a", "a", "a", "a", "b", "b", "c"], ceiling=EXIT)
    assert slope.pace[0] == pytest.approx(1.0)
    assert np.isnan(slope.pace[1:]).all()


def test_slopes_are_those_of_weighted_least_squares():
    draw = np.random.default_rng(1)
    student = draw.permutation(np.repeat(np.arange(6), [1, 2, 3, 4, 5, 6]))
    years, error = draw.uniform(0, 3, student.size), draw.uniform(0.1, 0.5, student.size)
    level = 4 + years + draw.normal(size=student.size)
    seen = slopes(level, years, student, std_error=error)
    total = 0.0
    for i in range(1, 6):
        some = student == i
        line, covariance = (
            np.polyfit(years[some], level[some], 1, w=1 / error[some], cov="unscaled")
            if i > 1
            else (
                np.polyfit(years[some], level[some], 1, w=1 / error[some]),
                np.array([[np.nan]]),
            )
        )
        assert seen.pace[i] == pytest.approx(line[0])
        if i > 1:
            assert seen.spread[i] == pytest.approx(covariance[0, 0])
        total += (((level[some] - np.polyval(line, years[some])) / error[some]) ** 2).sum()
    assert np.isnan(seen.pace[0])
    assert seen.squares == pytest.approx(total)
    assert seen.degrees == 1 + 2 + 3 + 4


@given(seed=st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter(seed):
    draw = np.random.default_rng(seed)
    student, years = draw.integers(0, 8, 40), draw.uniform(0, 3, 40).round(1)
    level = draw.uniform(9, 13.5, 40)
    order = np.random.default_rng(seed + 1).permutation(40)
    for make in (gains, slopes):
        plain = make(level, years, student, ceiling=99.0)
        mixed = make(level[order], years[order], student[order], ceiling=99.0)
        if make is slopes or len(np.unique(np.c_[student, years], axis=0)) == 40:
            assert mixed.pace == pytest.approx(plain.pace, nan_ok=True)
            assert mixed.spread == pytest.approx(plain.spread)


def test_levels_on_lines_leave_no_scatter():
    student, years = np.repeat(np.arange(30), 3), np.tile([0.0, 1.0, 2.0], 30)
    pace = np.random.default_rng(2).normal(1, 0.3, 30)
    seen = slopes(5 + pace[student] * years, years, student)
    assert seen.squares == 0
    fit = fit_pace(seen.pace, seen.spread, about=(seen.degrees, seen.squares))
    assert fit.mean(0).value == pytest.approx(pace.mean())
    assert not fit.identified


def test_what_cannot_be_observed_is_refused():
    with pytest.raises(UsageError, match="give one of each per row"):
        gains([1.0, 2.0], [0.0], ["a", "a"])
    with pytest.raises(UsageError, match="1 standard errors are not positive"):
        slopes([1.0, 2.0], [0.0, 1.0], ["a", "a"], std_error=[0.1, 0.0])
    with pytest.raises(UsageError, match="numbers are missing"):
        gains([1.0, np.nan], [0.0, 1.0], ["a", "a"])


# shares above a pace


def test_the_share_is_the_normal_tail_of_true_paces(fit):
    found = shares_above(fit, 1.0)
    spread = np.sqrt(fit.variances.student + fit.variances.school + fit.variances.cell)
    for g in range(2):
        tail = stats.norm.sf(1.0, fit.mean(g).value, spread)
        assert found.model[g].value == pytest.approx(tail, rel=1e-9)
        assert found.model[g].low < tail < found.model[g].high
        own = PACES.pace[PACES.group == g] >= 1
        assert found.raw[g].value == pytest.approx(own.mean())
        assert found.raw[g].low < found.implied[g] < found.raw[g].high
    gap = found.gap([-1, 1])
    assert gap.value == pytest.approx(found.model[1].value - found.model[0].value)
    assert found.gap([1, 0]).std_error > 0
    assert found.gap([0, 0]).value == 0


def test_noise_draws_the_raw_share_toward_one_half():
    draw = np.random.default_rng(3)
    years = draw.uniform(0.5, 3, 4000)
    true = draw.normal(1.2, 0.2, 4000)
    found = shares_above(fit_pace(true + draw.normal(0, 0.35, 4000) / np.sqrt(years), 1 / years), 1.0)
    assert found.raw[0].high < stats.norm.sf(1, 1.2, 0.2)
    assert found.model[0].low < stats.norm.sf(1, 1.2, 0.2) < found.model[0].high
    assert found.implied[0] == pytest.approx(found.raw[0].value, abs=0.02)


@given(low=st.floats(-1, 3), more=st.floats(0, 2))
def test_fewer_reach_a_higher_pace(fit, low, more):
    first, second = shares_above(fit, low), shares_above(fit, low + more)
    for g in range(2):
        assert second.model[g].value <= first.model[g].value
        assert second.raw[g].value <= first.raw[g].value
        assert 0 <= second.model[g].low <= second.model[g].value <= second.model[g].high <= 1


def test_known_shares_are_recovered_with_honest_intervals():
    true = stats.norm.sf(1.0, [0.8, 1.0], np.sqrt(0.0625 + 0.0025 + 0.0025))
    held = []
    for seed in range(150):
        paces = district(2000 + seed, students=400, schools=15, sd=(0.25, 0.3, 0.05, 0.05))
        found = shares_above(fit_pace(**paces.given), 1.0)
        gap = found.gap([-1, 1])
        if np.isfinite(gap.value):
            held.append([s.low <= t <= s.high for s, t in zip(found.model, true, strict=True)])
            held[-1].append(gap.low <= true[1] - true[0] <= gap.high)
    assert len(held) > 140
    assert np.mean(held, axis=0).min() >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / 150)
    assert np.mean(held) >= 0.92


def test_no_share_where_the_true_spread_is_not_known():
    draw = np.random.default_rng(4)
    found = shares_above(fit_pace(draw.normal(1, 0.3, 100), np.ones(100)), 1.0)
    assert np.isnan([found.model[0].value, found.model[0].low, found.gap([1]).value]).all()
    assert 0.3 < found.raw[0].value < 0.7
    assert np.isfinite(found.implied[0])


# the chance to arrive in time


def test_the_chance_is_that_of_the_students_pace(fit):
    n = len(PACES.pace)
    level, left = np.linspace(3, 12.9, n), np.tile([1.0, 3.0, 6.0], n // 3)
    track = on_track(fit, level, left, exit_level=EXIT)
    assert track.required == pytest.approx((EXIT - level) / left)
    expected = stats.norm.sf(track.required, fit.students.pace, fit.students.std_error)
    assert track.probability == pytest.approx(expected, rel=1e-9, abs=1e-15)
    for g in range(2):
        some = PACES.group == g
        assert track.shares[g].value == pytest.approx(expected[some].mean())
        assert track.shares[g].low < expected[some].mean() < track.shares[g].high
        assert track.raw[g] == pytest.approx((PACES.pace >= track.required)[some].mean())
    assert track.present.tolist() == np.bincount(PACES.group).tolist()


@given(seed=st.integers(0, 10**6))
def test_who_stands_higher_or_has_more_time_is_no_less_likely_to_arrive(fit, seed):
    draw = np.random.default_rng(seed)
    n = len(PACES.pace)
    level, left = draw.uniform(2, 13.5, n), draw.uniform(-1, 8, n)
    first = on_track(fit, level, left, exit_level=EXIT)
    higher = on_track(fit, level + draw.uniform(0, 2, n), left, exit_level=EXIT)
    later = on_track(fit, level, left + draw.uniform(0, 3, n), exit_level=EXIT)
    assert np.all(higher.probability >= first.probability)
    assert np.all(later.probability >= first.probability)
    assert np.all(first.probability[level >= EXIT] == 1)
    assert np.all(first.probability[(left <= 0) & (level < EXIT)] == 0)
    assert np.all((first.probability >= 0) & (first.probability <= 1))


def test_at_the_exit_level_all_have_arrived(fit):
    n = len(PACES.pace)
    track = on_track(fit, np.full(n, EXIT), np.zeros(n), exit_level=EXIT)
    assert np.all(track.probability == 1)
    assert np.all(track.required == 0)
    assert [(s.value, s.low, s.high) for s in track.shares] == [(1, 1, 1)] * 2
    assert track.arrived.tolist() == track.present.tolist()


def test_students_who_left_are_in_no_share_and_change_no_others(fit):
    n = len(PACES.pace)
    level, left = np.linspace(3, 13.2, n), np.full(n, 4.0)
    gone = np.random.default_rng(5).random(n) < 0.3
    level_of_gone = np.where(gone, np.nan, level)  # what they would have reached is not known
    track = on_track(fit, level_of_gone, left, exit_level=EXIT, present=~gone)
    everyone = on_track(fit, level, left, exit_level=EXIT)
    assert np.isnan(track.probability[gone]).all()
    assert track.probability[~gone] == pytest.approx(everyone.probability[~gone])
    for g in range(2):
        some = ~gone & (PACES.group == g)
        assert track.shares[g].value == pytest.approx(everyone.probability[some].mean())
        assert (track.present[g], track.left[g]) == (some.sum(), (gone & (PACES.group == g)).sum())
    with pytest.raises(UsageError, match="numbers are missing"):
        on_track(fit, level_of_gone, left, exit_level=EXIT)
    nobody = on_track(fit, level, left, exit_level=EXIT, present=PACES.group == 0)
    assert np.isnan(nobody.shares[1].value)


def test_the_error_of_a_share_is_that_of_students_judged_together():
    """Against draws from the joint distribution of all true paces, which holds what schools have in common."""
    noisy = district(33, students=300, sd=(0.3, 0.9, 0.15, 0.15))
    fit = fit_pace(**noisy.given, sigma2=0.81)
    n = len(noisy.pace)
    level, left = np.full(n, 9.0), np.full(n, 4.0)
    from cbe_analysis.methods.pace.chances import errors_of_counts, few

    track = on_track(fit, level, left, exit_level=EXIT)
    v = fit.variances
    with threadpool_limits(limits=1):
        mean, error = joint(noisy, [v.student, v.error, v.school, v.cell], (noisy.X, np.eye(n)))
        draws = np.random.default_rng(6).multivariate_normal(mean, error, 4000, method="eigh")
    errors = errors_of_counts(fit.model, np.zeros((4, 4)), track.required, track.probability)
    for g in range(2):
        some = noisy.group == g
        count = (draws[:, some] >= 1.0).sum(axis=1)
        own = (track.probability * (1 - track.probability))[some].sum()
        together = own + (errors[g] - own) / few(fit.model)
        assert together == pytest.approx(count.var(), rel=0.2)
        assert count.var() > 1.3 * own  # students of one school are not judged one by one


def test_no_chance_without_a_known_spread():
    draw = np.random.default_rng(7)
    fit = fit_pace(draw.normal(1, 0.3, 60), np.ones(60))
    track = on_track(fit, np.r_[np.full(59, 9.0), EXIT], np.full(60, 4.0), exit_level=EXIT)
    assert np.isnan(track.probability[:59]).all()
    assert track.probability[59] == 1
    assert np.isnan(track.shares[0].value)
    assert 0 < track.raw[0] < 1


def test_one_number_for_each_student(fit):
    with pytest.raises(UsageError, match="give one for each student of the fit"):
        on_track(fit, [1.0], [1.0], exit_level=EXIT)


# growth beside status


def test_the_bivariate_normal_is_scipys():
    grid = np.meshgrid([-2, -0.5, 0, 0.3, 1.7], [-1.2, 0, 0.3, 2.0], [-0.9, -0.3, 0, 0.4, 0.95], indexing="ij")
    h, k, r = (part.ravel() for part in grid)
    theirs = [stats.multivariate_normal.cdf([x, y], cov=[[1, z], [z, 1]]) for x, y, z in zip(h, k, r, strict=True)]
    assert bivariate_normal(h, k, r) == pytest.approx(theirs, abs=1e-7)
    assert bivariate_normal([0.5, 0.5], [1.0, 1.0], [1.0, -1.0]) == pytest.approx(
        [stats.norm.cdf(0.5), stats.norm.cdf(0.5) + stats.norm.cdf(1) - 1]
    )
    assert bivariate_normal([np.inf, -np.inf], [0.0, 0.0], [0.5, 0.5]) == pytest.approx([0.5, 0])


def test_kinds_are_named_where_they_are_likely_enough():
    growth = [1.3, 1.3, 0.7, 0.7, 1.01, np.nan], [0.1] * 5 + [np.nan]
    status = [0.5, -0.5, 0.5, -0.5, 0.5, 0.5], [0.1] * 6
    found = growth_and_status(growth, status, marks=(1.0, 0.0))
    assert found.kind.tolist() == [*KINDS, UNSURE, UNSURE]
    assert found.growth_low[0] == pytest.approx(1.3 - 1.959964 * 0.1)
    assert found.status_high[1] == pytest.approx(-0.5 + 1.959964 * 0.1)
    assert found.growth_chance[4] == pytest.approx(stats.norm.cdf(0.1))
    assert np.isnan(found.chances[5]).all()


@given(
    value=st.tuples(st.floats(-3, 3), st.floats(-3, 3)),
    error=st.tuples(st.floats(0, 2), st.floats(0, 2)),
    correlation=st.floats(-1, 1),
)
def test_chances_add_to_one_and_agree_with_their_margins(value, error, correlation):
    found = growth_and_status(
        ([value[0]], [error[0]]), ([value[1]], [error[1]]), marks=(0.0, 0.0), correlation=correlation
    )
    assert found.chances.sum() == pytest.approx(1, abs=1e-9)
    assert found.chances[0, :2].sum() == pytest.approx(found.growth_chance[0], abs=1e-9)
    assert found.chances[0, [0, 2]].sum() == pytest.approx(found.status_chance[0], abs=1e-9)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"certainty": 0.5}, "a certainty of 0.5"),
        ({"correlation": 1.5}, "are not possible"),
        ({"growth": ([1.0], [-0.1])}, "are not possible"),
        ({"growth": ([1.0, 2.0], [0.1, 0.1])}, "differ in number"),
    ],
)
def test_a_classification_that_means_nothing_is_refused(options, message):
    usual = {"growth": ([1.0], [0.1]), "status": ([1.0], [0.1]), "marks": (1.0, 0.0)}
    given_ = usual | options
    growth, status = given_.pop("growth"), given_.pop("status")
    with pytest.raises(UsageError, match=message):
        growth_and_status(growth, status, **given_)
