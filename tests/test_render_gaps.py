"""Disparities briefs say what their numbers allow, and draw what may be shown."""

import dataclasses

import pytest
from small_releases import POLICY, compared, estimates

from cbe_analysis.protect import protect
from cbe_analysis.render.figures.gaps import crossing_charts, gap_charts
from cbe_analysis.render.numbers import counted
from cbe_analysis.render.readability import grade
from cbe_analysis.render.readings import readings
from cbe_analysis.render.standings import crossings, standings
from cbe_analysis.render.wording import effects
from cbe_analysis.render.wording import gaps as words


def alone(gap=-10.0, p=0.001, *, n=300, beside=400, g=-0.5, outcome="map:reading", where=("grade=3",)):
    """The release of status by one factor."""
    rows = [
        ("mean", "(all)", n + beside, 405.0 + gap * n / (n + beside), 2.0),
        ("mean", "no", beside, 405.0, 2.0),
        ("mean", "yes", n, 405.0 + gap, 2.0),
        ("gap", "yes", n, gap, 2.0, compared(p, "no")),
        ("hedges_g", "yes", n, g, 0.1, {"reference": "no", "n_reference": beside}),
    ]
    return protect(estimates("status", ["support"], rows, outcome=outcome, where=list(where)), POLICY)


def crossed(cells, outcome="map:reading"):
    """The release of status by two factors crossed, from their cells' sizes and means."""
    by, rows = ["support", "team"], []
    for (first, second), (n, value) in cells.items():
        rows.append(("mean", (first, second), n, value, 2.0))
    for at, name in enumerate(("yes", "no")):
        size = sum(n for (first, _), (n, _) in cells.items() if first == name)
        rows.append(("mean", (name, "(all)"), size, 400.0 - at, 2.0))
    for name in ("red", "blue"):
        size = sum(n for (_, second), (n, _) in cells.items() if second == name)
        rows.append(("mean", ("(all)", name), size, 400.0, 2.0))
    rows.append(("mean", ("(all)", "(all)"), sum(n for n, _ in cells.values()), 400.0, 2.0))
    rows.append(("gap", ("yes", "(all)"), 300, -10.0, 2.0, compared(0.001, "no")))
    rows.append(("gap", ("(all)", "red"), 300, -1.0, 2.0, compared(0.6, "blue")))
    return protect(estimates("status", by, rows, outcome=outcome, where=["grade=3"]), POLICY)


CELLS = {("yes", "red"): (150, 390.0), ("yes", "blue"): (150, 391.0), ("no", "red"): (200, 405.0)}
APART = CELLS | {("no", "blue"): (210, 406.0)}
MIXED = CELLS | {("no", "blue"): (210, 391.0)}
SMALL = CELLS | {("no", "blue"): (4, 406.0)}


def told(found, releases):
    """All that the brief says in sentences."""
    notes = [t for n in words.notes(found, POLICY) for t in (*n.text, *n.steps)]
    return " ".join([words.answer(found, POLICY, releases), words.sure(found, POLICY), *notes]).replace("**", "")


def test_answer_names_groups_size_interval_and_whose_results():
    releases = [alone()]
    answer = words.answer(standings(releases), POLICY, releases).replace("\u00a0", " ")
    assert answer == (
        "In grade 3, results differ most by reading support. Students in reading support scored 10 points lower in "
        "reading (95% interval 6 to 14) than students not in reading support."
    )
    assert words.facts(standings(releases), POLICY, releases) == ("700 students", "Grade 3")


def test_outcomes_with_the_same_widest_difference_share_a_sentence():
    releases = [alone(), alone(gap=12.0, outcome="map:math")]
    answer = words.answer(standings(releases), POLICY, releases)
    assert answer.count(".") == 2
    assert "10 points lower in reading" in answer
    assert "12 higher in mathematics" in answer


@pytest.mark.parametrize(
    ("p", "answer", "sure"),
    [
        (
            0.001,
            "In grade 3, results differ most by reading support.",
            "we are very sure of a difference by reading support.",
        ),
        (
            0.03,
            "In grade 3, results differ most by reading support.",
            "we are fairly sure of a difference by reading support.",
        ),
        (0.3, "We cannot tell whether results differ", "we cannot tell whether there is one by reading support."),
    ],
)
def test_what_is_said_hangs_on_p(p, answer, sure):
    releases = [alone(p=p)]
    found = standings(releases)
    assert words.answer(found, POLICY, releases).startswith(answer)
    assert sure in words.sure(found, POLICY)


