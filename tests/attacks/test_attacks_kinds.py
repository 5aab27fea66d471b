"""Growth beside status: chances of the kinds told value and error of both far more finely than these are rounded."""

import itertools
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from protected_tables import estimates

import cbe_analysis as cbe
from cbe_analysis.indicators.progress.gap_rows import FROM_GRADE
from cbe_analysis.indicators.progress.marks import Marks
from cbe_analysis.indicators.progress.model import RATE
from cbe_analysis.indicators.progress.standing_rows import CHANCE
from cbe_analysis.load.findings import Findings
from cbe_analysis.methods.pace import growth_and_status
from cbe_analysis.methods.pace.kinds import KINDS, UNSURE
from cbe_analysis.policy import ROUNDED, SUPPRESSED, Policy
from cbe_analysis.protect.rounding import MINUS
from cbe_analysis.simulate import write_riverbend

MARKS, N = Marks(1.0, -0.25, 0.825, together=0.31), 800
GROWTH, STATUS = 1.0 + np.arange(0.055, 0.145, 0.01), np.arange(-0.245, -0.155, 0.01)  # printed as 1.1 and -0.2
CLEAN = Findings((), checks=1, passed=1, not_checked=(), fingerprint="")
ERROR = 0.204  # printed as 0.2


def chances(growth, status, error):
    told = growth_and_status(
        ([growth], [error]),
        ([status], [error]),
        marks=(MARKS.growth, MARKS.status),
        correlation=MARKS.together,
        certainty=MARKS.certainty,
    )
    return told.chances[0], str(told.kind[0])


def standing(growth, status, error=ERROR):
    """What is measured of a school of 800, and of all."""
    found, kind = chances(growth, status, error)
    values = (("slope", RATE, growth), ("mean", FROM_GRADE, status))
    rows = [
        {"quantity": name, "unit": unit, "n": n, "value": value, "std_error": error, **school}
        | {"low": value - 2 * error, "high": value + 2 * error}
        for n, school in ((N, {"school_id": "a"}), (3 * N, {"school_id": "b"}), (4 * N, {}))
        for name, unit, value in values
    ]
    for at, value in zip(KINDS, found, strict=True):
        rows.append({"quantity": "probability", "unit": CHANCE, "n": N, "value": value, "at": at, "note": kind})
        rows[-1]["school_id"] = "a"
    method = MARKS.method("slopes; by REML")
    return estimates(rows, ("school_id",), indicator="growth_and_status", unit=RATE, method=method, marks=MARKS)


def printed(given, audience="public"):
    """What is printed of the school: growth, status with their errors; the chances; and the kind that is named."""
    rows = cbe.protect(given, Policy(minimum_n=10), audience).rows
    own = rows[rows["school_id"].eq("a")]
    values = own[own["quantity"].isin(["slope", "mean"])]
    said = own[own["quantity"].eq("probability")].set_index("at")
    assert said["hidden"].isna().all()
    return tuple(zip(values["shown"], values["std_error"], strict=True)), tuple(said.loc[[*KINDS], "shown"])


PAIRS = list(itertools.product(GROWTH, STATUS))


def test_chances_of_the_true_values_would_tell_them():
    """Of 81 pairs that are printed alike, no two have the same chances to whole percentages."""
    told = {tuple(np.round(100 * chances(*pair, ERROR)[0])) for pair in PAIRS}
    assert len(PAIRS) == len(told) == 81


def test_chances_say_nothing_that_is_not_printed_beside_them():
    told = {printed(standing(*pair)) for pair in PAIRS[::5]}
    exact = chances(1.1, -0.2, 0.2)[0]
    assert told == {(((f"{MINUS}0.2", 0.2), ("1.1", 0.2)), tuple(f"{100 * c:.0f} %" for c in exact))}


