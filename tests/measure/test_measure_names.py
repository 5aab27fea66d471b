"""Groups may be columns with any name: an answer does not change with what a column is called."""

import numpy as np
import pandas as pd
import pytest

import cbe_analysis as cbe

NAMES = (
    *("school", "where", "weight", "when date", "student", "years", "score", "subject1", "factor", "first", "last"),
    *(
        "treated",
        "block",
        "cluster",
        "entrant",
        "outcome",
        "groups",
        "arm1",
        "date1",
        "spell",
        "person",
        "main",
        "index",
    ),
)


def tables(name):
    """Forty students of eight schools with a column of that name, three scores each, and a study of all."""
    rng = np.random.default_rng(3)
    ids = [f"{i:02}" for i in range(40)]
    students = pd.DataFrame({"student_id": ids, name: ["x" if i % 3 else "y" for i in range(40)]})
    spells = pd.DataFrame({"student_id": ids, "school_id": [str(i % 8) for i in range(40)], "grade": 3})
    spells = spells.assign(entry_date="2025-08-20", exit_date="2026-06-05", school_year=2026)
    days = ("2025-09-15", "2026-01-15", "2026-05-15")
    taken = [(i, day, 200 + 10 * n + rng.normal(0, 5)) for i in ids for n, day in enumerate(days)]
    scores = pd.DataFrame(taken, columns=["student_id", "date", "score"]).assign(instrument="map", subject="math")
    programs = "program_id,name,assignment,start_date\np,Small,randomized,2025-09-01"
    arms = pd.DataFrame({"program_id": "p", "student_id": ids, "block": [str(i % 8 // 2) for i in range(40)]})
    arms = arms.assign(arm=["treatment" if i % 16 < 8 else "comparison" for i in range(40)])
    return {
        "students": students,
        "enrollments": spells,
        "assessments": scores,
        "programs": programs,
        "participation": arms,
    }


def answers(district, name):
    """What every kind of indicator says by that column."""
    asked = (
        ("status", {"compare": "others", "by": [name]}),
        ("status", {"compare": "others", "by": ["school_id"], "adjust": [name]}),
        ("growth_rate", {"compare": "others", "by": [name]}),
        ("intervention_effect", {"by": [name]}),
    )
    return [cbe.measure(id, district, **more).rows.rename(columns={name: "plain"}) for id, more in asked]


@pytest.fixture(scope="module")
def expected(tmp_path_factory, write_at):
    """The answers where the column's name means nothing."""
    return answers(write_at(tmp_path_factory.mktemp("plain") / "district", **tables("plain")), "plain")


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_does_not_change_with_the_name_of_a_column(write, expected, name):
    for found, told in zip(answers(write(**tables(name)), name), expected, strict=True):
        assert len(found) > 6
        pd.testing.assert_frame_equal(found, told, rtol=1e-9)
