"""A run from a notebook and a district to a brief: what is written, what is not, and that it is the same twice."""

import os
import re
from pathlib import Path

import nbformat
import pytest

from cbe_analysis.errors import ReleaseRefused, RunFailed, UnreadableData, UsageError
from cbe_analysis.run import run
from cbe_analysis.run.notebooks import read

ROOT = Path(__file__).parents[1]
PARAMETERS = "data = ''\naudience = 'public'\ntitle = 'How fast do students grow?'"
BRIEF = """import cbe_analysis as cbe
district = cbe.validate(cbe.load(data))
brief = cbe.brief(title, policy=district.policy, audience=audience, as_of="2026-06-05")
brief.answer("Students grew by about 12 points a year.", "We are fairly sure.")
brief.receipt([], method="None, this is a test.")
"""


@pytest.fixture
def district(tmp_path, monkeypatch):
    """The smallest folder that is a district."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CBE_INTERNAL")
    folder = tmp_path / "district"
    folder.mkdir()
    for name, text in {
        "schools.csv": "school_id,name,kind\n0101,Oak,elementary\n",
        "students.csv": "student_id,gender\n0001,female\n",
        "enrollments.csv": "student_id,school_id,entry_date,exit_date,school_year,grade\n"
        "0001,0101,2025-08-20,2026-06-05,2026,3\n",
        "district.toml": 'name = "Harbor County"\n',
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def notebook(folder, *cells, parameters=PARAMETERS):
    """A notebook of these cells after its parameters."""
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    book = nbformat.v4.new_notebook(cells=[first, *(nbformat.v4.new_code_cell(cell) for cell in cells)])
    nbformat.write(book, folder / "inquiry.ipynb")
    return folder / "inquiry.ipynb"


def written(reports):
    """Every file below the reports, by its place in them, but for the keys and findings kept."""
    files = {str(file.relative_to(reports).as_posix()): file for file in reports.rglob("*") if file.is_file()}
    return {name: file for name, file in files.items() if name.count("/") > 1 and "/findings/" not in name}


def open_to_others(place):
    """What in the folder, itself included, anybody but this user can use; nothing where a system has no such rights."""
    if os.name != "posix":
        return []
    return [path for path in (place, *place.rglob("*")) if path.stat().st_mode & 0o077]


@pytest.mark.sockets
def test_a_public_run_writes_a_draft_and_made_twice_it_has_the_same_bytes(district, tmp_path):
    steps = []
    book = notebook(tmp_path, BRIEF)
    before = book.read_bytes()
    made = run(book, district, out=tmp_path / "out", progress=lambda *step: steps.append(step))
    assert (made.name, made.audience, made.pages) == ("inquiry", "public", 1)
    assert sorted(written(tmp_path / "out")) == [
        "drafts/inquiry/inquiry.html",
        "drafts/inquiry/inquiry.pdf",
        "internal/inquiry/public/data-quality.html",
        "internal/inquiry/public/draft.json",
        "internal/inquiry/public/inquiry.ipynb",
        "internal/inquiry/public/kernel.log",
    ]
    assert [path.name for path in made.paths] == ["inquiry.pdf", "inquiry.html", "inquiry.ipynb", "data-quality.html"]
    assert all(path.is_file() for path in made.paths)
    assert {"cells", "typesetting"} <= {what for _, _, what in steps}
    assert steps[-1] == (1, 1, "typesetting")
    assert book.read_bytes() == before

    again = run(book, "district", out="elsewhere")
    for one, other in zip(made.paths[:2], again.paths[:2], strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert [told for told in (tmp_path, ROOT) if str(told).encode() in one.read_bytes()] == []
    assert b"Harbor County" in made.paths[1].read_bytes()


@pytest.mark.sockets
def test_a_staff_run_writes_inside_alone_and_gets_all_it_needs(district, tmp_path):
    look = "import os\nprint(data, audience, title, os.environ['CBE_INTERNAL'])"
    made = run(notebook(tmp_path, BRIEF, look), "district", parameters={"title": "What now?"}, audience="staff")
    inside = tmp_path / "reports" / "internal"
    assert not (tmp_path / "reports" / "drafts").exists()
    assert {path.parent for path in made.paths} == {inside / "inquiry" / "staff"}
    page = made.paths[1].read_text(encoding="utf-8")
    assert "internal: staff only" in page
    assert re.search(r"notebook [0-9a-f]{12}", page)
    cells = read(made.paths[2]).cells
    assert cells[-1].outputs[0]["text"].strip() == f"{district} staff What now? {inside}"
    assert sorted(file.name for file in inside.iterdir() if file.is_dir()) == ["findings", "inquiry"]
    assert open_to_others(inside) == []
    assert "CBE_INTERNAL" not in os.environ


@pytest.mark.sockets
def test_what_is_for_staff_and_what_is_public_stand_apart(district, tmp_path):
    """A brief for staff beside the record of a public one could be taken for it, and handed on."""
    book = notebook(tmp_path, BRIEF)
    for audience in ("staff", "public"):
        run(book, district, audience=audience)
    staff, public = (tmp_path / "reports" / "internal" / "inquiry" / name for name in ("staff", "public"))
    assert {file.suffix for file in staff.iterdir()} == {".pdf", ".html", ".ipynb", ".log"}
    held = ["data-quality.html", "draft.json", "inquiry.ipynb", "kernel.log"]
    assert sorted(file.name for file in public.iterdir()) == held
    assert sorted(file.name for file in staff.parent.iterdir()) == ["public", "staff"]


@pytest.mark.sockets
@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1"], RunFailed),
        ([BRIEF.replace("audience=audience", "audience='staff'")], ReleaseRefused),
    ],
    ids=["no brief", "a brief for staff"],
)
def test_a_run_that_gives_no_brief_leaves_the_last_good_one_alone(district, tmp_path, cells, kind):
    drafts = tmp_path / "reports" / "drafts" / "inquiry"
    drafts.mkdir(parents=True)
    (drafts / "inquiry.pdf").write_bytes(b"the last good one")
    with pytest.raises(kind):
        run(notebook(tmp_path, *cells), district)
    assert {file.name: file.read_bytes() for file in drafts.iterdir()} == {"inquiry.pdf": b"the last good one"}
    inside = tmp_path / "reports" / "internal" / "inquiry" / "public"
    assert sorted(file.name for file in inside.glob("*.ipynb")) == ["inquiry.failed.ipynb"]


@pytest.mark.sockets
def test_a_notebook_that_stops_is_kept_until_a_good_run(district, tmp_path):
    inside = tmp_path / "reports" / "internal" / "inquiry" / "public"
    with pytest.raises(RunFailed, match=r"stopped with ZeroDivisionError .*inquiry.failed.ipynb"):
        run(notebook(tmp_path, BRIEF, "1/0"), district)
    assert sorted(file.name for file in inside.glob("*.ipynb")) == ["inquiry.failed.ipynb"]
    assert open_to_others(inside.parents[1]) == []
    assert not (tmp_path / "reports" / "drafts").exists()
    run(notebook(tmp_path, BRIEF), district)
    assert sorted(file.name for file in inside.glob("*.ipynb")) == ["inquiry.ipynb"]


def test_an_unknown_audience_is_refused(district, tmp_path):
    with pytest.raises(UsageError, match="choose one of: public, staff"):
        run(notebook(tmp_path, BRIEF), district, audience="press")
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("name", ["empty", "a\0b"])
def test_a_folder_that_is_no_district_is_refused_before_a_kernel_starts(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableData):
        run(notebook(tmp_path, BRIEF), tmp_path / name)
    assert not list((tmp_path / "reports").rglob("kernel.log"))


def test_reports_that_cannot_be_written_are_told(district, tmp_path):
    (tmp_path / "reports").write_text("a file in the way")
    with pytest.raises(UsageError, match="cannot write"):
        run(notebook(tmp_path, BRIEF), district)
