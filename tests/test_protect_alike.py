"""A group in which all are alike tells the value of each: neither it nor what gives it away is printed."""

import dataclasses
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from protected_tables import POINTS, POLICY, effect, estimates, gap, mean, texts

import cbe_analysis as cbe
from cbe_analysis.indicators.alike import ALIKE, NEARLY, TWO_VALUES, alike_note, on_one_course, same

NAN = math.nan
UNTESTED = {"std_error": NAN, "low": NAN, "high": NAN, "p": NAN}


def line(n, value, error=1.0, *, quantity="slope", note="", **groups):
    """A slope or an intercept of a growth model."""
    return mean(n, value, error * math.sqrt(n), **groups) | {"quantity": quantity, "note": note}


def shown(rows, by=("group",), quantity="mean"):
    return texts(cbe.protect(estimates(rows, by), POLICY), quantity)


def printed(found):
    return {group for group, text in found.items() if text != "protected"}


def groups_of(sizes, alike):
    """Means of the whole and of groups, those named without any spread."""
    rows = [mean(n, 50 + 10 * i, 0.0 if g in alike else 9.0, group=g) for i, (g, n) in enumerate(sizes.items())]
    return [mean(sum(sizes.values()), 55.0, 12.0), *rows]


@pytest.mark.parametrize("error", [0.0, 1e-12])
def test_a_group_of_alike_students_is_hidden_with_one_that_weighs_as_much(error):
    rows = groups_of({"a": 100, "b": 90, "c": 120, "d": 400}, ())
    rows[1] |= {"std_error": error}
    assert printed(shown(rows)) == {"(all)", "b", "d"}


def test_the_whole_is_hidden_where_most_of_it_is_alike():
    assert printed(shown(groups_of({"a": 100, "b": 40, "c": 30}, "a"))) == set()
    assert printed(shown(groups_of({"a": 100, "b": 90, "c": 120}, "abc"))) == {"(all)"}  # its scores differ


@given(st.lists(st.integers(10, 300), min_size=2, max_size=6), st.data())
def test_no_group_that_is_alike_is_left_over(numbers, data):
    """What the printed means leave over of the whole is, to at least half, other students than those who are alike."""
    sizes = {"abcdef"[i]: n for i, n in enumerate(numbers)}
    alike = data.draw(st.sets(st.sampled_from(sorted(sizes)), min_size=1, max_size=2))
    seen = printed(shown(groups_of(sizes, alike)))
    assert not seen & alike
    if "(all)" in seen:
        left = sum(n for g, n in sizes.items() if g not in seen)
        assert all(2 * sizes[g] <= left for g in alike)


def test_crossed_groups_are_hidden_together_and_margins_where_most_is_alike():
    def cells(alike, n):
        rows = [mean(1000, 50.0), *(mean(500, 50.0, group=g) for g in "ab"), *(mean(500, 50.0, team=t) for t in "xy")]
        for g, t in (("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")):
            own = n if (g, t) in (("a", "x"), ("b", "y")) else 500 - n
            rows.append(mean(own, 60.0, 0.0 if (g, t) == alike else 9.0, group=g, team=t))
        return printed(shown(rows, ("group", "team")))

    margins = {("(all)", "(all)"), ("a", "(all)"), ("b", "(all)"), ("(all)", "x"), ("(all)", "y")}
    assert cells(None, 200) == {*margins, ("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")}
    assert cells(("a", "x"), 200) == margins
    assert cells(("a", "x"), 300) == {("(all)", "(all)")}  # 300 of the 500 of a, and of x, have the same score


@pytest.mark.parametrize("alike", [("a", "x", "s"), ("a", "x", "(all)"), ("(all)", "y", "t")])
def test_in_a_table_of_three_factors_all_that_is_split_like_it_or_finer_is_hidden(alike):
    by, levels = ("group", "team", "house"), [("a", "b", "(all)"), ("x", "y", "(all)"), ("s", "t", "(all)")]
    rows = []
    for key in itertools.product(*levels):
        n = 100 * 2 ** key.count("(all)")
        rows.append(mean(n, 50.0, 0.0 if key == alike else 9.0, **dict(zip(by, key, strict=True))))
    policy = dataclasses.replace(POLICY, factors=by, published_dimensions=by)
    told = texts(cbe.protect(estimates(rows, by), policy), "mean")
    split = [level != "(all)" for level in alike]
    closed = {k for k in told if all(level != "(all)" for level, own in zip(k, split, strict=True) if own)}
    assert printed(told) == told.keys() - closed


