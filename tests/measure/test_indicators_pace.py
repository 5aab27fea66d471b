"""Pace, gaps to grade and what follows from them, on districts worked by hand."""

import numpy as np
import pandas as pd
import pytest
from picked import one

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused, UsageError
from cbe_analysis.indicators import CATALOGUE
from cbe_analysis.policy import Policy

PACE = ("pace", "year_of_growth", "level_gap", "on_track", "growth_and_status", "exceptions")
YEARS = (2024, 2025, 2026)
CALENDAR = pd.DataFrame(
    [(f"y{y}", y, "year", f"{y - 1}-09-01", f"{y}-06-01") for y in YEARS],
    columns=["term_id", "school_year", "kind", "start_date", "end_date"],
)
ENDS = [f"{y}-06-01" for y in YEARS]


def enrolled(students, *, schools=1, grade=3, years=YEARS, left=()):
    """Every student in a school, one grade higher each year; those who left do so after the first year."""
    rows = []
    for at, student in enumerate(students):
        for step, year in enumerate(years[:1] if student in left else years):
            rows.append((student, f"S{at % schools}", f"{year - 1}-09-01", f"{year}-06-01", year, grade + step))
    return pd.DataFrame(rows, columns=["student_id", "school_id", "entry_date", "exit_date", "school_year", "grade"])


def measured_levels(paces, *, start=4.0, dates=ENDS, method="test"):
    """A level of every student at the end of each year, on a straight line."""
    rows = [(s, "math", day, start + pace * k, method) for s, pace in paces.items() for k, day in enumerate(dates)]
    return pd.DataFrame(rows, columns=["student_id", "subject", "date", "level", "method"])


@pytest.fixture
def district(write):
    """A district of these paces, each level measured anew at the end of three school years."""

    def make(paces, *, schools=1, levels=None, **more):
        told = more.pop("enrollments", None)
        return write(
            enrollments=enrolled(paces, schools=schools) if told is None else told,
            levels=measured_levels(paces) if levels is None else levels,
            calendar=CALENDAR,
            **more,
        )

    return make


def students(n):
    return [f"s{i:03}" for i in range(n)]


def spread(n, mean=1.0, sd=0.2, seed=1):
    return dict(zip(students(n), np.random.default_rng(seed).normal(mean, sd, n), strict=True))


def test_the_plain_mean_is_that_of_levels_gained_over_school_years(district):
    paces = spread(40)
    found = cbe.measure("pace", district(paces))
    row = one(found, "mean")
    assert row["value"] == pytest.approx(np.mean(list(paces.values())))
    assert row["std_error"] == pytest.approx(np.std(list(paces.values()), ddof=1) / np.sqrt(40), rel=0.02)
    assert (row["n"], found.unit) == (40, "levels / year")
    assert one(found, "slope")["value"] == pytest.approx(row["value"])
    assert any("fewer than 6 schools" in said for said in found.warnings)


def test_a_summer_counts_for_nothing(district):
    """From September to June is one school year; ten months of the calendar would make it 1.33."""
    days = ["2024-09-01", "2025-06-01", "2025-09-01"]
    levels = measured_levels(spread(30, 0.75), dates=days)
    levels.loc[levels["date"].eq(days[2]), "level"] = levels.loc[levels["date"].eq(days[1]), "level"].to_numpy()
    found = cbe.measure("pace", district(spread(30), levels=levels))
    assert one(found, "mean")["value"] == pytest.approx(np.mean(list(spread(30, 0.75).values())))


def test_levels_that_add_up_are_observed_until_the_student_leaves_and_not_just_until_the_last_gain(district):
    """Half a level gained after the month of entry, none after January: half a level a year, not 1.0 until then."""
    days = ["2024-09-30", "2024-10-31", "2025-01-31"]
    rows = [
        (s, "math", day, 4 + level, "evidence")
        for s in students(20)
        for day, level in zip(days, (0, 1, 1.5), strict=True)
    ]
    rows += [("other", "math", day, 4.0, "evidence") for day in (*days, "2025-05-31")]
    levels = pd.DataFrame(rows, columns=["student_id", "subject", "date", "level", "method"])
    home = district({}, levels=levels, enrollments=enrolled([*students(20), "other"]))
    found = cbe.measure("pace", home, where="school_year=2025")
    since_october = (pd.Timestamp("2025-05-31") - pd.Timestamp("2024-10-31")).days / 273
    assert one(found, "mean")["value"] == pytest.approx(20 / 21 * 0.5 / since_october)


