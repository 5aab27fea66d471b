"""Growth percentiles against an independent solver, their properties, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from independent_percentiles import independent
from patsy import bs

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.percentiles import Limits, growth_percentiles
from cbe_analysis.methods.percentiles.splines import spline_of

QUANTILES = (np.arange(100) + 0.5) / 100
SMALL = Limits(student=10, group=5)
ROUNDING = 1e-9


def students(n, seed=1, *, digits=1):
    """This year's scores and two past ones of n students."""
    draw = np.random.default_rng(seed)
    able = draw.normal(size=n)
    past = [np.round(500 - 20 * j + 60 * able + 25 * draw.normal(size=n), digits) for j in range(2)]
    score = np.round(520 + 60 * able + (15 + 10 * (able > 0)) * draw.normal(size=n), digits)
    return score, np.column_stack(past)


def test_every_student_stands_where_an_independent_solver_puts_them():
    score, priors = students(260)
    priors[:60, 1] = np.nan
    priors[240:, 0] = np.nan
    found = growth_percentiles(score, priors, np.zeros(260, int), limits=SMALL)
    one, two = np.arange(240), np.arange(60, 240)
    first = independent(score[one], priors[one, :1], priors[:, :1])
    second = independent(score[two], priors[two], priors)
    assert found.by_order[one, 0].tolist() == first.tolist()
    assert found.by_order[two, 1].tolist() == second.tolist()
    assert found.percentile.tolist()[:240] == [*first[:60].tolist(), *second.tolist()]
    assert found.order.tolist() == [1] * 60 + [2] * 180 + [0] * 20
    assert np.isnan(found.percentile[240:]).all()
    assert np.isnan(found.by_order[240:]).all()
    assert len(set(second.tolist())) > 60  # they do differ from each other


def test_a_spline_has_the_knots_and_columns_of_the_definition():
    scores = np.array([100.0, 110, 120, 130, 140, 150.25])
    spline = spline_of(scores)
    assert (spline.low, spline.high) == (94.975, 155.275)
    assert spline.knots.tolist() == [110, 120, 130, 140]
    inside = {"knots": spline.knots, "lower_bound": 94.975, "upper_bound": 155.275}
    expected = np.asarray(bs(scores, degree=3, include_intercept=False, **inside))
    assert spline.columns(scores) == pytest.approx(expected, abs=ROUNDING)
    beyond = spline.columns(np.array([0.0, 1000]))
    assert beyond == pytest.approx(spline.columns(np.array([94.975, 155.275])))


def test_all_cohorts_at_once_are_each_cohort_by_itself():
    parts = [students(n, seed) for n, seed in ((300, 1), (90, 2), (220, 3))]
    label = np.repeat(["5 math", "4 math", "5 reading"], [300, 90, 220])
    rows = np.random.default_rng(4).permutation(label.size)
    score, priors = (np.concatenate(of)[rows] for of in zip(*parts, strict=True))
    found = growth_percentiles(score, priors, label[rows], limits=SMALL)
    assert [cohort.label for cohort in found.cohorts] == ["4 math", "5 math", "5 reading"]
    assert [cohort.n for cohort in found.cohorts] == [90, 300, 220]
    for (alone, past), name in zip(parts, ("5 math", "4 math", "5 reading"), strict=True):
        expected = growth_percentiles(alone, past, np.zeros(alone.size, int), limits=SMALL)
        back = np.argsort(rows)[np.flatnonzero(label == name)]
        assert found.percentile[back] == pytest.approx(expected.percentile, nan_ok=True)
        assert found.order[back].tolist() == expected.order.tolist()


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_a_higher_score_has_no_lower_percentile(seed):
    score, priors = students(220, seed)
    curves = growth_percentiles(score, priors[:, 0], np.zeros(220, int)).cohorts[0].curves[0]
    ladder = np.r_[-1e6, np.linspace(200, 900, 58), 1e6]
    for prior in priors[:5, 0]:
        climbed = curves.percentiles(ladder, np.full((60, 1), prior))
        assert (np.diff(climbed) >= 0).all()
        assert (climbed[0], climbed[-1]) == (1, 99)
        assert (np.diff(curves.scores(np.array([[prior]]))[0]) >= 0).all()


@settings(max_examples=10)
@given(seed=st.integers(0, 1000), scale=st.sampled_from([0.5, 2.0, 16.0]), shift=st.sampled_from([-512.0, 0.0, 4096.0]))
def test_another_scale_changes_nothing(seed, scale, shift):
    # of whole scores, and by a power of two: three decimals are enough for the knots and boundaries of both
    score, priors = (np.round(of * 4) for of in students(251, seed, digits=2))
    where = np.zeros(251, int)
    found = growth_percentiles(score, priors, where, limits=SMALL)
    other = growth_percentiles(shift + scale * score, scale * priors - shift, where, limits=SMALL)
    assert other.percentile.tolist() == found.percentile.tolist()


@settings(max_examples=10)
@given(seed=st.integers(0, 1000))
def test_the_order_of_students_changes_nothing(seed):
    score, priors = students(250, seed, digits=4)
    rows = np.random.default_rng(seed).permutation(250)
    found = growth_percentiles(score, priors, np.zeros(250, int), limits=SMALL)
    other = growth_percentiles(score[rows], priors[rows], np.zeros(250, int), limits=SMALL)
    assert other.percentile.tolist() == found.percentile[rows].tolist()


