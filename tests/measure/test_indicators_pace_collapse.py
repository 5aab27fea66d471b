"""Levels collapsed by the database and in memory: the same rows by two ways."""

import duckdb
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from cbe_analysis.indicators.progress.collapse import Wanted, collapse, read

EXIT = 9.0


def levels(seed):
    """Levels of few students, who move between schools and come back; some with a grade or place unknown."""
    draw = np.random.default_rng(seed)
    n = (1, 7, 60, 400)[seed % 4]
    frame = pd.DataFrame(
        {
            "student_id": draw.choice([f"s{i}" for i in range(n // 6 + 1)], n),
            "subject": draw.choice(["math", "art"], n),
            "date": (np.datetime64("2023-01-01") + draw.integers(0, 900, n)).astype("datetime64[s]"),
            "level": draw.uniform(0, 14, n).round(1),
            "std_error": draw.choice([0.1, np.nan], n),
            "method": draw.choice(["evidence", "test"], n),
            "placed_school_id": draw.choice(["A", "B", "C", "(unknown)"], n),
            "placed_grade": draw.choice(["1", "2", "(unknown)"], n),
            "placed_school_year": draw.choice(["2023", "2024", "(unknown)"], n),
            "placed_gender": draw.choice(["f", "m"], n),
        }
    )
    return frame.drop_duplicates(["student_id", "subject", "date"], ignore_index=True)


@pytest.mark.parametrize("at_last", [False, True])
@pytest.mark.parametrize("seed", range(8))
def test_the_database_and_memory_collapse_levels_alike(seed, at_last):
    frame, wanted = levels(seed), Wanted(None, EXIT, at_last)
    with duckdb.connect() as connection:
        rows = connection.from_df(frame).select("* REPLACE (CAST(date AS DATE) AS date)")
        summed = collapse(rows, ("gender",), wanted)
        held = read(rows, ("gender",), wanted)
    dates = [c for c in held.rows.columns if c.endswith("date") or c == "reached"]
    expected = summed.rows[held.rows.columns].astype(dict.fromkeys(dates, "datetime64[s]"))
    assert_frame_equal(held.rows, expected, check_dtype=False)
    assert summed.cumulative == frame["method"].eq("evidence").all()
    assert len(held.levels) == len(frame)
    last = held.levels.groupby("unit")["date"].max().to_numpy()
    assert (last.astype("datetime64[s]") == held.rows["last_date"].to_numpy()).all()


def test_the_school_is_that_of_most_school_years_and_of_several_the_last():
    """Two years in each school; in the last few levels are left to come, which takes nobody from it."""
    dates = [f"{year}-{month}-01" for year in (2023, 2024) for month in ("02", "03", "04", "05")]
    dates += ["2025-02-01", "2026-02-01"]
    frame = pd.DataFrame(
        {
            "student_id": "s",
            "subject": "math",
            "date": np.array(dates, "datetime64[s]"),
            "level": np.arange(10.0),
            "method": "evidence",
            "placed_school_id": ["middle"] * 8 + ["high"] * 2,
            "placed_grade": "8",
            "placed_school_year": [day[:4] for day in dates],
        }
    )
    with duckdb.connect() as connection:
        rows = connection.from_df(frame).select("* REPLACE (CAST(date AS DATE) AS date)")
        for found in (collapse(rows, (), Wanted(None, EXIT)), read(rows, (), Wanted(None, EXIT))):
            assert found.rows["school"].tolist() == ["high"]
        before = rows.filter("date < DATE '2026-01-01'")
        for found in (collapse(before, (), Wanted(None, EXIT)), read(before, (), Wanted(None, EXIT))):
            assert found.rows["school"].tolist() == ["middle"]