def test_over_several_subjects_it_is_the_mean_of_those_with_a_pace(district):
    paces = spread(20)
    math = measured_levels(paces)
    reading = math[math["student_id"].gt("s009")].assign(subject="reading", level=lambda r: 2 * r["level"])
    home = district(paces, levels=pd.concat([math, reading]))
    both, alone = cbe.measure("pace", home), cbe.measure("pace", home, subject="levels:math")
    values = np.array(list(paces.values()))
    assert one(both, "mean")["value"] == pytest.approx(np.r_[values[:10], 1.5 * values[10:]].mean())
    assert one(alone, "mean")["value"] == pytest.approx(values.mean())
    assert "the mean of math, reading" in both.method


def test_who_has_no_pace_is_counted_and_said(district):
    paces = spread(40)
    levels = measured_levels(paces)
    levels = levels[~(levels["student_id"].lt("s012") & levels["date"].gt(ENDS[0]))]
    found = cbe.measure("pace", district(paces, levels=levels))
    share = one(found, "share")
    assert (share["n"], share["numerator"], share["value"]) == (40, 12, 0.3)
    assert one(found, "slope")["n"] == 28
    assert any(said.startswith("12 students have no pace: fewer than 180 days") for said in found.warnings)


def test_who_reaches_the_exit_level_is_observed_until_then(district):
    """At 13 after one year of two: a pace of 1.0 and not of a half."""
    levels = measured_levels(dict.fromkeys(students(30), 1.0), start=12.0)
    levels["level"] = levels["level"].clip(upper=13.0)
    found = cbe.measure("pace", district({}, levels=levels, enrollments=enrolled(students(30), grade=10)))
    assert one(found, "mean")["value"] == pytest.approx(1.0)


def test_everyone_at_the_ceiling_is_refused_with_what_to_do(district):
    levels = measured_levels(dict.fromkeys(students(12), 0.0), start=13.0)
    with pytest.raises(UsageError, match="at the exit level from the start"):
        cbe.measure("pace", district({}, levels=levels, enrollments=enrolled(students(12))))


def test_one_date_is_refused_with_what_to_do(district):
    with pytest.raises(UsageError, match="two dates"):
        cbe.measure(
            "pace", district({}, levels=measured_levels(spread(12), dates=ENDS[:1]), enrollments=enrolled(spread(12)))
        )


def test_gaps_are_differences_of_the_modelled_means(district):
    paces = spread(120)
    home = district(paces, schools=8, students=gendered(paces))
    found = cbe.measure("pace", home, by="gender", compare="others")
    girls, boys = (one(found, "slope", gender=g)["value"] for g in ("female", "male"))
    gap = one(found, "gap", gender="female")
    assert gap["value"] == pytest.approx(girls - boys)
    assert (gap["n"], gap["n_reference"]) == (60, 60)
    assert gap["low"] < gap["value"] < gap["high"]


