"""Releases: who makes them, what each audience gets, and what the public is refused at the door."""

import dataclasses
import importlib
import math

import pandas as pd
import pytest
from protected_tables import POINTS, POLICY, SHARE, around, count, effect, estimates, gap, mean, share, shares, texts

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused, UsageError
from cbe_analysis.measure.estimates import AFTER, BEFORE, Population
from cbe_analysis.measure.summaries import THESE
from cbe_analysis.policy import Policy
from cbe_analysis.protect.release import Release

NUMBERS = ["n", "n_reference", "numerator", "denominator", "value", "std_error", "low", "high", "p", "p_adjusted"]
TABLE = {"a": (400, 120), "b": (300, 60), "c": (8, 3)}


def test_a_release_is_made_by_protect_alone():
    release = cbe.protect(shares(TABLE), POLICY)
    told = {f.name: getattr(release, f.name) for f in dataclasses.fields(release)}
    with pytest.raises(TypeError, match="protect"):
        Release(**told)
    with pytest.raises(TypeError, match="protect"):
        Release(**told, permit=object())
    with pytest.raises(TypeError, match="protect"):
        dataclasses.replace(release, audience="staff")


def test_a_release_cannot_be_changed_afterwards():
    release = cbe.protect(shares(TABLE), POLICY)
    rows = release.rows
    rows.loc[0, "shown"] = "changed"
    assert "changed" not in set(release.rows["shown"])
    with pytest.raises(dataclasses.FrozenInstanceError):
        release.audience = "staff"
    with pytest.raises(TypeError):
        release.parameters["by"] = []


def test_the_permit_is_asked_for_in_the_room_of_protection_alone():
    house = importlib.import_module("cbe_analysis").__path__[0]
    from pathlib import Path

    holders = {f.relative_to(house).parts[0] for f in Path(house).rglob("*.py") if "_PERMIT" in f.read_text("utf-8")}
    assert holders == {"protect"}


def test_a_release_has_the_columns_of_estimates_and_the_texts():
    release = cbe.protect(shares(TABLE), POLICY)
    assert list(release.rows.columns) == [*BEFORE, "group", *AFTER, "shown", "n_shown", "hidden"]
    assert (release.audience, release.minimum_n, release.by) == ("public", 10, ("group",))
    assert release.population_id == shares(TABLE).population.id
    assert release.policy_hash == POLICY.hash


def test_the_public_sees_bands_and_percentages_and_nothing_of_a_small_group():
    release = cbe.protect(shares(TABLE), POLICY)
    assert texts(release) == {"(all)": "26 %", "a": "30 %", "b": "20 %", "c": "protected"}
    assert texts(release, column="n_shown") == {"(all)": "710", "a": "about 400", "b": "about 300", "c": "protected"}
    assert texts(release, column="hidden") == {"(all)": None, "a": None, "b": None, "c": "protected"}
    rows = release.rows.set_index("group")
    assert rows.loc[["(all)", "a", "b"], "value"].tolist() == [0.26, 0.3, 0.2]
    assert rows.loc["c", NUMBERS].isna().all()
    assert rows[["numerator", "denominator", "std_error"]].isna().all(axis=None)


def test_a_coded_share_has_its_text_alone():
    release = cbe.protect(shares({"a": (60, 59), "b": (400, 100)}), POLICY)
    coded = release.rows.set_index("group").loc["a"]
    assert (coded["shown"], coded["n_shown"], coded["hidden"]) == (">=95 %", "40-99", None)
    assert coded[NUMBERS].isna().all()


def test_a_mean_is_rounded_by_its_error():
    rows = [{**mean(5871, 485.377, sd=47.0), "p": 0.0321, "p_adjusted": 0.0007}]
    row = cbe.protect(estimates(rows, ()), POLICY).rows.iloc[0]
    # the error is 0.613: its half lies above 0.2 and below 0.5
    assert (row["value"], row["std_error"], row["shown"], row["n"]) == (485.4, 0.61, "485.4", 5870)
    assert (row["low"], row["high"]) == (484.2, 486.6)
    assert (row["p"], row["p_adjusted"]) == (0.03, 0.0)


