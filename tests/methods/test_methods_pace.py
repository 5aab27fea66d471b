"""The model of paces against a dense likelihood, statsmodels and simulations."""

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from dense_paces import Paces, best, covariance, deviance, district, generalized, joint
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.growth import fit_growth
from cbe_analysis.methods.pace import fit_pace, slopes

OPTIMIZER = 2e-3  # of a variance: where scipy's search stops on a flat deviance


def fitted(paces, **options):
    return fit_pace(**paces.given, **options)


def theta(fit):
    return np.array([fit.variances.student, fit.variances.error, fit.variances.school, fit.variances.cell])


@pytest.mark.parametrize("seed", range(6))
@threadpool_limits.wrap(limits=1)
def test_the_variances_are_those_of_the_largest_full_likelihood(seed):
    paces = district(seed)
    fit, other = fitted(paces), best(paces)
    assert fit.converged
    assert -2 * fit.loglik == pytest.approx(deviance(paces, fit.model.point.theta), abs=1e-8)
    assert -2 * fit.loglik <= other.fun + 1e-6
    assert fit.model.point.theta == pytest.approx(other.x, abs=OPTIMIZER * other.x.sum())


@pytest.mark.parametrize("seed", range(3))
@threadpool_limits.wrap(limits=1)
def test_means_and_their_errors_are_those_of_the_dense_formula(seed):
    paces = district(seed + 20)
    fit = fitted(paces)
    V = covariance(paces, fit.model.point.theta)
    beta, vcov = generalized(paces, fit.model.point.theta)
    assert [fit.mean(g).value for g in range(2)] == pytest.approx(beta, rel=1e-8)
    meat, rest = np.zeros((2, 2)), paces.pace - paces.X @ beta
    for school in np.unique(paces.school):  # Bell and McCaffrey's adjustment, whitened by symmetric roots
        some = paces.school == school
        values, vectors = np.linalg.eigh(V[np.ix_(some, some)])
        root = vectors / np.sqrt(values) @ vectors.T
        X, e = root @ paces.X[some], root @ rest[some]
        values, vectors = np.linalg.eigh(np.eye(some.sum()) - X @ vcov @ X.T)
        score = X.T @ (vectors / np.sqrt(values) @ vectors.T) @ e
        meat += np.outer(score, score)
    expected = np.sqrt(np.diag(vcov @ meat @ vcov))
    assert [fit.mean(g).std_error for g in range(2)] == pytest.approx(expected, rel=1e-6)
    assert fit.gap([-1, 1]).value == pytest.approx(beta[1] - beta[0])
    assert 1 < fit.gap([-1, 1]).df < 8


@threadpool_limits.wrap(limits=1)
def test_students_and_schools_are_predicted_as_the_joint_normal_says():
    paces = district(31, students=300, sd=(0.25, 0.3, 0.15, 0.15))
    fit = fitted(paces)
    at = theta(fit)
    n = len(paces.pace)
    mean, error = joint(paces, at, (paces.X, np.eye(n)))
    assert fit.students.pace == pytest.approx(mean, rel=1e-7)
    plain = np.sqrt(np.diag(error))
    assert np.all(fit.students.std_error >= plain - 1e-9)
    assert np.median(fit.students.std_error / plain) < 1.2  # what estimating the variances adds
    from cbe_analysis.methods.pace.prediction import cell_errors, posterior, shared_errors

    model = fit.model
    assert posterior(model.everyone, model.sample, model.point).variance == pytest.approx(np.diag(error), rel=1e-7)
    ones = np.eye(len(fit.schools.n))[model.cells.of] / fit.schools.n  # the mean of a cell's students, and its own part
    X = np.eye(2)[fit.schools.group]
    own = _of_cells(paces, at, ones, X)
    assert fit.schools.predicted.pace == pytest.approx(own[0], rel=1e-7)
    assert cell_errors(model.point) == pytest.approx(np.diag(own[1]), rel=1e-6)
    weights = np.random.default_rng(0).uniform(0, 1, len(X))
    shared = shared_errors(model.sample, model.point, weights, np.empty((2, 0)))
    of_groups = weights[:, None] * X
    assert shared == pytest.approx(np.diag(of_groups.T @ own[1] @ of_groups), rel=1e-6)


def _of_cells(paces, at, ones, X):
    """Predictions of the cells' paces and the covariance of their errors."""
    _, _, school, cell = paces.parts()
    reach = (at[2] * school + at[3] * cell) @ ones  # covariance of each student with each cell
    between = ones.T @ reach
    V = covariance(paces, at)
    beta, vcov = generalized(paces, at)
    K = np.linalg.solve(V, reach).T
    far = X - K @ paces.X
    return X @ beta + K @ (paces.pace - paces.X @ beta), between - K @ V @ K.T + far @ vcov @ far.T


