"""Whole numbers near some that fit, against trying all of them."""

import itertools
import math

import numpy as np
import pytest

from cbe_analysis.protect.pattern.loosening import Held
from cbe_analysis.protect.pattern.narrowing import narrowed
from cbe_analysis.protect.pattern.nearby import Nearby
from cbe_analysis.protect.pattern.polytope import Bound
from cbe_analysis.protect.pattern.sums import Sums

HIGH, GROUPS = 4, 4


def drawn(seed):
    """A few numbers, what is printed of their sums, and what each printed sum costs."""
    random = np.random.default_rng(seed)
    base = random.integers(0, HIGH + 1, GROUPS).astype(float)
    said, prices = [], {}
    for at in range(5):
        weights = dict(enumerate(random.integers(-1, 3, GROUPS).astype(float).tolist()))
        value = sum(w * base[i] for i, w in weights.items())
        source = f"record {at}" if at else None  # the first always holds
        said += [(source, Bound(weights, value - 0.4, math.inf)), (source, Bound(weights, -math.inf, value + 0.4))]
        if source:
            prices[source] = float(random.integers(1, 9))
    return base, said, prices


def cheapest(said, prices, function, low, high):
    """What has to be taken back at least, by trying all numbers."""
    found = math.inf
    for x in itertools.product(range(HIGH + 1), repeat=GROUPS):
        if low <= sum(w * x[i] for i, w in function.items()) <= high:
            off = {
                s for s, b in said if not b.low - 1e-9 <= sum(w * x[i] for i, w in b.weights.items()) <= b.high + 1e-9
            }
            found = min(found, math.inf if None in off else sum(prices[s] for s in off))
    return found


def nearby(base, said, prices, functions):
    held = Held([0.0] * GROUPS, [float(HIGH)] * GROUPS, said)
    whole = np.ones(GROUPS, bool)
    return Nearby(held, prices, functions, whole=whole, base=base, groups=np.arange(GROUPS))


@pytest.mark.parametrize("seed", range(60))
def test_what_is_found_fits_and_costs_no_less_than_it_must(seed):
    base, said, prices = drawn(seed)
    function = {seed % GROUPS: 1.0}
    for low, high in ((-math.inf, 0.0), (3.0, math.inf)):
        least = cheapest(said, prices, function, max(low, 0), min(high, HIGH))
        way = nearby(base, said, prices, [function]).reach([(0, low, high)])
        if way is None:
            assert math.isinf(least)
            continue
        assert (way.x == np.round(way.x)).all()
        assert low <= way.x[seed % GROUPS] <= high
        for source, bound in said:
            value = sum(w * way.x[i] for i, w in bound.weights.items())
            assert source in way.back or bound.low - 1e-6 <= value <= bound.high + 1e-6
        assert way.price == sum(prices[source] for source in way.back) >= least - 1e-6


def test_most_of_what_is_found_costs_as_little_as_it_can():
    paid, least = 0.0, 0.0
    for seed in range(60):
        base, said, prices = drawn(seed)
        function = {seed % GROUPS: 1.0}
        if (way := nearby(base, said, prices, [function]).reach([(0, 3.0, math.inf)])) is not None:
            paid, least = paid + way.price, least + cheapest(said, prices, function, 3, HIGH)
    assert 0 < least <= paid <= 1.25 * least


def test_what_was_taken_back_costs_nothing_more():
    base, said, prices = drawn(3)
    asked = nearby(base, said, prices, [{0: 1.0}])
    asked.take_back(prices)
    way = asked.reach([(0, 3.0, math.inf)])
    assert way is None or not way.back


def test_sums_of_values_need_not_be_whole():
    """Two groups, each with students and the sum of what they score; the mean of all is 0.3 and somebody moves."""
    said = [(None, Bound({0: 1.0, 1: 1.0}, 4.0, 4.0)), (None, Bound({2: 1.0, 3: 1.0}, 1.2, 1.2))]
    within = [(None, Bound({2 + i: 1.0, i: -1.0}, -math.inf, 0.0)) for i in range(2)]
    found = Nearby(
        Held([0.0] * 4, [4.0] * 4, [*said, *within]),
        {},
        [{0: 1.0}],
        whole=np.array([True, True, False, False]),
        base=np.array([2.0, 2.0, 0.6, 0.6]),
        groups=np.array([0, 1, 0, 1]),
    ).reach([(0, -math.inf, 0.0)])
    assert found is not None
    assert found.x[:2].tolist() == [0, 4]
    assert found.x[2:].tolist() == pytest.approx([0, 1.2])


@pytest.mark.parametrize("seed", range(20))
def test_narrower_bounds_leave_out_nothing_that_fits(seed):
    _, said, _ = drawn(seed)
    sums = Sums.of([bound.weights for _, bound in said])
    least, most = np.array([b.low for _, b in said]), np.array([b.high for _, b in said])
    low, high = narrowed(np.zeros(GROUPS), np.full(GROUPS, float(HIGH)), sums, least, most, np.ones(len(said), bool))
    fitting = [
        x
        for x in itertools.product(range(HIGH + 1), repeat=GROUPS)
        if ((values := sums.values(np.array(x, float))) >= least).all() and (values <= most).all()
    ]
    assert fitting
    assert (np.array(fitting) >= low).all()
    assert (np.array(fitting) <= high).all()


@pytest.mark.parametrize("seed", range(5))
def test_sums_are_those_of_a_dense_matrix(seed):
    random = np.random.default_rng(seed)
    dense = random.integers(-2, 3, (6, 5)).astype(float)
    sums = Sums.of([dict(enumerate(row.tolist())) for row in dense])
    x, free = random.random(5), np.array([3, 0])
    assert sums.values(x) == pytest.approx(dense @ x)
    assert sums.above(sums.times(-1.0)).values(x) == pytest.approx(np.concatenate([dense @ x, -dense @ x]))
    assert sums.beside(sums, 5).values(np.append(x, 2 * x)) == pytest.approx(3 * dense @ x)
    assert sums.only([4, 1]).values(x) == pytest.approx(dense[[4, 1]] @ x)
    rows, own = sums.of_columns(free, 5)
    assert own.values(x[free]) == pytest.approx(dense[rows][:, free] @ x[free])
    assert (dense[np.setdiff1d(np.arange(6), rows)][:, free] == 0).all()
    least, most = sums.ends(np.zeros(5), np.ones(5))
    assert least == pytest.approx(dense.clip(max=0).sum(1))
    assert most == pytest.approx(dense.clip(min=0).sum(1))
