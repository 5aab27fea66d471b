"""What is told where nothing varies: no noise of arithmetic, no interval of nothing, and each warning once."""

import numpy as np
import pandas as pd
import pytest

import cbe_analysis as cbe
from cbe_analysis.policy import Policy

N, YEARS = 140, (2024, 2025, 2026)


@pytest.fixture
def home(write):
    """Students with a score and a level each autumn, winter and spring, by their numbers and years passed."""

    def make(score):
        days = [(y, at, f"{y - (at == 0)}-{('10', '02', '05')[at]}-05") for y in YEARS for at in range(3)]
        seen = [(i, y, at, day) for i in range(N) for y, at, day in days]
        scores = [(f"s{i:03}", "map", "math", day, score(i, y - YEARS[0], at)) for i, y, at, day in seen]
        levels = [(f"s{i:03}", "math", day, 4.3 + 0.1 * (i % 7), "evidence") for i, y, at, day in seen]
        spells = [
            (f"s{i:03}", f"S{i % 7}", f"{y - 1}-08-20", f"{y}-06-05", y, 3 + y - YEARS[0])
            for i in range(N)
            for y in YEARS
        ]
        ids = [f"s{i:03}" for i in range(N)]
        return write(
            students=pd.DataFrame({"student_id": ids, "gender": ["female", "male", "male", "female"] * (N // 4)}),
            assessments=pd.DataFrame(scores, columns=["student_id", "instrument", "subject", "date", "score"]),
            levels=pd.DataFrame(levels, columns=["student_id", "subject", "date", "level", "method"]),
            enrollments=pd.DataFrame(
                spells, columns=["student_id", "school_id", "entry_date", "exit_date", "school_year", "grade"]
            ),
        )

    return make


@pytest.mark.parametrize("levels", [2, 3])
@pytest.mark.parametrize("score", [lambda i, year, at: 203.7, lambda i, year, at: 200.1 + i % 7])
def test_scores_that_never_change_grow_by_nothing_at_all(home, score, levels):
    found = cbe.measure("growth_rate", home(score), by="gender", compare="others", outcome="map:math", levels=levels)
    told = found.rows[found.rows["quantity"].isin(["slope", "gap"])]
    slopes = told[told["unit"].eq("scale points / year")]["value"]
    assert len(slopes) >= 4
    assert slopes.eq(0.0).all()


def test_nothing_that_is_told_is_noise_of_arithmetic(home):
    place = home(lambda i, year, at: 203.7)
    for name, more in (("level_gap", {}), ("pace", {}), ("on_track", {}), ("status", {"outcome": "map:math"})):
        rows = cbe.measure(name, place, by="gender", compare="others", **more).rows
        told = rows[["value", "std_error", "low", "high"]].to_numpy(float)
        assert not ((told != 0) & (np.abs(told) < 1e-10)).any()


@pytest.mark.parametrize("name", ["pace", "year_of_growth", "level_gap", "on_track", "growth_rate"])
def test_years_that_the_calendar_lacks_are_said_once(home, name):
    more = {"outcome": "map:math"} if name == "growth_rate" else {}
    found = cbe.measure(name, home(lambda i, year, at: 200.1 + i % 7 + 5.5 * year + (i % 3) * at), **more)
    said = [warning for warning in found.warnings if "the calendar lacks" in warning]
    assert len(said) == 1
    assert "2024, 2025, 2026" in said[0]


def test_percentiles_of_scores_that_are_all_alike_have_no_interval_and_say_why(home):
    found = cbe.measure("growth_percentile", home(lambda i, year, at: 200.0 + 10 * year + 5 * (i % 2)))
    told = found.rows[found.rows["quantity"].isin(["mean", "median"])]
    assert len(told) == 2
    assert told["value"].tolist() == [50.0, 50.0]
    assert told[["std_error", "low", "high"]].isna().all(axis=None)
    assert told["note"].str.contains("all alike").all()
    assert len(cbe.protect(found, Policy(), "staff").rows) == 2
    assert len(cbe.protect(found, Policy()).rows) > 0
