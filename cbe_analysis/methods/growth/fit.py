"""Fit the growth model and hand back its answers in the units of the scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import Coded, FloatArray, IntArray, coded, columns, numbers
from cbe_analysis.methods.growth.deviance import Point
from cbe_analysis.methods.growth.moments import Basis, Moments, Rows, reduce_rows
from cbe_analysis.methods.growth.prediction import Prediction, predict_schools, predict_students
from cbe_analysis.methods.growth.search import Found, search
from cbe_analysis.methods.threads import one_thread

SINGULAR = 1e-8  # least eigenvalue of a level's covariance over sigma2, in the orthogonal basis
INFORMED = 1e-3  # least information on a parameter of the covariances
EXACT = 1e-12  # a residual this small a share of the scores is rounding


@dataclass(frozen=True, slots=True)
class Level:
    """The students, or the schools, of a growth model.

    Parameters
    ----------
    ids
        Shape `(k,)`. A student in two schools is two units.
    schools
        Shape `(k,)`: the unit's school; for schools, the same as `ids`.
    effects, std_errors
        Shape `(k, 2)`: predicted departures (BLUPs) in intercept and slope, with the standard errors of prediction
        given the fixed effects.
    vcov
        Shape `(k, 2, 2)`: the covariances of prediction behind these.
    covariance
        Shape `(2, 2)`: of intercepts and slopes between units, in the unit of the scores.
    singular
        Whether the covariance lies on its boundary: a variance of zero or a correlation of one.
    """

    ids: NDArray[Any]
    schools: NDArray[Any]
    effects: FloatArray = field(repr=False)
    std_errors: FloatArray = field(repr=False)
    vcov: FloatArray = field(repr=False)
    covariance: FloatArray
    singular: bool


@dataclass(frozen=True, slots=True)
class GrowthFit:
    """A fitted growth model.

    Parameters
    ----------
    coef, std_error, vcov
        Shapes `(p,)`, `(p,)`, `(p, p)`: the fixed effects. The errors are NaN where the scores leave no residual.
    student, school
        The levels; no school level with fewer than two schools.
    sigma2
        Residual variance, of a row of weight one; held above zero where all scores lie on their students' lines.
    loglik
        Restricted under REML; NaN where the scores leave no residual.
    iterations, converged
        Steps of the search; whether it ended at a minimum.
    identified
        Whether the data can tell the variances apart. With two occasions per student, a random slope cannot be told
        from the residual: the fixed effects stand, the variances do not.
    """

    coef: FloatArray
    std_error: FloatArray
    vcov: FloatArray
    student: Level
    school: Level | None
    sigma2: float
    loglik: float
    iterations: int
    converged: bool
    identified: bool


@dataclass(frozen=True, slots=True)
class Names:
    """The labels of a level's units and of the schools they are in, shape `(k,)`."""

    ids: NDArray[Any]
    schools: NDArray[Any]


def fit_growth(  # noqa: PLR0913  one argument for each part of the model's equation
    y: ArrayLike,
    years: ArrayLike,
    student: ArrayLike,
    *,
    school: ArrayLike | None = None,
    X: ArrayLike | None = None,
    reml: bool = True,
    weights: ArrayLike | None = None,
    slopes: tuple[bool, bool] = (True, True),
) -> GrowthFit:
    """The growth model of scores over years, with correlated intercepts and slopes of students and of schools.

    Parameters
    ----------
    y, years
        Shape `(N,)`, one row per occasion; the intercept stands at year 0.
    student, school
        Shape `(N,)` labels. Without schools, or with one, the model has two levels.
    X
        Shape `(N, p)` fixed-effect columns; (1, years) if not given.
    reml
        Restricted likelihood, or full likelihood.
    weights
        Shape `(N,)`, positive: the residual variance of a row is sigma2 over its weight, as one over the squared
        standard error of the score.
    slopes
        Whether students, and whether schools, have a random slope; they always have a random intercept.

    Raises
    ------
    UsageError
        Where a number or label is missing, all years are the same, rows are no more than columns, a weight is not
        positive, or columns depend on each other.

    References
    ----------
    Laird, N. M. & Ware, J. H. (1982), Biometrics 38, 963-974. Raudenbush, S. W. & Bryk, A. S. (2002), Hierarchical
    Linear Models, chapters 6 and 8.
    """
    given = _check(y, years, X, weights)
    units = coded(student, len(given.y), "student")
    places = _one_place(len(given.y)) if school is None else coded(school, len(given.y), "school")
    rows, unit = _arrange(given, units, places)
    effects = 1 + slopes[0], (1 + slopes[1]) * (len(places.labels) > 1)
    names = Names(units.labels[unit], places.labels[rows.school]), Names(places.labels, places.labels)
    with one_thread():
        moments = reduce_rows(rows)
        if moments.residual <= EXACT**2 * float(np.mean(rows.y**2 * rows.weights)):
            return _without_residual(moments.basis, names, effects[1] > 0)
        return _finish(moments, search(moments, effects, reml=reml), effects, names)


