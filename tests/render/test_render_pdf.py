"""A printed brief: accessible, the same bytes each time, and nothing in it but what its blocks say."""

import io
import re
from dataclasses import replace

import page as accessibility
import pikepdf
import pytest
from printed import pages, tags

from cbe_analysis.errors import RunFailed
from cbe_analysis.render import blocks, typeset
from cbe_analysis.render.bundles import bundle

LETTER, A4 = (612, 792), (595.28, 841.89)
HARM = '#read("/etc/passwd") #eval("1+1") $x$ `code` <script>alert(1)</script> \\u{41} */ // @ref'


@pytest.fixture(scope="module")
def pdf(printed_brief, every_block):
    return printed_brief(*every_block)


def long_table(rows, words="words"):
    return blocks.Table(
        title="Schools",
        sub="points a year",
        columns=("School", "What we found", "Points"),
        rows=tuple((f"School {i}", words, f"{i}.0") for i in range(rows)),
        align="llr",
        widths=(100, None, 60),
    )


def faults(made):
    report = accessibility.validate_pdf_bytes(made)
    return [(f.rule_id, f.message) for f in report.failures]


@pytest.mark.parametrize("paper", ["us-letter", "a4"])
@pytest.mark.parametrize("staff", [False, True])
def test_a_brief_meets_pdf_ua_1(printed_brief, every_block, paper, staff):
    assert faults(printed_brief(*every_block, paper=paper, staff=staff)) == []


def test_the_checker_finds_what_is_wrong(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        del document.Root.Lang
        del document.Root.StructTreeRoot
        out = io.BytesIO()
        document.save(out)
    assert faults(out.getvalue())


def test_title_language_and_date_are_told(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == "en"
        assert document.Root.ViewerPreferences.DisplayDocTitle is True
        assert str(document.docinfo["/CreationDate"]).startswith("D:20260630")
        with document.open_metadata() as metadata:
            assert metadata["dc:title"] == "How fast does reading grow?"
            assert metadata["pdfuaid:part"] == "1"


def test_headings_are_tagged_in_order(pdf):
    roles = [role for role, _, _ in tags(pdf) if re.fullmatch(r"H\d?", role)]
    assert roles == ["H1", "H2", "H2", "H2", "H2"]


def test_every_figure_has_its_alt_text(pdf, chart):
    assert [alt for role, _, alt in tags(pdf) if role == "Figure"] == [chart.alt]


def test_columns_and_rows_of_tables_have_headers(pdf, table):
    cells = [(role, scope) for role, scope, _ in tags(pdf) if role in ("TH", "TD")]
    one = [("TH", "Column")] * 3 + [("TH", "Row"), ("TD", ""), ("TD", "")] * len(table.rows)
    assert cells == one * 2


def test_a_brief_made_twice_has_the_same_bytes(head, every_block, pdf):
    assert typeset([bundle(b) for b in (head(), *every_block)]) == pdf


def test_texts_stand_in_the_brief(pdf):
    said = " ".join(pages(pdf))
    for words in ("Every group grew", "How sure are we?", "Every line climbs", "2,650", "Verdict: adopt.", "Who left?"):
        assert words in said
    assert said.count("protected") == 4 + 1  # two cells in each of two tables, and the fact beside the title


@pytest.mark.parametrize(("paper", "size"), [("us-letter", LETTER), ("a4", A4)])
def test_the_paper_is_the_one_asked_for(printed_brief, every_block, paper, size):
    with pikepdf.open(io.BytesIO(printed_brief(*every_block, paper=paper))) as document:
        for sheet in document.pages:
            assert [float(v) for v in sheet.MediaBox] == pytest.approx([0, 0, *size], abs=0.01)


def test_a_staff_brief_says_so_on_every_page(printed_brief):
    said = pages(printed_brief(long_table(120), staff=True))
    assert len(said) > 2
    assert all("internal: staff only" in text for text in said)
    assert all(f"Page {i} of {len(said)}" in text for i, text in enumerate(said, start=1))


def test_a_public_brief_does_not_say_internal(pdf):
    assert not any("internal" in text for text in pages(pdf))


def test_the_footer_stands_on_every_page(printed_brief):
    said = pages(printed_brief(long_table(120), footer="A district · synthetic data"))
    assert all("A district · synthetic data" in text for text in said)


def test_a_long_table_goes_on_with_its_header(printed_brief):
    made = printed_brief(long_table(120))
    said = pages(made)
    assert len(said) > 2
    assert all("What we found" in text for text in said)
    assert [text.count("What we found") for text in said] == [1] * len(said)
    assert all(f"School {i}" in " ".join(said) for i in range(120))
    assert faults(made) == []
    assert [role for role, _, _ in tags(made)].count("TR") == 121


def test_a_short_table_stands_on_one_page(printed_brief, chart):
    tall = replace(
        chart, svg=chart.svg.replace('height="120pt" viewBox="0 0 504 120"', 'height="520pt" viewBox="0 0 504 520"')
    )
    first, second = pages(printed_brief(tall, long_table(8)))
    assert "School" not in first
    assert all(f"School {i}" in second for i in range(8))


def test_a_page_break_that_changes_nothing_makes_no_empty_page(printed_brief):
    answer = blocks.Answer("Yes.", "Very sure.")
    assert len(pages(printed_brief(answer, blocks.PageBreak(), blocks.PageBreak(), answer))) == 2


def test_nothing_of_a_text_acts_in_print(printed_brief):
    made = printed_brief(
        blocks.Answer(HARM, HARM),
        blocks.Table(HARM, HARM, (HARM, "B"), ((HARM, HARM),), "ll", (None, 200)),
        blocks.Callout(HARM, (HARM,), (blocks.Big("1", HARM),), (HARM,)),
        blocks.Notes((blocks.Note(HARM, (HARM,), (HARM,)),)),
        blocks.Receipt(((HARM, HARM),)),
        title=HARM,
        facts=(HARM,),
        footer=HARM,
    )
    said = " ".join(pages(made)).replace("\u200b", "")
    assert said.count("passwd") >= 16
    assert said.count("<script>") >= 16
    assert "root:" not in said
    assert faults(made) == []


def test_a_chart_reads_nothing_and_runs_nothing(printed_brief, chart):
    bundles = [bundle(b) for b in (blocks.Masthead("A", "", (), "", "", "2026-06-30"), chart)]
    svg = bundles[1]["svg"]
    bundles[1]["svg"] = svg.replace("</svg>", "<script>alert(1)</script></svg>")
    assert b"alert(1)" not in typeset(bundles)
    bundles[1]["svg"] = svg.replace("</svg>", '<image href="/etc/passwd" width="9" height="9"/></svg>')
    with pytest.raises(RunFailed, match="not of its form") as refusal:
        typeset(bundles)
    assert "passwd" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a ** b", "a ** b"),
        ("**a", "**a"),
        ("**a** b ** c", "a b ** c"),
        ("#a*b_c", "#a*b_c"),
        ("a\u202eb", "a\ufffdb"),
    ],
)
def test_marks_without_a_meaning_are_printed(printed_brief, text, printed):
    said = re.sub(r"\s+", " ", " ".join(pages(printed_brief(blocks.Answer(text, "Sure.")))))
    assert printed.replace(" ", "") in said.replace(" ", "")


