"""Blocks refuse what the typesetter would let pass, and come back from JSON as they were."""

import json
from dataclasses import replace

import pytest

from cbe_analysis.render import blocks
from cbe_analysis.render.bundles import block, bundle
from cbe_analysis.render.drawing import inline


def test_every_block_comes_back_from_json_as_it_was(head, every_block):
    for made in (head(), *every_block):
        assert block(json.loads(json.dumps(bundle(made)))) == made


@pytest.mark.parametrize("alt", ["", "   ", "a chart"])
def test_a_figure_without_alt_text_is_refused(chart, alt):
    with pytest.raises(ValueError, match="alt text"):
        replace(chart, alt=alt)


def test_a_figure_wider_or_taller_than_its_page_is_refused(chart):
    with pytest.raises(ValueError, match="504 points wide"):
        replace(chart, width=505)
    with pytest.raises(ValueError, match="560 points tall"):
        replace(chart, svg=chart.svg.replace('height="120pt"', 'height="561pt"'))


@pytest.mark.parametrize(
    "harm",
    [
        "<script>alert(1)</script>",
        '<foreignObject width="9" height="9"/>',
        '<path onload="alert(1)"/>',
        '<use href="https://example.org/a.svg#b"/>',
        '<path style="fill: url(https://example.org/a)"/>',
        '<image href="data:image/png;base64,AAAA"/>',
        "<!-- -->",
        "<g>",
    ],
)
def test_a_chart_that_acts_or_points_outside_is_refused(chart, harm):
    with pytest.raises(ValueError, match="a chart m"):
        replace(chart, svg=chart.svg.replace("</svg>", f"{harm}</svg>"))


def test_a_declaration_is_refused_before_it_is_read(chart):
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaa">]>'
    with pytest.raises(ValueError, match="without prologue"):
        replace(chart, svg=bomb + chart.svg)


def test_two_charts_of_a_page_share_no_id(chart):
    first, second = inline(chart.svg, "one"), inline(chart.svg, "two")
    assert 'id="one-figure_1"' in first
    assert 'id="two-figure_1"' in second
    assert "xmlns" not in first
    assert first.count("url(#one-") == chart.svg.count("url(#") > 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"columns": ("Group", " ", "Reading")}, "every column a header"),
        ({"columns": (), "rows": (), "align": "", "widths": ()}, "every column a header"),
        ({"title": ""}, "needs a title"),
        ({"rows": (("All", "1"),)}, "must match"),
        ({"align": "lr"}, "must match"),
        ({"widths": (None, 60)}, "must match"),
        ({"widths": (None, 300, 200)}, "504 points wide"),
        ({"rows": (("", "1", "2"),)}, "first cell"),
        ({"rows": ((None, "1", "2"),)}, "first cell"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(table, change, told):
    with pytest.raises(ValueError, match=told):
        replace(table, **change)


def test_blocks_side_by_side_must_fit(chart, table):
    with pytest.raises(ValueError, match="243 points"):
        blocks.Row((chart, table), (3, 3))
    with pytest.raises(ValueError, match="six columns"):
        blocks.Row((table, table), (4, 3))
    with pytest.raises(ValueError, match="a span each"):
        blocks.Row((table, table), (3,))
    with pytest.raises(ValueError, match="a span each"):
        blocks.Row((), ())


def test_notes_and_boxes_have_an_end():
    with pytest.raises(ValueError, match="six columns"):
        blocks.Notes((blocks.Note("One", span=4), blocks.Note("Two", span=3)))
    with pytest.raises(ValueError, match="2500 characters"):
        blocks.Callout("Decision", ("word " * 501,))


@pytest.mark.parametrize("change", [{"title": " "}, {"paper": "a3"}, {"made": "yesterday"}])
def test_a_masthead_needs_title_paper_and_date(head, change):
    with pytest.raises(ValueError, match=r"title|isoformat"):
        head(**change)


def test_characters_that_hide_or_turn_are_shown(head):
    shown = bundle(head(title="A \u202eb\u202c\x00c\u2066d\ud800", facts=("one\ntwo\u2029three",)))
    assert shown["title"] == "A \ufffdb\ufffd\ufffdc\ufffdd\ufffd"
    assert shown["facts"] == ["one two three"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": "verse"},
        {"kind": ["answer"]},
        {"kind": "answer", "text": "Yes."},
        {"kind": "answer", "text": "Yes.", "sure": "Very.", "colour": "red"},
        {"kind": "notes", "items": [{"title": "One", "verse": "two"}]},
        {"kind": "notes", "items": ["One"]},
    ],
)
def test_a_bundle_of_another_form_is_refused(data):
    with pytest.raises(ValueError, match="a bundle"):
        block(data)
