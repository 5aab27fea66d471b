"""Drafts and their records: what a run writes down of the releases that its brief shows, and what is not fit."""

import json
import os
from pathlib import Path

import pytest
import small_district
import waiting_briefs
from protected_tables import POLICY, shares

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.protect.record import Recorded
from cbe_analysis.run import drafts, run

CELL = """import cbe_analysis as cbe
district = cbe.validate(cbe.load(data))
brief = cbe.brief("Who is here?", policy=district.policy, audience=audience, as_of="2026-06-05")
estimates = cbe.measure("chronic_absence", district, by=["gender"])
release = cbe.protect(estimates, district.policy, audience)
brief.receipt([release, release])
"""
SMUGGLED = """import os
from cbe_analysis.render.readings import readings
os.environ["CBE_AUDIENCE"] = "staff"
readings(cbe.protect(estimates, district.policy, "staff"))
"""


@pytest.fixture
def reports(tmp_path):
    """Reports with one draft, `growth`."""
    return waiting_briefs.draft(tmp_path / "reports", "growth")


def told(reports):
    """Name -> why each is not fit."""
    return {other.name: other.why for other in drafts.waiting(reports).unfit}


@pytest.mark.sockets
def test_a_run_records_each_release_that_its_brief_shows_with_true_sizes(tmp_path):
    district = small_district.write(tmp_path / "district")
    run(waiting_briefs.notebook(tmp_path, CELL), district, out=tmp_path / "reports")
    (draft,) = drafts.waiting(tmp_path / "reports").drafts
    (release,) = draft.releases
    sizes = dict(zip(release.rows["gender"], release.sizes, strict=True))
    assert (draft.name, release.indicator, release.audience) == ("inquiry", "chronic_absence", "public")
    assert sizes == {"(all)": 24, "female": 16, "male": 8}
    assert release.rows["hidden"].tolist().count("protected") >= 2
    record = drafts.inside(tmp_path / "reports", "inquiry")
    assert os.name != "posix" or record.stat().st_mode & 0o077 == 0
    assert str(tmp_path) not in record.read_text(encoding="utf-8")
    assert sorted(file.name for file in record.parent.iterdir() if file.name.startswith(".")) == []
    html = (tmp_path / "reports" / "drafts" / "inquiry" / "inquiry.html").read_text(encoding="utf-8")
    assert f"notebook {draft.notebook}" in html


@pytest.mark.sockets
def test_a_release_for_staff_in_a_public_brief_is_refused_after_the_run_too(tmp_path):
    """A cell may set what the kernel takes for the audience of the run; the record tells."""
    district = small_district.write(tmp_path / "district")
    with pytest.raises(ReleaseRefused, match="cannot show a release for"):
        run(waiting_briefs.notebook(tmp_path, CELL, SMUGGLED), district, out=tmp_path / "reports")
    assert not (tmp_path / "reports" / "drafts").exists()
    inside = drafts.inside(tmp_path / "reports", "inquiry").parent
    assert sorted(file.name for file in inside.glob("*.ipynb")) == ["inquiry.failed.ipynb"]
    assert not (inside / "draft.json").exists()


def test_a_draft_is_read_with_the_bytes_that_its_run_wrote(reports):
    found = drafts.waiting(reports)
    assert found.unfit == ()
    assert found.names == ("growth",)
    assert sorted(found.drafts[0].files) == ["growth.html", "growth.pdf"]
    assert found.drafts[0].releases[0].sizes is not None


def test_no_drafts_is_nothing(tmp_path):
    assert drafts.waiting(tmp_path) == drafts.Waiting((), ())


