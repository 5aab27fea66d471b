"""Every known attack on published tables, pinned: what an outsider would do by hand, and how it ends here.

Each attack is first shown to work on what a careless release would print, then to fail on ours.
"""

import dataclasses
import itertools
import math

import pytest
from brute_force import left, size_ranges, sizes
from protected_tables import (
    POINTS,
    POLICY,
    SD,
    SHARE,
    around,
    count,
    effect,
    estimates,
    gap,
    mean,
    share,
    shares,
    texts,
)

import cbe_analysis as cbe
from cbe_analysis.methods.standardized import cox_index
from cbe_analysis.policy import Policy
from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.record import Recorded

NUMBERS = ["n", "n_reference", "numerator", "denominator", "value", "std_error", "low", "high", "p", "p_adjusted"]
WHOLE = ("(all)",)


def public(cells, **more):
    return cbe.protect(shares(cells, **more), POLICY)


def printed_sizes(release):
    return {k if isinstance(k, tuple) else (k,): text for k, text in texts(release, column="n_shown").items()}


def open_to_anything(low, high, minimum=10):
    return low <= 0 and high >= minimum


def known(release, group, whole="(all)"):
    """What is left of a group's (size, count) when the totals are used."""
    shown, size = texts(release), texts(release, column="n_shown")
    groups = {key: (size[key], shown[key]) for key in shown if key != whole}
    return left(groups, (size[whole], shown[whole]))[group]


def test_last_cell_by_subtraction():
    careless = {("(all)",): "10-19", ("a",): "protected", ("b",): "10-19"}
    assert size_ranges(careless)[("a",)] == (0, 9)
    printed = printed_sizes(public({"a": (4, 1), "b": (12, 6)}))
    assert list(printed.values()).count("protected") > 1
    assert open_to_anything(*size_ranges(printed)[("a",)])


def test_last_cell_by_subtraction_in_a_crossed_table():
    cells = {("a", "x"): (4, 1), ("a", "y"): (13, 5), ("b", "x"): (14, 6), ("b", "y"): (12, 4)}
    careless = {k: "protected" if k == ("a", "x") else f"{n}" for k, n in _margins(cells).items()}
    careless = {k: v if v == "protected" else ("10-19" if int(v) < 20 else "20-39") for k, v in careless.items()}
    careless[("(all)", "(all)")] = "40-99"
    assert size_ranges(careless)[("a", "x")][1] < 10
    printed = printed_sizes(public(cells, by=("group", "team")))
    assert open_to_anything(*size_ranges(printed)[("a", "x")])


def _margins(cells):
    found = {}
    for (group, team), (n, _) in cells.items():
        for key in ((group, team), (group, "(all)"), ("(all)", team), ("(all)", "(all)")):
            found[key] = found.get(key, 0) + n
    return found


def test_large_rounded_totals_hide_a_small_group_without_hiding_others():
    release = public({"female": (2790, 900), "male": (2995, 800), "(unknown)": (5, 2)})
    assert texts(release) == {"(all)": "29 %", "female": "32 %", "male": "27 %", "(unknown)": "protected"}
    assert texts(release, column="n_shown")["(all)"] == "5,790"


def test_unknown_group_by_subtraction():
    release = public({"a": (13, 5), "b": (14, 6), "(unknown)": (3, 1)})
    printed = printed_sizes(release)
    assert printed[("(unknown)",)] == "protected"
    assert open_to_anything(*size_ranges(printed)[("(unknown)",)])


def test_an_unknown_group_is_hidden_rather_than_a_known_one():
    # b needs a partner: the unknown are more than b, and are hidden all the same
    printed = printed_sizes(public({"a": (600, 200), "b": (4, 1), "c": (12, 5), "(unknown)": (17, 6)}, by=("group",)))
    alone = printed_sizes(public({"b": (4, 1), "c": (12, 5), "(unknown)": (17, 6)}))
    assert {key for key, text in printed.items() if text == "protected"} == {("b",)}
    assert {key for key, text in alone.items() if text == "protected"} in ({("b",)}, {("b",), ("(unknown)",)})
    assert open_to_anything(*size_ranges(alone)[("b",)])


