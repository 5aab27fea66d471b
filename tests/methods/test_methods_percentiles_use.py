"""What is made of growth percentiles: intervals of students, medians and means of groups, growth that is needed."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import binom, norm

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.percentiles import group_percentiles, growth_percentiles, required_percentile
from cbe_analysis.methods.percentiles.groups import median_interval
from cbe_analysis.methods.percentiles.projection import projected_scores

TRIALS = 0.025  # of a share of .95 in 2,000 independent trials: five standard errors


def students(n, seed, *, noise=0.0):
    """This year's and last year's scores of n students: as tested, and free of the tests' error."""
    draw = np.random.default_rng(seed)
    able = draw.normal(size=n)
    true = np.column_stack([520 + 60 * (0.92 * able + 0.39 * draw.normal(size=n)), 500 + 60 * able])
    return np.round(true + noise * draw.normal(size=(n, 2))), true


@pytest.fixture(scope="module")
def years():
    """The fifth and the sixth grade, each with two past scores or one."""
    draw = np.random.default_rng(5)
    able = draw.normal(size=(2, 900))
    scores = np.round(500 + 20 * np.arange(4)[:, None, None] + 50 * able + 20 * draw.normal(size=(4, 2, 900)))
    found = [growth_percentiles(scores[2 + g, g], scores[[1 + g, g], g].T, np.zeros(900, int)) for g in (0, 1)]
    return scores, found


# --- intervals of students


def test_intervals_of_students_cover_the_percentile_without_the_tests_errors():
    covered, wide = [], []
    for seed, error in enumerate((15.0, 20.0, 25.0)):
        seen, true = students(2000, seed, noise=error)
        found = growth_percentiles(seen[:, 0], seen[:, 1], np.zeros(2000, int), std_errors=np.full((2000, 2), error))
        wanted = found.cohorts[0].curves[0].percentiles(true[:, 0], true[:, 1:])
        covered.append(np.mean((found.low <= wanted) & (wanted <= found.high)))
        wide.append(np.mean(found.high - found.low))
    assert min(covered) > 0.95 - TRIALS
    assert max(covered) < 0.95 + TRIALS
    assert wide == sorted(wide)


def test_intervals_hold_the_percentile_and_grow_with_the_error():
    seen, _ = students(600, 3)
    where, errors = np.zeros(600, int), np.full((600, 2), 12.0)
    errors[:50, 1] = np.nan
    found = growth_percentiles(seen[:, 0], seen[:, 1], where, std_errors=errors)
    assert np.isnan(found.low[:50]).all()
    assert np.isnan(found.high[:50]).all()
    known = slice(50, None)
    assert (found.low[known] <= found.percentile[known]).all()
    assert (found.high[known] >= found.percentile[known]).all()
    assert (found.low[known].min(), found.high[known].max()) == (1, 99)
    twice = growth_percentiles(seen[:, 0], seen[:, 1], where, std_errors=2 * errors)
    assert (twice.low[known] <= found.low[known]).all()
    assert (twice.high[known] >= found.high[known]).all()
    assert np.isnan(growth_percentiles(seen[:, 0], seen[:, 1], where).low).all()


def test_the_curves_own_error_is_in_the_interval():
    held = []
    for seed in range(10):
        draw = np.random.default_rng(seed)
        past = np.round(500 + 60 * draw.normal(size=250), 1)
        share = draw.random(250)  # of all students with this past score, those below
        score = np.round(0.9 * past + norm.ppf(share, scale=25), 2)
        found = growth_percentiles(score, past, np.zeros(250, int), std_errors=np.zeros((250, 2)))
        curves = found.cohorts[0].curves[0]
        hat = np.linalg.qr(np.column_stack([np.ones(250), curves.splines[0].columns(past)]))[0]
        p = found.percentile / 100
        expected = 196 * np.sqrt(p * (1 - p) * (hat**2).sum(axis=1))
        inside = (found.low > 1) & (found.high < 99)
        assert (found.high - found.percentile)[inside] == pytest.approx(expected[inside], rel=1e-4)
        middle = (share > 0.1) & (share < 0.9)
        held.append(np.mean((found.low <= 100 * share) & (100 * share <= found.high), where=middle))
    assert 0.93 < np.mean(held) < 0.97


