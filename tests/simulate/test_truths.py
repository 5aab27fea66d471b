"""Plain estimates from the tables come near the values that generated them."""

import numpy as np
import pandas as pd
import pytest

import cbe_analysis as cbe
from cbe_analysis.simulate.calendar import EPOCH, clock
from cbe_analysis.simulate.truth_gaps import apart, within

Z = 3.5  # standard errors: of the dozen estimates here none lies further off by chance
REQUIRED = 6


def days(dates):
    return (pd.to_datetime(dates) - pd.Timestamp(EPOCH)).dt.days.to_numpy()


def regression(y, *columns):
    """Coefficients and their standard errors (HC1) of a plain regression with an intercept."""
    x = np.column_stack([np.ones(len(y)), *columns]).astype(float)
    y = np.asarray(y, dtype=float)
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    scores = x * (y - x @ beta)[:, None]
    vcov = inverse @ (scores.T @ scores) @ inverse * len(y) / (len(y) - x.shape[1])
    return beta, np.sqrt(np.diag(vcov))


@pytest.fixture(scope="module")
def tested(riverbend):
    """The scores that count, with the moment on the school-year clock."""
    rows = riverbend[0].table("assessments").filter("official").df()
    return rows.assign(at=clock(days(rows["date"])), day=days(rows["date"]))


@pytest.fixture(scope="module")
def reached(riverbend):
    """The first proficient rating of each required target, with the moment on the clock."""
    district = riverbend[0]
    query = """
        SELECT student_id, subject, target_id, min(date) AS date
        FROM evidence JOIN targets USING (target_id) WHERE proficient AND required GROUP BY ALL"""
    tables = {name: district.table(name) for name in ("evidence", "targets")}
    rows = district.sql(query, **tables).df()
    return rows.assign(at=clock(days(rows["date"])))


@pytest.fixture(scope="module")
def stays(riverbend):
    """First and last moment of each student's stay on the clock."""
    spells = riverbend[0].table("enrollments").aggregate("student_id, min(entry_date) AS a, max(exit_date) AS b").df()
    moments = {"first": clock(days(spells["a"])), "last": clock(days(spells["b"]))}
    return pd.DataFrame(moments, index=spells["student_id"])


def scores_of(tested, outcome, first, last):
    """Each student's last score of a measure in a window of days."""
    instrument, subject = outcome.split(":")
    chosen = tested[tested["instrument"].eq(instrument) & tested["subject"].eq(subject)]
    chosen = chosen[chosen["date"].between(first, last)].sort_values("date")
    return chosen.groupby("student_id")["score"].last()


def test_chronic_absence_is_the_realized_share(riverbend):
    district, truth = riverbend
    rows = cbe.measure("chronic_absence", district, allow_findings=True).rows
    assert rows["value"].iloc[0] == pytest.approx(truth["chronic_absence"]["share"], abs=1e-4)


@pytest.mark.parametrize(("levels", "slope", "near"), [(2, "slope", 0.01), (3, "slope_of_schools", 0.015)])
def test_the_growth_model_finds_slope_and_noise(riverbend, levels, slope, near):
    """Within a hundredth or so of the lines through the true course: with schools in the model their mean."""
    district, truth = riverbend
    found = cbe.measure("growth_rate", district, outcome="map:math", levels=levels, allow_findings=True)
    rows, told = found.rows.set_index("quantity"), truth["growth_rate"]["map:math"]
    assert rows.loc["slope", "value"] == pytest.approx(told[slope], rel=near)
    assert rows.loc["sd_residual", "value"] == pytest.approx(told["sd_residual"], rel=0.05)
    assert rows.loc["sd_student_slope", "value"] == pytest.approx(told["sd_student_slope"], rel=0.2)


