"""Curves of waiting for the public: merged steps, days of nobody, times of enough students."""

import dataclasses
import importlib
import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protected_tables import ALL, POLICY, estimates, gap, share, texts
from waiting_tables import WAITING, curve, drawn, kaplan_meier, waiting

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.measure.estimates import Population
from cbe_analysis.policy import Policy
from cbe_analysis.policy.quality import Count, Official
from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.attack.verdict import Breach
from cbe_analysis.protect.curves.days import grid, on_grid
from cbe_analysis.protect.record import Recorded

# Weeks in remission of 42 children with leukaemia, 21 of them on 6-mercaptopurine: Freireich, E. J. et al. (1963),
# Blood 21, 699-716; as in Kalbfleisch & Prentice (2002), The Statistical Analysis of Failure Time Data, table 1.
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
DRUG = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
FIVE = Policy(factors=("group", "team"), minimum_n=5)


def trial():
    return waiting(
        {
            "placebo": ([7 * week for week in PLACEBO], [True] * 21),
            "drug": ([7 * week for week in DRUG], [bool(had) for had in RELAPSED]),
        }
    )


def points(release, group=ALL):
    """Day -> the text of a group's curve; of those that are shown."""
    rows = release.rows[(release.rows["quantity"] == "survival") & release.rows["hidden"].isna()]
    return {int(at): shown for at, shown in rows.loc[rows["group"] == group, ["at", "shown"]].itertuples(index=False)}


def times(release, quantity):
    return texts(release, quantity)


