"""Known attacks on several releases, pinned: each works on careless ones and is found, and fails on safe ones."""

import pytest
from hand_made import HIDDEN, audited, fallen, gap, mean, release, share

SAFE = frozenset()


def table(*rows, sizes, **more):
    """A release of shares, its rows given as (group, size, text)."""
    return release([share(n, text, group=group) for group, n, text in rows], sizes, **more)


def total(n, text, size, **more):
    return release([share(n, text)], [size], by=(), **more)


HIDES_TWO = table(
    ("(all)", "40-99", "30 %"),
    ("a", HIDDEN, HIDDEN),
    ("b", HIDDEN, HIDDEN),
    ("c", "40-99", "28 %"),
    sizes=(62, 4, 12, 46),
)


def test_releases_that_hide_the_same_groups_pass():
    audit = audited(HIDES_TWO, HIDES_TWO)
    assert (audit.breaches, audit.offers, audit.passed) == ((), (), True)
    assert audit.populations == 1
    assert audit.cells > 0


def test_last_cell_by_subtraction():
    careless = table(("(all)", "10-19", "40 %"), ("a", HIDDEN, HIDDEN), ("b", "10-19", "42 %"), sizes=(16, 4, 12))
    safe = table(("(all)", "10-19", "40 %"), ("a", HIDDEN, HIDDEN), ("b", HIDDEN, HIDDEN), sizes=(16, 4, 12))
    assert fallen(audited(careless), "size") == {"group=a"}
    assert fallen(audited(safe), "size") == SAFE


def test_a_group_that_another_brief_shows():
    shown = total("10-19", "42 %", 12, where=("group=b",))
    hidden = release([share(HIDDEN, HIDDEN)], [12], by=(), where=("group=b",))
    small = table(
        ("(all)", "20-39", "38 %"),
        ("a", HIDDEN, HIDDEN),
        ("b", HIDDEN, HIDDEN),
        ("c", "20-39", "35 %"),
        sizes=(38, 4, 12, 22),
    )
    narrow = release([share("22", "35 %", group="c"), share("38", "38 %")], [22, 38])
    assert fallen(audited(small, hidden), "size") == SAFE
    assert fallen(audited(small, narrow, shown), "size") == {"group=a", "group=b"}  # 42 % of 10 to 16 are 5 of 12


def test_total_across_overlapping_tables():
    """Each table hides two of a kind; together the crossed cells of one row leave nothing open."""
    by_group = table(("(all)", "20-39", "40 %"), ("a", "10-19", "40 %"), ("b", "10-19", "42 %"), sizes=(27, 14, 13))
    crossed = release(
        [share("10-19", "42 %", team="x", group="b"), share(HIDDEN, HIDDEN, team="y", group="b")]
        + [share(HIDDEN, HIDDEN, group="a", team=team) for team in "xy"],
        [11, 2, 7, 7],
        by=("group", "team"),
    )
    assert fallen(audited(crossed), "size") == SAFE
    assert "group=b, team=y" in fallen(audited(by_group, crossed), "size")


@pytest.mark.parametrize("where", ["group!=a", 'group in ["b", "c"]'])
def test_complement_of_a_selection(where):
    """All less those who are not in a: nobody printed a row about a."""
    careless = total("10-19", "40 %", 16), total("10-19", "42 %", 12, where=(where,))
    safe = total("20-39", "about 40 %", 34), total("20-39", "about 40 %", 30, where=(where,))
    named = table(("a", HIDDEN, HIDDEN), sizes=(4,))
    assert fallen(audited(*careless), "size") == {"group=a" if "!" in where else "group other than b or c"}
    assert fallen(audited(*careless, named), "size") == {"group=a"}
    assert audited(*safe, named).breaches == ()


def test_complement_along_an_order():
    everyone, upper = (total("20-39", "about 40 %", n, where=(of,)) for n, of in ((24, "grade>=6"), (21, "grade>6")))
    assert fallen(audited(total("23", "about 40 %", 23, where=("grade>=6",)), upper), "size") == {"grade=6"}
    assert fallen(audited(everyone, upper), "size") == SAFE