def test_the_line_of_a_group_on_one_course_is_hidden_whatever_the_errors_of_the_fit():
    rows = [line(1000, 20.0), line(1000, 300.0, quantity="intercept")]
    for group, note in (("a", ALIKE), ("b", ""), ("c", "")):
        rows += [line(300, 5.0, group=group, note=note), line(300, 9.0, quantity="intercept", group=group, note=note)]
    rows += [gap(300, 3.0, 1.0, 300, reference="b", unit=POINTS, group=g) for g in "ac"]
    released = cbe.protect(estimates(rows), POLICY)
    assert printed(texts(released, "slope")) == printed(texts(released, "intercept")) == {"(all)", "c"}
    assert printed(texts(released, "gap")) == set()


def test_what_rests_on_a_hidden_line_or_effect_is_hidden_too():
    spread = {"std_error": NAN, "low": NAN, "high": NAN}
    rows = [line(1000, 0.0, 0.0), mean(1000, 0.0) | spread | {"quantity": "sd_residual"}]
    assert shown(rows, quantity="sd_residual") == {"(all)": "protected"}
    assert shown([line(1000, 3.0), rows[1]], quantity="sd_residual") == {"(all)": "0"}
    chance = mean(500, 0.9) | spread | {"quantity": "probability", "unit": "probability, 0 to 1", "at": "better"}
    sizes = {"n_reference": 250}
    hidden = [effect(500, 0.0, 0.0, **sizes), chance, chance | {"quantity": "index", "at": None}]
    assert shown(hidden, quantity="probability") == shown(hidden, quantity="index") == {"(all)": "protected"}
    open_ = [effect(500, 5.0, 1.0, **sizes), *hidden[1:]]
    assert printed(shown(open_, quantity="probability")) == printed(shown(open_, quantity="index")) == {"(all)"}


def test_what_was_described_and_not_tested_is_shown_without_an_error():
    """Too few schools or classes leave an effect or a gap without an interval: that is no sign of sameness."""
    rows = [mean(500, 50.0), mean(200, 52.0, group="a"), mean(300, 48.0, group="b")]
    rows.append(gap(200, 4.0, 1.0, 300, reference="b", unit=POINTS, group="a") | UNTESTED)
    assert shown(rows, quantity="gap") == {"a": "4.0"}
    assert shown([effect(500, 4.2, n_reference=250) | UNTESTED], quantity="effect") == {"(all)": "4.2"}


def test_a_slope_that_cannot_be_told_is_empty_and_not_protected():
    rows = [line(500, 3.0), line(200, NAN, NAN, note="one date only: no slope", group="a"), line(300, 3.1, group="b")]
    assert shown(rows, quantity="slope") == {"(all)": "3.0", "a": "", "b": "3.0"}


@pytest.mark.parametrize(
    ("values", "years", "one"),
    [
        ([], [], False),
        ([100.0] * 6, [0, 1, 0, 1, 0, 1], True),
        ([100.0, 110.0] * 3, [0, 1] * 3, True),  # one line
        ([100.0, 130.0, 110.0] * 3, [0, 1, 2] * 3, True),  # one course, not straight
        ([100.0, 130.0, 110.0, 117.0], [0, 1, 2, 3], False),  # nobody shares a day
        ([100.0, 110.0, 100.0, 111.0, 100.0, 110.0], [0, 1] * 3, False),
        ([0.1 + 0.2, 0.3, 0.3], [0, 0, 0], True),  # noise of arithmetic
    ],
)
def test_a_course_is_shared_where_nobody_leaves_it(values, years, one):
    assert on_one_course(np.array(values), np.array(years, float)) is one


def test_values_are_the_same_within_the_noise_of_arithmetic():
    assert same(np.array([0.1 + 0.2, 0.3]))
    assert not same(np.array([0.3, 0.31]))
    assert not same(np.array([]))


def district(folder, score):
    """Forty girls and sixty boys in ten schools, three scores each, in two arms of a program assigned by lot."""
    folder.mkdir()
    numbers = [f"{i:03}" for i in range(100)]
    students = pd.DataFrame({"student_id": numbers, "gender": ["female" if i < 40 else "male" for i in range(100)]})
    spell = {"entry_date": "2025-08-20", "exit_date": "2026-06-05", "school_year": 2026, "grade": 3}
    schools = [f"s{i % 10}" for i in range(100)]
    enrolled = students[["student_id"]].assign(school_id=schools, **spell)
    tested = students.merge(pd.DataFrame({"date": ["2025-09-01", "2026-01-10", "2026-05-20"]}), how="cross")
    tested["score"] = [score(row) for row in tested.itertuples()]
    tested = tested.assign(instrument="map", subject="math", result_id=range(len(tested))).drop(columns="gender")
    arms = ["treatment" if i % 2 else "comparison" for i in range(100)]
    entered = {"program_id": "p", "start_date": "2025-10-01"}
    program = {**entered, "name": "Tutoring", "kind": "tutoring", "assignment": "randomized", "outcome": "map:math"}
    tables = {
        "students": students,
        "enrollments": enrolled,
        "assessments": tested,
        "schools": pd.DataFrame({"school_id": sorted(set(schools)), "name": "School", "kind": "elementary"}),
        "programs": pd.DataFrame([program]),
        "participation": students[["student_id"]].assign(arm=arms, **entered),
    }
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "district.toml").write_text('[references]\ngender = "male"\n', encoding="utf-8")
    return cbe.validate(cbe.load(folder))