def test_peers_of_a_group_that_is_no_group_grow_alike(riverbend, tmp_path):
    """Students put in two groups by lot: each has the median of all, 50, within its interval."""
    district, _ = riverbend
    tables = {name: district.table(name).df() for name in ("students", "schools", "enrollments", "assessments")}
    lots = np.random.default_rng(1).random(len(tables["students"])) < 0.5
    tables["students"]["lot"] = np.where(lots, "heads", "tails")
    for name, rows in tables.items():
        rows.to_parquet(tmp_path / f"{name}.parquet")
    (tmp_path / "district.toml").write_text('factors = ["lot"]\n[references]\nlot = "heads"\n', encoding="utf-8")
    asked = {"outcome": "map:math", "by": "lot", "compare": "reference", "allow_findings": True}
    rows = cbe.measure("growth_percentile", cbe.load(tmp_path), **asked).rows
    medians = rows[rows["quantity"].eq("median") & rows["lot"].isin(["heads", "tails"])]
    assert medians["n"].min() >= 500
    assert (medians["low"] < 50).all()
    assert (medians["high"] > 50).all()
    [gap] = rows[rows["quantity"].eq("gap")].to_dict("records")
    assert abs(gap["value"]) < Z * gap["std_error"]


def test_references_are_those_of_the_policy(riverbend):
    district, truth = riverbend
    told = {factor: groups["reference"] for factor, groups in truth["pace"]["gaps"].items()}
    assert told == dict(district.policy.references)


def test_a_gap_in_the_same_schools_is_that_of_a_column_for_every_school():
    """Two schools a level apart; in each, learners are half a level behind, and most of them are in the slow one."""
    school = np.repeat([0, 1], 10)
    learner = np.r_[np.arange(10) < 8, np.arange(10) < 2]
    value = school - 0.5 * learner
    member = learner[:, None].astype(float)
    alike = np.ones(20)
    assert apart(within(value, school, alike), within(member, school, alike), alike) == pytest.approx([-0.5])
    assert apart(value, member, alike) == pytest.approx([-0.5 + 0.2 - 0.8])


def test_pace_from_evidence(riverbend, reached, stays):
    """Targets reached after the first month, over the years since: a student at pace 1 reaches six a year."""
    _, truth = riverbend
    settled = stays["first"] + 0.12
    later = reached[reached["at"] > reached["student_id"].map(settled)]
    span = (stays["last"] - settled)[stays["last"] - stays["first"] >= 0.5]
    gained = later.groupby(["subject", "student_id"]).size() / REQUIRED
    for subject, told in truth["pace"]["whole_stay"]["by_subject"].items():
        pace = gained[subject].reindex(span.index, fill_value=0.0) / span
        assert pace.mean() == pytest.approx(told, abs=0.03)


def test_no_target_is_reached_in_a_summer(reached, riverbend):
    terms = riverbend[0].table("calendar").filter("kind = 'year'").df()
    inside = np.zeros(len(reached), dtype=bool)
    for first, last in zip(terms["start_date"], terms["end_date"], strict=True):
        inside |= reached["date"].between(first, last).to_numpy()
    assert inside.all()


def test_the_randomized_effect_lies_in_its_interval(riverbend):
    district, truth = riverbend
    options = {"program": "reading_lab", "outcome": "map:reading", "baseline": "map:reading"}
    rows = cbe.measure("intervention_effect", district, allow_findings=True, **options).rows
    effect = rows[rows["quantity"].eq("effect")].iloc[0]
    assert effect["low"] < truth["programs"]["reading_lab"]["effect"] < effect["high"]
    assert effect["low"] > 0


def arms(district, tested, program, outcome, before, after):
    part = district.table("participation").filter(f"program_id = '{program}'").df().set_index("student_id")
    part["before"] = scores_of(tested, outcome, *before)
    part["after"] = scores_of(tested, outcome, *after)
    part["treated"] = part["arm"].eq("treatment")
    return part.dropna(subset=["before", "after"])


def test_the_program_that_adds_nothing_adds_nothing(riverbend, tested):
    district, truth = riverbend
    part = arms(district, tested, "math_club", "map:math", ("2025-08-01", "2025-10-05"), ("2026-04-20", "2026-06-30"))
    beta, error = regression(part["after"] - part["before"], part["treated"])
    assert truth["programs"]["math_club"]["effect"] == 0
    assert abs(beta[1]) < Z * error[1]
    raw = part.groupby("treated")["after"].mean()
    assert raw[True] - raw[False] < -1  # who takes part stands lower: a plain comparison would mislead


