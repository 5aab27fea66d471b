"""Groups that nobody is in are told of like those that few are in; what everybody knows to be empty is left out."""

import dataclasses

import pandas as pd
import pytest
from protected_tables import POLICY, estimates, gap, mean, share, shares, texts

import cbe_analysis as cbe
from cbe_analysis.measure.estimates import ALL, UNKNOWN, Inside, Population
from cbe_analysis.policy import Policy

LEVELS = {"group": ("a", "b", "c", UNKNOWN), "team": ("blue", "red")}
REFERENCES = dataclasses.replace(POLICY, references={"group": "a", "team": "blue"})


def people(**more):
    """Students of a district with these levels."""
    return Population("students", (), ("2025-08-15", "2026-06-10"), pd.DataFrame(), levels=LEVELS, **more)


def among(given, **more):
    return dataclasses.replace(given, population=people(**more))


def asked(compare=None, over=None, by=("group",)):
    return {"by": list(by), "compare": compare, "over": over, "where": []}


def printed(release):
    """All that stands in the rows."""
    return release.rows.astype(object).where(release.rows.notna(), None).values.tolist()


def protected(cells, **more):
    return cbe.protect(among(shares(cells, **more)), POLICY)


def test_a_level_of_the_district_that_nobody_is_in_looks_like_one_that_few_are_in():
    big = {"a": (60, 20), "b": (47, 21)}
    none, one, all_ = (
        protected(big | {level: (n, 0) for level, n in {"c": few, UNKNOWN: 9 - few}.items() if n}) for few in (0, 1, 9)
    )
    assert texts(none)["c"] == texts(none)[UNKNOWN] == "protected"
    assert printed(none) == printed(one) == printed(all_)
    assert "c" not in texts(cbe.protect(shares(big), POLICY))  # nobody knows of such a level


def test_crossed_tables_have_every_level_also_the_unknown():
    none = protected({("a", "blue"): (40, 20), ("b", "blue"): (40, 20), ("a", "red"): (40, 20)}, by=("group", "team"))
    rows = {(g, t) for g, t, _ in zip(none.rows["group"], none.rows["team"], none.rows["shown"], strict=True)}
    assert rows == {(g, t) for g in (ALL, *LEVELS["group"]) for t in (ALL, *LEVELS["team"])}


@pytest.mark.parametrize("compare", ["others", "reference"])
def test_comparisons_are_told_of_groups_that_nobody_is_in(compare):
    """One group alone has nobody to be compared with; that is told like one that is compared with few."""
    reference = "others" if compare == "others" else "a"
    whole = share(50, 25)
    pair = [share(49, 25, group="a"), share(1, 0, group="b")]
    gaps = [gap(1, -0.5, 0.3, 49, unit=whole["unit"], reference=reference, group="b")]
    ratios = [gap(1, 0.4, 0.3, 49, unit="ratio", quantity="ratio", reference=reference, group="b")]
    if compare == "others":
        gaps.append(gap(49, 0.5, 0.3, 1, unit=whole["unit"], group="a"))
        ratios.append(gap(49, 2.0, 0.3, 1, unit="ratio", quantity="ratio", group="a"))
    two = estimates([whole, *pair, *gaps, *ratios], parameters=asked(compare))
    one = estimates([whole, share(50, 25, group="a")], parameters=asked(compare))
    releases = [cbe.protect(among(given), REFERENCES) for given in (two, one)]
    names = ["quantity", "unit", "group", "reference", "hidden"]
    assert releases[0].rows[names].fillna("").equals(releases[1].rows[names].fillna(""))
    told = releases[1].rows[releases[1].rows["quantity"] == "gap"]
    assert set(told["group"]) == ({"a", "b", "c"} if compare == "others" else {"b", "c"})
    assert set(told["hidden"]) == {"protected"}


