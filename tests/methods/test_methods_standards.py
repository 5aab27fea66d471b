"""What a study is worth as evidence, and what an effect means for a decision."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cbe_analysis.errors import UsageError
from cbe_analysis.methods.decision import Chances, chances
from cbe_analysis.methods.standards import (
    CAUTIOUS,
    OPTIMISTIC,
    SITES,
    STUDENTS,
    Evidence,
    attrition,
    baseline,
    essa_tier,
    rating,
)


def test_the_boundaries_are_the_published_ones():
    truth = json.loads((Path(__file__).parents[1] / "truths" / "attrition.json").read_text())
    assert list(CAUTIOUS) == truth["cautious"]
    assert list(OPTIMISTIC) == truth["optimistic"]


@pytest.mark.parametrize(("limits", "leaving"), [(CAUTIOUS, (0.45, 0.39)), (OPTIMISTIC, (0.27, 0.22))])
def test_at_its_boundary_attrition_biases_by_a_twentieth_of_a_standard_deviation(limits, leaving):
    # The Clearinghouse's own model (Standards Handbook 4.1, appendix C): who stays is related to the outcome by these
    # correlations in the two arms; the tolerated bias is .05, rounded.
    for percent in range(7, len(limits)):
        stay = 1 - percent / 100 + np.array([-0.5, 0.5]) * limits[percent] / 100
        lost, kept = np.array(leaving) * stats.norm.pdf(stats.norm.ppf(stay)) / stay
        assert 0.052 <= lost - kept < 0.056


def test_attrition_of_project_star():
    # Kindergarten to grade 1: 27.68 % of the small classes and 30.96 % of the others leave.
    found = attrition((1900, 4425), (1374, 3055))
    assert found.overall == pytest.approx(1 - (1374 + 3055) / 6325)
    assert found.differential == pytest.approx(abs(526 / 1900 - 1370 / 4425))
    assert (found.limit_cautious, found.limit_optimistic) == pytest.approx((0.041, 0.082))
    assert (found.low_cautious, found.low_optimistic) == (True, True)


def test_a_differential_at_the_boundary_is_low_and_above_it_high():
    at = attrition((1000, 1000), (1000, 936))  # overall 3.2 -> 3 %, differential 6.4
    assert (at.limit_cautious, at.low_cautious, at.low_optimistic) == (pytest.approx(0.059), False, True)
    edge = attrition((1000, 1000), (1000, 941))  # overall 2.95 -> 3 %, differential 5.9 exactly
    assert edge.low_cautious
    assert not attrition((10_000, 10_000), (10_000, 9409)).low_cautious


def test_overall_attrition_is_rounded_to_the_nearest_percent():
    assert attrition((1000, 1000), (975, 975)).limit_optimistic == pytest.approx(0.103)  # 2.5 -> 3 %
    assert attrition((1000, 1000), (976, 976)).limit_optimistic == pytest.approx(0.102)  # 2.4 -> 2 %


def test_attrition_beyond_the_table_is_high():
    found = attrition((100, 100), (30, 30))
    assert np.isnan([found.limit_cautious, found.limit_optimistic]).all()
    assert (found.low_cautious, found.low_optimistic) == (False, False)
    assert attrition((100, 100), (36, 36)).low_optimistic
    assert not attrition((100, 100), (36, 36)).low_cautious


def test_attrition_of_an_empty_arm_and_of_more_than_were_assigned():
    assert np.isnan(attrition((0, 10), (0, 5)).overall)
    assert not attrition((0, 10), (0, 5)).low_optimistic
    with pytest.raises(UsageError, match="observed of"):
        attrition((10, 10), (11, 10))
    with pytest.raises(UsageError, match="two arms"):
        attrition((10,), (10,))


@given(st.integers(1, 500), st.integers(1, 500), st.data())
def test_who_is_low_by_caution_is_low_by_optimism(first, second, data):
    observed = data.draw(st.integers(0, first)), data.draw(st.integers(0, second))
    found = attrition((first, second), observed)
    assert found.low_optimistic or not found.low_cautious
    assert attrition((second, first), observed[::-1]).differential == pytest.approx(found.differential)


@pytest.mark.parametrize(
    ("g", "answer"),
    [
        (0.0, "satisfied"),
        (-0.05, "satisfied"),
        (0.051, "with adjustment"),
        (-0.25, "with adjustment"),
        (0.26, "not satisfied"),
        (np.nan, "not shown"),
    ],
)
def test_baseline_equivalence(g, answer):
    assert baseline(g) == answer


LOW, HIGH = attrition((100, 100), (98, 97)), attrition((100, 100), (98, 80))


@pytest.mark.parametrize(
    ("assignment", "options", "verdict"),
    [
        ("randomized", {"lost": LOW}, "without reservations"),
        ("randomized", {"lost": HIGH}, "does not meet"),
        ("randomized", {"lost": HIGH, "baselines": [0.01]}, "with reservations"),
        ("randomized", {"lost": HIGH, "baselines": [0.01, 0.12]}, "does not meet"),
        ("randomized", {"lost": HIGH, "baselines": [0.01, 0.12], "adjusted": True}, "with reservations"),
        ("randomized", {"baselines": [0.02]}, "with reservations"),
        ("comparison", {"lost": LOW, "baselines": [0.02]}, "with reservations"),
        ("comparison", {"baselines": [0.3], "adjusted": True}, "does not meet"),
        ("rollout", {"baselines": [0.1, np.nan], "adjusted": True}, "does not meet"),
        ("rollout", {}, "does not meet"),
        ("series", {}, "not rated"),
        ("cutoff", {}, "not rated"),
    ],
)
def test_a_rating_follows_from_the_design(assignment, options, verdict):
    found = rating(assignment, **options)
    assert found.verdict == verdict
    assert all(found.reasons)


def test_the_optimistic_boundary_is_chosen_not_assumed():
    between = attrition((100, 100), (100, 92))
    assert rating("randomized", lost=between).verdict == "does not meet"
    assert rating("randomized", lost=between, boundary="optimistic").verdict == "without reservations"
    with pytest.raises(UsageError, match="'random' is unknown"):
        rating("random")


def evidence(**changes):
    facts = {"rating": "without reservations", "positive": True, "negative": False, "students": 400, "sites": 2}
    return Evidence(**{**facts, "controlled": True, "rationale": True, **changes})


@pytest.mark.parametrize(
    ("changes", "tier", "missing"),
    [
        ({}, 1, ()),
        ({"rating": "with reservations"}, 2, ("a study that meets the standards without reservations",)),
        ({"students": 268, "sites": 1}, 3, ("82 more students", "a second district")),
        ({"rating": "does not meet"}, 3, ("a study that meets the standards with reservations",)),
        ({"positive": False}, 4, ("a significant positive effect",)),
        ({"negative": True}, 4, ("no significant negative effect",)),
        (
            {"rating": "not rated", "controlled": False},
            4,
            ("statistical controls for what students started with",),
        ),
        ({"positive": False, "rationale": False}, None, ("a written rationale, and a study under way",)),
    ],
)
def test_a_tier_and_what_the_next_one_lacks(changes, tier, missing):
    found = essa_tier(evidence(**changes))
    assert (found.tier, found.missing) == (tier, missing)


@given(
    st.sampled_from(["without reservations", "with reservations", "does not meet", "not rated"]),
    st.booleans(),
    st.integers(0, 2 * STUDENTS),
    st.integers(0, 2 * SITES),
)
def test_more_students_and_sites_never_lower_a_tier(verdict, positive, students, sites):
    few = essa_tier(evidence(rating=verdict, positive=positive, students=students, sites=sites)).tier
    many = essa_tier(evidence(rating=verdict, positive=positive, students=students + 100, sites=sites + 1)).tier
    assert many <= few


def test_chances_by_the_table_of_the_normal_distribution():
    # An effect of two errors, a minimum of one: P(z > -1) = .8413, P(z < -3) = .0013.
    found = chances(2.0, 1.0, 1.0)
    assert (found.better, found.worse) == pytest.approx((0.8413447, 0.0013499), abs=1e-6)
    # A prior as wide as the error halves the effect and divides its variance by two: P(z > 0) = .5.
    assert chances(2.0, 1.0, 1.0, prior_sd=1.0).better == pytest.approx(0.5)


@given(st.floats(-3, 3), st.floats(0.01, 2), st.floats(0.01, 1), st.none() | st.floats(0.01, 5))
def test_chances_add_to_one_and_mirror(effect, error, minimum, spread):
    found, mirror = (chances(sign * effect, error, minimum, prior_sd=spread) for sign in (1, -1))
    assert found.better + found.little + found.worse == pytest.approx(1)
    assert (mirror.better, mirror.worse) == pytest.approx((found.worse, found.better))


def test_an_informed_chance_comes_true_as_often_as_it_says():
    draw = np.random.default_rng(61)
    truth = draw.normal(size=20_000) * 0.1
    seen = truth + draw.normal(size=20_000) * 0.08
    claimed = np.array([chances(x, 0.08, 0.05, prior_sd=0.1).better for x in seen])
    for low in (0.2, 0.4, 0.6, 0.8):
        some = (claimed >= low) & (claimed < low + 0.2)
        assert (truth[some] >= 0.05).mean() == pytest.approx(claimed[some].mean(), abs=4 * 0.5 / np.sqrt(some.sum()))


def test_no_error_is_certainty_and_no_estimate_is_no_chance():
    assert chances(0.3, 0.0, 0.2) == Chances(1.0, 0.0, 0.0)
    assert chances(0.1, 0.0, 0.2) == Chances(0.0, 1.0, 0.0)
    assert np.isnan(chances(np.nan, 1.0, 0.2).better)
    for minimum, spread in ((0, None), (0.2, 0)):
        with pytest.raises(UsageError, match="give positive numbers"):
            chances(0.3, 0.1, minimum, prior_sd=spread)


def test_a_verdict_needs_the_certainty_that_was_wanted():
    assert Chances(0.85, 0.1, 0.05).verdict(0.8) == "yes"
    assert Chances(0.15, 0.7, 0.15).verdict(0.8) == "no"
    assert Chances(0.5, 0.4, 0.1).verdict(0.8) == "unsure"
    assert Chances(np.nan, np.nan, np.nan).verdict(0.8) == "unsure"
    with pytest.raises(UsageError, match=r"a certainty of 0.3"):
        Chances(0.5, 0.4, 0.1).verdict(0.3)
