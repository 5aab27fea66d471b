"""Fit the model of observed paces and hand back what it says of groups, schools and students."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray, IntArray, numbers
from cbe_analysis.methods.pace.arrange import Cells, Given, arrange, cells
from cbe_analysis.methods.pace.likelihood import Point, Sample
from cbe_analysis.methods.pace.means import plain_means, weighed_means
from cbe_analysis.methods.pace.prediction import (
    Everyone,
    Posterior,
    Predicted,
    Schools,
    bounds,
    drift,
    posterior,
    understated,
)
from cbe_analysis.methods.pace.variances import Estimated, Variances, estimate
from cbe_analysis.methods.robust import Contrasted, RobustFit
from cbe_analysis.methods.threads import one_thread

EXACT = 1e-12  # a residual this small a share of the paces is rounding


@dataclass(frozen=True, slots=True)
class PaceFit:
    """A fitted model of observed paces.

    Parameters
    ----------
    groups
        Shape `(g,)` labels, sorted.
    n
        Shape `(g,)`: students with a pace.
    centre
        Shape `(q,)`: means of the covariates, where the means of groups stand.
    means, raw
        The regressions behind `mean` and `raw_mean`, groups first, then covariates.
    students
        One for each student given, also those without a pace, who are predicted from their school and group.
    schools
        One for each school and group that occur together; empty without schools.
    identified
        Whether the variance of students is told from the error. It is not where all spreads are (nearly) equal and
        neither sigma2 nor lines with three dates are given: means stand, but what rests on the true paces of students
        (their predictions, shares, chances) is NaN.
    exact
        Whether paces are all alike within groups: nothing varies and no error can be told.
    """

    groups: NDArray[Any]
    n: IntArray
    centre: FloatArray = field(repr=False)
    means: RobustFit = field(repr=False)
    raw: RobustFit = field(repr=False)
    variances: Variances
    students: Predicted = field(repr=False)
    schools: Schools = field(repr=False)
    loglik: float
    iterations: int
    converged: bool
    identified: bool
    exact: bool
    model: Model = field(repr=False)

    def mean(self, group: int) -> Contrasted:
        """The mean pace of a group, students weighed by how well their pace is known, with a robust interval."""
        return self.gap(np.eye(len(self.groups))[group])

    def raw_mean(self, group: int) -> Contrasted:
        """The plain mean of the observed paces of a group (at the average covariates), with a robust interval."""
        return self.raw_gap(np.eye(len(self.groups))[group])

    def gap(self, weights: ArrayLike) -> Contrasted:
        """A weighted sum of the groups' mean paces, weights of shape `(g,)`."""
        return self._sum(self.means, numbers(weights, "weights"))

    def raw_gap(self, weights: ArrayLike) -> Contrasted:
        """A weighted sum of the groups' plain means, weights of shape `(g,)`."""
        return self._sum(self.raw, numbers(weights, "weights"))

    def _sum(self, fit: RobustFit, weights: FloatArray) -> Contrasted:
        if weights.shape != self.n.shape:
            raise UsageError(f"{weights.size} weights for {self.n.size} groups", "pace", "give one per group")
        found = fit.contrast(np.r_[weights, np.zeros(len(self.centre))])
        return Contrasted(found.value) if self.exact else found


@dataclass(frozen=True, slots=True)
class Model:
    """What the answers are made from.

    Parameters
    ----------
    given
        All students.
    cells
        Groups within schools.
    everyone
        The same students in the terms of the sample.
    sample, point
        Those with a pace; the end of the search.
    """

    given: Given
    cells: Cells
    everyone: Everyone
    sample: Sample
    point: Point