def test_errors_that_are_made_of_group_sizes_are_not_printed():
    rows = [share(900, 300), share(400, 200, group="a"), share(500, 100, group="b")]
    rows += [
        gap(400, 0.3, 0.03, 500, unit=SHARE, group="a"),
        gap(400, 2.5, 0.3, 500, unit="ratio", quantity="ratio", group="a"),
    ]
    rows += [mean(900, 50), mean(400, 51, group="a"), mean(500, 49, group="b")]
    rows += [gap(400, 2, 0.7, 500, group="a"), gap(400, 0.2, 0.07, 500, quantity="hedges_g", unit="sd", group="a")]
    shown = cbe.protect(estimates(rows), POLICY).rows
    against = shown[shown["reference"].notna()].set_index(["quantity", "unit"])
    assert against["std_error"].notna().to_dict() == {
        ("gap", POINTS): True,
        ("gap", SHARE): False,
        ("hedges_g", "sd"): False,
        ("ratio", "ratio"): False,
    }
    assert against["shown"].to_dict() == {
        ("gap", POINTS): "2.0",
        ("gap", SHARE): "30 points",
        ("hedges_g", "sd"): "0.20",
        ("ratio", "ratio"): "2.5",
    }


def test_the_size_of_a_reference_is_rounded_or_left_out():
    cells = {"a": (400, 120), "b": (300, 60)}
    whole = cbe.protect(shares(cells, compare="others"), POLICY).rows
    assert whole.loc[whole["quantity"] == "gap", "n_reference"].tolist() == [300, 400]
    hiding = cbe.protect(shares(cells | {"c": (8, 3)}, compare="others"), POLICY).rows
    assert hiding["n_reference"].isna().all()


def test_staff_see_everything_and_the_release_says_so():
    given = shares({**TABLE, "d": (0, 0)}, compare="others")
    release = cbe.protect(given, POLICY, "staff")
    assert release.audience == "staff"
    pd.testing.assert_frame_equal(
        release.rows[NUMBERS].astype(float), given.rows[NUMBERS].astype(float), check_dtype=False
    )
    assert texts(release)["c"] == "38 %"
    assert texts(release, column="n_shown")["c"] == "8"
    assert texts(release)["d"] == ""
    assert release.rows["hidden"].isna().all()


def test_staff_may_see_single_students_and_curves_and_many_factors():
    by = ("student_id", "group", "team")
    rows = [{**mean(1, 5.0, student_id="s1", group="a", team="t"), "at": "2026-01"}]
    assert cbe.protect(estimates(rows, by), POLICY, "staff").rows["shown"].tolist() == ["5.0"]


def test_an_indicator_may_raise_the_minimum_and_not_lower_it():
    table = {"a": (400, 120), "b": (300, 60), "c": (25, 9)}
    raised = cbe.protect(shares(table), POLICY).rows
    assert texts(cbe.protect(shares(table), POLICY))["c"] == "36 %"
    assert raised["hidden"].isna().all()
    higher = dataclasses.replace(shares(table), minimum_n=30)
    assert texts(cbe.protect(higher, POLICY))["c"] == "protected"
    assert cbe.protect(higher, POLICY).minimum_n == 30
    lower = dataclasses.replace(shares(table), minimum_n=5)
    assert cbe.protect(lower, Policy(factors=("group",), minimum_n=30)).minimum_n == 30


def test_an_unknown_audience_is_an_error():
    with pytest.raises(UsageError, match="public, staff"):
        cbe.protect(shares(TABLE), POLICY, "press")


def one(by, **groups):
    return estimates([mean(500, 5.0, **groups)], by)


WHERE = Population("students", ("student_id=s1",), ("", ""), pd.DataFrame())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (one(("student_id",), student_id="s1"), "single people"),
        (estimates([mean(500, 5.0)], (), population=WHERE), "single people"),
        (estimates([mean(500, 5.0)], (), parameters={"where": ["students.student_id!=s1"]}), "single people"),
        (one(("bus",), bus="7"), "grouping"),
        (one(("group", "team", "grade", "school_id", "school_year"), group="a", team="b", grade="3"), "4 factors"),
    ],
)
def test_the_public_is_refused_what_cannot_be_protected_and_told_the_way_out(given, said):
    with pytest.raises(ReleaseRefused, match=said) as refused:
        cbe.protect(given, POLICY)
    assert refused.value.exit_code == 1
    assert "use --audience staff or fewer factors" in str(refused.value)
    assert "s1" not in str(refused.value)


