"""Arguments of the model of paces as clean arrays: who is in which group, school and cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.arrays import Coded, FloatArray, IntArray, coded, columns
from cbe_analysis.methods.pace.nested import Nest


@dataclass(frozen=True, slots=True)
class Given:
    """All students, with a pace of their own or without.

    Parameters
    ----------
    pace, spread
        Shape `(n,)`: 0 and infinite for a student without a pace.
    used
        Shape `(n,)`: who has a pace.
    groups, schools
        Labels; None for no schools.
    held
        Shape `(n, q)`: the covariates about their mean.
    centre
        Shape `(q,)`: these means, over the students with a pace.
    """

    pace: FloatArray
    spread: FloatArray
    used: NDArray[np.bool_]
    groups: Coded
    schools: Coded | None
    held: FloatArray
    centre: FloatArray

    @property
    def cluster(self) -> IntArray | None:
        """The school of each student with a pace; None where there are not two."""
        if self.schools is None:
            return None
        found = self.schools.codes[self.used]
        return found if np.any(found != found[0]) else None


@dataclass(frozen=True, slots=True)
class Cells:
    """Groups within schools, those that occur.

    Parameters
    ----------
    nest
        Of the students with a pace.
    of
        Shape `(n,)`: the cell of every student.
    """

    nest: Nest
    of: IntArray


def arrange(
    pace: ArrayLike,
    spread: ArrayLike,
    *,
    group: ArrayLike | None,
    school: ArrayLike | None,
    X: ArrayLike | None,
) -> Given:
    """The arguments, checked.

    Raises
    ------
    UsageError
        Where lengths differ, a label or covariate is missing, or nobody has a pace.
    """
    y, noise = np.asarray(pace, np.float64), np.asarray(spread, np.float64)
    if y.ndim != 1 or y.shape != noise.shape:
        raise UsageError(f"{y.size} paces and {noise.size} spreads", "pace", "give one of each per student")
    used = np.isfinite(y)
    if not used.any():
        raise UsageError(f"none of {y.size} students has a pace", "pace", "give students with two dates or more")
    wrong = int((used & ~(np.isfinite(noise) & (noise >= 0))).sum())
    if wrong:
        raise UsageError(f"{wrong} spreads are missing or negative", "pace", "give one over the years of each pace")
    one = Coded(np.zeros(y.size, np.int64), np.zeros(1, np.int64))
    groups = one if group is None else coded(group, y.size, "group")
    places = None if school is None else coded(school, y.size, "school")
    held = np.empty((y.size, 0)) if X is None else columns(X, y.size)
    centre = held[used].mean(axis=0)
    return Given(np.where(used, y, 0), np.where(used, noise, np.inf), used, groups, places, held - centre, centre)


def cells(given: Given) -> Cells:
    """The cells, and how students with a pace are nested in them; without schools all are in one."""
    kinds = len(given.groups.labels)
    place = np.zeros(len(given.pace), np.int64) if given.schools is None else given.schools.codes
    key, of = np.unique(place * kinds + given.groups.codes, return_inverse=True)
    school, group = np.divmod(key, kinds)
    nest = Nest(of[given.used], school, group, given.spread[given.used], int(school[-1]) + 1, kinds)
    return Cells(nest, of)
