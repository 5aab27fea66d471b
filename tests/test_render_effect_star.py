"""The intervention brief of Project STAR says nothing that its releases do not hold."""

import re

import pytest

import cbe_analysis as cbe
from cbe_analysis.load.findings import Findings
from cbe_analysis.protect import protect
from cbe_analysis.render import plans, trials
from cbe_analysis.render.figures.effect import forests, passed, standing
from cbe_analysis.render.wording import effect as words
from cbe_analysis.render.wording.decision import decision
from cbe_analysis.render.wording.passport import passport

NUMBER = re.compile(r"\u2212?\d[\d,]*(?:\.\d+)?")
FACTOR = "race_ethnicity"


def studied(folder, program):
    """The district, the program's plan, and the releases of one outcome: whole, by a factor, with it held equal."""
    district = cbe.load(folder).with_findings(Findings((), checks=1, passed=1, not_checked=(), fingerprint=""))
    ways = ({}, {"by": [FACTOR], "compare": "reference"}, {"covariates": FACTOR})
    made = [cbe.measure("intervention_effect", district, program=program, outcome="sat:math", **how) for how in ways]
    return district.policy, plans.plan(plans.plans(district), program), [protect(e, district.policy) for e in made]


def test_without_a_choice_the_sample_is_asked_for_its_first_program(star):
    found = plans.plans(cbe.load(star))
    assert plans.plan(found).id == "small_class_k"
    assert [p.id for p in plans.others(found, plans.plan(found))] == [f"small_class_{grade}" for grade in (1, 2, 3)]


@pytest.fixture(scope="module")
def kindergarten(star):
    return studied(star, "small_class_k")


@pytest.fixture(scope="module")
def first_grade(star):
    return studied(star, "small_class_1")


def held(releases):
    """Every number that the releases print or hold, shares as percent too, and where effects make students stand."""
    found = set()
    for release in releases:
        for row in release.rows.to_dict("records"):
            texts = (row["shown"], row["n_shown"], row["note"] or "", *release.warnings, release.method)
            found |= {_read(text) for shown in texts for text in NUMBER.findall(shown)}
            limits = [row[name] for name in ("value", "low", "high") if row[name] == row[name]]
            found |= {round(v, 4) for v in limits}
            if row["quantity"] == "hedges_g":
                found |= {float(passed(v)) for v in limits}
    return found | {-v for v in found}


def _read(text):
    return float(text.replace(",", "").replace("\u2212", "-"))


def said(texts):
    return {_read(number) for text in texts for number in NUMBER.findall(text)}


def test_every_number_is_one_of_the_release(kindergarten):
    policy, plan, releases = kindergarten
    found = trials.trials(releases)
    (table,) = words.tables(found, policy)
    texts = [words.answer(found, policy), words.sure(found, plan, policy), words.facts(found, plan, policy)[0]]
    texts += [p.alt for p in (*standing(found, policy), *forests(found, policy, plan))]
    texts += [cell for row in table.rows for cell in row if cell and not cell.startswith("Other groups")]
    told = {row[0].strip("*"): row[1] for row in passport(found, plan, policy).rows}
    texts += [told[name] for name in ("Sample", "Lost on the way", "Steadiness")]
    texts += [big.value for big in decision(found, plan, policy).numbers]
    clusters, interval, strokes, half = {float(found[0].clusters)}, {95.0}, {100.0}, {50.0}
    assert said(texts) - held(releases) - clusters - interval - strokes - half == set()
    assert len(said(texts)) > 20


def test_small_groups_of_the_sample_never_stand_as_numbers(kindergarten):
    policy, plan, releases = kindergarten
    found = trials.trials(releases)
    (table,) = words.tables(found, policy)
    assert [row[0] for row in table.rows] == ["All students", "White students", "Black students", "Other groups (4)"]
    (picture,) = forests(found, policy, plan)
    assert not re.search(r"Asian|Hispanic|Indian", picture.alt + picture.svg)


def test_kindergarten_could_meet_the_standards(kindergarten):
    policy, plan, releases = kindergarten
    told = {row[0].strip("*"): row[1:] for row in passport(trials.trials(releases), plan, policy).rows}
    assert told["Standards"][1] == "Could meet, without reservations"
    assert told["Steadiness"][1] == "Same answer"
    compared = (
        "Two groups are compared: with the program, small class; without it, regular class, with or without an aide."
    )
    assert told["Comparison"][0].startswith(compared)
    assert "337 classes;" in told["Sample"][0]
    assert words.answer(trials.trials(releases), policy).endswith("compared with all students without it.")


def test_a_later_grade_has_baselines_of_entrants_only(first_grade):
    policy, plan, releases = first_grade
    found = trials.trials(releases)
    assert found[0].late
    told = {row[0].strip("*"): row[1:] for row in passport(found, plan, policy).rows}
    assert "Only students who entered the study with this program are compared." in told["Alike at the start"][0]
    assert told["Standards"][1] == "Not judged"
    assert "entered the study before this program began" in words.definitions(found, plan, policy)