def varied(row):
    return 150 + (int(row.student_id) * 37) % 41 + 5 * int(row.date[5:7] == "01") + 9 * int(row.date[:7] == "2026-05")


QUESTIONS = [
    ("growth_rate", {"by": "gender", "compare": "reference"}),
    ("growth_rate", {"by": "school_id"}),
    ("status", {"by": "gender", "compare": "others"}),
    ("status", {"by": "school_id,gender", "compare": "others"}),
    ("status", {"by": "gender", "cut": 100.0}),
    ("intervention_effect", {"by": "gender", "compare": "reference", "baseline": "map:math"}),
    ("intervention_effect", {}),
]


@pytest.mark.parametrize(("indicator", "asked"), QUESTIONS, ids=str)
def test_no_indicator_prints_the_score_that_all_students_have(indicator, asked, tmp_path):
    alike = district(tmp_path / "alike", lambda row: 100)
    rows = cbe.protect(cbe.measure(indicator, alike, outcome="map:math", **asked), alike.policy).rows
    told = rows[~rows["quantity"].isin(["share", "count", "attrition"])]
    told = told[~told["at"].fillna("").str.contains("=")]  # who the arms were, not how they scored
    assert set(told["shown"]) <= {"protected"}
    assert told[["value", "low", "high", "std_error"]].isna().all(axis=None)


@pytest.mark.parametrize(("indicator", "asked"), [QUESTIONS[i] for i in (0, 2, 3, 5)], ids=str)
def test_no_indicator_prints_the_score_that_all_girls_have(indicator, asked, tmp_path):
    girls = district(tmp_path / "girls", lambda row: 100 if row.gender == "female" else varied(row))
    rows = cbe.protect(cbe.measure(indicator, girls, outcome="map:math", **asked), girls.policy).rows
    told = rows[rows["quantity"].isin(["mean", "slope", "intercept", "effect", "gap", "hedges_g", "index"])]
    assert set(told.loc[told["gender"] == "female", "shown"]) <= {"protected"}
    assert "protected" not in set(told.loc[told["gender"] == "(all)", "shown"])


def test_staff_see_the_value_and_why_the_public_does_not(tmp_path):
    girls = district(tmp_path / "girls", lambda row: 100 if row.gender == "female" else varied(row))
    found = cbe.measure("growth_rate", girls, by="gender", outcome="map:math")
    rows = cbe.protect(found, girls.policy, "staff").rows.set_index(["quantity", "gender"])
    assert rows.loc[("slope", "female"), "note"] == ALIKE
    assert rows.loc[("slope", "male"), "note"] is None
    assert math.isfinite(rows.loc[("slope", "female"), "value"])


@pytest.mark.parametrize("note", [ALIKE, NEARLY, TWO_VALUES])
def test_a_mean_that_counts_few_students_is_hidden_with_one_that_weighs_as_much(note):
    """0.015 of 40 to 99 who have 0 or 1 is one student, whom a share would not tell of: <=5 %."""
    rows = [mean(565, 0.3, 0.4), mean(65, 0.0154, 0.12, group="a") | {"note": note}]
    rows += [mean(100, 0.3, 0.4, group="b"), mean(400, 0.4, 0.4, group="c")]
    assert printed(shown(rows)) == {"(all)", "c"}
    assert printed(shown([row | {"note": ""} for row in rows])) == {"(all)", "a", "b", "c"}


@pytest.mark.parametrize(("n", "most"), [(10, 2), (25, 2), (65, 3), (120, 2), (500, 7)])
def test_nearly_all_are_alike_where_a_share_of_the_others_would_be_coded(n, most):
    zeros = np.zeros(n - most)
    assert alike_note(np.r_[zeros, np.arange(1.0, most + 1)]) == NEARLY
    assert alike_note(np.r_[zeros[1:], np.arange(1.0, most + 2)]) == ""
    assert alike_note(np.zeros(n)) == ALIKE
