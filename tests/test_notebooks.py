"""The notebooks hold parameters, words and calls; as they stand each makes a brief that everyone can read, anywhere."""

import ast
import json
import re
import shutil
from pathlib import Path

import nbformat
import page
import pikepdf
import pytest

from cbe_analysis.errors import UsageError
from cbe_analysis.render.bundles import read_bundles
from cbe_analysis.render.readability import grade
from cbe_analysis.run import run

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
EASY = 9  # years of school that a brief may ask of its reader
PAGES = 3
REASONED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | ast.BinOp | ast.AugAssign | ast.While

notebooks = pytest.mark.parametrize("file", NOTEBOOKS, ids=[file.stem for file in NOTEBOOKS])


def code(file):
    """The code cells of a notebook."""
    return [c for c in nbformat.read(file, as_version=4).cells if c.cell_type == "code"]


def test_the_five_inquiries_are_there():
    assert [file.stem for file in NOTEBOOKS] == ["data_quality", "disparities", "growth", "intervention", "pace"]


@notebooks
def test_notebooks_only_call(file):
    held = [node for cell in code(file) for node in ast.walk(ast.parse(cell.source)) if isinstance(node, REASONED)]
    assert [ast.unparse(node) for node in held] == []


@notebooks
def test_notebooks_begin_with_words_and_then_parameters(file):
    cells = nbformat.read(file, as_version=4).cells
    assert cells[0].cell_type == "markdown"
    assert cells[0].source.startswith("# ")
    told = [c for c in cells if "parameters" in c.metadata.get("tags", ())]
    assert len(told) == 1
    assert told[0] is next(c for c in cells if c.cell_type == "code")
    names = [line.targets[0].id for line in ast.parse(told[0].source).body]
    assert names[:2] == ["data", "audience"]
    words = " ".join(c.source for c in cells if c.cell_type == "markdown")
    lines = {line.split(" =")[0]: line for line in told[0].source.splitlines()}
    assert [name for name in names if "  # " not in lines[name] and f"`{name}`" not in words] == []


@notebooks
def test_notebooks_are_kept_without_outputs(file):
    assert [c for c in code(file) if c.outputs or c.execution_count is not None] == []


@notebooks
def test_notebooks_name_no_district(file):
    words = " ".join(c.source for c in nbformat.read(file, as_version=4).cells).replace("data/star", "")
    assert re.findall(r"(?i)\b(STAR|Tennessee|lunch|kindergarten)\b", words) == []


@pytest.fixture(scope="module")
def districts(star):
    """Folders of a district with one test, and of one with six outcomes, five factors and no program of the first."""
    return {"star": star, "riverbend": Path(__file__).parents[1] / "data" / "riverbend"}


CASES = [(file, d) for file in NOTEBOOKS for d in ("star", "riverbend") if (file.stem, d) != ("pace", "star")]


@pytest.mark.sockets
@pytest.mark.parametrize(("file", "district"), CASES, ids=[f"{file.stem}-{district}" for file, district in CASES])
def test_each_brief_is_short_accessible_and_easy_to_read(file, district, districts, tmp_path):
    made = run(file, districts[district], out=tmp_path)
    pdf, html, record = made.paths[:3]
    assert 1 <= made.pages <= PAGES

    report = page.validate_pdf(str(pdf), profile=page.ValidationProfile.PDF_UA_1)
    assert report.is_compliant, report.failures
    blocks = read_bundles(nbformat.read(record, as_version=4))
    with pikepdf.open(pdf) as document:
        assert str(document.Root.Lang) == "en"
        assert str(document.docinfo.get("/Title", "")) == blocks[0]["title"]
        tags = list(_tags(document.Root.StructTreeRoot))
    kinds = [str(tag.S) for tag in tags]
    assert "/H1" in kinds
    alts = [str(tag.Alt) for tag in tags if tag.S == "/Figure"]
    assert alts == [b["alt"] for b in blocks if b["kind"] == "figure"]
    assert all(len(alt.split()) > 15 and re.search(r"\d", alt) for alt in alts)
    assert kinds.count("/TH") >= sum(len(b["columns"]) + len(b["rows"]) for b in blocks if b["kind"] == "table") > 0

    assert sum(fact.startswith("Data ") for fact in blocks[0]["facts"]) == 1
    assert grade(_words(blocks)) <= EASY
    assert [b for b in blocks if re.search(r"\b(nan|NaN|None|inf)\b", _words([b]))] == []
    assert not re.search(r">\s*(nan|NaN|None)\s*<", html.read_text(encoding="utf-8"))