def test_every_period_of_a_trend_is_a_table_of_its_own():
    periods = {"2024-25": {"a": 400, "b": 300, "c": 8}, "2025-26": {"a": 410, "b": 310, "c": 60}}
    rows = [
        {**mean(n, 5.0, group=group), "at": at}
        for at, sizes in periods.items()
        for group, n in {"(all)": sum(sizes.values()), **sizes}.items()
    ]
    found = cbe.protect(estimates(rows), POLICY).rows
    shown = {(at, group): n for at, group, n in found[["at", "group", "n_shown"]].itertuples(index=False)}
    assert {key for key, n in shown.items() if n == "protected"} == {("2024-25", "c")}
    assert shown[("2024-25", "(all)")] == "710"
    assert shown[("2025-26", "c")] == "40-99"


def test_a_small_group_of_one_period_takes_a_partner_of_its_period():
    periods = {"S1": {"(all)": 16, "a": 4, "b": 12}, "S2": {"(all)": 26, "a": 14, "b": 12}}
    rows = [{**mean(n, 5.0, group=group), "at": at} for at, sizes in periods.items() for group, n in sizes.items()]
    found = cbe.protect(estimates(rows), POLICY).rows
    hidden = {(at, group) for at, group, h in found[["at", "group", "hidden"]].itertuples(index=False) if h}
    assert ("S1", "a") in hidden
    assert len(hidden) > 1
    assert {at for at, _ in hidden} == {"S1"}


def test_of_fewer_than_may_be_shown_it_is_not_told_which_groups_they_are_in():
    release = cbe.protect(shares({"a": (1, 1)}), POLICY)
    assert release.rows[["group", "shown"]].values.tolist() == [["(all)", "protected"]]
    assert set(cbe.protect(shares({"a": (1, 1)}), POLICY, "staff").rows["group"]) == {"(all)", "a"}


def test_likelihoods_are_not_public():
    rows = [mean(500, 5.0), {"quantity": "loglik", "unit": "log-likelihood", "n": 500, "value": -1234.5}]
    release = cbe.protect(estimates(rows, ()), POLICY)
    assert texts(release, "loglik") == {(): "protected"}
    assert "1,234" not in str(release.rows.to_dict())


def test_counts_in_notes_warnings_and_methods_are_vague():
    rows = [{**mean(500, 5.0), "note": "3 students left out"}]
    given = estimates(rows, (), warnings=("12 of 40 students have no score",), method="means of 5,871 students")
    release = cbe.protect(given, POLICY)
    assert release.rows["note"].tolist() == ["fewer than 10 students left out"]
    assert release.warnings == ("10-19 of 40-99 students have no score",)
    assert release.method == "means of 5,870 students"


@pytest.mark.parametrize(
    "warning", ["3 students have no pace", "fewer than 10 students have no pace: too near the end"]
)
def test_a_warning_about_few_is_left_out_like_one_about_nobody(warning):
    """Of 13 whose share without a pace is coded, that no warning stands beside it would say that all have one."""
    given = estimates([mean(500, 5.0)], (), warnings=(warning, "fewer than 6 schools: intervals speak of these alone"))
    release = cbe.protect(given, POLICY)
    assert release.warnings == ("fewer than 6 schools: intervals speak of these alone",)
    assert cbe.protect(given, POLICY, "staff").warnings == given.warnings


@pytest.mark.parametrize("everyone", ["", THESE])
def test_a_group_is_said_to_be_in_few_schools_only_where_all_are(everyone):
    """Of six schools: who are not said to be in fewer are in each, so that none of the six hidden groups is empty."""
    rows = [
        {**mean(300, 5.0), "note": everyone},
        {**mean(14, 5.0, group="a"), "note": THESE},
        mean(286, 5.1, group="b"),
    ]
    release = cbe.protect(estimates(rows), POLICY)
    assert texts(release, "mean", "note")["a"] == (everyone or None)
    assert texts(cbe.protect(estimates(rows), POLICY, "staff"), "mean", "note")["a"] == THESE


def test_how_many_past_scores_count_at_most_is_no_count_of_students():
    given = estimates([mean(500, 5.0)], (), method="with the same up to 2 past scores of 17 students")
    assert cbe.protect(given, POLICY).method == "with the same up to 2 past scores of 10-19 students"


