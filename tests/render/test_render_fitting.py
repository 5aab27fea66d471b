"""Columns hold what stands in them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe_analysis.errors import RunFailed
from cbe_analysis.render import blocks
from cbe_analysis.render.bundles import bundle
from cbe_analysis.render.fitting import fitted

NO_BREAK = "\u00a0"


def make(rows, widths, columns=None):
    count = len(widths)
    return blocks.Table(
        title="Table",
        sub="",
        columns=columns or tuple("ABCDEFGH"[:count]),
        rows=rows,
        align="l" + "r" * (count - 1),
        widths=widths,
    )


def widths(table):
    return fitted([bundle(table)])[0]["widths"]


def test_columns_that_are_wide_enough_stay_and_the_first_takes_the_rest():
    assert widths(make((("All", "1", "2"),), (None, 60, 80))) == [364, 60, 80]


def test_a_column_too_narrow_for_a_hidden_cell_is_widened():
    first, second = widths(make((("All", None),), (None, 20)))
    assert 40 < second < 60
    assert first + second == 504


def test_an_interval_is_not_divided():
    told = f"\u22121,234.5{NO_BREAK}to{NO_BREAK}\u22121,200.5"
    assert widths(make((("All", told),), (None, 40)))[1] > 80


def test_columns_give_way_to_one_that_needs_more():
    told = "1" * 25
    given_widths = widths(make((("All", told, "2", "3"),), (None, 40, 210, 210)))
    assert sum(given_widths) == pytest.approx(504, abs=0.05)
    assert given_widths[1] > 120


def test_a_short_text_in_the_open_column_is_rather_not_divided():
    given_widths = widths(make((("Not in the lunch program", "1", "2"),), (None, 210, 210)))
    assert given_widths[0] > 100
    assert max(given_widths[1:]) < 210
    assert sum(given_widths) == pytest.approx(504, abs=0.05)


def test_a_long_text_leaves_the_other_columns_as_they_are():
    assert widths(make((("word " * 60, "1"),), (None, 210))) == [294, 210]


def test_a_long_word_is_divided_rather_than_let_wide():
    given_widths = widths(make((("x" * 200, "1"),), (None, 60)))
    assert given_widths == [444, 60]


def test_more_than_a_page_is_refused():
    with pytest.raises(RunFailed, match=r"a table with 8 columns needs \d+ points, 504 are there.*fewer columns"):
        widths(make((tuple("1" * 12 for _ in range(8)),), (None, *[60] * 7)))


def test_a_table_beside_another_block_fits_its_span(table):
    row = blocks.Row((replace(table, widths=(None, 40, 60)), blocks.Callout("Box", ("Text.",))), (3, 3))
    inner = fitted([bundle(row)])[0]["cells"][0]
    assert sum(inner["widths"]) == pytest.approx(243, abs=0.05)


def test_only_a_tall_table_may_be_divided():
    short, tall = ([bundle(make(tuple((f"Row {i}", "1") for i in range(n)), (None, 60)))] for n in (20, 40))
    assert fitted(short)[0]["breakable"] is False
    assert fitted(tall)[0]["breakable"] is True
    wordy = make(tuple(("word " * 60, "1") for _ in range(12)), (None, 60))
    assert fitted([bundle(wordy)])[0]["breakable"] is True


@given(
    st.lists(st.text(alphabet="0123456789 ab-", min_size=1, max_size=30), min_size=4, max_size=4),
    st.lists(st.one_of(st.none(), st.integers(20, 110)), min_size=4, max_size=4),
)
def test_a_table_that_fits_takes_the_page_at_most(cells, wanted):
    try:
        given_widths = widths(make((("Row", *cells[1:]),), tuple(wanted)))
    except RunFailed:
        return
    assert sum(given_widths) <= 504.05
    if None in wanted:
        assert sum(given_widths) == pytest.approx(504, abs=0.05)
    assert min(given_widths) > 0
