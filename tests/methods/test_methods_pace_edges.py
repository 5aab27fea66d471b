"""The model of paces where schools, paces or years are few or all alike."""

import numpy as np
import pytest
from dense_paces import district
from scipy import stats

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.pace import fit_pace, on_track


def fitted(paces):
    return fit_pace(**paces.given)


def _without(paces, name):
    return {key: value for key, value in paces.given.items() if key != name}


def test_a_student_without_a_pace_is_predicted_from_school_and_group():
    paces = district(10, students=200)
    newcomers = {"pace": np.nan, "spread": np.inf, "group": 1, "school": 3}
    more = {name: np.append(values, newcomers[name]) for name, values in paces.given.items()}
    fit, plain = fit_pace(**more), fitted(paces)
    cell = (fit.schools.school == 3) & (fit.schools.group == 1)
    assert fit.students.pace[-1] == pytest.approx(fit.schools.predicted.pace[cell][0])
    assert fit.students.std_error[-1] ** 2 == pytest.approx(
        fit.schools.predicted.std_error[cell][0] ** 2 + fit.variances.student, rel=1e-6
    )
    assert fit.students.pace[:-1] == pytest.approx(plain.students.pace)
    assert fit.n.sum() == 200


def test_a_group_without_a_pace_is_unknown_and_disturbs_nobody():
    paces = district(11, students=300)
    extra = {"pace": [np.nan] * 3, "spread": [np.inf] * 3, "group": [7] * 3, "school": [0, 1, 2]}
    fit = fit_pace(**{name: np.r_[values, extra[name]] for name, values in paces.given.items()})
    assert fit.groups.tolist() == [0, 1, 7]
    assert fit.n.tolist()[2] == 0
    assert np.isnan(fit.mean(2).value)
    assert fit.mean(0).value == pytest.approx(fitted(paces).mean(0).value)
    assert np.isnan(fit.students.pace[-3:]).all()
    assert np.isfinite(fit.students.pace[:-3]).all()
    assert np.isnan(fit.schools.predicted.pace[fit.schools.group == 7]).all()


def test_one_school_is_students_alone():
    paces = district(12, students=120, schools=1)
    fit, without = fitted(paces), fit_pace(**{**paces.given, "school": None})
    assert fit.means.kind == "HC3"
    assert fit.variances.school == fit.variances.cell == 0
    assert fit.mean(0) == without.mean(0)
    assert fit.variances.boundary == without.variances.boundary
    assert len(fit.schools.n) == 2
    assert len(without.schools.n) == 0


def test_one_student_in_each_school_leaves_schools_and_students_one():
    paces = district(13, students=80, groups=1)
    fit = fit_pace(paces.pace, paces.spread, school=np.arange(80))
    plain = fit_pace(paces.pace, paces.spread)
    assert fit.variances.school == 0
    assert "school" not in fit.variances.boundary  # it was not looked for
    assert fit.mean(0).value == pytest.approx(plain.mean(0).value)
    assert fit.mean(0).std_error == pytest.approx(plain.mean(0).std_error, rel=0.05)


def test_a_group_in_one_school_is_described_and_the_other_tested():
    paces = district(14, students=200, schools=9, groups=1)
    group = (paces.school == 0).astype(int)
    fit = fit_pace(paces.pace, paces.spread, group=group, school=paces.school)
    assert np.isfinite(fit.mean(1).value)
    assert np.isnan(fit.mean(1).std_error)
    assert np.isnan(fit.gap([-1, 1]).low)
    assert np.isfinite(fit.mean(0).low)


def test_two_groups_of_one_school_each_have_no_errors_at_all():
    paces = district(15, students=60, schools=2, groups=1)
    fit = fit_pace(paces.pace, paces.spread, group=paces.school, school=paces.school)
    assert fit.variances.school == 0
    assert [fit.mean(g).value for g in range(2)] == pytest.approx([fit.raw_mean(g).value for g in range(2)], abs=0.1)
    assert np.isnan([fit.mean(g).std_error for g in range(2)]).all()


def test_paces_all_alike_have_no_error_to_tell():
    paces = district(16)
    fit = fit_pace(1.0 + 0.5 * paces.group, **_without(paces, "pace"))
    assert fit.exact
    assert not fit.identified
    assert [fit.mean(g).value for g in range(2)] == pytest.approx([1, 1.5])
    assert np.isnan(fit.mean(0).std_error)
    assert np.isnan(fit.students.std_error).all()
    assert np.isnan(fit.schools.predicted.std_error).all()
    assert np.isnan(fit.loglik)


def test_a_group_all_alike_beside_others_that_differ_has_no_error_of_its_own():
    pace = np.ones(19)
    pace[[14, 17]] = 2, 0  # of the third group and of the second
    school = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1])
    group = np.array([1, 0, 1, 2, 0, 1, 1, 0, 0, 0, 2, 2, 2, 2, 2, 1, 1, 1, 0])
    fit = fit_pace(pace, np.ones(19), group=group, school=school)
    assert fit.mean(0).value == pytest.approx(1)
    assert fit.mean(0).std_error == pytest.approx(0, abs=1e-9)
    assert fit.mean(1).std_error > 0.05


