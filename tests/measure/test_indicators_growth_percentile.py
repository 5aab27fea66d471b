"""Growth percentiles of a district: the engine's on its scores, whoever is asked for, and who is left out."""

import numpy as np
import pandas as pd
import pytest
from independent_percentiles import independent
from picked import one

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused, UsageError
from cbe_analysis.load.findings import Findings
from cbe_analysis.methods.percentiles import growth_percentiles, required_percentile
from cbe_analysis.simulate import write_riverbend

CLEAN = Findings((), checks=1, passed=1, not_checked=(), fingerprint="")
N = 240  # students of each grade
SCHOOLS = 8


def score_table(seed=1, years=(2024, 2025, 2026)):
    """Students who are in grades 4, 5 and 6 in the last year, with a score a year: shape (3 N, years)."""
    draw = np.random.default_rng(seed)
    able = draw.normal(size=(3 * N, 1))
    grade = np.repeat([4, 5, 6], N)[:, None] + np.arange(len(years)) - len(years) + 1
    return np.round(300 + 40 * grade + 60 * able + 25 * draw.normal(size=grade.shape)), grade


def frames(scores, grades, years=(2024, 2025, 2026), error=None):
    """The tables of these scores; NaN for a year without a test."""
    at, back = np.nonzero(np.isfinite(scores))
    year = np.array(years)[back]
    ids = np.array([f"s{student:04}" for student in at])
    rows = pd.DataFrame({"student_id": ids, "school_year": year, "grade": grades[at, back], "score": scores[at, back]})
    spells = rows.assign(
        school_id=[f"k{student % SCHOOLS}" for student in at],
        entry_date=[f"{y - 1}-08-20" for y in year],
        exit_date=[f"{y}-06-05" for y in year],
    )
    tests = rows.assign(date=[f"{y}-04-15" for y in year], instrument="state", subject="math")
    everyone = pd.DataFrame({"student_id": [f"s{student:04}" for student in range(len(scores))]})
    gender = np.where(np.arange(len(scores)) % 3, "female", "male")
    if error is not None:
        tests["std_error"] = error
    return {
        "students": everyone.assign(gender=gender),
        "enrollments": spells.drop(columns="score"),
        "assessments": tests.drop(columns=["school_year", "grade"]),
    }


def by_student(district, **given):
    """Student -> row, of the last school year unless asked for otherwise."""
    found = cbe.measure("growth_percentile", district, **{"where": "school_year=2026", "by": "student_id"} | given)
    rows = found.rows[(found.rows["quantity"] == "mean") & (found.rows["student_id"] != "(all)")]
    return rows.set_index("student_id")


@pytest.fixture(scope="module")
def scores():
    table, grades = score_table()
    table[:25, 0] = np.nan
    return table, grades


@pytest.fixture(scope="module")
def district(scores, write_at, tmp_path_factory):
    return write_at(tmp_path_factory.mktemp("districts") / "three", **frames(*scores, error=12.5))


def engine(scores, **given):
    """What the engine finds for the last year."""
    table, grades = scores
    return growth_percentiles(table[:, 2], table[:, [1, 0]], grades[:, 2], **given)


def test_a_students_percentile_is_the_engines(scores, district):
    mine = by_student(district)
    assert mine.index.tolist() == [f"s{student:04}" for student in range(3 * N)]
    theirs = engine(scores, std_errors=np.full((3 * N, 3), 12.5))
    assert mine["value"].tolist() == theirs.percentile.tolist()
    assert mine["low"].tolist() == pytest.approx(theirs.low)
    assert mine["high"].tolist() == pytest.approx(theirs.high)
    assert (mine["low"] < mine["value"]).mean() > 0.9


def test_a_students_percentile_is_that_of_another_solver(scores, district):
    table, _ = scores
    grade_5 = slice(N, 2 * N)  # too few for two past scores
    past = table[grade_5, 1:2]
    expected = independent(table[grade_5, 2], past, past)
    assert by_student(district, where=["school_year=2026", "grade=5"])["value"].tolist() == expected.tolist()


