"""Positions in the order of a key and of what decides between equal ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe_analysis.methods.arrays import ordered

SOME = st.lists(st.tuples(st.integers(0, 3), st.sampled_from([1.0, 2.0, np.nan]), st.integers(0, 1)), max_size=30)


@given(SOME, st.sampled_from([1, 2**40, 2**61]))
def test_the_order_is_that_of_a_lexical_sort(rows: list[tuple[int, float, int]], step: int) -> None:
    """Keys so large that their positions do not fit beside them included."""
    key, first, second = (np.array([row[at] for row in rows]) for at in range(3))
    key = key.astype(np.int64) * step
    assert ordered(key, first, second).tolist() == np.lexsort([second, first, key]).tolist()


@pytest.mark.parametrize("step", [1, 2**40, 2**61])
def test_equal_keys_stay_as_they_come(step: int) -> None:
    assert ordered(np.array([1, 0, 1, 0, 1]) * step).tolist() == [1, 3, 0, 2, 4]
