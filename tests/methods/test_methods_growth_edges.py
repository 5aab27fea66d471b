"""The growth model where dates, students or schools are few or alike, and with known errors of the scores."""

import numpy as np
import pytest
import statsmodels.api as sm

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.growth import fit_growth

ROUNDING = 1e-7


def lines(seed, *, students=80, schools=10, times=4, sd=((3.0, 1.0), (2.0, 0.6), 1.5)):
    """Scores about the lines of students in schools."""
    draw = np.random.default_rng(seed)
    student = np.repeat(np.arange(students), times)
    years, school = np.tile(np.arange(float(times)), students), (np.arange(students) % schools)[student]
    u, v = draw.normal(size=(students, 2)) * sd[0], draw.normal(size=(schools, 2)) * sd[1]
    y = 50 + u[student, 0] + v[school, 0] + (6 + u[student, 1] + v[school, 1]) * years
    return {"y": y + sd[2] * draw.normal(size=y.size), "years": years, "student": student, "school": school}


def test_two_scores_of_one_date_are_their_mean_with_twice_the_weight():
    """Where the pairs differ as much as the residual says, they say nothing new of it."""
    data = lines(1)
    same = data["years"] == 2
    once = fit_growth(**data, weights=np.where(same, 2.0, 1.0))
    apart = np.sqrt(once.sigma2 / 2)
    twice = {name: np.concatenate([values[~same], values[same], values[same]]) for name, values in data.items()}
    twice["y"][-2 * same.sum() :] += np.repeat([apart, -apart], same.sum())
    pairs = fit_growth(**twice)
    assert pairs.identified
    assert pairs.coef == pytest.approx(once.coef, rel=1e-6)
    assert pairs.std_error == pytest.approx(once.std_error, rel=1e-5)
    assert pairs.sigma2 == pytest.approx(once.sigma2, rel=1e-5)
    assert pairs.student.effects == pytest.approx(once.student.effects, abs=1e-4)


def test_a_student_with_two_identical_dates_informs_the_intercept():
    data = lines(2)
    more = {"y": [60.0, 62.0], "years": [1.0, 1.0], "student": [999, 999], "school": [0, 0]}
    fit = fit_growth(**{name: np.r_[values, more[name]] for name, values in data.items()})
    at = fit.student.ids.tolist().index(999)
    plain = fit_growth(**data)
    assert fit.converged
    assert np.isfinite(fit.student.effects[at]).all()
    assert fit.student.std_errors[at, 1] > 0.8 * np.sqrt(fit.student.covariance[1, 1])  # no slope of its own
    assert fit.student.std_errors[at, 0] < np.sqrt(fit.student.covariance[0, 0])
    assert fit.coef == pytest.approx(plain.coef, rel=0.02)


def test_identical_dates_of_all_are_refused():
    data = lines(3, times=2)
    with pytest.raises(UsageError, match="same date"):
        fit_growth(**{**data, "years": np.ones(len(data["y"]))})


def test_known_errors_of_scores_weigh_them():
    """With scatter only in the scores, the growth model is the weighted regression of statsmodels."""
    draw = np.random.default_rng(4)
    student, years = np.repeat(np.arange(60), 4), np.tile(np.arange(4.0), 60)
    error = draw.uniform(0.5, 4, 240)
    noise = draw.normal(size=(60, 4)) * error.reshape(60, 4)
    X = np.column_stack([np.ones(240), years])
    weight = (1 / error**2).reshape(60, 4)
    noise -= (noise * weight).sum(1, keepdims=True) / weight.sum(1, keepdims=True)  # students do not differ at all
    y = 10 + 2 * years + noise.ravel()
    fit = fit_growth(y, years, student, weights=1 / error**2, slopes=(False, False))
    theirs = sm.WLS(y, X, weights=1 / error**2).fit()
    assert fit.student.singular
    assert fit.coef == pytest.approx(theirs.params, rel=1e-6)
    assert fit.std_error == pytest.approx(theirs.bse, rel=1e-5)
    assert fit.sigma2 == pytest.approx(theirs.scale, rel=1e-5)