def test_exact_sizes_in_two_briefs():
    one, other = total("403", "40 %", 403), total("397", "40 %", 397, where=("group!=a",))
    assert fallen(audited(one, other), "size") == {"group=a"}
    assert fallen(audited(one, other), "row") == {"all"}


def test_complement_of_a_coded_share():
    """22 of whom 68 %, in all 37 % of 41: nobody of the others."""
    by_group = table(("(all)", "40-99", "37 %"), ("b", "10-19", "<=20 %"), ("a", HIDDEN, HIDDEN), sizes=(41, 19, 22))
    shown = total("20-39", "68 %", 22, where=("group=a",))
    assert fallen(audited(by_group), "share") == SAFE
    assert "group=b" in fallen(audited(by_group, shown), "share")


def test_groups_at_0_percent():
    """Nobody at all: so nobody in any hidden group."""
    careless = table(("(all)", "40-99", "0 %"), ("a", HIDDEN, HIDDEN), ("b", HIDDEN, HIDDEN), sizes=(60, 4, 56))
    audit = audited(careless)
    assert {"group=a", "group=b"} <= fallen(audit, "share")
    assert "all" in fallen(audit, "row")
    safe = table(("(all)", "40-99", "<=5 %"), ("a", HIDDEN, HIDDEN), ("b", HIDDEN, HIDDEN), sizes=(60, 4, 56))
    assert audited(safe).breaches == ()


def test_limits_with_a_percentage():
    """Limits as narrow as those of 36 students tell that there are no 20, so that few are left over."""
    rows = [share("20-39", "about 50 %"), share("20-39", "about 50 %", group="b"), share(HIDDEN, HIDDEN, group="a")]
    told = [rows[0], {**rows[1], "low": 0.36, "high": 0.66}, rows[2]]
    assert fallen(audited(release(rows, [39, 36, 3])), "size") == SAFE
    assert fallen(audited(release(told, [39, 36, 3])), "size") == {"group=a"}


def test_own_record():
    """One in ten has it: whoever of a small group has it knows that the others have it not."""
    careless = table(("(all)", "10-19", "7 %"), ("a", HIDDEN, HIDDEN), ("b", HIDDEN, HIDDEN), sizes=(14, 4, 10))
    safe = table(("(all)", "10-19", "<=20 %"), ("a", HIDDEN, HIDDEN), ("b", HIDDEN, HIDDEN), sizes=(14, 4, 10))
    assert {"group=a", "group=b"} <= fallen(audited(careless), "share")
    assert audited(safe).breaches == ()


LEVELS = ("below", "near", "above")


def test_shares_that_leave_the_last_one_over():
    def levels(*texts):
        rows = [{**share("20-39", t), "unit": f"share {name}"} for name, t in zip(LEVELS, texts, strict=True)]
        return release(rows, [29, 29, 29], by=())

    assert fallen(audited(levels("45 %", "48 %", "<=10 %")), "share") == {"all"}
    assert fallen(audited(levels("45 %", HIDDEN, "<=10 %")), "share") == SAFE


def test_mean_by_difference():
    """Means to four decimals tell that of the few who are left out."""

    def pair(first, second, **more):
        rows = ((first, 508, ()), (second, 500, ("group!=a",)))
        return [release([row], [n], by=(), where=where, **more) for row, n, where in rows]

    spread = pair(mean("510", 499.7, 0.44), mean("500", 500.0, 0.45))
    exact = pair(mean("510", 499.6932), mean("500", 500.0079))
    assert fallen(audited(*spread), "mean") == SAFE
    assert fallen(audited(*spread, *exact), "mean") == {"group=a"}


def test_mean_by_difference_beside_a_gap_that_is_no_difference_of_means():
    """A gap within schools fits no printed means: it is left out of the attack, and they are attacked all the same."""
    pair = [
        release([mean("510", 499.6932)], [508], by=()),
        release([mean("500", 500.0079)], [500], by=(), where=("group!=a",)),
    ]
    groups = [mean("250", 500.0, 0.5, group=name) for name in ("b", "c")]
    within = release([*groups, gap("250", 5.0, 0.5, reference="c", group="b")], [250, 250, 250])
    found = audited(*pair, within)
    assert fallen(found, "mean") == {"group=a"}
    assert not any("no one set of students" in said for said in found.unlinked)


