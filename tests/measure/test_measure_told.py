"""Cases that say themselves where they were, as codes, are taken like those that are looked up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cbe_analysis.measure.told import in_order, tells_all, words


def test_places_are_words_in_alphabetical_order() -> None:
    """What is outside any enrollment, and what is missing, is unknown, also where nothing else is left."""
    found = words(pd.Series(pd.Categorical(["K2", "(unplaced)", None, "K1"], categories=["K2", "(unplaced)", "K1"])))
    assert list(found) == ["K2", "(unknown)", "(unknown)", "K1"]
    assert list(found.categories) == ["(unknown)", "K1", "K2"]
    assert list(words(pd.Series(pd.Categorical([None], categories=["K1"])))) == ["(unknown)"]


def test_rows_are_sorted_by_student_day_and_value_and_what_is_missing_comes_last() -> None:
    rows = pd.DataFrame(
        {
            "student_id": pd.Categorical(["b", "a", "a", None, "a", "a"], categories=["a", "b"]),
            "day": pd.to_datetime(["2025-01-01", None, "2025-01-02", "2025-01-01", "2025-01-01", "2025-01-01"]),
            "value": [1.0, 1.0, 1.0, 1.0, np.nan, 2.0],
        }
    )
    assert in_order(rows, ["student_id", "day"], "value").index.tolist() == [5, 4, 2, 1, 0, 3]


def test_a_frame_tells_all_only_where_every_place_is_a_category() -> None:
    rows = pd.DataFrame({"student_id": ["a"], "placed_grade": ["3"]}).astype("category")
    assert tells_all(rows, ["placed_grade"])
    assert not tells_all(rows, ["placed_grade", "placed_school_id"])
    assert not tells_all(rows.astype("str"), ["placed_grade"])
    assert not tells_all("a relation", ["placed_grade"])
