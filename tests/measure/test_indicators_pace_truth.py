"""Pace, standing and growth, found again in synthetic districts whose true values are known.

Estimates come from the tables alone; the truth is that of the course which each student was given. A truth of these
very students lies well inside an interval for students like them.
"""

import json

import numpy as np
import pytest
from picked import one

import cbe_analysis as cbe
from cbe_analysis.load.findings import Findings
from cbe_analysis.policy import Policy
from cbe_analysis.simulate import write_riverbend

CLEAN = Findings((), checks=1, passed=1, not_checked=(), fingerprint="")
NEAR = 0.03  # levels a year: two standard errors of a mean over 1,000 students, and that positions move by target
DENSE = 1.6  # how dense paces lie at 1.0: a share goes by so much for a level a year
Z = 3.5  # standard errors: of the hundred estimates here none lies further off by chance
FACTORS = ("disability", "economically_disadvantaged", "english_learner", "gender", "race_ethnicity")
SEEDS = (2, 3)
ENOUGH = 30
OUTCOMES = ("map:math", "benchmark:writing")


@pytest.fixture(scope="module")
def districts(tmp_path_factory):
    """Seed -> a thousand students and their truth."""
    found = {}
    for seed in SEEDS:
        folder = tmp_path_factory.mktemp("districts") / "riverbend"
        write_riverbend(folder, students=1_000, seed=seed, form="parquet")
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        found[seed] = cbe.load(folder).with_findings(CLEAN), truth
    return found


@pytest.fixture(params=SEEDS)
def riverbend(request, districts):
    """One district and its truth, for each seed."""
    return districts[request.param]


def gaps(found):
    """The gaps of the first unit, of groups that are large enough."""
    rows = found.rows[found.rows["quantity"].eq("gap") & found.rows["n"].ge(ENOUGH)]
    return rows[rows["unit"].eq(found.rows["unit"].iloc[0])].to_dict("records")


def close(row, true, at_least=0.0):
    """Whether an estimate lies within Z standard errors of the truth."""
    error = row["std_error"] if np.isfinite(row["std_error"]) else (row["high"] - row["low"]) / 3.92
    return abs(row["value"] - true) < max(Z * error, at_least)


def test_the_mean_pace_is_found_again_in_all_subjects_and_in_each(riverbend):
    district, truth = riverbend
    assert one(cbe.measure("pace", district), "mean")["value"] == pytest.approx(truth["pace"]["mean"], abs=NEAR)
    for subject, told in truth["pace"]["by_subject"].items():
        found = cbe.measure("pace", district, subject=subject)
        assert one(found, "mean")["value"] == pytest.approx(told, abs=NEAR)


def test_how_true_paces_vary_is_found_again(riverbend):
    district, truth = riverbend
    found = cbe.measure("pace", district)
    parts = [one(found, f"sd_{level}_slope")["value"] for level in ("student", "school")]
    assert (parts[0] ** 2 + parts[1] ** 2) ** 0.5 == pytest.approx(truth["pace"]["sd_students"], rel=0.15)


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("which", ["same_schools", "crude"])
def test_gaps_in_pace_are_found_again_in_the_same_schools_and_crude(riverbend, factor, which):
    district, truth = riverbend
    told = truth["pace"]["gaps"][factor]
    found = gaps(cbe.measure("pace", district, by=factor, compare="reference", same_schools=which == "same_schools"))
    assert len(found) >= 1
    for gap in found:
        assert gap["reference"] == told["reference"]
        assert close(gap, told[gap[factor]][which])
        assert gap["low"] <= told[gap[factor]][which] <= gap["high"]  # of these very students