def test_the_kind_is_that_of_the_printed_chances():
    """Printed as 1.1 beside 0.1, it is high growth from a chance of 82.5 % on; by 1.076 and 0.104 it is not clear."""
    given = standing(1.076, 0.1, 0.104)
    rows = cbe.protect(given, Policy(minimum_n=10)).rows
    notes = set(rows.loc[rows["quantity"].eq("probability"), "note"])
    assert notes == {chances(1.1, 0.1, 0.1)[1]} == {KINDS[0]}
    assert set(given.rows["note"].dropna()) == {UNSURE}


def test_staff_read_them_as_measured():
    given = standing(1.06, -0.24)
    exact = chances(1.06, -0.24, ERROR)[0]
    assert printed(given, "staff")[1] == tuple(f"{100 * c:.0f} %" for c in exact)


def told_of_kinds(given, profile):
    rows = cbe.protect(given, Policy(minimum_n=10, privacy_profile=profile)).rows
    told = rows[rows["quantity"].eq("probability")]
    assert len(told) == len(KINDS)
    return told


def all_hidden(told):
    """Whether neither a chance nor a kind is told."""
    named = told["note"].isin([*KINDS, UNSURE]).any()
    return told["hidden"].notna().all() and told["value"].isna().all() and set(told["shown"]) == {"protected"} != named


@pytest.mark.parametrize("profile", [SUPPRESSED, ROUNDED])
def test_without_marks_no_chance_is_told(profile):
    """The method says them all the same: it is read by people alone."""
    given = standing(1.06, -0.24)
    assert not told_of_kinds(given, profile)["hidden"].any()
    assert all_hidden(told_of_kinds(replace(given, marks=None), profile))


@pytest.mark.parametrize("profile", [SUPPRESSED, ROUNDED])
@pytest.mark.parametrize("quantity", ["slope", "mean"])
def test_without_growth_or_status_no_chance_is_told(profile, quantity):
    given = standing(1.06, -0.24)
    own = given.rows["school_id"].eq("a") & given.rows["quantity"].eq(quantity)
    assert all_hidden(told_of_kinds(replace(given, rows=given.rows[~own]), profile))


def test_another_sentence_changes_no_chance():
    given = standing(1.06, -0.24)
    assert printed(replace(given, method="slopes; by REML")) == printed(given)


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Growth beside status in the schools of a sample district."""
    folder = tmp_path_factory.mktemp("districts") / "riverbend"
    write_riverbend(folder, students=500, seed=4, form="parquet")
    district = cbe.load(folder).with_findings(CLEAN)
    options = {"growth_from": 0.95, "status_from": -0.25, "certainty": 0.625}
    return cbe.measure("growth_and_status", district, by="school_id", **options), district.policy


def test_of_a_district_chances_are_those_of_what_is_printed_and_what_the_method_says(measured):
    found, policy = measured
    release = cbe.protect(found, policy)
    rows = release.rows[release.rows["hidden"].isna()]
    growth, status, told = (
        rows[rows["quantity"].eq(q)].set_index("school_id") for q in ("slope", "mean", "probability")
    )
    assert 0.25 < abs(found.marks.together) < 1
    said = (
        f"high from 0.95 levels a year; .*; high from -0.25; .* of 62.5%; errors .* by {found.marks.together:.2f}, as"
    )
    assert re.search(said, release.method)
    assert len(set(told.index)) > 5
    for school, row in told.iterrows():
        sides = [([of.loc[school, "value"]], [of.loc[school, "std_error"]]) for of in (growth, status)]
        exact = growth_and_status(*sides, marks=(0.95, -0.25), correlation=found.marks.together, certainty=0.625)
        assert row["note"] == exact.kind[0]
        chance = 100 * exact.chances[0, KINDS.index(row["at"])]
        assert math.isnan(row["value"]) or round(100 * row["value"]) in (round(chance), 5 * round(chance / 5))


def test_the_correlation_is_carried_no_finer_than_the_method_says_it(measured):
    found, _ = measured
    assert found.marks == replace(found.marks, together=float(f"{found.marks.together:.2f}"))
    assert "together" not in found.parameters
