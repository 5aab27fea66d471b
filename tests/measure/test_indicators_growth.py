"""Growth on an external measure, against lme4 and statsmodels; clocks, groups and schools."""

import warnings

import numpy as np
import pandas as pd
import pytest
from picked import one

import cbe_analysis as cbe
from cbe_analysis.errors import UsageError

DAYS = 2e-3  # a folder holds days: years are rounded to 1/365
FIRST = "1990-03-01"


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("REML 3", {}),
        ("ML 3", {"levels": 3, "method": "ml"}),
        ("REML 2", {"levels": 2}),
        ("ML 2", {"levels": 2, "method": "ml"}),
    ],
)
def test_growth_of_the_sustaining_effects_study_as_lme4_has_it(sustaining, truths, model, options):
    found = cbe.measure("growth_rate", sustaining, origin=FIRST, **options)
    truth = truths["egsingle"][model]
    for quantity in ("slope", "intercept"):
        row = one(found, quantity)
        assert row["value"] == pytest.approx(truth[quantity], abs=DAYS)
        assert row["std_error"] == pytest.approx(truth[f"{quantity}_se"], rel=DAYS)
        assert row["n"] == 1721
    for quantity in [q for q in truth if q.startswith(("sd_", "cor_"))]:
        assert one(found, quantity)["value"] == pytest.approx(truth[quantity], abs=DAYS)
    assert one(found, "loglik")["value"] == pytest.approx(truth["loglik"], abs=0.1)
    assert ("three-level" in found.method) == model.endswith("3")


def test_the_origin_may_be_years_after_the_first_score(sustaining):
    dated = cbe.measure("growth_rate", sustaining, origin=FIRST, levels=2)
    counted = cbe.measure("growth_rate", sustaining, origin=913 / 365.25, levels=2)  # the first score is in August 1987
    assert one(counted, "intercept")["value"] == pytest.approx(one(dated, "intercept")["value"], abs=1e-9)
    assert "intercept at 1990-03-01" in dated.method
    assert "years after 1987-08-31" in counted.method


def test_groups_are_fitted_together_as_statsmodels_does(write):
    """Two-level REML with a slope per group, on simulated students; statsmodels reports variances to 1e-3."""
    import statsmodels.api

    rows = simulated(np.random.default_rng(3), students=120)
    found = cbe.measure("growth_rate", district_of(write, rows), by="gender", compare="others", levels=2)
    years = (rows["date"] - rows["date"].min()).dt.days / 365.25
    girl = (rows["gender"] == "female").to_numpy(float)
    X = np.column_stack([girl, 1 - girl, girl * years, (1 - girl) * years])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        Z = np.column_stack([np.ones(len(years)), years])
        fit = statsmodels.api.MixedLM(rows["score"], X, rows["student_id"], exog_re=Z).fit(reml=True)
    error = np.sqrt(fit.cov_params().to_numpy()[2:4, 2:4])
    for sign, column, group in ((1, 2, "female"), (-1, 3, "male")):
        slope = one(found, "slope", gender=group)
        assert slope["value"] == pytest.approx(fit.fe_params.iloc[column], rel=1e-4)
        assert slope["std_error"] == pytest.approx(error[column - 2, column - 2], rel=1e-3)
        gap = one(found, "gap", gender=group)
        assert gap["value"] == pytest.approx(sign * (fit.fe_params.iloc[2] - fit.fe_params.iloc[3]), rel=1e-4)
        assert gap["reference"] == "others"
    assert one(found, "gap", gender="female")["p"] == one(found, "gap", gender="male")["p_adjusted"]


def test_others_are_weighed_by_their_students(write):
    rows = simulated(np.random.default_rng(4), students=90)
    number = rows["student_id"].astype(int)
    rows["gender"] = np.select([number < 15, number < 40], ["x", "female"], "male")
    found = cbe.measure("growth_rate", district_of(write, rows), by="gender", compare="others")
    slopes = {g: one(found, "slope", gender=g) for g in ("x", "female", "male")}
    others = np.average([slopes[g]["value"] for g in ("female", "male")], weights=[25, 50])
    gap = one(found, "gap", gender="x")
    assert gap["value"] == pytest.approx(slopes["x"]["value"] - others, rel=1e-9)
    assert (gap["n"], gap["n_reference"]) == (15, 75)
    assert one(found, "slope")["n"] == 90


def test_a_gap_that_rests_on_two_schools_is_described(sustaining, write):
    few = ("2020", "2040")
    found = cbe.measure("growth_rate", regrouped(sustaining, write, few), by="gender", compare="others")
    gap = one(found, "gap", gender="x")
    slopes = [one(found, "slope", gender=g)["value"] for g in ("x", "y")]
    assert gap["value"] == pytest.approx(slopes[0] - slopes[1])
    assert np.isnan([gap["std_error"], gap["p"], gap["low"]]).all()
    assert gap["note"] == "described, not tested: fewer than 3 schools on a side"