def test_two_past_scores_count_where_there_are_enough_students(write):
    draw = np.random.default_rng(5)
    able = draw.normal(size=(440, 1))
    table, grades = np.round(500 + 60 * able + 25 * draw.normal(size=(440, 3))), np.tile([3, 4, 5], (440, 1))
    table[400:, 0] += 150
    table[400:, 1] = np.nan  # their oldest score has a part in the knots alone
    given = write(**frames(table, grades))
    theirs = growth_percentiles(table[:, 2], table[:, [1, 0]], grades[:, 2])
    assert theirs.order.tolist() == [2] * 400 + [0] * 40
    assert by_student(given)["value"].tolist() == theirs.by_order[:400, 1].tolist()
    assert by_student(given, priors=1)["value"].tolist() == theirs.by_order[:400, 0].tolist()
    assert "up to 2 past scores" in cbe.measure("growth_percentile", given).method


def test_groups_are_medians_and_means_of_the_engines(scores, district):
    found = cbe.measure("growth_percentile", district, by="gender", compare="others", where="school_year=2026")
    grouped = engine(scores).grouped
    girl = np.arange(3 * N) % 3 > 0
    for rows, group in ((girl, "female"), (~girl, "male"), (girl | ~girl, "(all)")):
        assert one(found, "median", gender=group)["value"] == np.median(grouped[rows])
        assert one(found, "mean", gender=group)["value"] == pytest.approx(grouped[rows].mean())
        assert one(found, "mean", gender=group)["n"] == rows.sum()
        for quantity in ("median", "mean"):
            row = one(found, quantity, gender=group)
            assert row["low"] < row["value"] < row["high"]
            assert row["std_error"] > 0
    gap = one(found, "gap", gender="female")
    assert gap["value"] == pytest.approx(grouped[girl].mean() - grouped[~girl].mean())
    assert set(found.rows["unit"]) == {"percentile", "standard deviations"}


def test_conditions_choose_whom_to_tell_of_and_not_the_peers(district):
    everyone = by_student(district)
    girls = by_student(district, where=["school_year=2026", "gender=female"])
    assert len(girls) == 2 * N
    assert girls["value"].equals(everyone["value"][girls.index])


def test_all_school_years_and_each_of_them(district):
    found = cbe.measure("growth_percentile", district, over="year")
    means = found.rows[found.rows["quantity"] == "mean"].set_index("at")
    assert means.index.tolist() == ["2025", "2026"]
    assert means["n"].tolist() == [3 * N - 25, 3 * N]
    whole = cbe.measure("growth_percentile", district)
    sums = (means["value"] * means["n"]).sum()
    assert one(whole, "mean")["value"] == pytest.approx(sums / means["n"].sum())
    assert "695 scores belong to the first year or grade tested: nobody in their cohort has a past score" in (
        whole.warnings
    )


def test_the_whole_folder_is_in_the_fingerprint(district, scores, write_at, tmp_path):
    """Another student's score moves the percentile, so it is another answer."""
    table, grades = scores[0].copy(), scores[1]
    table[2, 2] += 100  # a girl's score: boys alone are told of
    changed = write_at(tmp_path / "changed", **frames(table, grades, error=12.5))
    same = {"where": ["school_year=2026", "gender=male"]}
    first, second = (cbe.measure("growth_percentile", d, **same) for d in (district, changed))
    assert first.fingerprint != second.fingerprint


def test_the_last_score_of_the_year_counts_and_the_highest_of_a_day(scores, district, write):
    given = frames(*scores, error=12.5)
    tests = given["assessments"]
    earlier = tests.assign(score=tests["score"] + 500, date=tests["date"].str.replace("04-15", "01-20"))
    lower = tests.assign(score=tests["score"] - 30, official="true")
    practice = tests.assign(
        score=tests["score"] + 90, date=tests["date"].str.replace("04-15", "05-20"), official="false"
    )
    given["assessments"] = pd.concat([earlier, tests, lower, practice])
    assert by_student(write(**given))["value"].equals(by_student(district)["value"])


def test_who_repeats_skips_or_misses_has_no_past_score(scores, write):
    table, grades = scores[0].copy(), scores[1].copy()
    grades[250:262, 2] = grades[250:262, 1]  # repeated grade 4
    grades[270:283, 2] = grades[270:283, 1] + 2  # skipped grade 5
    table[290:304, 1] = np.nan  # no test in the year before
    found = cbe.measure("growth_percentile", write(**frames(table, grades)), where="school_year=2026")
    assert one(found, "mean")["n"] == 3 * N - 12 - 13 - 14
    assert "25 scores are of students who repeated or skipped a grade: left out" in found.warnings
    assert "14 scores have none of the school year before: left out" in found.warnings


