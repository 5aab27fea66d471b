"""Every known attack, pinned: careless releases, and the number of students that the auditor finds in them exactly.

Each hides a small group alone, or prints a percentage beside its size; the true numbers stand in the test.
"""

import pytest
from brute_force import sizes_left
from by_audit import comes_out, counts, group, mean, sizes, sizes_by_shares
from hand_made import HIDDEN, SHARE, audited, gap, release, share
from hand_made import mean as mean_row
from protected_tables import POLICY, estimates, shares

from cbe_analysis import protect
from cbe_analysis.methods.robust import bounded
from cbe_analysis.protect.record import Recorded

LIMITED = ("value", "std_error", "low", "high")

SMALL = group(group="a")
EVERYONE = group()


def table(*rows, true, **more):
    """Shares by group: (group, size as printed, share as printed)."""
    return release([share(n, text, group=name) for name, n, text in rows], true, **more)


def total(n, text, true, **more):
    return release([share(n, text)], [true], by=(), **more)


def test_last_cell_by_subtraction():
    """16 of whom 7, 12 of whom 6: 4 of whom 1."""
    careless = table(("(all)", "16", "44 %"), ("a", HIDDEN, HIDDEN), ("b", "12", "50 %"), true=(16, 4, 12))
    assert (sizes(SMALL, careless), counts(SMALL, careless)) == ((4, 4), (1, 1))
    assert comes_out(SMALL, "size", careless)
    assert comes_out(SMALL, "share", careless)


def test_percentages_of_whole_numbers_leave_somebody():
    """40 % are 8 of 20, 10 of 25 ..., 42 % are 5 of 12 or 8 of 19: in a there is one at least."""
    careless = table(("(all)", "20-39", "40 %"), ("a", HIDDEN, HIDDEN), ("b", "10-19", "42 %"), true=(20, 1, 19))
    safe = table(("(all)", "20-39", "40 %"), ("a", HIDDEN, HIDDEN), ("b", "20-39", "40 %"), true=(30, 5, 25))
    assert sizes(SMALL, careless) == (1, 23)
    assert sizes_by_shares(SMALL, careless) == (1, 23)
    assert comes_out(SMALL, "size", careless)
    assert not comes_out(SMALL, "size", safe)


LEARNERS = (  # gender, language, size and share as printed, true size: how a table of a district was printed before
    ("(all)", "(all)", "380", "41 %", 383),
    ("(all)", "current", "20-39", "28 %", 39),
    ("(all)", "former", "20-39", "57 %", 28),
    ("(all)", "never", "320", "41 %", 316),
    ("female", "(all)", "200", "42 %", 199),
    ("female", "current", "20-39", "35 %", 23),
    ("female", "former", "10-19", "about 60 %", 18),
    ("female", "never", "160", "41 %", 158),
    ("male", "(all)", "180", "41 %", 183),
    ("male", "current", HIDDEN, HIDDEN, 16),
    ("male", "former", "10-19", "50 %", 10),
    ("male", "never", "160", "43 %", 157),
    ("nonbinary", "(all)", HIDDEN, HIDDEN, 1),
    ("nonbinary", "current", HIDDEN, HIDDEN, 0),
    ("nonbinary", "former", HIDDEN, HIDDEN, 0),
    ("nonbinary", "never", HIDDEN, HIDDEN, 1),
)
HAVING = {"current": (8, 3, 0), "former": (11, 5, 0), "never": (64, 67, 0)}  # female, male, nonbinary


def test_a_percentage_above_those_of_all_printed_parts():
    """41 % of all who never learned, of whom 41 % and 43 %: no whole numbers without one who is neither."""
    rows = [share(n, text, gender=g, learner=e) for g, e, n, text, _ in LEARNERS]
    careless = release(rows, [row[-1] for row in LEARNERS], by=("gender", "learner"))
    never, former = (group(gender="nonbinary", learner=level) for level in ("never", "former"))
    assert sizes(never, careless)[0] == 0
    assert sizes_by_shares(never, careless) == (1, 13)
    assert comes_out(never, "size", careless)
    assert comes_out(former, "size", careless)


def test_the_protector_leaves_it_open_whether_a_hidden_group_is_empty():
    cells = {
        (gender, learner): (int(n), HAVING[learner][("female", "male", "nonbinary").index(gender)])
        for gender, learner, *_, n in LEARNERS
        if "(all)" not in (gender, learner)
    }
    given = shares(cells, by=("group", "team"))
    recorded = Recorded.of(protect(given, POLICY))
    assert not any(breach.what == "size" for breach in audited(recorded).breaches)
    printed = {
        tuple(row[c] for c in given.by): (row["n_shown"], row["shown"]) for row in recorded.rows.to_dict("records")
    }
    hidden = {key: cells.get(key, (1, 0))[0] for key, (size, _) in printed.items() if size == HIDDEN}
    assert ("nonbinary", "never") in hidden
    assert sizes_left(printed, hidden, POLICY.minimum_n) == set()


