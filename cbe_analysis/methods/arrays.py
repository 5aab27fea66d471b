"""Arguments as clean arrays: every method refuses missing numbers here, so that none is dropped in silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cbe_analysis.errors import UsageError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
FURTHEST = np.iinfo(np.int64).max
SHORT = 1 << 16
WIDE = 4  # integer labels that span at most this many times their number are coded without a sort


@dataclass(frozen=True, slots=True)
class Coded:
    """Labels as integers.

    Parameters
    ----------
    codes
        Shape `(n,)`, 0 to the number of labels less one.
    labels
        Shape `(k,)`, sorted; `labels[codes]` gives back what was coded.
    """

    codes: IntArray
    labels: NDArray[Any]


def numbers(values: ArrayLike, name: str) -> FloatArray:
    """The values as an array of floats without a missing one.

    Raises
    ------
    UsageError
        Where a value is missing, infinite or no number: how many there are, never which.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        remedy = "convert them to numbers, and leave out rows where one is missing"
        raise UsageError("values are missing or not numeric", name, remedy) from error
    bad = int(array.size - np.isfinite(array).sum())
    if bad:
        raise UsageError(
            f"{bad} of {array.size} numbers are missing or infinite", name, "leave those rows out and report how many"
        )
    return array


def columns(X: ArrayLike, n: int, name: str = "X") -> FloatArray:
    """The design as an array of shape `(n, k)` without a missing number; one column may be given as a vector.

    Raises
    ------
    UsageError
        Where a number is missing, or the rows are not as many as `n`.
    """
    design = numbers(X, name)
    design = design[:, None] if design.ndim == 1 else design
    if design.ndim != 2 or len(design) != n:
        raise UsageError(f"{design.shape} is not one row for each of {n} values", name, "give arrays of equal length")
    return design


def coded(labels: ArrayLike, n: int, name: str) -> Coded:
    """The labels as integer codes.

    Raises
    ------
    UsageError
        Where a label is missing, or the labels are not as many as `n`.
    """
    array = np.asarray(labels)
    if array.shape != (n,):
        raise UsageError(f"{array.size} labels for {n} values", name, "give arrays of equal length")
    if array.dtype.kind not in "iu" or n == 0 or np.ptp(array) > WIDE * n:
        import pandas as pd  # half of what a process needs to start

        codes, kinds = pd.factorize(array.astype(object) if array.dtype.kind == "U" else array, sort=True)
        missing = int((codes < 0).sum())
        if missing:
            raise UsageError(f"{missing} of {n} labels are missing", name, "leave those rows out and report how many")
        return Coded(codes.astype(np.int64), np.asarray(kinds))
    offset, low = array - array.min(), array.min()
    seen = np.zeros(int(offset.max()) + 1, dtype=bool)
    seen[offset] = True
    return Coded((np.cumsum(seen) - 1)[offset].astype(np.int64), np.flatnonzero(seen) + low)


def sums(codes: IntArray, of: FloatArray, groups: int) -> FloatArray:
    """The sum of the numbers in each group, shape `(groups,)`, or `(groups, k)` for `k` columns."""
    if of.ndim == 1:
        return np.bincount(codes, weights=of, minlength=groups).astype(np.float64)
    total = np.empty((groups, of.shape[1]))
    for j in range(of.shape[1]):
        total[:, j] = np.bincount(codes, weights=of[:, j], minlength=groups)
    return total


def ordered(key: IntArray, *ties: NDArray[Any]) -> IntArray:
    """Positions in the order of a key; of the same key in the order of the first tie, of the second ..., then as given.

    Parameters
    ----------
    key
        Shape `(n,)`, whole numbers from 0 on.
    ties
        Shape `(n,)` each; what is missing comes last.
    """
    n = key.size
    bits, most = n.bit_length(), int(key.max(initial=0))
    if most < SHORT:
        order = np.argsort(key.astype(np.uint16), kind="stable")  # counted, not compared
    elif most < FURTHEST >> bits:  # key and position as one number: sorted in half the time
        order = (key << bits) | np.arange(n)
        order.sort()
        order &= (1 << bits) - 1
    else:
        order = np.argsort(key, kind="stable")
    if not ties:
        return order
    tied = key[order[1:]] == key[order[:-1]]
    if tied.any():
        places = np.flatnonzero(np.append(tied, False) | np.append(False, tied))
        some = order[places]
        order[places] = some[np.lexsort([*(tie[some] for tie in reversed(ties)), key[some]])]
    return order
