"""The share of students whose true pace reaches a mark, group by group.

Observed paces are noisy, so that the raw share says too little of what most students do: it is drawn toward one half.
The share here is that of the model's distribution of true paces, the normal one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, stdtrit

from cbe_analysis.methods.arrays import FloatArray, numbers
from cbe_analysis.methods.pace.fit import PaceFit
from cbe_analysis.methods.pace.nested import CELL, ERROR, SCHOOL, STUDENT
from cbe_analysis.methods.proportions import design_effect, share_interval
from cbe_analysis.methods.robust import Contrasted, bounded

COVERAGE = 0.95
TRUE = (STUDENT, SCHOOL, CELL)  # the parts of the variance of true paces


@dataclass(frozen=True, slots=True)
class Share:
    """A share of one group, 0 to 1, with its 95 % interval; NaN where it cannot be told."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of students at or above a pace.

    Parameters
    ----------
    at
        The pace, levels a year.
    model
        Per group: by true pace.
    raw
        Per group: by observed pace, interval by Wilson (Clopper-Pearson below 20) on the effective number of students.
    implied
        Shape `(g,)`: the raw share that the model expects. Far outside the raw interval, the distribution of true paces
        is not what the model takes it for.
    """

    at: float
    model: tuple[Share, ...]
    raw: tuple[Share, ...]
    implied: FloatArray
    fit: PaceFit = field(repr=False)

    def gap(self, weights: ArrayLike) -> Contrasted:
        """A weighted sum of the groups' shares, weights of shape `(g,)`, by the delta method."""
        given = numbers(weights, "weights")
        spread, error = _spread(self.fit)
        if not spread > 0:
            return Contrasted(float("nan"))
        means = np.array([self.fit.mean(g).value for g in range(len(given))])
        height = np.where(given != 0, (means - self.at) / np.sqrt(spread), 0)
        value = float(given @ np.where(given != 0, ndtr(height), 0))
        density = np.exp(-(height**2) / 2) / np.sqrt(2 * np.pi)
        moved = self.fit.gap(given * density / np.sqrt(spread))
        turned = float(given @ (density * height)) / (2 * spread)
        parts = np.array([moved.std_error**2, turned**2 * error])
        df = _freedom(parts, np.array([moved.df, 2 * spread**2 / error if error > 0 else np.inf]))
        return bounded(value, float(np.sqrt(parts.sum())), df)


def shares_above(fit: PaceFit, pace: float = 1.0) -> Shares:
    """The share of each group's students whose true pace is at least this, and the raw share beside it.

    The interval is made on the normal scale: there the share is (mean - pace) over the spread of true paces, whose
    error follows from those of both by the delta method, with Satterthwaite's degrees of freedom. All groups have one
    spread. With covariates in the fit, the share is that of students who have their average; leave them out for the
    share of all.

    Parameters
    ----------
    pace
        Levels a year.

    References
    ----------
    Owen, D. B. & Hua, T. A. (1977), Communications in Statistics B 6, 285-311 (the normal tail).
    """
    groups = range(len(fit.groups))
    return Shares(
        pace, tuple(_modelled(fit, g, pace) for g in groups), _raw(fit, pace), np.array(_implied(fit, pace)), fit
    )


def _modelled(fit: PaceFit, group: int, pace: float) -> Share:
    mean, (spread, error) = fit.mean(group), _spread(fit)
    if not spread > 0:
        return Share(float("nan"), float("nan"), float("nan"))
    height = (mean.value - pace) / np.sqrt(spread)
    parts = np.array([mean.std_error**2 / spread, height**2 * error / (4 * spread**2)])
    df = _freedom(parts, np.array([mean.df, 2 * spread**2 / error if error > 0 else np.inf]))
    reach = stdtrit(df, 0.5 + COVERAGE / 2) * np.sqrt(parts.sum()) if df > 0 else np.nan
    return Share(*(float(ndtr(height + move)) for move in (0, -reach, reach)))


def _spread(fit: PaceFit) -> tuple[float, float]:
    """The variance of true paces in a group, and the error variance of that; NaN where it cannot be told."""
    found, parts = fit.variances, np.array(TRUE)
    error = float(found.vcov[np.ix_(parts, parts)].sum())
    return found.student + found.school + found.cell, max(error, 0.0)


def _freedom(parts: FloatArray, df: FloatArray) -> float:
    """Degrees of freedom of a sum of error variances.

    References
    ----------
    Satterthwaite, F. E. (1946), Biometrics Bulletin 2, 110-114.
    """
    total = float(parts.sum())
    below = float((parts**2 / df).sum())
    return total**2 / below if below > 0 else float("nan")


def _raw(fit: PaceFit, pace: float) -> tuple[Share, ...]:
    given, found = fit.model.given, []
    for g in range(len(fit.groups)):
        some = given.used & (given.groups.codes == g)
        above = given.pace[some] >= pace
        schools = None if given.schools is None else given.schools.codes[some]
        effect = 1.0 if schools is None or not some.any() else design_effect(above, schools)
        interval = share_interval(float(above.sum()), float(some.sum()), design_effect=effect)
        found.append(Share(float(above.mean()) if some.any() else float("nan"), interval.low, interval.high))
    return tuple(found)


def _implied(fit: PaceFit, pace: float) -> list[float]:
    """The raw share of each group that the model expects, from the spread of observed paces."""
    given, nest = fit.model.given, fit.model.sample.nest
    theta = fit.model.point.theta
    spread = np.sqrt(theta[STUDENT] + theta[ERROR] * nest.spread + theta[SCHOOL] + theta[CELL])
    codes, found = given.groups.codes[given.used], []
    for g in range(len(fit.groups)):
        some = codes == g
        found.append(float(ndtr((fit.mean(g).value - pace) / spread[some]).mean()) if some.any() else float("nan"))
    return found
