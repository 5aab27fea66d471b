"""Every measure of progress where students, schools, dates or levels are few, missing or all alike."""

import numpy as np
import pandas as pd
import pytest
from picked import one

import cbe_analysis as cbe
from cbe_analysis.errors import UsageError
from cbe_analysis.policy import Policy

PACE = ("pace", "year_of_growth", "level_gap", "on_track", "growth_and_status", "exceptions")
APART, CEILING, FEW = "levels 180 days apart", "at the exit level from the start", "too few students have a pace"
BRIEF = "was observed for 180 days: levels that add up count from the end of the month after entry"
YEARS = (2024, 2025, 2026)
ENDS = [f"{y}-06-01" for y in YEARS]
CALENDAR = pd.DataFrame(
    [(f"y{y}", y, "year", f"{y - 1}-09-01", f"{y}-06-01") for y in YEARS],
    columns=["term_id", "school_year", "kind", "start_date", "end_date"],
)


def levels_of(paces, *, dates=ENDS, start=4.0, noise=0.1, method="test"):
    """Levels on straight lines, with noise."""
    draw = np.random.default_rng(4)
    rows = [
        (f"s{i:03}", "math", day, round(start + pace * k + draw.normal(0, noise), 3), method)
        for i, pace in enumerate(paces)
        for k, day in enumerate(dates)
    ]
    return pd.DataFrame(rows, columns=["student_id", "subject", "date", "level", "method"])


def enrolled(n, schools, last=lambda i: YEARS[-1]):
    """Spells of a school year each, one grade higher each year."""
    rows = [
        (f"s{i:03}", f"S{i % schools}", f"{y - 1}-09-01", f"{y}-06-01", y, 3 + y - YEARS[0])
        for i in range(n)
        for y in YEARS
        if y <= last(i)
    ]
    return pd.DataFrame(rows, columns=["student_id", "school_id", "entry_date", "exit_date", "school_year", "grade"])


def spread(n, sd=0.2):
    return np.random.default_rng(1).normal(1.0, sd, n)


def _gone(n=64, schools=8):
    """A school in which everybody left after the first year."""
    left = {f"s{i:03}" for i in range(n) if i % schools == 0}
    rows = levels_of(spread(n))
    rows = rows[~(rows["student_id"].isin(left) & rows["date"].gt(ENDS[0]))]
    return rows, enrolled(n, schools, last=lambda i: YEARS[0] if i % schools == 0 else YEARS[-1])


def _twice():
    """Two levels on one day, by two methods."""
    once = levels_of(spread(40), dates=ENDS[-1:])
    return pd.concat([once, once.assign(method="other", level=once["level"] + 0.1)])


def _missing(n=60, schools=6):
    """Levels, grades and a gender that are not known."""
    rows, spells = levels_of(spread(n)), enrolled(n, schools)
    return rows.assign(level=rows["level"].mask(rows.index % 7 == 0)), spells.assign(
        grade=spells["grade"].astype("Int64").mask(spells.index % 5 == 0)
    )


ANSWERED = {
    "two dates": lambda: (levels_of(spread(40), dates=ENDS[::2]), enrolled(40, 1)),
    "constant": lambda: (levels_of([1.0] * 40, noise=0), enrolled(40, 1)),
    "constant, adding up": lambda: (levels_of([1.0] * 64, noise=0, method="evidence"), enrolled(64, 8)),
    "no progress": lambda: (levels_of([0.0] * 64, noise=0), enrolled(64, 8)),
    "students alike but for noise": lambda: (levels_of([1.0] * 64), enrolled(64, 8)),
    "one school": lambda: (levels_of(spread(40)), enrolled(40, 1)),
    "thirty students, six schools": lambda: (levels_of(spread(30)), enrolled(30, 6)),
    "a school of leavers": _gone,
    "missing values": _missing,
}
UNANSWERED = {
    "one date": (lambda: (levels_of(spread(40), dates=ENDS[-1:]), enrolled(40, 1)), APART),
    "one date, adding up": (
        lambda: (levels_of(spread(40), dates=ENDS[-1:], method="evidence"), enrolled(40, 1)),
        BRIEF,
    ),
    "two dates alike": (lambda: (_twice(), enrolled(40, 1)), APART),
    "all left": (
        lambda: (levels_of(spread(40)).query("date < '2025'"), enrolled(40, 8, last=lambda i: YEARS[0])),
        APART,
    ),
    "all at the ceiling": (lambda: (levels_of([0.0] * 40, start=13.0, noise=0), enrolled(40, 1)), CEILING),
    "all at the ceiling, adding up": (
        lambda: (levels_of([0.0] * 40, start=13.0, noise=0, method="evidence"), enrolled(40, 8)),
        CEILING,
    ),
    "one student": (lambda: (levels_of(spread(1)), enrolled(1, 1)), FEW),
}


