"""Attacks on curves of waiting: events between two days, by one release or several."""

import importlib
import math

import pytest
from hand_made import HIDDEN, audited, fallen, release, share
from protected_tables import POLICY
from waiting_tables import waiting

import cbe_analysis as cbe
from cbe_analysis.errors import ReleaseRefused

CURVE = "support_delay"


def point(day, size, shown, **groups):
    """A printed point of a curve."""
    return {**share(size, shown, **groups), "quantity": "survival", "at": str(day)}


def time(quantity, size, day, **groups):
    """A printed time."""
    shown = HIDDEN if day is None else str(day)
    value = math.nan if day is None else float(day)
    return {"quantity": quantity, "unit": "days", "n_shown": size, "shown": shown, "value": value, **groups}


def printed(*rows, **more):
    return release(rows, more.pop("sizes", None), indicator=CURVE, **more)


def one(*points, size="40-99"):
    return printed(*(point(day, size, shown) for day, shown in points))


def test_a_step_of_one_student_at_an_exact_day_is_found():
    naive = audited(one((13, "71 %"), (17, "69 %"), (90, "30 %")))
    assert fallen(naive, "curve") == {"all"}
    assert {breach.says for breach in naive.breaches if breach.what == "row"} == {"a day is exact"}
    assert audited(one((14, "about 70 %"), (91, "about 30 %"))).passed


def test_a_step_of_few_is_found_at_a_rounded_day():
    assert fallen(audited(one((14, "71 %"), (21, "69 %"), (91, "30 %"))), "curve") == {"all"}


def test_a_first_step_and_an_end_of_few_are_found():
    assert fallen(audited(one((14, "92 %"), (91, "50 %"))), "curve") == {"all"}
    assert fallen(audited(one((14, "60 %"), (91, "8 %"))), "curve") == {"all"}


def test_a_step_behind_which_many_or_none_may_stand_tells_nothing():
    assert audited(one((14, "71 %"), (21, "71 %"), (28, "70 %"), size="5,000")).passed


def test_steps_of_two_releases_are_one_curve():
    """Each step rests on enough; between the days of one brief and those of the other lie few."""
    one_brief, other = one((28, "about 70 %"), (56, "about 40 %")), one((35, "69 %"), (63, "about 40 %"))
    assert audited(one_brief).passed
    assert audited(other).passed
    assert fallen(audited(one((28, "71 %"), (56, "40 %"), size="100"), one((35, "69 %"), size="100")), "curve") == {
        "all"
    }


def test_a_published_curve_is_held_against_a_draft():
    audit = audited(one((35, "69 %"), size="100"), published=[one((28, "71 %"), (56, "40 %"), size="100")])
    assert fallen(audit, "curve") == {"all"}
    assert not audit.passed
    assert audit.offers == ("brief 0: leave out support_delay by group",)


def by_group(**curves):
    """The curve of all, and of two groups of 45; the third has nine students and none."""
    sizes = {"(all)": 99, "a": 45, "b": 45, "c": 9}
    told = [(name, day, text) for name, own in curves.items() for day, text in own.items()]
    told += [("c", day, HIDDEN) for day in curves["whole"]]
    rows = [(point(d, "40-99", t, group=name.replace("whole", "(all)")), name) for name, d, t in told]
    return printed(*(row for row, _ in rows), sizes=[sizes[name.replace("whole", "(all)")] for _, name in rows])


def test_steps_of_enough_tell_how_many_there_are():
    """Ten of a have it by the first day, and are a fifth of them: 45 or more. So many in b, too, leave nine of 99."""
    whole = {21: "about 80 %", 70: "about 50 %"}
    assert fallen(audited(by_group(whole=whole, a=whole, b=whole)), "size") == {"group=c"}
    half = {21: "about 70 %", 70: "about 50 %"}
    assert fallen(audited(by_group(whole=whole, a=half, b=whole)), "size") == set()


