"""Attacks on releases whose counts are rounded to fives."""

from hand_made import HIDDEN, audited, fallen, release, share


def rounded(cells, sizes):
    rows = [share(size, size if size == HIDDEN else "40 %", group=group) for group, size in cells.items()]
    return release(rows, sizes, profile="rounded", minimum_n=8)


GROUPS = rounded({"(all)": "710", "a": "400", "b": "310", "c": HIDDEN}, (707, 398, 308, 1))


def test_a_hidden_count_is_as_uncertain_as_the_others():
    assert audited(GROUPS).passed


def test_a_total_rounded_elsewhere_gives_a_hidden_count_away():
    """Whoever is told 705 students in all, give or take two, knows that c is one or none."""
    audit = audited(GROUPS, rounded({"(all)": "705"}, (707,)))
    assert fallen(audit, "size") == {"group=c"}


def test_a_total_far_from_the_sum_of_its_parts_tells_nothing_of_them():
    assert audited(GROUPS, rounded({"(all)": "710"}, (707,))).passed
