"""Levels derived from evidence, worked by hand."""

import pytest

from cbe_analysis.errors import UsageError
from cbe_analysis.load.levels import derive_levels

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


def positions(found):
    """Month -> level of the one student."""
    rows = found.order("date").fetchall()
    return {str(date)[:7]: level for _, _, date, level, _, _ in rows}


def test_transfer_into_grade_5_with_8_of_20_targets_stands_at_5_40(district):
    home = district(targets=targets(), evidence=evidence(*held(5, 8, "2025-09-10")))
    assert positions(derive_levels(home)) == {"2025-09": pytest.approx(5.40)}


def test_one_open_gap_among_20_targets_below_entry_shows_as_5_35_and_its_repair_lowers_nothing(district):
    ratings = [*held(5, 8, "2025-09-10"), ("m4-0", "2025-09-12", False), ("m4-0", "2025-11-03", True)]
    found = positions(derive_levels(district(targets=targets(), evidence=evidence(*ratings))))
    assert found == {"2025-09": pytest.approx(5.35), "2025-10": pytest.approx(5.35), "2025-11": pytest.approx(5.40)}


def test_a_proficient_rating_before_the_not_yet_keeps_the_target_held_for_good(district):
    ratings = [*held(5, 8, "2025-09-10"), ("m5-0", "2025-10-01", False)]
    home = district(targets=targets(), evidence=evidence(*ratings))
    assert positions(derive_levels(home))["2025-10"] == pytest.approx(5.40)
    assert positions(derive_levels(home, rule="latest"))["2025-10"] == pytest.approx(5.35)


def test_two_ratings_on_one_day_count_as_the_better_one(district):
    ratings = [("m5-0", "2025-09-10", False), ("m5-0", "2025-09-10", True)]
    home = district(targets=targets(), evidence=evidence(*ratings))
    assert positions(derive_levels(home, rule="latest")) == {"2025-09": pytest.approx(5.05)}


def test_entry_is_the_level_with_most_targets_in_30_days_the_lower_on_a_tie(district):
    early = [*held(4, 3, "2025-09-01"), *held(5, 3, "2025-09-20"), *held(6, 9, "2025-10-01")]
    found = positions(derive_levels(district(targets=targets(), evidence=evidence(*early))))
    assert found["2025-09"] == pytest.approx(4 + 3 / 20 + 3 / 20)  # entry 4: nothing below it is open
    assert found["2025-10"] == pytest.approx(4 + (3 + 3 + 9) / 20)


def test_a_placement_decides_the_entry_and_is_no_measured_level(district):
    levels = "student_id,subject,date,level,method\n007,math,2025-08-25,5.0,placement\n"
    home = district(targets=targets(), levels=levels, evidence=evidence(*held(4, 2, "2025-09-10")))
    assert positions(derive_levels(home)) == {"2025-09": pytest.approx(5.0)}  # level 4 counts as held below entry 5


def test_a_level_without_required_targets_counts_once_something_above_it_is_held(district):
    ratings = [*held(4, 20, "2025-09-10"), *held(6, 2, "2025-11-10")]
    found = positions(derive_levels(district(targets=targets(bare=(5,)), evidence=evidence(*ratings))))
    assert found == {"2025-09": pytest.approx(5), "2025-10": pytest.approx(5), "2025-11": pytest.approx(6.1)}


def test_target_status_serves_where_there_is_no_evidence(district):
    status = "student_id,target_id,date,proficient\n007,m5-0,2025-09-10,true\n007,m5-1,2025-09-10,false\n"
    home = district(targets=targets(), target_status=status)
    assert positions(derive_levels(home)) == {"2025-09": pytest.approx(5.05)}


def test_transferable_targets_are_no_part_of_the_continuum(district):
    more = targets() + "t1,math,5,Plans own work,transferable,true\n"
    home = district(targets=more, evidence=evidence(*held(5, 8, "2025-09-10"), ("t1", "2025-09-11", True)))
    assert positions(derive_levels(home)) == {"2025-09": pytest.approx(5.40)}


def test_what_is_missing_is_named(district):
    with pytest.raises(UsageError, match=r"targets\.csv"):
        derive_levels(district())
    with pytest.raises(UsageError, match="highest, latest"):
        derive_levels(district(targets=targets(), evidence=evidence()), rule="mean")
