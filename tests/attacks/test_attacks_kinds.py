"""Growth beside status: chances of the kinds told value and error of both far more finely than these are rounded."""

import itertools

import numpy as np
import pytest
from protected_tables import estimates

import cbe_analysis as cbe
from cbe_analysis.indicators.progress.gap_rows import FROM_GRADE
from cbe_analysis.indicators.progress.marks import Marks
from cbe_analysis.indicators.progress.model import RATE
from cbe_analysis.indicators.progress.standing_rows import CHANCE
from cbe_analysis.methods.pace import growth_and_status
from cbe_analysis.methods.pace.kinds import KINDS, UNSURE
from cbe_analysis.policy import Policy
from cbe_analysis.protect.rounding import MINUS

MARKS, TOGETHER, N = Marks(1.0, -0.25, 0.825), 0.31, 800
GROWTH, STATUS = 1.0 + np.arange(0.055, 0.145, 0.01), np.arange(-0.245, -0.155, 0.01)  # printed as 1.1 and -0.2
ERROR = 0.204  # printed as 0.2


def chances(growth, status, error):
    told = growth_and_status(
        ([growth], [error]),
        ([status], [error]),
        marks=(MARKS.growth, MARKS.status),
        correlation=TOGETHER,
        certainty=MARKS.certainty,
    )
    return told.chances[0], str(told.kind[0])


def standing(growth, status, error=ERROR):
    """What is measured of a school of 800, and of all."""
    found, kind = chances(growth, status, error)
    values = (("slope", RATE, growth), ("mean", FROM_GRADE, status))
    rows = [
        {"quantity": name, "unit": unit, "n": n, "value": value, "std_error": error, **school}
        | {"low": value - 2 * error, "high": value + 2 * error}
        for n, school in ((N, {"school_id": "a"}), (3 * N, {"school_id": "b"}), (4 * N, {}))
        for name, unit, value in values
    ]
    for at, value in zip(KINDS, found, strict=True):
        rows.append({"quantity": "probability", "unit": CHANCE, "n": N, "value": value, "at": at, "note": kind})
        rows[-1]["school_id"] = "a"
    method = MARKS.method("slopes; by REML", TOGETHER)
    return estimates(rows, ("school_id",), indicator="growth_and_status", unit=RATE, method=method)


def printed(given, audience="public"):
    """What is printed of the school: growth, status with their errors; the chances; and the kind that is named."""
    rows = cbe.protect(given, Policy(minimum_n=10), audience).rows
    own = rows[rows["school_id"].eq("a")]
    values = own[own["quantity"].isin(["slope", "mean"])]
    said = own[own["quantity"].eq("probability")].set_index("at")
    assert said["hidden"].isna().all()
    return tuple(zip(values["shown"], values["std_error"], strict=True)), tuple(said.loc[[*KINDS], "shown"])


PAIRS = list(itertools.product(GROWTH, STATUS))


def test_chances_of_the_true_values_would_tell_them():
    """Of 81 pairs that are printed alike, no two have the same chances to whole percentages."""
    told = {tuple(np.round(100 * chances(*pair, ERROR)[0])) for pair in PAIRS}
    assert len(PAIRS) == len(told) == 81


def test_chances_say_nothing_that_is_not_printed_beside_them():
    told = {printed(standing(*pair)) for pair in PAIRS[::5]}
    exact = chances(1.1, -0.2, 0.2)[0]
    assert told == {(((f"{MINUS}0.2", 0.2), ("1.1", 0.2)), tuple(f"{100 * c:.0f} %" for c in exact))}


def test_the_kind_is_that_of_the_printed_chances():
    """Printed as 1.1 beside 0.1, it is high growth from a chance of 82.5 % on; by 1.076 and 0.104 it is not clear."""
    given = standing(1.076, 0.1, 0.104)
    rows = cbe.protect(given, Policy(minimum_n=10)).rows
    notes = set(rows.loc[rows["quantity"].eq("probability"), "note"])
    assert notes == {chances(1.1, 0.1, 0.1)[1]} == {KINDS[0]}
    assert set(given.rows["note"].dropna()) == {UNSURE}


def test_staff_read_them_as_measured():
    given = standing(1.06, -0.24)
    exact = chances(1.06, -0.24, ERROR)[0]
    assert printed(given, "staff")[1] == tuple(f"{100 * c:.0f} %" for c in exact)


@pytest.mark.parametrize("marks", [MARKS, Marks(1.0, 0.0, 0.8), Marks(0.75, 1e-3, 0.505)])
def test_the_marks_are_read_from_what_is_said_of_them(marks):
    assert Marks.of(marks.method("slopes; by REML", -0.5)) == (marks, -0.5)
    assert Marks.of("slopes; by REML") is None
