"""Groups, intervals and comparisons: against R for Project STAR, and by masks."""

import numpy as np
import pandas as pd
import pytest
from picked import one

import cbe_analysis as cbe

KINDERGARTEN = {"where": {"grade": 0}, "outcome": "math"}


@pytest.fixture(scope="module")
def kindergarten(star):
    """Kindergarten mathematics with the factors, joined without the kit."""
    scores = pd.read_csv(star / "assessments.csv", dtype=str)
    scores = scores[(scores["subject"] == "math") & (scores["date"] == "1986-04-15")]
    people = pd.read_csv(star / "students.csv", dtype=str, keep_default_na=False)
    enrolled = pd.read_csv(star / "enrollments.csv", dtype=str, keep_default_na=False)
    rows = scores.merge(people, on="student_id").merge(enrolled[enrolled["school_year"] == "1986"], on="student_id")
    return rows.assign(score=rows["score"].astype(float)).replace("", "(unknown)")


@pytest.mark.parametrize(
    ("factor", "group", "sign", "truth"),
    [
        ("race_ethnicity", "black", -1, "white_black"),
        ("economically_disadvantaged", "true", -1, "nonfree_free"),
        ("gender", "female", 1, "female_male"),
    ],
)
def test_gaps_of_project_star(tennessee, truths, factor, group, sign, truth):
    found = cbe.measure("status", tennessee, by=factor, compare="reference", **KINDERGARTEN)
    known = truths["gaps"][truth]
    gap, g = one(found, "gap", **{factor: group}), one(found, "hedges_g", **{factor: group})
    assert gap["value"] == pytest.approx(sign * known["diff"], rel=1e-9)
    assert {gap["n"], gap["n_reference"]} == {known["n1"], known["n2"]}
    assert g["value"] == pytest.approx(sign * known["hedges_g_approxJ"], rel=1e-8)
    assert gap["low"] < gap["value"] < gap["high"]
    assert gap["reference"] == tennessee.policy.references[factor]


def test_a_ratio_of_shares_of_project_star(tennessee, truths):
    """R counted students below 454; the kit counts those at or above, so one is taken from the other."""
    found = cbe.measure("status", tennessee, by="race_ethnicity", compare="reference", cut=454, **KINDERGARTEN)
    below = truths["below_454"]
    black, white = (one(found, "share", race_ethnicity=g) for g in ("black", "white"))
    assert black["denominator"] - black["numerator"] == below["B"]["below"]
    assert (1 - black["value"]) / (1 - white["value"]) == pytest.approx(truths["below_454_ratio"], rel=1e-9)
    ratio, gap = (one(found, q, race_ethnicity="black") for q in ("ratio", "gap"))
    assert ratio["value"] == pytest.approx(black["value"] / white["value"], rel=1e-12)
    assert np.sqrt(ratio["low"] * ratio["high"]) == pytest.approx(
        ratio["value"], rel=1e-9
    )  # symmetric on the log scale
    assert gap["value"] == pytest.approx(black["value"] - white["value"], rel=1e-12)
    assert not (found.rows["quantity"] == "hedges_g").any()


def test_cells_margins_and_the_whole_are_those_of_masks(tennessee, kindergarten):
    found = cbe.measure("status", tennessee, by=["race_ethnicity", "gender"], **KINDERGARTEN)
    means = found.rows[found.rows["quantity"] == "mean"]
    for row in means.to_dict("records"):
        mask = np.ones(len(kindergarten), bool)
        for factor in found.by:
            mask &= (row[factor] == "(all)") | (kindergarten[factor] == row[factor]).to_numpy()
        assert row["n"] == mask.sum()
        assert row["value"] == pytest.approx(kindergarten["score"][mask].mean(), rel=1e-12)
    cells = kindergarten.groupby(["race_ethnicity", "gender"]).ngroups
    races, genders = (kindergarten[f].nunique() for f in found.by)
    assert len(means) == 1 + races + genders + cells
    assert list(means["race_ethnicity"].unique())[-1] == "(unknown)"


