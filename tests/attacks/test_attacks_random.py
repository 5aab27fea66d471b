"""Random tables against an attacker who tries all whole numbers: nothing small shows, nothing hidden follows."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from brute_force import left, size_ranges, sizes_left
from crossed_tables import POLICY as CROSSED
from crossed_tables import crossed
from hypothesis import given, settings
from hypothesis import strategies as st
from protected_tables import POLICY, shares, texts

import cbe_analysis as cbe

MINIMUM = POLICY.minimum_n
quick = settings(max_examples=25, deadline=None, derandomize=True)
thorough = settings(max_examples=60, deadline=None, derandomize=True)

group_sizes = st.one_of(st.integers(0, 14), st.integers(10, 60), st.integers(90, 420))


@st.composite
def counts(draw, size=group_sizes):
    """(students, those who have the property), often none or all of them."""
    n = draw(size)
    return n, draw(st.one_of(st.just(0), st.just(n), st.integers(0, n)))


@st.composite
def one_way(draw, size=group_sizes):
    names = draw(st.sampled_from([("a", "b"), ("a", "b", "c"), ("a", "b", "(unknown)"), ("a", "b", "c", "d")]))
    return {name: draw(counts(size)) for name in names}


@st.composite
def two_way(draw):
    groups, teams = draw(st.sampled_from([("ab", "xy"), ("abc", "xy"), ("abc", "xyz")]))
    return {(group, team): draw(counts()) for group in groups for team in teams}


def keyed(found):
    return {key if isinstance(key, tuple) else (key,): text for key, text in found.items()}


def assert_sizes_hold(release, given):
    """No small size is printed, and none that is hidden follows."""
    measured = keyed(texts(given, column="n"))
    printed = keyed(texts(release, column="n_shown"))
    small = {key for key in printed if measured.get(key, 0) < MINIMUM}
    assert {printed[key] for key in small} <= {"protected"}
    for key, (low, high) in size_ranges(printed).items():
        if key in small:
            assert low <= 0, key
            assert high >= MINIMUM, key
        else:
            assert low < high, key


@thorough
@given(one_way(), st.sampled_from([None, "others"]))
def test_no_size_follows_in_one_way_tables(cells, compare):
    given_ = shares(cells, compare=compare)
    assert_sizes_hold(cbe.protect(given_, POLICY), given_)


@thorough
@given(two_way(), st.sampled_from([None, "others"]))
def test_no_size_follows_in_two_way_tables(cells, compare):
    given_ = shares(cells, by=("group", "team"), compare=compare)
    assert_sizes_hold(cbe.protect(given_, POLICY), given_)


@quick
@given(one_way(st.integers(0, 40)), st.sampled_from([None, "others"]))
def test_no_count_follows_in_one_way_tables(cells, compare):
    release = cbe.protect(shares(cells, compare=compare), POLICY)
    shown, sizes = texts(release), texts(release, column="n_shown")
    pairs = {key: (sizes[key], shown[key]) for key in shown}
    whole = pairs.pop("(all)")
    if sum(n for n, _ in cells.values()) < POLICY.minimum_n:
        assert whole == ("protected", "protected")
        assert not pairs
        return
    for key, fitting in left(pairs, whole).items():
        having, lacking = {y for _, y in fitting}, {n - y for n, y in fitting}
        few = {"<": [having], ">": [lacking], "p": [having, lacking]}.get(shown[key][0], [having])
        assert min(len(counts) for counts in few) > 1, key


def assert_nothing_left(given, policy):
    """No hidden size follows from the printed sizes and shares together."""
    release = cbe.protect(given, policy)
    measured, shown = keyed(texts(given, column="n")), keyed(texts(release))
    printed = {key: (size, shown[key]) for key, size in keyed(texts(release, column="n_shown")).items()}
    hidden = {key: int(measured.get(key, 0)) for key, (size, _) in printed.items() if size == "protected"}
    assert sizes_left(printed, hidden, policy.minimum_n) == set()
    return hidden


@settings(quick, max_examples=15)
@given(two_way())
def test_no_size_follows_from_shares_in_two_way_tables(cells):
    assert_nothing_left(shares(cells, by=("group", "team")), POLICY)


@pytest.mark.parametrize("dims", [(3, 3), (5, 3), (3, 2, 2), (3, 3, 2)], ids=str)
def test_no_size_follows_from_shares_in_crossed_tables(dims):
    random = np.random.default_rng(29)
    assert any(assert_nothing_left(crossed(random, dims, typical, empty=0.1), CROSSED) for typical in (15, 40, 90))


@thorough
@given(one_way(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(cells, random):
    given_ = shares(cells, compare="others")
    order = list(range(len(given_.rows)))
    random.shuffle(order)
    shuffled = dataclasses.replace(given_, rows=given_.rows.iloc[order].reset_index(drop=True))
    pd.testing.assert_frame_equal(cbe.protect(given_, POLICY).rows, cbe.protect(shuffled, POLICY).rows)


@thorough
@given(two_way())
def test_hidden_rows_hold_nothing_and_printed_ones_nothing_exact(cells):
    release = cbe.protect(shares(cells, by=("group", "team"), compare="others"), POLICY)
    rows = release.rows
    numbers = ["n", "n_reference", "numerator", "denominator", "value", "std_error", "low", "high", "p", "p_adjusted"]
    hidden = rows["hidden"].eq("protected")
    assert rows.loc[hidden, [*numbers, "note"]].isna().all(axis=None)
    assert rows.loc[hidden, ["shown", "n_shown"]].eq("protected").all(axis=None)
    sizes = rows["n"].dropna().astype(int)
    assert (sizes % 10 == 0).all()
    assert (sizes >= 100).all()
    assert rows[["numerator", "denominator"]].isna().all(axis=None)
    whole = rows.loc[rows["quantity"].eq("share"), ["value", "low", "high"]].astype(float) * 100
    assert ((whole - whole.round()).abs().fillna(0) < 1e-9).all(axis=None)
