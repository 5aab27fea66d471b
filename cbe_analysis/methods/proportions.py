"""Shares of students with intervals that hold for few students, extreme shares and students who share schools."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, stdtrit

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray, IntArray, coded, numbers, sums

EXACT_BELOW = 20  # an effective n below this takes the exact interval
COVERAGE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval and the name of how it was made; NaN for no students."""

    low: float
    high: float
    method: str


def share_interval(successes: float, n: float, *, design_effect: float = 1.0) -> Interval:
    """The 95 % interval of a share: Wilson on the effective number of students, Clopper-Pearson below 20.

    Parameters
    ----------
    successes, n
        Students with the property; all students.
    design_effect
        How many times larger the variance is because students share schools, from `design_effect`; `n` over it is the
        effective number.

    Raises
    ------
    UsageError
        Where the successes are more than n, or the design effect is not positive.

    References
    ----------
    Brown, L. D., Cai, T. T. & DasGupta, A. (2001), Statistical Science 16, 101-133 (Wilson, Clopper-Pearson).
    Korn, E. L. & Graubard, B. I. (1998), Survey Methodology 24, 193-201 (effective numbers).
    """
    if n == 0:
        return Interval(np.nan, np.nan, "none")
    if not 0 <= successes <= n:
        raise UsageError(f"{successes} successes of {n}", "share_interval", "count successes among the same students")
    if not design_effect > 0:
        raise UsageError(f"a design effect of {design_effect}", "share_interval", "give a positive number")
    from statsmodels.stats.proportion import proportion_confint

    effective = n / design_effect
    exact = effective < EXACT_BELOW
    counts = successes / design_effect, effective
    low, high = proportion_confint(*counts, alpha=1 - COVERAGE, method="beta" if exact else "wilson")
    low, high = (0.0 if successes == 0 else low), (1.0 if successes == n else high)  # to the last digit
    name = "Clopper-Pearson" if exact else "Wilson"
    return Interval(max(float(low), 0.0), min(float(high), 1.0), name if design_effect == 1 else f"{name}, effective n")


def design_effect(y: ArrayLike, cluster: ArrayLike) -> float:
    """How many times larger the variance of the mean is because rows share a cluster, for an interval; at least 1.

    From the intraclass correlation by analysis of variance, floored at 0, and the size of the cluster that a student is
    in on average. What exceeds 1 is widened as Student's t is wider than the normal with so few clusters: without this,
    intervals from 6 schools of 300 cover 85 % instead of 92 %.

    Parameters
    ----------
    y
        Shape `(n,)`; zeros and ones for a share.
    cluster
        Shape `(n,)` labels.

    References
    ----------
    Kish, L. (1965), Survey Sampling, p. 162. Donner, A. (1986), International Statistical Review 54, 67-82. Korn, E. L.
    & Graubard, B. I. (1998), Survey Methodology 24, 193-201 (few clusters).
    """
    values = numbers(y, "y")
    codes = coded(cluster, values.size, "cluster").codes
    if values.size < 2:
        return 1.0
    size = np.bincount(codes).astype(np.float64)
    typical = float(size @ size / size.sum())
    if size.size < 2:
        return 1.0
    few = float(stdtrit(size.size - 1, 0.5 + COVERAGE / 2) / ndtri(0.5 + COVERAGE / 2)) ** 2
    return max(1.0, 1 + (typical - 1) * intraclass(values, codes, size) * few)


def intraclass(values: FloatArray, codes: IntArray, size: FloatArray) -> float:
    """The intraclass correlation by one-way analysis of variance; 0 where nothing varies or nothing repeats."""
    n, m = values.size, size.size
    if m < 2 or n <= m:
        return 0.0
    means = sums(codes, values, m) / size
    between = float(size @ (means - values.mean()) ** 2) / (m - 1)
    within = max(float(((values - means[codes]) ** 2).sum()), 0.0) / (n - m)
    regular = (n - float(size @ size) / n) / (m - 1)
    total = between + (regular - 1) * within
    return (between - within) / total if total > 0 else 0.0
