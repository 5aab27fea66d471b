"""Effects of programs: Project STAR against R, and small studies by hand."""

import numpy as np
import pandas as pd
import pytest

import cbe_analysis as cbe
from cbe_analysis.errors import UsageError

PROGRAMS = """
program_id,name,assignment,start_date,minimum_effect
tutoring,Tutoring,randomized,2025-09-01,2
"""


def rows_of(estimates, quantity, **where):
    rows = estimates.rows[estimates.rows["quantity"] == quantity]
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return rows.to_dict("records")


def study(write, *, gains=(5, 0), classes=8, name="district", students=None, programs=PROGRAMS, **columns):
    """Eight classes of six students; every other class is treated; scores before and after."""
    n = classes * 6
    room = np.arange(n) // 6
    treated = room % 2 == 0
    ids = [f"{i:03d}" for i in range(n)]
    pattern = np.array([0, 3, 1, 4, 2, 5])[np.arange(n) % 6] * 2.0 + room * 0.5
    score = 200 + pattern + np.where(treated, *gains)
    participation = pd.DataFrame(
        {
            "program_id": "tutoring",
            "student_id": ids,
            "arm": np.where(treated, "treatment", "comparison"),
            "cluster_id": room.astype(str),
            "end_date": "2026-05-30",
        }
    ).assign(**columns)
    scores = pd.DataFrame({"student_id": ids, "date": "2026-05-01", "score": score})
    before = pd.DataFrame({"student_id": ids, "date": "2025-08-25", "score": 190 + pattern})
    both = pd.concat([scores, before]).assign(instrument="map", subject="math")
    gender = np.where(np.arange(n) % 2, "female", "male")
    people = pd.DataFrame({"student_id": ids, "gender": gender}) if students is None else students(ids)
    return write(name, students=people, programs=programs, participation=participation, assessments=both)


def test_small_classes_as_club_sandwich_has_it(tennessee, truths):
    found = cbe.measure("intervention_effect", tennessee, program="small_class_k", outcome="math", covariates="aide")
    truth = truths["effect_with_aide"]
    [effect] = rows_of(found, "effect")
    assert effect["value"] == pytest.approx(truth["est"], rel=1e-8)
    assert effect["std_error"] == pytest.approx(truth["se"], rel=1e-8)
    assert effect["p"] == pytest.approx(truth["p"], rel=1e-6)
    assert effect["n"] == 5871


def test_the_kits_own_estimand_is_small_against_all_others(tennessee):
    """Against the regression with a column for every school, from numpy alone."""
    found = cbe.measure("intervention_effect", tennessee, program="small_class_k", outcome="math")
    part = tennessee.table("participation").filter("program_id = 'small_class_k'").df()
    scores = tennessee.table("assessments").filter("subject = 'math' AND date = DATE '1986-04-15'").df()
    rows = part.merge(scores[["student_id", "score"]], on="student_id")
    schools = pd.get_dummies(rows["block"], dtype=float).to_numpy()
    X = np.column_stack([rows["arm"].eq("treatment").to_numpy(float), schools])
    effect = np.linalg.lstsq(X, rows["score"].to_numpy(float), rcond=None)[0][0]
    [row] = rows_of(found, "effect")
    assert row["value"] == pytest.approx(effect, rel=1e-9)
    assert row["low"] < row["value"] < row["high"]
    spread = np.sqrt(rows.groupby("arm")["score"].agg(lambda s: ((s - s.mean()) ** 2).sum()).sum() / (len(rows) - 2))
    [g] = rows_of(found, "hedges_g")
    assert g["value"] == pytest.approx(effect / spread * (1 - 3 / (4 * len(rows) - 9)), rel=1e-9)
    assert "small" not in found.method  # the estimand in general words
    assert "treatment against all comparison students" in found.method


def test_chances_attrition_and_counts_of_the_arms(tennessee):
    found = cbe.measure("intervention_effect", tennessee, program="small_class_k", outcome="math")
    chances = {r["at"]: r["value"] for r in rows_of(found, "probability")}
    assert list(chances) == ["better", "little", "worse"]
    assert sum(chances.values()) == pytest.approx(1)
    [effect] = rows_of(found, "effect")
    assert chances["better"] == pytest.approx(normal_above((5 - effect["value"]) / effect["std_error"]), rel=1e-6)
    lost = {r["arm"]: r for r in rows_of(found, "attrition")}
    assert set(lost) == {"treatment", "comparison", "(all)", "difference"}
    assert lost["(all)"]["n"] == 6325
    assert lost["(all)"]["numerator"] == 6325 - 5871
    assert lost["difference"]["value"] == pytest.approx(lost["treatment"]["value"] - lost["comparison"]["value"])
    assert lost["difference"]["note"] == "low by the cautious boundary, low by the optimistic boundary"
    assert lost["(all)"]["note"] == "WWC 4.1, cautious boundary: without reservations"
    counted = {r["arm"]: r["value"] for r in rows_of(found, "count")}
    assert sum(counted.values()) == effect["n"] == 5871


