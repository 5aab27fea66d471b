"""Charts: measured in points, real text in the brief's font, the same bytes each time, enough contrast."""

import re
import warnings

import pytest

from cbe_analysis.render import palette
from cbe_analysis.render.blocks import WIDE
from cbe_analysis.render.canvas import Canvas, mark, span

ALT = "Scores climb from 437 to 612 points."


def draw(words="Reading", columns=3):
    canvas = Canvas(columns, 90)
    axes = canvas.axes(20, 5, 150, 60, xlim=(0, 1), ylim=(0, 1))
    axes.fill_between([0, 1], [0, 0], [1, 1], alpha=0.2)
    mark(axes, words, (0, 1), (4, 0))
    canvas.text(10, 80, words, weight=600)
    return canvas.picture("Title", "Sub", ALT)


def test_a_chart_is_as_wide_as_its_columns():
    assert [span(n) for n in (1, 2, 3, 6)] == [69, 156, 243, WIDE]
    picture = draw(columns=2)
    assert picture.width == 156
    assert 'width="156pt" height="90pt" viewBox="0 0 156 90"' in picture.svg


def test_a_chart_holds_real_text_and_is_the_same_twice():
    assert draw().svg == draw().svg
    assert draw().svg.count(">Reading</text>") == 2
    assert "font-family: 'Source Sans Pro', 'DejaVu Sans'" in draw().svg


def test_a_chart_tells_nothing_of_its_making():
    assert not re.search(r"matplotlib v|http://purl|<metadata|<style|<!DOCTYPE|Created", draw().svg)


@pytest.mark.parametrize("words", ["from $5 to $9", "<script>alert(1)</script>", "a & b", r"\frac{a}{b} $"])
def test_words_of_a_chart_are_words(words):
    from xml.sax.saxutils import escape

    assert draw(words).svg.count(f">{escape(words)}</text>") == 2


def test_unseen_characters_of_a_chart_are_shown():
    assert "a\ufffdb\ufffdc" in draw("a\u202eb\x00c").svg


def test_a_character_without_glyph_waits_for_the_typesetter():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "\u4e2d" in draw("\u4e2d").svg


@pytest.mark.parametrize(("columns", "height"), [(0, 100), (7, 100), (6, 561), (6, 0)])
def test_a_chart_that_fits_no_page_is_refused(columns, height):
    with pytest.raises(ValueError, match="1 to 6 columns and at most 560 points"):
        Canvas(columns, height)


@pytest.mark.parametrize(
    ("colour", "ground", "least"),
    [
        ("INK", "#ffffff", 7),
        ("SOFT", "#ffffff", 4.5),
        ("ACCENT", "#ffffff", 4.5),
        ("INK", "TINT", 7),
        ("SOFT", "TINT", 4.5),
        ("ACCENT", "TINT", 4.5),
        ("MID", "#ffffff", 3),
        ("STROKE", "#ffffff", 3),
    ],
)
def test_the_palette_has_the_contrast_that_reading_needs(colour, ground, least):
    assert palette.contrast(getattr(palette, colour), getattr(palette, ground, ground)) >= least


def test_contrast_is_that_of_the_guidelines():
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert palette.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_every_colour_of_the_page_is_of_the_palette():
    from importlib.resources import files

    known = {v for v in vars(palette).values() if isinstance(v, str) and v.startswith("#")} | {"#fff"}
    for name in ("page.css", "brief.typ"):
        told = set(
            re.findall(r"#[0-9a-f]{6}\b|#[0-9a-f]{3}\b", files("cbe_analysis.render").joinpath(name).read_text())
        )
        assert told
        assert told <= known
