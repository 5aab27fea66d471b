"""Differences in standard deviations, and what they mean for the overlap of two groups, in words."""

from __future__ import annotations

from statistics import NormalDist

SIZES = (
    (0.05, "close to none"),
    (0.15, "about a tenth of a standard deviation"),
    (0.225, "about a fifth of a standard deviation"),
    (0.29, "about a quarter of a standard deviation"),
    (0.415, "about a third of a standard deviation"),
    (0.58, "about half a standard deviation"),
    (0.70, "about two thirds of a standard deviation"),
    (0.875, "about three quarters of a standard deviation"),
    (1.125, "about one standard deviation"),
)


def spoken(g: float) -> str:
    """The size of a standardised difference: "about a third of a standard deviation"."""
    return next((words for limit, words in SIZES if abs(g) < limit), f"about {abs(g):.1f} standard deviations")


def above_middle(g: float) -> int:
    """Of 100 in a group, how many are above the middle of the other group, were both bell-shaped and equally wide.

    References
    ----------
    Cohen, J. (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd ed., page 21 (U3).
    """
    return round(100 * NormalDist().cdf(g))