def regrouped(sustaining, write, schools):
    """The same study with two made-up groups: some schools, and the others."""
    enrolled = sustaining.table("enrollments").df()
    groups = np.where(enrolled["school_id"].isin(schools), "x", "y")
    students = pd.DataFrame({"student_id": enrolled["student_id"], "gender": groups}).drop_duplicates("student_id")
    return write(students=students, enrollments=enrolled, assessments=sustaining.table("assessments").df())


def test_unknown_is_shown_and_never_compared(write):
    rows = simulated(np.random.default_rng(5), students=60)
    rows.loc[rows["student_id"].astype(int) < 10, "gender"] = ""
    found = cbe.measure("growth_rate", district_of(write, rows), by="gender", compare="others")
    assert one(found, "slope", gender="(unknown)")["n"] == 10
    gaps = found.rows[found.rows["quantity"] == "gap"]
    assert set(gaps["gender"]) == {"female", "male"}
    assert (gaps["n"] + gaps["n_reference"] == 50).all()


def test_factors_are_those_of_the_first_score(write):
    rows = simulated(np.random.default_rng(6), students=40)
    spells = []
    for student in rows["student_id"].unique():
        for year, poor in ((2024, student < "013"), (2025, True)):
            spells.append((student, "1", f"{year - 1}-08-20", f"{year}-06-05", year, year - 2021, str(poor).lower()))
    names = ["student_id", "school_id", "entry_date", "exit_date", "school_year", "grade"]
    enrolled = pd.DataFrame(spells, columns=[*names, "economically_disadvantaged"])
    district = write(enrollments=enrolled, assessments=rows.drop(columns=["gender", "school"]))
    found = cbe.measure("growth_rate", district, by="economically_disadvantaged")
    poor = sum(student < "013" for student in rows["student_id"].unique())
    assert one(found, "slope", economically_disadvantaged="true")["n"] == poor
    assert one(found, "slope", economically_disadvantaged="false")["n"] == 40 - poor


def test_a_score_outside_enrollment_is_left_out_where_schools_vary(sustaining, write):
    """The first score of 40 students lies before their enrollment: the next one gives their factors."""
    enrolled, scores = sustaining.table("enrollments").df(), sustaining.table("assessments").df()
    late = set(sorted(enrolled["student_id"])[:40])
    first = scores.groupby("student_id")["date"].transform("min")
    entry = first[first.index].groupby(scores["student_id"]).first() + pd.Timedelta(days=1)
    enrolled["entry_date"] = enrolled["entry_date"].where(
        ~enrolled["student_id"].isin(late), enrolled["student_id"].map(entry)
    )
    enrolled["economically_disadvantaged"] = "true"
    found = cbe.measure(
        "growth_rate", write(enrollments=enrolled, assessments=scores), by="economically_disadvantaged", origin=FIRST
    )
    several = scores[scores["student_id"].isin(late)].groupby("student_id").size() > 1
    assert one(found, "slope", economically_disadvantaged="true")["n"] == 1721 - 40 + several.sum()
    assert "40 scores lie outside any enrollment and are left out" in found.warnings
    assert not (found.rows["economically_disadvantaged"] == "(unknown)").any()


def test_two_factors_give_margins_cells_and_the_whole(sustaining):
    found = cbe.measure("growth_rate", sustaining, by=["gender", "grade"])
    slopes = found.rows[found.rows["quantity"] == "slope"]
    assert set(zip(slopes["gender"], slopes["grade"], strict=True)) == {
        (g, r) for g in ("(all)", "female", "male") for r in ("(all)", "1")
    }


def test_school_slopes_are_drawn_toward_the_district(sustaining):
    found = cbe.measure("growth_rate", sustaining, by="school_id", origin=FIRST)
    slopes = found.rows[(found.rows["quantity"] == "slope") & (found.rows["school_id"] != "(all)")]
    whole, spread = one(found, "slope")["value"], one(found, "sd_school_slope")["value"]
    assert len(slopes) == 60
    assert list(slopes["school_id"]) == sorted(slopes["school_id"], key=float)
    assert slopes["value"].mean() == pytest.approx(whole, abs=0.01)
    assert slopes["value"].std() < spread
    assert (slopes["low"] < slopes["value"]).all()
    assert ((slopes["high"] - slopes["low"]) > 0).all()
    assert slopes["n"].sum() == 1721


@pytest.mark.parametrize("more", [{"compare": "others"}, {"by": ["school_id", "gender"]}])
def test_schools_are_not_ranked(sustaining, more):
    with pytest.raises(UsageError, match="school slopes stand alone"):
        cbe.measure("growth_rate", sustaining, **{"by": "school_id", **more})


