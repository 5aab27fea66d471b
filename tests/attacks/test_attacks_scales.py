"""Shares at or above several cuts of one scale: the auditor, and whoever tries all scores, count those in between."""

import itertools

import numpy as np
from brute_force import pairs
from hand_made import SHARE, audited, release, share
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe_analysis.indicators import CATALOGUE
from cbe_analysis.indicators.progress.gap_rows import _shares
from cbe_analysis.indicators.progress.year_of_growth_rows import OBSERVED
from cbe_analysis.protect.attack.scales import CUT_BY, FROM_GRADE


def at_or_above(cut, *rows, true, by=("group",), **options):
    """Shares at or above a cut: (group, size as printed, share as printed)."""
    told = [share(size, text, **({"group": name} if by else {})) for name, size, text in rows]
    asked = {"by": list(by), "cut": cut, "outcome": "quiz:math", **options}
    return release(told, true, by=by, indicator="status", parameters=asked)


def one_group(cut, size, text, n, **more):
    return at_or_above(cut, ("", size, text), true=[n], by=(), **more)


def told(*releases, published=()):
    return {breach.says for breach in audited(*releases, published=published).breaches}


def between(low, high):
    return f"its share comes out (status, between {low} and {high})"


def printed(n, count, fives):
    """A share as it is printed of 10 to 25 students."""
    least = 20 if n < 20 else 10
    percent = 100 * count / n
    if percent <= least or percent >= 100 - least:
        return f"<={least} %" if percent <= least else f">={100 - least} %"
    return f"about {5 * round(percent / 5)} %" if fives else f"{round(percent)} %"


def left(size, texts):
    """How many may lie in each part between cuts, by all sizes and all scores, one by one: a set for each pair."""
    found = {pair: set() for pair in itertools.combinations(range(len(texts)), 2)}
    above = [pairs(size, text) for text in texts]
    for n in {n for n, _ in above[0]}:
        for counts in itertools.product(*(sorted(y for m, y in own if m == n) for own in above)):
            if all(a >= b for a, b in itertools.pairwise(counts)):
                for a, b in found:
                    found[a, b].add(counts[a] - counts[b])
    return found


def test_two_cuts_count_those_in_between():
    """Of 17 students 6 reach a 3, and 5 a 4. Of 10 to 19 students neither is certain; that one is in between is."""
    size, true = "10-19", 17
    texts = ("about 35 %", "about 30 %")
    assert left(size, texts)[0, 1] == {1}
    three, four = (one_group(cut, size, text, true) for cut, text in zip((3.0, 4.0), texts, strict=True))
    assert told(three) == told(four) == set()
    assert told(three, four) == {between(3, 4)}
    assert "brief 1: leave out status" in audited(three, four).offers
    assert told(four, published=[three]) == {between(3, 4)}


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(10, 25), st.lists(st.integers(0, 25), min_size=2, max_size=3), st.booleans(), st.booleans())
def test_the_auditor_finds_what_trying_all_scores_finds(n, drawn, fives, exact):
    counts = sorted((min(count, n) for count in drawn), reverse=True)
    texts = [printed(n, count, fives) for count in counts]
    size = "10-19" if n < 20 and not exact else f"{n}-{n}"
    careless = [one_group(float(cut), size, text, n) for cut, text in enumerate(texts)]
    certain = {pair for pair, found in left(size, texts).items() if len(found) == 1}
    alike = {pair for pair in certain if texts[pair[0]] == texts[pair[1]]}  # of all groups: nobody can be in between
    assert {one for one in told(*careless) if "between" in one} == {between(*pair) for pair in certain - alike}


def test_nobody_in_between_is_told_where_other_groups_differ():
    """Nobody of a scored from 3 to below 4 when 10 to 19 students print alike; some of b did."""

    def both(cut, a, b):
        return at_or_above(cut, ("a", "10-19", a), ("b", "20-39", b), true=[17, 30])

    assert left("10-19", ("about 35 %", "about 35 %"))[0, 1] == {0}
    assert told(both(3.0, "about 35 %", "about 60 %"), both(4.0, "about 35 %", "about 40 %")) == {between(3, 4)}
    assert told(both(2.5, "about 35 %", "about 60 %"), both(3.0, "about 35 %", "about 60 %")) == set()


def test_cuts_of_other_scores_are_no_chain():
    three, four = one_group(3.0, "10-19", "about 35 %", 17), one_group(4.0, "10-19", "about 30 %", 17)
    other = one_group(4.0, "10-19", "about 30 %", 17, outcome="quiz:reading")
    until = one_group(4.0, "10-19", "about 30 %", 17, until="2025-01-31")
    assert told(three, four)
    assert told(three, other) == told(three, until) == set()


def test_shares_below_and_above_grade_are_one_chain():
    """One release of level_gap: two levels below, one level below, above grade."""
    rows = [
        {**share("10-19", text), "unit": unit}
        for unit, text in zip(FROM_GRADE, ("about 25 %", "about 30 %", "about 65 %"), strict=True)
    ]
    assert told(release(rows, [17] * 3, by=(), indicator="level_gap")) == {
        "its share comes out (level_gap, between two levels below grade and one level below grade)",
        "its share comes out (level_gap, between two levels below grade and grade)",
        "its share comes out (level_gap, between one level below grade and grade)",
    }


def test_paces_to_reach_are_one_chain():
    def reached(pace, text):
        rows = [{**share("10-19", text), "unit": OBSERVED}]
        return release(rows, [17], by=(), indicator="year_of_growth", parameters={"at_least": pace, "exit_level": 13.0})

    says = "its share comes out (year_of_growth, between 1 and 1.5)"
    assert told(reached(1.0, "about 35 %"), reached(1.5, "about 30 %")) == {says}


def test_the_auditor_reads_the_indicators_as_they_are():
    gap = np.linspace(-4, 4, 81)
    for one in _shares(gap):
        _, at, above = FROM_GRADE[one.unit]
        np.testing.assert_array_equal(one.values == 1, gap > at if above else gap <= at)
    assert len(_shares(gap)) == len(FROM_GRADE)
    assert all(option in CATALOGUE[indicator].options for indicator, (_, option) in CUT_BY.items())
    assert CUT_BY["year_of_growth"][0] == OBSERVED
    assert CUT_BY["status"][0] == SHARE


def test_totals_leave_one_number_in_between():
    """No table of sizes and counts for two groups and their total but has 12 of b in between: tried one by one."""
    told_of = (("(all)", "280"), ("a", "220"), ("b", "40-99"))
    above = {1.0: (91, 93, 83), 2.0: (77, 80, 63), 3.0: (41, 47, 22)}  # percent
    rows = {
        cut: [(name, size, f"{p} %") for (name, size), p in zip(told_of, own, strict=True)]
        for cut, own in above.items()
    }
    careless = [at_or_above(cut, *own, true=[275, 215, 60]) for cut, own in rows.items()]

    def counts(n, percent):
        return {y for y in range(n + 1) if abs(100 * y / n - percent) <= 0.5 + 1e-9}

    found = set()
    for a, b in itertools.product(range(215, 225), range(40, 100)):
        if 275 <= a + b <= 284:
            fitting = [
                {y for y in counts(b, own[2]) if any(y + z in counts(a + b, own[0]) for z in counts(a, own[1]))}
                for own in above.values()
            ]
            found |= {high - low for high, low in itertools.product(*fitting[:2]) if fitting[2]}
    assert found == {12}
    fallen = {(breach.group, breach.says) for breach in audited(*careless).breaches}
    assert ("group=b", between(1, 2)) in fallen
    assert not any(breach.breaches for breach in map(audited, careless))
