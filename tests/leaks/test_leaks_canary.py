"""The canary: a district full of markers goes through every command and notebook, and nothing outside holds one.

`canary_district` plants the markers, `canary_run` shuts the process off from the network, `canary_search` looks for
them in every byte but those below reports/internal, and test_leaks_search shows that it sees them.
"""

import shutil
from html.parser import HTMLParser

import nbformat
import pytest
import typer
from canary_district import NUMBERS, OPEN, TYPED, canary, marker
from canary_run import Place
from canary_search import found, outside, pdf_texts

from cbe_analysis.cli.commands import app
from cbe_analysis.indicators import CATALOGUE
from cbe_analysis.run.notebooks import names
from cbe_analysis.tables import TABLES

pytestmark = pytest.mark.sockets
NOTEBOOKS = {  # with what makes each brief a quick one; a new notebook is added here
    "data_quality": [],
    "disparities": ["-p", "factors=race_ethnicity"],
    "growth": ["-p", "factors=race_ethnicity"],
    "intervention": ["-p", "program=reading_lab", "-p", "factors=race_ethnicity"],
    "pace": ["-p", "factors=race_ethnicity", "-p", "subject=math"],
}
FOR_STAFF = ("data_quality", "growth")  # and what is said of these stays inside as well
SCORES, LEVELS = ("--set", "outcome=map:math"), ("--set", "subject=math")
CHOSEN = {  # what an indicator needs to be told
    **dict.fromkeys(("status", "growth_rate", "growth_percentile"), SCORES),
    "intervention_effect": ("--set", "program=reading_lab", *SCORES),
    **dict.fromkeys(("pace", "year_of_growth", "exceptions", "level_gap", "on_track", "growth_and_status"), LEVELS),
}
COVERED = {
    "demo",
    "import",
    "diff",
    "validate",
    "indicators",
    "measure",
    "run",
    "publish",
    "audit",
    "pseudonymize",
    "lab",
}
FORMS = ("table", "csv", "xlsx", "json")
MAPPING = """ids = "own"
[[source]]
files = "marks.csv"
[[source.table]]
table = "marks"
[source.table.columns]
student_id = "student_id"
subject = "subject"
term_id = "term_id"
date = "date"
mark = "mark"
"""
NOBODY = ("nobody", "school")
ASIDE = ("work/reports/internal", "work/quarantine", "work/copy", "work/copy.key.csv")  # what only staff may see
# cells that stop, each with a student's values where a careless message would repeat them
STOPS = {
    "raises": "raise ValueError(str(row))",
    "raises_like_ours": "class UsageError(Exception):\n    pass\nraise UsageError(str(row))",
    "dies": "import os, sys\nprint(row, file=sys.stderr, flush=True)\nos._exit(1)",
    "shows_no_block": "brief.table(blocks.Table(row[0], '', (row[1],), (row,), 'l', (None,)))",
    "has_no_glyph": "brief.answer('\U00012000 ' + row[0], row[1])",
    "shows_no_brief": "from IPython.display import display\ndisplay({blocks.MIME: {'kind': row[0]}}, raw=True)",
}