def test_the_order_of_students_changes_no_curve_where_several_are_exact():
    score, priors = students(400, 3, digits=-1)
    rows = np.random.default_rng(3).permutation(400)
    [found] = growth_percentiles(score, priors, np.zeros(400, int)).cohorts
    [other] = growth_percentiles(score[rows], priors[rows], np.zeros(400, int)).cohorts
    assert len(found.curves) == 2
    for mine, theirs in zip(found.curves, other.curves, strict=True):
        assert np.array_equal(mine.coefficients, theirs.coefficients)


def test_percentiles_are_spread_evenly_whatever_the_past_score():
    score, priors = students(5000, 7, digits=0)
    found = growth_percentiles(score, priors, np.zeros(5000, int))
    for low, high in ((0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1)):
        some = (priors[:, 0] >= np.quantile(priors[:, 0], low)) & (priors[:, 0] <= np.quantile(priors[:, 0], high))
        assert np.mean(found.percentile[some]) == pytest.approx(50, abs=2)
        assert np.mean(found.percentile[some] <= 10) == pytest.approx(0.1, abs=0.02)


def test_small_cohorts_are_refused_with_the_reason():
    score, priors = students(420)
    sizes = {"tiny": 30, "small": 120, "one past score": 270}
    cohort = np.repeat(list(sizes), list(sizes.values()))
    found = growth_percentiles(score, priors, cohort)
    tiny, small, one = (cohort == name for name in sizes)
    assert np.isnan(found.percentile[tiny | small]).all()
    assert np.isnan(found.grouped[tiny]).all()
    assert np.isfinite(found.grouped[small | one]).all()
    assert np.isfinite(found.percentile[one]).all()
    assert (found.order[tiny] == 0).all()
    assert (found.order[small | one] == 1).all()
    assert [(each.cohort, each.order, each.groups_too, each.reason) for each in found.refusals] == [
        ("one past score", 2, True, ONE),
        ("small", 1, False, "120 students with 1 past score; 200 are needed for percentiles of students"),
        ("tiny", 1, True, TINY),
    ]


ONE = "270 students with 2 past scores; 375 are needed for percentiles of students, so fewer past scores are used"
TINY = "30 students with 1 past score; 200 are needed for percentiles of students and 80 for those of groups"


def test_scores_that_are_all_the_same_are_refused():
    score, priors = students(400)
    where = np.zeros(400, int)
    for same_score, same_prior in ((np.full(400, 500.0), priors), (score, np.full((400, 2), 500.0))):
        found = growth_percentiles(same_score, same_prior, where)
        assert np.isnan(found.grouped).all()
        assert found.refusals[0].reason == "all scores, or all past scores, lie within 0.01 of each other"
    found = growth_percentiles(score, np.column_stack([priors[:, 0], np.full(400, 500.0)]), where)
    assert (found.order == 1).all()
    assert found.percentile.tolist() == growth_percentiles(score, priors[:, 0], where).percentile.tolist()


@pytest.mark.parametrize("kinds", [2, 3, 10])
def test_few_distinct_scores_give_the_same_percentile_to_equal_students(kinds):
    draw = np.random.default_rng(kinds)
    prior = draw.integers(0, kinds, 600).astype(float)
    score = prior + draw.integers(0, 4, 600)
    found = growth_percentiles(score, prior, np.zeros(600, int))
    assert not found.refusals
    for pair in set(zip(score, prior, strict=True)):
        equal = (score == pair[0]) & (prior == pair[1])
        assert len(set(found.percentile[equal].tolist())) == 1
    # where the spline reaches each past score's students alone, the percentile is the share of them below
    for value in range(kinds if kinds < 4 else 0):
        same = prior == value
        for step in (1, 2):
            below = 100 * np.mean(score[same] < value + step)
            assert found.percentile[same & (score == value + step)][0] == pytest.approx(below, abs=1.5)


def test_a_cohort_at_the_ceiling_is_placed():
    score, priors = students(800, 3, digits=0)
    score, priors = np.minimum(score, 530), np.minimum(priors, 510)
    assert (priors[:, 0] == 510).mean() > 0.4  # three of four knots are the same
    found = growth_percentiles(score, priors, np.zeros(800, int))
    assert np.isfinite(found.percentile).all()
    assert (found.percentile[score == 530] > 1).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"score": [np.nan, 1]}, "1 of 2 numbers are missing"),
        ({"priors": [np.inf, 1]}, "1 of 2 numbers are missing or infinite"),
        ({"priors": [[1.0], [2], [3]]}, "a row for each student"),
        ({"cohort": ["a", None]}, "1 of 2 labels are missing"),
        ({"std_errors": [1, 2]}, "one for the score and each past score"),
        ({"std_errors": [[1, 2], [1, -2]]}, "1 standard errors are negative"),
    ],
)
def test_what_is_no_cohort_is_refused(change, says):
    given = {"score": [1, 2], "priors": [1, 2], "cohort": [1, 1], **change}
    with pytest.raises(UsageError, match=says):
        growth_percentiles(**given)


def test_limits_that_are_none_are_refused():
    with pytest.raises(UsageError, match="student >= group > 1"):
        Limits(student=5, group=10)
    with pytest.raises(UsageError, match="student >= group > 1"):
        Limits(group=0)