def test_percentage_with_n():
    """No percentage stands for one count only, in any group that may be printed."""
    behind = {}
    cells = {f"{n} {y}": (n, y) for n in (*range(10, 40), *range(100, 115)) for y in range(n + 1)}
    release = cbe.protect(estimates([share(n, y, group=key) for key, (n, y) in cells.items()]), POLICY)
    rows = release.rows
    for group, shown, size, low, high in rows[["group", "shown", "n_shown", "low", "high"]].itertuples(index=False):
        behind.setdefault((shown, size, str(low), str(high)), set()).add(cells[group][1])
    careless = {}
    for n, y in cells.values():
        careless.setdefault((round(100 * y / n), n), set()).add(y)
    assert sum(len(counts) == 1 for counts in careless.values()) > 1000  # a whole percentage with its size
    assert [key for key, counts in behind.items() if len(counts) == 1] == []


def test_interval_with_n():
    """Limits of the true share would tell its count; the printed ones follow from the text alone."""
    rows = [share(n, y, group=f"{n} {y}") for n in range(20, 40) for y in range(3, n - 2)]
    given = estimates(rows).rows
    careless = given.assign(text=given[["value", "low", "high"]].round(2).astype(str).agg(" ".join, axis=1))
    assert careless.groupby("text")["numerator"].nunique().eq(1).mean() > 0.9
    released = cbe.protect(estimates(rows), POLICY).rows
    assert released.dropna(subset="low").groupby(["shown", "n_shown"])[["low", "high"]].nunique().eq(1).all(axis=None)


def test_groups_at_0_and_100_percent():
    release = public({"a": (60, 60), "b": (60, 0), "c": (90, 43)})
    assert texts(release) == {"(all)": "49 %", "a": ">=95 %", "b": "<=5 %", "c": "48 %"}
    assert {60 - y for n, y in known(release, "a") if n == 60} >= {0, 1, 2}
    assert {y for n, y in known(release, "b") if n == 60} >= {0, 1, 2}


def test_complement_of_a_coded_share():
    cells = {"a": (22, 15), "b": (19, 0)}
    careless = left({"a": ("20-39", "68 %"), "b": ("10-19", "<=20 %")}, ("40-99", "37 %"))["b"]
    assert {y for _, y in careless} == {0}  # the total would tell that no one in b has it
    release = public(cells)
    assert texts(release) == {"(all)": "37 %", "a": "protected", "b": "<=20 %"}
    assert {y for _, y in known(release, "b")} >= {0, 1, 2}


def test_complement_of_a_hidden_share():
    cells = {"a": (3, 0), "b": (20, 19)}
    careless = {"a": ("protected", "protected"), "b": ("20-39", ">=90 %")}
    assert {y for _, y in left(careless, ("20-39", "83 %"))["a"]} - {0}
    release = public(cells)
    assert len({y for _, y in known(release, "a")}) > 1
    assert {n - y for n, y in known(release, "a")} != {0}


def test_a_share_whose_size_is_narrowed_by_totals_is_printed_more_roughly():
    cells = {"a": (65, 18), "b": (23, 14)}
    careless = left({"a": ("40-99", "28 %"), "b": ("20-39", "61 %")}, ("40-99", "36 %"))["b"]
    assert len({y for _, y in careless}) == 1
    release = public(cells)
    assert texts(release)["b"] == "about 60 %"
    assert len({y for _, y in known(release, "b")}) > 1


def test_gap_beside_a_coded_share():
    """85 % here, "at least 95 %" there and a gap of 12 points would give 58 of 60 away."""
    rows = [share(460, 398), share(400, 340, group="a"), share(60, 58, group="b")]
    rows += [gap(60, 58 / 60 - 0.85, 0.03, 400, reference="a", unit=SHARE, group="b")]
    rows += [gap(60, 58 / 51, 0.03, 400, reference="a", unit="ratio", quantity="ratio", group="b")]
    rows += [gap(400, 0.85 - 58 / 60, 0.03, 60, unit=SHARE, group="a")]
    release = cbe.protect(estimates(rows), POLICY)
    assert texts(release)["b"] == ">=95 %"
    comparisons = release.rows[release.rows["reference"].notna()]
    assert comparisons["hidden"].eq("protected").all()
    assert comparisons[NUMBERS].isna().all(axis=None)