def test_precise_scores_move_a_student_more_than_vague_ones():
    data = lines(5)
    own = data["student"] == 0
    moved = {**data, "y": data["y"] + 10.0 * own}
    weights = [np.where(own, share, 1.0) for share in (0.05, 1.0, 20.0)]
    pulls = [
        fit_growth(**moved, weights=w).student.effects[0, 0] - fit_growth(**data, weights=w).student.effects[0, 0]
        for w in weights
    ]
    assert pulls[0] < pulls[1] < pulls[2]


def test_schools_that_do_not_differ_are_said_to_be_at_the_boundary():
    data = lines(6, students=160, schools=8, sd=((3.0, 1.0), (0.0, 0.0), 1.5))
    ones = np.zeros((8, 2))
    for column, name in enumerate(("level", "slope")):  # schools more alike than chance alone would make them
        of = np.where(name == "level", 1.0, data["years"])
        for school in range(8):
            some = data["school"] == school
            X = np.column_stack([np.ones(some.sum()), data["years"][some]])
            ones[school, column] = np.linalg.lstsq(X, data["y"][some], rcond=None)[0][column]
        data["y"] = data["y"] - (ones[data["school"], column] - ones[:, column].mean()) * of
    fit, without = fit_growth(**data), fit_growth(**{**data, "school": None})
    assert fit.converged
    assert fit.school.singular
    assert fit.school.covariance == pytest.approx(np.zeros((2, 2)), abs=1e-6)
    assert fit.school.effects == pytest.approx(np.zeros((8, 2)), abs=1e-6)
    assert fit.loglik == pytest.approx(without.loglik, abs=1e-6)
    assert fit.coef == pytest.approx(without.coef, rel=ROUNDING)


def test_lines_that_differ_in_slope_alone_are_at_the_boundary():
    draw = np.random.default_rng(7)
    student, years = np.repeat(np.arange(100), 5), np.tile(np.arange(5.0), 100)
    noise = draw.normal(size=(100, 5))
    noise -= noise.mean(axis=1, keepdims=True)
    slope = draw.normal(0, 1.0, 100)
    y = 5 + (2 + slope[student]) * (years - 2) + noise.ravel()  # all stand at 5 in the middle year
    fit = fit_growth(y, years, student)
    assert fit.converged
    assert fit.student.singular
    assert fit.student.covariance[1, 1] == pytest.approx(1.0, rel=0.4)
    assert fit.student.covariance[0, 0] == pytest.approx(4 * fit.student.covariance[1, 1], rel=1e-2)


def test_thirty_students_have_an_answer_with_its_verdict():
    inside = 0
    for seed in range(60):
        data = lines(100 + seed, students=30, schools=1, sd=((3.0, 1.0), (0.0, 0.0), 1.5))
        fit = fit_growth(**data)
        assert fit.converged
        assert fit.school is None
        inside += abs(fit.coef[1] - 6) < 2.045 * fit.std_error[1]  # Student's t, 29 degrees of freedom
    assert inside >= 50


def test_one_occasion_of_everyone_in_schools_still_has_school_slopes():
    """Cross-sections at different dates: students cannot be told from the residual, schools can."""
    draw = np.random.default_rng(8)
    school, years = np.repeat(np.arange(12), 40), draw.uniform(0, 3, 480)
    v = draw.normal(size=(12, 2)) * [3, 1.5]
    y = 50 + v[school, 0] + (6 + v[school, 1]) * years + draw.normal(size=480)
    fit = fit_growth(y, years, np.arange(480), school=school)
    assert not fit.identified
    assert fit.converged
    assert fit.coef + fit.school.effects - [50, 6] == pytest.approx(v, abs=1.0)
    assert np.corrcoef(fit.school.effects[:, 1], v[:, 1])[0, 1] > 0.95
