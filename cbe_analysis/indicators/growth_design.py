"""The columns of the growth model: lines of groups, what is held equal, and the classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.indicators.class_of import bends, intercepts
from cbe_analysis.indicators.occasions import Occasions


@dataclass(frozen=True, slots=True)
class Design:
    """The columns of the model.

    Parameters
    ----------
    X
        Shape `(n, k)`: intercepts, then slopes, one per group; then the centred columns to hold equal, with slopes;
        then the intercepts of classes, about the average, and how groups differ from class to class.
    classes
        How many columns are those of classes, alone and by group.
    """

    X: NDArray[np.float64]
    classes: int

    def intercept(self, column: int, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Shape `(k,)`: the weights that give the intercept of a group, with the classes of its own students.

        Parameters
        ----------
        rows
            The first score of each of its students.
        """
        weights = np.zeros(self.X.shape[1])
        weights[column] = 1.0
        if self.classes:
            weights[-self.classes :] = self.X[rows, -self.classes :].mean(axis=0)
        return weights


def design(seen: Occasions, groups: NDArray[np.int64] | None, adjust: tuple[str, ...]) -> Design:
    """The columns for these scores.

    Parameters
    ----------
    groups
        Shape `(n,)`: the group of each score, as a code; None for all in one.
    adjust
        Factors to hold equal.
    """
    years, starts = seen.rows["years"].to_numpy()[:, None], seen.starts
    codes = np.zeros(len(years), np.int64) if groups is None else groups
    own = np.eye(codes.max() + 1)[codes]
    factors = seen.groups
    held = [pd.get_dummies(factors[c], drop_first=True, dtype=float) for c in adjust]
    equal = pd.concat(held, axis=1).to_numpy() if held else np.empty((len(years), 0))
    equal = equal - equal[starts].mean(axis=0) if held else equal
    classes, groups_of = seen.rows["class_of"].to_numpy(float)[starts], np.hstack([own, equal])[starts]
    apart = intercepts(classes, groups_of)
    bent = bends(classes, groups_of, np.hstack([groups_of, apart]))
    by_class = np.hstack([apart, bent])[seen.student]
    return Design(np.hstack([own, own * years, equal, equal * years, by_class]), by_class.shape[1])
