"""Regression whose errors admit that students share schools and classes: CR2 by cluster, HC3 without clusters.

All algebra is done on cross-products of each cluster, so that no matrix is larger than the number of columns plus the
blocks that meet in one cluster.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtridf, stdtrit

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray, coded, columns, numbers
from cbe_analysis.methods.sandwich import Scores, cluster_scores, plain_scores, row_scores
from cbe_analysis.methods.threads import one_thread
from cbe_analysis.methods.weighing import Design, weigh

COVERAGE = 0.95
SEEN = 0.9  # below this share of the variance in sight, a standard error would be a claim about nothing
NONE = float("nan")


@dataclass(frozen=True, slots=True)
class Contrasted:
    """A weighted sum of coefficients with its uncertainty.

    Parameters
    ----------
    std_error
        NaN where the data cannot show it: one cluster, or a group that lives in one cluster alone.
    df
        Satterthwaite degrees of freedom (CR2), residual ones (HC1, HC3), clusters less one (CR1).
    low, high
        The 95 % interval, from Student's t.
    p
        Two-sided, against zero.
    seen
        Share of the working model's variance that varies between the clusters in sight, 0 to 1; below 0.9 the
        standard error is withheld.
    """

    value: float
    std_error: float = NONE
    df: float = NONE
    low: float = NONE
    high: float = NONE
    p: float = NONE
    seen: float = NONE


@dataclass(frozen=True, slots=True)
class RobustFit:
    """Coefficients of a regression with robust errors.

    Parameters
    ----------
    coef, std_error
        Shape `(k,)`; NaN for a column that the columns before it, or the blocks, determine.
    vcov
        Shape `(k, k)`; NaN in the rows and columns of such a column.
    n, clusters, blocks, rank
        Rows; clusters (0 without); absorbed blocks (0 without); columns of the design that count, blocks included.
    kind
        "CR2", "HC3", "CR1" or "HC1".
    """

    coef: FloatArray
    std_error: FloatArray
    vcov: FloatArray
    n: int
    clusters: int
    blocks: int
    rank: int
    kind: str
    design: Design = field(repr=False)
    scores: Scores = field(repr=False)

    def contrast(self, weights: ArrayLike) -> Contrasted:
        """The weighted sum of the coefficients with its standard error, degrees of freedom, interval and p.

        Parameters
        ----------
        weights
            Shape `(k,)`. A sum that the columns do not determine is NaN throughout.

        Raises
        ------
        UsageError
            Where the weights are not as many as the columns.
        """
        given = numbers(weights, "weights of a contrast")
        if given.shape != self.coef.shape:
            raise UsageError(f"{given.size} weights for {self.coef.size} columns", "contrast", "give one per column")
        direction = self.design.direction(given)
        if direction is None:
            return Contrasted(NONE)
        value = float(given[self.design.kept] @ self.coef[self.design.kept])
        seen = self.scores.seen(direction)
        if not seen >= SEEN:
            return Contrasted(value, seen=seen)
        std_error = float(
            np.sqrt(max(float(direction @ self.scores.meat @ direction), 0.0))
        )  # noise may fall below zero
        return bounded(value, std_error, self.scores.freedom(direction), seen)

    def coefficient(self, column: int) -> Contrasted:
        """One coefficient with its standard error, degrees of freedom, interval and p."""
        return self.contrast(np.eye(self.coef.size)[column])


def bounded(value: float, std_error: float, df: float, seen: float = 1.0) -> Contrasted:
    """The value with Student's interval and p; without a p where the standard error is zero."""
    if not (np.isfinite(std_error) and df > 0):
        return Contrasted(value, seen=seen)
    reach = float(stdtrit(df, 0.5 + COVERAGE / 2)) * std_error
    p = 2 * float(stdtr(df, -abs(value) / std_error)) if std_error > 0 else NONE
    return Contrasted(value, std_error, df, value - reach, value + reach, p, seen)


def freedom(reach: float) -> float:
    """The degrees of freedom for which Student's interval reaches so many standard errors."""
    return float(stdtridf(0.5 + COVERAGE / 2, reach))