def test_two_curves_of_groups_that_fill_the_band_are_not_both_printed(monkeypatch):
    """Two groups of 45, ten of whom have it in the first three weeks, and one of nine: 40-99 in all."""
    of_a = ([*range(10, 20), *range(60, 70), *range(90, 100), *[120] * 15], [True] * 30 + [False] * 15)
    given = waiting({"a": of_a, "b": of_a, "c": ([120] * 9, [False] * 9)})
    assert len(_with_curve(cbe.protect(given, POLICY))) < 3
    reading = importlib.import_module("cbe_analysis.protect.attack.reading")
    monkeypatch.setattr(reading, "size_by_steps", lambda curve, minimum: 0.0)
    assert _with_curve(cbe.protect(given, POLICY)) == {"(all)", "a", "b"}


def _with_curve(release):
    rows = release.rows
    return set(rows.loc[rows["quantity"].eq("survival") & rows["hidden"].isna(), "group"])


def test_a_hidden_group_is_left_over_of_the_whole():
    """Of 50 and 50 students a quarter of all, and half of those of one school, have had it by then: nobody else has."""
    known = {"official": (("1", None, 50), ("2", None, 50)), "by": ("school_id",), "sizes": [100, 50, 50] * 2}
    shares = {14: ("75 %", "50 %"), 28: ("50 %", "about 30 %")}
    rows = [
        row
        for day, (whole, own) in shares.items()
        for row in (
            point(day, "100", whole),
            point(day, "40-99", own, school_id="1"),
            point(day, HIDDEN, HIDDEN, school_id="2"),
        )
    ]
    assert "school_id=2" in fallen(audited(printed(*rows, **known)), "curve")
    for row in rows:
        row["shown"] = row["shown"] if row["shown"][0] in "ap" else f"about {row['shown']}"
    assert audited(printed(*rows, **known)).passed


def test_the_time_of_a_hidden_curve_is_held_against_the_others():
    """Half of those of the second school wait for 22 weeks: of all who do not wait for three, hardly one is there."""
    known = {"official": (("1", None, 21), ("2", None, 21)), "by": ("school_id",), "sizes": [42, 21, 21] * 2 + [21]}
    rows = [
        *(point(day, "40-99", shown) for day, shown in ((21, "88 %"), (56, "about 60 %"))),
        *(point(day, "20-39", shown, school_id="1") for day, shown in ((21, "76 %"), (56, "about 40 %"))),
        *(point(day, HIDDEN, HIDDEN, school_id="2") for day in (21, 56)),
    ]
    ordered = [rows[i] for i in (0, 2, 4, 1, 3, 5)]
    late = time("median_time", "20-39", 161, school_id="2")
    assert "school_id=2" in fallen(audited(printed(*ordered, late, minimum_n=5, **known)), "curve")


def test_the_whole_percentages_of_one_curve_tell_its_size_together():
    """Sevenths and elevenths: no other group of 40 to 99 has all of these shares."""
    shares = {14: "86 %", 28: "71 %", 42: "55 %", 56: "36 %", 70: "27 %", 84: "17 %"}
    audit = audited(one(*shares.items()))
    assert fallen(audit, "size") | fallen(audit, "share") | fallen(audit, "curve")
    rough = {14: "about 85 %", 42: "about 55 %", 84: "about 20 %"}
    assert audited(one(*rough.items())).passed


@pytest.mark.parametrize("day", ["5", "182.5", "190"])
def test_days_off_the_grid_are_exact(day):
    audit = audited(printed(point(day, "500", "71 %"), point(210, "500", "40 %")))
    assert "a day is exact" in {breach.says for breach in audit.breaches}
    assert "a day is exact" in {b.says for b in audited(printed(time("median_time", "40-99", float(day)))).breaches}


@pytest.mark.parametrize("times", [True, False])
def test_steps_of_single_students_are_refused(monkeypatch, times):
    """A protector that merges no steps is found out, whatever the group's size says."""
    room = "cbe_analysis.protect"
    monkeypatch.setattr(importlib.import_module(f"{room}.protector"), "covering", lambda *_: set())
    merging = importlib.import_module(f"{room}.curves.waiting")
    telling = merging.telling
    monkeypatch.setattr(merging, "telling", lambda curves, minimum: telling(curves, 1))
    slow = waiting({"a": ([7 * (1 + i // 3) for i in range(36)], [True] * 36)}, times=times)
    with pytest.raises(ReleaseRefused, match="its curve comes out"):
        cbe.protect(slow, POLICY)