def test_an_error_of_the_past_score_counts_by_the_slope_of_the_curve():
    seen, _ = students(4000, 4)
    where = np.zeros(4000, int)
    middle = np.abs(seen[:, 1] - 500) < 40
    now, past = np.tile([23.0, 0.0], (4000, 1)), np.tile([0.0, 25.0], (4000, 1))  # the slope is .92
    widths = [
        np.mean((found.high - found.low)[middle])
        for found in (growth_percentiles(seen[:, 0], seen[:, 1], where, std_errors=errors) for errors in (now, past))
    ]
    assert widths[0] == pytest.approx(widths[1], rel=0.03)


# --- groups


def test_a_median_lies_between_the_order_statistics_of_the_tables():
    # Conover (1999), table A3 and section 3.2: for n = 15 the 4th and the 12th, for n = 20 the 6th and the 15th
    for n, low, high in ((6, 1, 6), (15, 4, 12), (20, 6, 15), (100, 40, 61)):
        values = np.arange(1, n + 1) * 0.9
        found = median_interval(np.random.default_rng(n).permutation(values))
        assert (found.value, found.low, found.high) == pytest.approx((np.median(values), low * 0.9, high * 0.9))
        assert binom.cdf(low - 1, n, 0.5) < 0.025 < binom.cdf(low, n, 0.5) + 1e-9
        assert found.std_error == pytest.approx((high - low) * 0.9 / 3.92, rel=1e-3)


def test_few_students_tell_nothing_about_a_median():
    for n in range(1, 6):
        found = median_interval(np.full(n, 40.0))
        assert (found.value, found.low, found.high) == (40, 1, 99)


def test_groups_have_their_medians_and_means():
    percentile, group = np.array([10, 20, 90, 50, 60, 70, 80.0]), np.array(["b", "b", "b", "a", "a", "a", "a"])
    found = group_percentiles(percentile, group)
    assert found.labels.tolist() == ["a", "b"]
    assert found.n.tolist() == [4, 3]
    assert [each.value for each in found.medians] == [65, 20]
    assert [each.value for each in found.means] == pytest.approx([65, 40])
    assert found.means[0].std_error == pytest.approx(np.sqrt(15**2 + 5**2 + 5**2 + 15**2) / 3)  # HC3
    none = group_percentiles([], [])
    assert (none.labels.size, none.medians, none.means) == (0, (), ())


def test_schools_that_differ_widen_the_interval_of_all():
    draw = np.random.default_rng(6)
    school = np.repeat(np.arange(20), 50)
    percentile = np.clip(50 + 15 * draw.normal(size=20)[school] + 25 * draw.normal(size=1000), 1, 99)
    alone = group_percentiles(percentile, np.zeros(1000, int))
    nested = group_percentiles(percentile, np.zeros(1000, int), cluster=school)
    assert nested.medians[0].value == alone.medians[0].value
    assert nested.medians[0].std_error > 2 * alone.medians[0].std_error
    assert nested.means[0].std_error > 2 * alone.means[0].std_error
    by_school = group_percentiles(percentile, school, cluster=school)
    assert by_school.medians == group_percentiles(percentile, school).medians
    assert np.isfinite([each.std_error for each in by_school.means]).all()


@pytest.mark.parametrize("between", [0.0, 12.0])
def test_medians_and_means_of_nested_students_are_covered(between):
    draw = np.random.default_rng(8)
    school = np.repeat(np.arange(15), 30)
    held = np.zeros(2)
    for _ in range(300):
        values = 50 + between * draw.normal(size=15)[school] + 15 * draw.normal(size=450)
        found = group_percentiles(values, np.zeros(450, int), cluster=school)
        held += [each.low <= 50 <= each.high for each in (found.medians[0], found.means[0])]
    assert (held / 300 > 0.91).all()  # three standard errors below .95


