"""Errors by a model: how much students vary stands beside them, and so they told how many students there are.

Where all are tested on the same days, the squared error of a group's slope is that of one student over its size.
"""

import math

import numpy as np
import pandas as pd
import pytest
from protected_tables import POLICY, estimates

import cbe_analysis as cbe
from cbe_analysis.load.findings import Findings
from cbe_analysis.policy import Policy
from cbe_analysis.protect.lines import fewest
from cbe_analysis.protect.rounding import in_figures
from cbe_analysis.protect.sizes import public_size

RATE, N = "points / year", 400
STUDENT, RESIDUAL, SCHOOL = 4.1, 6.3, 1.4
DAYS = 0.5  # spread of the days of the tests, squared years
ONE = STUDENT**2 + RESIDUAL**2 / DAYS  # variance of the slope of one student
BANDS = ((10, 19), (20, 39), (40, 99))
TEXTS = ["n_shown", "shown", "std_error", "low", "high", "p"]
SCHOOLS = 8
WANTED = 4  # sizes that are left at least; one side of a gap may part ten that the other has together


def of_group(n):
    return ONE / n


def among_schools(n):
    """What eight schools differ by adds to the error of every group alike."""
    return SCHOOL**2 / SCHOOLS + ONE / n


def of_school(n):
    """A school is drawn toward the whole: Henderson (1975)."""
    between = SCHOOL**2
    apart = 1 / (1 / between + n / ONE)
    return apart + (apart / between) ** 2 * among_schools(N)


def drawn(variance, n, whole, *, by="group", nested=True):
    """What a growth model finds: a group of n students, all others, and all of them, of the same slopes."""

    def line(size, value, error, **more):
        limits = {"low": value - 2 * error, "high": value + 2 * error}
        return {"quantity": "slope", "unit": RATE, "n": size, "value": value, "std_error": error, **limits, **more}

    error, other = math.sqrt(variance(n)), math.sqrt(variance(N - n))
    rows = [line(N, 12.3, math.sqrt(whole)), line(n, 13.7, error, **{by: "a"}), line(N - n, 12.2, other, **{by: "b"})]
    if by == "group":
        apart = math.sqrt(ONE / n + ONE / (N - n))
        against = {"reference": "others", "n_reference": N - n, "p": math.erfc(1.5 / apart / math.sqrt(2))}
        rows.append(line(n, 1.5, apart, **{by: "a"}) | {"quantity": "gap"} | against)
    spread = {"sd_student_slope": STUDENT, "sd_residual": RESIDUAL} | ({"sd_school_slope": SCHOOL} if nested else {})
    rows += [{"quantity": name, "unit": RATE, "n": N, "value": value} for name, value in spread.items()]
    return estimates(rows, (by,), indicator="growth_rate", unit=RATE)


def printed(given, by="group", policy=POLICY):
    """All that is printed of the group of n."""
    rows = cbe.protect(given, policy).rows
    own = rows[(rows[by] == "a") & rows["quantity"].isin(["slope", "gap"])]
    assert own["hidden"].isna().all()
    return tuple(map(tuple, own[TEXTS].astype(str).to_numpy()))


def left(told, n):
    """The sizes of which the same is printed as of n."""
    return [size for size in told if told[size] == told[n]]


MODELS = {
    "students": (of_group, of_group(N), "group", False),
    "schools": (among_schools, among_schools(N), "group", True),
    "predictions": (of_school, among_schools(N), "school_id", True),
}


