"""Levels derived from evidence, worked by hand."""

import random

import pandas as pd
import pytest

from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.load import load

TARGETS_OF = 20


def targets(levels=range(3, 7), count=TARGETS_OF, bare=()):
    lines = ["target_id,subject,level,title,kind,required"]
    for level in levels:
        required = "false" if level in bare else "true"
        lines += [f"m{level}-{i},math,{level},A target,academic,{required}" for i in range(count)]
    return "\n".join(lines) + "\n"


def evidence(*ratings):
    lines = ["evidence_id,student_id,target_id,date,score,proficient"]
    lines += [f"e{i},007,{target},{date},3,{str(held).lower()}" for i, (target, date, held) in enumerate(ratings)]
    return "\n".join(lines) + "\n"


def held(level, count, date):
    return [(f"m{level}-{i}", date, True) for i in range(count)]


LATEST = 'level_rule = "latest"\n'


def positions(home):
    """Month -> measured level of the one student."""
    rows = home.table("levels").filter("coalesce(method, '') <> 'placement'").order("date").fetchall()
    return {str(date)[:7]: level for _, _, date, level, _, _ in rows}


def test_transfer_into_grade_5_with_8_of_20_targets_stands_at_5_40(district):
    home = district(targets=targets(), evidence=evidence(*held(5, 8, "2025-09-10")))
    assert positions(home) == {"2025-09": pytest.approx(5.40)}


def test_one_open_gap_among_20_targets_below_entry_shows_as_5_35_and_its_repair_lowers_nothing(district):
    ratings = [*held(5, 8, "2025-09-10"), ("m4-0", "2025-09-12", False), ("m4-0", "2025-11-03", True)]
    found = positions(district(targets=targets(), evidence=evidence(*ratings)))
    assert found == {"2025-09": pytest.approx(5.35), "2025-10": pytest.approx(5.35), "2025-11": pytest.approx(5.40)}


def test_a_proficient_rating_before_the_not_yet_keeps_the_target_held_for_good(district):
    ratings = [*held(5, 8, "2025-09-10"), ("m5-0", "2025-10-01", False)]
    home = district(targets=targets(), evidence=evidence(*ratings))
    assert positions(home)["2025-10"] == pytest.approx(5.40)
    (home.folder / "district.toml").write_text(LATEST)
    assert positions(load(home.folder))["2025-10"] == pytest.approx(5.35)


def test_two_ratings_on_one_day_count_as_the_better_one(district):
    ratings = [("m5-0", "2025-09-10", False), ("m5-0", "2025-09-10", True)]
    home = district(targets=targets(), evidence=evidence(*ratings), **{"district.toml": LATEST})
    assert positions(home) == {"2025-09": pytest.approx(5.05)}


def test_entry_is_the_level_with_most_targets_in_30_days_the_lower_on_a_tie(district):
    early = [*held(4, 3, "2025-09-01"), *held(5, 3, "2025-09-20"), *held(6, 9, "2025-10-01")]
    found = positions(district(targets=targets(), evidence=evidence(*early)))
    assert found["2025-09"] == pytest.approx(4 + 3 / 20 + 3 / 20)  # entry 4: nothing below it is open
    assert found["2025-10"] == pytest.approx(4 + (3 + 3 + 9) / 20)


def test_a_placement_decides_the_entry_and_is_no_measured_level(district):
    levels = "student_id,subject,date,level,method\n007,math,2025-08-25,5.0,placement\n"
    home = district(targets=targets(), levels=levels, evidence=evidence(*held(4, 2, "2025-09-10")))
    assert positions(home) == {"2025-09": pytest.approx(5.0)}  # level 4 counts as held below entry 5


def test_a_level_without_required_targets_counts_once_something_above_it_is_held(district):
    ratings = [*held(4, 20, "2025-09-10"), *held(6, 2, "2025-11-10")]
    found = positions(district(targets=targets(bare=(5,)), evidence=evidence(*ratings)))
    assert found == {"2025-09": pytest.approx(5), "2025-10": pytest.approx(5), "2025-11": pytest.approx(6.1)}


def test_target_status_serves_where_there_is_no_evidence(district):
    status = "student_id,target_id,date,proficient\n007,m5-0,2025-09-10,true\n007,m5-1,2025-09-10,false\n"
    home = district(targets=targets(), target_status=status)
    assert positions(home) == {"2025-09": pytest.approx(5.05)}


def test_transferable_targets_are_no_part_of_the_continuum(district):
    more = targets() + "t1,math,5,Plans own work,transferable,true\n"
    home = district(targets=more, evidence=evidence(*held(5, 8, "2025-09-10"), ("t1", "2025-09-11", True)))
    assert positions(home) == {"2025-09": pytest.approx(5.40)}


def test_what_is_missing_is_named(district):
    home = district()
    assert "levels" not in home.tables
    with pytest.raises(UsageError, match=r"levels\.csv, or targets\.csv with evidence\.csv"):
        home.table("levels")


def test_an_unknown_rule_is_refused(folder):
    with pytest.raises(UnreadableData, match="highest, latest"):
        load(folder(**{"district.toml": 'level_rule = "mean"\n'}))


