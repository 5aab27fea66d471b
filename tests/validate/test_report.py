"""The page: offline, accessible, escaped, and complete."""

from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

import cbe_analysis as cbe
from cbe_analysis.load.findings import Finding, Findings
from cbe_analysis.validate import write_report
from cbe_analysis.validate.report import page

EMPTY = {"meta", "br", "hr"}


class Outline(HTMLParser):
    """Tags with their attributes, in order, and a check that they close as they opened."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def finding(**changed):
    words = ("student_id has no row in students", "the row falls out", "export both on the same day")
    told = Finding("parent", "critical", "evidence", ("student_id",), 1_234, 98_765, (3, 4_000), *words)
    return replace(told, **changed)


def findings(*found):
    return Findings(found, 60, 60 - len(found), ("marks.term_id: calendar.term_id is not in the folder",), "f" * 64)


WARNING = finding(check="range", severity="warning", table="levels", columns=("level",), count=1, total=5_000)


def test_a_finding_stands_there_with_all_that_is_known():
    text = " ".join(Outline(page(findings(finding(), WARNING), "Hill", ("evidence", "levels", "marks"))).text)
    for part in ("1,234 of 98,765 rows (1.2 %)", "3, 4,000 …", "The row falls out.", "Export both on the same day."):
        assert part in text
    assert "student_id has no row in students." in text
    assert "1 of 5,000 rows (under 0.1 %)" in text
    assert "marks.term_id: calendar.term_id is not in the folder" in text
    assert "Not yet: mend evidence first." in text


@pytest.mark.parametrize(
    ("found", "answer"),
    [
        ((), "Yes: every check was met."),
        ((WARNING,), "Yes, with care"),
        ((finding(), finding(table="levels")), "Not yet: mend evidence and levels first."),
        ((finding(), finding(table="levels"), finding(table="a")), "mend evidence, levels and a first."),
    ],
)
def test_the_first_sentence_answers_the_question(found, answer):
    assert answer in page(findings(*found), "Hill", ("evidence",))


def test_the_page_is_well_formed_and_accessible():
    outline = Outline(page(findings(finding(), WARNING), "Hill", ("evidence", "levels")))
    assert outline.open == []
    assert ("html", {"lang": "en"}) in outline.tags
    headings = [tag for tag, _ in outline.tags if tag in ("h1", "h2", "h3")]
    assert headings[0] == "h1"
    assert headings.count("h1") == 1
    assert all(int(after[1]) <= int(before[1]) + 1 for before, after in pairwise(headings))
    scopes = [attributes.get("scope") for tag, attributes in outline.tags if tag == "th"]
    assert set(scopes) == {"row", "col"}
    assert "caption" in [tag for tag, _ in outline.tags]
    assert ("main", {"id": "main"}) in outline.tags


def test_the_page_asks_nothing_of_the_outside():
    text = page(findings(finding(), WARNING), "Hill", ("evidence",))
    tags = Outline(text).tags
    assert not {"script", "link", "img", "iframe", "object", "form"} & {tag for tag, _ in tags}
    assert not [v for _, attributes in tags for name, v in attributes.items() if name in ("src", "style", "onclick")]
    assert {attributes["href"][0] for _, attributes in tags if "href" in attributes} == {"#"}
    assert "http" not in text.replace("http-equiv", "")
    assert "url(" not in text
    assert "@import" not in text


def test_what_to_do_first_leads_to_the_findings_in_the_order_of_mending():
    below = finding(check="type", table="levels", columns=("level",), says="level is odd")
    first = finding(check="duplicate_key", table="students", says="twice", remedy="remove one")
    text = page(findings(WARNING, below, finding(), first), "Hill", ("students", "evidence", "levels"))
    outline = Outline(text)
    asked = [attributes["href"][1:] for tag, attributes in outline.tags if tag == "a"][1:]
    assert [place.split("-")[1] for place in asked] == ["students", "evidence", "levels"]
    there = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
    assert set(asked) <= set(there)
    assert len(there) == len(set(there))
    assert "Without a finding" not in text


def test_a_finding_that_tables_share_is_one_step():
    found = [finding(table=table) for table in ("evidence", "levels", "marks")]
    outline = Outline(page(findings(*found), "Hill", ("evidence", "levels", "marks", "schools")))
    assert [tag for tag, _ in outline.tags].count("ol") == 1
    assert [attributes["href"] for tag, attributes in outline.tags if tag == "a" and attributes["href"] != "#main"] == [
        f"#critical-{table}-parent-student_id" for table in ("evidence", "levels", "marks")
    ]
    assert "Without a finding: schools." in outline.text


def test_the_lines_that_say_where_are_shown_and_escaped():
    text = page(
        findings(finding(details=("school <b>S1</b>: 3 ratings, usual 90",), first_rows=())), "Hill", ("evidence",)
    )
    assert "school &lt;b&gt;S1&lt;/b&gt;: 3 ratings, usual 90" in text
    assert "First rows" not in text


def test_names_are_escaped():
    attack = '<script>alert(1)</script> & "Hill"'
    text = page(findings(finding(says=attack, remedy=attack)), attack, (attack,))
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_written_page_is_the_same_every_time(write, clean, tmp_path):
    folder = write(enrollments=clean["enrollments"].replace("never", "LEP"))
    (folder / "district.toml").write_text('name = "Hill & Dale"\n', encoding="utf-8")
    district = cbe.validate(cbe.load(folder))
    paths = [write_report(district.findings, district, tmp_path / "new" / name) for name in ("a.html", "b.html")]
    first, second = (path.read_text(encoding="utf-8") for path in paths)
    assert first == second
    assert "<title>Data quality: Hill &amp; Dale</title>" in first
    assert "current, former, never" in first
