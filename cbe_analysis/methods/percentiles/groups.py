"""Medians and means of growth percentiles by group, with intervals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import binom

from cbe_analysis.methods.arrays import IntArray, coded, numbers
from cbe_analysis.methods.percentiles.curves import HIGHEST, LOWEST
from cbe_analysis.methods.proportions import design_effect
from cbe_analysis.methods.robust import Contrasted, cluster_mean

TAIL = 0.025
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Middle:
    """A median with its 95 % interval; the standard error is the interval's length over that of a normal one."""

    value: float
    std_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class GroupPercentiles:
    """Medians and means of k groups.

    Parameters
    ----------
    labels, n
        Shape `(k,)`: the groups, sorted; their students.
    medians
        One per group. Between 1 and 99, and from 1 to 99 where the group is too small to say more.
    means
        One per group; without an interval for one student.
    """

    labels: NDArray[Any]
    n: IntArray
    medians: tuple[Middle, ...] = field(repr=False)
    means: tuple[Contrasted, ...] = field(repr=False)


def group_percentiles(percentile: ArrayLike, group: ArrayLike, *, cluster: ArrayLike | None = None) -> GroupPercentiles:
    """The median and the mean growth percentile of each group, with 95 % intervals.

    The intervals are about the students of the groups; the error of a cohort's curves, which all of its groups share,
    is not in them.

    Parameters
    ----------
    percentile
        Shape `(n,)`, 1 to 99, none missing.
    group
        Shape `(n,)` labels.
    cluster
        Shape `(n,)` labels, as of schools, whose students' growth may be alike. A group inside one cluster is taken
        for itself: its interval speaks of these students.

    Raises
    ------
    UsageError
        Where a number or label is missing.
    """
    values = numbers(percentile, "percentile")
    groups = coded(group, values.size, "group")
    shared = None if cluster is None else coded(cluster, values.size, "cluster").codes
    medians, means = [], []
    members = np.split(np.argsort(groups.codes, kind="stable"), np.cumsum(np.bincount(groups.codes))[:-1])
    for rows in members if values.size else []:
        own = None if shared is None or np.ptp(shared[rows]) == 0 else shared[rows]
        medians.append(median_interval(values[rows], cluster=own))
        means.append(cluster_mean(values[rows], cluster=own))
    return GroupPercentiles(groups.labels, np.bincount(groups.codes), tuple(medians), tuple(means))


def median_interval(values: ArrayLike, *, cluster: ArrayLike | None = None) -> Middle:
    """The median of percentiles with its distribution-free 95 % interval.

    It is 1 to 99 where there are fewer than 6 students. Otherwise it runs between order statistics; with clusters,
    between those of the effective number of students. A percentile is a whole number that stands for all within half a
    point: unless all values are the same, the interval is no shorter than that.

    Parameters
    ----------
    values
        Shape `(n,)`, 1 to 99, at least one.
    cluster
        Shape `(n,)` labels of rows that may be alike.

    References
    ----------
    Conover, W. J. (1999), Practical Nonparametric Statistics, section 3.2 (order statistics). Woodruff, R. S. (1952),
    Journal of the American Statistical Association 47, 635-646 (clusters).
    """
    ordered = np.sort(numbers(values, "values"))
    n, median = ordered.size, float(np.median(ordered))
    effect = 1.0 if cluster is None else design_effect(np.asarray(values) <= median, cluster)
    effective = int(n / effect)
    low, high = float(LOWEST), float(HIGHEST)
    left_out = int(binom.ppf(TAIL, effective, 0.5)) if effective else 0
    if left_out:
        place = max(int(left_out / effective * n), 1)
        low = max(min(float(ordered[place - 1]), median - HALF), float(ordered[0]))
        high = min(max(float(ordered[n - place]), median + HALF), float(ordered[-1]))
    return Middle(median, (high - low) / (2 * -float(ndtri(TAIL))), low, high)
