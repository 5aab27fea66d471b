"""Attacks on releases whose counts are rounded to fives."""

from by_audit import group, known
from hand_made import HIDDEN, audited, fallen, release, share


def rounded(cells, sizes, minimum=8):
    rows = [share(size, size if size == HIDDEN else "40 %", group=group) for group, size in cells.items()]
    return release(rows, sizes, profile="rounded", minimum_n=minimum)


GROUPS = rounded({"(all)": "710", "a": "400", "b": "310", "c": HIDDEN}, (707, 398, 308, 1))


def test_a_hidden_count_is_as_uncertain_as_the_others():
    assert audited(GROUPS).passed


def test_a_total_rounded_elsewhere_gives_a_hidden_count_away():
    """Whoever is told 705 students in all, give or take two, knows that c is one or none."""
    audit = audited(GROUPS, rounded({"(all)": "705"}, (707,)))
    assert fallen(audit, "size") == {"group=c"}


def test_a_total_far_from_the_sum_of_its_parts_tells_nothing_of_them():
    assert audited(GROUPS, rounded({"(all)": "710"}, (707,))).passed


def test_what_is_hidden_is_known_to_be_small():
    """Of 18 to 22 in all, b has 8 to 12: that leaves c six or more, and more than seven are never hidden."""
    groups = rounded({"(all)": "10", "b": "10", "c": HIDDEN}, (18, 11, 7))
    assert audited(groups).passed
    assert fallen(audited(groups, rounded({"(all)": "20"}, (18,))), "size") == {"group=c"}
    assert audited(groups, rounded({"(all)": "15"}, (15,))).passed


def test_a_hidden_total_of_hidden_parts_may_be_larger():
    parts = {"(all)": "400", "a": "400", "b": HIDDEN}
    assert audited(rounded(parts, (412, 400, 12)), rounded({"(all)": "410"}, (412,))).passed


def test_two_that_are_hidden_are_both_known_to_be_small():
    """11 to 19 of b and c: as neither has more than seven, each has four or more."""
    groups = rounded({"(all)": "400", "a": "400", "b": HIDDEN, "c": HIDDEN}, (414, 400, 7, 7))
    assert fallen(audited(groups, rounded({"(all)": "415"}, (414,))), "size") == {"group=b", "group=c"}
    assert audited(groups, rounded({"(all)": "410"}, (411,))).passed


def test_what_is_shown_is_known_to_be_large():
    """Where groups under ten are hidden, 10 stands for ten to twelve; it was taken for eight or more."""
    groups = rounded({"(all)": "50", "a": "40", "b": "10", "c": HIDDEN}, (54, 42, 10, 2), minimum=10)
    assert known([groups]).sizes[group(group="b")].low == 10