def test_the_same_draft_has_the_same_record(tmp_path):
    releases = (Recorded.of(cbe.protect(shares({"a": (400, 120), "b": (300, 60)}), POLICY)),)
    one, other = (
        drafts.record("x", {"x.pdf": b"1"}, releases, drafts.Origin("n", {"data": place, "title": "t"}))
        for place in ("/here", "/there")
    )
    assert one == other
    assert b"title" in one


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda place, record: (place / "growth.pdf").write_bytes(b"other"), "growth.pdf is not what the run wrote"),
        (lambda place, record: (place / "growth.html").unlink(), "growth.html is missing"),
        (lambda place, record: (place / "staff.pdf").write_bytes(b"x"), "no run wrote staff.pdf"),
        (lambda place, record: (place / "pages").mkdir(), "no run wrote pages"),
        (lambda place, record: record.unlink(), "no run has recorded it"),
        (lambda place, record: record.write_text("{"), "its record is damaged"),
        (lambda place, record: record.write_text("[]"), "its record is damaged"),
        (lambda place, record: record.write_bytes(b"\xff"), "its record is damaged"),
        (lambda place, record: _changed(record, form=2), "its record is damaged, or of another version"),
        (lambda place, record: _changed(record, name="pace"), "its record is damaged, or of another version"),
        (lambda place, record: _changed(record, releases=[{"rows": 1}]), "its record is damaged"),
        (lambda place, record: _without_sizes(record), "its record is damaged"),
    ],
    ids=[
        "changed",
        "gone",
        "added",
        "a folder",
        "no record",
        "cut",
        "list",
        "bytes",
        "form",
        "name",
        "releases",
        "sizes",
    ],
)
def test_a_draft_that_is_not_what_a_run_wrote_is_not_fit(reports, change, why):
    change(reports / "drafts" / "growth", drafts.inside(reports, "growth"))
    found = told(reports)
    assert list(found) == ["growth"]
    assert found["growth"].startswith(why)
    assert drafts.waiting(reports).drafts == ()


def test_a_brief_for_staff_that_was_copied_among_the_drafts_is_not_fit(reports):
    (reports / "drafts" / "staff.pdf").write_bytes(b"names")
    (reports / "drafts" / "pace").mkdir()
    (reports / "drafts" / "pace" / "pace.pdf").write_bytes(b"names")
    assert told(reports) == {"staff.pdf": "no run wrote it", "pace": "no run has recorded it"}
    assert drafts.waiting(reports).names == ("growth", "pace", "staff.pdf")


def test_a_draft_with_a_release_for_staff_is_not_fit(tmp_path):
    waiting_briefs.draft(tmp_path, "growth", cbe.protect(shares({"a": (8, 3), "b": (300, 60)}), POLICY, "staff"))
    assert told(tmp_path) == {"growth": "it shows a release for staff"}


@pytest.mark.skipif(os.name != "posix", reason="links need rights on this system")
def test_links_are_not_followed(reports, tmp_path):
    place = reports / "drafts"
    (place / "growth").rename(tmp_path / "elsewhere")
    (place / "growth").symlink_to(tmp_path / "elsewhere")
    assert told(reports) == {"growth": "no run wrote it"}
    (place / "growth").unlink()
    place.rmdir()
    place.symlink_to(tmp_path)
    assert told(reports) == {"drafts": "the folder is a link"}


def test_hidden_files_are_no_drafts(reports):
    (reports / "drafts" / ".DS_Store").write_bytes(b"x")
    (reports / "drafts" / "growth" / ".growth.pdf.0123").write_bytes(b"x")
    (reports / "drafts" / "empty").mkdir()
    assert drafts.waiting(reports).names == ("growth",)
    assert told(reports) == {}


def test_a_draft_is_removed_with_its_record_where_it_is_what_was_published(reports):
    (draft,) = drafts.waiting(reports).drafts
    assert drafts.remove(reports, "growth", draft.marks) is True
    assert drafts.waiting(reports).names == ()
    assert not drafts.inside(reports, "growth").exists()
    assert not (reports / "drafts" / "growth").exists()
    assert drafts.remove(reports, "growth", draft.marks) is False


def test_the_rest_of_a_draft_that_was_being_removed_goes_too(reports):
    (draft,) = drafts.waiting(reports).drafts
    (reports / "drafts" / "growth" / "growth.html").unlink()
    assert drafts.remove(reports, "growth", draft.marks) is True
    assert not drafts.inside(reports, "growth").exists()


def test_a_newer_draft_is_not_removed(reports):
    (draft,) = drafts.waiting(reports).drafts
    (reports / "drafts" / "growth" / "growth.pdf").write_bytes(b"newer")
    assert drafts.remove(reports, "growth", draft.marks) is False
    assert (reports / "drafts" / "growth" / "growth.pdf").read_bytes() == b"newer"
    assert drafts.inside(reports, "growth").exists()


def _changed(record: Path, **parts):
    record.write_text(json.dumps(json.loads(record.read_text()) | parts))


def _without_sizes(record: Path):
    (release,) = json.loads(record.read_text())["releases"]
    _changed(record, releases=[release | {"sizes": None}])