@pytest.mark.parametrize("groups", [1, 2])
def test_equal_years_are_statsmodels_mixed_model(groups):
    paces = district(41, students=240, schools=12, groups=groups, sd=(0.25, 0.3, 0.2, 0.0))
    same = Paces(paces.pace, np.full(240, 0.5), paces.group, paces.school)
    fit = fitted(same)
    frame = {"exog_vc": None, "exog_re": np.ones((240, 1))}
    if groups == 2:
        frame["exog_vc"] = _cells_of(same)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns on its way
        theirs = sm.MixedLM(same.pace, same.X, same.school, **frame).fit(reml=True, method=["bfgs", "lbfgs"])
    assert fit.loglik == pytest.approx(theirs.llf, abs=1e-4)
    assert [fit.mean(g).value for g in range(groups)] == pytest.approx(theirs.fe_params, rel=1e-4)
    assert fit.variances.within == pytest.approx(theirs.scale, rel=1e-3)
    assert fit.variances.school == pytest.approx(theirs.cov_re[0, 0], rel=2e-2)
    assert not fit.identified  # equal years: the true spread cannot be told from the error
    assert np.isnan(fit.variances.student)
    assert np.isnan(fit.students.pace).all()
    assert np.isfinite(fit.schools.predicted.std_error).all()


def _cells_of(paces):
    names = [str(school) for school in np.unique(paces.school)]
    own = [(paces.group[paces.school == s][:, None] == [0, 1]).astype(float) for s in np.unique(paces.school)]
    columns = [[[f"{name}{g}" for g in (0, 1)] for name in names]]
    return sm.regression.mixed_linear_model.VCSpec(["cell"], columns, [own])


def test_a_known_error_tells_equal_years_apart():
    paces = district(42, students=300, schools=10)
    same = Paces(paces.pace, np.full(300, 0.5), paces.group, paces.school)
    fit, open_ = fitted(same, sigma2=0.05), fitted(same)
    assert fit.identified
    assert fit.variances.student + 0.5 * 0.05 == pytest.approx(open_.variances.within, rel=1e-5)
    for g in range(2):
        assert fit.mean(g).value == pytest.approx(open_.mean(g).value, rel=1e-6)
    assert np.isfinite(fit.students.std_error).all()


@threadpool_limits.wrap(limits=1)
def test_slopes_with_their_scatter_are_the_model_of_the_rows():
    """The row-level model with an intercept of each student's own, written out, has the same restricted likelihood."""
    draw = np.random.default_rng(7)
    student = np.repeat(np.arange(40), 4)
    years = np.tile([0.0, 0.6, 1.0, 2.0], 40)  # the same dates for all: only the scatter tells sigma2
    school = np.arange(40) % 5
    pace = 1 + 0.3 * draw.normal(size=40) + 0.2 * draw.normal(size=5)[school]
    level = draw.uniform(2, 6, 40)[student] + pace[student] * years + 0.25 * draw.normal(size=160)
    seen = slopes(level, years, student)
    fit = fit_pace(seen.pace, seen.spread, school=school, about=(seen.degrees, seen.squares))
    assert fit.identified
    X = np.column_stack([(student[:, None] == np.arange(40)).astype(float), years])

    def rows(variances):
        same = [(labels[:, None] == labels) * np.outer(years, years) for labels in (student, school[student])]
        V = variances[0] * same[0] + variances[1] * np.eye(160) + variances[2] * same[1]
        inverse = np.linalg.inv(V)
        precision = X.T @ inverse @ X
        rest = level - X @ np.linalg.solve(precision, X.T @ inverse @ level)
        return np.linalg.slogdet(V)[1] + np.linalg.slogdet(precision)[1] + rest @ inverse @ rest

    def ours(variances):
        paces = Paces(seen.pace, seen.spread, np.zeros(40), school)
        more = seen.degrees * np.log(2 * np.pi * variances[1]) + seen.squares / variances[1]
        return deviance(paces, np.array([*variances, 0.0])) + more

    at = theta(fit)[:3]
    constant = ours(at) - rows(at)
    for change in np.eye(3):
        assert ours(at * (1 + 0.1 * change)) - rows(at * (1 + 0.1 * change)) == pytest.approx(constant, abs=1e-7)
        for factor in (0.97, 1.03):
            assert rows(at * (1 + (factor - 1) * change)) >= rows(at) - 1e-9
    assert -2 * fit.loglik == pytest.approx(ours(at), abs=1e-7)
    growth = fit_growth(level, years, student, school=school[student])
    assert fit.mean(0).value == pytest.approx(growth.coef[1], abs=0.02)
    assert fit.variances.student == pytest.approx(growth.student.covariance[1, 1], rel=0.3)


