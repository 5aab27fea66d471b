"""The profile of rounded counts: what is hidden, what is rounded, and that totals tell no more than their parts."""

import dataclasses
import importlib
import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protected_tables import POINTS, POLICY, around, estimates, gap, mean, shares, texts

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.protect.fives.rounded import fives, rounded_counts, rounded_sizes
from cbe_analysis.protect.pattern.cells import Base, lines

ALL = "(all)"


def table(cells):
    """A base with the cells and all their totals."""
    sizes = {}
    for key, n in cells.items():
        for mask in range(2 ** len(key)):
            total = tuple(ALL if mask >> i & 1 else level for i, level in enumerate(key))
            sizes[total] = sizes.get(total, 0) + n
    return Base(sizes, frozenset())


@pytest.mark.parametrize(("count", "told"), [(0, 0), (2, 0), (3, 5), (7, 5), (8, 10), (12, 10), (13, 15), (5792, 5790)])
def test_counts_go_to_the_nearest_five(count, told):
    assert fives(count) == told


def test_counts_up_to_seven_are_hidden_and_add_nothing_to_their_total():
    found = rounded_sizes(table({("a",): 403, ("b",): 7, ("c",): 8}), 5)
    assert found.hidden == {("b",)}
    assert {k: n for k, n in found.sizes.items() if k not in found.hidden} == {("a",): 405, ("c",): 10, (ALL,): 415}


def test_a_higher_minimum_of_the_policy_holds():
    assert rounded_sizes(table({("a",): 403, ("b",): 12}), 20).hidden == {("b",)}


def test_a_total_of_hidden_parts_alone_is_hidden():
    found = rounded_sizes(table({("a", "x"): 6, ("a", "y"): 6, ("b", "x"): 40, ("b", "y"): 30}), 5)
    assert found.hidden == {("a", "x"), ("a", "y"), ("a", ALL)}
    assert found.sizes[(ALL, ALL)] == 70


def test_a_total_that_its_parts_do_not_make_up_is_rounded_itself():
    base = Base({(ALL,): 102, ("fall",): 100, ("spring",): 99}, frozenset())  # the same students twice
    assert rounded_sizes(base, 5).sizes == {(ALL,): 100, ("fall",): 100, ("spring",): 100}


@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=2, max_size=4))
def test_totals_are_the_sums_of_what_is_printed(rows):
    cells = {(f"s{i}", f"g{j}"): n for i, row in enumerate(rows) for j, n in enumerate(row)}
    found = rounded_sizes(table(cells), 5)
    for line in lines(found.sizes):
        told = sum(0 if math.isnan(found.sizes[part]) else found.sizes[part] for part in line.parts)
        assert told == (0 if line.total in found.hidden else found.sizes[line.total])
    for n in found.sizes.values():
        assert math.isnan(n) or (n % 5 == 0 and n >= 8)


@given(st.lists(st.integers(0, 60), min_size=2, max_size=6))
def test_nothing_is_told_of_a_hidden_cell_by_its_table(sizes):
    """Whatever a hidden cell holds, from none to seven, the same table is printed."""
    cells = {(f"g{i}",): n for i, n in enumerate(sizes)}
    printed = rounded_sizes(table(cells), 5)
    for key in printed.hidden - {(ALL,)}:
        if cells[key] <= 7:
            for other in (0, 7):
                again = rounded_sizes(table({**cells, key: other}), 5)
                assert again.hidden - {(ALL,)} == printed.hidden - {(ALL,)}
                shown = {k: n for k, n in printed.sizes.items() if k not in printed.hidden}
                if (ALL,) in shown and (ALL,) not in again.hidden:
                    assert {k: n for k, n in again.sizes.items() if k not in again.hidden} == shown


def test_counts_of_a_property_are_rounded_cell_by_cell_and_add_up():
    base = table({("a",): 403, ("b",): 60})
    assert rounded_counts(rounded_sizes(base, 8), {(ALL,): 124, ("a",): 102, ("b",): 22}) == {
        ("a",): 100,
        ("b",): 20,
        (ALL,): 120,
    }
    assert rounded_counts(rounded_sizes(base, 8), {(ALL,): 124, ("a",): 102}) == {("a",): 100, (ALL,): 125}


ROUNDED = dataclasses.replace(POLICY, privacy_profile="rounded", minimum_n=5)
TABLE = {"a": (403, 122), "b": (297, 60), "c": (8, 3), "d": (7, 2)}


