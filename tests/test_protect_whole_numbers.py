"""Whole numbers within bounds: found soon, or the smallest."""

import numpy as np
import pytest

from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.protect.attack.facts import Fact, Goal, Sum
from cbe_analysis.protect.attack.possible import Possible
from cbe_analysis.protect.pattern.polytope import Bound, Polytope
from cbe_analysis.protect.pattern.programme import DETOURS

THIRDS = [Bound({0: 3.0, 1: 2.0}, 10.5, 13.5)]  # 3x + 2y is 11, 12 or 13
NEVER = [Bound({0: 2.0, 1: 2.0}, 2.5, 3.5)]  # 2x + 2y is no odd number


def test_the_smallest_whole_number_and_a_near_one_lie_within_the_bounds():
    polytope = Polytope([0, 0], [9, 9], THIRDS)
    smallest, near = polytope.least_whole({0: 1.0, 1: 1.0}), polytope.near_least({0: 1.0, 1: 1.0})
    assert smallest.value == pytest.approx(4)
    for point in (smallest, near):
        assert point.whole
        assert 10.5 <= 3 * point.x[0] + 2 * point.x[1] <= 13.5
    assert near.value >= smallest.value - 1e-9
    assert polytope.least({0: 1.0, 1: 1.0}).value == pytest.approx(3.5)


def test_where_no_whole_numbers_fit_there_are_none():
    polytope = Polytope([0, 0], [9, 9], NEVER)
    assert polytope.least({0: 1.0}) is not None
    assert polytope.least_whole({0: 1.0}) is None
    assert polytope.near_least({0: 1.0}) is None


class Lost:
    """A solver that knows no answer, the first so many times that it is started."""

    def __init__(self, solver, times):
        self.solver, self.times, self.starts = solver, times, 0

    def run(self):
        self.starts += 1
        return self.solver.run()

    def getModelStatus(self):
        import highspy

        return highspy.HighsModelStatus.kUnknown if self.starts <= self.times else self.solver.getModelStatus()

    def __getattr__(self, name):
        return getattr(self.solver, name)


@pytest.mark.parametrize("sums", [THIRDS, THIRDS * 5], ids=["upright", "transposed"])
@pytest.mark.parametrize("times", range(len(DETOURS) + 1))
def test_a_solver_that_loses_its_way_is_led_to_the_same_answer_on_another(times, sums):
    polytope, straight = (Polytope([0, 0], [9, 9], sums) for _ in range(2))
    solver = lost(polytope, times)
    found, known = polytope.least({0: 1.0, 1: 2.0}), straight.least({0: 1.0, 1: 2.0})
    assert solver.starts == times + 1
    assert found.value == pytest.approx(known.value)
    assert found.x == pytest.approx(known.x)
    assert sum(polytope.prices()) == pytest.approx(sum(straight.prices()))
    assert polytope.least({0: -1.0, 1: 1.0}).value == pytest.approx(straight.least({0: -1.0, 1: 1.0}).value)
    assert Polytope([0, 0], [1, 1], sums).least({0: 1.0}) is None


@pytest.mark.parametrize("sums", [THIRDS, THIRDS * 5], ids=["upright", "transposed"])
def test_a_solver_that_never_finds_its_way_refuses_the_release(sums):
    polytope = Polytope([0, 0], [9, 9], sums)
    lost(polytope, len(DETOURS) + 1)
    with pytest.raises(ReleaseRefused, match="gave no answer"):
        polytope.least({0: 1.0})


def lost(polytope, times):
    """A polytope's solver, which from now on loses its way the first so many times."""
    polytope.least({0: -1.0})
    polytope._programme.solver = solver = Lost(polytope._programme.solver, times)
    return solver


def possible(*facts):
    """What fits the facts about two numbers."""
    return Possible([0.0, 0.0], [9.0, 9.0], facts, whole=True)


def summed(*at):
    """The numbers at these places, added up."""
    return Sum.of(np.array(at))


def test_a_sum_has_several_values_or_one():
    both = Fact(summed(0, 1), 2.5, 3.5)
    assert possible(both).several(summed(0))
    assert not possible(both).several(summed(0, 1))
    assert not possible(both, Fact(summed(0), 1.2, 2.8)).several(summed(1))


@pytest.mark.parametrize("seen_before", [False, True])
def test_a_look_changes_no_answer(seen_before):
    found = possible(Fact(summed(0, 1), 2.5, 5.5), Fact(Sum(np.array([0, 1]), np.array([2.0, -1.0])), 0.5, 1.5))
    if seen_before:
        found.look([Goal(summed(0), 9.0), Goal(summed(1).times(-1.0), 0.0)])
        found.approach(summed(0))
    assert found.seen(summed(0))[1] <= 2
    assert [found.whole_range(summed(at)) for at in (0, 1)] == [(2.0, 2.0), (3.0, 3.0)]
    assert not found.several(summed(0))