def test_the_truth_is_recovered_with_honest_intervals():
    held, found = [], []
    for seed in range(150):
        paces = district(1000 + seed, students=300, schools=12, sd=(0.25, 0.3, 0.1, 0.0))
        fit = fitted(paces)
        found.append(theta(fit) if fit.identified else [np.nan] * 4)
        told = (fit.mean(0), 0.8), (fit.mean(1), 1.0), (fit.raw_mean(0), 0.8), (fit.gap([-1, 1]), 0.2)
        held.append([interval.low <= true <= interval.high for interval, true in told])
    assert np.mean(held, axis=0).min() >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / 150)
    assert np.mean(held) >= 0.92  # intervals a fifth too short hold 88 of 100
    centre, error = np.nanmean(found, axis=0), np.nanstd(found, axis=0) / np.sqrt(150)
    assert np.isnan(found).any(axis=1).mean() < 0.1
    assert np.all(np.abs(centre - [0.0625, 0.09, 0.01, 0])[:3] < 4 * error[:3])


@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([1e-3, 0.5, 40.0]))
def test_order_names_and_units_do_not_matter(seed, scale):
    paces = district(seed % 997)
    fit = fitted(paces)
    order = np.random.default_rng(seed).permutation(len(paces.pace))
    names = np.array(["a", "b"]), np.array([f"s{i}" for i in range(10)])
    again = fit_pace(
        scale * paces.pace[order],
        paces.spread[order],
        group=names[0][paces.group[order]],
        school=names[1][paces.school[order]],
    )
    for g in range(2):
        assert again.mean(g).value == pytest.approx(scale * fit.mean(g).value, rel=1e-4)
        assert again.mean(g).std_error == pytest.approx(scale * fit.mean(g).std_error, rel=1e-2)
        assert again.raw_mean(g).value == pytest.approx(scale * fit.raw_mean(g).value, rel=1e-9)
    assert again.variances.boundary == fit.variances.boundary
    assert again.students.pace == pytest.approx(scale * fit.students.pace[order], rel=1e-2, nan_ok=True)


def test_groups_are_not_drawn_toward_each_other():
    """With equal years and as many students in each school, the mean is the plain mean, whoever else is there."""
    draw = np.random.default_rng(3)
    school, group = np.repeat(np.arange(6), 20), np.tile(np.repeat([0, 1], 10), 6)
    pace = 1 + 0.1 * draw.normal(size=6)[school] + 0.2 * draw.normal(size=120)
    spread = np.full(120, 0.5)
    with_far = fit_pace(pace + 5.0 * group, spread, group=group, school=school)
    alone = fit_pace(pace[group == 0], spread[group == 0], school=school[group == 0])
    assert with_far.mean(0).value == pytest.approx(pace[group == 0].mean(), rel=1e-9)
    assert with_far.mean(1).value == pytest.approx(5 + pace[group == 1].mean(), rel=1e-9)
    assert with_far.mean(0).value == pytest.approx(alone.mean(0).value, rel=1e-9)
    assert with_far.mean(0).std_error == pytest.approx(alone.mean(0).std_error, rel=1e-6)


def test_one_more_group_in_other_schools_hardly_moves_a_mean():
    paces, extra = district(5, students=400), district(6, students=200, groups=1)
    fit = fitted(paces)
    more = fit_pace(
        np.r_[paces.pace, 2 + extra.pace],
        np.r_[paces.spread, extra.spread],
        group=np.r_[paces.group, extra.group + 2],
        school=np.r_[paces.school, extra.school + 100],
    )
    for g in range(2):
        assert abs(more.mean(g).value - fit.mean(g).value) < 0.1 * fit.mean(g).std_error


def test_schools_are_drawn_toward_the_mean_of_their_group_the_more_the_fewer_their_students():
    paces = district(8, students=400, schools=10, groups=1, sd=(0.25, 0.2, 0.15, 0))
    few = np.r_[np.flatnonzero(paces.school)[:380], np.flatnonzero(paces.school == 0)[:3]]
    fit = fit_pace(paces.pace[few], paces.spread[few], school=paces.school[few])
    mean, raw, drawn = fit.mean(0).value, fit.schools.raw, fit.schools.predicted.pace
    assert np.all(np.abs(drawn - mean) < np.abs(raw - mean) + 0.05)
    assert abs(drawn[0] - mean) < 0.8 * abs(raw[0] - mean)
    assert fit.schools.predicted.std_error[0] == fit.schools.predicted.std_error.max()


def test_covariates_are_held_at_their_average():
    paces = district(9, students=300)
    x = paces.group + np.random.default_rng(1).normal(size=300)
    moved = paces.pace + 0.5 * x
    fit, plain = fit_pace(moved, **_without(paces, "pace"), X=x), fitted(paces)
    for g in range(2):
        assert fit.mean(g).value == pytest.approx(plain.mean(g).value + 0.5 * x.mean(), abs=0.06)
    assert fit.gap([-1, 1]).value == pytest.approx(plain.gap([-1, 1]).value, abs=0.06)
    with pytest.raises(UsageError, match="columns 1 depend"):
        fit_pace(moved, **_without(paces, "pace"), X=np.column_stack([x, paces.group]))


def _without(paces, name):
    return {key: value for key, value in paces.given.items() if key != name}
