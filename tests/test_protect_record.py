"""The record of the releases that a run shows: what it holds, inside and outside."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from protected_tables import POLICY, shares

import cbe_analysis as cbe
from cbe_analysis.protect import record
from cbe_analysis.protect.record import Recorded, keep, kept

TABLE = {"a": (400, 120), "b": (300, 60), "c": (8, 3)}


@pytest.fixture
def release():
    return cbe.protect(shares(TABLE), POLICY)


def test_a_record_is_read_as_it_was_written(release):
    first = Recorded.of(release)
    again = Recorded.read(first.text())
    assert again.text() == first.text()
    assert (again.by, again.minimum_n, again.where, again.window) == (("group",), 10, release.where, release.window)
    assert again.rows["shown"].tolist() == release.rows["shown"].tolist()
    assert again.rows["value"].isna().tolist() == pd.isna(release.rows["value"]).tolist()


def test_true_sizes_stand_inside_alone(release):
    inside = Recorded.of(release)
    sizes = dict(zip(inside.rows["group"], inside.sizes, strict=True))
    assert sizes == {"(all)": 708, "a": 400, "b": 300, "c": 8}
    assert inside.outside().sizes is None
    assert json.loads(inside.outside().text())["sizes"] is None
    assert "708" not in inside.outside().text()


def test_the_first_and_last_day_of_those_counted_stay_inside():
    estimates = shares({"a": (8, 3)})
    one_day = replace(estimates, population=replace(estimates.population, window=("2026-05-04", "2026-05-04")))
    inside = Recorded.of(cbe.protect(one_day, POLICY))
    assert inside.window == ("2026-05-04", "2026-05-04")
    assert "2026-05-04" not in inside.outside().text()


def test_sizes_stay_with_their_rows_when_groups_without_students_are_added():
    crossed = {("a", "x"): (40, 12), ("a", "y"): (30, 10), ("b", "x"): (50, 20)}
    inside = Recorded.of(cbe.protect(shares(crossed, by=("group", "team")), POLICY))
    sizes = dict(zip(zip(inside.rows["group"], inside.rows["team"], strict=True), inside.sizes, strict=True))
    assert {key: sizes[key] for key in crossed} == {("a", "x"): 40, ("a", "y"): 30, ("b", "x"): 50}
    assert sizes[("b", "y")] == 0


def test_a_run_keeps_each_release_once(release, tmp_path, monkeypatch):
    monkeypatch.setenv(record.KEPT_IN, str(tmp_path / "releases.jsonl"))
    keep(release)
    keep(release)
    keep(cbe.protect(shares(TABLE), POLICY, "staff"))
    assert [r.audience for r in kept(tmp_path / "releases.jsonl")] == ["public", "staff"]
    assert (tmp_path / "releases.jsonl").stat().st_mode & 0o077 == 0


def test_outside_a_run_nothing_is_kept(release, tmp_path, monkeypatch):
    monkeypatch.delenv(record.KEPT_IN, raising=False)
    keep(release)
    assert kept(tmp_path / "releases.jsonl") == ()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"rows": 1}', "nonsense"])
def test_a_damaged_record_is_refused(text):
    with pytest.raises(ValueError, match="a record of a release"):
        Recorded.read(text)


def test_a_name_with_a_character_that_ends_lines_elsewhere_is_kept_whole(tmp_path, monkeypatch):
    monkeypatch.setenv(record.KEPT_IN, str(tmp_path / "releases.jsonl"))
    keep(cbe.protect(shares({"a\u2028b": (400, 120), "c\x85d": (300, 60)}), POLICY))
    (again,) = kept(tmp_path / "releases.jsonl")
    assert {"a\u2028b", "c\x85d"} <= set(again.rows["group"])