def test_others_are_all_other_known_students(tennessee, kindergarten):
    found = cbe.measure(
        "status", tennessee, by=["economically_disadvantaged", "gender"], compare="others", **KINDERGARTEN
    )
    gaps = found.rows[found.rows["quantity"] == "gap"]
    assert len(gaps) == 2 + 2 + 4
    for row in gaps.to_dict("records"):
        factors = [f for f in found.by if row[f] != "(all)"]
        known = kindergarten[(kindergarten[factors] != "(unknown)").all(axis=1)]
        inside = (known[factors] == [row[f] for f in factors]).all(axis=1)
        assert row["value"] == pytest.approx(known["score"][inside].mean() - known["score"][~inside].mean(), rel=1e-9)
        assert (row["n"], row["n_reference"]) == (inside.sum(), (~inside).sum())
        assert row["reference"] == "others"


def test_p_is_adjusted_over_all_comparisons_of_the_call(tennessee):
    found = cbe.measure("status", tennessee, by=["race_ethnicity", "gender"], compare="others", **KINDERGARTEN)
    tested = found.rows[found.rows["p"].notna()].sort_values("p")
    assert set(tested["quantity"]) == {"gap"}
    raw = tested["p"].to_numpy()
    steps = raw * len(raw) / np.arange(1, len(raw) + 1)
    assert np.allclose(tested["p_adjusted"], np.minimum.accumulate(steps[::-1])[::-1].clip(max=1), rtol=1e-12)
    assert f"{len(raw)} comparisons (Benjamini-Hochberg)" in found.method


def test_the_reference_of_crossed_factors_is_both_references(tennessee, kindergarten):
    found = cbe.measure("status", tennessee, by=["race_ethnicity", "gender"], compare="reference", **KINDERGARTEN)
    gap = one(found, "gap", race_ethnicity="black", gender="female")
    means = kindergarten.groupby(["race_ethnicity", "gender"])["score"].mean()
    assert gap["reference"] == "white, male"
    assert gap["value"] == pytest.approx(means["black", "female"] - means["white", "male"], rel=1e-9)


def test_an_adjusted_gap_is_that_of_the_regression(tennessee, kindergarten):
    found = cbe.measure("status", tennessee, by="gender", compare="reference", adjust="race_ethnicity", **KINDERGARTEN)
    rows = kindergarten[kindergarten["gender"] != "(unknown)"]
    races = pd.get_dummies(rows["race_ethnicity"], dtype=float).to_numpy()
    X = np.column_stack([(rows["gender"] == "female").to_numpy(float), races])
    slope = np.linalg.lstsq(X, rows["score"].to_numpy(), rcond=None)[0][0]
    assert one(found, "gap", gender="female")["value"] == pytest.approx(slope, rel=1e-9)
    assert "race_ethnicity held equal" in found.method


def test_the_population_adds_up(tennessee):
    found = cbe.measure("status", tennessee, by=["race_ethnicity", "gender"], **KINDERGARTEN)
    counts = found.population.counts
    assert set(counts.columns) == {*tennessee.policy.published_dimensions, "n"}
    assert counts["n"].sum() == one(found, "mean")["n"] == 5871
    assert set(counts["grade"]) == {"0"}
    girls = counts.loc[counts["gender"] == "female", "n"].sum()
    assert girls == one(found, "mean", gender="female")["n"]
    assert (found.population.entity, found.population.where) == ("students", ("grade=0",))
    assert found.population.window == ("1986-04-15", "1986-04-15")


def test_what_was_asked_is_on_record(tennessee):
    found = cbe.measure("status", tennessee, by="gender", where=["grade=0"], outcome="sat:math", until="1986-06-01")
    assert found.parameters == {
        "by": ["gender"],
        "compare": None,
        "over": None,
        "adjust": [],
        "where": ["grade=0"],
        "outcome": "sat:math",
        "cut": None,
        "until": "1986-06-01",
    }
    assert (found.indicator, found.unit, found.minimum_n, found.as_of) == ("status", "scale points", 10, "1989-04-15")
    assert len(found.fingerprint) == 64
    same = cbe.measure("status", tennessee, by="gender", where={"grade": 0}, outcome="math", until="1986-06-01")
    assert same.fingerprint == found.fingerprint
    assert same.population.id == found.population.id


def test_the_interval_of_a_mean_is_that_of_its_schools(tennessee, kindergarten):
    """With one mean, CR2 has a closed form: squared sums of residuals per school over 1 - their share of students."""
    row = one(cbe.measure("status", tennessee, **KINDERGARTEN), "mean")
    schools = kindergarten.groupby("school_id")["score"]
    residuals = schools.sum() - schools.size() * kindergarten["score"].mean()
    share = schools.size() / len(kindergarten)
    assert row["std_error"] == pytest.approx(np.sqrt((residuals**2 / (1 - share)).sum()) / len(kindergarten), rel=1e-9)
    assert row["high"] - row["value"] > 1.96 * row["std_error"]
    assert row["note"] is None


