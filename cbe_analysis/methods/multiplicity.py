"""More than one comparison at once: p-values adjusted for the size of the family."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import FloatArray


def benjamini_hochberg(p: ArrayLike) -> FloatArray:
    """The p-values adjusted so that, among those called different, the expected share of false ones is bounded.

    Parameters
    ----------
    p
        Shape `(m,)`, 0 to 1. NaN is no comparison: it stays NaN and does not count in the family.

    Raises
    ------
    UsageError
        Where a p-value lies outside 0 to 1.

    References
    ----------
    Benjamini, Y. & Hochberg, Y. (1995), Journal of the Royal Statistical Society B 57, 289-300.
    """
    raw = np.asarray(p, dtype=np.float64)
    adjusted, counted = np.full(raw.shape, np.nan), ~np.isnan(raw)
    family = raw[counted]
    if ((family < 0) | (family > 1)).any():
        raise UsageError(f"{((family < 0) | (family > 1)).sum()} p-values lie outside 0 to 1", "p", "check the tests")
    if family.size:
        from statsmodels.stats.multitest import multipletests

        adjusted[counted] = multipletests(family, method="fdr_bh")[1]
    return adjusted


def said(family: int) -> str:
    """How p-values were adjusted, as a clause that follows a method; empty where there is only one."""
    return f"; p adjusted for {family} comparisons (Benjamini-Hochberg)" if family > 1 else ""
