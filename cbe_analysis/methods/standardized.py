"""Effects in standard deviations, as the What Works Clearinghouse computes them (Procedures Handbook, version 4.1)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtr

from cbe_analysis.errors import UsageError

LOGITS_PER_SD = 1.65
Z95 = float(ndtri(0.975))
NONE = float("nan")


@dataclass(frozen=True, slots=True)
class Standardized:
    """An effect in standard deviations with its standard error and 95 % interval; NaN where it is not defined."""

    value: float
    std_error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ClusteredT:
    """A t statistic before and after the correction for clusters, with the corrected degrees of freedom and p."""

    t: float
    t_adjusted: float
    df: float
    p: float


def small_sample(n: float) -> float:
    """The factor that frees a standardised difference of its small-sample bias; `n` counts both groups."""
    return 1 - 3 / (4 * n - 9) if n > 3 else NONE


def pooled_sd(sd1: float, sd0: float, n1: float, n0: float) -> float:
    """The standard deviation within two groups; NaN below two students in all degrees of freedom."""
    spare = n1 + n0 - 2
    if spare < 1:
        return NONE
    squares = sum((n - 1) * sd**2 for sd, n in ((sd1, n1), (sd0, n0)) if n > 1)
    return float(np.sqrt(squares / spare))


def hedges_g(  # noqa: PLR0913  a table of two groups has six numbers
    mean1: float, mean0: float, sd1: float, sd0: float, n1: float, n0: float
) -> Standardized:
    """The difference of two means in pooled standard deviations, freed of its small-sample bias.

    Parameters
    ----------
    mean1, sd1, n1
        Of the group of interest; the standard deviation divides by n - 1.
    mean0, sd0, n0
        Of the group it is compared with.

    References
    ----------
    Borenstein, M. et al. (2009), Introduction to Meta-Analysis, pp. 26-28.
    """
    if min(n1, n0) < 1:
        return Standardized(NONE, NONE, NONE, NONE)
    return standardize(mean1 - mean0, 0.0, pooled_sd(sd1, sd0, n1, n0), n1 + n0, 1 / n1 + 1 / n0)


def standardize(effect: float, std_error: float, sd: float, n: float, extra: float = 0.0) -> Standardized:
    """An effect and its own standard error in standard deviations, freed of the small-sample bias.

    Parameters
    ----------
    effect, std_error, sd
        In the unit of the outcome; `sd` is the pooled one of the groups.
    n
        Students in both groups.
    extra
        Variance in squared standard deviations to be added, where the effect has no standard error of its own.

    References
    ----------
    What Works Clearinghouse (2020), Supplement to the Standards and Procedures Handbooks 4.1, pp. 3-6.
    """
    w = small_sample(n)
    if not (sd > 0 and np.isfinite(w)):
        return Standardized(NONE, NONE, NONE, NONE)
    d = effect / sd
    variance = (std_error / sd) ** 2 + extra + d * d / (2 * n)
    return _interval(w * d, w * float(np.sqrt(variance)))


def cox_index(p1: float, p0: float, n1: float, n0: float) -> Standardized:
    """The difference of two shares in standard deviations; NaN where a share is 0 or 1.

    Parameters
    ----------
    p1, p0
        Shares, 0 to 1, of the group of interest and of the other.
    n1, n0
        Students.

    References
    ----------
    Cox, D. R. (1970), Analysis of Binary Data. What Works Clearinghouse, Procedures Handbook 4.1, p. E-4.
    """
    if not (0 < p1 < 1 and 0 < p0 < 1 and min(n1, n0) >= 1):
        return Standardized(NONE, NONE, NONE, NONE)
    odds = np.log(p1 / (1 - p1)) - np.log(p0 / (1 - p0))
    variance = 1 / (n1 * p1 * (1 - p1)) + 1 / (n0 * p0 * (1 - p0))
    w = small_sample(n1 + n0)
    return _interval(w * float(odds) / LOGITS_PER_SD, w * float(np.sqrt(variance)) / LOGITS_PER_SD)


def improvement_index(g: float) -> float:
    """The expected change in percentile rank of an average student of the comparison group, -50 to 50.

    References
    ----------
    What Works Clearinghouse, Procedures Handbook 4.1, p. 17.
    """
    return 100 * (float(ndtr(g)) - 0.5)


def clustered_t(g: float, n1: float, n0: float, *, clusters: float, icc: float = 0.20) -> ClusteredT:
    """The test of a difference that ignored clusters, corrected for them.

    Parameters
    ----------
    g
        Effect in standard deviations.
    n1, n0
        Students.
    clusters
        Clusters in both groups together.
    icc
        Intraclass correlation: .20 for achievement, .10 for other outcomes, unless it is known.

    Raises
    ------
    UsageError
        Where the clusters are fewer than 2 or more than the students, or the correlation is not within 0 to 1.

    References
    ----------
    Hedges, L. V. (2007), Journal of Educational and Behavioral Statistics 32, 151-179. What Works Clearinghouse,
    Procedures Handbook 4.1, appendix F.
    """
    total = n1 + n0
    if not (2 <= clusters <= total and 0 <= icc <= 1 and min(n1, n0) >= 1):
        raise UsageError(
            f"{clusters} clusters of {total} students, correlation {icc}", "clustered_t", "give 2 or more, and 0 to 1"
        )
    size, spare = total / clusters, total - 2
    t = g * float(np.sqrt(n1 * n0 / total))
    left = spare - 2 * (size - 1) * icc
    if left <= 0:
        return ClusteredT(t, NONE, NONE, NONE)
    adjusted = t * float(np.sqrt(left / (spare * (1 + (size - 1) * icc))))
    rest = total - 2 * size
    df = left**2 / (spare * (1 - icc) ** 2 + size * rest * icc**2 + 2 * rest * icc * (1 - icc))
    return ClusteredT(t, adjusted, df, 2 * float(stdtr(df, -abs(adjusted))))


def _interval(value: float, std_error: float) -> Standardized:
    return Standardized(value, std_error, value - Z95 * std_error, value + Z95 * std_error)