@pytest.mark.sockets
@pytest.mark.parametrize("name", ["disparities", "growth", "intervention"])
def test_a_district_that_has_decided_nothing_yet_gets_its_briefs(name, star, tmp_path):
    folder = tmp_path / "star"
    shutil.copytree(star, folder)
    (folder / "district.toml").unlink()
    made = run(name, folder, out=tmp_path)
    assert made.pages <= PAGES
    blocks = read_bundles(nbformat.read(made.paths[2], as_version=4))
    told = _words(blocks)
    assert not re.search(r"\b([Tt]rue|[Ff]alse)\b", told)
    assert "Economically disadvantaged: yes" in json.dumps(blocks)
    if name != "intervention":
        assert "is compared with all other students, as district.toml names no reference group" in json.dumps(blocks)
        assert "Each group against all other students." in json.dumps(blocks)


@pytest.mark.sockets
def test_pace_without_levels_says_what_is_missing(star, tmp_path):
    with pytest.raises(UsageError, match=r"needs table 'levels', which was not loaded; add levels\.csv"):
        run(NOTEBOOKS[-1], star, out=tmp_path)


@pytest.mark.sockets
def test_pace_of_one_school_and_subject_for_staff_lists_students_on_a_page_of_their_own(districts, tmp_path):
    asked = {"subject": "reading", "factors": ["gender"], "where": ["school_id=S07"]}
    made = run(NOTEBOOKS[-1], districts["riverbend"], parameters=asked, audience="staff", out=tmp_path)
    blocks = read_bundles(nbformat.read(made.paths[2], as_version=4))
    kinds = [b["kind"] for b in blocks]
    titles = [b.get("title", "") for b in blocks]
    assert "Spruce Landing High School" in blocks[0]["facts"]
    assert titles[0] == "How fast do students move in reading, and will they finish in time?"
    assert "Schools: pace, depth and gap to grade" not in titles  # one school is set beside no other
    assert made.pages <= PAGES + 1
    assert all("internal" in path.parts for path in made.paths)
    assert titles[kinds.index("page") + 1 :] == ["Students whose pace stands out"]


@pytest.mark.sockets
def test_a_factor_without_a_reference_group_stops_no_brief(star, tmp_path):
    folder = tmp_path / "star"
    shutil.copytree(star, folder)
    rules = folder / "district.toml"
    rules.write_text(rules.read_text(encoding="utf-8").replace('race_ethnicity = "white"\n', ""), encoding="utf-8")
    made = run(NOTEBOOKS[1], folder, out=tmp_path)
    blocks = read_bundles(nbformat.read(made.paths[2], as_version=4))
    assert "Race" not in " ".join(b.get("title", "") for b in blocks)
    assert any("by gender is there" in b.get("title", "") or "split by lunch" in b.get("title", "") for b in blocks)
    assert "Grade 3, school year 1988-89" in blocks[0]["facts"]


def _tags(node):
    """Every tag of a PDF in reading order."""
    held = node.get("/K", [])
    for kid in held if isinstance(held, pikepdf.Array) else [held]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from _tags(kid)


def _words(blocks):
    """The sentences of a brief before its method: title, answer, headings, notes."""
    said = []
    for b in blocks:
        if b["kind"] == "row":
            said.append(_words(b["cells"]))
        said += [b.get(name, "") for name in ("title", "text", "sure") if isinstance(b.get(name), str)]
        said += [t for name in ("text", "closing") if not isinstance(b.get(name), str) for t in b.get(name) or ()]
        said += [t for item in b.get("items", ()) for t in (*item["text"], *item["steps"])]
    ended = [t if t.endswith((".", "?")) else f"{t}." for t in said if t]
    return " ".join(ended).replace("**", "")