def test_nobody_in_the_crossed_reference_group_looks_like_a_few():
    """The groups are compared with blue ones of a, of whom there may be few or none."""
    cells = {("a", "red"): 40, ("b", "blue"): 40, ("b", "red"): 40}

    def crossed(few):
        sizes = cells | ({("a", "blue"): few} if few else {})
        given = shares({key: (n, n // 2) for key, n in sizes.items()}, by=("group", "team"))
        rows = [row for row in given.rows.to_dict("records") if few or (row["group"], row["team"]) != ("a", "blue")]
        for key, n in cells.items() if few else ():
            groups = dict(zip(("group", "team"), key, strict=True))
            unit = given.unit
            rows.append(gap(n, 0.1, 0.1, few, unit=unit, reference="a, blue", **groups))
            rows.append(gap(n, 1.1, 0.1, few, unit="ratio", quantity="ratio", reference="a, blue", **groups))
        again = estimates(rows, ("group", "team"), parameters=asked("reference", by=("group", "team")))
        return cbe.protect(among(again), REFERENCES).rows

    names = ["quantity", "group", "team", "reference", "hidden"]
    few, none = (
        rows[rows["quantity"].isin(["gap", "ratio"]) & rows["group"].ne(ALL) & rows["team"].ne(ALL)][names]
        for rows in (crossed(3), crossed(0))
    )
    assert set(none["hidden"]) == {"protected"}
    assert few.values.tolist() == none.values.tolist()


def test_a_period_without_anybody_looks_like_one_of_few():
    def trend(n):
        rows = [mean(60, 5.0, at="2025"), mean(30, 4.0, at="2025", group="a"), mean(30, 6.0, at="2025", group="b")]
        few = [mean(n, 5.0, at="2026"), mean(n, 5.0, at="2026", group="a")] if n else []
        given = estimates([*rows, *few], parameters=asked(over="year"))
        return cbe.protect(among(given, periods=("2025", "2026")), POLICY)

    assert printed(trend(0)) == printed(trend(1)) == printed(trend(9))
    assert trend(0).rows.loc[trend(0).rows["at"] == "2026", ["group", "shown"]].values.tolist() == [[ALL, "protected"]]


def test_a_median_that_one_student_has_not_is_told_like_that_of_few():
    median = {**mean(9, 5.0, at="2026"), "quantity": "median"}
    before = [mean(60, 5.0, at="2025"), {**mean(60, 5.0, at="2025"), "quantity": "median"}]
    one = estimates([*before, mean(1, 5.0, at="2026")], (), parameters=asked(over="year", by=()))
    nine = estimates([*before, mean(9, 5.0, at="2026"), median], (), parameters=asked(over="year", by=()))
    assert printed(cbe.protect(one, POLICY)) == printed(cbe.protect(nine, POLICY))


def characteristics(levels, n):
    """Of arms of this size, how many have each level."""
    rows = [mean(2 * n, 5.0)]
    for level, many in levels.items():
        at = {"at": f"group={level}"}
        rows += [share(n, many, arm=arm, **at) | {"quantity": "baseline"} for arm in ("treatment", "comparison")]
        apart = {"value": None if not many else 0.1, "arm": "difference", "note": "too few students to judge"}
        rows.append({"quantity": "baseline", "unit": "standard deviations", "n": 2 * n, **apart, **at})
    return cbe.protect(among(estimates(rows, ())), POLICY)


@pytest.mark.parametrize("n", [50, 300])
def test_a_characteristic_that_nobody_of_an_arm_has_looks_like_one_that_few_have(n):
    none = characteristics({"a": n // 2, "b": n - n // 2}, n)
    one = characteristics({"a": n // 2, "b": n - n // 2 - 1, "c": 1}, n)
    names = ["quantity", "arm", "at", "shown", "hidden"]
    first, second = (
        release.rows.loc[release.rows["at"] != "group=b", names].fillna("").values.tolist() for release in (none, one)
    )
    assert first == second
    assert f"group={UNKNOWN}" not in set(none.rows["at"])


def test_a_selection_of_a_group_has_the_places_of_all_groups():
    policy = Policy(factors=("group",), minimum_n=10)
    where = pd.DataFrame({"school_id": ["1", "2", "3", "3"], "grade": ["3", "3", "3", "4"]})
    cells = {("1", "3"): (40, 20), ("2", "3"): (40, 20)}
    found = shares(cells, by=("school_id", "grade"))
    rows = cbe.protect(dataclasses.replace(found, population=people(places=where)), policy).rows
    told = set(zip(rows["school_id"], rows["grade"], strict=True))
    assert {("3", ALL), (ALL, "4"), ("3", "3"), ("3", "4")} <= told
    assert ("1", "4") not in told  # no student of any group is there
    own = cbe.protect(dataclasses.replace(found, population=people()), policy).rows
    assert "3" not in set(own["school_id"])  # of a selection of all groups the rows tell which places there are


def test_p_is_adjusted_for_the_comparisons_that_are_printed():
    """A gap of one student would be one comparison more."""

    def told(few):
        rows = [mean(150 + few, 5.0), *(mean(50, 5.0, group=group) for group in "abd")]
        rows += [
            gap(50, 1.0, 1.0, 100, group=group) | {"p": p, "p_adjusted": 0.5}
            for group, p in zip("abd", PS, strict=True)
        ]
        rows += [mean(1, 5.0, group="c"), gap(1, 1.0, 1.0, 150, group="c") | {"p": 0.5}] if few else []
        given = estimates(
            rows,
            parameters=asked("others"),
            method=f"counted; p adjusted for {3 + few} comparisons (Benjamini-Hochberg)",
        )
        return cbe.protect(given, POLICY)

    PS = (0.02, 0.2, 0.6)
    for few in (0, 1):
        release = told(few)
        gaps = release.rows[release.rows["quantity"].eq("gap") & release.rows["hidden"].isna()]
        assert gaps["p_adjusted"].tolist() == [0.06, 0.3, 0.6]
        assert release.method == "counted; p adjusted for 3 comparisons (Benjamini-Hochberg)"


def test_warnings_that_tell_who_is_not_there_stay_inside():
    given = dataclasses.replace(shares({"a": (40, 20), "b": (60, 21)}), warnings=("said", Inside("nobody is there")))
    assert cbe.protect(given, POLICY).warnings == ("said",)
    assert cbe.protect(given, POLICY, "staff").warnings == ("said", "nobody is there")


def test_a_selection_of_few_says_nothing_of_how_many_they_are():
    """Of nine there is a median, and schools that a model has part in; of one there is neither."""
    median = {**mean(9, 5.0), "quantity": "median"}
    nine = estimates([mean(9, 5.0), median, mean(9, 5.0, group="a")], warnings=("of 6 schools",), method="three levels")
    one = estimates([mean(1, 4.0), mean(1, 4.0, group="b")], method="two levels")
    first, second = (cbe.protect(among(given), POLICY) for given in (nine, one))
    assert printed(first) == printed(second)
    assert (first.method, first.warnings) == (second.method, second.warnings)
    assert first.warnings == ("fewer than 10 students were counted: nothing is told of them",)