def scores(values, **columns):
    """One score per student."""
    ids = [f"{i:03d}" for i in range(len(values))]
    return pd.DataFrame({"student_id": ids, "instrument": "map", "subject": "math", "date": "2026-05-01"}).assign(
        score=values, **columns
    )


def people(groups, name="gender"):
    return pd.DataFrame({"student_id": [f"{i:03d}" for i in range(len(groups))], name: groups})


def test_one_school_speaks_of_these_students(write):
    values = [200, 204, 209, 211, 190, 195, 196, 205, 207]
    district = write(students=people(["female"] * 4 + ["male"] * 5), assessments=scores(values))
    found = cbe.measure("status", district, by="gender", compare="others")
    x, y = np.array(values[:4]), np.array(values[4:])
    # HC3 with a column for each group: residuals over 1 - 1/n
    error = np.sqrt(sum(((v - v.mean()) ** 2).sum() / (len(v) - 1) ** 2 for v in (x, y)))
    gap = one(found, "gap", gender="female")
    assert gap["value"] == pytest.approx(x.mean() - y.mean())
    assert gap["std_error"] == pytest.approx(error, rel=1e-9)
    assert gap["note"] == "these students: fewer than 6 schools"
    assert "fewer than 6 schools: intervals speak of these students alone" in found.warnings


def test_a_single_student_has_a_mean_and_no_interval(write):
    found = cbe.measure(
        "status", write(students=people(["female", "male"]), assessments=scores([200, 210])), by="gender"
    )
    row = one(found, "mean", gender="female")
    assert (row["value"], row["n"]) == (200, 1)
    assert np.isnan([row["std_error"], row["low"], row["high"]]).all()


def test_schools_on_one_side_are_described_and_not_tested(write):
    """Two schools of ten are all in one group: no claim about schools can rest on them."""
    school = np.repeat(np.arange(10), 4)
    students = people(np.where(school < 2, "female", "male"))
    spell = {"entry_date": "2025-08-20", "exit_date": "2026-06-05", "school_year": 2026, "grade": 3}
    enrolled = students[["student_id"]].assign(school_id=school.astype(str), **spell)
    values = 200 + school + np.tile([0, 1, 3, 5], 10)
    district = write(students=students, enrollments=enrolled, assessments=scores(values))
    found = cbe.measure("status", district, by="gender", compare="others")
    gap = one(found, "gap", gender="female")
    assert gap["value"] == pytest.approx(values[:8].mean() - values[8:].mean())
    assert np.isnan([gap["std_error"], gap["p"], gap["low"]]).all()
    assert gap["note"] == "described, not tested: fewer than 3 schools on a side"
    by_school = cbe.measure("status", district, by="school_id", compare="others")
    assert by_school.rows.loc[by_school.rows["quantity"] == "gap", "p"].isna().all()
    assert list(by_school.rows["school_id"].unique()) == ["(all)", *map(str, range(10))]


@pytest.mark.parametrize(
    ("having", "n", "low", "high"),
    [((5, 0), (56, 29), -0.0381, 0.1926)],  # Newcombe 1998, table II, method 10
)
def test_a_gap_of_rare_shares_is_newcombes(write, having, n, low, high):
    values = np.concatenate([np.repeat([1, 0], [h, m - h]) for h, m in zip(having, n, strict=True)])
    district = write(students=people(np.repeat(["x", "y"], n)), assessments=scores(values))
    found = cbe.measure("status", district, by="gender", compare="others", cut=1)
    gap = one(found, "gap", gender="x")
    assert (gap["low"], gap["high"]) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert np.isnan(gap["p"])
    assert "interval by Newcombe" in gap["note"]
    assert np.isnan(one(found, "ratio", gender="x")["value"])  # nobody among the others