@pytest.mark.parametrize("factor", ["english_learner", "economically_disadvantaged"])
def test_levels_from_grade_are_those_of_the_targets_that_students_hold(riverbend, factor):
    district, truth = riverbend
    told, found = truth["level_gap"], cbe.measure("level_gap", district, by=factor, compare="reference")
    assert one(found, "mean")["value"] == pytest.approx(told["mean"], abs=NEAR)
    for gap in gaps(found):
        assert close(gap, told["gaps"][factor][gap[factor]]["crude"])
    whole = found.rows[found.rows["quantity"].eq("share") & found.rows[factor].eq("(all)")]["value"].tolist()
    shares = [told[name] for name in ("share_one_below", "share_two_below", "share_above")]
    assert whole == pytest.approx(shares, abs=0.03)


@pytest.mark.parametrize("name", ["year_of_growth", "on_track"])
@pytest.mark.parametrize("factor", ["english_learner", "economically_disadvantaged"])
def test_the_shares_that_gain_a_year_and_that_are_on_track_are_found_again(riverbend, name, factor):
    district, truth = riverbend
    found, told = cbe.measure(name, district, by=factor, compare="reference"), truth[name]
    assert one(found, "expected_share")["value"] == pytest.approx(told["share"], abs=DENSE * NEAR)
    by = told["by"][factor]
    rows = found.rows[found.rows["quantity"].eq("expected_share") & found.rows["n"].ge(ENOUGH)]
    for row in rows[rows[factor].isin(list(by))].to_dict("records"):
        assert close(row, by[row[factor]]["share"], at_least=DENSE * NEAR)
    for gap in gaps(found):
        assert close(gap, by[gap[factor]]["share"] - by[gap["reference"]]["share"])


def test_growth_and_status_of_schools_are_found_again_and_no_kind_is_named_wrongly_for_sure(riverbend):
    district, truth = riverbend
    found, told = cbe.measure("growth_and_status", district, by="school_id"), truth["growth_and_status"]["schools"]
    named = []
    for row in found.rows[found.rows["school_id"].isin(list(told))].to_dict("records"):
        school = told[row["school_id"]]
        if row["quantity"] == "slope":
            assert close(row, school["pace"], at_least=NEAR)
        if row["quantity"] == "mean":
            assert close(row, school["level_gap"], at_least=NEAR)
        if row["quantity"] == "probability" and row["note"] == row["at"]:
            named.append(row["at"] == school["kind"])
    assert len(named) >= 1
    assert np.mean(named) >= 0.7  # of kinds named where they are likely by four to one; seven schools


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_growth_in_scores_and_its_gaps_are_found_again(riverbend, outcome):
    district, truth = riverbend
    told = truth["growth_rate"][outcome]
    whole = cbe.measure("growth_rate", district, outcome=outcome)
    assert close(one(whole, "slope"), told["slope_of_schools"])
    students = one(cbe.measure("growth_rate", district, outcome=outcome, levels=2), "slope")
    assert close(students, told["slope"])
    assert one(whole, "sd_student_slope")["value"] == pytest.approx(told["sd_student_slope"], rel=0.25)
    assert one(whole, "sd_residual")["value"] == pytest.approx(told["sd_residual"], rel=0.1)
    for factor in FACTORS:
        for gap in gaps(cbe.measure("growth_rate", district, by=factor, compare="reference", outcome=outcome)):
            assert close(gap, told["gaps"][factor][gap[factor]]["same_schools"])


@pytest.mark.parametrize("name", ["pace", "year_of_growth", "level_gap", "on_track", "growth_and_status"])
@pytest.mark.parametrize("by", ["school_id", "race_ethnicity"])
def test_what_is_measured_may_be_published(districts, name, by):
    district, _ = districts[SEEDS[0]]
    compare = None if by == "school_id" or name == "growth_and_status" else "others"
    found = cbe.measure(name, district, by=by, compare=compare)
    rows = cbe.protect(found, Policy()).rows
    small = found.rows.loc[found.rows["n"].between(1, 9), by]
    assert rows.loc[rows[by].isin(small) & rows["quantity"].eq("slope"), "hidden"].notna().all()
    assert rows["hidden"].isna().any()
    assert (rows.loc[rows["hidden"].isna(), "shown"].notna()).all()
