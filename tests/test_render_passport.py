"""The evidence passport says of a study what its release shows, and no more."""

from dataclasses import replace

import pytest
from small_releases import POLICY
from small_trials import PLAN, found, whole

from cbe_analysis.render.wording.passport import passport

LATE = "1,200 students entered the study before this program began: they are no part of the comparison at entry"


def checks(*made, rule=PLAN):
    """Check -> what was found and the word for it."""
    return {
        row[0].strip("*"): (row[1].replace("\u00a0", " "), row[2]) for row in passport(found(*made), rule, POLICY).rows
    }


def test_a_sound_study_stops_at_the_second_district():
    told = checks(whole())
    assert told["Design"] == (
        "Students were assigned by chance within blocks, such as schools, and are compared within them.",
        "By chance",
    )
    assert told["Sample"] == (
        "Students with a score: reading 600 with and 900 without the program. They were in 60 classes or schools; the "
        "intervals allow for what is shared there.",
        "Large",
    )
    assert told["Lost on the way"] == (
        "Assigned, but without a score: reading 9% with and 9% without the program.",
        "Low, as far as known",
    )
    assert told["Alike at the start"][1] == "Met"
    assert told["Standards"][1] == "Could meet, without reservations"
    assert "What Works Clearinghouse 4.1" in told["Standards"][0]
    assert "not a rating by the Clearinghouse" in told["Standards"][0]
    assert told["ESSA evidence"] == (
        "Sites are districts: these data hold one. Still to show: a second district.",
        "Could support tier 3",
    )
    assert "Steadiness" not in told


def test_design_says_blocks_only_where_there_are_some():
    assert "blocks" not in checks(whole(method="randomized, without blocks"))["Design"][0]
    assert checks(whole(), rule=replace(PLAN, assignment="comparison"))["Design"][1] == "Declared"


@pytest.mark.parametrize(
    ("how", "word"), [({"low": "low"}, "Low, as far as known"), ({"low": "high"}, "High")], ids=["low", "high"]
)
def test_attrition_has_the_word_of_its_boundary(how, word):
    assert checks(whole(**how))["Lost on the way"][1] == word
    assert checks(whole(), whole(outcome="map:math", **how))["Lost on the way"][1] == word


def test_attrition_that_is_coded_or_protected_stays_so():
    coded = checks(whole(lost=(1, 2)))["Lost on the way"][0]
    assert "reading at most 1% with and at most 1% without the program" in coded
    hidden = checks(whole(sizes={"treatment": 5, "comparison": 6}, lost=(1, 1)))
    assert "reading protected with and protected without" in hidden["Lost on the way"][0]
    assert hidden["Sample"] == (
        "Students with a score: reading (protected) with and (protected) without the program.",
        "Small",
    )
    assert "None" not in str(hidden)


@pytest.mark.parametrize(
    ("baselines", "word"),
    [
        ((0.02, "satisfied"), "Met"),
        ((0.12, "with adjustment"), "Met if adjusted for"),
        ((0.31, "not satisfied"), "Not met"),
    ],
)
def test_balance_has_the_largest_difference_and_its_word(baselines, word):
    text, found_word = checks(whole(baselines=baselines))["Alike at the start"]
    assert found_word == word
    assert f"{baselines[0]:.2f}" in text
    assert "reading support" in text


def test_balance_looks_at_every_outcome():
    other = whole(outcome="map:math", baselines=(0.31, "not satisfied"))
    assert checks(whole(), other)["Alike at the start"][1] == "Not met"


def test_baselines_that_were_not_judged_are_not_known():
    told = checks(whole(baselines=(0.9, ""), sizes={"treatment": 5, "comparison": 6}))["Alike at the start"]
    assert told == ("No description of students at entry may be shown, or none was recorded.", "Not known")


def test_students_who_entered_earlier_leave_the_standards_open():
    told = checks(whole(warnings=[LATE]))
    assert "Only students who entered the study with this program are compared." in told["Alike at the start"][0]
    assert "left before this program began are not counted" in told["Lost on the way"][0]
    assert told["Standards"][1] == "Not judged"
    assert told["ESSA evidence"][1] == "No tier yet"


def test_a_rating_is_protected_with_the_difference_that_it_rests_on():
    told = checks(whole(lost=(1, 2)))
    assert told["Lost on the way"][1] == "Not known"
    assert told["Standards"][0].endswith("How many were lost is protected.")
    assert told["Standards"][1] == "Not judged"
    open_ones = found(whole(lost=(1, 2)), audience="staff")
    assert "without reservations" in open_ones[0].of("attrition", arm="(all)").note


@pytest.mark.parametrize(
    ("rating", "word", "tier"),
    [
        ("with reservations", "Could meet, with reservations", "Could support tier 3"),
        ("does not meet", "Does not meet", "No tier yet"),
    ],
)
def test_rating_decides_the_tier(rating, word, tier):
    told = checks(whole(rating=rating))
    assert told["Standards"][1] == word
    assert told["ESSA evidence"][1] == tier


def test_outcomes_rated_apart_are_told_so():
    told = checks(whole(), whole(outcome="map:math", rating="does not meet"))
    assert told["Standards"][1] == "Differs by outcome"
    assert told["ESSA evidence"][1] == "No tier yet"


def test_no_tier_without_a_gain_in_every_outcome():
    told = checks(whole(), whole(effect=1.0, p=0.6, outcome="map:math"))["ESSA evidence"]
    assert told[1] == "No tier yet"
    assert "a significant positive effect" in told[0]
    lost = checks(whole(effect=-9.0))["ESSA evidence"]
    assert "no significant negative effect" in lost[0]


@pytest.mark.parametrize(
    ("held", "word"),
    [({"effect": 8.0}, "Same answer"), ({"effect": 1.0}, "Answer changes"), ({"effect": -9.0}, "Answer changes")],
)
def test_steadiness_compares_with_characteristics_held_equal(held, word):
    told = checks(whole(), whole(covariates="support", **held))["Steadiness"]
    assert told[1] == word
    assert "With reading support held equal, the effects are: reading " in told[0]


def test_steadiness_is_not_known_where_it_is_protected():
    small = whole(covariates="support", sizes={"treatment": 5, "comparison": 6})
    assert checks(whole(), small)["Steadiness"] == (
        "With reading support held equal, the effects are: reading (protected).",
        "Not known",
    )