def _check(y: ArrayLike, years: ArrayLike, X: ArrayLike | None, weights: ArrayLike | None) -> Rows:
    """The numbers as rows, in the order given."""
    scores, time = numbers(y, "y"), numbers(years, "years")
    if scores.ndim != 1 or scores.shape != time.shape or scores.size == 0:
        raise UsageError(
            f"{scores.size} scores and {time.size} years", "growth model", "give one of each per row, and rows"
        )
    if np.ptp(time) <= 1e-9 * np.abs(time).max():
        raise UsageError("all scores have the same date", "growth model", "give scores of two dates or more")
    design = np.column_stack([np.ones(scores.size), time]) if X is None else columns(X, scores.size)
    if scores.size <= design.shape[1]:
        raise UsageError(
            f"{scores.size} rows for {design.shape[1]} fixed effects", "growth model", "give more rows or fewer columns"
        )
    known = np.ones(1) if weights is None else columns(weights, scores.size, "weights")[:, 0]
    if known.min() <= 0:
        raise UsageError(f"{(known <= 0).sum()} weights are not positive", "weights", "leave those rows out")
    nowhere = np.empty(0, np.int64)
    return Rows(scores, time, design, known, nowhere, nowhere)


def _one_place(n: int) -> Coded:
    return Coded(np.zeros(n, np.int64), np.zeros(1, np.int64))


def _arrange(given: Rows, units: Coded, places: Coded) -> tuple[Rows, IntArray]:
    """The rows by school and student, and the code of each student in turn."""
    k = len(units.labels)
    key = places.codes * k + units.codes
    y, years, X, weights = given.y, given.years, given.X, given.weights
    if np.any(key[1:] < key[:-1]):
        order = np.argsort(key, kind="stable")
        key, y, years, X = key[order], y[order], years[order], X[order]
        weights = weights[order] if weights.size > 1 else weights
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    school, unit = np.divmod(key[start], k)
    return Rows(y, years, X, weights, start, school), unit


def _finish(moments: Moments, found: Found, effects: tuple[int, int], names: tuple[Names, Names]) -> GrowthFit:
    """The answers in the given columns and units."""
    point, basis = found.point, moments.basis
    vcov = point.sigma2 * basis.to_fixed @ point.vcov @ basis.to_fixed.T
    predicted = predict_students(moments, point), predict_schools(moments, point)
    levels = [
        _level(name, prediction, _covariance(point, basis, level), _singular(point.factors[level], effects[level]))
        for level, (name, prediction) in enumerate(zip(names, predicted, strict=True))
    ]
    return GrowthFit(
        coef=basis.least_squares - basis.to_fixed @ point.residual[basis.fixed],
        std_error=np.sqrt(np.diag(vcov)),
        vcov=vcov,
        student=levels[0],
        school=levels[1] if effects[1] else None,
        sigma2=point.sigma2,
        loglik=-point.deviance / 2,
        iterations=found.iterations,
        converged=found.converged,
        identified=_identified(moments, found, effects),
    )


def _identified(moments: Moments, found: Found, effects: tuple[int, int]) -> bool:
    """Whether there are units and occasions enough for the variances, and information on each of them."""
    units = len(moments.school), len(moments.within)
    enough = all(count > size for count, size in zip(units, effects, strict=True) if size)
    return enough and found.information > INFORMED and (moments.spare > 0 or effects[0] < 2)


def _level(names: Names, predicted: Prediction, covariance: FloatArray, singular: bool) -> Level:
    errors = np.sqrt(np.maximum(np.einsum("kii->ki", predicted.covariances), 0))
    return Level(names.ids, names.schools, predicted.effects, errors, predicted.covariances, covariance, singular)


def _covariance(point: Point, basis: Basis, level: int) -> FloatArray:
    """The covariance of intercepts and slopes between units, shape `(2, 2)`."""
    factor = np.linalg.solve(basis.to_growth, point.factors[level])
    found: FloatArray = point.sigma2 * factor @ factor.T
    return found


def _singular(factor: FloatArray, size: int) -> bool:
    return size > 0 and bool(np.linalg.eigvalsh((factor @ factor.T)[:size, :size])[0] < SINGULAR)


def _without_residual(basis: Basis, names: tuple[Names, Names], schools: bool) -> GrowthFit:
    """The fit of scores that the fixed effects give exactly: nothing varies, and no error can be told."""
    p = len(basis.fixed)
    levels = []
    for name in names:
        k = len(name.ids)
        nothing = Prediction(np.zeros((k, 2)), np.zeros((k, 2, 2)))
        levels.append(_level(name, nothing, np.zeros((2, 2)), True))
    unknown = np.full(p, np.nan)
    school = levels[1] if schools else None
    vcov = np.full((p, p), np.nan)
    return GrowthFit(basis.least_squares, unknown, vcov, levels[0], school, 0.0, float("nan"), 0, True, False)
