"""The same linear programme upright and transposed: the same answers, whatever its bounds become."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe_analysis.protect.pattern.programme import DUAL, PRIMAL, Limits, Transposed, Upright

FREE = (-math.inf, math.inf)
VARIABLES = 4
NUMBERS = st.integers(-3, 3)
ENDS = st.tuples(st.integers(-8, 8), st.integers(0, 9)).map(lambda pair: (pair[0], pair[0] + pair[1]))
BOUNDS = st.one_of(
    *(ENDS, ENDS.map(lambda of: (of[0], math.inf)), ENDS.map(lambda of: (-math.inf, of[1])), st.just(FREE)),
    ENDS.map(lambda of: (of[0], of[0])),
)


def programmes(sums, *, low=0.0, high=6.0):
    """Limits of sums (weights, bounds), then three programmes over them."""
    weights = np.array([own for own, _ in sums], float)
    start = np.arange(len(sums) + 1, dtype=np.int32) * VARIABLES
    index = np.tile(np.arange(VARIABLES, dtype=np.int32), len(sums))
    least, most = (np.array([bounds[end] for _, bounds in sums], float) for end in (0, 1))
    ends = np.full(VARIABLES, low), np.full(VARIABLES, high)
    limits = Limits(*ends, least, most, start, index, weights.ravel())
    return limits, (Upright(limits, PRIMAL), Upright(limits, DUAL), Transposed(limits))


def answers(limits, of, costs):
    """Where each programme costs least, checked against its bounds; the value, NaN where nothing fits."""
    found = [programme.least(costs) for programme in of]
    assert len({x is None for x in found}) == 1
    if found[0] is None:
        return math.nan
    for x in found:
        sums = np.add.reduceat(limits.value * x[limits.index], limits.start[:-1])
        assert ((x >= limits.low - 1e-6) & (x <= limits.high + 1e-6)).all()
        assert ((sums >= limits.least - 1e-6) & (sums <= limits.most + 1e-6)).all()
        assert costs @ x == pytest.approx(costs @ found[0], abs=1e-6)
    return float(costs @ found[0])


def bounded_by(limits, programme, costs):
    """The least that the costs can be, by the prices of the bounds alone."""
    prices, reduced = programme.prices(), programme.reduced()
    weights = limits.value.reshape(-1, VARIABLES)
    assert prices @ weights + reduced == pytest.approx(costs, abs=1e-6)
    ends = (*zip(prices, limits.least, limits.most, strict=True), *zip(reduced, limits.low, limits.high, strict=True))
    return sum(price * (low if price > 0 else high) for price, low, high in ends if abs(price) > 1e-7)


@given(
    st.lists(st.tuples(st.lists(NUMBERS, min_size=VARIABLES, max_size=VARIABLES), BOUNDS), min_size=1, max_size=9),
    st.lists(st.lists(NUMBERS, min_size=VARIABLES, max_size=VARIABLES), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 8), BOUNDS), max_size=3),
    st.lists(st.tuples(st.integers(0, VARIABLES - 1), st.tuples(st.integers(0, 2), st.integers(2, 5))), max_size=2),
    st.booleans(),
)
def test_upright_and_transposed_answer_alike_as_bounds_change(sums, questions, changed, moved, asked_first):
    limits, of = programmes(sums)
    for step in (*[None] * asked_first, *changed, *moved):
        if step in changed and step[0] < len(sums):
            limits.least[step[0]], limits.most[step[0]] = step[1]
            for programme in of:
                programme.bound_sum(step[0])
        elif step in moved:
            limits.low[step[0]], limits.high[step[0]] = step[1]
            for programme in of:
                programme.bound(step[0])
        for costs in np.array(questions, float):
            value = answers(limits, of, costs)
            if not math.isnan(value):
                for programme in of:
                    assert bounded_by(limits, programme, costs) == pytest.approx(value, abs=1e-5)


def test_all_bounds_of_variables_change_at_once():
    limits, of = programmes([((1, 1, 1, 1), (5.0, math.inf))])
    costs = np.array([1.0, 2.0, 3.0, 4.0])
    assert answers(limits, of, costs) == pytest.approx(5.0)
    limits.high[:] = 2.0
    for programme in of:
        programme.bounds()
    assert answers(limits, of, costs) == pytest.approx(2 + 4 + 3)
    limits.high[:] = 1.0
    for programme in of:
        programme.bounds()
    assert math.isnan(answers(limits, of, costs))