def test_total_across_overlapping_tables():
    """The 17 of team y less 13 of them in b: 4. Neither table alone says so."""
    by_team = release(
        [share("42", "40 %"), share("25", "40 %", team="x"), share("17", "41 %", team="y")], [42, 25, 17], by=("team",)
    )
    crossed = release(
        [share("13", "38 %", group="b", team="y")]
        + [share(HIDDEN, HIDDEN, group=g, team=t) for g, t in (("a", "x"), ("a", "y"), ("b", "x"))],
        [13, 11, 4, 14],
        by=("group", "team"),
    )
    cell = group(group="a", team="y")
    assert sizes(cell, by_team, crossed) == (4, 4)
    assert counts(cell, by_team, crossed) == (2, 2)  # 7 of the 17, 5 of the 13
    assert comes_out(cell, "size", by_team, crossed)
    assert not comes_out(cell, "size", crossed)


@pytest.mark.parametrize("where", ["group!=a", 'group in ["b", "c"]'])
def test_complement(where):
    """403 of whom 40 %, 397 who are not in a: nobody printed a row about the other 6."""
    one, other = total("403", "40 %", 403), total("397", "40 %", 397, where=(where,))
    left_out = group(group="(other)") if "in" in where else SMALL
    assert sizes(left_out, one, other) == (6, 6)


def test_complement_of_a_coded_share():
    """22 of whom 15, in all 15 of 41: nobody of the 19 others, whose code says up to 20 %."""
    careless = table(("(all)", "41", "37 %"), ("a", "22", "68 %"), ("b", "19", "<=20 %"), true=(41, 22, 19))
    assert counts(group(group="b"), careless) == (0, 0)
    assert comes_out(group(group="b"), "share", careless)


def test_percentage_with_n():
    """61 % of 23 are 14; of 20 to 39 they are one of several."""
    assert counts(EVERYONE, total("23", "61 %", 23)) == (14, 14)
    assert comes_out(EVERYONE, "share", total("23", "61 %", 23))
    assert not audited(total("20-39", "61 %", 23)).breaches


def test_interval_with_n():
    """45 % with limits of 30 and 60 % are of 35 students at least, and of 35 to 39 only 38 have 45 %: 17 of them."""
    row = share("20-39", "45 %")
    careless = release([{**row, "low": 0.30, "high": 0.60}], [38], by=())
    assert (sizes(EVERYONE, careless), counts(EVERYONE, careless)) == ((38, 38), (17, 17))
    assert comes_out(EVERYONE, "size", careless)
    assert comes_out(EVERYONE, "share", careless)
    assert not audited(release([row], [38], by=())).breaches


def test_two_dates():
    """The same students a month later: the 12 of b are named then, and leave 4 in a."""
    rows = ("(all)", "38", "37 %"), ("a", HIDDEN, HIDDEN), ("b", HIDDEN, HIDDEN), ("c", "22", "36 %")
    early = table(*rows, true=(38, 4, 12, 22), as_of="2026-05-31")
    late = table(rows[0], ("b", "12", "42 %"), rows[3], true=(38, 12, 22), as_of="2026-06-30")
    assert (sizes(SMALL, early, late), counts(SMALL, early, late)) == ((4, 4), (1, 1))
    assert comes_out(SMALL, "size", early, late)
    assert not comes_out(SMALL, "size", early)


def test_two_cohorts():
    """Those of grade 6 and up, then those above grade 6: the 3 between them."""
    older = [total(f"{n}", text, n, where=(where,)) for n, text, where in
             ((24, "42 %", "grade>=6"), (21, "43 %", "grade>6"))]  # fmt: skip
    assert sizes(group(grade="6"), *older) == (3, 3)
    assert counts(group(grade="6"), *older) == (1, 1)  # 10 of the 24, 9 of the 21
    assert comes_out(group(grade="6"), "size", *older)


@pytest.mark.parametrize(("text", "having"), [("0 %", (0, 0)), ("100 %", (4, 4))])
def test_groups_at_an_end(text, having):
    """All or none of 60: all or none of any 4 of them."""
    careless = table(("(all)", "60", text), ("a", HIDDEN, HIDDEN), ("b", "56", text), true=(60, 4, 56))
    assert counts(SMALL, careless) == having
    assert comes_out(SMALL, "share", careless)
    coded = text.replace("0 %", "<=5 %") if having[0] == 0 else ">=95 %"
    safe = table(("(all)", "40-99", coded), ("a", HIDDEN, HIDDEN), ("b", HIDDEN, HIDDEN), true=(60, 4, 56))
    assert not audited(safe).breaches


