"""Scores of two values, as of a test that is passed or not: their mean is a share, and told as one alone."""

import numpy as np
import pytest

import cbe_analysis as cbe
from cbe_analysis.indicators.alike import FEW_VALUES, Scores
from cbe_analysis.policy import Policy

PASSED = [0.0] * 62 + [1.0] * 3


def status(write, scores, **options):
    students = "\n".join(["student_id", *(str(i) for i in range(len(scores)))])
    rows = (f"{i},test,math,2026-03-02,{score}" for i, score in enumerate(scores))
    tests = "\n".join(["student_id,instrument,subject,date,score", *rows])
    return cbe.measure("status", write(students=students, assessments=tests), **options)


@pytest.mark.parametrize(("scores", "hidden"), [(PASSED, True), ([float(i % 40) for i in range(65)], False)])
def test_the_mean_of_a_test_that_is_passed_or_not_is_protected(write, scores, hidden):
    found = status(write, scores)
    assert any("two values" in warning for warning in found.warnings) is hidden
    released = cbe.protect(found, Policy())
    assert (released.rows["shown"].iloc[0] == "protected") is hidden


def test_the_share_who_passed_is_told_coded(write):
    assert cbe.protect(status(write, PASSED, cut=1), Policy()).rows["shown"].iloc[0] == "<=5 %"


@pytest.mark.parametrize(
    ("scores", "few"),
    [
        ([float(1 + i % 4) for i in range(65)], True),
        ([1 + i % 9 / 4 for i in range(65)], True),
        ([float(200 + i % 40) for i in range(65)], False),
        ([200 + i % 7 / 3 for i in range(65)], True),  # no step, but few that stand there often
        ([200 + i / 3 for i in range(65)], False),
        ([float(200 + i % 8) for i in range(64)] + [300.0], False),
    ],
)
def test_scores_of_few_values_are_told_as_such(write, scores, few):
    assert (FEW_VALUES in status(write, scores).rows["note"].iloc[0]) is few


def test_a_group_whose_scores_lie_close_together_is_one_of_few_values():
    scores = Scores.of(np.array([150.0, 151.0, 300.0]))
    assert scores.step == 1.0
    assert scores.note(200 + np.arange(10.0) % 8) == FEW_VALUES
    assert scores.note(200 + np.arange(100.0) % 40) == ""
