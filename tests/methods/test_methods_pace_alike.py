"""Shares of students of whom some are rounded alike, and some have no pace: they err together."""

import numpy as np
import pytest

from cbe_analysis.methods.pace import Alike, fit_pace, on_track, shares_in_units
from cbe_analysis.methods.pace.chances import Judged, chances, errors_in_units, errors_of_counts
from cbe_analysis.methods.pace.nested import CELL, SCHOOL
from cbe_analysis.methods.pace.prediction import Everyone, posterior

N, STEP = 600, 1e-4
FIXED = np.zeros((4, 4))


@pytest.fixture(scope="module")
def fitted():
    draw = np.random.default_rng(3)
    years, school = draw.uniform(0.6, 4, N), np.arange(N) % 12
    pace = draw.normal(1.0, np.sqrt(0.04 + 0.02 / years)) + draw.normal(0, 0.08, 12)[school]
    pace[draw.random(N) < 0.1] = np.nan
    return fit_pace(pace, 1 / years, school=school)


def moved(fit, some, own):
    """By how much more students are expected to be on track where the paces of some are higher by one."""
    model, every = fit.model, fit.model.everyone
    point = Judged.of(model, FIXED, np.ones(N), np.full(N, 0.5)).point
    totals = []
    for step in (-STEP, STEP):
        raised = Everyone(every.cell, every.held, every.y + own * some * step, every.spread)
        found = posterior(raised, model.sample, point)
        mean = found.mean if own else found.mean + some * step
        totals.append(chances(mean, np.sqrt(found.variance), np.ones(N)))
    return (totals[1] - totals[0]) / (2 * STEP)


def without_pace(fit):
    """What students without a pace add, who differ from the others as schools do."""
    along = moved(fit, ~fit.model.given.used, own=0)
    return (along.sum() ** 2 - (along**2).sum()) * fit.model.point.theta[[SCHOOL, CELL]].sum()


def test_errors_of_those_who_began_alike_add_up_before_they_are_squared(fitted):
    chance = on_track(fitted, np.zeros(N), np.ones(N), exit_level=1.0).probability
    begun, error = np.arange(N) % 3, np.where(np.arange(N) % 3 == 2, 0.0, 0.05)
    plain = errors_of_counts(fitted.model, FIXED, np.ones(N), chance)[0]
    found = errors_of_counts(fitted.model, FIXED, np.ones(N), chance, Alike(begun, error))[0]
    own = [moved(fitted, begun == k, own=1) for k in (0, 1)]
    together = sum(0.05**2 * (each.sum() ** 2 - (each**2).sum()) for each in own)
    assert without_pace(fitted) > 0.02 * plain
    assert together > 0.2 * plain
    assert found - plain == pytest.approx(together + without_pace(fitted), rel=0.01)


def test_in_a_unit_only_its_own_students_err_together(fitted):
    chance = on_track(fitted, np.zeros(N), np.ones(N), exit_level=1.0).probability
    half, alike = np.arange(N) % 2, Alike(np.zeros(N, int), np.full(N, 0.05))
    plain = errors_in_units(fitted.model, FIXED, np.ones(N), chance, (half, 2))
    found = errors_in_units(fitted.model, FIXED, np.ones(N), chance, (half, 2), alike)
    for unit in (0, 1):
        own, unseen = (moved(fitted, (half == unit) & (fitted.model.given.used == k), own=k) for k in (True, False))
        together = 0.05**2 * (own.sum() ** 2 - (own**2).sum())
        apart = fitted.model.point.theta[[SCHOOL, CELL]].sum() * (unseen.sum() ** 2 - (unseen**2).sum())
        assert found[unit] - plain[unit] == pytest.approx(together + apart, rel=0.01)


def test_the_intervals_of_shares_leave_room_for_it(fitted):
    level, left = np.zeros(N), np.ones(N)
    alike = Alike(np.zeros(N, int), np.full(N, 0.05))
    plain, wider = (on_track(fitted, level, left, exit_level=1.0, alike=given) for given in (None, alike))
    assert wider.shares[0].value == plain.shares[0].value
    assert wider.shares[0].high - wider.shares[0].low > 1.3 * (plain.shares[0].high - plain.shares[0].low)
    school, here = np.arange(N) % 12, np.ones(N)
    schools = zip(
        shares_in_units(fitted, wider, school, here), shares_in_units(fitted, plain, school, here), strict=True
    )
    assert all(much.high - much.low > little.high - little.low for much, little in schools)