def test_later_grades_describe_entrants_only(tennessee):
    found = cbe.measure("intervention_effect", tennessee, program="small_class_3", outcome="math")
    girls = {r["arm"]: r for r in rows_of(found, "baseline", at="gender=female")}
    part = tennessee.table("participation").filter("program_id = 'small_class_3'").df()
    people, scores = tennessee.table("students").df(), tennessee.table("assessments")
    tested = scores.filter("subject = 'math' AND date = DATE '1989-04-15'").df()["student_id"]
    entered = part[(part["start_date"] >= pd.Timestamp("1988-08-22")) & part["student_id"].isin(tested)]
    rows = entered.merge(people, on="student_id").dropna(subset="gender")
    for arm, inside in rows.groupby("arm"):
        assert girls[arm]["n"] == len(inside)
        assert girls[arm]["numerator"] == (inside["gender"] == "female").sum()
    assert girls["difference"]["unit"] == "standard deviations"
    assert girls["difference"]["note"].startswith("baseline equivalence: ")
    assert any("entered the study before this program began" in w for w in found.warnings)


def test_a_baseline_measured_after_entry_is_refused_with_the_count(tennessee):
    with pytest.raises(UsageError, match=r"of \d+ students was measured after their entry into the study"):
        cbe.measure("intervention_effect", tennessee, program="small_class_1", outcome="math", baseline="math")


def test_effects_of_groups_come_from_one_regression(tennessee):
    found = cbe.measure(
        "intervention_effect", tennessee, program="small_class_k", outcome="math", by="gender", compare="reference"
    )
    part = tennessee.placed("participation", factors=["gender"]).filter("program_id = 'small_class_k'").df()
    scores = tennessee.table("assessments").filter("subject = 'math' AND date = DATE '1986-04-15'").df()
    rows = part.merge(scores[["student_id", "score"]], on="student_id").dropna(subset="placed_gender")
    girl, small = (rows[c].eq(v).to_numpy(float) for c, v in (("placed_gender", "female"), ("arm", "treatment")))
    schools = pd.get_dummies(rows["block"], dtype=float).to_numpy()
    X = np.column_stack([small * girl, small * (1 - girl), girl, schools])
    effects = np.linalg.lstsq(X, rows["score"].to_numpy(float), rcond=None)[0][:2]
    [girls], [boys] = rows_of(found, "effect", gender="female"), rows_of(found, "effect", gender="male")
    assert (girls["value"], boys["value"]) == (pytest.approx(effects[0], rel=1e-9), pytest.approx(effects[1], rel=1e-9))
    [gap] = rows_of(found, "gap")
    assert (gap["gender"], gap["reference"], gap["n_reference"]) == ("female", "male", boys["n"])
    assert gap["value"] == pytest.approx(girls["value"] - boys["value"], rel=1e-9)
    assert gap["std_error"] < np.hypot(girls["std_error"], boys["std_error"])  # they share classes
    tests = found.rows[found.rows["quantity"].isin(["gap", "effect"])]
    assert tests["p_adjusted"].notna().all()
    assert (tests["p_adjusted"] >= tests["p"]).all()
    assert "4 comparisons" in found.method


def test_an_effect_by_hand(write):
    """Without blocks and covariates the effect is the difference of means."""
    found = cbe.measure("intervention_effect", study(write))
    [effect] = rows_of(found, "effect")
    assert effect["value"] == pytest.approx(5 - 0.5)  # every treated class lies half a point below the next
    assert effect["n"] == 48
    assert np.isfinite(effect["std_error"])
    assert "without blocks" in found.method


def test_a_baseline_measured_before_entry_is_held_equal(write):
    district = study(write)
    raw = cbe.measure("intervention_effect", district)
    held = cbe.measure("intervention_effect", district, baseline="math")
    [before], [after] = rows_of(raw, "effect"), rows_of(held, "effect")
    assert after["value"] == pytest.approx(5, abs=1e-9)  # the baseline explains all the rest
    assert abs(before["value"] - 5) > 0.4
    arms = {r["arm"]: r["value"] for r in rows_of(held, "baseline", at="baseline score")}
    assert arms["treatment"] - arms["comparison"] == pytest.approx(-0.5)
    assert arms["difference"] < 0
    assert "baseline score held equal" in held.method


def test_few_clusters_are_described_and_not_tested(write):
    found = cbe.measure("intervention_effect", study(write, classes=4))
    [effect], [g] = rows_of(found, "effect"), rows_of(found, "hedges_g")
    assert effect["value"] == pytest.approx(4.5)
    assert np.isnan([effect["std_error"], effect["low"], effect["p"], g["low"]]).all()
    assert np.isfinite(g["value"])
    assert not rows_of(found, "probability")
    assert any("described, not tested" in w for w in found.warnings)


def test_students_assigned_one_by_one_need_no_clusters(write):
    found = cbe.measure("intervention_effect", study(write, cluster_id=""))
    [effect] = rows_of(found, "effect")
    assert "HC3" in found.method
    assert effect["p"] < 0.001