def test_shares_have_wilsons_interval_and_below_twenty_the_exact_one(write):
    """9 of 15: 0.3229 to 0.8366 (exact); 15 of 148: 0.0624 to 0.1605 (Wilson; Newcombe 1998, table I, method 3)."""
    values = np.repeat([1, 0, 1, 0], [9, 6, 15, 133])
    district = write(students=people(["x"] * 15 + ["y"] * 148), assessments=scores(values))
    found = cbe.measure("status", district, by="gender", cut=1)
    exact, wilson = one(found, "share", gender="x"), one(found, "share", gender="y")
    assert (exact["low"], exact["high"]) == (pytest.approx(0.3229, abs=5e-5), pytest.approx(0.8366, abs=5e-5))
    assert (wilson["low"], wilson["high"]) == (pytest.approx(0.0624, abs=5e-5), pytest.approx(0.1605, abs=5e-5))
    assert (wilson["numerator"], wilson["denominator"]) == (15, 148)


def test_values_at_an_end_of_the_scale_are_said(write):
    values = np.concatenate([np.full(12, 300), np.arange(200, 238)])
    found = cbe.measure("status", write(students=people(["x"] * 50), assessments=scores(values)))
    assert (
        "24% of the scores are the highest there is (ceiling): differences among them cannot be seen" in found.warnings
    )
    assert not any("floor" in w for w in found.warnings)


def test_scores_outside_enrollment_are_counted_and_unknown(write):
    values = np.arange(200, 230)
    tests = scores(values, date=["2026-05-01"] * 18 + ["2027-05-01"] * 12)
    found = cbe.measure("status", write(students=people(["x"] * 30), assessments=tests), by="school_id")
    assert one(found, "mean", school_id="(unknown)")["n"] == 12
    assert any(w.startswith("12 cases lie outside any enrollment") for w in found.warnings)
    few = cbe.measure("status", write("few", students=people(["x"] * 30), assessments=tests.iloc[10:20]))
    assert any(w.startswith("fewer than 10 cases lie outside any enrollment") for w in few.warnings)


def test_levels_have_their_own_status(write):
    levels = """
student_id,subject,date,level,method
000,math,2025-09-01,3.0,placement
000,math,2026-05-01,4.2,evidence
001,math,2026-05-01,5.0,evidence
001,math,2026-06-01,5.5,evidence
"""
    district = write(students=people(["x", "y"]), levels=levels)
    found = cbe.measure("status", district, outcome="levels:math")
    assert (one(found, "mean")["value"], found.unit) == (pytest.approx(4.85), "levels")
    both = write("both", students=people(["x", "y"]), levels=levels, assessments=scores([200, 300]))
    assert one(cbe.measure("status", both, outcome="map:math"), "mean")["value"] == 250
    only = cbe.measure("status", both, where={"instrument": "map"})  # levels have no instrument: they are out
    assert one(only, "mean")["value"] == 250


def test_practice_scores_do_not_count(write):
    tests = pd.concat([scores([200, 210], official="true"), scores([300, 310], date="2026-05-02", official="false")])
    found = cbe.measure("status", write(students=people(["x", "y"]), assessments=tests))
    assert one(found, "mean")["value"] == 205


def test_the_last_score_of_the_window_is_the_status(write):
    tests = pd.concat([scores([200, 210]), scores([230, 240], date="2026-05-20")])
    district = write(students=people(["x", "y"]), assessments=tests)
    assert one(cbe.measure("status", district), "mean")["value"] == 235
    assert one(cbe.measure("status", district, until="2026-05-10"), "mean")["value"] == 205
    assert one(cbe.measure("status", district, where=["date<2026-05-20"]), "mean")["value"] == 205


def test_crossed_groups_without_their_reference_are_not_compared_and_said_to_be(write):
    """Nobody is x and blue: each factor alone has its gap, the two crossed have none."""
    groups = [("x", "red")] * 8 + [("y", "blue")] * 8 + [("y", "red")] * 8
    students = people([g for g, _ in groups]).assign(team=[t for _, t in groups])
    policy = 'factors = ["gender", "team"]\n[references]\ngender = "x"\nteam = "blue"\n'
    district = write(policy=policy, students=students, assessments=scores(np.arange(24.0) % 7))
    found = cbe.measure("status", district, by=["gender", "team"], compare="reference", outcome="map:math")
    gaps = found.rows[found.rows["quantity"] == "gap"]
    assert set(zip(gaps["gender"], gaps["team"], strict=True)) == {("y", "(all)"), ("(all)", "red")}
    said = [w for w in found.warnings if "not compared" in w]
    assert said == [
        "no student is in the reference groups x and blue at once: the groups of gender and team together are not "
        "compared"
    ]