def between(value, *, reference, quantity="gap", step=0.01, **groups):
    """A printed gap or ratio of shares."""
    unit, shown = (SHARE, f"{100 * value:.0f} points") if quantity == "gap" else ("ratio", f"{value:.2f}")
    numbers = {"value": value, "low": value - 3 * step, "high": value + 3 * step}
    told = {"quantity": quantity, "unit": unit, "n_shown": "403", "shown": shown, "reference": reference}
    return {**told, **numbers, **groups}


def test_group_differences():
    """At least 95 % of 60, and 12 points more than the 85 % of 403: 58 of 60."""
    rows = [share("60", ">=95 %", group="a"), share("403", "85 %", group="b")]
    careless = release([*rows, between(-0.12, reference="a", group="b")], [60, 403, 403])
    assert counts(SMALL, careless) == (58, 58)
    assert comes_out(SMALL, "share", careless)
    assert not comes_out(SMALL, "share", release(rows, [60, 403]))


@pytest.mark.parametrize(("value", "quantity"), [(0.12, "gap"), (1.33, "ratio")])
def test_gap_or_ratio_with_one_base_hidden(value, quantity):
    """201 of 403, and 12 points less, or a share that is 1.33 times smaller, among the 8 others: 3 of them."""
    rows = [share("411", "50 %"), share(HIDDEN, HIDDEN, group="a"), share("403", "50 %", group="b")]
    told = between(value, reference="a", quantity=quantity, group="b")
    careless = release([*rows, told], [411, 8, 403, 403])
    assert (sizes(SMALL, careless), counts(SMALL, careless)) == ((8, 8), (3, 3))
    assert comes_out(SMALL, "share", careless)


def test_mean_by_a_gap():
    """500.3 on average, 20.3 more than the 8 others: 480."""
    rows = [mean_row("508", 500.0, 0.44), mean_row(HIDDEN, None, group="a"), mean_row("500", 500.3, 0.45, group="b")]
    careless = release([*rows, gap("500", 20.3, 0.45, reference="a", group="b")], [508, 8, 500, 500])
    low, high = mean(SMALL, 8, careless)
    assert low <= 480 <= high
    assert high - low < 1
    assert comes_out(SMALL, "mean", careless)


def students(n, error):
    """Everyone's mean, with Student's limits by one degree of freedom less than there are students."""
    found = bounded(50.0, error, n - 1)
    return {"quantity": "mean", "unit": "points", "n": n} | {name: getattr(found, name) for name in LIMITED}


def test_limits_of_a_mean_beside_its_error():
    """An error of 9.8 reaches 22.2 among 10 students, 20.6 among 19: several tests together would tell."""
    for alike, error in ((range(10, 20), 9.8), (range(20, 40), 2.04), (range(40, 100), 5.0)):
        told = {str(protect(estimates([students(n, error)]), POLICY).rows.to_dict("records")) for n in alike}
        assert len(told) == 1


def test_limits_of_a_mean_that_only_a_larger_group_has():
    """However it was rounded, no mean of 10 students has limits of 1.7 errors, nor one of 40."""
    for reach, n, comes in ((1.7, "10-19", True), (2.3, "10-19", False), (1.7, "40-99", True), (1.96, "110", False)):
        row = mean_row(n, 50.0, 4.0) | {"low": 50 - 4 * reach, "high": 50 + 4 * reach}
        assert ("its limits tell its size" in {b.says for b in audited(release([row], [120])).breaches}) is comes


TEXTS = {"33 %": 4, "25 %": 3, "42 %": 5}


def several(n, true, texts=TEXTS):
    """Releases that each print another share of the same students."""
    rows = [{**share(n, text), "unit": text} for text in texts]
    return [release([row], [true], by=(), indicator=row["unit"]) for row in rows]


def test_several_percentages_of_one_group():
    """33 % of 10 to 19 are of 12, 15 or 18, and 25 % of 12 or 16: so there are 12, and all the counts follow."""
    careless = several("10-19", 12)
    assert sizes(EVERYONE, *careless) == (12, 12)
    for text, y in TEXTS.items():
        assert counts(EVERYONE, *careless, unit=text) == (y, y)
    assert comes_out(EVERYONE, "size", *careless)
    assert comes_out(EVERYONE, "share", *careless)
    assert not any(audited(one).breaches for one in careless)


def test_several_percentages_that_leave_a_hidden_group():
    """Once there are 12 in b and 22 in all, there are 10 in a."""
    rows = {"33 %": "36 %", "25 %": "45 %", "42 %": "32 %"}
    careless = [
        table(("(all)", "20-39", whole), ("a", HIDDEN, HIDDEN), ("b", "10-19", text), true=(22, 10, 12), indicator=text)
        for text, whole in rows.items()
    ]
    assert (sizes(SMALL, *careless), sizes(group(group="b"), *careless)) == ((10, 10), (12, 12))
    assert comes_out(SMALL, "size", *careless)
    assert not any(comes_out(SMALL, "size", one) for one in careless)