def test_a_group_in_one_arm_has_no_effect(write):
    def people(ids):
        return pd.DataFrame({"student_id": ids, "gender": ["female"] * 6 + ["male"] * (len(ids) - 6)})

    found = cbe.measure("intervention_effect", study(write, students=people), by="gender", compare="others")
    [row] = rows_of(found, "effect", gender="female")
    assert np.isnan(row["value"])
    assert (row["n"], row["note"]) == (6, "students in one arm only")
    assert not rows_of(found, "gap")


def test_what_is_lost_is_said(write):
    district = study(write, homework=["1", ""] * 24, cluster_id=["a", ""] * 24)
    found = cbe.measure("intervention_effect", district, covariates="homework")
    assert "24 students with an outcome lack a covariate and are left out" in found.warnings
    assert "24 students have no cluster in participation" in found.warnings
    [effect] = rows_of(found, "effect")
    assert effect["n"] == 24


def test_covariates_may_be_words_or_factors_of_students(write):
    district = study(write, room=[["north", "south", "east"][i % 3] for i in range(48)])
    found = cbe.measure("intervention_effect", district, covariates="room, gender")
    assert "room_north, room_south, gender_male held equal" in found.method
    assert rows_of(found, "effect")[0]["value"] == pytest.approx(4.5)


def test_blocks_with_one_arm_say_nothing(write):
    """Four blocks of two classes, then two blocks of one class each, whose scores are far away."""
    block = np.repeat(["a", "a", "b", "b", "c", "c", "lone", "other"], 6)
    found = cbe.measure("intervention_effect", study(write, block=block))
    paired = cbe.measure("intervention_effect", study(write, name="paired", classes=6, block=block[:36]))
    assert "2 of 5 blocks have one arm only and say nothing of the effect" in found.warnings
    assert rows_of(found, "effect")[0]["value"] == pytest.approx(rows_of(paired, "effect")[0]["value"])


def test_the_population_is_that_of_the_placed_students(tennessee):
    found = cbe.measure("intervention_effect", tennessee, program="small_class_k", outcome="math")
    counts = found.population.counts
    assert counts["n"].sum() == rows_of(found, "effect")[0]["n"]
    assert set(counts["grade"]) == {"0"}
    assert counts["school_id"].nunique() == 79


@pytest.mark.parametrize("minimum", ["", "0"])
def test_without_a_minimum_effect_there_are_no_chances(write, minimum):
    found = cbe.measure("intervention_effect", study(write, programs=PROGRAMS.strip()[:-1] + minimum))
    assert np.isfinite(rows_of(found, "effect")[0]["std_error"])
    assert not rows_of(found, "probability")


def test_until_ends_the_study(write):
    with pytest.raises(UsageError, match="no student of one arm has an outcome"):
        cbe.measure("intervention_effect", study(write), until="2026-04-30")


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"program": "small_class"}, "program 'small_class' is unknown; set program to one of: small_class_1"),
        ({}, "program is not chosen; set program to one of: small_class_1, small_class_2"),
        ({"program": "small_class_k"}, "outcome is not chosen; set outcome to one of: sat:math, sat:reading"),
        ({"program": "small_class_k", "outcome": "sat:art"}, "outcome is not among the scores"),
        ({"program": "small_class_k", "outcome": "math", "covariates": "aid"}, "covariate 'aid' is unknown"),
        ({"program": "small_class_k", "outcome": "math", "baseline": "math"}, "no student has a score sat:math from"),
        ({"program": "small_class_k", "outcome": "math", "until": "May"}, "option 'until' is not a date"),
        ({"program": "small_class_k", "outcome": "math", "where": ["arm=treatment"]}, "no student in: comparison"),
    ],
)
def test_what_cannot_be_asked_of_a_study(tennessee, more, complaint):
    with pytest.raises(UsageError, match=complaint):
        cbe.measure("intervention_effect", tennessee, **more)


def test_other_assignments_wait_for_their_estimators(write):
    district = study(write, programs=PROGRAMS.replace("randomized", "comparison"))
    with pytest.raises(
        UsageError, match=r"assigned by 'comparison' cannot be estimated yet.*offered so far: randomized"
    ):
        cbe.measure("intervention_effect", district)


def test_a_null_effect_is_seldom_found():
    """Type I error at a nominal 5 %, 16 classes of 10 with an intraclass correlation of .2."""
    from cbe_analysis.indicators.trial import Trial

    random, found = np.random.default_rng(11), 0
    room = np.repeat(np.arange(16), 10)
    for _ in range(400):
        y = np.repeat(random.normal(0, 0.5, 16), 10) + random.normal(0, 1, 160)
        trial = Trial(y, room % 2 == 0, np.empty((160, 0)), room.astype(str), None, pd.DataFrame(index=range(160)), "")
        found += trial.fit(np.zeros(160, np.int64)).coefficient(0).p < 0.05
    assert 0.02 < found / 400 < 0.08  # 400 repetitions: 5 % within three standard errors


def normal_above(z):
    from statistics import NormalDist

    return 1 - NormalDist().cdf(z)
