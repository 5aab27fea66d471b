"""Growth where scores are few, alike, or do not vary as a model takes them to: what is answered, and what is said."""

import numpy as np
import pandas as pd
import pytest
from picked import one

import cbe_analysis as cbe
from cbe_analysis.errors import UsageError

DAYS = ("10-05", "02-05", "05-20")  # autumn of the year before, winter, spring
MONTHS = np.array([0.0, 0.34, 0.62])  # school years at about these days


def scored(students, years, score, *, days=DAYS, schools=1):
    """Scores of students in so many school years, and their enrollments; `score(student, years passed)`."""
    rows, spells = [], []
    for number in range(students):
        student, school = f"s{number:03d}", f"S{number % schools}"
        for at, year in enumerate(years):
            spells.append((student, school, f"{year - 1}-08-20", f"{year}-06-05", year, 3 + at))
            for k, day in enumerate(days):
                date = f"{year - 1 if day > '08' else year}-{day}"
                rows.append((student, "map", "math", date, score(number, at + MONTHS[k])))
    names = ["student_id", "school_id", "entry_date", "exit_date", "school_year", "grade"]
    scores = pd.DataFrame(rows, columns=["student_id", "instrument", "subject", "date", "score"])
    return {"enrollments": pd.DataFrame(spells, columns=names), "assessments": scores}


def lines(seed, *, slopes=1.0, starts=5.0, noise=2.0):
    """A score for each student and moment, with lines of their own."""
    draw = np.random.default_rng(seed)
    own = draw.normal(0, 1, (200, 2)) * (starts, slopes)
    return lambda number, years: 200 + own[number, 0] + (10 + own[number, 1]) * years + draw.normal(0, noise)


def said(found, words):
    return any(words in warning for warning in found.warnings)


@pytest.mark.parametrize("days", [("10-05",), ("10-05", "10-05")])
def test_one_date_is_no_growth(write, days):
    with pytest.raises(UsageError, match="all scores of map:math have one date"):
        cbe.measure("growth_rate", write(**scored(30, (2026,), lines(1), days=days)))


def test_two_dates_have_a_slope_and_their_spread_is_told_to_be_vague(write):
    found = cbe.measure("growth_rate", write(**scored(60, (2026,), lines(1), days=("10-05", "05-20"))))
    assert one(found, "slope")["low"] < one(found, "slope")["value"] < one(found, "slope")["high"]
    for quantity in ("sd_student_slope", "sd_student_intercept", "cor_student", "sd_residual"):
        assert "not told apart from noise" in one(found, quantity)["note"]
    assert said(found, "too few to tell variation from noise")
    assert not said(found, "did not converge")


def test_scores_that_never_change_have_a_growth_of_zero_and_no_error(write):
    found = cbe.measure("growth_rate", write(**scored(30, (2025, 2026), lambda number, years: 200.0)))
    slope = one(found, "slope")
    assert slope["value"] == 0
    assert np.isnan(slope["std_error"])
    assert said(found, "all scores lie on the line of the model")
    assert not said(found, "estimated as zero")


def test_slopes_that_do_not_differ_are_said_to_be_estimated_as_zero(write):
    steps = scored(120, (2025, 2026), lambda number, years: 200.0 + 10 * int(years) + 5 * (number % 2))
    found = cbe.measure("growth_rate", write(**steps))
    assert one(found, "sd_student_slope")["value"] == 0
    assert np.isnan(one(found, "cor_student")["value"])
    assert one(found, "sd_student_intercept")["value"] > 2
    assert said(found, "the slopes of students differ no more than the noise of scores explains")


def test_schools_that_do_not_differ_are_said_to_be_estimated_as_zero(write):
    line = lines(1)
    each = {(number, at): line(number, at) for number in range(20) for at in (*MONTHS, *(1 + MONTHS))}
    same = scored(140, (2025, 2026), lambda number, years: each[number // 7, years], schools=7)  # one in every school
    found = cbe.measure("growth_rate", write(**same))
    assert one(found, "sd_school_slope")["value"] == one(found, "sd_school_intercept")["value"] == 0
    assert said(found, "schools differ no more than the noise of scores explains: their variation is estimated as zero")


def test_starts_and_slopes_that_go_together_perfectly_are_said_to(write):
    draw = np.random.default_rng(4)
    own = draw.normal(0, 4, 200)
    scores = scored(80, (2025, 2026), lambda n, years: 200 + own[n] + (10 + own[n]) * years + draw.normal(0, 3))
    found = cbe.measure("growth_rate", write(**scores))
    assert one(found, "cor_student")["value"] == pytest.approx(1, abs=1e-4)
    assert said(found, "intercepts and slopes of students are estimated to go together perfectly (+1)")


def test_one_student_has_a_slope_without_an_interval(write):
    slope = one(cbe.measure("growth_rate", write(**scored(1, (2025, 2026), lines(1)))), "slope")
    assert np.isfinite(slope["value"])
    assert np.isnan(slope["low"])


def test_thirty_students_of_one_school_speak_for_themselves(write):
    found = cbe.measure("growth_rate", write(**scored(30, (2024, 2025, 2026), lines(1))))
    assert one(found, "slope")["low"] < 10 < one(found, "slope")["high"]
    assert said(found, "the estimates speak of these students alone")


@pytest.mark.parametrize(("students", "why"), [(30, "too few students"), (140, "first year or grade tested")])
def test_without_past_scores_there_is_no_percentile(write, students, why):
    years = (2025, 2026) if students == 30 else (2026,)
    with pytest.raises(UsageError, match=why):
        cbe.measure("growth_percentile", write(**scored(students, years, lines(1))))
