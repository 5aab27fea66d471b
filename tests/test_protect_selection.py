"""Which rows a public release may rest on: those of published groups, and what says when and what."""

import pytest
from protected_tables import POLICY, estimates, mean

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.policy import Policy


def selected(*where):
    return estimates([mean(500, 5.0)], (), parameters={"where": list(where)})


@pytest.mark.parametrize(
    "condition",
    [
        "name=Ada",
        "score>=700",
        "club name=chess",  # not the beginning of the name alone
        'hobby in ["a", "b"]',
        "assessments.official=true",
        "a.grade=3",  # a column of that name, not of a table
    ],
)
def test_the_public_may_not_see_selections_by_what_is_not_published(condition):
    with pytest.raises(ReleaseRefused, match=r"may not see this selection .published are .*and dates; where: ") as said:
        cbe.protect(selected("grade=3", condition), POLICY)
    assert said.value.exit_code == 1
    assert "Ada" not in str(said.value)
    assert len(cbe.protect(selected(condition), POLICY, "staff").rows) == 1
    opened = Policy(factors=("group",), published_dimensions=("group", "club name", "hobby", "name"))
    if condition.startswith(opened.published_dimensions):
        assert len(cbe.protect(selected(condition), opened).rows) == 1


def test_the_public_may_see_selections_by_group_place_time_and_what_was_measured():
    where = [
        *("team=x", "school_id=12", "grade>=6", "school_year=2026", "term_id=fall", "subject=math", "instrument=map"),
        *("program_id=p", "date<2026-01-31", "enrollments.entry_date>=2025-08-01", "placed.grade!=3"),
    ]
    assert len(cbe.protect(selected(*where), POLICY).rows) == 1
    kept = Policy(factors=("group",), published_dimensions=("group",))
    with pytest.raises(ReleaseRefused, match="where: school_id"):
        cbe.protect(selected("school_id=12"), kept)
