"""What is hidden where the attack finds something: enough for all that comes out, and no more than that needs."""

import importlib
import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protected_tables import estimates, mean

import cbe_analysis as cbe
from cbe_analysis.policy import Policy
from cbe_analysis.protect.attack.facts import Fact, Says, Sum
from cbe_analysis.protect.attack.groups import Group
from cbe_analysis.protect.attack.possible import Possible
from cbe_analysis.protect.attack.relief import reliefs
from cbe_analysis.protect.covering import covering
from cbe_analysis.protect.entries import entries
from cbe_analysis.protect.printing import Printed

SERIES = ("mean", "points", "")
SIZES = {"a": 4, "b": 30, "c": 40, "d": 50}
UNKNOWNS = 4
MOST = 20.0
DRAWN = st.tuples(
    st.lists(st.integers(-1, 1), min_size=UNKNOWNS, max_size=UNKNOWNS), st.integers(0, 30), st.integers(0, 3)
)


def said_of(level, *, compares=False, series=SERIES):
    """A printed number of the group with one level."""
    return Says(Group.of({"group": frozenset((level,))}), compares=compares, series=series)


def sized(**sizes):
    """A population of which these groups have known sizes."""
    of = {Group.of({"group": frozenset((level,))}): float(n) for level, n in sizes.items()}
    return SimpleNamespace(true_size=lambda group: of.get(group, math.nan), minimum=10)


def summed(*weights):
    """A sum of the first unknowns, each with its weight."""
    return Sum(np.arange(len(weights), dtype=np.intp), np.array(weights, float))


def possible(*facts):
    """What fits the facts."""
    return Possible([0.0] * UNKNOWNS, [MOST] * UNKNOWNS, facts, whole=False)


def test_the_cheaper_of_two_numbers_that_hold_a_sum_is_enough():
    facts = [
        Fact(summed(1.0, 1.0), 8.0, math.inf, (0,), said_of("a")),
        Fact(summed(0.0, 1.0), -math.inf, 2.0, (0,), said_of("b")),
    ]
    (relief,) = reliefs(sized(a=40, b=12), possible(*facts), [(summed(1.0), [[(-math.inf, 0.0)]])])
    assert relief == {said_of("b")}


def test_comparisons_are_hidden_before_other_numbers_and_sizes_not_at_all():
    gap, size = said_of("a", compares=True, series=()), said_of("c", series=())
    held = [(summed(1.0, -1.0), gap), (summed(0.0, 1.0), said_of("b")), (summed(1.0), size)]
    facts = [Fact(of, 3.0, math.inf, (0,), says) for of, says in held[:2]]
    wanted = [(summed(1.0), [[(-math.inf, 4.0)]])]
    assert reliefs(sized(a=500, b=12), possible(*facts), wanted) == [{gap}]
    assert reliefs(sized(a=500, b=12), possible(*facts, Fact(held[2][0], 5.0, math.inf, (0,), size)), wanted) == [set()]


def test_what_is_hidden_for_one_sum_is_reckoned_with_for_the_next():
    facts = [Fact(summed(*own), 8.0, math.inf, (0,), said_of("a")) for own in ((1.0,), (0.0, 1.0, 1.0))]
    facts.append(Fact(summed(0.0, 1.0), -math.inf, 2.0, (0,), said_of("b")))
    nobody, sizes = [[(-math.inf, 0.0)]], sized(a=40, b=12)
    wanted = [(summed(1.0), nobody), (summed(0.0, 0.0, 1.0), nobody)]
    assert reliefs(sizes, possible(*facts), wanted) == [{said_of("a")}, set()]
    assert reliefs(sizes, possible(*facts), wanted[1:]) == [{said_of("b")}]


@settings(max_examples=150, deadline=None)
@given(st.lists(DRAWN, min_size=1, max_size=8), st.integers(0, UNKNOWNS - 1), st.integers(0, 20))
def test_without_its_relief_a_sum_comes_where_it_must(drawn, at, wanted):
    x = np.array([3.0, 7.0, 0.0, 12.0])
    facts = []
    for i, (weights, room, said) in enumerate(drawn):
        of = summed(*weights)
        value = float(of.weights @ x)
        low, high = (value - room, math.inf) if i % 2 else (-math.inf, value + room)
        facts.append(Fact(of, low, high, (0,), said_of("abcd"[said])))
    target = Sum(np.array([at]), np.ones(1))
    (relief,) = reliefs(sized(a=20, b=30), possible(*facts), [(target, [[(wanted, math.inf)]])])
    left = possible(*(fact for fact in facts if fact.says not in relief))
    assert left.range(target)[1] >= wanted - 1e-6


@pytest.mark.parametrize(("turn", "hides"), [(0, {"b", "c"}), (5, {"b", "c"})])
def test_all_that_is_enough_together_is_hidden_at_once(turn, hides):
    told = list(entries(estimates([mean(n, 50.0, group=level) for level, n in SIZES.items()])))
    printed = [Printed(e, "", "", hidden=e.group[0] == "a") for e in told]
    relief = {((level, "(all)"), False, told[0].series) for level in "bc"}
    found = covering(told, printed, {("a", "(all)"): ((), {told[0].series}, relief)}, turn)
    assert {told[i].group[0] for i in found} == hides


def crossed_means(random):
    """Means by three columns with all margins, of groups of which some are small."""
    dims, by = (4, 2, 2), ("group", "team", "house")
    sizes = np.maximum(random.poisson(random.choice([3, 12, 40], dims)), 0)
    totals = sizes * random.normal(50.0, 8.0, dims)
    rows = []
    for key in itertools.product(*((*range(n), None) for n in dims)):
        at = tuple(slice(None) if level is None else level for level in key)
        n = int(sizes[at].sum())
        levels = {c: "(all)" if level is None else f"{c[0]}{level}" for c, level in zip(by, key, strict=True)}
        rows.append(mean(n, round(float(totals[at].sum()) / max(n, 1), 3), **levels))
    return estimates(rows, by)


def test_fewer_means_are_hidden_than_where_the_smallest_of_a_proof_is(monkeypatch):
    tables = [crossed_means(np.random.default_rng(seed)) for seed in range(8)]
    policy = Policy(factors=("group", "team", "house"))

    def hidden():
        return [int(cbe.protect(table, policy).rows["hidden"].notna().sum()) for table in tables]

    ours = hidden()
    module = importlib.import_module("cbe_analysis.protect.attack.sizes_attack")
    monkeypatch.setattr(module, "reliefs", lambda population, possible, wanted: [frozenset()] * len(wanted))
    others = hidden()
    assert sum(ours) < sum(others)
