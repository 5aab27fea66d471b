"""The web page: the same content, self-contained, accessible, inert."""

import re
from html.parser import HTMLParser

import pytest

from cbe_analysis.render import blocks, page
from cbe_analysis.render.bundles import bundle

EMPTY = {"meta", "path", "use", "br", "rect", "image"}
HARM = '<script>alert(1)</script>"><img src=x onerror=alert(1)> </style> &lt;b&gt;'


class Outline(HTMLParser):
    """Tags with their attributes, in order, and a check that they close as they opened."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    def all(self, wanted):
        return [attributes for tag, attributes in self.tags if tag == wanted]


@pytest.fixture(scope="module")
def made(head, every_block):
    return page([bundle(b) for b in (head(), *every_block)])


@pytest.fixture(scope="module")
def outline(made):
    return Outline(made)


def test_the_page_says_what_the_blocks_say(outline, every_block):
    said = " ".join(" ".join(outline.text).split())
    for words in ("How fast does reading grow?", "Every group grew", "Growth in points a year", "2,650", "Who left?"):
        assert words in said
    assert outline.text.count("protected") == 4


def test_language_title_and_headings(outline):
    assert outline.all("html")[0]["lang"] == "en"
    assert [tag for tag, _ in outline.tags if re.fullmatch(r"h\d", tag)] == ["h1", "h2", "h2", "h2", "h2"]
    assert [tag for tag, _ in outline.tags].count("main") == 1
    assert [tag for tag, _ in outline.tags].count("title") == 1


def test_tables_have_captions_and_headers(outline, table):
    assert [tag for tag, _ in outline.tags].count("caption") == 2
    assert [a["scope"] for a in outline.all("th")] == (["col"] * 3 + ["row"] * len(table.rows)) * 2


def test_figures_have_their_words(outline, chart):
    charts = [a for a in outline.all("div") if a.get("role") == "img"]
    assert [a["aria-label"] for a in charts] == [chart.alt]
    assert [tag for tag, _ in outline.tags].count("figcaption") == 1


def test_no_two_elements_share_an_id(head, chart):
    ids = [a["id"] for _, a in Outline(page([bundle(b) for b in (head(), chart, chart)])).tags if "id" in a]
    assert len(ids) == len(set(ids)) > 10


def test_the_page_asks_nobody_for_anything(made, outline):
    assert not re.search(r"(?i)https?:|[\x22'(\s]//|@import|<script|<link|<iframe", made)
    assert all(a["href"].startswith("#") for _, a in outline.tags if "href" in a)
    rule = next(a["content"] for a in outline.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert rule.startswith("default-src 'none'")
    assert "script" not in rule


def test_nothing_of_a_text_acts_in_a_page(head, chart):
    harmful = Outline(
        page(
            [
                bundle(b)
                for b in (
                    head(title=HARM, kicker=HARM, facts=(HARM,), footer=HARM, description=HARM),
                    blocks.Answer(HARM, HARM),
                    blocks.Picture(HARM, HARM, f"{HARM} alt", chart.width, chart.svg),
                    blocks.Table(HARM, HARM, (HARM, "B"), ((HARM, HARM),), "ll", (None, 60)),
                    blocks.Callout(HARM, (HARM,), (blocks.Big(HARM, HARM),), (HARM,)),
                    blocks.Notes((blocks.Note(HARM, (HARM,), (HARM,)),)),
                    blocks.Receipt(((HARM, HARM),)),
                )
            ]
        )
    )
    kinds = {tag for tag, _ in harmful.tags}
    assert not kinds & {"script", "img", "iframe", "link"}
    assert not [name for _, attributes in harmful.tags for name in attributes if name.startswith("on")]
    assert "".join(harmful.text).count("<script>alert(1)</script>") >= 18


def test_a_page_made_twice_is_the_same(made, head, every_block):
    assert page([bundle(b) for b in (head(), *every_block)]) == made


def test_a_staff_page_says_so_on_screen_and_paper(head):
    staff = page([bundle(head(staff=True, paper="a4"))])
    assert '<p class="mark">internal: staff only</p>' in staff
    assert '@top-right { content: "internal: staff only"' in staff
    assert "size: A4" in staff
    public = page([bundle(head())])
    assert "internal: staff only" not in public
    assert "size: letter" in public


def test_the_letters_of_the_page_are_in_it(made):
    assert made.count("src: url(data:font/woff;base64,") == 3
    assert len(made) < 150_000