def test_what_was_not_measured_is_neither_hidden_nor_zero():
    rows = [
        mean(500, 5.0),
        {**mean(40, 5.0, group="a"), **around(float("nan"), float("nan"))},
        mean(460, 5.1, group="b"),
    ]
    release = cbe.protect(estimates(rows), POLICY)
    assert texts(release, "mean")["a"] == ""
    assert texts(release, "mean", "hidden")["a"] is None
    assert texts(release, "mean", "n_shown")["a"] == "40-99"


def test_numbers_without_an_error_have_two_figures():
    rows = [{"quantity": "sd_residual", "unit": POINTS, "n": 500, "value": 23.456}]
    assert cbe.protect(estimates(rows, ()), POLICY).rows["shown"].tolist() == ["23"]


def test_a_count_is_printed_as_a_size():
    rows = [count(5794), count(5740, group="a"), count(54, group="b")]
    release = cbe.protect(estimates(rows), POLICY)
    assert texts(release, "count") == {"(all)": "5,790", "a": "5,740", "b": "40-99"}
    assert release.rows["value"].tolist()[:2] == [5790, 5740]


def test_rows_come_in_the_order_of_a_reader():
    """The rate, how groups differ, where they began, how students vary; each the whole first."""
    spread = {"std_error": math.nan, "low": math.nan, "high": math.nan}
    told = [
        {**mean(500, 0.4), **spread, "quantity": "cor_school"},
        {**mean(500, 3.0), **spread, "quantity": "sd_student_slope"},
        *({**mean(n, 400.0, group=g), "quantity": "intercept"} for g, n in (("b", 250), ("(all)", 500))),
        gap(250, 1.0, 0.5, 250, reference="a", group="b"),
        *({**mean(n, 5.0, group=g), "quantity": "slope"} for g, n in (("b", 250), ("a", 250), ("(all)", 500))),
    ]
    rows = cbe.protect(estimates(told), POLICY).rows
    assert list(zip(rows["quantity"], rows["group"], strict=True)) == [
        *(("slope", g) for g in ("(all)", "a", "b")),
        ("gap", "b"),
        *(("intercept", g) for g in ("(all)", "b")),
        *(("sd_student_slope", "(all)"), ("cor_school", "(all)")),
    ]


@pytest.mark.parametrize(
    ("value", "text"), [(0.0104, "1 point"), (-0.0104, "\u22121 point"), (0.0, "0 points"), (-0.11, "\u221211 points")]
)
@pytest.mark.parametrize("audience", ["public", "staff"])
def test_one_point_is_not_several(value, text, audience):
    rows = [share(1000, 500), share(500, 252, group="a"), share(500, 248, group="b")]
    rows.append(gap(500, value, 0.03, 500, reference="b", unit=SHARE, group="a"))
    assert texts(cbe.protect(estimates(rows), POLICY, audience), "gap") == {"a": text}


def test_the_order_of_the_rows_changes_nothing():
    given = shares({**TABLE, "(unknown)": (4, 1), "10": (50, 20), "9": (50, 10)}, compare="others")
    expected = cbe.protect(given, POLICY).rows
    for seed in range(5):
        shuffled = dataclasses.replace(given, rows=given.rows.sample(frac=1, random_state=seed).reset_index(drop=True))
        pd.testing.assert_frame_equal(cbe.protect(shuffled, POLICY).rows, expected)
    groups = expected.loc[expected["quantity"] == "share", "group"].tolist()
    assert groups == ["(all)", "9", "10", "a", "b", "c", "(unknown)"]


def test_protecting_reads_and_changes_nothing_else():
    given = shares(TABLE, compare="others")
    before = given.rows.copy()
    first = cbe.protect(given, POLICY)
    pd.testing.assert_frame_equal(given.rows, before)
    pd.testing.assert_frame_equal(cbe.protect(given, POLICY).rows, first.rows)


def test_an_effect_says_how_it_rests_on_both_arms():
    rows = [count(300, arm="treatment"), count(310, arm="comparison"), effect(610)]
    assert texts(cbe.protect(estimates(rows, ()), POLICY), "effect") == {(): "5.0"}