def test_the_school_clock_stops_in_summer(write):
    """Scores that rise by 10 in a school year and rest in summer: 10 a year on the school clock."""
    rows = [
        (f"{student}", "map", "math", date, 100 + student + gain)
        for student in range(12)
        for date, gain in (("2024-08-15", 0), ("2025-06-10", 10), ("2025-08-15", 10), ("2026-06-10", 20 + student % 2))
    ]
    scores = pd.DataFrame(rows, columns=["student_id", "instrument", "subject", "date", "score"])
    enrolled = {
        "school_id": "1",
        "entry_date": "2024-08-15",
        "exit_date": "2026-06-10",
        "school_year": 2025,
        "grade": 3,
    }
    tables = {"enrollments": scores[["student_id"]].drop_duplicates().assign(**enrolled), "assessments": scores}
    by_school = cbe.measure("growth_rate", write(policy='growth_clock = "school"', **tables))
    by_days = cbe.measure("growth_rate", write("other", **tables))
    assert one(by_school, "slope")["value"] == pytest.approx(10.25, abs=0.01)
    assert one(by_days, "slope")["value"] == pytest.approx(10.25 * 2 / 1.82, abs=0.2)
    assert "school years, summers left out" in by_school.method
    assert any("the calendar lacks" in w for w in by_school.warnings)


def test_few_schools_speak_of_these_students_alone(write):
    found = cbe.measure("growth_rate", district_of(write, simulated(np.random.default_rng(7), students=30)))
    assert "two-level" in found.method
    assert "these students alone" in found.method
    assert not found.rows["quantity"].str.contains("school").any()


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"levels": 4}, "option 'levels' does not take this value; choose 0, 2 or 3"),
        ({"method": "mle"}, "option 'method' does not take this value; choose reml or ml"),
        ({"levels": 3}, "three levels need two schools"),
        ({"origin": "spring"}, "option 'origin' is not a date"),
        ({"outcome": "reading"}, "outcome is not among the scores; set outcome to one of: map:math"),
        ({"where": {"date": "2024-09-01"}}, "have one date"),
        ({"where": ["date>2030-01-01"]}, "no row of table 'assessments' meets 'date>2030-01-01'"),
        ({"by": "school_id"}, "school slopes need"),
        ({"by": "gender", "compare": "reference"}, "the reference group of 'gender' is not chosen"),
        ({"over": "year"}, "one model of all dates"),
    ],
)
def test_what_cannot_be_asked_of_growth(write, more, complaint):
    rows = simulated(np.random.default_rng(8), students=20)
    with pytest.raises(UsageError, match=complaint):
        cbe.measure("growth_rate", district_of(write, rows), **more)


def test_growth_can_hold_a_factor_equal(write):
    """A factor that explains the difference between two groups takes it away once it is held equal."""
    rows = simulated(np.random.default_rng(9), students=200)
    number = rows["student_id"].astype(int)
    rows["home_language"] = np.where(number % 4 < 3, "en", "es")
    rows["gender"] = np.where((number % 4 < 3) ^ (number % 10 == 0), "female", "male")
    years = (rows["date"] - rows["date"].min()).dt.days / 365.25
    rows["score"] += 4 * (rows["home_language"] == "es") * years
    district = district_of(write, rows, "gender", "home_language")
    raw = one(cbe.measure("growth_rate", district, by="gender", compare="others"), "gap", gender="female")
    held = cbe.measure("growth_rate", district, by="gender", compare="others", adjust="home_language")
    assert raw["value"] < -2
    assert abs(one(held, "gap", gender="female")["value"]) < 1
    assert "home_language held equal" in held.method


def simulated(random, students):
    """Scores at three dates with a line for each student."""
    dates = pd.to_datetime(["2023-09-01", "2024-09-01", "2025-05-01"])
    base, pace = random.normal(200, 10, students), random.normal(8, 2, students)
    rows = pd.DataFrame(
        {
            "student_id": np.repeat([f"{i:03d}" for i in range(students)], 3),
            "date": np.tile(dates, students),
            "gender": np.repeat(np.where(np.arange(students) % 3, "female", "male"), 3),
            "school": "1",
        }
    )
    years = (rows["date"] - dates[0]).dt.days / 365.25
    rows["score"] = np.repeat(base, 3) + np.repeat(pace, 3) * years + random.normal(0, 3, len(rows))
    return rows.assign(instrument="map", subject="math")


def district_of(write, rows, *factors):
    """The scores as a district of one school, with the factors on students."""
    students = rows[["student_id", *(factors or ("gender",))]].drop_duplicates()
    spell = {"school_id": "1", "entry_date": "2023-08-20", "exit_date": "2025-06-05", "school_year": 2024, "grade": 3}
    scores = rows[["student_id", "instrument", "subject", "date", "score"]]
    return write(students=students, enrollments=students[["student_id"]].assign(**spell), assessments=scores)