def test_the_grade_at_the_test_goes_before_that_of_the_enrollment(scores, write):
    table, grades = scores[0], scores[1].copy()
    given = frames(table, grades)
    given["assessments"]["grade_at_test"] = given["enrollments"]["grade"]
    given["enrollments"]["grade"] = 3
    assert by_student(write(**given))["value"].tolist() == engine(scores).percentile.tolist()


def test_small_cohorts_are_refused_with_the_reason_and_the_count(scores, write):
    table, grades = scores[0][: 2 * N + 60], scores[1][: 2 * N + 60]
    given = write(**frames(table, grades))
    found = cbe.measure("growth_percentile", given, where="school_year=2026", by="grade")
    assert set(found.rows["grade"]) == {"(all)", "4", "5"}
    [said] = [w for w in found.warnings if "no growth percentiles" in w]
    assert said == (
        "no growth percentiles for grade 6 in 2026: too few students with a past score (at least 80 are needed); "
        "60 scores left out"
    )
    with pytest.raises(UsageError, match=r"past score [(]at least 80 are needed[)]; 60 scores left out"):
        cbe.measure("growth_percentile", given, where=["school_year=2026", "grade=6"])


def test_a_cohort_between_the_limits_is_told_of_as_a_group_alone(scores, write):
    table, grades = scores[0][: N + 120], scores[1][: N + 120]
    given = write(**frames(table, grades))
    assert one(cbe.measure("growth_percentile", given, where="school_year=2026"), "mean")["n"] == N + 120
    assert by_student(given).index.max() == f"s{N - 1:04}"


def test_one_school_year_is_a_clear_error(scores, write):
    table, grades = scores
    given = write(**frames(table[:, 2:], grades[:, 2:], years=(2026,)))
    with pytest.raises(UsageError, match="720 scores belong to the first year or grade tested: nobody in their cohort"):
        cbe.measure("growth_percentile", given)


def test_alike_scores_are_refused_with_the_reason(scores, write):
    table, grades = scores[0].copy(), scores[1]
    table[:, 2] = 500
    with pytest.raises(
        UsageError, match=r"no growth percentiles for grade 4 .* all scores, or all past scores, the same"
    ):
        cbe.measure("growth_percentile", write(**frames(table, grades)), where="school_year=2026")


def test_ties_and_whole_scores_stand_as_the_engine_says(scores, write):
    table, grades = np.round(scores[0] / 40) * 40, scores[1]
    given = write(**frames(table, grades))
    assert by_student(given)["value"].tolist() == engine((table, grades)).percentile.tolist()


@pytest.mark.parametrize("years", [1, 2])
def test_the_growth_that_is_needed_is_the_engines(scores, district, years):
    table, found = scores[0], engine(scores)
    grade_4 = slice(0, N)
    target = 600.0
    ahead = found.cohorts[1 : 1 + years]
    wanted = np.r_[np.full(years - 1, np.nan), target]
    needed = required_percentile(table[grade_4][:, [2, 1, 0]], ahead, wanted)[:, -1]
    assert 0.05 < np.isinf(needed).mean() < 0.95 or (needed < 99).mean() > 0.2
    mine = cbe.measure(
        "growth_percentile", district, where=["school_year=2026", "grade=4"], target=target, in_years=years
    )
    assert one(mine, "share")["value"] == pytest.approx((found.grouped[grade_4] >= needed).mean())
    median = one(mine, "median")
    assert median["value"] == np.median(np.minimum(needed, 100))
    assert median["unit"] == "percentile needed"
    assert one(mine, "share")["n"] == N


def test_who_has_nobody_ahead_is_left_out_of_the_growth_that_is_needed(district):
    found = cbe.measure("growth_percentile", district, where="school_year=2026", target=600)
    assert one(found, "share")["n"] == 2 * N
    assert any(w.startswith("240 scores in grade 6 in 2026 are left out") for w in found.warnings)
    with pytest.raises(UsageError, match="nobody of these data is far enough ahead to follow"):
        cbe.measure("growth_percentile", district, where="school_year=2026", target=600, in_years=3)


def test_covariates_are_held_equal_in_the_comparison(district):
    plain, adjusted = (
        cbe.measure("growth_percentile", district, by="gender", compare="others", adjust=held, where="school_year=2026")
        for held in ((), "grade")
    )
    gaps = [one(found, "gap", gender="male")["value"] for found in (plain, adjusted)]
    assert gaps[0] != gaps[1]
    assert gaps[0] == pytest.approx(gaps[1], abs=1)