def test_gap_with_one_base_hidden():
    """The mean of a is that of b less the gap, in whichever brief it stands."""
    rows = [mean("510", 500.0, 0.5), mean("500", 500.3, 0.5, group="b"), mean("", None, group="a")]
    values = release(rows, [508, 500, 8])
    careless = release([gap("500", 20.3, 0.5, reference="a", group="b"), mean("", None, group="a")], [500, 8])
    hidden = {**mean("", None, group="b"), "quantity": "gap", "reference": "a"}
    safe = release([hidden, mean("", None, group="a")], [500, 8])
    assert fallen(audited(values, safe), "mean") == SAFE
    assert fallen(audited(values, careless), "mean") == {"group=a"}


def test_two_dates():
    """The same students a month later: what one brief hides the other must hide; other students are another matter."""
    early = table(
        *(("(all)", "20-39", "38 %"), ("a", HIDDEN, HIDDEN), ("b", HIDDEN, HIDDEN), ("c", "20-39", "35 %")),
        sizes=(38, 4, 12, 22),
        as_of="2026-05-31",
    )
    sizes, more = (38, 12, 22), {"as_of": "2026-06-30"}
    late = table(("(all)", "38", "38 %"), ("b", "10-19", "42 %"), ("c", "22", "35 %"), sizes=sizes, **more)
    moved = table(("(all)", "37", "38 %"), ("b", "10-19", "42 %"), ("c", "22", "35 %"), sizes=(37, 11, 22), **more)
    assert fallen(audited(early, late), "size") == {"group=a", "group=b"}
    audit = audited(early, moved)
    assert fallen(audit, "size") == SAFE
    assert any("2026-05-31, 2026-06-30" in told for told in audit.unlinked)


def test_two_cohorts_are_different_students():
    one, other = (total("10-19", "40 %", n, where=(f"school_year={year}",)) for n, year in ((16, "2025"), (12, "2026")))
    audit = audited(one, other)
    assert (audit.breaches, audit.populations) == ((), 2)


def test_published_enrolment():
    rows = [share("20-39", "about 40 %", school_id="1"), share("20-39", "about 40 %", school_id="1", grade="3")]
    rows.append(share(HIDDEN, HIDDEN, school_id="1", grade="4"))
    by = ("school_id", "grade")
    unknown = release(rows, [27, 20, 7], by=by)
    known = release(rows, [27, 20, 7], by=by, official=(("1", None, 27), ("1", 3, 20)))
    others = release(rows, [27, 20, 7], by=by, official=(("1", None, 30), ("1", 3, 20)))
    assert fallen(audited(unknown), "size") == SAFE
    school = release(rows, [27, 20, 7], by=by, official=(("1", None, 27),))
    assert fallen(audited(school), "size") == {"grade=4, school_id=1"}
    assert fallen(audited(known), "size") == SAFE  # what officials say by themselves, no release gives away
    assert fallen(audited(others), "size") == SAFE


def test_arms_are_groups_of_their_program():
    def arms(*rows, sizes, **more):
        told = [{**share(n, text), "arm": arm} for arm, n, text in rows]
        return release(told, sizes, by=(), indicator="intervention_effect", **more)

    hidden = ("treatment", HIDDEN, HIDDEN), ("comparison", HIDDEN, HIDDEN)
    both = arms(("", "20-39", "40 %"), *hidden, sizes=(27, 7, 20))
    one = arms(("", "20-39", "40 %"), hidden[0], ("comparison", "20-39", "42 %"), sizes=(27, 7, 20))
    assert fallen(audited(both), "size") == SAFE
    assert fallen(audited(arms(("", "27", "40 %"), *hidden, sizes=(27, 7, 20)), one), "size") == {"arm=treatment"}