def test_the_published_curve_is_that_of_kaplan_and_meier():
    found = {day // 7: share for day, *_, share, _ in kaplan_meier([7 * w for w in DRUG], RELAPSED)}
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {week: round(found[week], 3) for week in published} == published


def test_a_trial_by_hand():
    """Relapses of both arms by week: 5 by the 3rd, 12 by the 6th, 17 by the 8th, 22 by the 12th, 28 by the 22nd."""
    release = cbe.protect(trial(), FIVE)
    by_hand = {21: "about 90 %", 42: "about 70 %", 56: "about 60 %", 84: "about 45 %", 154: "about 25 %"}
    assert points(release) == by_hand
    # of the placebo arm 16 are left after the 3rd week and 8 after the 8th; of the other, 5 have relapsed by the 12th
    assert points(release, "placebo") == {21: "about 75 %", 56: "about 40 %"}
    assert points(release, "drug") == {}
    assert times(release, "median_time") == {ALL: "84", "placebo": "56", "drug": "protected"}
    note = release.rows.loc[release.rows["quantity"].eq("median_time") & release.rows["group"].eq("placebo"), "note"]
    assert note.tolist() == ["read off the curve: after day 21, by day 56"]
    assert any("fewer than 5 are left" in warning for warning in release.warnings)


def test_staff_see_every_step():
    release, given_rows = cbe.protect(trial(), FIVE, "staff"), trial().rows
    numbers = ["n", "numerator", "denominator", "value", "std_error", "low", "high"]
    pd.testing.assert_frame_equal(
        release.rows[numbers].astype(float), given_rows[numbers].astype(float), check_dtype=False
    )
    assert release.rows["at"].dropna().tolist() == given_rows["at"].dropna().tolist()
    assert release.rows["hidden"].isna().all()


def test_a_group_of_few_events_has_a_median_alone():
    waits = {"large": ([7 * (1 + i // 20) for i in range(400)], [True] * 400)}
    waits["few"] = ([*range(31, 43), *([200] * 12)], [True] * 12 + [False] * 12)
    release = cbe.protect(waiting(waits), POLICY)
    assert points(release, "few") == {}
    assert points(release, "large")
    assert times(release, "median_time")["few"] == "42"
    assert times(release, "lower_quartile_time")["few"] == "protected"
    row = release.rows[release.rows["quantity"].eq("median_time") & release.rows["group"].eq("few")]
    assert row[["std_error", "low", "high", "numerator", "denominator"]].isna().all(axis=None)


def test_a_median_with_few_on_one_side_is_hidden():
    waits = {"large": ([7 * (1 + i // 20) for i in range(400)], [True] * 400)}
    waits["few"] = ([*range(31, 40), *([200] * 9)], [True] * 9 + [False] * 9)
    assert times(cbe.protect(waiting(waits), POLICY), "median_time")["few"] == "protected"


def test_no_event_or_one_or_nine_look_alike():
    """What a curve of few events says does not depend on how many there are, nor on when."""
    base = ([7 * (1 + i // 20) for i in range(400)], [True] * 400)
    released = [
        cbe.protect(waiting({"a": base, "b": (days, events)}, times=False), POLICY).rows
        for days, events in (
            ([300] * 50, [False] * 50),
            ([13, *([300] * 49)], [True] + [False] * 49),
            ([90, *([300] * 49)], [True] + [False] * 49),
            ([*range(3, 12), *([300] * 41)], [True] * 9 + [False] * 41),
        )
    ]
    own = [rows[rows["group"] != ALL].drop(columns="at") for rows in released]
    assert all(rows.loc[rows["group"].eq("b"), "shown"].eq("protected").all() for rows in own)
    days = [sorted(rows.loc[rows["group"].eq("a") & rows["hidden"].isna(), "at"]) for rows in released]
    assert days[0] == days[1] == days[2]
    pd.testing.assert_frame_equal(own[0], own[1])


def test_an_event_within_a_step_does_not_show():
    days, events = [7 * (1 + i // 20) for i in range(400)], [True] * 400
    first = cbe.protect(waiting({"a": (days, events)}), POLICY)
    moved = [*days[:20], days[20] - 3, *days[21:]]
    assert moved != days
    pd.testing.assert_frame_equal(first.rows, cbe.protect(waiting({"a": (moved, events)}), POLICY).rows)


def test_the_order_of_rows_changes_nothing():
    given_trial = trial()
    mixed = dataclasses.replace(
        given_trial, rows=given_trial.rows.sample(frac=1, random_state=3).reset_index(drop=True)
    )
    pd.testing.assert_frame_equal(cbe.protect(given_trial, FIVE).rows, cbe.protect(mixed, FIVE).rows)


def test_differences_of_curves_and_times_are_hidden():
    rows = [*curve([*range(7, 400, 1)], [True] * 393), *curve([*range(7, 207)], [True] * 200, group="a")]
    rows += curve([*range(207, 400)], [True] * 193, group="b")
    compared = [gap(200, 0.3, 0.02, 193, unit=WAITING, group="a", at=str(day)) for day in (13, 28)]
    compared.append(gap(200, 30.0, 2.0, 193, unit="days", group="a"))
    found = cbe.protect(estimates([*rows, *compared]), POLICY).rows
    left = found[found["quantity"] == "gap"]
    assert left["shown"].eq("protected").all()
    assert left["at"].isna().all()


def test_a_share_by_a_day_is_hidden_beside_the_curve():
    rows = [*curve([*range(7, 400)], [True] * 393), {**share(393, 84), "at": "90"}, share(393, 200)]
    found = cbe.protect(estimates(rows), POLICY).rows
    told = found[found["quantity"] == "share"].set_index("at")["shown"]
    assert told.loc["90"] == "protected"
    assert told[told.index.isna()].tolist() == ["51 %"]


@pytest.mark.parametrize("at", ["2026-01-15", "-3", "12.5", ""])
def test_a_curve_that_is_not_told_by_days_is_refused(at):
    rows = [{**row, "at": at} for row in curve([*range(7, 400)], [True] * 393, times=False)]
    with pytest.raises(ReleaseRefused, match="whole days"):
        cbe.protect(estimates(rows), POLICY)


def test_a_curve_whose_counts_are_none_of_a_curve_is_hidden():
    rows = curve([*range(7, 400)], [True] * 393, times=False)
    for change in ({"numerator": None}, {"denominator": 400.0}, {"value": 1.5}):
        broken = [{**row, **(change if i == 50 else {})} for i, row in enumerate(rows)]
        assert cbe.protect(estimates(broken), POLICY).rows["shown"].tolist() == ["protected"]
    assert set(cbe.protect(estimates(rows), POLICY).rows["shown"]) != {"protected"}


def test_the_days_are_whole_weeks_and_after_half_a_year_every_fourth():
    assert [day for day in grid(300) if day > 160] == [161, 168, 175, 182, 210, 238, 266, 294]
    assert [on_grid(day) for day in (1, 7, 8, 182, 183, 210, 211)] == [7, 7, 14, 182, 210, 210, 238]


POLICIES = [
    Policy(factors=("group", "team"), minimum_n=minimum, privacy_profile=profile)
    for minimum, profile in itertools.product((5, 10), ("suppressed", "rounded"))
]
SHAPES = [(2,), (3,), (5,), (2, 2), (4, 3), (6, 2)]


def steps_too_small(measured, release, minimum):
    """Printed steps that rest on fewer events, or after which fewer are left, and days off the grid."""
    found = []
    for key, rows in _shown(release.rows, release.by):
        own = next(r for k, r in _shown(measured.rows, release.by) if k == key)
        had, left, before = dict(zip(own["at"], own["numerator"], strict=True)), own.set_index("at")["denominator"], 0.0
        for day in sorted(rows["at"]):
            past = [at for at in had if at <= day]
            now = had[max(past)] if past else 0.0
            if now - before < minimum or left[max(past)] < minimum or day not in set(grid(day)):
                found.append((key, day))
            before = now
    return found


def _shown(rows, by):
    """Group -> its curve, with days as numbers."""
    curves = rows[(rows["quantity"] == "survival") & (rows["hidden"].isna() if "hidden" in rows else True)]
    return [(key, own.assign(at=own["at"].astype(int))) for key, own in curves.groupby(list(by), sort=True)]


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shape=st.sampled_from(SHAPES),
    policy=st.sampled_from(POLICIES),
    typical=st.sampled_from([15, 40, 90]),
    lost=st.sampled_from([0.0, 0.1, 0.4]),
)
def test_no_step_rests_on_few_and_the_attack_finds_nothing(seed, shape, policy, typical, lost):
    random = np.random.default_rng(seed)
    cells = {
        key: drawn(random, int(random.gamma(1.2, typical / 1.2)) + 1, random.choice([10, 40, 150]), 200, lost)
        for key in itertools.product(*("abcdef"[:size] for size in shape))
    }
    measured = waiting(cells, ("group", "team")[: len(shape)])
    release = cbe.protect(measured, policy)
    assert steps_too_small(measured, release, release.minimum_n) == []
    assert audit_together([Published("draft", None, Recorded.of(release))]).passed


@pytest.mark.parametrize(
    ("seed", "shape", "minimum", "typical", "lost"), [(2029, (2,), 5, 40, 0.0), (552_084, (6, 2), 10, 15, 0.4)]
)
def test_in_fives_the_size_that_steps_leave_is_reckoned_with_not_refused(seed, shape, minimum, typical, lost):
    """As large as a size in fives may be; and three times read off a curve of two steps, which need no more."""
    policy = Policy(factors=("group", "team"), minimum_n=minimum, privacy_profile="rounded")
    test_no_step_rests_on_few_and_the_attack_finds_nothing.hypothesis.inner_test(seed, shape, policy, typical, lost)


def test_times_that_tell_of_a_hidden_curve_are_hidden_in_fives_as_well():
    """The medians of two small groups and the quartiles of both together leave one student for a step."""
    random = np.random.default_rng(34)
    cells = {
        key: drawn(random, int(random.gamma(1.2, 75)) + 1, random.choice([10, 40, 150]), 200, 0)
        for key in itertools.product("abcdef", "ab")
    }
    policy = Policy(factors=("group", "team"), minimum_n=5, privacy_profile="rounded")
    release = cbe.protect(waiting(cells, ("group", "team")), policy)
    assert times(release, "median_time")[("e", "a")] == "protected"
    assert times(release, "median_time")[("e", "b")] != "protected"


@pytest.mark.parametrize("seed", range(12))
def test_where_officials_publish_the_sizes_nothing_more_is_found(seed):
    random = np.random.default_rng(seed)
    cells = {
        str(school): drawn(random, int(random.gamma(2, 20)) + 3, random.choice([10, 40, 150]), 200)
        for school in range(random.integers(2, 5))
    }
    known = Official(enrollment=tuple(Count(school, None, len(days)) for school, (days, _) in cells.items()))
    policy = Policy(factors=("group",), minimum_n=10, official=known)
    release = cbe.protect(waiting(cells, ("school_id",)), policy)
    assert audit_together([Published("draft", None, Recorded.of(release))]).passed


def test_where_officials_publish_the_sizes_of_all_parts_the_whole_is_told():
    cells = {school: ([7 * (1 + i // 12) for i in range(120)], [True] * 120) for school in ("1", "2")}
    known = Official(enrollment=(Count("1", None, 120), Count("2", None, 120)))
    release = cbe.protect(waiting(cells, ("school_id",)), Policy(factors=("group",), minimum_n=10, official=known))
    rows = release.rows[release.rows["quantity"].eq("survival") & release.rows["school_id"].eq(ALL)]
    assert rows["hidden"].isna().all()
    assert len(rows) > 1


def test_a_time_is_hidden_with_the_curve_that_it_is_read_off(monkeypatch):
    """What the attack is said to find of a group is its curve; what is read off it goes along."""
    protector = importlib.import_module("cbe_analysis.protect.protector")
    found = iter([{("a", ALL)}, set()])
    auditor = importlib.import_module("cbe_analysis.protect.attack.auditor")
    told = {True: (Breach(("",), "a", "curve", "its curve comes out", True),), False: ()}
    told_of = (auditor.Outcome(told[bool(own)], dict.fromkeys(own, auditor.Proof())) for own in found)
    monkeypatch.setattr(protector.Auditor, "attacked", lambda *_: next(told_of))
    cells = {group: ([7 * (1 + i // 20) for i in range(400)], [True] * 400) for group in "ab"}
    rows = cbe.protect(waiting(cells), POLICY).rows
    assert rows.loc[rows["group"] == "a", "shown"].eq("protected").all()
    assert rows.loc[rows["group"].eq("b") & rows["quantity"].eq("median_time"), "shown"].ne("protected").all()


def test_curves_of_one_event_by_several_factors_have_the_same_days():
    random = np.random.default_rng(3)
    cells = {key: drawn(random, 60, 40, 300) for key in itertools.product("abcd", "xy")}
    apart = [{}, {}]
    for key, (days, events) in cells.items():
        for at in range(2):
            own = apart[at].setdefault(key[at], ([], []))
            own[0].extend(days)
            own[1].extend(events)
    crossed = cbe.protect(waiting(cells, ("group", "team")), POLICY)
    single = [cbe.protect(waiting(own, (by,)), POLICY) for own, by in zip(apart, ("group", "team"), strict=True)]
    whole = [
        rows for release in (crossed, *single) for key, rows in _shown(release.rows, release.by) if set(key) == {ALL}
    ]
    assert len(whole) == 3
    assert len({tuple(zip(rows["at"], rows["shown"], strict=True)) for rows in whole}) == 1
    assert audit_together([Published(str(i), None, Recorded.of(r)) for i, r in enumerate((crossed, *single))]).passed


def test_a_curve_of_a_selection_is_held_against_that_of_the_group():
    random = np.random.default_rng(3)
    cells = {group: drawn(random, 60, 40, 300, 0) for group in "abc"}
    population = Population("students", ("group=a",), ("2025-08-15", "2026-06-10"), pd.DataFrame())
    alone = estimates(
        curve(*cells["a"]), (), indicator="support_delay", population=population, parameters={"where": ["group=a"]}
    )
    drafts = [Recorded.of(cbe.protect(given_rows, POLICY)) for given_rows in (waiting(cells), alone)]
    audit = audit_together([Published(str(i), None, draft) for i, draft in enumerate(drafts)])
    assert audit.populations == 1
    assert audit.linked == ("attacked together, as they tell of the same students: 0, 1",)
    assert math.isfinite(audit.cells)