@pytest.mark.parametrize(("option", "value"), [("priors", 0), ("priors", 5), ("in_years", 0), ("in_years", 9)])
def test_options_out_of_range_are_refused(district, option, value):
    with pytest.raises(UsageError, match=f"option '{option}' does not take this value"):
        cbe.measure("growth_percentile", district, **{option: value})


def test_the_public_sees_groups_rounded_and_no_student(district):
    found = cbe.measure("growth_percentile", district, by="gender", compare="others", where="school_year=2026")
    release = cbe.protect(found, district.policy)
    rows = release.rows
    assert set(rows["quantity"]) == {"mean", "median", "gap", "hedges_g"}
    assert rows["hidden"].isna().all()
    for quantity in ("mean", "median"):
        for group in ("(all)", "female", "male"):
            [printed] = rows[rows["quantity"].eq(quantity) & rows["gender"].eq(group)].to_dict("records")
            exact = one(found, quantity, gender=group)
            assert abs(printed["value"] - exact["value"]) <= exact["std_error"]
            assert printed["value"] * 10 == pytest.approx(round(printed["value"] * 10))
    alone = cbe.measure("growth_percentile", district, by="student_id", where="school_year=2026")
    with pytest.raises(ReleaseRefused, match="single people"):
        cbe.protect(alone, district.policy)
    assert len(cbe.protect(alone, district.policy, "staff").rows) > 3 * N


@pytest.mark.parametrize("options", [{}, {"target": 620}])
def test_few_students_are_hidden_from_the_public(scores, write, options):
    given = frames(*scores)
    given["students"]["gender"] = np.where(np.arange(3 * N) < 7, "nonbinary", given["students"]["gender"])
    few = write(**given)
    found = cbe.measure("growth_percentile", few, by="gender", where="school_year=2026", **options)
    rows = cbe.protect(found, few.policy).rows.set_index(["quantity", "gender"])
    assert rows.loc[(slice(None), "nonbinary"), "hidden"].notna().all()
    assert rows.loc[(slice(None), "nonbinary"), ["value", "n"]].isna().all(axis=None)


def test_the_median_of_very_many_students_has_an_interval(write):
    """It stands for half a point on both sides: without an error, protection would take all for alike."""
    draw = np.random.default_rng(9)
    table = np.round(500 + 60 * draw.normal(size=(4000, 1)) + 25 * draw.normal(size=(4000, 2)), 3)
    given = write(**frames(table, np.tile([4, 5], (4000, 1)), years=(2025, 2026)))
    median = one(cbe.measure("growth_percentile", given), "median")
    assert median["high"] - median["low"] >= 1
    assert median["std_error"] > 0.25


@pytest.fixture(scope="module")
def riverbend(tmp_path_factory):
    folder = tmp_path_factory.mktemp("districts") / "riverbend"
    write_riverbend(folder, students=3_000, seed=1, form="parquet")
    return cbe.load(folder).with_findings(CLEAN)


def test_riverbend_grows_as_its_truth_suggests(riverbend):
    """The truth has students at a pace of .99 and .87 by economic disadvantage, .95 and .83 by disability."""
    found = cbe.measure(
        "growth_percentile",
        riverbend,
        by="economically_disadvantaged,disability",
        compare="reference",
        outcome="map:math",
    )
    whole = one(found, "median")
    assert whole["low"] <= 50 <= whole["high"]
    assert one(found, "mean")["value"] == pytest.approx(50, abs=1)
    for factor in ("economically_disadvantaged", "disability"):
        gap = one(found, "gap", **{factor: "true"})
        assert -12 < gap["value"] < 0
        assert gap["p_adjusted"] < 0.01
    schools = cbe.measure("growth_percentile", riverbend, by="school_id", outcome="map:math")
    medians = schools.rows[schools.rows["quantity"].eq("median") & schools.rows["school_id"].ne("(all)")]
    assert medians.set_index("school_id")["value"].idxmax() == "S02"  # .11 levels a year above the others


def test_a_small_riverbend_says_what_is_too_small(tmp_path):
    write_riverbend(tmp_path / "small", students=400, seed=1, form="parquet")
    small = cbe.load(tmp_path / "small").with_findings(CLEAN)
    with pytest.raises(UsageError, match="too few students with a past score"):
        cbe.measure("growth_percentile", small, outcome="map:math")