def gendered(paces):
    return pd.DataFrame({"student_id": list(paces), "gender": ["female", "male"] * (len(paces) // 2)})


def test_schools_are_drawn_toward_the_district_and_small_ones_more(district):
    rng = np.random.default_rng(5)
    homes = np.r_[np.repeat(np.arange(8), 20), [8, 8]]
    means = np.r_[rng.normal(1.0, 0.15, 8), 1.8]
    paces = {f"s{i:03}": means[home] + rng.normal(0, 0.1) for i, home in enumerate(homes)}
    told = enrolled(paces).assign(
        school_id=lambda r: "S" + pd.Series(homes[r["student_id"].str[1:].astype(int)]).astype(str).to_numpy()
    )
    found = cbe.measure("pace", district(paces, enrollments=told), by="school_id")
    centre = one(found, "slope")["value"]
    for school in ("S0", "S8"):
        raw, drawn = (one(found, q, school_id=school)["value"] for q in ("mean", "slope"))
        assert abs(drawn - centre) < abs(raw - centre)
    kept = [
        (one(found, "slope", school_id=s)["value"] - centre) / (one(found, "mean", school_id=s)["value"] - centre)
        for s in ("S0", "S8")
    ]
    assert kept[1] < kept[0]


def test_below_six_schools_each_is_told_as_observed(district):
    paces = spread(60)
    found = cbe.measure("pace", district(paces, schools=3), by="school_id")
    values = np.array(list(paces.values()))
    assert one(found, "slope", school_id="S1")["value"] == pytest.approx(values[1::3].mean())
    assert one(found, "slope", school_id="S1")["note"] == "these students: fewer than 6 schools"


def test_schools_stand_alone(district):
    home = district(spread(30), students=gendered(spread(30)))
    with pytest.raises(UsageError, match="schools stand alone"):
        cbe.measure("pace", home, by="school_id,gender")


def test_depth_is_the_mean_over_students_of_their_evidence_at_depth_3_or_4(district):
    paces = spread(20)
    depths = {s: (4, 3, 2, 1) if at % 2 else (1, 1, 2, 3) for at, s in enumerate(paces)}
    rows = [(f"{s}-{k}", s, "t1", "2025-03-01", 3, "true", d) for s, four in depths.items() for k, d in enumerate(four)]
    rows += [(f"{s}-late", s, "t1", "2026-12-01", 3, "true", 4) for s in paces]
    names = ["evidence_id", "student_id", "target_id", "date", "score", "proficient", "depth"]
    targets = "target_id,subject,level,title,kind,required\nt1,math,4,A target,academic,true"
    found = cbe.measure("pace", district(paces, evidence=pd.DataFrame(rows, columns=names), targets=targets))
    row = one(found, "depth")
    assert (row["value"], row["n"]) == (pytest.approx((0.5 + 0.25) / 2), 20)


def test_the_gap_to_grade_is_the_level_less_grade_and_year_passed(district):
    """Grade 5 completed is 6.0. A third of the students stand at 6.5, 5.0 and 3.9."""
    names = students(30)
    paces = {s: (1.25, 0.5, -0.05)[at % 3] for at, s in enumerate(names)}
    found = cbe.measure("level_gap", district(paces))
    assert one(found, "mean")["value"] == pytest.approx((0.5 - 1.0 - 2.1) / 3)
    shares = found.rows.set_index("unit")["value"]
    assert shares["share of students one level or more below grade, 0 to 1"] == pytest.approx(2 / 3)
    assert shares["share of students two levels or more below grade, 0 to 1"] == pytest.approx(1 / 3)
    assert shares["share of students above grade, 0 to 1"] == pytest.approx(1 / 3)


def test_the_gap_to_grade_at_an_earlier_date(district):
    found = cbe.measure("level_gap", district(dict.fromkeys(students(20), 1.5)), until="2024-06-30")
    assert one(found, "mean")["value"] == pytest.approx(0.0)  # grade 3 completed, at 4.0


def test_who_left_is_neither_on_track_nor_off_it_nor_counted_by_gap(district):
    paces = spread(40)
    left = students(10)
    levels = measured_levels(paces)
    levels = levels[~(levels["student_id"].isin(left) & levels["date"].gt(ENDS[0]))]
    home = district(paces, levels=levels, enrollments=enrolled(paces, left=left))
    track, gap = cbe.measure("on_track", home), cbe.measure("level_gap", home)
    assert (one(track, "expected_share")["n"], one(gap, "mean")["n"]) == (30, 30)
    assert any("10 students left before the data end" in said for said in track.warnings)


def test_the_needed_pace_covers_what_is_left_in_the_years_left(district):
    """At the end of grade 5, seven years before the end of grade 12: from 6.0 and from 4.0 to 13.0."""
    paces = {s: 1.0 if at % 2 else 0.0 for at, s in enumerate(students(40))}
    noisy = measured_levels(paces)
    noisy["level"] += np.where(noisy["date"].eq(ENDS[1]), np.random.default_rng(2).normal(0, 0.1, len(noisy)), 0)
    found = cbe.measure("on_track", district(paces, levels=noisy))
    assert one(found, "mean")["value"] == pytest.approx((7 + 9) / 2 / 7)
    observed = found.rows[found.rows["unit"].str.contains("by observed pace")].iloc[0]
    assert observed["value"] == pytest.approx(0.5)


def test_the_expected_share_lies_nearer_to_the_truth_than_the_raw_one(district):
    """True paces 1.2 with sd 0.2: 84 % reach 1.0; levels measured with an error of 0.5 show fewer."""
    rng = np.random.default_rng(8)
    levels = measured_levels(spread(2000, 1.2, 0.2))
    levels["level"] += rng.normal(0, 0.5, len(levels))
    found = cbe.measure("year_of_growth", district(spread(2000), levels=levels))
    share, raw = one(found, "expected_share"), found.rows[found.rows["unit"].str.contains("observed")].iloc[0]
    assert share["low"] < 0.841 < share["high"]
    assert raw["high"] < 0.78
    assert (
        one(
            found,
            "expected_share",
        )["n"]
        == 2000
    )


def test_growth_and_status_names_a_kind_where_it_is_likely(district):
    paces = spread(80, 1.4, 0.1)
    found = cbe.measure("growth_and_status", district(paces, students=gendered(paces)), by="gender")
    rows = found.rows[found.rows["gender"].eq("female")]
    chances = rows[rows["quantity"].eq("probability")]
    assert set(chances["note"]) == {"high growth, high status"}
    assert set(rows.loc[~rows.index.isin(chances.index), "note"]) == {"these students: fewer than 6 schools"}
    assert chances["value"].sum() == pytest.approx(1.0)
    assert chances.loc[chances["at"].eq("high growth, high status"), "value"].iloc[0] > 0.8


def test_growth_and_status_is_told_of_groups(district):
    with pytest.raises(UsageError, match="name one in by"):
        cbe.measure("growth_and_status", district(spread(20)))


@pytest.fixture
def listed(district):
    """Forty students, one of whom hardly moves and one of whom gains three levels a year."""
    paces = spread(40) | {"s000": 0.1, "s001": 3.0}
    levels = measured_levels(paces)
    levels["level"] += np.random.default_rng(3).normal(0, 0.05, len(levels))
    return cbe.measure("exceptions", district(paces, levels=levels), by="school_id")


def test_exceptions_are_a_list_with_the_day_of_the_last_evidence(listed):
    rows = listed.rows[listed.rows["quantity"].eq("slope")]
    assert list(zip(rows["student_id"], rows["note"], rows["at"], strict=True)) == [
        ("s000", "stalled", ENDS[-1]),
        ("s001", "unusually fast", ENDS[-1]),
    ]
    assert (rows["high"].iloc[0] < 0.5, rows["low"].iloc[1] > 2.0) == (True, True)
    assert listed.rows.loc[listed.rows["quantity"].eq("count"), "value"].tolist() == [1.0, 1.0]


def test_a_list_of_students_is_for_staff_alone(listed):
    assert "s000" in set(cbe.protect(listed, Policy(), "staff").rows["student_id"])
    with pytest.raises(ReleaseRefused, match="single people") as refusal:
        cbe.protect(listed, Policy(), "public")
    assert refusal.value.exit_code == 1


def test_a_list_has_nothing_to_compare(district):
    with pytest.raises(UsageError, match="list of single people"):
        cbe.measure("exceptions", district(spread(20)), by="school_id", compare="others")


@pytest.mark.parametrize("name", PACE)
def test_an_unknown_subject_is_refused_with_those_there_are(district, name):
    by = {"by": "school_id"} if name == "growth_and_status" else {}
    with pytest.raises(UsageError, match="math"):
        cbe.measure(name, district(spread(12)), subject="chess", **by)


@pytest.mark.parametrize("name", PACE)
def test_without_levels_the_message_names_what_to_add(tennessee, name):
    with pytest.raises(UsageError, match=r"evidence\.csv and targets\.csv"):
        cbe.measure(name, tennessee)


@pytest.mark.parametrize("name", [n for n in PACE if n != "exceptions"])
def test_thirty_students_and_a_missing_grade_may_be_published(district, name):
    paces = spread(30)
    told = enrolled(paces).assign(grade=lambda r: r["grade"].astype("Int64").mask(r["student_id"].eq("s003")))
    home = district(paces, enrollments=told, students=gendered(paces))
    found = cbe.measure(name, home, by="gender")
    release = cbe.protect(found, Policy(factors=("gender",)))
    assert release.rows["hidden"].isna().any()
    assert release.rows["numerator"].isna().all()
    assert CATALOGUE[name].kind == "model"