def test_what_is_published_cannot_be_mended():
    careless = table(("(all)", "10-19", "40 %"), ("a", HIDDEN, HIDDEN), ("b", "10-19", "42 %"), sizes=(16, 4, 12))
    audit = audited(total("10-19", "42 %", 12, where=("group=b",)), published=[careless])
    found = [(breach.briefs, breach.group, breach.mendable) for breach in audit.breaches if breach.what == "size"]
    assert found == [(("old 0",), "group=a", False)]
    assert audit.passed
    assert audit.offers == ()


def test_a_draft_is_refused_beside_what_is_published():
    before = table(
        *(("(all)", "38", "38 %"), ("a", HIDDEN, HIDDEN), ("b", HIDDEN, HIDDEN), ("c", "22", "35 %")),
        sizes=(38, 4, 12, 22),
    )
    draft = total("10-19", "42 %", 12, where=("group=b",))
    audit = audited(draft, published=[before])
    mendable = [breach for breach in audit.breaches if breach.mendable]
    found = {(breach.briefs, breach.group) for breach in mendable if breach.what == "size"}
    assert found == {(("brief 0", "old 0"), "group=a"), (("brief 0", "old 0"), "group=b")}
    assert not audit.passed
    assert audit.offers == ("brief 0: leave out chronic_absence where group=b",)


def test_a_coarser_table_is_offered_first():
    before = table(("(all)", "27", "40 %"), ("a", "14", "40 %"), ("b", "13", "42 %"), sizes=(27, 14, 13))
    crossed = release(
        [share("10-19", "42 %", team="x", group="b"), share(HIDDEN, HIDDEN, team="y", group="b")]
        + [share("20-39", "42 %", team="x"), share(HIDDEN, HIDDEN, team="y")]
        + [share(HIDDEN, HIDDEN, group="a", team=team) for team in "xy"],
        [11, 2, 20, 7, 9, 5],
        by=("group", "team"),
    )
    audit = audited(crossed, published=[before])
    assert not audit.passed
    assert audit.offers[0] == "brief 0: show group without team"


def test_breaches_name_groups_and_no_number_of_students():
    careless = table(("(all)", "10-19", "40 %"), ("a", HIDDEN, HIDDEN), ("b", "10-19", "42 %"), sizes=(16, 4, 12))
    (breach,) = [one for one in audited(careless).breaches if one.what == "size"]
    assert str(breach) == "brief 0: group=a: its size comes out"


def test_without_true_sizes_a_group_that_is_certainly_small_is_a_breach():
    careless = table(("(all)", "10-19", "40 %"), ("a", HIDDEN, HIDDEN), ("b", "10-19", "42 %"), sizes=(16, 4, 12))
    everything = {"all", "group=a", "group=b"}  # 40 % of 12 or more are of 15, and 42 % of as many at most are of 12
    assert fallen(audited(careless.outside()), "size") == everything
    assert audited(HIDES_TWO.outside()).breaches == ()


def test_too_fine_a_crossing_is_refused_rather_than_passed():
    columns = tuple("abcdefgh")
    rows = [share("1,000", "40 %")] + [
        share("120", "40 %", **{column: f"{level}"}) for column in columns for level in range(8)
    ]
    rows.append(share("120", "40 %", **dict.fromkeys(columns, "1")))
    audit = audited(release(rows, [1000] + [125] * 65, by=columns))
    assert fallen(audit, "check") == {", ".join(columns)}
    assert not audit.passed
    assert "publish fewer crossings" in str(audit.breaches[-1])


def test_a_profile_that_cannot_be_read_is_refused():
    audit = audited(release([share("20-39", "40 %")], [25], by=(), profile="of another kit"))
    assert fallen(audit, "check") == {"all"}
    assert not audit.passed


def test_a_condition_on_a_column_of_a_table_is_about_the_same_groups():
    everyone = table(("(all)", "38", "38 %"), ("a", HIDDEN, HIDDEN), ("b", HIDDEN, HIDDEN), sizes=(38, 7, 31))
    rest = total("31", "42 %", 31, where=("enrollments.group=b",))
    assert fallen(audited(everyone, rest), "size") == {"group=a"}
