"""Who is on track where levels rise in steps, and many begin at the bottom of the continuum."""

import numpy as np
import pandas as pd
import pytest
from picked import one

import cbe_analysis as cbe
from cbe_analysis.indicators.progress.rounding import rounding, step

N, YEARS = 480, (2025, 2026)
CALENDAR = pd.DataFrame(
    [(f"y{y}", y, "year", f"{y - 1}-09-01", f"{y}-06-01") for y in YEARS],
    columns=["term_id", "school_year", "kind", "start_date", "end_date"],
)


@pytest.fixture
def children(write):
    """Students who all begin at one whole level in its grade, half of them a year later; levels in sixths."""

    def make(begin):
        draw = np.random.default_rng(5)
        pace, days = draw.normal(1.0, 0.2, N), pd.date_range("2024-09-30", "2026-05-31", freq="ME")
        late = np.arange(N) % 2
        years = np.array([(day - days[0]).days / 365 for day in days])
        levels = pd.DataFrame(
            [
                (f"s{i:03}", "math", day.date(), begin + np.floor(6 * pace[i] * (at - late[i])) / 6, "evidence")
                for i in range(N)
                for day, at in zip(days, years, strict=True)
                if at >= late[i]
            ],
            columns=["student_id", "subject", "date", "level", "method"],
        )
        spells = pd.DataFrame(
            [
                (f"s{i:03}", f"S{i // 2 % 8}", f"{y - 1}-09-01", None, y, begin + y - 2025 - late[i])
                for i in range(N)
                for y in YEARS[late[i] :]
            ],
            columns=["student_id", "school_id", "entry_date", "exit_date", "school_year", "grade"],
        )
        return write(levels=levels, enrollments=spells, calendar=CALENDAR)

    return make


def test_who_began_at_the_bottom_is_rounded_alike_and_the_interval_says_so(children):
    bottom = cbe.measure("on_track", children(0), exit_level=13.0)
    higher = cbe.measure("on_track", children(4), exit_level=17.0)
    low, high = (one(found, "expected_share") for found in (bottom, higher))
    assert low["value"] == pytest.approx(high["value"], abs=1e-6)
    assert 0.05 < low["value"] < 0.95
    assert low["high"] - low["low"] > 1.05 * (high["high"] - high["low"])


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([0, 1 / 6, 0.5, 2 + 1 / 3, 5 + 2 / 3, 7 + 5 / 6, 3.0], 1 / 6),
        ([0, 0.17, 0.33, 2.5, 3.67, 5.83, np.nan], 0.16),
        ([1.0, 2.0, 3.0], 1.0),
        ([0.2, 0.7, 1.2000001], 0.5),
        ([1.0, 1.001, 1.002], 0.998),
    ],
)
def test_the_step_of_levels_is_the_least_distance_within_a_level(levels, expected):
    assert step(np.array(levels)) == pytest.approx(expected, abs=1e-6)


def test_only_who_began_in_the_lowest_level_is_rounded_alike():
    rows = pd.DataFrame(
        {
            "subject": ["math", "math", "math", "reading", "reading"],
            "start": [0.0, 1.5, 0.5, 0.25, 0.0],
            "last": [1.0, 2.5, 1.5, 1.25, 1.0],
            "value": [1.0, 1.0, np.nan, 1.0, 1.0],
            "spread": [0.5, 0.5, np.nan, 1.0, 0.5],
        }
    )
    found = rounding(rows) * np.sqrt(12)
    assert found == pytest.approx([0.25, np.nan, np.nan, 0.25, 0.125], nan_ok=True)