def fit_pace(  # noqa: PLR0913  one argument for each part of the model's equation
    pace: ArrayLike,
    spread: ArrayLike,
    *,
    group: ArrayLike | None = None,
    school: ArrayLike | None = None,
    X: ArrayLike | None = None,
    about: tuple[int, float] = (0, 0.0),
    sigma2: float | None = None,
) -> PaceFit:
    """The model of observed paces: means of groups, variances by REML, predictions of schools and students.

    Means are those of generalised least squares at the estimated variances. Their errors are CR2 by school with
    Satterthwaite's degrees of freedom: with few schools the variance between them is often estimated as zero, and
    errors that take the model at its word (Kenward and Roger's among them) then forget schools altogether, while CR2
    takes them from the schools' own means. Without schools the errors are HC3: these students alone.

    Parameters
    ----------
    pace, spread
        Shape `(n,)`, one row per student, from `gains` or `slopes`: levels a year, and error variance over sigma2; NaN
        and infinite for a student without a pace, who is predicted from school and group.
    group, school
        Shape `(n,)` labels. Without groups there is one.
    X
        Shape `(n, q)`: covariates to be held at their average, without missing values.
    about
        Degrees of freedom and sum of squares of levels about the students' own lines, from `slopes`.
    sigma2
        The error variance where it is known; else it is estimated.

    Raises
    ------
    UsageError
        Where a number or label is missing, paces are no more than columns, or covariates depend on each other.

    References
    ----------
    Laird, N. M. & Ware, J. H. (1982), Biometrics 38, 963-974. Fay, R. E. & Herriot, R. A. (1979), Journal of the
    American Statistical Association 74, 269-277. Pustejovsky, J. E. & Tipton, E. (2018), Journal of Business &
    Economic Statistics 36, 672-683 (errors).
    """
    given = arrange(pace, spread, group=group, school=school, X=X)
    if sigma2 is not None and not 0 <= sigma2 < np.inf:
        raise UsageError(f"an error variance of {sigma2}", "sigma2", "give one of 0 or more, or none to estimate it")
    with one_thread():
        nested, cluster = cells(given), given.cluster
        rows = np.column_stack([given.pace, given.held])[given.used]
        raw = plain_means(nested.nest, rows, cluster)
        sample = _sample(raw, given, nested, about if sigma2 is None else (0, 0.0))
        exact = bool(np.abs(_residual(raw, sample)).max() <= EXACT * np.abs(sample.y).max())
        fitted = estimate(sample, sigma2=sigma2, nested=cluster is not None, exact=exact)
        means = raw if exact else weighed_means(fitted.found.point.swept.between, rows, cluster)
        everyone = Everyone(nested.of, given.held, given.pace, given.spread)
        model = Model(given, nested, everyone, sample, fitted.found.point)
        students, schools = _students(model, fitted), _schools(model, fitted)
    return PaceFit(
        groups=given.groups.labels,
        n=np.bincount(given.groups.codes[given.used], minlength=len(given.groups.labels)),
        centre=given.centre,
        means=means,
        raw=raw,
        variances=fitted.variances,
        students=students,
        schools=schools,
        loglik=float("nan") if exact else -fitted.found.point.deviance / 2,
        iterations=fitted.found.iterations,
        converged=fitted.found.converged,
        identified=fitted.identified,
        exact=exact,
        model=model,
    )


def _sample(raw: RobustFit, given: Given, nested: Cells, about: tuple[int, float]) -> Sample:
    """The paces to be explained, by the columns of groups that have one, and all covariates."""
    kinds, y, kept = len(given.groups.labels), given.pace[given.used], raw.design.kept
    surplus = sorted({*range(kinds, raw.design.k)} - {*kept.tolist()})
    if surplus:
        which = ", ".join(str(column - kinds) for column in surplus)
        raise UsageError(f"columns {which} depend on groups or on each other", "X, counted from 0", "leave them out")
    if len(y) <= len(kept):
        raise UsageError(f"{len(y)} paces for {len(kept)} columns", "pace", "give more students, or fewer groups")
    degrees, squares = about if about[1] > 0 else (0, 0.0)
    return Sample(nested.nest, y, given.held[given.used], len(kept), degrees, squares)


def _residual(raw: RobustFit, sample: Sample) -> FloatArray:
    """The paces less what the plain regression expects."""
    nest = sample.nest
    found: FloatArray = sample.y - raw.coef[nest.group][nest.cell] - sample.held @ raw.coef[nest.groups :]
    return found


def _students(model: Model, fitted: Estimated) -> Predicted:
    """Every student's pace; NaN where the variances are not told apart, and in a group without a pace."""
    codes = model.given.groups.codes
    if not fitted.identified:
        unknown = np.full(len(codes), np.nan)
        return bounds(unknown, unknown, 1)
    found, moved = _known(model, fitted, model.everyone)
    seen = np.isin(codes, codes[model.given.used])
    return bounds(np.where(seen, found.mean, np.nan), found.variance + moved, model.sample.spare)


def _schools(model: Model, fitted: Estimated) -> Schools:
    """The pace of every cell, as of a student there of whom nothing else is known."""
    given, nest = model.given, model.sample.nest
    if given.schools is None:
        none = np.empty(0)
        return Schools(none, none, np.empty(0, np.int64), none, bounds(none, none, 1))
    n = nest.size
    raw = np.divide(nest.by_cell(model.sample.y), n, out=np.full(len(n), np.nan), where=n > 0)
    middling = np.zeros((len(n), given.held.shape[1]))
    everyone = Everyone(np.arange(len(n)), middling, np.zeros(len(n)), np.full(len(n), np.inf))
    found, moved = _known(model, fitted, everyone)
    seen = np.isin(nest.group, nest.group[n > 0])
    error = np.full(len(n), np.nan) if fitted.exact else found.base + moved
    schools = len(np.unique(nest.school[n > 0]))
    predicted = bounds(np.where(seen, found.mean, np.nan), error, schools - 1)
    return Schools(given.schools.labels[nest.school], given.groups.labels[nest.group], n, raw, predicted)


def _known(model: Model, fitted: Estimated, everyone: Everyone) -> tuple[Posterior, FloatArray]:
    """What is known at the estimated variances, and what their uncertainty adds to the error variance."""
    found = posterior(everyone, model.sample, model.point)
    along, vcov = drift(everyone, model.sample, model.point), fitted.variances.vcov
    moved = np.einsum("kn,kl,ln->n", along, vcov, along, optimize=True)
    return found, moved + understated(everyone, model.point, vcov)