def test_the_effect_at_the_cutoff(riverbend, tested):
    district, truth = riverbend
    part = arms(district, tested, "math_boost", "map:math", ("2023-08-01", "2023-10-01"), ("2024-04-20", "2024-06-30"))
    near = part[part["running_value"].sub(235).abs() < 40]
    running, treated = near["running_value"] - 235, near["treated"]
    beta, error = regression(near["after"] - near["before"], treated, running, running * treated)
    assert abs(beta[1] - truth["programs"]["math_boost"]["effect"]) < Z * error[1]
    assert beta[1] > 1.5 * error[1]


def test_the_rollout_adds_points_for_each_year_of_exposure(riverbend, tested):
    """Gains from autumn to spring, by whether the school had adopted it, year and grade held equal."""
    district, truth = riverbend
    adopted = truth["change"]["rollout_adopted"]
    homes = district.table("enrollments").df().drop_duplicates(["student_id", "school_year"])
    chosen = tested[tested["instrument"].eq("benchmark")].assign(school_year=lambda r: np.floor(r["at"]) + 2023)
    gain = (
        chosen.sort_values("day")
        .groupby(["student_id", "school_year"])
        .agg(gain=("score", lambda s: s.iloc[-1] - s.iloc[0]), span=("at", lambda s: s.iloc[-1] - s.iloc[0]))
    )
    rows = gain[gain["span"] > 0.3].reset_index().merge(homes, on=["student_id", "school_year"])
    exposed = rows["school_year"] >= rows["school_id"].map(adopted).astype(float).fillna(9999)
    years = pd.get_dummies(rows["school_year"], drop_first=True, dtype=float)
    schools = pd.get_dummies(rows["school_id"], drop_first=True, dtype=float)
    pace = rows["gain"] / rows["span"]
    beta, error = regression(pace, exposed, years, schools)
    assert abs(beta[1] - truth["programs"]["writing_studio"]["effect_per_school_year_of_exposure"]) < Z * error[1]
    assert beta[1] > 0


def test_the_series_steps_up_on_its_date(riverbend, tested):
    """Within students of the year, a step beside a slope; those of the reading lab have a course of their own."""
    district, truth = riverbend
    told = truth["programs"]["fluency_routine"]
    lab = district.table("participation").filter("program_id = 'reading_lab'").df()["student_id"]
    probes = tested[tested["instrument"].eq("cbm") & tested["at"].between(2, 3) & ~tested["student_id"].isin(lab)]
    facts = probes.assign(after=probes["date"] >= told["from"])[["score", "after", "at"]].astype(float)
    within = facts - facts.groupby(probes["student_id"]).transform("mean")
    beta, error = regression(within["score"], within["after"], within["at"])
    assert beta[1] == pytest.approx(told["effect"], abs=Z * error[1])
    assert error[1] < 1


def test_the_change_moves_science_in_its_schools_alone(riverbend, reached, stays):
    district, truth = riverbend
    change = truth["change"]
    science = reached[reached["subject"].eq("science")]
    moment = float(clock(days(pd.Series([change["date"]])))[0])
    spells = district.table("enrollments").filter("school_year >= 2024")
    facts = "student_id, min(school_id) AS school_id, count(DISTINCT school_id) AS schools, max(grade) AS grade"
    homes = spells.aggregate(facts).df()
    homes = homes[homes["schools"].eq(1) & homes["grade"].le(8)]  # later the continuum comes to its end for some
    there = stays.index[(stays["first"] <= 1.0) & (stays["last"] >= 3.99)]
    windows = {"before": (1.0, 2.0), "after": (moment + 0.05, 3.95)}
    counted = pd.DataFrame(
        {
            name: science[science["at"].between(*window)].groupby("student_id").size() / REQUIRED / np.ptp(window)
            for name, window in windows.items()
        }
    )
    stayed = homes.set_index("student_id").join(counted.reindex(there).fillna(0.0), how="inner")
    changed = stayed["school_id"].isin(change["schools"])
    beta, error = regression(stayed["after"] - stayed["before"], changed)
    assert abs(beta[1] - change["pace"]["effect"]) < Z * error[1]
    assert beta[1] > 0