def test_derived_levels_are_a_table_without_a_file(district):
    home = district(targets=targets(), evidence=evidence(*held(5, 8, "2025-09-10")))
    assert "levels" in home.tables
    assert "levels" not in home.files
    assert home.columns("levels") == {
        **{"student_id": "text", "subject": "text", "date": "date", "level": "number", "method": "text"}
    }
    assert home.raw("levels").fetchall() == [(1, "007", "math", "2025-09-30", "5.4", "highest")]
    assert home.placed("levels").select("placed_school_id, placed_grade").fetchall() == [("01", 3)]
    assert home.table("levels", where="level>=5.5").fetchall() == []
    assert home.origin("levels") == "levels derived from evidence by the rule 'highest'"
    assert home.rests_on(["levels", "students"]) == ("evidence", "targets", "students")


def test_a_file_of_measured_levels_counts_and_says_so(district):
    file = "student_id,subject,date,level\n007,math,2025-09-30,3.1\n"
    home = district(targets=targets(), evidence=evidence(*held(5, 8, "2025-09-10")), levels=file)
    assert positions(home) == {"2025-09": pytest.approx(3.1)}
    assert home.origin("levels") == "levels as exported, not derived from evidence"
    assert home.rests_on(["levels"]) == ("levels",)
    assert district(levels=file, targets=None, evidence=None).origin("students") == ""


def test_a_file_of_placements_alone_leaves_the_rest_to_evidence_and_keeps_them(district):
    file = "student_id,subject,date,level,method,by\n007,math,2025-08-25,5.0,placement,test\n"
    home = district(targets=targets(), levels=file, evidence=evidence(*held(4, 2, "2025-09-10")))
    found = home.table("levels").order("date").fetchall()
    assert [(str(row[2]), *row[3:]) for row in found] == [
        ("2025-08-25", 5.0, None, "placement", "test"),
        ("2025-09-30", 5.0, None, "highest", None),
    ]
    assert home.rests_on(["levels"]) == ("evidence", "targets", "levels")
    assert [row[2] for row in home.raw("levels").fetchall()] == ["math"]  # what validate judges is the file


def test_the_date_of_derived_levels_is_that_of_the_last_rating_not_the_month_end(district):
    home = district(targets=targets(), evidence=evidence(*held(5, 8, "2025-09-10")))
    assert str(home.as_of(["levels"])) == "2025-09-10"


@pytest.mark.parametrize(
    ("changed", "differs"),
    [
        ({"evidence": evidence(*held(5, 8, "2025-09-11"))}, True),
        ({"evidence": evidence(*held(5, 8, "2025-09-10")).replace(",3,", ",4,")}, False),  # the score is not read
        ({"targets": targets(count=19)}, True),
        ({"targets": targets().replace("A target", "Another")}, False),
        ({"district.toml": LATEST}, True),
    ],
)
def test_the_fingerprint_is_of_what_the_levels_rest_on(folder, tmp_path, changed, differs):
    plain = {"targets": targets(), "evidence": evidence(*held(5, 8, "2025-09-10"))}

    def print_of(**tables):
        return load(folder(**plain | tables)).fingerprint({"levels": None}, "grade>=3", key=tmp_path / "key")

    before = print_of()
    assert (print_of(**changed) != before) is differs


def test_a_rating_that_changes_after_the_levels_were_derived_is_an_error(district):
    home = district(targets=targets(), evidence=evidence(*held(5, 8, "2025-09-10")))
    assert positions(home)
    (home.folder / "evidence.csv").write_text(evidence(*held(5, 9, "2025-09-10")))
    with pytest.raises(UnreadableData, match="changed since it was loaded"):
        home.table("levels")


@pytest.mark.parametrize("rule", ["highest", "latest"])
def test_the_query_agrees_with_the_rule_followed_step_by_step(district, rule):
    draw = random.Random(7)
    ratings = [
        (
            f"m{draw.randint(3, 6)}-{draw.randrange(4)}",
            f"2025-{draw.randint(8, 12):02}-{draw.randint(1, 28):02}",
            draw.random() < 0.5,
        )
        for _ in range(120)
    ]
    home = district(
        targets=targets(count=4, bare=(5,)),
        evidence=evidence(*ratings),
        **{"district.toml": f'level_rule = "{rule}"\n'},
    )
    assert positions(home) == pytest.approx(step_by_step(ratings, rule))


def step_by_step(ratings, rule):
    """Month -> level, each target looked at on each month end; four targets a level, none demanded at level 5."""
    rows = pd.DataFrame(ratings, columns=["target", "date", "held"]).sort_values("date", kind="stable")
    rows = rows.groupby(["target", "date"], as_index=False)["held"].max().sort_values("date", kind="stable")
    rows["level"] = rows["target"].str[1].astype(int)
    first = pd.Timestamp(rows["date"].min())
    early = rows[pd.to_datetime(rows["date"]) < first + pd.Timedelta(days=30)].groupby("level")["target"].nunique()
    entry = early[early == early.max()].index.min()
    found = {}
    for month in pd.period_range(rows["date"].min(), rows["date"].max(), freq="M"):
        seen = rows[rows["date"] <= str(month.end_time.date())].groupby("target")["held"]
        state = seen.max() if rule == "highest" else seen.last()
        ever = seen.max()
        level = 3.0
        for step in (3, 4, 5, 6):
            if step == 5:
                above = any(good for target, good in ever.items() if target[1] == "6")
                level += 1.0 if above or step < entry else 0.0
            else:
                level += sum(state.get(f"m{step}-{i}", step < entry) for i in range(4)) / 4
        found[str(month)] = level
    return found