@pytest.fixture
def edge(write):
    """A district of these levels and spells; every third student's gender is not known, all others have one."""

    def make(rows, spells):
        people = sorted(spells["student_id"].unique())
        gender = pd.Series(["female" if i % 2 else "male" for i in range(len(people))])
        groups = pd.DataFrame({"student_id": people, "gender": gender.mask(gender.index % 3 == 2), "meal": "never"})
        return write(levels=rows, enrollments=spells, students=groups, calendar=CALENDAR)

    return make


def asked(name):
    """Groupings of a measure: a factor with a missing value and one of a single value, or the schools."""
    first = {} if name in ("growth_and_status", "exceptions") else {"compare": "others"}
    return [{"by": ["gender", "meal"], **first}, {"by": "school_id"}]


@pytest.mark.parametrize("name", PACE)
@pytest.mark.parametrize("case", ANSWERED)
def test_an_edge_is_answered_with_its_limits_told(edge, case, name):
    home = edge(*ANSWERED[case]())
    for more in asked(name):
        found = cbe.measure(name, home, **more)
        told = found.rows[found.rows["quantity"].isin(["slope", "mean", "expected_share", "count"])]
        assert len(told) > 0
        unknown = told["value"].isna() & told["n"].fillna(1).gt(0)
        assert not unknown.any() or any("unknown" in w or "nobody is listed" in w for w in found.warnings)
        assert not np.isinf(found.rows[["value", "std_error", "low", "high"]].astype(float)).any(axis=None)
        release = cbe.protect(found, Policy(factors=("gender", "meal")), "staff")
        assert len(release.rows) == len(found.rows)


@pytest.mark.parametrize("name", PACE)
@pytest.mark.parametrize("case", UNANSWERED)
def test_an_edge_without_a_pace_is_a_plain_error_and_has_a_gap_to_grade(edge, case, name):
    make, message = UNANSWERED[case]
    home = edge(*make())
    if name == "level_gap":
        assert np.isfinite(one(cbe.measure(name, home), "mean")["value"])
        return
    with pytest.raises(UsageError, match=message) as refused:
        cbe.measure(name, home, by="school_id")
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("name", ["level_gap", "growth_and_status"])
def test_without_a_grade_at_the_date_there_is_no_gap(edge, name):
    """Levels of years in which nobody was enrolled."""
    rows = levels_of(spread(12)).assign(date=lambda r: r["date"].str.replace("202", "201"))
    with pytest.raises(UsageError, match="no student has a known grade"):
        cbe.measure(name, edge(rows, enrolled(12, 1)), by="gender")


def test_variances_estimated_as_zero_are_named(edge):
    found = cbe.measure("pace", edge(*ANSWERED["students alike but for noise"]()))
    assert any("between students than errors explain: their variance is estimated as zero" in w for w in found.warnings)
    assert any("between schools than errors explain" in w for w in found.warnings)
    assert one(found, "sd_school_slope")["value"] == 0


def test_a_school_in_which_everybody_left_has_no_pace_and_disturbs_no_other(edge):
    found = cbe.measure("pace", edge(*_gone()), by="school_id")
    rows = found.rows[found.rows["quantity"].eq("slope")].set_index("school_id")
    assert rows.loc["S0", "n"] == 0
    assert np.isnan(rows.loc["S0", "value"])
    assert np.isfinite(rows.drop(index="S0")["value"].astype(float)).all()
    track = cbe.measure("on_track", edge(*_gone()), by="school_id").rows
    assert track.loc[track["quantity"].eq("expected_share") & track["school_id"].eq("S0"), "n"].tolist() == [0]


def test_where_errors_cannot_be_told_nobody_is_listed_and_the_way_out_is_said(edge):
    found = cbe.measure("exceptions", edge(*ANSWERED["two dates"]()), by="school_id")
    assert found.rows["quantity"].tolist() == ["count", "count"]
    assert found.rows["value"].isna().all()
    assert found.rows["note"].str.contains("not known").all()
    assert any("levels have three dates or std_error" in w for w in found.warnings)


def test_who_finished_a_year_ago_and_is_still_enrolled_has_not_left(write):
    """Half the students hold the exit level after the first year: no evidence is left that could show them later."""
    n, done = 60, 30
    paces = np.r_[np.full(done, 2.5), spread(n - done, 0.1)]
    rows = levels_of(paces, dates=["2023-11-15", *ENDS], start=11.0, noise=0.0, method="evidence")
    rows["level"] = rows["level"].clip(upper=13.0)
    reached = rows[rows["level"] >= 13].groupby("student_id")["date"].min()
    rows = rows[rows["date"] <= rows["student_id"].map(reached).fillna("9999")]
    assert (rows.groupby("student_id")["date"].max() < ENDS[-1]).sum() >= done
    spells = enrolled(n, 8)
    spells["grade"] += 7
    district = write(enrollments=spells, levels=rows, calendar=CALENDAR)
    found = cbe.measure("on_track", district)
    assert one(found, "expected_share")["n"] == n
    assert not [w for w in found.warnings if "left before the data end" in w]
    standing = one(cbe.measure("level_gap", district), "mean")
    assert standing["n"] == n