def test_a_small_cohorts_groups_are_not_pushed_down_by_their_own_scores():
    told, grouped = [], []
    for seed in range(12):
        seen, _ = students(100, seed)
        found = growth_percentiles(seen[:, 0], seen[:, 1], np.zeros(100, int))
        curves = found.cohorts[0].curves[0]
        told.append(curves.percentiles(seen[:, 0], seen[:, 1:]).mean())
        grouped.append(found.grouped.mean())
    assert np.mean(told) == pytest.approx(46, abs=0.3)  # 8 of 100 scores lie on each curve, and do not count
    assert np.mean(grouped) == pytest.approx(50, abs=0.3)


# --- growth that is needed


def test_to_reach_the_score_one_has_takes_the_percentile_one_has(years):
    scores, found = years
    past = scores[[1, 0], 0].T
    needed = required_percentile(past, found[0].cohorts, scores[2, 0][:, None])
    reached = np.isfinite(needed[:, 0])
    assert needed[reached, 0].tolist() == found[0].percentile[reached].tolist()
    assert reached.mean() > 0.98
    assert (found[0].percentile[~reached] == 99).all()


def test_two_years_ahead_is_one_year_after_one_year(years):
    scores, found = years
    steps = [found[0].cohorts[0], found[1].cohorts[0]]
    past = scores[[1, 0], 0, :40].T
    paths = projected_scores(past, steps)
    assert paths.shape == (40, 2, 99)
    first = steps[0].curves[1].scores(past)
    assert paths[:, 0].tolist() == first[:, 1:].tolist()
    curves = steps[1].curves[1]
    for i in range(0, 40, 7):
        then = [
            curves.columns(np.array([[first[i, j], past[i, 0]]]))[0] @ curves.coefficients[:, j] for j in range(100)
        ]
        assert paths[i, 1] == pytest.approx(np.sort(then)[1:], abs=1e-5)
    assert (np.diff(paths, axis=2) >= 0).all()


def test_a_higher_target_takes_no_less_growth(years):
    scores, found = years
    steps = [each.cohorts[0] for each in found]
    past = scores[[1, 0], 0, :60].T
    needed = [required_percentile(past, steps, [target, target + 20]) for target in (400, 480, 560, 640, 2000)]
    assert all((low <= high).all() for low, high in pairwise(needed))
    assert np.isinf(needed[-1]).all()
    assert (needed[0] >= 1).all()


def test_one_past_score_is_followed_by_the_curves_for_one(years):
    scores, found = years
    steps = [each.cohorts[0] for each in found]
    past = scores[[1, 0], 0, :3].T.copy()
    past[0, 1], past[1, 0] = np.nan, np.nan
    paths = projected_scores(past, steps)
    assert paths[0, 0].tolist() == steps[0].curves[0].scores(past[[0], :1])[0, 1:].tolist()
    assert np.isnan(paths[1]).all()
    needed = required_percentile(past, steps, [[500, np.nan]] * 3)
    assert np.isnan(needed).tolist() == [[False, True], [True, True], [False, True]]
    # from the second year on, the first year's score is a past score too
    assert np.isfinite(paths[0, 1]).all()


def test_scores_beyond_the_cohorts_are_followed_within_reason(years):
    scores, found = years
    steps = [each.cohorts[0] for each in found]
    paths = projected_scores([[0.0, 0.0], [5000.0, 5000.0]], steps)
    reach = np.ptp(scores)
    assert paths.min() > scores.min() - 2 * reach
    assert paths.max() < scores.max() + 2 * reach


def test_what_cannot_be_projected_is_refused(years):
    _, found = years
    with pytest.raises(UsageError, match="no year to look ahead"):
        projected_scores([500.0], [])
    with pytest.raises(UsageError, match="one for each year"):
        required_percentile([500.0], found[0].cohorts, [500, 510])
    with pytest.raises(UsageError, match="1 of 1 numbers are missing or infinite"):
        projected_scores([np.inf], found[0].cohorts)
