"""Which cells are hidden: the same in every notebook, the cheapest that protect, and none for what is no secret."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest
from crossed_tables import FACTORS, POLICY, crossed
from hypothesis import given, settings
from hypothesis import strategies as st
from protected_tables import estimates, mean, share, shares, texts

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.measure.estimates import ALL, Population
from cbe_analysis.policy import Policy
from cbe_analysis.protect.completion import Known, completed
from cbe_analysis.protect.entries import entries
from cbe_analysis.protect.pattern.cells import bases
from cbe_analysis.protect.pattern.coarse_to_fine import reopened, secured
from cbe_analysis.protect.pattern.complement import open_cells
from cbe_analysis.protect.pattern.cutting import NO_LIMIT, Budget, cheapest
from cbe_analysis.protect.pattern.greedy import cheap, costs

PLACES = frozenset({"school_id", "grade", "school_year", "campus"})
few = settings(max_examples=20, deadline=None, derandomize=True)


def table(given_, places=PLACES):
    (base,) = bases(completed(entries(given_), Known(given_.by, places)), given_.by, places)
    return base


def only(given_, by):
    """The estimates as they would be for some of the factors alone, in this order."""
    rows = given_.rows
    for name in set(given_.by) - set(by):
        rows = rows[rows[name].eq(ALL)]
    columns = [*rows.columns[:2], *by, *rows.columns[2 + len(given_.by) :]]
    return dataclasses.replace(given_, by=tuple(by), rows=rows[columns].reset_index(drop=True))


def hidden(given_, minimum=10):
    """The hidden cells, each as the set of what it is split by, whatever the order of the columns."""
    base, pattern = table(given_), secured(table(given_), minimum)
    named = {key: frozenset((n, v) for n, v in zip(base.columns, key, strict=True) if v != ALL) for key in base.sizes}
    return {named[key] for key in pattern.hidden}, {frozenset(columns) for columns in pattern.parted}


def within(cells, by):
    return {cell for cell in cells if {name for name, _ in cell} <= set(by)}


@few
@given(st.integers(0, 10**6), st.sampled_from([(4, 3, 2), (3, 2, 2), (5, 2, 2)]), st.sampled_from([12, 25, 60]))
def test_a_table_hides_the_same_groups_alone_and_crossed(seed, dims, typical):
    whole = crossed(np.random.default_rng(seed), dims, typical, empty=0.1)
    all_hidden, parted = hidden(whole)
    for size in (1, 2):
        for by in itertools.combinations(whole.by, size):
            alone, own = hidden(only(whole, by))
            if not any(columns <= set(by) for columns in parted - own):
                assert within(all_hidden, by) == alone


def test_more_of_a_coarser_table_is_hidden_only_where_nothing_else_protects():
    """In 100 random tables of two factors the tables of each factor are always what they are alone."""
    random, lost = np.random.default_rng(20261122), 0
    for _ in range(100):
        given_ = crossed(random, (4, 3), random.choice([10, 30, 100, 300]))
        all_hidden, parted = hidden(given_)
        lost += bool(parted)
        assert parted or all(within(all_hidden, (name,)) == hidden(only(given_, (name,)))[0] for name in given_.by)
    assert lost <= 1


@few
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_the_order_of_factors_and_rows_changes_nothing(seed, random):
    given_ = crossed(np.random.default_rng(seed), (4, 3, 2), 25, empty=0.1)
    by, rows = list(given_.by), list(range(len(given_.rows)))
    random.shuffle(by)
    random.shuffle(rows)
    turned = only(given_, by)
    turned = dataclasses.replace(turned, rows=turned.rows.iloc[rows].reset_index(drop=True))
    assert hidden(given_) == hidden(turned)


def problem(random, dims, minimum):
    """A table of large sizes with a few small ones, so that others must be hidden with them."""
    sizes = np.where(random.random(dims) < 0.25, random.integers(0, minimum, dims), random.integers(100, 900, dims))
    given_ = shares({(f"g{i}", f"t{j}"): (int(sizes[i, j]), 0) for i, j in np.ndindex(*dims)}, by=FACTORS[:2])
    base = table(given_)
    small = base.small(minimum)
    inner = {key for key in base.sizes if ALL not in key[:2]}
    prices = {key: price for key, price in costs(base).items() if key in inner - small}
    return base, small, prices


def price(pattern, small, prices):
    return sum(prices[key] for key in pattern - small)


def cheapest_of_all(base, small, prices, minimum):
    """What the cheapest pattern costs, by trying them all."""
    best = float("inf")
    for chosen in itertools.chain.from_iterable(itertools.combinations(prices, n) for n in range(len(prices) + 1)):
        own = sum(prices[key] for key in chosen)
        if own < best and not open_cells(base, small.union(chosen), minimum):
            best = own
    return best


def test_no_pattern_is_cheaper_than_the_one_that_is_found():
    random, compared, saved = np.random.default_rng(4), 0, 0.0
    while compared < 8:
        base, small, prices = problem(random, (4, 3), 90)
        quick = cheap(base, small, prices, 90)
        if quick is None or quick == small:
            continue
        found = cheapest(base, small, prices, 90)
        best = cheapest_of_all(base, small, prices, 90)
        assert price(found, small, prices) == pytest.approx(best, rel=1e-6)
        assert not open_cells(base, found, 90)
        saved += price(quick, small, prices) - best
        compared += 1
    assert saved > 0  # the search is worth its while


def test_a_short_budget_still_protects_and_costs_no_less():
    random = np.random.default_rng(2)
    for _ in range(10):
        base, small, prices = problem(random, (5, 4), 30)
        patterns = [cheapest(base, small, prices, 30, budget) for budget in (Budget(1, 1), NO_LIMIT)]
        if None not in patterns:
            short, best = (price(pattern, small, prices) for pattern in patterns)
            assert best <= short + 1e-6
            assert not any(open_cells(base, pattern, 30) for pattern in patterns)


def test_where_nothing_protects_no_pattern_is_found():
    base = table(shares({"a": (400, 0), "b": (3, 0), "c": (500, 0)}))
    assert cheapest(base, base.small(10), {}, 10) == base.small(10)  # two numbers to the nearest fifty leave room
    base = table(shares({"a": (14, 0), "b": (3, 0)}))
    assert cheapest(base, base.small(10), {}, 10) is None


def places(cells):
    """Means of schools and grades, and of genders in them, with every margin."""
    rows: dict[tuple[str, ...], int] = {}
    for key, n in cells.items():
        for shown in itertools.product(*((value, ALL) for value in key)):
            rows[shown] = rows.get(shown, 0) + n
    by = ("school_id", "grade", "gender")
    return estimates([mean(n, 50.0, **dict(zip(by, key, strict=True))) for key, n in rows.items()], by)


def test_a_school_without_a_grade_is_no_secret_however_it_is_crossed():
    cells = {(s, g, x): 15 for s, g in (("1", "3"), ("1", "4"), ("2", "9")) for x in ("female", "male")}
    release = cbe.protect(places(cells), Policy())
    assert len(release.rows) == len(places(cells).rows)
    assert release.rows["hidden"].isna().all()
    del cells["1", "4", "male"]  # a grade of girls alone is one
    told = texts(cbe.protect(places(cells), Policy()), "mean")
    assert told["1", "4", "male"] == told["1", "4", "female"] == "protected"
    assert ("1", "9", "male") not in told


def schools(sizes):
    """Shares of schools, of the campuses that they belong to, and of both crossed."""
    rows = [share(sum(sizes.values()), 0)]
    for campus in sorted({campus for _, campus in sizes}):
        rows.append(share(sum(n for (_, c), n in sizes.items() if c == campus), 0, campus=campus))
    for (school, campus), n in sizes.items():
        rows += [share(n, 0, school_id=school), share(n, 0, school_id=school, campus=campus)]
    return estimates(rows, ("school_id", "campus"))


CAMPUSES = {("1", "north"): 4, ("2", "north"): 300, ("3", "north"): 250, ("4", "south"): 120, ("5", "east"): 500}
DIVIDED = Policy(published_dimensions=("school_id", "campus"))


def test_a_small_school_is_covered_within_its_campus_and_a_campus_with_its_only_school():
    release = cbe.protect(schools(CAMPUSES), DIVIDED)
    told = texts(release, column="n_shown")
    assert told["1", ALL] == told["1", "north"] == "protected"
    for school, campus in CAMPUSES:
        assert told[school, ALL] == told[school, campus]  # one group, named twice
    assert told["5", ALL] == f"about {told[ALL, 'east']}"  # no campus is small
    assert ("1", "south") not in told


def test_schools_alone_are_hidden_as_beside_their_campuses():
    """The cheapest cover for school 1 is school 4, which is all of the south: its campus would tell of it."""
    counts = pd.DataFrame([{"school_id": s, "campus": c, "n": n} for (s, c), n in CAMPUSES.items()])
    people = Population("students", (), ("", ""), counts)
    both = dataclasses.replace(schools(CAMPUSES), population=people)
    alone = only(both, ("school_id",))
    policy = dataclasses.replace(DIVIDED, minimum_n=110)
    crossed_ = texts(cbe.protect(both, policy), column="n_shown")
    told = texts(cbe.protect(alone, policy), column="n_shown")
    assert told == {school: text for (school, campus), text in crossed_.items() if campus == ALL}
    unaware = texts(cbe.protect(only(schools(CAMPUSES), ("school_id",)), policy), column="n_shown")
    assert told["4"] != "protected" == unaware["4"]


def test_a_small_campus_hides_its_school():
    sizes = CAMPUSES | {("5", "east"): 6}
    told = texts(cbe.protect(schools(sizes), DIVIDED), column="n_shown")
    assert told["5", ALL] == told[ALL, "east"] == told["5", "east"] == "protected"


def test_too_many_groups_are_refused_with_the_coarser_tables():
    given_ = crossed(np.random.default_rng(3), (12, 9, 3), 30)
    with pytest.raises(
        ReleaseRefused, match=r"520 groups .*at most 400.*leave out group \(40 groups are left\)"
    ) as said:
        cbe.protect(given_, POLICY)
    assert "team (52 groups" in str(said.value)
    assert len(cbe.protect(given_, POLICY, "staff").rows) == len(given_.rows)
    assert cbe.protect(only(given_, ("group", "team")), POLICY).by == ("group", "team")


def test_a_crossed_table_that_is_not_shown_is_named_with_the_coarser_ones():
    small = {("a", "x"): (4, 1), ("a", "y"): (300, 90), ("b", "x"): (350, 70), ("b", "y"): (310, 75)}
    policy = dataclasses.replace(POLICY, minimum_n=30)
    release = cbe.protect(shares(small, by=("group", "team")), policy)
    assert {text for key, text in texts(release).items() if ALL not in key} == {"protected"}
    said = "group by team: no group is shown: each is small, or would tell of small ones; shown: group, team"
    assert release.warnings == (said,)
    large = {key: (n + 400, y) for key, (n, y) in small.items()}
    assert cbe.protect(shares(large, by=("group", "team")), policy).warnings == ()


@pytest.mark.parametrize("halves", [(9, 9), (10, 8)])
def test_a_crossed_table_is_named_whether_or_not_one_of_its_groups_is_large(halves):
    """Of 18 with published enrolment, no group of ten or more would mean that both halves have nine."""
    given_ = shares(
        dict(zip(itertools.product("ab", "xy"), ((n, 4) for n in (*halves, 8, 8)), strict=True)), by=("group", "team")
    )
    assert [w for w in cbe.protect(given_, POLICY).warnings if w.startswith("group by team: no group is shown")]


def test_groups_that_only_seem_to_share_out_the_whole_are_reckoned_with():
    """All but a few students are in b, and most in a as well: with a unsaid, c would seem to be at most nine."""
    rows = [share(n, 0, group=name) for name, n in ((ALL, 19), ("a", 15), ("b", 19), ("c", 4))]
    base = table(estimates(rows))
    a, c = ("a", ALL), ("c", ALL)
    assert secured(base, 10).hidden == {c}
    assert reopened(base, {c}, 10) is None
    more = reopened(base, {a, c}, 10)
    assert more > {a, c}
    assert not open_cells(base, more, 10)
