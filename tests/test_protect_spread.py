"""What a release says of tests and of few schools tells nothing of whether anybody of a group is in a school."""

import dataclasses
import itertools

import pandas as pd
import pytest
from protected_tables import POLICY, SD, effect, estimates, gap, mean
from small_district import write

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.measure.comparisons import ALIKE
from cbe_analysis.measure.estimates import Population
from cbe_analysis.measure.summaries import THESE
from cbe_analysis.protect.spread import GATHERED, Spread

DESCRIBED = "described, not tested: fewer than 3 schools on a side"
ALONE = "fewer than 6 schools: intervals speak of these students alone"
NOTHING = float("nan")


def district(folder, girls, boys, away=2):
    """Schools with so many girls and boys each; every `away`-th of a school is chronically absent."""
    lines = {name: [] for name in ("students", "enrollments", "attendance")}
    number = itertools.count(1)
    for school, several in enumerate(zip(girls, boys, strict=True)):
        for gender, n in zip(("female", "male"), several, strict=True):
            for at in range(n):
                student, where = f"{next(number):04}", f"01{school:02}"
                lines["students"].append(f"{student},white,{gender}")
                lines["enrollments"].append(f"{student},{where},2025-08-20,2026-06-05,2026,3")
                lines["attendance"].append(f"{student},{where},2026,180,{1 if at % away else 40}")
    heads = {
        "students": "student_id,race_ethnicity,gender",
        "enrollments": "student_id,school_id,entry_date,exit_date,school_year,grade",
        "attendance": "student_id,school_id,school_year,days_enrolled,days_absent",
    }
    schools = ["school_id,name,kind", *(f"01{at:02},School {at},elementary" for at in range(len(girls)))]
    write(folder, schools=schools, **{name: [heads[name], *rows] for name, rows in lines.items()})
    return cbe.validate(cbe.load(folder))


def told(of, **asked):
    """All that the public reads."""
    release = cbe.protect(cbe.measure("chronic_absence", of, **asked), of.policy)
    return release.rows.to_csv(), release.method, release.warnings


@pytest.mark.parametrize(
    ("girls", "moved", "boys"),
    [
        ((30, 30, 2, 0, 0, 0, 0, 0), (30, 32, 0, 0, 0, 0, 0, 0), (20,) * 8),  # nobody in six schools, or in five
        ((40, 2, 8), (40, 0, 10), (40, 40, 40)),  # of three schools: all of them, or two
        ((40, 0, 2), (42, 0, 0), (0, 40, 40)),  # a school that both share, or none
    ],
)
def test_that_a_gap_was_tested_says_nothing_of_a_hidden_cell(tmp_path, girls, moved, boys):
    found = [district(tmp_path / name, of, boys) for name, of in (("before", girls), ("after", moved))]
    assert cbe.measure("chronic_absence", found[0], by="gender").rows["n"].dropna().min() >= 10
    first, second = (told(of, by="gender", compare="others") for of in found)
    assert first == second


def test_without_that_a_test_would_tell_of_it(tmp_path):
    boys = (20,) * 8
    first = district(tmp_path / "before", (30, 30, 2, 0, 0, 0, 0, 0), boys)
    second = district(tmp_path / "after", (30, 32, 0, 0, 0, 0, 0, 0), boys)
    notes = [
        set(cbe.measure("chronic_absence", of, by="gender", compare="others").rows.query("quantity == 'gap'")["note"])
        for of in (first, second)
    ]
    assert DESCRIBED not in notes[0]
    assert notes[1] == {DESCRIBED}


def test_a_selection_is_not_said_to_be_in_few_schools_where_there_are_six(tmp_path):
    girls, moved, boys = (20, 20, 20, 20, 20, 2), (20, 20, 20, 20, 22, 0), (20,) * 6
    first, second = (district(tmp_path / n, of, boys) for n, of in (("before", girls), ("after", moved)))
    warned = [ALONE in cbe.measure("chronic_absence", of, where=["gender=female"]).warnings for of in (first, second)]
    assert warned == [False, True]
    assert told(first, where=["gender=female"]) == told(second, where=["gender=female"])


def test_where_there_are_fewer_than_six_schools_that_is_said_of_all(tmp_path):
    found = district(tmp_path / "few", (20, 20, 20), (20, 20, 0))
    *_, warnings = told(found, where=["gender=male"])
    assert ALONE in warnings
    rows = cbe.protect(cbe.measure("chronic_absence", found, by="gender"), found.policy).rows
    assert set(rows.loc[rows["shown"].ne("protected"), "note"]) == {THESE}


