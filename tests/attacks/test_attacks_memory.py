"""Attacks on a release of which ever more is hidden: what was seen before answers questions, and changes no answer."""

import importlib

import numpy as np
import pytest
from crossed_tables import POLICY, crossed
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from protected_tables import shares

import cbe_analysis as cbe
from cbe_analysis.protect.attack.auditor import Auditor
from cbe_analysis.protect.attack.facts import Fact, Sum
from cbe_analysis.protect.attack.points import Points
from cbe_analysis.protect.attack.possible import Possible
from cbe_analysis.protect.covering import ROUNDS, covering
from cbe_analysis.protect.entries import entries
from cbe_analysis.protect.pattern.coarse_to_fine import Pattern
from cbe_analysis.protect.pattern.polytope import Bound, Point, Polytope
from cbe_analysis.protect.printing import Printed

ROOM = "cbe_analysis.protect"
UNKNOWNS = 3
several = settings(max_examples=150, deadline=None, derandomize=True)


@pytest.fixture
def careless(monkeypatch):
    """A protector that hides small cells alone: the rest is found by the attack, round by round."""
    parts = {name: importlib.import_module(f"{ROOM}.{name}") for name in ("protector", "holding")}
    monkeypatch.setattr(parts["protector"], "secured", lambda base, minimum: Pattern(base.small(minimum)))
    monkeypatch.setattr(parts["holding"], "reopened", lambda base, hidden, minimum: None)


@pytest.fixture
def rounds(monkeypatch):
    """What every attack found, beside what one finds that remembers nothing."""
    attacked, found = Auditor.attacked, []

    def both(self, release):
        outcome = attacked(self, release)
        found.append((outcome, lambda estimates: attacked(Auditor(estimates), release)))
        return outcome

    monkeypatch.setattr(Auditor, "attacked", both)
    return found


@pytest.mark.parametrize(
    ("dims", "typical", "compare"),
    [
        ((5, 4), 14, None),
        ((4, 3), 30, "others"),
        ((4, 2, 2), 15, None),
        ((2, 2, 2), 14, "others"),
        ((5, 3, 2), 18, None),
    ],
)
def test_an_attack_that_remembers_finds_what_one_finds_that_does_not(careless, rounds, dims, typical, compare):
    random, longest = np.random.default_rng(11), 0
    for _ in range(2):
        measured = crossed(random, dims, typical, empty=0.05, compare=compare)
        rounds.clear()
        cbe.protect(measured, POLICY)
        longest = max(longest, len(rounds))
        for outcome, anew in rounds:
            fresh = anew(measured)
            assert outcome.breaches == fresh.breaches
            assert outcome.groups.keys() == fresh.groups.keys()
    assert longest > 1


facts = st.lists(
    st.tuples(
        st.lists(st.integers(-1, 1), min_size=UNKNOWNS, max_size=UNKNOWNS), st.integers(-4, 9), st.integers(0, 9)
    ),
    max_size=4,
)


def possible(told, *, whole, memory=None):
    every = np.arange(UNKNOWNS)
    said = [Fact(Sum(every, np.array(weights, float)), low, low + width) for weights, low, width in told]
    return Possible([0.0] * UNKNOWNS, [9.0] * UNKNOWNS, said, whole=whole, memory=memory)


@several
@given(facts, facts, st.booleans())
def test_points_of_other_facts_change_no_answer(before, now, whole):
    memory, ends = Points(UNKNOWNS), [Sum.of(np.array([at])) for at in range(UNKNOWNS)]
    earlier = possible(before, whole=whole, memory=memory)
    assume(earlier.consistent)
    for one in ends:
        earlier.range(one)
    remembering, fresh = possible(now, whole=whole, memory=memory), possible(now, whole=whole)
    assert remembering.consistent == fresh.consistent
    if fresh.consistent:
        for one in ends:
            low, high = remembering.seen(one)
            assert np.allclose(remembering.range(one), fresh.range(one))
            assert fresh.range(one)[0] - 1e-6 <= low <= high <= fresh.range(one)[1] + 1e-6
            assert remembering.several(one) == fresh.several(one)


@several
@given(facts, st.lists(st.integers(0, 9), min_size=UNKNOWNS, max_size=UNKNOWNS))
def test_a_point_is_put_in_before_it_is_used(told, x):
    sums = [Bound(dict(enumerate(map(float, weights))), low, low + width) for weights, low, width in told]
    polytope, others, kept = Polytope([0.0] * UNKNOWNS, [8.0] * UNKNOWNS, sums), Points(UNKNOWNS), Points(UNKNOWNS)
    others.add(Point(0.0, np.array(x, float)))
    kept.add_fitting(others, polytope)
    holds = all(low <= np.dot(weights, x) <= low + width for weights, low, width in told) and max(x) <= 8
    assert len(kept.every) == holds
    assert np.array_equal(kept.whole, kept.every)


def test_the_oldest_points_are_forgotten():
    points = Points(2_000_000)
    for at in range(3):
        points.add(Point(0.0, np.full(2_000_000, float(at))))
    assert sorted(points.every[:, 0]) == [1.0, 2.0]


@several
@given(facts, st.integers(0, 5))
def test_what_lies_beside_another_value_is_possible(told, least):
    every = possible(told, whole=False)
    assume(every.consistent)
    one, other = Sum.of(np.array([0])), Sum.of(np.array([1]))
    for end in (one, other):
        every.range(end)
    low, high = every.beside(other, one, float(least))
    if low <= high:
        at_least = possible([*told, ([1, 0, 0], least, 9)], whole=False)
        span = at_least.range(other)
        assert span[0] - 1e-5 <= low <= high <= span[1] + 1e-5


CELLS = {  # of which nothing near the smallest group is shown though its count comes out
    **{("a", "x", "r"): (18, 3), ("a", "x", "s"): (1, 0), ("a", "y", "q"): (3, 1), ("a", "y", "r"): (12, 1)},
    **{("a", "y", "s"): (15, 6), ("b", "x", "q"): (1, 0), ("b", "x", "s"): (8, 0), ("b", "y", "q"): (9, 1)},
    ("b", "y", "r"): (12, 2),
}


def test_what_gives_a_group_away_is_hidden_though_it_does_not_stand_near():
    release = cbe.protect(shares(CELLS, by=("group", "team", "house")), POLICY)
    assert release.rows["hidden"].isna().any()


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_something_is_hidden_as_long_as_anything_is_shown(turn):
    told = entries(shares(CELLS, by=("group", "team", "house"), compare="others"))
    key, random = ("b", "x", "q", "(all)"), np.random.default_rng(turn)
    for hidden in (random.random(len(told)) < part for part in (0.2, 0.8, 0.95)):
        printed = [Printed(e, "", "", hidden=bool(gone)) for e, gone in zip(told, hidden, strict=True)]
        while more := covering(told, printed, {key: ((), (), ())}, turn):
            assert not any(printed[i].hidden for i in more)
            printed = [Printed(p.entry, "", "", hidden=p.hidden or i in more) for i, p in enumerate(printed)]
        assert all(p.hidden or np.isnan(p.entry.value) for p in printed)