def untested(*gaps, audience="staff"):
    """The release of status in which groups were described and not tested."""
    none = float("nan")
    rows = [("mean", "(all)", 700, 400.0, 2.0), ("mean", "no", 400, 405.0, 2.0), *gaps]
    if gaps:
        rows.append(("mean", "yes", 300, 395.0, 2.0))
    found = estimates("status", ["support"], rows, outcome="map:reading", where=["grade=3"])
    found.rows.loc[found.rows["quantity"] == "gap", ["std_error", "low", "high", "p", "p_adjusted"]] = none
    return protect(found, POLICY, audience)


@pytest.mark.parametrize("audience", ["public", "staff"])
def test_what_was_not_tested_is_not_called_protected(audience):
    releases = [untested(("gap", "yes", 300, -10.0, 2.0, compared(0.5, "no")), audience=audience)]
    found = standings(releases)
    assert words.answer(found, POLICY, releases) == (
        "The differences between these groups could not be tested; the table describes them."
    )
    assert "we could not test a difference by reading support" in words.sure(found, POLICY)
    assert "protected" not in told(found, releases)
    assert "In public" not in told(found, releases)


def test_one_group_alone_has_nothing_to_compare():
    releases = [untested()]
    found = standings(releases)
    assert words.answer(found, POLICY, releases).startswith("There is nothing to compare")
    assert "we have nothing to compare" in words.sure(found, POLICY)
    assert "protected" not in told(found, releases)


def test_rough_sizes_stand_in_columns_as_numbers():
    """A table of "about 400", "about 850" tells the reader the same thing in every row."""
    releases = [alone(n=6)]
    assert releases[0].rows["n_shown"].tolist()[:2] == ["410", "about 400"]
    rows = words.tables(standings(releases), POLICY)[0].rows
    assert [row[1] for row in rows] == ["410", "400", None]


def test_protected_groups_leave_everything_whole():
    releases = [alone(n=6, beside=12)]
    found = standings(releases)
    assert words.answer(found, POLICY, releases) == "The differences between these groups are protected."
    assert words.tables(found, POLICY)[0].rows[-1] == ("Each other group", *[None] * 7)
    assert "nan" not in told(found, releases)
    assert "too small, or too much alike, to compare" in told(found, releases)
    assert words.tables(found, POLICY)[0].sub.endswith("Groups that are too small, or too much alike, are protected.")
    assert "protected" not in words.tables(standings([alone()]), POLICY)[0].sub
    assert gap_charts(found, POLICY) == ()


def test_chart_gives_every_group_with_value_difference_and_interval():
    found = standings([alone(), alone(gap=1.0, p=0.6, outcome="map:math")])
    (picture,), (again,) = gap_charts(found, POLICY), gap_charts(found, POLICY)
    assert picture.svg == again.svg
    assert picture.title == "Results differ by reading support in reading"
    assert "In reading support 395, difference −10 (95% interval −14\u00a0to\u00a0−6)" in picture.alt
    for shown in ("Reading", "Mathematics", "−10", "+1", "405", "300", "400"):
        assert f">{shown}<" in picture.svg


def test_three_outcomes_take_two_charts():
    found = standings([alone(outcome=f"map:{s}") for s in ("reading", "math", "science")])
    assert len(gap_charts(found, POLICY)) == 2


def test_crossed_groups_are_told_as_holding_only_where_they_stand_apart():
    (apart,) = crossing_charts(crossings([crossed(APART)]), POLICY)
    assert apart.title == "The difference by reading support is there for blue students and red students"
    (mixed,) = crossing_charts(crossings([crossed(MIXED)]), POLICY)
    assert mixed.title == "Reading support, split by team"


def test_crossed_groups_that_are_protected_are_one_row():
    (small,) = crossing_charts(crossings([crossed(SMALL)]), POLICY)
    assert small.svg.count("protected") >= 1
    assert "nan" not in small.alt.lower()
    assert ">406" not in small.svg
    assert "406" not in small.alt


def test_nothing_is_drawn_where_no_crossed_group_may_be_seen():
    cells = {key: (4, value) for key, (_, value) in APART.items()}
    assert crossing_charts(crossings([crossed(cells)]), POLICY) == ()


