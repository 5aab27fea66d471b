"""Which printed records to take back, where one record says several things."""

import pytest

from cbe_analysis.protect.pattern.loosening import Held, Loosening
from cbe_analysis.protect.pattern.polytope import Bound

MANY, ONE = ("many", "(all)"), ("one", "(all)")
INFINITE = float("inf")


def knowing(bounds_of_many):
    """Two numbers of at most 1, the first by several bounds of one record."""
    bounds = [(MANY, Bound({0: 1.0}, -INFINITE, 1.0))] * bounds_of_many + [(ONE, Bound({1: 1.0}, -INFINITE, 1.0))]
    return Held([0.0, 0.0], [9.0, 9.0], bounds)


@pytest.mark.parametrize("bounds", [1, 3])
def test_a_record_costs_the_same_however_many_bounds_say_it(bounds):
    way_out = Loosening(knowing(bounds), {MANY: 2.0, ONE: 3.0}, [{0: 1.0, 1: 1.0}])
    assert way_out.cheapest([(0, 3.0, INFINITE)]) == {MANY}


def test_of_two_ways_the_cheaper_is_taken():
    way_out = Loosening(knowing(3), {MANY: 3.0, ONE: 2.0}, [{0: 1.0}, {1: 1.0}])
    assert way_out.cheapest([(0, 2.0, INFINITE), (1, 2.0, INFINITE)]) == {ONE}


def test_what_is_reached_with_records_that_were_taken_back_costs_no_more():
    way_out = Loosening(knowing(3), {MANY: 2.0, ONE: 3.0}, [{0: 1.0, 1: 1.0}, {0: 1.0}, {1: 1.0}])
    assert way_out.cheapest([(0, 3.0, INFINITE)]) == {MANY}
    assert way_out.cheapest([(1, 2.0, INFINITE)]) == set()
    assert way_out.cheapest([(2, 2.0, INFINITE)]) == {ONE}


def test_nothing_is_taken_back_where_nothing_helps():
    way_out = Loosening(knowing(3), {MANY: 2.0}, [{1: 1.0}])
    assert way_out.cheapest([(0, 2.0, INFINITE)]) == set()
