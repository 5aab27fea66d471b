"""Where there are too many groups for a page, those that differ most stay, and the brief says so."""

import pytest
from small_releases import POLICY, compared, estimates

from cbe_analysis.protect import protect
from cbe_analysis.render.courses import courses
from cbe_analysis.render.figures.gaps import crossing_charts, gap_charts
from cbe_analysis.render.standings import crossings, standings
from cbe_analysis.render.widest import ABREAST, MOST, clearest, widest
from cbe_analysis.render.wording import asking, dates, names
from cbe_analysis.render.wording import gaps as words

MANY = [f"g{at:02d}" for at in range(60)]


def standing(sizes=MANY, outcome="map:reading", factor="team"):
    """Groups g00, g01 ...: each a point further from the reference than the one before it; the first is the largest."""
    rows = [("mean", "(all)", 9000, 400.0, 2.0), ("mean", "blue", 400, 400.0, 2.0)]
    for at, name in enumerate(sizes):
        n = 300 if at else 900
        rows += [("mean", name, n, 401.0 + at, 2.0), ("gap", name, n, 1.0 + at, 2.0, compared(0.001, "blue"))]
    return protect(estimates("status", [factor], rows, outcome=outcome, where=["grade=3"]), POLICY)


def test_the_groups_that_differ_most_stay_with_the_largest_and_the_reference():
    found = standings([standing(), standing(outcome="map:math")])
    shown = widest(found)
    assert [s.groups for s in shown] == [("blue", "g00", *MANY[-(MOST - 2) :])] * 2
    assert widest(standings([standing(MANY[:10])])) == standings([standing(MANY[:10])])


def test_chart_and_table_of_very_many_groups_fit_a_page_and_the_table_says_what_is_left_out():
    found = standings([standing()])
    (table,) = words.tables(found, POLICY)
    assert len(table.rows) == MOST + 1
    assert "39 of 61 groups, which differ least, are left out." in table.sub
    (picture,) = gap_charts(found, POLICY)
    assert "g59" in picture.alt.lower()
    assert "left out" not in words.tables(standings([standing(MANY[:10])]), POLICY)[0].sub


def test_crossed_groups_of_very_many_fit_a_page():
    by = ["team", "support"]
    cells = [(name, side) for name in ["blue", *MANY] for side in ("no", "yes")]
    rows = [("mean", ("(all)", "(all)"), 9000, 400.0, 2.0)]
    rows += [("mean", cell, 100 + at, 400.0, 2.0) for at, cell in enumerate(cells)]
    rows += [("mean", (name, "(all)"), 201 + 4 * at, 400.0, 2.0) for at, name in enumerate(["blue", *MANY])]
    rows += [("mean", ("(all)", side), 4500, 400.0, 2.0) for side in ("no", "yes")]
    rows += [("gap", ("g00", "(all)"), 205, 1.0, 2.0, compared(0.6, "blue"))]
    rows += [("gap", ("(all)", "yes"), 4500, 1.0, 2.0, compared(0.6, "no"))]
    released = protect(estimates("status", by, rows, where=["grade=3"]), POLICY, "staff")
    (picture,) = crossing_charts(crossings([released]), POLICY)
    assert "Blue students" in picture.alt
    assert picture.alt.count("95% interval") == MOST


def slopes(factor, gap):
    rows = [("slope", "(all)", 700, 20.0, 0.5), ("slope", "no", 400, 20.0, 0.5), ("slope", "yes", 300, 20.0 + gap, 0.5)]
    rows.append(("gap", "yes", 300, gap, 0.5, compared(0.001, "no")))
    return protect(estimates("growth_rate", [factor], rows), POLICY, "staff")


def test_of_many_factors_those_with_the_clearest_differences_are_drawn():
    found = courses([slopes(factor, gap) for factor, gap in (("a", 1.0), ("b", 4.0), ("c", -3.0), ("d", 2.0))])
    assert [c.factor for c in clearest(found)] == ["b", "c", "d"]
    assert len(clearest(found)) == ABREAST


def test_dates_of_the_data_in_words():
    assert dates.spanned("2022-09-06", "2026-05-19") == "Data from Sept. 6, 2022 to May 19, 2026"
    assert dates.spanned("", "2026-05-19") == "Data up to May 19, 2026"
    assert dates.spanned("2026-05-19", "2026-05-19") == "Data of May 19, 2026"


def test_outcomes_left_out_are_named_with_the_way_to_ask_for_them():
    told = asking.outcomes(["map:math", "cbm:reading"], POLICY).replace("\u00a0", " ")
    assert told == (
        "The two that most students have are shown. These data also hold mathematics, map (-p outcomes=map:math) and "
        "reading, cbm (-p outcomes=cbm:reading)."
    )
    assert asking.outcomes([], POLICY) == ""
    assert asking.outcomes([f"t{i}:x" for i in range(12)], POLICY).endswith("and 4 more.")


@pytest.mark.parametrize(
    ("shown", "unit", "told"),
    [
        ("1", "points", "1 point"),
        ("\u22121", "points", "\u22121 point"),
        ("+1", "words a minute", "+1 word a minute"),
        ("1.0", "points", "1.0 points"),
        ("2", "points", "2 points"),
        ("11", "students", "11 students"),
    ],
)
def test_one_is_told_in_the_singular(shown, unit, told):
    assert names.measured(shown, unit) == told


def test_units_and_names_keep_their_words():
    assert names.unit("scale points / year", short=True) == "points"
    assert names.unit("words a minute / year", short=True) == "words a minute"
    assert (names.called("Reading Lab"), names.called("Small classes in grade 1")) == (
        "Reading Lab",
        "small classes in grade 1",
    )