def public(given, policy=ROUNDED):
    return cbe.protect(dataclasses.replace(given, minimum_n=policy.minimum_n), policy)


def test_a_release_prints_sizes_in_fives_and_shares_of_rounded_counts():
    release = public(shares(TABLE))
    sizes = texts(release, column="n_shown")
    assert sizes == {"(all)": "710", "a": "405", "b": "295", "c": "10", "d": "protected"}
    assert texts(release) == {"(all)": "26 %", "a": "30 %", "b": "20 %", "c": "50 %", "d": "protected"}
    assert release.minimum_n == 8
    assert release.rows["numerator"].isna().all()
    assert release.profile == "rounded"


def test_nothing_is_hidden_beside_a_small_group():
    release = public(shares({"a": (20, 8), "b": (4, 1)}))
    assert texts(release, column="n_shown") == {"(all)": "20", "a": "20", "b": "protected"}


def test_shares_near_the_ends_are_coded_and_what_rests_on_them_is_hidden():
    release = public(shares({"a": (400, 399), "b": (297, 60)}, compare="others"))
    assert texts(release)["a"] == ">=99 %"
    assert texts(release, "gap")["a"] == "protected"


def test_a_comparison_with_a_hidden_group_is_hidden():
    rows = [mean(300, 5.0, group="(all)"), mean(293, 5.0, group="a"), mean(7, 4.0, group="b")]
    rows.append(gap(293, 1.0, 0.5, 7, group="a", reference="b"))
    release = public(estimates(rows))
    assert texts(release, "gap") == {"a": "protected"}
    assert texts(release, "mean") == {"(all)": "5.0", "a": "5.0", "b": "protected"}


def test_the_auditor_knows_rounded_sizes_and_refuses_exact_ones(monkeypatch):
    assert public(shares(TABLE)).rows["hidden"].notna().sum() == 1
    monkeypatch.setattr(importlib.import_module("cbe_analysis.protect.fives.rounded"), "fives", float)
    with pytest.raises(ReleaseRefused, match="a size is exact"):
        public(shares(TABLE))


def test_a_total_that_stands_alone_is_read_as_the_sum_of_its_parts():
    rows = [mean(n, 5.0, group=group) for group, n in {"(all)": 712, "a": 402, "b": 308, "c": 2}.items()]
    rows.append({"quantity": "slope", "unit": POINTS, "n": 712, **around(3.0, 0.4)})
    release = public(estimates(rows))
    assert texts(release, "mean", column="n_shown") == {"(all)": "710", "a": "400", "b": "310", "c": "protected"}
    assert texts(release, "slope", column="n_shown") == {"(all)": "710"}


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=6))
def test_every_rounded_release_passes_the_audit(cells):
    table = {f"g{i}": (max(one), min(one)) for i, one in enumerate(cells)}
    if sum(n for n, _ in table.values()):
        release = public(shares(table))
        shown = [int(n.replace(",", "")) for n in release.rows["n_shown"] if n != "protected"]
        assert all(n % 5 == 0 and n >= 8 for n in shown)


@pytest.mark.parametrize(("size", "count"), [(10, 5), (15, 5), (15, 10), (20, 15), (35, 5), (100, 10), (200, 10)])
def test_limits_tell_no_more_than_the_rounded_counts_do(size, count):
    """Those of 13 among 18 to 22 students were wider than those of any other count printed as 15 of 20."""
    limits = set()
    for n, having in itertools.product(range(size - 2, size + 3), range(count - 2, count + 3)):
        release = cbe.protect(shares({"a": (n, having), "b": (400, 160)}), ROUNDED)
        row = release.rows[(release.rows["group"] == "a") & (release.rows["quantity"] == "share")].iloc[0]
        assert row["shown"] == f"{round(100 * count / size)} %"
        limits.add((row["low"], row["high"]))
    assert len(limits) == 1


def test_a_gap_of_rounded_shares_is_that_of_the_rounded_counts():
    """Of 20 students beside half of 400, a gap of -36 points was that of three; three to seven are printed alike."""
    told = set()
    for n, having in itertools.product(range(18, 23), range(3, 8)):
        rows = cbe.protect(shares({"a": (n, having), "b": (400, 200)}, compare="others"), ROUNDED).rows
        one = rows[(rows["group"] == "a") & rows["quantity"].isin(["share", "gap"])]
        told.add(tuple(one[["shown", "n_shown", "value", "std_error"]].astype(str).itertuples(index=False, name=None)))
    assert len(told) == 1
    assert told.pop()[1][0] == "−25 points"
