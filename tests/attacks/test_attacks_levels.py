"""A row that is there says nothing: districts that differ in which group a few students are in print the same."""

import dataclasses
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

import cbe_analysis as cbe
from cbe_analysis.load.findings import Findings
from cbe_analysis.measure.estimates import ALL
from cbe_analysis.protect.record import Recorded
from cbe_analysis.run import run

RIVERBEND = Path(__file__).parents[2] / "data" / "riverbend"
RACE, ONE, OTHER = "race_ethnicity", "pacific_islander", "american_indian"
UPPER = ("grade>=5",)
FEW = 9  # of the selection in the two groups together: either of them is hidden, however many of these are in it
FIGURES = {"n", "n_reference", "numerator", "denominator", "value", "std_error", "low", "high", "p", "p_adjusted"}


def people():
    """The students of the demo district, and those who are ever in one of the upper grades; in order."""
    spells = pd.read_parquet(RIVERBEND / "enrollments.parquet")
    upper = set(spells.loc[spells["grade"] >= 5, "student_id"])
    every = sorted(spells["student_id"].unique())
    return [s for s in every if s in upper], [s for s in every if s not in upper]


def district(folder, groups):
    """The demo district, in which these students are in these groups, and nobody else in either of the two."""
    shutil.copytree(RIVERBEND, folder)
    students = pd.read_parquet(folder / "students.parquet")
    race = students[RACE].where(~students[RACE].isin([ONE, OTHER]), "white")
    students[RACE] = students["student_id"].map(groups).fillna(race)
    students.to_parquet(folder / "students.parquet")
    return cbe.load(folder).with_findings(Findings((), 1, 1, (), ""))


@pytest.fixture(scope="module")
def districts(tmp_path_factory):
    """How many of the few are in one group, the others being in the other -> the district; both have younger ones."""
    upper, lower = people()
    few = upper[:: len(upper) // FEW][:FEW]
    young = dict.fromkeys(lower[:3], ONE) | dict.fromkeys(lower[3:6], OTHER)
    folder = tmp_path_factory.mktemp("levels")
    return {
        many: district(folder / str(many), young | dict.fromkeys(few, OTHER) | dict.fromkeys(few[:many], ONE))
        for many in (0, 1, FEW)
    }


def told(release):
    """All that a release says to the public, but the fingerprint of the data."""
    said = json.loads(Recorded.of(release).outside().text())
    del said["fingerprint"]
    return [said, release.method, release.warnings, release.population_id]


def words(release):
    """The same without figures: which rows there are, what they name, and which of them are hidden."""
    said, *more = told(release)
    texts = [name for name in said["columns"] if name not in {*FIGURES, "shown", "n_shown"}]
    rows = pd.DataFrame(said.pop("rows"), columns=said["columns"])
    filled = rows[[*FIGURES - {"n", "n_reference"}]].notna()
    return [rows[texts].fillna("").values.tolist(), filled.values.tolist(), said, *more]


def release(of, indicator, by=(RACE,), where=UPPER, policy=None, **options):
    return cbe.protect(cbe.measure(indicator, of, by=list(by), where=list(where), **options), policy or of.policy)


MATHEMATICS = {"outcome": "map:math"}
CASES = [
    ("chronic_absence", (RACE,), "others", {}),
    ("chronic_absence", (RACE, "english_learner"), "reference", {}),
    ("chronic_absence", (RACE,), "reference", {"over": "year"}),
    ("status", (RACE,), None, MATHEMATICS),
    ("status", ("gender", RACE), "reference", MATHEMATICS),
]


@pytest.mark.parametrize(("indicator", "by", "compare", "options"), CASES)
def test_shares_and_means_are_the_same_whichever_small_group_has_students(districts, indicator, by, compare, options):
    first, *others = (release(d, indicator, by, compare=compare, **options) for d in districts.values())
    assert first.rows["hidden"].notna().any()
    assert first.rows["hidden"].isna().any()
    assert {ONE, OTHER} <= {*first.rows[RACE]}
    said = words if compare == "others" else told  # the error of a gap to all others is that of the whole regression
    for other in others:
        assert said(other) == said(first)


@pytest.mark.parametrize("compare", ["others", "reference"])
@pytest.mark.parametrize("indicator", ["growth_rate", "pace", "on_track"])
def test_models_name_the_same_groups_whichever_small_group_has_students(districts, indicator, compare):
    options = MATHEMATICS if indicator == "growth_rate" else {}
    first, *others = (release(d, indicator, compare=compare, **options) for d in districts.values())
    assert {ONE, OTHER} <= {*first.rows.loc[first.rows["hidden"].notna(), RACE]}
    for other in others:
        assert words(other) == words(first)


@pytest.mark.parametrize("over", [None, "year"])
def test_rounded_counts_are_the_same_whichever_small_group_has_students(districts, over):
    rounded = dataclasses.replace(districts[0].policy, privacy_profile="rounded")
    first, *others = (release(d, "chronic_absence", policy=rounded, over=over) for d in districts.values())
    assert {ONE, OTHER} <= {*first.rows.loc[first.rows["hidden"].notna(), RACE]}
    for other in others:
        assert told(other) == told(first)


def test_staff_see_the_groups_that_have_students_and_no_others(districts):
    found = cbe.measure("chronic_absence", districts[0], by=[RACE], where=list(UPPER))
    assert ONE not in set(found.rows[RACE])
    assert len(cbe.protect(found, districts[0].policy, "staff").rows) == len(found.rows)


@pytest.mark.parametrize("over", [None, "year"])
def test_a_selection_of_a_group_names_every_place_of_the_district(tmp_path, over):
    """One of the group moves from a school where it is the only one to a school that had none."""
    spells = pd.read_parquet(RIVERBEND / "enrollments.parquet")
    one_school = spells.groupby("student_id").filter(lambda own: own["school_id"].nunique() == 1)
    homes = one_school.drop_duplicates("student_id").groupby("school_id")["student_id"].apply(sorted)
    schools = sorted(homes.index)
    two = schools[2:4]
    group = [s for school in schools for s in homes[school][:6] if school not in two]
    releases = []
    for school in two:
        chosen = dict.fromkeys([*group, homes[school][0]], OTHER)
        of = district(tmp_path / school, chosen)
        releases.append(release(of, "chronic_absence", ["school_id"], [f"{RACE}={OTHER}"], over=over))
    named = [release.rows[["school_id", "at", "shown", "hidden"]] for release in releases]
    hidden = [rows[rows["hidden"].notna()].fillna("").values.tolist() for rows in named]
    assert hidden[0] == hidden[1]
    assert {*schools} <= {*releases[0].rows["school_id"]}
    assert releases[0].rows.loc[releases[0].rows["school_id"] == ALL, "hidden"].isna().any()


def test_briefs_are_the_same_whichever_small_group_has_students(districts, tmp_path):
    notebook = RIVERBEND.parents[1] / "notebooks" / "disparities.ipynb"
    asked = {"outcomes": ["map:math"], "factors": [RACE], "where": list(UPPER)}
    pages = []
    for many in (0, 1):
        made = run(notebook, districts[many].folder, parameters=asked, out=tmp_path / str(many))
        [page] = [path.read_text(encoding="utf-8") for path in made.paths if path.name == "disparities.html"]
        pages.append(re.sub(r"\b[0-9a-f]{12,64}\b", "", page))  # fingerprints
    assert pages[0] == pages[1]