@pytest.mark.parametrize("where", ["text", "chart"])
def test_a_character_without_a_glyph_is_a_clear_error(printed_brief, chart, where):
    shown = blocks.Answer("Sch\u4e2d", "Sure.")
    if where == "chart":
        shown = replace(chart, svg=chart.svg.replace(">Reading<", ">Sch\u4e2d<"))
    with pytest.raises(RunFailed, match=r"1 characters that no font.*U\+4E2D.*district\.toml") as refusal:
        printed_brief(shown)
    assert "Sch" not in str(refusal.value)


def test_letters_of_many_languages_are_printed(printed_brief):
    words = "Año Łódź Ελλάδα Москва ≥ − · é"
    assert words in re.sub(r"\s+", " ", " ".join(pages(printed_brief(blocks.Answer(words, "Sure.")))))


def test_another_complaint_of_the_typesetter_does_not_repeat_the_text(head):
    broken = {**bundle(head()), "footer": 5, "paper": "no such secret paper"}
    with pytest.raises(RunFailed, match="cannot be typeset") as refusal:
        typeset([broken])
    assert "secret" not in str(refusal.value)


def test_blocks_come_closer_where_that_saves_a_page(printed_brief, table, monkeypatch):
    counts = range(7, 12)
    closer = [pages(printed_brief(*[table] * count)) for count in counts]
    monkeypatch.setattr("cbe_analysis.render.pdf.TIGHTER", ())
    loose = [pages(printed_brief(*[table] * count)) for count in counts]
    saved = [len(a) - len(b) for a, b in zip(loose, closer, strict=True)]
    assert set(saved) == {0, 1}


@pytest.mark.parametrize("between", ["|", "+", ","])
@pytest.mark.parametrize("shift", range(0, 12, 3))
def test_a_line_of_the_receipt_ends_between_names_and_not_inside_one(printed_brief, between, shift):
    names = [f"{'a' * shift}factor_{chr(97 + i)}_of_the_district" for i in range(12)]
    made = printed_brief(blocks.Receipt((("Receipt", f"by={between.join(names)}"),)))
    assert faults(made) == []
    text = pages(made)[0].replace("\u200b", "")
    assert [name for name in names if name not in text] == []
