"""The last score of each student and year, against the rules written out in plain Python, on random scores."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators import outcomes
from cbe_analysis.indicators import year_scores as module
from cbe_analysis.indicators.year_scores import YEARS, all_scores, year_scores

COLUMNS = ("student_id", "day", "score", "std_error", "grade", "year", "asked")
PAST = 2

score = st.tuples(
    st.sampled_from("abc"),
    st.integers(0, 3) | st.none(),
    st.sampled_from([10.0, 20.0]),
    st.sampled_from([1.0, 2.0, None]),
    st.integers(3, 5) | st.none(),
    st.integers(2023, 2026) | st.none(),
    st.booleans(),
)


def relation(scores):
    """The scores as an indicator is given them, placed."""
    frame = pd.DataFrame(
        {
            "student_id": [s[0] for s in scores],
            "date": [None if s[1] is None else date(2020, 1, 1) + timedelta(days=s[1]) for s in scores],
            "score": [s[2] for s in scores],
            "std_error": [s[3] for s in scores],
            "placed_grade": ["(unknown)" if s[4] is None else str(s[4]) for s in scores],
            "placed_school_year": ["(unknown)" if s[5] is None else str(s[5]) for s in scores],
            "placed_asked": [s[6] for s in scores],
        }
    )
    rows = duckdb.from_df(frame.astype({"date": object}))
    return rows.select(
        "*REPLACE (date::DATE AS date, std_error::DOUBLE AS std_error), 'x' AS instrument, 'y' AS subject"
    )


def high(number):
    """What is unknown comes after what is known."""
    return (number is None, number or 0)


def last_scores(scores):
    """(student, year) -> the last score, of several of a day the highest."""
    found = {}
    for s in sorted(scores, key=lambda s: (high(s[1]), s[2], high(s[3]))):
        found[s[0], s[5]] = s
    return found


def expected(scores, told, ahead):
    """One row for each score of the cohorts asked for, and how many to tell of have no cohort."""
    last, days = last_scores(scores), {(s[0], s[1]) for s in told if s[1] is not None}
    known = {key: s for key, s in last.items() if s[4] is not None and s[5] is not None}
    cohorts = {(s[4] + step, s[5]) for s in told if s[4] is not None and s[5] is not None for step in range(ahead + 1)}
    rows = []
    for (student, year), s in known.items():
        if (s[4], year) in cohorts:
            before = [last.get((student, year - back)) for back in range(1, PAST + 1)]
            past = [b[2] if b and b[4] == s[4] - back else None for back, b in enumerate(before, start=1)]
            rows.append((year * YEARS + s[4], s[2], *past, student, (student, s[1]) in days, before[0] is not None))
    return rows, len({(s[0], s[4], s[5]) for s in told if s[4] is None or s[5] is None})


def shown(found):
    """The rows of the answer in the same form."""
    past = [[None if np.isnan(v) else v for v in row] for row in found.past_values.tolist()]
    who = found.scores.ids.take(found.scores.student[found.rows]).to_pylist()
    return [
        (cohort, value, *row, student, asked, before)
        for cohort, value, row, student, asked, before in zip(
            *(x.tolist() for x in (found.cohort, found.value)),
            past,
            who,
            found.asked.tolist(),
            found.year_before.tolist(),
            strict=True,
        )
    ]


def unique_moments(scores):
    """Scores of which none but the last of a student's day could be taken for the last."""
    return list({(s[0], s[5], s[1], s[2], s[3]): s for s in scores}.values())


@settings(max_examples=40, deadline=None)
@given(scores=st.lists(score, min_size=1, max_size=25).map(unique_moments), ahead=st.integers(0, 1))
def test_the_scores_of_the_years_follow_the_rules(scores, ahead):
    told = [s for s in scores if s[6]] or scores[:1]
    marked = [(*s[:6], s in told) for s in scores]
    everyone = relation(marked)
    found = year_scores(all_scores(everyone.filter("placed_asked"), everyone, None), past=PAST, ahead=ahead)
    rows, unknown = expected(marked, [s for s in marked if s[6]], ahead)
    assert sorted(shown(found), key=str) == sorted(rows, key=str)
    assert found.unknown == unknown
    keys = list(zip(found.scores.student[found.rows].tolist(), found.scores.year[found.rows].tolist(), strict=True))
    assert keys == sorted(keys)


@settings(max_examples=15, deadline=None)
@given(scores=st.lists(score, min_size=1, max_size=25).map(unique_moments))
def test_where_all_are_asked_for_all_are_told_of(scores):
    everyone = relation([(*s[:6], True) for s in scores])
    found = year_scores(all_scores(everyone, everyone, None), past=PAST)
    last = last_scores(scores).values()
    known = [s for s in last if s[4] is not None and s[5] is not None]
    assert found.asked.all()
    assert sorted(found.value) == sorted(s[2] for s in known)
    assert found.unknown == len(last) - len(known)


@pytest.mark.parametrize("years", [(2023, 2024), (1, 2_000_000_000)])
def test_years_far_apart_are_years_too(years):
    scores = [("a", 1, 10.0, None, 3, years[0], True), ("a", 2, 20.0, None, 4, years[1], True)]
    everyone = relation(scores)
    found = year_scores(all_scores(everyone, everyone, None), past=1)
    assert found.cohort.tolist() == [years[0] * YEARS + 3, years[1] * YEARS + 4]
    assert found.year_before.tolist() == [False, years[1] - years[0] == 1]


def test_students_are_told_of_with_their_places_and_days():
    everyone = relation([("b", 1, 10.0, None, 3, 2025, True), ("a", None, 20.0, None, 3, 2025, True)])
    found = year_scores(all_scores(everyone, everyone, None), past=1)
    told = found.told(np.array([True, True]))
    assert told["student_id"].tolist() == ["b", "a"]
    assert told["date"].isna().tolist() == [False, True]
    assert told["date"][0] == pd.Timestamp(2020, 1, 2)
    assert told["placed_grade"].tolist() == ["3", "3"]
    assert "placed_asked" not in told
    assert found.told(np.array([False, True]))["student_id"].tolist() == ["a"]


def test_a_test_that_is_spelt_out_is_not_looked_for(monkeypatch):
    """Its name is sought among the choices only where none of its scores is asked for."""
    everyone = relation([("b", 1, 10.0, None, 3, 2025, True), ("a", 2, 20.0, None, 3, 2025, True)])
    [(instrument, subject)] = everyone.aggregate("instrument, subject, count(*)").df().iloc[:, :2].to_numpy().tolist()
    outcome = f"{instrument}:{subject}"
    assert outcomes.only(everyone) == outcome
    with pytest.raises(UsageError, match="not among the scores"):
        all_scores(everyone, everyone, "other:test")
    monkeypatch.setattr(module, "chosen", None)
    assert all_scores(everyone, everyone, outcome).name == outcome
    assert len(all_scores(everyone.filter("placed_asked"), everyone, outcome).scores.value) == 2


def test_there_is_no_only_test_among_several_or_none():
    everyone = relation([("b", 1, 10.0, None, 3, 2025, True)])
    other = everyone.select("* REPLACE ('other' AS subject)")
    assert outcomes.only(everyone.union(other)) is None
    assert outcomes.only(everyone.filter("false")) is None