def cluster_fit(
    y: ArrayLike,
    X: ArrayLike,
    *,
    cluster: ArrayLike | None = None,
    absorb: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> RobustFit:
    """The least-squares fit with CR2 errors by cluster and Satterthwaite degrees of freedom, or HC3 without clusters.

    Parameters
    ----------
    y
        Shape `(n,)`.
    X
        Shape `(n, k)`; give the column of ones yourself, unless `absorb` stands for it.
    cluster
        Shape `(n,)` labels: rows that share one may depend on each other.
    absorb
        Shape `(n,)` labels of blocks; the result is as if a column for each block stood in `X`.
    weights
        Shape `(n,)`, positive; the working model is a variance of one over the weight.

    Raises
    ------
    UsageError
        Where a number or label is missing, lengths differ, or a weight is not positive.

    References
    ----------
    Bell, R. M. & McCaffrey, D. F. (2002), Survey Methodology 28, 169-181.
    Pustejovsky, J. E. & Tipton, E. (2018), Journal of Business & Economic Statistics 36, 672-683, equations 5-10.
    MacKinnon, J. G. & White, H. (1985), Journal of Econometrics 29, 305-325 (HC3).
    """
    with one_thread():
        design = _design(y, X, absorb, weights)
        if cluster is None:
            return _finish(design, row_scores(design), 0, "HC3")
        groups = coded(cluster, design.n, "cluster")
        return _finish(design, cluster_scores(design, groups.codes), len(groups.labels), "CR2")


def published_fit(
    y: ArrayLike, X: ArrayLike, *, cluster: ArrayLike | None = None, absorb: ArrayLike | None = None
) -> RobustFit:
    """The same fit with the errors that most published tables print: CR1 by cluster, HC1 without; for comparison only.

    References
    ----------
    Cameron, A. C. & Miller, D. L. (2015), Journal of Human Resources 50, 317-372, equation 12.
    """
    design = _design(y, X, absorb, None)
    groups = None if cluster is None else coded(cluster, design.n, "cluster")
    scores = plain_scores(design, None if groups is None else groups.codes)
    return _finish(design, scores, 0 if groups is None else len(groups.labels), "HC1" if groups is None else "CR1")


def cluster_mean(
    values: ArrayLike, *, cluster: ArrayLike | None = None, weights: ArrayLike | None = None
) -> Contrasted:
    """The mean of the values with a robust interval; NaN throughout for none, without an interval for one.

    Parameters
    ----------
    values
        Shape `(n,)`.
    cluster, weights
        As in `cluster_fit`.
    """
    y = numbers(values, "values")
    if y.size == 0:
        return Contrasted(NONE)
    return cluster_fit(y, np.ones((y.size, 1)), cluster=cluster, weights=weights).coefficient(0)


def _design(y: ArrayLike, X: ArrayLike, absorb: ArrayLike | None, weights: ArrayLike | None) -> Design:
    outcome = numbers(y, "y")
    if outcome.ndim != 1 or outcome.size == 0:
        raise UsageError(f"y has shape {outcome.shape}", "y", "give one value per row, and at least one row")
    blocks = None if absorb is None else coded(absorb, outcome.size, "absorb")
    share = None if weights is None else columns(weights, outcome.size, "weights")[:, 0]
    if share is not None and share.min() <= 0:
        raise UsageError(f"{(share <= 0).sum()} weights are not positive", "weights", "leave those rows out")
    return weigh(outcome, columns(X, outcome.size), blocks, share)


def _finish(design: Design, scores: Scores, clusters: int, kind: str) -> RobustFit:
    """The public answer: coefficients and covariance back in the order of the given columns."""
    k, kept = design.k, design.kept
    coef, vcov = np.full(k, NONE), np.full((k, k), NONE)
    coef[kept] = design.coef
    vcov[np.ix_(kept, kept)] = design.basis @ scores.meat @ design.basis.T
    unseen = [j for i, j in enumerate(kept) if not scores.seen(design.basis[i]) >= SEEN]
    vcov[unseen, :] = vcov[:, unseen] = NONE
    std_error = np.sqrt(np.maximum(np.diag(vcov), 0))  # zero, but for rounding, where a column's rows are all alike
    return RobustFit(coef, std_error, vcov, design.n, clusters, design.blocks, design.rank, kind, design, scores)
