"""Chances of an effect: to whole percentages they told effect and error far more finely than these are rounded."""

import itertools

import numpy as np
import pytest
from protected_tables import POINTS, POLICY, count, estimates

import cbe_analysis as cbe
from cbe_analysis.indicators.alike import FEW_VALUES
from cbe_analysis.indicators.words import minimum_note, minimum_of
from cbe_analysis.methods.decision import chances

MINIMUM, N = 5.0, 800
STATED = ("better", "little", "worse")
EFFECTS = np.round(np.arange(6.5, 7.5, 0.04) + 0.01, 2)  # all printed as 7, beside an error of 2.0
ERRORS = (2.0, 2.01, 2.02, 2.03, 2.04)


def study(effect, error, note=""):
    """The effect on 800 students, and its chances as measured."""
    told = chances(effect, error, MINIMUM)
    limits = {"low": effect - 2 * error, "high": effect + 2 * error}
    rows = [{"quantity": "effect", "unit": POINTS, "n": N, "value": effect, "std_error": error, "note": note, **limits}]
    for at in STATED:
        more = {"at": at, "value": getattr(told, at), "note": minimum_note(MINIMUM, POINTS)}
        rows.append({"quantity": "probability", "unit": "probability, 0 to 1", "n": N, **more})
    rows += [count(N // 2, arm=arm) for arm in ("treatment", "comparison")]
    return estimates(rows, (), indicator="intervention_effect")


def printed(effect, error, audience="public", note=""):
    """What is printed of the effect, and of its chances."""
    rows = cbe.protect(study(effect, error, note), POLICY, audience).rows
    own = rows[rows["quantity"] == "effect"].iloc[0]
    said = rows[rows["quantity"] == "probability"].set_index("at")["shown"]
    return (own["shown"], own["std_error"]), tuple(said[at] for at in STATED)


def test_chances_of_the_true_effect_would_tell_it():
    """Of 125 effects with errors that are printed as 7 and 2.0, the chances leave five to thirteen."""
    told = {}
    for effect, error in itertools.product(EFFECTS, ERRORS):
        exact = chances(effect, error, MINIMUM)
        told.setdefault(tuple(round(100 * getattr(exact, at)) for at in STATED), []).append((effect, error))
    left = [len(pairs) for pairs in told.values()]
    assert (len(left), min(left), max(left), sum(left)) == (13, 5, 13, 125)


def test_chances_say_nothing_that_the_printed_effect_does_not():
    told = {printed(effect, error) for effect, error in itertools.product(EFFECTS[::3], ERRORS[::2])}
    exact = chances(7.0, 2.0, MINIMUM)
    assert told == {(("7", 2.0), (f"{100 * exact.better:.0f} %", f"{100 * exact.little:.0f} %", "<=1 %"))}


def test_those_of_few_scores_are_made_of_the_error_that_is_printed():
    """An exact error would count who has which score: in the chances is the one that is printed."""
    few = estimates_of_few(6.9, 2.04)
    exact = chances(7.0, 4.0, MINIMUM)
    assert few == (("7", 4.0), (f"{100 * exact.better:.0f} %", f"{100 * exact.little:.0f} %"))
    assert few == estimates_of_few(7.2, 2.3)


def estimates_of_few(effect, error):
    """The same of 150 students with scores of few values; a loss is coded."""
    given = study(effect, error, FEW_VALUES)
    given.rows["n"] = given.rows["n"].where(given.rows["quantity"] == "count", 150)
    rows = cbe.protect(given, POLICY).rows
    own = rows[rows["quantity"] == "effect"].iloc[0]
    said = rows[rows["quantity"] == "probability"].set_index("at")["shown"]
    return (own["shown"], own["std_error"]), tuple(said[at] for at in STATED[:2])


def test_staff_read_the_chances_as_measured():
    exact = chances(6.53, 2.04, MINIMUM)
    assert printed(6.53, 2.04, "staff")[1][0] == f"{100 * exact.better:.0f} %"


@pytest.mark.parametrize("minimum", [0.05, 2.5, 5.0, 1200.0])
def test_the_minimum_is_read_from_what_is_said_of_it(minimum):
    assert minimum_of(minimum_note(minimum, "points / year")) == minimum
    assert np.isnan(minimum_of("high growth"))