@pytest.mark.parametrize("reference", ["a", "others"])
def test_gap_or_ratio_with_one_base_hidden(reference):
    """The mean of a is that of b less the gap, whoever is asked."""
    rows = [mean(508, 500.0), mean(8, 480.0, group="a"), mean(500, 500.3, group="b")]
    for group, n, other in (("b", 500, 8), ("a", 8, 500)):
        rows.append(gap(n, 20.3, 3.4, other, reference=reference, group=group))
        rows.append(gap(n, 0.4, 0.1, other, reference=reference, unit="sd", quantity="hedges_g", group=group))
    release = cbe.protect(estimates(rows), POLICY)
    assert set(release.rows.loc[release.rows["reference"].notna(), "hidden"]) == {"protected"}


def test_gap_against_others_of_whom_one_is_small_is_shown():
    rows = [mean(908, 499.68), mean(8, 495.0, group="a"), mean(500, 500.3, group="b"), mean(400, 499.0, group="c")]
    rows += [gap(500, 1.38, 0.7, 408, group="b"), gap(8, -4.7, 3.5, 900, group="a")]
    release = cbe.protect(estimates(rows), POLICY)
    assert texts(release, "gap") == {"a": "protected", "b": "1.4"}
    assert release.rows["n_reference"].isna().all()  # 408 less the 400 of c would be a


def test_size_of_a_reference():
    """What b is compared with, less c, would be the hidden a."""
    cells = {"a": (8, 3), "b": (500, 100), "c": (400, 90)}
    rows = public(cells, compare="others").rows
    assert rows["n_reference"].isna().all()


def test_arms_within_a_group():
    rows = [count(450, arm="treatment"), count(458, arm="comparison"), effect(908)]
    rows += [count(296, group="a", arm="treatment"), count(290, group="a", arm="comparison"), effect(586, group="a")]
    rows += [count(4, group="b", arm="treatment"), count(20, group="b", arm="comparison"), effect(24, group="b")]
    rows += [count(150, group="c", arm="treatment"), count(148, group="c", arm="comparison"), effect(298, group="c")]
    rows += [gap(24, 2.0, 1.0, 586, group="b"), gap(586, -2.0, 1.0, 24, reference="b", group="a")]
    rows += [gap(24, 0.2, 0.1, 586, reference="", unit="sd", quantity="hedges_g", group="b")]
    release = cbe.protect(estimates(rows), POLICY)
    assert texts(release, "effect") == {"(all)": "5.0", "a": "5.0", "b": "protected", "c": "5.0"}
    assert texts(release, "gap") == {"a": "protected", "b": "protected"}
    assert texts(release, "hedges_g") == {"b": "protected"}
    arms = release.rows[release.rows["arm"].eq("treatment")].set_index("group")
    assert arms["n_shown"].to_dict() == {"(all)": "450", "a": "about 300", "b": "protected", "c": "about 150"}


def test_arms_that_lost_too_many():
    """Enough were assigned, but too few of an arm have an outcome."""
    lost = {"numerator": 12, "denominator": 20, "value": 0.6}
    kept = {"numerator": 2, "denominator": 20, "value": 0.1}
    attrition = {"quantity": "attrition", "unit": SHARE, "n": 20}
    rows = [{**attrition, **lost, "arm": "treatment"}, {**attrition, **kept, "arm": "comparison"}, effect(26)]
    assert texts(cbe.protect(estimates(rows, ()), POLICY), "effect") == {(): "protected"}


def test_an_effect_without_a_word_on_its_arms_is_hidden():
    assert texts(cbe.protect(estimates([effect(600)], ()), POLICY), "effect") == {(): "protected"}


def test_a_crossed_group_without_students_looks_like_a_small_one():
    cells = {("a", "x"): (400, 100), ("a", "y"): (300, 60), ("b", "x"): (350, 90), ("b", "y"): (0, 0)}
    small = public({**cells, ("b", "y"): (3, 1)}, by=("group", "team"))
    empty = public(cells, by=("group", "team"))
    assert texts(empty)[("b", "y")] == texts(small)[("b", "y")] == "protected"
    assert list(texts(empty)) == list(texts(small))


