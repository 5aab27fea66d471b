"""Many groups and covariates in the model of paces: the sums over cells against every matrix written out."""

import numpy as np
import pytest
from dense_paces import covariance, district
from threadpoolctl import threadpool_limits

from cbe_analysis.methods.pace import fit_pace, in_same_schools
from cbe_analysis.methods.pace.likelihood import evaluate, slope
from cbe_analysis.methods.robust import cluster_fit

GROUPS = 12


@pytest.fixture(scope="module")
def many():
    """A district of twelve groups, two covariates, and a thirteenth group without a pace."""
    paces = district(3, students=240, schools=9, groups=GROUPS)
    held = np.random.default_rng(5).normal(size=(240, 2)) + paces.group[:, None] / 10
    none = {"pace": [np.nan] * 2, "spread": [np.inf] * 2, "group": [GROUPS] * 2, "school": [0, 1]}
    given = {name: np.r_[values, none[name]] for name, values in paces.given.items()}
    fit = fit_pace(**given, X=np.vstack([held, np.zeros((2, 2))]))
    return paces, np.hstack([paces.X, held - held.mean(axis=0)]), fit


def restricted(paces, X, theta):
    """What remains of the inverse covariance when all fixed effects are swept out."""
    V = covariance(paces, theta)
    inverse = np.linalg.inv(V)
    precision = X.T @ inverse @ X
    P = inverse - inverse @ X @ np.linalg.solve(precision, X.T @ inverse)
    y = paces.pace
    return P, np.linalg.slogdet(V)[1] + np.linalg.slogdet(precision)[1] + y @ P @ y


@pytest.mark.parametrize("theta", [(0.06, 0.09, 0.01, 0.02), (0.1, 0.0, 0.05, 0.0), (0.02, 0.2, 0.0, 0.03)])
@threadpool_limits.wrap(limits=1)
def test_deviance_gradient_and_information_are_those_of_the_matrices(many, theta):
    paces, X, fit = many
    theta, sample = np.array(theta), fit.model.sample
    P, size = restricted(paces, X, theta)
    point = evaluate(sample, theta)
    assert point.deviance == pytest.approx(size + (240 - X.shape[1]) * np.log(2 * np.pi), rel=1e-12)
    changed, parts = slope(sample, point), paces.parts()
    pulled = P @ paces.pace
    gradient = [np.trace(P @ part) - pulled @ part @ pulled for part in parts]
    assert changed.gradient == pytest.approx(gradient, rel=1e-9)
    information = [[np.trace(P @ one @ P @ other) for other in parts] for one in parts]
    assert changed.information == pytest.approx(np.array(information), rel=1e-9)


@threadpool_limits.wrap(limits=1)
def test_rows_that_stand_for_many_have_the_errors_of_all_rows(many):
    paces, X, fit = many
    whole = cluster_fit(paces.pace, X, cluster=paces.school)
    values, vectors = np.linalg.eigh(covariance(paces, fit.model.point.theta))
    white = vectors / np.sqrt(values) @ vectors.T
    weighed = cluster_fit(white @ paces.pace, white @ X, cluster=paces.school)
    gap = np.zeros(X.shape[1])
    gap[[0, 1]] = 1, -1
    for mean, difference, other in ((fit.raw_mean, fit.raw_gap, whole), (fit.mean, fit.gap, weighed)):
        for g in range(GROUPS):
            expected = other.coefficient(g)
            found = mean(g)
            for name in ("value", "std_error", "df", "low", "p"):
                assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=1e-8, nan_ok=True)
        found, expected = difference([*gap[:GROUPS], 0]), other.contrast(gap)
        assert (found.value, found.std_error, found.df) == pytest.approx(
            (expected.value, expected.std_error, expected.df), rel=1e-8
        )


@threadpool_limits.wrap(limits=1)
def test_students_are_predicted_as_the_matrices_say(many):
    paces, X, fit = many
    theta = fit.model.point.theta
    P, _ = restricted(paces, X, theta)
    parts = paces.parts()
    true = theta[0] * parts[0] + theta[2] * parts[2] + theta[3] * parts[3]
    expected = paces.pace - covariance(paces, theta) @ P @ paces.pace  # by group and covariates alone
    assert fit.students.pace[:240] == pytest.approx(expected + true @ P @ paces.pace, rel=1e-8)
    assert np.isnan(fit.students.pace[240:]).all()
    assert np.isnan(fit.students.std_error[240:]).all()


def apart(seed):
    """Sixty small schools; the second group is mostly in the slower ones, and half a level slower than they are."""
    draw = np.random.default_rng(seed)
    effect = np.repeat(draw.normal(0, 0.1, 60), 15)
    group = (draw.random(900) < 1 / (1 + np.exp(20 * effect))).astype(int)
    years = draw.uniform(0.7, 3.5, 900)
    pace = 1.0 - 0.1 * group + effect + draw.normal(0, 0.25, 900) + draw.normal(0, 0.2, 900) / np.sqrt(years)
    return {"pace": pace, "spread": 1 / years, "group": group, "school": np.repeat(np.arange(60), 15)}


def test_in_the_same_schools_groups_differ_as_by_a_column_for_every_school():
    given = apart(5)
    fit = fit_pace(**given)
    v = fit.variances
    assert v.cell == 0  # else schools would weigh by how much their groups differ
    weights = 1 / (v.student + v.error * given["spread"])
    member, school = given["group"][:, None].astype(float), given["school"]
    plain = cluster_fit(given["pace"], member, cluster=school, absorb=school, weights=weights).coefficient(0)
    found = in_same_schools(fit).gap([-1, 1])
    assert found.value == pytest.approx(plain.value, rel=1e-4)
    assert found.std_error == pytest.approx(plain.std_error, rel=0.01)
    assert found.df == pytest.approx(plain.df, rel=0.01)


def test_the_gap_in_the_same_schools_is_not_one_of_schools():
    """The model's own gap, in which small schools are drawn together, holds it seldom; the crude gap is another."""
    fits = [fit_pace(**apart(seed)) for seed in range(40)]
    inside = [in_same_schools(fit).gap([-1, 1]) for fit in fits]
    assert np.mean([g.value for g in inside]) == pytest.approx(-0.1, abs=0.01)
    assert np.mean([g.low < -0.1 < g.high for g in inside]) >= 0.875  # 35 of 40
    assert np.mean([fit.gap([-1, 1]).value for fit in fits]) < -0.15
    assert np.mean([fit.raw_gap([-1, 1]).value for fit in fits]) < -0.18


def test_without_schools_there_is_no_other_gap():
    given = {name: values for name, values in apart(2).items() if name != "school"}
    fit = fit_pace(**given)
    assert in_same_schools(fit) is fit