def test_records_come_sooner_after_the_change(riverbend):
    district, truth = riverbend
    listed = ", ".join(f"'{school}'" for school in truth["change"]["schools"])
    query = f"""
        SELECT school_id IN ({listed}) AS changed, date >= DATE '{truth["change"]["date"]}' AS after,
               median(recorded_on - date) AS days FROM evidence WHERE school_id IS NOT NULL GROUP BY ALL"""
    found = district.sql(query, evidence=district.table("evidence")).df().set_index(["changed", "after"])["days"]
    told = truth["change"]["feedback_delay"]
    for changed, after in found.index:
        expected = told["after"] if changed and after else told["before"]
        assert abs(found[changed, after] - expected) <= 1


def test_second_readings_show_who_is_strict(riverbend):
    """Differences between two readings of one work, explained by their raters."""
    district, truth = riverbend
    rows = district.table("evidence").filter("rater_role IN ('teacher', 'second')").df()
    pairs = rows.pivot_table(index="work_id", columns="rater_role", values=["score"]).dropna()["score"]
    who = rows.pivot_table(index="work_id", columns="rater_role", values="rater_id", aggfunc="first").loc[pairs.index]
    severity = pd.Series(truth["rater_severity"]["raters"])
    strictness = who["second"].map(severity) - who["teacher"].map(severity)
    beta, _ = regression(pairs["teacher"] - pairs["second"], strictness)
    assert beta[1] == pytest.approx(1.0, abs=0.15)


def test_cronbach_alpha_is_near_the_truth(riverbend):
    district, truth = riverbend
    query = """
        SELECT response_id, item_id, construct, CASE WHEN reverse THEN minimum + maximum - value ELSE value END AS value
        FROM responses JOIN items USING (survey_id, item_id, role) WHERE role = 'student'"""
    given = {"responses": district.table("survey_responses"), "items": district.table("survey_items")}
    rows = district.sql(query, **given).df()
    for construct, told in truth["surveys"]["alpha_before_rounding"].items():
        answers = rows[rows["construct"].eq(construct)].pivot(index="response_id", columns="item_id", values="value")
        cov = answers.dropna().cov().to_numpy()
        k = len(cov)
        alpha = k / (k - 1) * (1 - np.trace(cov) / cov.sum())
        assert alpha == pytest.approx(told, abs=0.05)


def test_lenient_schools_record_students_ahead(riverbend, tested, reached):
    """The entry level against the first interim score, by school."""
    district, truth = riverbend
    calibration = truth["school_calibration"]
    levels = district.table("levels").filter("subject = 'math' AND method = 'placement'").df().set_index("student_id")
    first = tested[tested["instrument"].eq("map") & tested["subject"].eq("math")].sort_values("day")
    first = first.drop_duplicates("student_id").set_index("student_id")
    homes = district.table("enrollments").df().sort_values("entry_date").drop_duplicates("student_id")
    homes = homes.set_index("student_id")
    near = first.index[(first["day"] - days(levels["date"].reindex(first.index)) < 60)]
    batch = reached[reached["subject"].eq("math")].merge(levels["date"].rename("entered"), on="student_id")
    known = batch[(batch["date"] - batch["entered"]).dt.days < 33].groupby("student_id").size() / REQUIRED
    recorded = levels["level"] + known.reindex(levels.index, fill_value=0)
    ahead = (recorded - (first["score"] - 163) / 6.2).reindex(near)
    by_school = ahead.groupby(homes["school_id"].reindex(near)).mean()
    told = pd.Series(calibration["by_school"]).reindex(by_school.index)
    assert np.corrcoef(by_school, told)[0, 1] > 0.8
    assert by_school.idxmax() == told.idxmax()


def test_those_in_need_wait_as_long_as_told(riverbend):
    district, truth = riverbend
    supports = district.table("supports").filter("flagged_on IS NOT NULL").df()
    assert (supports["start_date"] > supports["flagged_on"]).all()
    told = truth["supports"]["mean_wait_school_days"]
    began = [supports[name].to_numpy().astype("datetime64[D]") for name in ("flagged_on", "start_date")]
    mean = np.busday_count(*began).mean()
    assert told["others"] < mean < 1.35 * told["economically_disadvantaged"]


def test_some_students_are_at_the_ceiling_of_the_state_test(riverbend, tested):
    _, truth = riverbend
    state = tested[tested["instrument"].eq("state")]
    share = state["score"].eq(state["score"].max()).mean()
    assert share == pytest.approx(truth["status"]["state_share_at_ceiling_realized"], abs=1e-4)
    assert share > 0.02