def absence():
    """The release of a share by one factor."""
    rows = [
        ("share", "(all)", 500, 0.5, 0.02, {"numerator": 250, "denominator": 500}),
        ("share", "no", 300, 0.2, 0.02, {"numerator": 60, "denominator": 300}),
        ("share", "yes", 200, 0.95, 0.01, {"numerator": 190, "denominator": 200}),
        ("gap", "yes", 200, 0.75, 0.02, compared(0.001, "no", 300)),
    ]
    given = {"unit": "share of students, 0 to 1", "outcome": None, "where": []}
    return protect(estimates("chronic_absence", ["support"], rows, **given), POLICY)


def test_an_indicator_without_outcomes_is_named_and_told_in_points():
    found = standings([absence()])
    assert words.title(found, POLICY) == "How does chronic absence differ between groups?"
    assert words.answer(found, POLICY, [absence()]).replace("\u00a0", " ") == (
        "The share among students in reading support was 75 points higher (95% interval 71 to 79) than among students "
        "not in reading support."
    )
    (picture,) = gap_charts(found, POLICY)
    assert picture.sub.startswith("Share of students with 95% intervals.")
    assert found[0].value("no").interval() == "16\u00a0to\u00a025"


@pytest.mark.parametrize("gap", [-10.0, 0.5, 10.0])
@pytest.mark.parametrize("p", [0.001, 0.03, 0.6])
def test_disparities_briefs_read_at_grade_nine_or_easier(gap, p):
    releases = [alone(gap=gap, p=p, g=gap / 20), alone(gap=gap, p=p, g=gap / 20, outcome="map:math")]
    assert grade(told(standings(releases), releases)) <= 9


@pytest.mark.parametrize(
    ("g", "said"),
    [
        (0.02, "close to none"),
        (-0.2, "about a fifth of a standard deviation"),
        (0.33, "about a third of a standard deviation"),
        (-0.5, "about half a standard deviation"),
        (1.0, "about one standard deviation"),
        (-1.63, "about 1.6 standard deviations"),
    ],
)
def test_standardised_differences_in_words(g, said):
    assert effects.spoken(g) == said


@pytest.mark.parametrize(("d", "u3"), [(0.0, 50), (0.2, 58), (0.5, 69), (0.8, 79), (-0.5, 31)])
def test_share_above_the_other_groups_middle_is_cohens_u3(d, u3):
    # Cohen 1988, table 2.2.1, page 22: U3 of 57.9 %, 69.1 % and 78.8 % at d = .2, .5 and .8
    assert effects.above_middle(d) == u3


@pytest.mark.parametrize(("count", "said"), [(0, "no difference"), (1, "1 difference"), (1200, "1,200 differences")])
def test_counts_with_their_noun(count, said):
    assert counted(count, "difference") == said


def test_readings_keep_hidden_and_missing_apart():
    rows = readings(alone(n=6))
    hidden = [r for r in rows if r.protected]
    assert hidden
    assert all(r.printed() is None and r.interval() is None and not r.known for r in hidden)


def test_an_interval_that_is_far_wider_than_others_leaves_them_readable():
    """Two students may have an interval a hundred times as wide; the axis follows the others."""
    from cbe_analysis.render.figures.dots import FAR, limits

    made = alone(n=300)
    usual = [r for r in readings(made) if r.quantity == "mean"]
    low, high = limits(usual)
    half = (usual[0].high - usual[0].low) / 2
    wide = dataclasses.replace(usual[0], low=usual[0].value - 5000, high=usual[0].value + 5000)
    assert limits([*usual, wide])[1] - limits([*usual, wide])[0] < 2 * FAR * half * 1.5
    (picture,) = gap_charts(standings([made]), POLICY)
    assert picture.alt
    assert low < usual[0].low < usual[0].high < high


def test_nought_has_no_sign():
    (rows,) = [readings(alone(gap=0.2, p=0.9, n=300))]
    gap = next(r for r in rows if r.quantity == "gap")
    assert dataclasses.replace(gap, value=0.2, shown="0").printed(sign=True) == "0"
    assert dataclasses.replace(gap, value=2.0, shown="2").printed(sign=True) == "+2"


def test_an_arrow_stands_only_where_an_interval_is_cut():
    released = alone(n=300)
    (picture,) = gap_charts(standings([released]), POLICY)
    assert "Arrow" not in picture.sub
    (standing,) = standings([released])
    rows = tuple(
        dataclasses.replace(r, low=r.value - 5000, high=r.value + 5000) if r.group == "yes" else r
        for r in standing.rows
    )
    (picture,) = gap_charts([dataclasses.replace(standing, rows=rows)], POLICY)
    assert picture.sub.endswith("Arrow: the interval goes on, beyond the chart.")
