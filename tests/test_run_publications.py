"""The record of what was published: a chain that tells of every damage, and holds no true size in the open."""

import json
import os
import re
import shutil

import pytest
import waiting_briefs

from cbe_analysis.errors import UnreadableData
from cbe_analysis.run import drafts, editions, publications, publish

posix = pytest.mark.skipif(os.name != "posix", reason="links need rights on this system")
MARKS = re.compile(rb"[0-9a-f]{64}")  # some happen to hold the digits that are looked for
TABLES = ({"a": (400, 120), "b": (300, 60), "c": (8, 3)}, {"a": (400, 130), "b": (300, 70), "c": (80, 3)})


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Reports with three publications: growth; growth and pace; growth."""
    reports = tmp_path_factory.mktemp("published") / "reports"
    for step, names in enumerate((["growth"], ["growth", "pace"], ["growth"])):
        for name in names:
            release = waiting_briefs.release(TABLES[name == "pace"])
            waiting_briefs.draft(reports, name, release, content=f"Step {step}.".encode())
        publish(reports)
    return reports


@pytest.fixture
def reports(made, tmp_path):
    """A copy of them."""
    shutil.copytree(made, tmp_path / "reports")
    return tmp_path / "reports"


def test_all_is_read_as_it_was_published(reports):
    history = publications.read(reports)
    told = [(one.label, [edition.name for edition in one.editions]) for one in history.publications]
    assert told == [("0001", ["growth"]), ("0002", ["growth", "pace"]), ("0003", ["growth"])]
    assert history.unsized == ()
    assert {name: one.label for name, (one, _) in history.newest.items()} == {"growth": "0003", "pace": "0002"}
    (release,) = history.publications[1].editions[1].releases
    assert dict(zip(release.rows["group"], release.sizes, strict=True)) == {"(all)": 780, "a": 400, "b": 300, "c": 80}


def test_the_same_drafts_make_the_same_records(made, tmp_path):
    other = tmp_path / "elsewhere"
    waiting_briefs.draft(other, "growth", waiting_briefs.release(TABLES[0]), content=b"Step 0.")
    publish(other)
    one, again = (folder / "public" / "releases" / "0001" / "record.json" for folder in (made, other))
    assert one.read_bytes() == again.read_bytes()


def test_no_true_size_stands_in_the_open(reports):
    """708 students, 8 of them in a hidden group: neither number may be in any byte that is public."""
    sizes = json.loads((reports / "internal" / "releases" / "0001.json").read_bytes())["sizes"]
    assert sorted(sizes[0][0]) == [8, 300, 400, 708]
    for file in (reports / "public").rglob("*"):
        if file.is_file():
            assert b"708" not in MARKS.sub(b"", file.read_bytes())
    record = json.loads((reports / "public" / "releases" / "0001" / "record.json").read_bytes())["record"]
    (release,) = record["briefs"][0]["releases"]
    assert release["sizes"] is None
    hidden = dict(zip(release["columns"], next(row for row in release["rows"] if "c" in row), strict=True))
    assert [hidden[name] for name in ("shown", "n_shown", "hidden")] == ["protected"] * 3
    kept = {"quantity", "unit", "group", "hidden", "shown", "n_shown"}
    assert {name for name, value in hidden.items() if value is not None} == kept


@pytest.mark.skipif(os.name != "posix", reason="this system has no such rights")
def test_true_sizes_are_for_this_user_alone_and_what_is_public_is_for_all(reports):
    assert [f for f in (reports / "internal").rglob("*") if f.stat().st_mode & 0o077] == []
    before = os.umask(0)
    os.umask(before)
    for file in (reports / "public").rglob("*"):
        assert file.stat().st_mode & 0o444 == 0o444 & ~before


DAMAGES = {
    "a brief was changed": (
        lambda shelf: (shelf / "0001" / "growth.pdf").write_bytes(b"x"),
        r"a file of publication 0001 was changed \(.*growth.pdf\); restore",
    ),
    "a brief is gone": (
        lambda shelf: (shelf / "0002" / "pace.html").unlink(),
        r"of publication 0002 is missing .*pace",
    ),
    "a brief was added": (
        lambda shelf: (shelf / "0002" / "staff.pdf").write_bytes(b"x"),
        r"of publication 0002 is none that was published .*staff.pdf",
    ),
    "a folder in place of a brief": (
        lambda shelf: [(shelf / "0002" / "pace.pdf").unlink(), (shelf / "0002" / "pace.pdf").mkdir()],
        "of publication 0002 is a link or a folder",
    ),
    "a record was cut": (
        lambda shelf: (shelf / "0002" / "record.json").write_bytes(b'{"sha256'),
        "record of publication 0002 is damaged or was edited",
    ),
    "a record is no text": (
        lambda shelf: (shelf / "0002" / "record.json").write_bytes(b"\xff\xfe"),
        "record of publication 0002 is damaged or was edited",
    ),
    "a record is gone": (lambda shelf: (shelf / "0003" / "record.json").unlink(), "publication 0003 has no record"),
    "the last record was edited": (
        lambda shelf: _edit(shelf / "0003" / "record.json", rewritten=False),
        "record of publication 0003 is damaged or was edited",
    ),
    "a record was rewritten with its mark": (
        lambda shelf: _edit(shelf / "0002" / "record.json"),
        "true sizes of publication 0002 are damaged or were edited",
    ),
    "the last record was rewritten with its mark": (
        lambda shelf: _edit(shelf / "0003" / "record.json"),
        "true sizes of publication 0003 are damaged or were edited",
    ),
    "two changed places": (
        lambda shelf: [
            (shelf / "0001").rename(shelf / ".x"),
            (shelf / "0003").rename(shelf / "0001"),
            (shelf / ".x").rename(shelf / "0003"),
        ],
        "record of publication 0001 is damaged or was edited",
    ),
    "one in the middle is gone": (lambda shelf: shutil.rmtree(shelf / "0002"), "lacks 0002"),
    "the last is gone": (lambda shelf: shutil.rmtree(shelf / "0003"), "lacks 0003"),
    "all are gone": (lambda shelf: shutil.rmtree(shelf), "lacks 0001, 0002, 0003"),
    "something else is there": (
        lambda shelf: (shelf / "notes.txt").write_bytes(b"x"),
        r"something that no publication wrote is among them \(.*notes.txt\); move it away",
    ),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_a_damaged_record_is_an_error_that_says_which(reports, case):
    damage, says = DAMAGES[case]
    damage(reports / "public" / "releases")
    with pytest.raises(UnreadableData, match=says):
        publications.read(reports)
    waiting_briefs.draft(reports, "growth", content=b"Another.")
    before = _all(reports)
    with pytest.raises(UnreadableData, match=says):
        publish(reports)
    assert _all(reports) == before


@posix
@pytest.mark.parametrize("part", ["public", "public/releases", "public/releases/0002"])
def test_a_link_in_the_record_is_an_error(reports, tmp_path, part):
    (reports / part).rename(tmp_path / "elsewhere")
    (reports / part).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnreadableData):
        publications.read(reports)


def test_lost_sizes_are_told_and_all_else_is_read(reports):
    (reports / "internal" / "releases" / "0002.json").unlink()
    history = publications.read(reports)
    assert history.unsized == ("0002",)
    assert [edition.releases[0].sizes for edition in history.publications[1].editions] == [None, None]
    assert history.publications[0].sized
    shutil.rmtree(reports / "internal")
    assert publications.read(reports).unsized == ("0001", "0002", "0003")


@pytest.mark.parametrize("text", ["", "{}", '{"sha256": 1, "sizes": []}', "\x00"])
def test_damaged_sizes_are_an_error_with_a_way_out(reports, text):
    file = reports / "internal" / "releases" / "0002.json"
    file.write_text(text)
    with pytest.raises(UnreadableData, match=r"true sizes of publication 0002 .*or remove it"):
        publications.read(reports)
    file.unlink()
    assert publications.read(reports).unsized == ("0002",)


def test_sizes_of_fewer_rows_than_a_release_has_are_an_error(reports):
    file = reports / "internal" / "releases" / "0002.json"
    told = json.loads(file.read_bytes())
    told["sizes"][0][0].pop()
    file.write_text(json.dumps(told))
    with pytest.raises(UnreadableData, match="true sizes of publication 0002"):
        publications.read(reports)


def test_without_the_true_sizes_a_rewritten_record_breaks_the_chain(reports):
    shutil.rmtree(reports / "internal")
    _edit(reports / "public" / "releases" / "0002" / "record.json")
    with pytest.raises(UnreadableData, match="publication 0003 does not follow the one before it"):
        publications.read(reports)


@pytest.mark.parametrize("name", ["../../elsewhere", "a/b", "", ".x"])
def test_a_record_cannot_lead_out_of_the_reports(reports, name):
    """Rewritten with its mark, and the true sizes gone: all that is left to check by is the record itself."""
    shutil.rmtree(reports / "internal")
    _edit(reports / "public" / "releases" / "0003" / "record.json", name=name)
    with pytest.raises(UnreadableData, match="record of publication 0003 is damaged or was edited"):
        publications.read(reports)


def _edit(file, *, rewritten=True, name="growth"):
    """Change what a record says of its notebook and name; rewritten, its mark is made anew."""
    told = json.loads(file.read_bytes())["record"]
    told["briefs"][0] |= {"notebook": "1" * 12, "name": name}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    mark = drafts.mark(text).encode() if rewritten else file.read_bytes()[12:76]
    file.write_bytes(editions.FRAME % (mark, text))


def _all(folder):
    """Every file with its bytes, but for the lock."""
    return {f: f.read_bytes() for f in folder.rglob("*") if f.is_file() and f.name != "publishing.lock"}