def test_students_of_a_school_all_alike_leave_schools_and_students_one():
    """A likelihood in which schools explained everything would have no maximum."""
    fit = fit_pace(np.repeat([0.8, 1.0, 1.3], 5), np.ones(15), school=np.repeat([0, 1, 2], 5))
    assert fit.converged
    assert fit.variances.school == 0
    assert fit.mean(0).std_error == pytest.approx(np.std([0.8, 1.0, 1.3], ddof=1) / np.sqrt(3))


def test_few_students_in_any_arrangement_have_an_answer():
    answered = 0
    for seed in range(150):
        draw = np.random.default_rng(seed)
        n = int(draw.integers(3, 20))
        known = {"group": draw.integers(0, 3, n), "school": draw.integers(0, 4, n)}
        pace, years = draw.normal(1, 0.3, n).round(int(draw.integers(0, 3))), draw.choice([0.5, 1, 2, 3], n)
        if n <= len(np.unique(known["group"])):
            continue
        fit = fit_pace(pace, 1 / years, **known)
        answered += fit.converged
        values = [fit.mean(g) for g in range(len(fit.groups))]
        assert all(v.low <= v.value <= v.high or np.isnan(v.std_error) for v in values)
    assert answered >= 145


def test_a_variance_of_zero_is_said_plainly():
    draw = np.random.default_rng(17)
    school, years = np.repeat(np.arange(8), 40), np.tile(np.linspace(0.5, 4, 40), 8)
    noise = draw.normal(size=(8, 40)) / np.sqrt(years[:40])
    noise -= noise.mean(axis=1, keepdims=True)  # schools more alike than chance alone would make them
    fit = fit_pace(1 + noise.ravel(), 1 / years, school=school)
    assert "school" in fit.variances.boundary
    assert fit.variances.school == 0
    assert fit.converged
    lively = fit_pace(1 + 0.5 * draw.normal(size=320), 1 / years, school=school)
    assert "error" in lively.variances.boundary or lively.variances.error < 0.05


def test_years_that_hardly_differ_do_not_tell_the_truth_from_the_error():
    draw = np.random.default_rng(18)
    years = draw.uniform(0.9, 1.0, 200)
    pace = 1 + 0.2 * draw.normal(size=200) + 0.2 * draw.normal(size=200) / np.sqrt(years)
    fit = fit_pace(pace, 1 / years)
    assert not fit.identified
    assert fit.mean(0).value == pytest.approx(pace.mean(), abs=0.01)
    assert fit.mean(0).std_error == pytest.approx(pace.std() / np.sqrt(200), rel=0.03)
    assert fit.variances.within == pytest.approx(pace.var(ddof=1), rel=0.05)


def test_without_schools_the_raw_mean_has_the_interval_of_a_mean():
    pace = np.random.default_rng(19).normal(1, 0.3, 50)
    fit = fit_pace(pace, np.linspace(0.3, 2, 50))
    low, high = stats.t.interval(0.95, 49, pace.mean(), stats.sem(pace))
    assert (fit.raw_mean(0).low, fit.raw_mean(0).high) == pytest.approx((low, high), rel=0.02)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pace": [np.nan] * 4}, "none of 4 students has a pace"),
        ({"spread": [1.0, 1.0, -1.0, 1.0]}, "1 spreads are missing or negative"),
        ({"spread": [1.0, 1.0]}, "give one of each per student"),
        ({"group": ["a", None, "b", "b"]}, "labels are missing"),
        ({"group": ["a", "b", "c", "d"]}, "4 paces for 4 columns"),
        ({"sigma2": -1.0}, "an error variance of -1.0"),
        ({"X": [1.0, np.nan, 2.0, 3.0]}, "numbers are missing"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_a_way_out(change, message):
    few = {"pace": [0.9, 1.0, 1.3, 1.1], "spread": [1.0, 0.5, 1.0, 0.25]}
    with pytest.raises(UsageError, match=message):
        fit_pace(**(few | change))


@pytest.mark.parametrize("seed", range(10))
def test_a_share_is_well_known_where_paces_are_observed_almost_without_error(seed):
    """An error variance near zero is hard to estimate, and hardly matters: it must not make a share unknown."""
    draw = np.random.default_rng(seed)
    years, true = draw.choice([0.7, 0.9, 1.9, 2.9, 3.9], 2000), draw.normal(0.97, 0.22, 2000)
    fit = fit_pace(true + draw.normal(0, 0.003, 2000) / np.sqrt(years), 1 / years)
    [share] = on_track(fit, np.zeros(2000), np.ones(2000), exit_level=1.0).shares
    assert share.high - share.low < 0.04  # 0.044 for a share counted among 2,000
    assert share.low - 0.01 < (true >= 1).mean() < share.high + 0.01
