"""Which gap in pace is told: between students of the same school, or crude."""

import numpy as np
import pandas as pd
import pytest

import cbe_analysis as cbe
from cbe_analysis.indicators.alike import FEW_VALUES

POLICY = '[references]\nenglish_learner = "never"\n'
SCHOOLS, EACH = 8, 24
GAP = -0.2  # levels a year, give or take 0.02 in every school
YEARS = (2024, 2025, 2026)


def students():
    """Eight schools; the slower a school, the more of its students learn English, from 6 to 18 of 24."""
    rows = []
    for school in range(SCHOOLS):
        learners, apart = 6 + 12 * (school % 4) // 3, GAP + (0.02 if school < 4 else -0.02)
        for i in range(EACH):
            learner = i < learners
            own = (
                np.linspace(-0.3, 0.3, learners)[i]
                if learner
                else np.linspace(-0.3, 0.3, EACH - learners)[i - learners]
            )
            pace = 1.2 - 0.1 * (school % 4) + apart * learner + own
            rows.append((f"s{school}{i:02}", f"S{school}", "current" if learner else "never", pace))
    return pd.DataFrame(rows, columns=["student_id", "school_id", "english_learner", "pace"])


@pytest.fixture(scope="module")
def known():
    return students()


def made(write, known, step=1e-9):
    """The district of these students, levels rounded to a step."""
    spells = known.merge(pd.DataFrame({"school_year": YEARS}), how="cross")
    spells["grade"] = spells["school_year"] - 2020
    for name, end in (("entry_date", "-09-01"), ("exit_date", "-06-01")):
        spells[name] = (spells["school_year"] - (name == "entry_date")).astype(str) + end
    levels = known.merge(pd.DataFrame({"year": YEARS}), how="cross")
    levels["level"] = 4 + (levels["pace"] * (levels["year"] - 2024) / step).round() * step
    levels = levels.assign(subject="math", date=levels["year"].astype(str) + "-06-01", method="test")
    return write(
        policy=POLICY,
        enrollments=spells.drop(columns="pace"),
        levels=levels[["student_id", "subject", "date", "level", "method"]],
    )


@pytest.fixture
def district(write, known):
    return made(write, known)


def gap(found):
    [row] = found.rows[found.rows["quantity"].eq("gap")].to_dict("records")
    return row


def test_students_are_compared_with_others_of_their_school(district):
    found = cbe.measure("pace", district, by="english_learner", compare="reference")
    assert gap(found)["value"] == pytest.approx(GAP, abs=0.001)
    assert gap(found)["low"] < GAP < gap(found)["high"]
    assert "between students of the same school" in found.method


def test_all_students_are_compared_on_request(district, known):
    found = cbe.measure("pace", district, by="english_learner", compare="reference", same_schools=False)
    means = known.groupby("english_learner")["pace"].mean()
    assert gap(found)["value"] == pytest.approx(means["current"] - means["never"], abs=1e-4)
    assert gap(found)["value"] < GAP - 0.05  # learners are more often in slower schools
    assert "crude gaps" in found.method


def test_nothing_is_said_of_gaps_where_none_is_asked_for(district):
    for option in (True, False):
        assert "gaps" not in cbe.measure("pace", district, by="english_learner", same_schools=option).method


@pytest.mark.parametrize(("name", "options"), [("level_gap", {}), ("pace", {}), ("pace", {"same_schools": False})])
@pytest.mark.parametrize(("step", "few"), [(1.0, True), (0.001, False)])
def test_means_of_few_levels_and_gaps_between_them_are_told_as_such(write, known, name, options, step, few):
    """Levels in whole steps leave few values: an exact error of a mean, or of a gap, counts who has which."""
    found = cbe.measure(name, made(write, known, step), by="english_learner", compare="reference", **options).rows
    told = found[found["quantity"].isin(["mean", "slope", "gap"]) & ~found["unit"].str.startswith("share")]
    assert told["quantity"].eq("gap").any()
    assert set(told["note"].fillna("").str.contains(FEW_VALUES)) == {few}


@pytest.mark.parametrize(("step", "few"), [(1.0, True), (0.001, False)])
def test_the_mean_of_few_paces_that_are_needed_is_told_as_such(write, known, step, few):
    """All are in one grade and have as long to go: as few levels as there are, as few paces are needed."""
    found = cbe.measure("on_track", made(write, known, step), by="english_learner").rows
    told = found[found["quantity"].eq("mean")]
    assert len(told) == 3
    assert set(told["note"].fillna("").str.contains(FEW_VALUES)) == {few}
