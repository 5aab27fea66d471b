"""Growth briefs say what their numbers allow, and draw what may be shown."""

import math
import re

import pytest
from small_releases import POLICY, compared, estimates

from cbe_analysis.protect import protect
from cbe_analysis.render.courses import courses
from cbe_analysis.render.figures.growth import growth_curves
from cbe_analysis.render.readability import grade
from cbe_analysis.render.readings import find, readings
from cbe_analysis.render.wording import growth as words
from cbe_analysis.render.wording import names


def growth(factor="support", group="yes", base="no", *, n=300, beside=400, gap=-2.0, p=0.001, slope=20.0, **parameters):
    """The release of growth_rate with one group and its reference."""
    rows = [
        ("slope", "(all)", n + beside, slope, 0.5),
        ("slope", base, beside, slope - gap / 2, 0.6),
        ("slope", group, n, slope + gap / 2, 0.6),
        ("gap", group, n, gap, 0.6, compared(p, base)),
    ]
    return protect(estimates("growth_rate", [factor], rows, **parameters), POLICY)


def standing(
    place, gap, factor="support", group="yes", base="no", *, n=300, beside=400, error=2.0, tested=True, **parameters
):
    """The release of status in one grade."""
    mean = 400.0 + 20 * place
    rows = [
        ("mean", "(all)", n + beside, mean, error),
        ("mean", base, beside, mean, error),
        ("mean", group, n, mean + gap, error),
        ("gap", group, n, gap, error, compared(0.01, base))
        if tested
        else ("gap", group, n, gap, math.nan, {"reference": base}),
    ]
    return protect(estimates("status", [factor], rows, where=[f"grade={place}"], **parameters), POLICY)


ALIKE = {"(all)": 700, "no": 400, "yes": 300}


def told(found):
    """All that the brief says in sentences."""
    notes = [t for n in words.notes(found, POLICY) for t in (*n.text, *n.steps)]
    return " ".join([words.answer(found, POLICY), words.sure(found, POLICY), *notes]).replace("**", "")


def test_answer_gives_growth_with_its_interval_and_what_became_of_the_difference():
    found = courses([growth()], [standing(3, -15), standing(4, -12)])
    grew, kept = words.answer(found, POLICY).replace("\u00a0", " ").split(". ")
    assert grew == "Every group grew: on average 20.0 points a year in reading (95% interval 19.0 to 21.0)"
    size = "12 points by reading support in reading (8 to 16)."
    assert kept == f"A group difference seen in grade 3 is still there in grade 4: {size}"


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (-15, -1, "A group difference seen in grade 3 could no longer be seen in grade 4."),
        (-1, -15, "In grade 3 we saw no clear difference between the groups; in grade 4, one could be seen."),
        (1, -1, "In grade 3 we saw no clear difference between the groups; in grade 4, none could be seen."),
        (-15, 15, "A group difference seen in grade 3 could no longer be seen in grade 4."),
    ],
)
def test_what_became_of_a_difference_hangs_on_both_its_ends(first, last, says):
    found = courses([growth()], [standing(3, first), standing(4, last)])
    assert words.answer(found, POLICY).endswith(says)


def test_a_slope_that_may_be_zero_is_no_growth():
    found = courses([growth(slope=0.5, gap=-0.2)])
    assert words.answer(found, POLICY).startswith("On average, scores changed by 0.4 points a year")
    assert "sure that the groups" not in words.sure(found, POLICY)


@pytest.mark.parametrize(
    ("p", "says"),
    [
        (0.001, "In reading we are very sure that the pace differs by reading support (2.0 points a year,"),
        (0.03, "In reading we are fairly sure that the pace differs by reading support"),
        (0.2, "In reading we cannot tell whether the pace differs by reading support."),
    ],
)
def test_how_sure_hangs_on_p(p, says):
    assert says in words.sure(courses([growth(p=p)]), POLICY)


def test_protected_groups_leave_sentences_and_tables_whole():
    few = {"n": 6, "beside": 12}
    found = courses([growth(**few)], [standing(3, -15, **few), standing(4, -12, **few)])
    assert found[0].main == ""
    assert growth_curves(found, POLICY) == ()
    (table,) = words.tables(found, POLICY)
    assert table.rows[-1] == ("Each other group", *[None] * 6)
    assert "In reading the differences in pace are protected." in words.sure(found, POLICY)
    assert "nan" not in told(found) + str(table.rows)
    assert "could no longer" not in told(found)


@pytest.mark.parametrize("audience", ["public", "staff"])
def test_a_district_in_which_all_are_alike_says_why_nothing_is_shown(audience):
    rows = [("slope", g, n, 0.0, 0.0 if audience == "public" else float("nan")) for g, n in ALIKE.items()]
    rows.append(("gap", "yes", 300, 0.0, float("nan"), compared(float("nan"), "no")))
    grades = [standing(place, -5.0, n=3) for place in range(2)]
    found = courses([protect(estimates("growth_rate", ["support"], rows), POLICY, audience)], grades)
    why = {
        "public": "How fast scores grow is protected: too few students are behind it, or they are too much alike.",
        "staff": "These data cannot tell how fast scores grow. There are too few scores, or they are too much alike.",
    }
    assert words.answer(found, POLICY) == why[audience]
    assert ("protected" in words.sure(found, POLICY)) == (audience == "public")
    may, cannot, _ = words.notes(found, POLICY)
    assert may.text == ("No group could be compared here. That does not say that all grow alike.",)
    assert "chart" not in " ".join(cannot.text)
    assert growth_curves(found, POLICY) == ()