@pytest.mark.parametrize(("model", "few"), [("students", 0.35), ("schools", 0.35), ("predictions", 0.6)])
@pytest.mark.parametrize(("low", "high"), BANDS)
def test_errors_to_two_figures_leave_few_sizes(model, few, low, high):
    """Who knows the variances, as they stand beside them, has a part of the band left for the size in its middle."""
    variance = MODELS[model][0]
    told = {n: in_figures(math.sqrt(variance(n))) for n in range(low, high + 1)}
    assert len(left(told, (low + high) // 2)) <= few * (high - low + 1)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("low", "high"), BANDS)
def test_what_is_printed_leaves_several_sizes(model, low, high):
    variance, whole, by, nested = MODELS[model]
    policy = Policy(factors=("group",), minimum_n=10) if by == "group" else Policy(minimum_n=10)
    told = {n: printed(drawn(variance, n, whole, by=by, nested=nested), by, policy) for n in range(low, high + 1)}
    assert min(len(left(told, n)) for n in told) >= WANTED


@pytest.mark.parametrize("minimum", [5, 8, 10, 12, 18, 25, 37])
def test_of_each_band_several_sizes_have_one_error_which_is_not_much_larger(minimum):
    for n in range(minimum, 1000):
        least, band = fewest(n, minimum), public_size(n, minimum, rough=True)
        together = [size for size in range(band.low, band.high + 1) if fewest(size, minimum) == least]
        assert min(together) == least
        assert len(together) >= min(5, band.high + 1 - band.low)
        assert math.sqrt(n / least) < 1.35


@pytest.mark.parametrize("n", range(8, 60))
def test_in_fives_all_that_are_rounded_alike_have_one_error(n):
    assert fewest(n, 8, fives=True) == 5 * round(n / 5) - 2


def test_limits_and_p_go_with_the_error_that_is_printed():
    rows = cbe.protect(drawn(of_group, 38, of_group(N), nested=False), POLICY).rows
    own = rows[(rows["group"] == "a") & (rows["quantity"] == "slope")].iloc[0]
    assert own["std_error"] == in_figures(math.sqrt(ONE / 30))
    assert own["low"] <= 13.7 - 2 * math.sqrt(ONE / 30) + own["std_error"] / 4
    gap = rows[(rows["group"] == "a") & (rows["quantity"] == "gap")].iloc[0]
    apart = math.sqrt(ONE / 30 + ONE / 325)
    assert gap["std_error"] == in_figures(apart)
    assert gap["p"] == pytest.approx(math.erfc(1.5 / apart / math.sqrt(2)), abs=0.02)


def test_staff_read_errors_as_measured():
    staff = cbe.protect(drawn(of_group, 38, of_group(N), nested=False), POLICY, "staff").rows
    assert staff.loc[staff["group"] == "a", "std_error"].iloc[0] == math.sqrt(ONE / 38)


def test_where_schools_do_not_differ_all_are_predicted_with_one_error():
    given = drawn(lambda n: ONE / N, 38, ONE / N, by="school_id")
    given.rows.loc[given.rows["quantity"] == "sd_school_slope", "value"] = 0.0
    rows = cbe.protect(given, Policy(minimum_n=10)).rows
    own = rows[(rows["quantity"] == "slope") & rows["school_id"].isin(["a", "b"])]
    assert set(own["std_error"]) == {in_figures(math.sqrt(ONE / N))}


YEARS = (2024, 2025, 2026)


def district(write, sizes, *, policy="", noise, step=1.0):
    """Groups of these sizes, each a school and a subgroup, with a score (and a level) at the end of three years."""
    draw, spells, scores = np.random.default_rng(7), [], []
    for at, size in enumerate(sizes):
        own = draw.normal(1, 0.15)
        for i in range(size):
            who, pace = f"s{at:02}{i:03}", draw.normal(own, 0.25)
            for k, year in enumerate(YEARS):
                spells.append((who, f"S{at:02}", f"{year - 1}-09-01", f"{year}-06-01", year, 3 + k))
                scores.append((who, f"{year}-06-01", step * (4 + pace * k + draw.normal(0, noise))))
    names = ["student_id", "school_id", "entry_date", "exit_date", "school_year", "grade"]
    spells = pd.DataFrame(spells, columns=names)
    terms = [(f"y{y}", y, "year", f"{y - 1}-09-01", f"{y}-06-01") for y in YEARS]
    calendar = pd.DataFrame(terms, columns=["term_id", "school_year", "kind", "start_date", "end_date"])
    scores = pd.DataFrame(scores, columns=["student_id", "date", "score"]).assign(subject="math")
    students = spells[["student_id"]].drop_duplicates()
    return write(
        policy=policy,
        students=students.assign(race_ethnicity="group " + students["student_id"].str[1:3]),
        enrollments=spells,
        calendar=calendar,
        assessments=scores.assign(instrument="map"),
        levels=scores.rename(columns={"score": "level"}).assign(method="test"),
    )


@pytest.fixture
def write(tmp_path):
    """Writes tables, loads them, and takes them for clean."""

    def written(policy, **tables):
        (tmp_path / "district.toml").write_text(policy, encoding="utf-8")
        schools = tables["enrollments"][["school_id"]].drop_duplicates()
        tables["schools"] = schools.assign(name="School " + schools["school_id"], kind="elementary")
        for name, frame in tables.items():
            frame.to_csv(tmp_path / f"{name}.csv", index=False)
        return cbe.load(tmp_path).with_findings(Findings((), checks=1, passed=1, not_checked=(), fingerprint=""))

    return written


def slopes(rows, by):
    """Group -> the error of its slope."""
    return rows[rows["quantity"].eq("slope") & rows[by].ne("(all)")].set_index(by)["std_error"]


def test_slopes_of_ten_to_fourteen_students_are_told_with_one_error(write):
    names = [f"group {at:02}" for at in range(5)]
    labels = "\n".join(["[labels.race_ethnicity]", *(f'"{name}" = "{name.title()}"' for name in names)])
    home = district(write, [10, 11, 12, 14, 60], policy=labels, noise=0.2, step=10.0)
    found = cbe.measure("growth_rate", home, by="race_ethnicity", levels=2)
    exact, told = (slopes(rows, "race_ethnicity") for rows in (found.rows, cbe.protect(found, home.policy).rows))
    assert np.ptp([in_figures(exact[name]) for name in names[:4]]) > 0
    assert set(told[names[:4]]) == {in_figures(exact[names[0]])}


def test_paces_of_schools_of_like_size_are_told_with_errors_that_do_not_order_them(write):
    """Predicted with the uncertainty of variances: errors of one size are alike to a few hundredths."""
    sizes = [30, 32, 34, 36, 39, 10, 14, 19, 60, 45]
    home = district(write, sizes, noise=0.1)
    found = cbe.measure("pace", home, by="school_id")
    exact, told = (slopes(rows, "school_id") for rows in (found.rows, cbe.protect(found, home.policy).rows))
    alike = [f"S{at:02}" for at in range(5)]
    assert exact[alike[0]] / exact[alike[-1]] > 1.1
    assert told[alike[0]] == told[alike[-1]] == in_figures(exact[alike[0]])
    assert max(told[alike]) / min(told[alike]) < 1.06


def test_the_error_of_the_mean_pace_does_not_tell_its_size_beside_how_much_paces_vary(write):
    """One school: the squared deviation of paces over the squared error is the size less one."""
    home = district(write, [38], noise=0.02)
    found = cbe.measure("pace", home)
    exact, told = (rows.set_index("quantity") for rows in (found.rows, cbe.protect(found, home.policy).rows))
    vary = exact["value"]["sd_student_slope"]
    assert (vary / exact["std_error"]["slope"]) ** 2 == pytest.approx(37, abs=1)
    for quantity in ("slope", "mean"):
        assert (vary / told["std_error"][quantity]) ** 2 == pytest.approx(29, abs=1)