def test_a_school_without_a_grade_is_no_secret():
    policy = Policy()
    rows = [mean(900, 5), mean(500, 5, school_id="1"), mean(400, 5, school_id="2")]
    rows += [mean(500, 5, grade="3"), mean(400, 5, grade="9")]
    rows += [mean(500, 5, school_id="1", grade="3"), mean(400, 5, school_id="2", grade="9")]
    release = cbe.protect(estimates(rows, ("school_id", "grade")), policy)
    assert len(release.rows) == len(rows)
    assert release.rows["hidden"].isna().all()


def test_a_group_in_which_all_are_alike():
    """A mean without any spread is every student's own score."""
    rows = [
        mean(412, 5.0),
        mean(12, 5.0, sd=0.0, group="a"),
        mean(400, 5.0, group="b"),
        gap(12, 0.0, 0.1, 400, group="a"),
    ]
    release = cbe.protect(estimates(rows), POLICY)
    assert texts(release, "mean")["a"] == "protected"
    assert texts(release, "gap")["a"] == "protected"


def test_difference_of_arms_of_which_one_is_coded():
    arms = [("treatment", 50, 50), ("comparison", 60, 51)]
    rows = [{**share(n, y, arm=arm), "quantity": "attrition"} for arm, n, y in arms]
    rows.append({"quantity": "attrition", "unit": SHARE, "n": 110, "value": 0.15, "arm": "difference"})
    release = cbe.protect(estimates(rows, ()), POLICY).rows.set_index("arm")
    assert release["shown"].to_dict() == {"comparison": "85 %", "difference": "protected", "treatment": ">=95 %"}


def _make_up(n, counts):
    """How the values of a factor are printed that students of a study with two alike arms of `n` have."""
    rows = [
        {**share(n, y, arm=arm), "quantity": "baseline", "at": f"team={team}"}
        for arm in ("treatment", "comparison")
        for team, y in counts.items()
    ]
    shown = cbe.protect(estimates(rows, ()), POLICY).rows
    return shown[shown["arm"].eq("treatment")].set_index("at")["shown"].to_dict()


def test_shares_that_leave_the_last_one_over():
    """49 % and 50 % of a factor's values leave about 1 % for the third, whatever its code says."""
    shown = _make_up(2900, {"a": 1420, "b": 1460, "c": 20})
    assert shown == {"team=a": "protected", "team=b": "50 %", "team=c": "<=1 %"}


