"""Pace and what follows from it, found again in a synthetic district whose true values are known."""

import json

import pytest
from picked import one

import cbe_analysis as cbe
from cbe_analysis.load.findings import Findings
from cbe_analysis.policy import Policy
from cbe_analysis.simulate import write_riverbend

CLEAN = Findings((), checks=1, passed=1, not_checked=(), fingerprint="")
NEAR = 0.03  # levels a year: two standard errors of a mean over 1,000 students, and that positions move by target
Z = 3.5  # standard errors: of the dozen gaps here none lies further off by chance
FACTORS = ("disability", "economically_disadvantaged", "gender")


@pytest.fixture(scope="module")
def riverbend(tmp_path_factory):
    """A thousand students and their truth."""
    folder = tmp_path_factory.mktemp("districts") / "riverbend"
    write_riverbend(folder, students=1_000, seed=2, form="parquet")
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return cbe.load(folder).with_findings(CLEAN), truth["pace"]


def test_the_mean_pace_is_found_again_in_all_subjects_and_in_each(riverbend):
    district, truth = riverbend
    assert one(cbe.measure("pace", district), "mean")["value"] == pytest.approx(truth["mean"], abs=NEAR)
    for subject, told in truth["by_subject"].items():
        found = cbe.measure("pace", district, subject=subject)
        assert one(found, "mean")["value"] == pytest.approx(told, abs=NEAR)


def test_how_true_paces_vary_is_found_again(riverbend):
    district, truth = riverbend
    found = cbe.measure("pace", district)
    parts = [one(found, f"sd_{level}_slope")["value"] for level in ("student", "school")]
    assert (parts[0] ** 2 + parts[1] ** 2) ** 0.5 == pytest.approx(truth["sd_students"], rel=0.15)


@pytest.mark.parametrize("factor", FACTORS)
def test_gaps_between_groups_are_found_again(riverbend, factor):
    district, truth = riverbend
    found = cbe.measure("pace", district, by=factor, compare="reference")
    told = truth["by"][factor]
    gaps = found.rows[found.rows["quantity"].eq("gap") & found.rows["n"].ge(30)]
    assert len(gaps) >= 1
    for gap in gaps.to_dict("records"):
        true = told[gap[factor]]["mean"] - told[gap["reference"]]["mean"]
        assert abs(gap["value"] - true) < Z * gap["std_error"]


def test_the_share_that_gains_a_level_a_year_is_found_again(riverbend):
    """The tolerance is that of the mean, times how dense paces lie at 1.0: 1.6 of all students per level a year."""
    district, truth = riverbend
    found = cbe.measure("year_of_growth", district)
    assert one(found, "expected_share")["value"] == pytest.approx(truth["share_at_least_1"], abs=1.6 * NEAR)


@pytest.mark.parametrize("name", ["pace", "year_of_growth", "level_gap", "on_track", "growth_and_status"])
@pytest.mark.parametrize("by", ["school_id", "race_ethnicity"])
def test_what_is_measured_may_be_published(riverbend, name, by):
    district, _ = riverbend
    compare = None if by == "school_id" or name == "growth_and_status" else "others"
    found = cbe.measure(name, district, by=by, compare=compare)
    rows = cbe.protect(found, Policy()).rows
    small = found.rows.loc[found.rows["n"].between(1, 9), by]
    assert rows.loc[rows[by].isin(small) & rows["quantity"].eq("slope"), "hidden"].notna().all()
    assert rows["hidden"].isna().any()
    assert (rows.loc[rows["hidden"].isna(), "shown"].notna()).all()