def test_groups_of_which_none_is_shown_are_not_said_to_have_grown():
    rows = [("slope", "(all)", 12, 20.0, 0.5), ("slope", "no", 7, 19.0, 0.6), ("slope", "yes", 5, 21.0, 0.6)]
    found = courses([protect(estimates("growth_rate", ["support"], rows), POLICY)])
    assert words.answer(found, POLICY).startswith("Students gained, on average, 20")


def test_several_protected_groups_are_one_row_of_the_table():
    rows = [("slope", "(all)", 500, 20.0, 0.5)]
    rows += [("slope", g, n, 20.0, 0.6) for g, n in (("blue", 480), ("green", 6), ("red", 4))]
    release = protect(estimates("growth_rate", ["team"], rows), POLICY)
    (table,) = words.tables(courses([release]), POLICY)
    assert [row[0] for row in table.rows] == ["All students", "Blue students", "Each other group"]


def test_table_keeps_decimal_points_in_line():
    rows = [("slope", "(all)", 500, 20.04, 0.5), ("slope", "blue", 200, 20.0, 6.0)]
    (table,) = words.tables(courses([protect(estimates("growth_rate", ["team"], rows), POLICY)]), POLICY)
    whole, group = (row[2] for row in table.rows[:2])
    assert (whole, group) == ("20.0", "20\u2005\u2007")


def test_chart_states_finding_numbers_and_intervals_and_is_drawn_alike_twice():
    found = courses([growth()], [standing(3, -15), standing(4, -12)])
    (picture,), (again,) = growth_curves(found, POLICY), growth_curves(found, POLICY)
    assert picture.svg == again.svg
    assert picture.title == "Reading: every line climbs; in grade 4 the two groups differ"
    assert "In reading support: 445 in grade 3, 468 in grade 4" in picture.alt
    assert "difference −15 (95% interval −19\u00a0to\u00a0−11) in grade 3" in picture.alt
    for shown in ("Not in reading support", "In reading support", "−15", "−12", "468"):
        assert f">{shown}<" in picture.svg


def test_one_chart_for_each_outcome_shares_its_scale():
    several = [growth(outcome=o) for o in ("map:reading", "map:math")]
    points = [standing(g, -15, outcome=o) for o in ("map:reading", "map:math") for g in (3, 4)]
    reading, math = growth_curves(courses(several, points), POLICY)
    assert (reading.title[:8], math.title[:12]) == ("Reading:", "Mathematics:")
    assert reading.sub
    assert not math.sub


def test_a_grade_that_is_protected_breaks_the_line_not_the_chart():
    found = courses([growth()], [standing(3, -15, n=6), standing(4, -12)])
    (picture,) = growth_curves(found, POLICY)
    assert "In reading support: protected at one end" in picture.alt
    assert "nan" not in picture.alt.lower()
    assert not re.search(r"\bnan\b", picture.svg, re.IGNORECASE)


def test_main_group_is_the_largest_that_may_be_compared():
    rows = [("slope", "blue", 400, 20.0, 0.6)]
    for group, n in (("green", 50), ("red", 190)):
        rows.append(("slope", group, n, 20.0, 0.6))
        rows.append(("gap", group, n, 1.0, 0.6, compared(0.5, "blue")))
    (course,) = courses([protect(estimates("growth_rate", ["team"], rows), POLICY)])
    assert (course.reference, course.main, course.groups) == ("blue", "red", ("blue", "green", "red"))


def test_a_point_needs_one_grade():
    release = protect(estimates("status", ["support"], [("mean", "no", 40, 400.0, 2.0)]), POLICY)
    with pytest.raises(ValueError, match="one condition grade="):
        courses([growth()], [release])


@pytest.mark.parametrize("gap", [-2.0, 0.1, 2.0])
@pytest.mark.parametrize("p", [0.001, 0.03, 0.6])
def test_growth_briefs_read_at_grade_nine_or_easier(gap, p):
    found = courses([growth(gap=gap, p=p)], [standing(3, 5 * gap), standing(4, 4 * gap)])
    assert grade(told(found)) <= 9


def test_a_difference_is_told_as_its_size():
    gap = find(readings(growth(gap=-2.0)), "gap", support="yes")
    assert gap is not None
    assert (gap.size(), gap.less().replace("\u00a0", " "), gap.printed(sign=True)) == ("2.0", "0.8 to 3.2", "−2.0")
    assert find(readings(growth()), "gap", support="no") is None


def test_groups_in_sentences():
    assert names.students(POLICY, "support", "no") == "students not in reading support"
    assert names.students(POLICY, "team", "red") == "Red students"
    assert names.students(POLICY, "house", "oak") == "students in the group “Oak”"
    assert names.factors(POLICY, ["support", "team"]) == "reading support and team"
    assert names.lower("English learner") == "English learner"


def test_conditions_in_words():
    assert names.condition(POLICY, "grade=3") == "Grade 3"
    assert names.condition(POLICY, "school_year>=2024") == "School year 2024 or more"
    assert names.condition(POLICY, "school_id!=12") == "Not school id 12"


@pytest.mark.parametrize("tested", [True, False])
def test_differences_that_are_not_tested_are_drawn_without_an_interval(tested):
    """In a district of few schools no difference has limits: the chart is made all the same."""
    (picture,) = growth_curves(
        courses([growth()], [standing(3, -15, tested=tested), standing(4, -12, tested=tested)]), POLICY
    )
    assert ">\u221215<" in picture.svg
    assert ">\u221212<" in picture.svg