class Acting(HTMLParser):
    """What in a page would run, or ask somebody for something."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        outside = [name for name, to in attrs if name in ("src", "href", "action", "xlink:href") and to[:1] != "#"]
        if tag in ("script", "img", "iframe", "object", "embed", "link", "form", "base") or outside:
            self.found.append((tag, attrs))
        self.found += [(tag, name) for name, _ in attrs if name.startswith("on")]


@pytest.fixture
def planted(tmp_path):
    """A district full of markers."""
    return canary(tmp_path / "people" / marker(999999))  # where the data lie is nobody's business either


@pytest.fixture
def place(tmp_path):
    """Where commands run."""
    (tmp_path / "place").mkdir()
    return Place(tmp_path / "place")


def of_somebody(where):
    """Whether what stands there tells of a person, as the tables declare it; words of the curriculum do not."""
    table, column = where.removesuffix(TYPED).split(".")
    return where.endswith(TYPED) or column not in TABLES[table] or TABLES[table][column].reveals not in NOBODY


def leaked(place):
    """Every marker outside, with the file that holds it; nothing may be left over, and nothing asked of others."""
    assert place.reached == ""
    assert place.unsent in (0, None)
    assert list(place.folder("tmp").rglob("*")) == []
    read = outside(place.root, [place.root / part for part in ASIDE])
    return {
        str(file.relative_to(place.root)): hits
        for file in read
        if (hits := found(file.name.encode()) | (found(file.read_bytes()) if file.is_file() else set()))
    }


def test_every_command_and_notebook_is_covered():
    """A new one has to be added above, and to the lines below."""
    assert set(typer.main.get_command(app).commands) == COVERED
    assert set(names()) == set(NOTEBOOKS)
    assert set(CHOSEN) <= set(CATALOGUE)


def test_no_brief_holds_a_marker(planted, place):
    lines = {name: ["run", name, planted.folder, *words] for name, words in NOTEBOOKS.items()}
    staff = {f"{name}_staff": [*words, "--audience", "staff"] for name, words in lines.items() if name in FOR_STAFF}
    codes = place.cbe({**lines, **staff, "before": ["audit"]})
    assert codes == dict.fromkeys([*lines, *staff, "before"], 0)
    briefs = {f"{name}{end}" for name in NOTEBOOKS for end in (".pdf", ".html")}
    drafts, public = (place.root / "work" / "reports" / part for part in ("drafts", "public"))
    assert briefs <= {file.name for file in drafts.rglob("*.*")}
    assert leaked(place) == {}
    assert place.cbe({"publish": ["publish"], "after": ["audit"]}) == dict.fromkeys(["publish", "after"], 0)
    assert briefs <= {file.name for file in public.rglob("*.*")}
    assert leaked(place) == {}
    for name in NOTEBOOKS:
        page = (public / name / f"{name}.html").read_text(encoding="utf-8")
        assert "&lt;script&gt;document.title" in page  # the names that would act are there, and do not
        assert Acting(page).found == []
        assert b"root:" not in b"".join(pdf_texts((public / name / f"{name}.pdf").read_bytes()))


def test_no_other_command_tells_a_marker(planted, place, tmp_path):
    new = tmp_path / "new"
    shutil.copytree(planted.folder, new)
    marks = (new / "marks.csv").read_text().splitlines()
    (new / "marks.csv").write_text("\n".join([*marks[:40], *marks[80:]]).replace(",B,", f",{marker(900000)},"))
    export = tmp_path / "export"
    export.mkdir()
    shutil.copy(new / "marks.csv", export)
    (export / "mapping.toml").write_text(MAPPING)
    faulty = tmp_path / "faulty"
    shutil.copytree(planted.folder, faulty)
    students = (faulty / "students.csv").read_text()
    (faulty / "students.csv").write_text(students + "".join(students.splitlines(keepends=True)[1:3]))
    district = planted.folder
    lines = {
        "demo": ["demo", "riverbend", "made_up", "--students", "200"],
        "draft": ["import", "mapping", "--draft", export / "marks.csv"],
        "import": ["import", "mapping", export, tmp_path / "imported"],
        "diff": ["diff", district, new],
        "validate": ["validate", district],
        "quarantine": ["validate", faulty, "--quarantine", "quarantine"],
        "unreadable": ["validate", export],
        "indicators": ["indicators", district],
        "pseudonymize": ["pseudonymize", district, "copy"],
        "stopped": ["measure", "status", faulty, *CHOSEN["status"]],
        "who": ["measure", "status", district, *CHOSEN["status"], "--by", "student_id"],
        "what": ["measure", "status", district, "--set", "outcome=nothing"],
        "where": ["measure", "status", district, *CHOSEN["status"], "--where", "home_language=en"],
    }
    for number, name in enumerate(CATALOGUE):
        form = FORMS[number % len(FORMS)]
        told = ["measure", name, district, *CHOSEN.get(name, ()), "--by", "race_ethnicity", "--format", form]
        lines[name] = [*told, *(["--out", f"{name}.{form}"] if number % 2 or form == "xlsx" else [])]
    codes = place.cbe(lines)
    refused = {"exceptions": 1, "quarantine": 1, "stopped": 1, "who": 1, "where": 2, "what": 2, "unreadable": 3}
    refused["growth_percentile"] = 2  # so few students have no peers
    assert codes == {**dict.fromkeys(lines, 0), **refused}
    assert leaked(place) == {}
    copied = {hit for file in (place.root / "work" / "copy").iterdir() for hit in found(file.read_bytes())}
    places = {name.lower(): where for name, where in planted.markers.items()}
    unlisted = {f"{table}.{column}" for table, column, _ in OPEN}
    told = {where for hit in copied - set(NUMBERS) if of_somebody(where := places[hit])}
    assert told - {f"{name}{TYPED}" for name in unlisted} == set()
    said = (place.root / "printed" / "pseudonymize.out").read_text(encoding="utf-8")
    assert [name for name in unlisted if f"{name} 1" not in said.partition("Look at these")[2]] == []


def test_no_run_that_stops_tells_a_marker(planted, place):
    """What a kernel says stays in the notebook that is kept inside."""
    for file in planted.folder.glob("*.csv"):
        if file.stem not in ("schools", "students", "enrollments"):
            file.unlink()
    begin = "import cbe_analysis as cbe\nfrom cbe_analysis.render import blocks\ndistrict = cbe.load(data)\n"
    begin += "row = district.table('students', ['student_id', 'first_name']).limit(1).fetchall()[0]\n"
    begin += "brief = cbe.brief('How?', policy=district.policy, audience=audience, as_of='2026-06-05')\n"
    for name, cell in STOPS.items():
        cells = [nbformat.v4.new_code_cell("data = ''\naudience = 'public'", metadata={"tags": ["parameters"]})]
        book = nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell(begin + cell)])
        nbformat.write(book, place.folder("work") / f"{name}.ipynb")
    codes = place.cbe({name: ["run", f"{name}.ipynb", planted.folder] for name in STOPS})
    assert codes == dict.fromkeys(STOPS, 4)
    inside = place.root / "work" / "reports" / "internal"
    assert {name for name in STOPS if found((inside / name / "public" / f"{name}.failed.ipynb").read_bytes())} > {
        "raises"
    }
    assert leaked(place) == {}
