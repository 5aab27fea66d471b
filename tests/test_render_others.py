"""Groups that are compared with all other students, because the district named no reference group."""

import pytest
from small_releases import POLICY, compared, estimates

from cbe_analysis.protect import protect
from cbe_analysis.render.courses import courses
from cbe_analysis.render.figures.gaps import gap_charts
from cbe_analysis.render.figures.growth import growth_curves
from cbe_analysis.render.standings import standings
from cbe_analysis.render.wording import against, gaps, growth


def status(factor="support", group="yes", other="no", *, reference="others", grade=3, gap=-10.0):
    """Two groups in one grade; each has a difference where it is compared with all others."""
    rows = [
        ("mean", "(all)", 700, 400.0, 2.0),
        ("mean", other, 400, 405.0, 2.0),
        ("mean", group, 300, 395.0, 2.0),
        ("gap", group, 300, gap, 2.0, compared(0.001, reference)),
    ]
    if reference == "others":
        rows.append(("gap", other, 400, -gap, 2.0, compared(0.001, reference, 300)))
    return protect(estimates("status", [factor], rows, where=[f"grade={grade}"]), POLICY, "staff")


def slopes(factor="support", group="yes", other="no", *, reference="others"):
    rows = [("slope", "(all)", 700, 20.0, 0.5), ("slope", other, 400, 21.0, 0.5), ("slope", group, 300, 19.0, 0.5)]
    rows.append(("gap", group, 300, -2.0, 0.5, compared(0.001, reference)))
    if reference == "others":
        rows.append(("gap", other, 400, 2.0, 0.5, compared(0.001, reference, 300)))
    return protect(estimates("growth_rate", [factor], rows), POLICY, "staff")


def test_differences_are_told_as_being_from_all_other_students():
    releases = [status()]
    found = standings(releases)
    assert gaps.answer(found, POLICY, releases).endswith(
        "Students not in reading support scored 10 points higher in reading (95% interval 6\u00a0to\u00a014) "
        "than all other students."
    )
    (table,) = gaps.tables(found, POLICY)
    assert table.sub.startswith("Each group against all other students.")
    assert [row[4] for row in table.rows] == ["", "+10", "\u221210"]
    (picture,) = gap_charts(found, POLICY)
    assert "Numbers: difference from all other students." in picture.sub
    assert "Hollow" not in picture.sub
    assert "By reading support each is compared with all other students" in gaps.definitions(found, POLICY)


def test_growth_curves_set_a_group_beside_all_students():
    found = courses([slopes()], [status(grade=3), status(grade=4)])
    assert [c.beside for c in found] == ["(all)"]
    (picture,) = growth_curves(found, POLICY)
    assert "All students" in picture.svg
    assert "filled group minus all other students" in picture.svg
    assert "the two groups differ" not in picture.title
    assert "All students: 400 in grade 3, 400 in grade 4" in picture.alt
    (table,) = growth.tables(found, POLICY)
    assert table.sub.startswith("Each group against all other students.")
    assert "By reading support each is compared with all other students" in growth.definitions(found, POLICY)


@pytest.mark.parametrize(
    ("first", "second", "legend"),
    [
        ("no", "blue", "Each group against the first of its block."),
        ("others", "others", "Each group against all other students."),
        ("no", "others", "where that has a difference too, each against all other students."),
    ],
)
def test_the_legend_says_what_each_factor_is_compared_with(first, second, legend):
    found = standings([status(reference=first), status("team", "red", "blue", reference=second)])
    assert against.legend(found).endswith(legend)
    both = first != second == "others"
    assert ("where no mark is hollow" in against.marks(found, "mean")) == both
    told = against.definition(found, POLICY)
    assert ("which the district chose" in told) == (first != "others")
    assert ("all other students" in told) == (second == "others")
    assert ("By team each" in told) == both
