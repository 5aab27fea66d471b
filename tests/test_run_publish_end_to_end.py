"""From two notebooks and a district to public briefs: run, publish, audit; and a pair that leaks together."""

import json
import re
import shutil

import pytest
import small_district
import waiting_briefs

from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.run import audit, publish, run

pytestmark = pytest.mark.sockets

MEASURED = """import cbe_analysis as cbe
from cbe_analysis.render.blocks import Callout
from cbe_analysis.render.readings import readings
district = cbe.validate(cbe.load(data))
brief = cbe.brief("Who is often absent?", policy=district.policy, audience=audience, as_of="2026-06-05")
estimates = cbe.measure("chronic_absence", district, by=by, where=where)
release = cbe.protect(estimates, district.policy, audience)
brief.callout(Callout("Shares", tuple(f"{r.group}: {r.printed()}" for r in readings(release))))
brief.receipt([release])
"""
PARAMETERS = f"{waiting_briefs.PARAMETERS}\nby = ['gender']\nwhere = []"
RULES = """
name = "Harbor"
factors = ["race_ethnicity", "gender"]
minimum_n = 5

[labels.race_ethnicity]
black = "Black or African American"
"""
BLACK = "Black or African American (race_ethnicity=black)"
# race and gender -> students, and those who are often absent: the two briefs below, together, tell of black students
CELLS = {
    ("asian", "male"): (4, 1),
    ("asian", "female"): (7, 2),
    ("black", "male"): (2, 1),
    ("black", "female"): (25, 20),
    ("white", "male"): (3, 3),
    ("white", "female"): (4, 1),
}


def write(folder, cells):
    """A district of these students."""
    students = [(*key, 20 if number < absent else 0) for key, (size, absent) in cells.items() for number in range(size)]
    numbered = [(f"{number:04}", *student) for number, student in enumerate(students, 1)]
    tables = small_district.tables()
    small_district.write(
        folder,
        students=[tables["students"][0], *(f"{i},{race},{gender}" for i, race, gender, _ in numbered)],
        enrollments=[tables["enrollments"][0], *(f"{i},0101,2025-08-20,2026-06-05,2026,3" for i, *_ in numbered)],
        attendance=[tables["attendance"][0], *(f"{i},0101,2026,180,{absent}" for i, _, _, absent in numbered)],
    )
    (folder / "district.toml").write_text(RULES, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    """A district, and reports with a draft by race, one by gender of those who are not white, and one of everybody."""
    place = tmp_path_factory.mktemp("run")
    district = write(place / "district", CELLS)
    asked = {
        "race": {"by": ["race_ethnicity"]},
        "gender": {"by": ["gender"], "where": ["race_ethnicity!=white"]},
        "whole": {"by": []},
    }
    for name, parameters in asked.items():
        book = waiting_briefs.notebook(place, MEASURED, name=name, parameters=PARAMETERS)
        run(book, district, parameters=parameters, out=place / "reports")
    return place / "reports"


@pytest.fixture
def reports(drafted, tmp_path):
    shutil.copytree(drafted, tmp_path / "reports")
    return tmp_path / "reports"


def test_two_briefs_that_give_away_hidden_students_together_are_refused_and_named(reports):
    with pytest.raises(ReleaseRefused) as refused:
        publish(reports)
    assert f"gender, race: {BLACK}: its share comes out" in refused.value.where
    assert not re.search(r"\d", refused.value.where)
    assert "leave out chronic_absence by race_ethnicity" in refused.value.remedy
    assert not (reports / "public").exists()
    account = audit(reports)
    assert account.passed
    assert not account.found.passed


def test_two_briefs_that_hold_together_are_published_as_they_were_drafted(reports):
    before = {file.name: file.read_bytes() for file in (reports / "drafts").rglob("*.*")}
    done = publish(reports, only=["race", "whole"])
    assert {path.name: path.read_bytes() for path in done.paths} == {
        name: content for name, content in before.items() if not name.startswith("gender")
    }
    account = audit(reports)
    assert (account.passed, account.found.cells > 0, sorted(account.history.newest)) == (True, True, ["race", "whole"])
    for sizes in (edition.releases for one in account.history.publications for edition in one.editions):
        assert all(release.sizes is not None for release in sizes)
    for file in (reports / "public").rglob("record.json"):
        told = [r for brief in json.loads(file.read_bytes())["record"]["briefs"] for r in brief["releases"]]
        assert len(told) == 2
        assert all(release["sizes"] is None and not _counts(release) for release in told)


def _counts(release):
    """Numbers of students in a public record, and all numbers of hidden rows."""
    rows = [dict(zip(release["columns"], row, strict=True)) for row in release["rows"]]
    exact = [row[name] for row in rows for name in ("numerator", "denominator") if row[name] is not None]
    small = [row["n"] for row in rows if row["n"] is not None and row["n"] < 100]
    return exact + small + [row["value"] for row in rows if row["hidden"] and row["value"] is not None]


@pytest.mark.parametrize("first", ["race", "gender"])
def test_either_is_published_alone_and_then_the_other_is_refused(reports, first):
    other = {"race": "gender", "gender": "race"}[first]
    assert publish(reports, only=[first]).publication.label == "0001"
    with pytest.raises(ReleaseRefused, match=f"gender, race: {re.escape(BLACK)}"):
        publish(reports)
    account = audit(reports)
    assert account.passed
    assert (account.waiting.names, account.found.passed) == (tuple(sorted((other, "whole"))), False)
    assert sorted(place.name for place in (reports / "public").iterdir()) == [first, "releases"]


def test_without_the_sizes_inside_the_audit_is_no_less_strict(reports):
    publish(reports, only=["race"])
    shutil.rmtree(reports / "internal" / "releases")
    with pytest.raises(ReleaseRefused, match="race_ethnicity=black"):
        publish(reports)
