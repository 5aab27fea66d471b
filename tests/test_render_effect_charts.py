"""Charts of effects: numbers of the release, nothing beyond the canvas, nothing where nothing may be shown."""

import re

import drawn
import pytest
from small_releases import POLICY
from small_trials import PLAN, found, split, whole

from cbe_analysis.render.figures.effect import forests, passed, standing
from cbe_analysis.render.trials import MOST
from cbe_analysis.render.wording import effect as words

NAMES = ("reading", "math", "science", "writing")
MANY = {f"long name of a group {i:02}": (60, 8.0 - i, 2.0 + i) for i in range(MOST + 3)}
WIDE = {"no": (400, -1234.0, 200.0), "yes": (200, 1234.5, 300.0)}
FEW = {"no": (400, 8.0, 2.0), "yes": (200, 11.0, 3.0)}


def outcomes(count, groups=FEW):
    return found(
        *(e for name in NAMES[:count] for e in (whole(outcome=f"map:{name}"), split(groups, outcome=f"map:{name}")))
    )


@pytest.mark.parametrize(
    ("g", "reached"), [(0.0, 50), (0.18, 57), (0.2, 58), (-0.2, 42), (1.0, 84), (-6.0, 0), (6.0, 100)]
)
def test_average_student_stands_where_cohens_u3_has_it(g, reached):
    assert passed(g) == reached


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("groups", [FEW, MANY, WIDE], ids=["few", "many", "wide"])
def test_words_stay_on_the_canvas_and_apart(count, groups, monkeypatch):
    canvases = drawn.kept(monkeypatch)
    trials = outcomes(count, groups)
    made = [*standing(trials, POLICY), *forests(trials, POLICY, PLAN)]
    assert len(made) == len(canvases) == (3 if count > 3 else 2)
    assert [drawn.outside(c) for c in canvases] == [[]] * len(canvases)
    assert [drawn.overlapping(c) for c in canvases] == [[]] * len(canvases)


@pytest.mark.parametrize("effect", [-300.0, -9.0, 0.0, 300.0])
def test_strips_hold_every_size_of_effect(effect, monkeypatch):
    canvases = drawn.kept(monkeypatch)
    (picture,) = standing(found(whole(effect=effect)), POLICY)
    assert drawn.outside(canvases[0]) == []
    assert f"above {passed(effect / 50)} in 100" in picture.svg


def test_alt_text_has_the_numbers_of_the_release():
    trials = outcomes(2)
    (picture,) = forests(trials, POLICY, PLAN)
    alt = picture.alt.replace("\u00a0", " ")
    assert "All students: reading +9 (5 to 13), mathematics +9 (5 to 13)." in alt
    assert "In reading support: reading +11 (5 to 17), mathematics +11 (5 to 17)." in alt
    (strips,) = standing(trials, POLICY)
    assert "higher than 57 of 100 comparison students (95% interval 54 to 60)" in strips.alt
    assert ">+11<" in picture.svg


@pytest.mark.parametrize(
    ("groups", "title"),
    [
        (FEW, "Every group shown gained"),
        (FEW | {"yes": (200, 4.0, 3.0)}, "Every group shown scored higher; where a bar crosses zero it may be chance"),
        (FEW | {"yes": (200, -4.0, 1.0)}, "The effect by group"),
    ],
)
def test_title_holds_for_every_group(groups, title):
    assert forests(outcomes(1, groups), POLICY, PLAN)[0].title == title


def test_without_factors_there_is_one_line():
    (picture,) = forests(found(whole()), POLICY, PLAN)
    assert picture.title == "The effect of the program"
    assert "Tinted band: under 5 points" in picture.sub


def test_protected_groups_are_not_drawn():
    (picture,) = forests(outcomes(1, FEW | {"yes": (4, 77.0, 3.0)}), POLICY, PLAN)
    assert "77" not in picture.alt + " ".join(re.findall(r">([^<>]+)</text>", picture.svg))
    assert "In reading support" not in picture.alt


def test_of_very_many_groups_chart_and_table_show_the_largest_and_say_so():
    small = "long name of a group 00"
    trials = outcomes(1, MANY | {small: (40, 8.0, 2.0)})
    (picture,) = forests(trials, POLICY, PLAN)
    assert f"The {MOST} largest of {len(MANY)} groups." in picture.sub
    (table,) = words.tables(trials, POLICY)
    assert table.sub.endswith(f"; the {MOST} largest of {len(MANY)} groups")
    assert len(table.rows) == 1 + MOST
    assert small not in picture.alt.lower() + " ".join(str(row[0]).lower() for row in table.rows)
    (few,) = words.tables(outcomes(1), POLICY)
    assert "largest" not in few.sub


def test_an_interval_far_wider_than_others_is_cut_with_an_arrow(monkeypatch):
    canvases = drawn.kept(monkeypatch)
    groups = {f"group {i}": (60, 8.0, 2.0) for i in range(4)}
    (picture,) = forests(outcomes(1, groups), POLICY, PLAN)
    assert "Arrow" not in picture.sub
    (picture,) = forests(outcomes(1, groups | {"wide": (30, 8.0, 900.0)}), POLICY, PLAN)
    assert picture.sub.endswith("Arrow: the interval goes on, beyond the chart.")
    widths = [c.figure.axes[-1].get_xlim() for c in canvases]
    assert widths[1][1] - widths[1][0] < 10 * (widths[0][1] - widths[0][0])


def test_nothing_is_drawn_where_no_effect_may_be_shown():
    trials = found(whole(sizes={"treatment": 6, "comparison": 7}))
    assert standing(trials, POLICY) == forests(trials, POLICY, PLAN) == ()
