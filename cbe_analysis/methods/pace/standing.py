"""Growth beside status, with chances instead of ranks."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri, owens_t

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray
from cbe_analysis.methods.pace.kinds import KINDS, UNSURE

CERTAINTY = 0.8
COVERAGE = 0.95
NEAR, FAR = 1e-100, 40.0  # heights at which a chance is that at zero, or at infinity, to the last digit


@dataclass(frozen=True, slots=True)
class Standing:
    """Where schools or groups stand in growth and status.

    Parameters
    ----------
    growth_low, growth_high, status_low, status_high
        Shape `(n,)`: 95 % intervals.
    growth_chance, status_chance
        Shape `(n,)`: that the true value is at least the mark.
    chances
        Shape `(n, 4)`: of the four kinds together, in the order of KINDS; they add to 1.
    kind
        Shape `(n,)`: the kind whose chance reaches the certainty; "not clear" where none does. NaN and "not clear"
        where an estimate or its error is missing.
    """

    growth_low: FloatArray = field(repr=False)
    growth_high: FloatArray = field(repr=False)
    status_low: FloatArray = field(repr=False)
    status_high: FloatArray = field(repr=False)
    growth_chance: FloatArray
    status_chance: FloatArray
    chances: FloatArray
    kind: NDArray[np.str_]


def growth_and_status(
    growth: tuple[ArrayLike, ArrayLike],
    status: tuple[ArrayLike, ArrayLike],
    *,
    marks: tuple[float, float],
    correlation: ArrayLike = 0.0,
    certainty: float = CERTAINTY,
) -> Standing:
    """How likely each school or group is to be high or low in growth and in status.

    Parameters
    ----------
    growth, status
        Estimates and standard errors, each of shape `(n,)`; more is better in both.
    marks
        Where high begins, in growth and in status.
    correlation
        Of the errors of the two estimates, one or shape `(n,)`.
    certainty
        Chance from which a kind is named, above one half and below 1.

    Raises
    ------
    UsageError
        Where lengths differ, an error is negative, a correlation is beyond 1, or the certainty is not in its range.

    References
    ----------
    Owen, D. B. (1956), Annals of Mathematical Statistics 27, 1075-1090 (the bivariate normal).
    """
    if not 0.5 < certainty < 1:
        raise UsageError(f"a certainty of {certainty}", "growth and status", "give one above .5 and below 1")
    parts = [np.asarray(values, np.float64) for values in (*growth, *status)]
    if any(part.ndim != 1 or part.shape != parts[0].shape for part in parts):
        raise UsageError("estimates and errors differ in number", "growth and status", "give one of each per unit")
    together = np.broadcast_to(np.asarray(correlation, np.float64), parts[0].shape)
    wrong = int(sum((error < 0).sum() for error in parts[1::2]) + (~(np.abs(together) <= 1)).sum())
    if wrong:
        raise UsageError(
            f"{wrong} errors or correlations are not possible", "growth and status", "give errors of 0 or more"
        )
    heights = [_height(value, error, mark) for (value, error), mark in zip(_pairs(parts), marks, strict=True)]
    chances = _quadrants(heights[0], heights[1], together)
    reach = float(ndtri(0.5 + COVERAGE / 2))
    edges = [value + side * reach * error for value, error in _pairs(parts) for side in (-1, 1)]
    best = np.where(np.isnan(chances), -1, chances).argmax(axis=1)
    sure = np.take_along_axis(chances, best[:, None], 1)[:, 0] >= certainty
    kind = np.where(sure, np.array(KINDS)[best], UNSURE)
    above = ndtr(heights[0]), ndtr(heights[1])
    return Standing(edges[0], edges[1], edges[2], edges[3], above[0], above[1], chances, kind)


def _pairs(parts: list[FloatArray]) -> list[tuple[FloatArray, FloatArray]]:
    return [(parts[0], parts[1]), (parts[2], parts[3])]


def _height(value: FloatArray, error: FloatArray, mark: float) -> FloatArray:
    """How many errors the estimate lies above the mark; an exact one lies infinitely far, at the mark above it."""
    exact = np.where(value >= mark, np.inf, -np.inf)
    found = np.divide(value - mark, error, out=exact.copy(), where=error > NEAR)
    return np.where(np.isnan(value) | np.isnan(error), np.nan, found)


def _quadrants(first: FloatArray, second: FloatArray, correlation: FloatArray) -> FloatArray:
    """Chances of both above, the first alone, the second alone, none, shape `(n, 4)`."""
    both = bivariate_normal(first, second, correlation)
    a, b = ndtr(first), ndtr(second)
    found = np.stack([both, a - both, b - both, 1 - a - b + both], axis=1)
    held: FloatArray = np.clip(found, 0, 1)
    return held


def bivariate_normal(first: FloatArray, second: FloatArray, correlation: FloatArray) -> FloatArray:
    """The chance that two standard normals of this correlation both lie at or below these numbers."""
    h, k, r = np.broadcast_arrays(first, second, correlation)
    plain = np.isinf(h) | np.isinf(k) | (r == 0)
    edge = np.abs(r) == 1
    along = np.where(r > 0, np.minimum(ndtr(h), ndtr(k)), np.maximum(ndtr(h) + ndtr(k) - 1, 0))
    inner = ~plain & ~edge
    h_, k_, r_ = (np.where(inner, values, fill) for values, fill in ((h, 1.0), (k, 1.0), (r, 0.0)))
    found = np.where(plain, ndtr(h) * ndtr(k), np.where(edge, along, _owen(h_, k_, r_)))
    result: FloatArray = np.where(np.isnan(h) | np.isnan(k), np.nan, found)
    return result


def _owen(h: FloatArray, k: FloatArray, r: FloatArray) -> FloatArray:
    """The same by Owen's function, for finite numbers and a correlation inside its bounds."""
    root = np.sqrt(1 - r * r)
    h, k = (np.clip(np.where(np.abs(x) < NEAR, NEAR, x), -FAR, FAR) for x in (h, k))
    half = np.where((h * k < 0) | ((h * k == 0) & (h + k < 0)), 0.5, 0.0)
    turned = owens_t(h, (k / h - r) / root) + owens_t(k, (h / k - r) / root)
    return np.asarray((ndtr(h) + ndtr(k)) / 2 - turned - half)