@pytest.mark.parametrize(("n", "few"), [(220, 8), (290, 3), (600, 9)])
def test_a_percentage_of_an_arm_that_tells_how_many_a_part_of_it_are(n, few):
    """4 % of 215 to 224 students are eight to ten; and 28 and 68 % leave them over."""
    shown = _make_up(n, {"a": few, "b": n // 3, "c": n - n // 3 - few})
    assert shown == {"team=a": "protected", "team=b": "protected", "team=c": f"{round(100 * (n - n // 3 - few) / n)} %"}


def test_how_alike_arms_are_in_a_small_part_tells_its_size():
    """Its limits do: in arms of 30, a part of 4 is known by limits of -1 and 1.2, one of 10 by -0.8 and 0.8."""

    def told(n, counts):
        rows = []
        for team, y in counts.items():
            at = {"quantity": "baseline", "at": f"team={team}"}
            rows += [{**share(n, y, arm=arm), **at} for arm in ("treatment", "comparison")]
            error = math.sqrt(2 / y + 2 / (n - y)) / 1.65
            rows.append({**at, **around(0.0, error), "unit": SD, "n": 2 * n, "arm": "difference"})
        rows = cbe.protect(estimates(rows, ()), POLICY).rows
        return rows[rows["arm"].eq("difference")].set_index("at")["hidden"].to_dict()

    assert told(30, {"a": 4, "b": 26}) == {"team=a": "protected", "team=b": "protected"}
    assert told(30, {"a": 21, "b": 9}) == {"team=a": "protected", "team=b": "protected"}
    assert told(30, {"a": 14, "b": 16}) == {"team=a": None, "team=b": None}


def _at_entry(*arms):
    """What is printed of arms of so many students of which so many are in a group, and of how alike they are in it."""
    at = {"quantity": "baseline", "at": "team=a"}
    names = ("treatment", "comparison")
    rows = [{**share(n, y, arm=arm), **at} for arm, (n, y) in zip(names, arms, strict=True)]
    rows += [{**share(n, n - y, arm=arm), **at, "at": "team=b"} for arm, (n, y) in zip(names, arms, strict=True)]
    g = cox_index(*(y / n for n, y in arms), *(n for n, _ in arms))
    limits = {"value": g.value, "std_error": g.std_error, "low": g.low, "high": g.high}
    rows.append({**at, **limits, "unit": SD, "n": sum(n for n, _ in arms), "arm": "difference"})
    return cbe.protect(estimates(rows, ()), POLICY)


@pytest.mark.parametrize("y", [12, 30, 41])
def test_how_alike_arms_are_beside_the_share_of_one_of_them(y):
    """In arms of 250 and 60: with 40 % of the first, g leaves few counts of the second, whose shares are hidden."""
    steps = {}
    for own, other in itertools.product(range(99, 102), range(1, 60)):  # 40 % of 250
        g = cox_index(own / 250, other / 60, 250, 60)
        steps.setdefault(round(g.value * 20), set()).add(other)
    assert len(steps[round(cox_index(0.4, y / 60, 250, 60).value * 20)]) <= 2
    rows = _at_entry((250, 100), (60, y)).rows.set_index(["at", "arm"])["shown"]
    assert rows["team=a"].to_dict() == {"treatment": "40 %", "comparison": "protected", "difference": "protected"}


def test_how_alike_arms_are_stays_beside_the_shares_of_both_or_of_none():
    for arms in (((250, 100), (260, 130)), ((60, 24), (60, 30))):
        rows = _at_entry(*arms).rows
        assert rows.loc[rows["arm"].eq("difference"), "hidden"].isna().all()


def test_the_audit_finds_a_difference_beside_the_share_of_one_arm():
    printed = Recorded.of(_at_entry((250, 100), (260, 130)))
    assert audit_together([Published("trial", None, printed)]).passed
    rows = printed.rows.copy()
    hidden = rows["arm"].eq("comparison")
    rows.loc[hidden, ["shown", "n_shown", "hidden"]] = "protected"
    rows.loc[hidden, ["n", "value", "low", "high"]] = None
    careless = dataclasses.replace(printed, rows=rows)
    says = {breach.says for breach in audit_together([Published("trial", None, careless)]).breaches}
    assert "a difference rests on a hidden or coded arm" in says


def test_percentages_of_one_small_arm_that_tell_its_size():
    """17, 13 and 70 % are of 23 or of 30 students; 47 and 53 % of the other factor leave 30, and so every count."""
    assert set(_make_up(30, {"a": 5, "b": 4, "c": 21}).values()) == {"protected"}
    assert set(_make_up(30, {"a": 14, "b": 16}).values()) == {"protected"}


def test_a_number_that_several_series_share_is_hidden_with_its_cell_in_each():
    rows = []
    for quantity, unit in (("slope", "points / year"), ("intercept", POINTS)):
        for group, n in (("(all)", 620), ("a", 600), ("b", 4), ("c", 16)):
            rows.append({**mean(n, 5.0, group=group), "quantity": quantity, "unit": unit})
    release = cbe.protect(estimates(rows), POLICY)
    assert texts(release, "slope")["b"] == texts(release, "intercept")["b"] == "protected"
    assert texts(release, "slope") == texts(release, "intercept")


def test_sizes_of_the_brute_force_attacker_are_those_that_are_printed():
    assert (list(sizes("10-19")), sizes("1,010")[0], sizes("1,010")[-1]) == (list(range(10, 20)), 1005, 1014)
    assert size_ranges({WHOLE: "100", ("a",): "20-39", ("b",): "protected"})[("b",)] == (61, 84)


def test_an_improvement_index_tells_no_more_than_the_effect_that_it_translates():
    """Of 5.2 percentile points, an effect of 0.1 standard deviations was known to be one of 0.130 to 0.132."""

    def index(g):
        rows = [effect(90, 5.0, 2.0, n_reference=45), {**effect(90, g, 0.3), "quantity": "hedges_g", "unit": SD}]
        rows.append({"quantity": "index", "unit": "percentile points", "n": 90, "value": 40 * g})
        return texts(cbe.protect(estimates(rows, ()), POLICY), "index")

    assert index(0.06) == index(0.13) == index(0.149) == {(): "4.0"}
    assert index(0.19) == {(): "7.9"}