def crossed(girls, boys, **more):
    """Gaps of girls and boys who are in schools like this, tested."""
    cells = [(g, f"{at}", n) for g, of in (("f", girls), ("m", boys)) for at, n in enumerate(of) if n]
    counts = pd.DataFrame(cells, columns=["group", "school_id", "n"])
    n, m = sum(girls), sum(boys)
    rows = [
        mean(n + m, 5.0),
        mean(n, 5.5, group="f"),
        mean(m, 4.5, group="m"),
        gap(n, 1.0, 0.4, m, group="f", **more),
        gap(m, -1.0, 0.4, n, group="m", **more),
    ]
    return estimates(rows, population=Population("students", (), ("", ""), counts))


@pytest.mark.parametrize(
    ("girls", "boys", "tested"),
    [
        ((20, 20, 11, 0, 0, 0), (20,) * 6, True),
        ((20, 20, 10, 0, 0, 0), (20,) * 6, False),
        ((20, 20, 3, 3, 3, 2), (20,) * 6, True),  # eleven, wherever they are
        ((20, 20, 3, 3, 3, 1), (20,) * 6, False),
        ((11, 90, 90), (11, 0, 0), True),
        ((10, 90, 90), (11, 0, 0), False),
        ((20, 20, 20, 0, 0, 0, 0), (0, 0, 0, 20, 20, 20, 0), True),
        ((20, 20, 20, 0, 0, 0), (0, 0, 0, 30, 30, 10), False),
    ],
)
def test_a_test_takes_more_than_the_minimum_outside_the_largest_schools(girls, boys, tested):
    release = cbe.protect(crossed(girls, boys), POLICY)
    gaps = release.rows[release.rows["quantity"].eq("gap")]
    assert gaps["hidden"].isna().all()
    assert set(gaps["p"].notna()) == {tested}
    assert set(gaps["note"]) == ({None} if tested else {GATHERED})


@pytest.mark.parametrize(("times", "tested"), [(1, True), (2, False)])
def test_years_of_a_school_are_added_up_where_a_student_counts_in_one(times, tested):
    given = crossed((16, 20), (16, 0))
    counts = given.population.counts
    years = pd.concat([counts.assign(n=counts["n"] // 2, school_year=str(year)) for year in (2025, 2026)])
    people = dataclasses.replace(given.population, counts=years, times=times)
    rows = cbe.protect(dataclasses.replace(given, population=people), POLICY).rows
    assert set(rows.loc[rows["quantity"].eq("gap"), "p"].notna()) == {tested}


def test_staff_read_of_the_test_and_an_alike_group_is_told_as_that():
    given = crossed((20, 20, 2, 0, 0, 0), (20,) * 6)
    assert cbe.protect(given, POLICY, "staff").rows.query("quantity == 'gap'")["p"].notna().all()
    given = crossed((20, 20, 2, 0, 0, 0), (20,) * 6, std_error=0.0, p=NOTHING, low=NOTHING, high=NOTHING, note=ALIKE)
    assert GATHERED not in set(cbe.protect(given, POLICY).rows["note"])


@pytest.mark.parametrize(("levels", "sixth", "refused"), [(0, 10, True), (0, 11, False), (2, 0, False), (3, 0, False)])
def test_which_model_is_chosen_by_the_schools_of_selected_students_is_not_told(levels, sixth, refused):
    schools = [f"{at}" for at in range(6)]
    counts = pd.DataFrame({"group": "f", "school_id": schools, "n": [50, 50, 50, 50, 50, sixth]})
    places = pd.DataFrame({"school_id": schools})
    given = estimates(
        [mean(250 + sixth, 5.0)],
        method="a growth model; these students alone",
        warnings=(ALONE,),
        parameters={"by": [], "where": ["group=f"], "levels": levels},
        population=Population("students", ("group=f",), ("", ""), counts, places=places),
    )
    if refused:
        with pytest.raises(ReleaseRefused, match="which model is chosen"):
            cbe.protect(given, POLICY)
    else:
        release = cbe.protect(given, POLICY)
        assert (release.method, release.warnings) == ("a growth model", ())


def test_the_effect_on_a_group_in_standard_deviations_keeps_its_interval():
    """It sets two arms against each other, not two groups of students."""
    counts = pd.DataFrame({"group": "f", "school_id": [f"{at}" for at in range(6)], "n": [40, 40, 5, 0, 0, 0]})
    error = {"value": 0.4, "std_error": 0.1, "low": 0.2, "high": 0.6, "p": 0.01}
    groups = ((300, {}), (85, {"group": "f"}), (215, {"group": "m"}))
    rows = [effect(n, **of) for n, of in groups]
    rows += [{"quantity": "hedges_g", "unit": SD, "n": n, **error, **of} for n, of in groups]
    given = estimates(rows, population=Population("students", (), ("", ""), counts))
    _, told = Spread(given, frozenset(), POLICY.minimum_n).public()
    kept = [entry for entry in told if entry.quantity == "hedges_g"]
    assert len(kept) == len(groups)
    assert all(entry.low == error["low"] and entry.note == "" for entry in kept)
