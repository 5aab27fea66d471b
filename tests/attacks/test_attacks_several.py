"""Several percentages of one group: what the auditor, and what everybody who tries all sizes, makes of them."""

import numpy as np
import pytest
from brute_force import pairs
from by_audit import breaches, counts, group, sizes
from hand_made import HIDDEN, audited, mean, release, share
from hypothesis import given, settings
from hypothesis import strategies as st
from protected_tables import POLICY, SHARE, estimates
from protected_tables import share as measured

import cbe_analysis as cbe
from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.attack.reading import read
from cbe_analysis.protect.record import Recorded

BANDS = {10: "10-19", 20: "20-39", 40: "40-99"}
EVERYONE = group()


def band(n):
    """A size as printed."""
    return next(text for low, text in reversed(BANDS.items()) if n >= low)


def left(texts):
    """All sizes, and for each share all counts, that fit every (size, share) of one group."""
    found = [pairs(*text) for text in texts]
    fitting = set.intersection(*({n for n, _ in own} for own in found))
    return fitting, [{y for n, y in own if n in fitting} for own in found]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(10, 99), st.lists(st.floats(0.21, 0.79), min_size=2, max_size=6))
def test_the_auditor_finds_what_trying_all_sizes_finds(n, chances):
    texts = [(band(n), f"{round(100 * round(p * n) / n)} %") for p in chances]
    careless = [
        release([{**share(*text), "unit": f"{i}"}], [n], by=(), indicator=f"{i}") for i, text in enumerate(texts)
    ]
    fitting, behind = left(texts)
    assert n in fitting
    assert sizes(EVERYONE, *careless) == (min(fitting), max(fitting))
    told = {(breach.what, breach.says) for breach in breaches(*careless)}
    assert (("size", "its size comes out") in told) == (len(fitting) == 1)
    for i, ys in enumerate(behind):
        assert (("share", f"its share comes out ({i})") in told) == (len(ys) == 1)


def test_sizes_between_two_that_fit_do_not_fit():
    """42 % are of 12 or of 19; where the others leave at most 17, they are of 12, and 5 have it."""
    rows = [share("36", "42 %"), share("10-19", "42 %", group="a"), share("19", "42 %", group="b")]
    careless = release([*rows, share(HIDDEN, HIDDEN, group="c")], [36, 12, 19, 5])
    assert sizes(group(group="a"), careless) == (12, 12)
    assert counts(group(group="a"), careless) == (5, 5)
    assert {b.group for b in audited(careless).breaches if b.what == "size"} == {"group=a", "group=c"}


def test_sizes_below_what_the_total_leaves_do_not_fit():
    """42 % are of 12 or of 19; beside at most 19 others of 36 they are of 19, and 8 have it."""
    rows = [share("36", "44 %"), share("10-19", "42 %", group="a"), share("10-19", "47 %", group="b")]
    careless = release(rows, [36, 19, 17])
    assert sizes(group(group="a"), careless) == (19, 19)
    assert counts(group(group="a"), careless) == (8, 8)


def test_shares_that_are_no_shares_of_students_say_nothing_of_their_number():
    """33 % and 25 % of 12 to 18 days each: whoever takes them for shares of the 13 students is mistaken."""
    misleading = [release([share("10-19", text)], [13], by=(), indicator=text) for text in ("33 %", "25 %")]
    assert not audited(*misleading).breaches
    assert audited(*(one.outside() for one in misleading)).breaches


def test_shares_of_a_whole_leave_fewer_sizes():
    """47 % and 53 % alone are of many sizes from 20 to 39, and so are 17, 13 and 70 %; together they are of 30."""
    two = [
        {**share("20-39", text), "quantity": "baseline", "at": f"team={i}"} for i, text in enumerate(("47 %", "53 %"))
    ]
    three = [
        {**share("20-39", text), "quantity": "baseline", "at": f"club={i}"}
        for i, text in enumerate(("17 %", "13 %", "70 %"))
    ]
    assert sizes(EVERYONE, release([*two, *three], [30] * 5, by=())) == (30, 30)
    assert sizes(EVERYONE, release(two, [30] * 2, by=()))[1] > 30


def test_means_of_whole_numbers_tell_the_size_as_percentages_do():
    """2.35 points on average are 40 of 17 students; 2.35 levels a year are no whole numbers."""
    points = {**mean("10-19", 2.35, 0.02), "unit": "points"}
    careless, pace = (release([{**points, "unit": unit}], [17], by=()) for unit in ("points", "levels / year"))
    assert sizes(EVERYONE, careless) == (17, 17)
    assert {b.what for b in audited(careless).breaches} == {"size"}
    assert audited(pace).passed


def drawn(seed, series):
    """Several shares of each of a few groups, as measured."""
    random = np.random.default_rng(seed)
    groups = {
        name: int(random.choice([random.integers(3, 20), random.integers(10, 60)])) for name in "abc"[: seed % 3 + 1]
    }
    rows = []
    for unit in range(series):
        having = {name: int(random.binomial(n, random.beta(2, 4))) for name, n in groups.items()}
        rows += [measured(n, having[name], group=name) | {"unit": f"{SHARE} {unit}"} for name, n in groups.items()]
        rows.append(measured(sum(groups.values()), sum(having.values())) | {"unit": f"{SHARE} {unit}"})
    return estimates(rows)


@pytest.mark.parametrize("seed", range(10))
def test_no_size_and_no_count_follows_from_several_percentages_that_are_protected(seed):
    printed = Recorded.of(cbe.protect(drawn(seed, 2 + seed % 4), POLICY))
    told = {}
    for row in read(printed):
        if not row.hidden:
            told.setdefault(row.cell, []).append((row.n_shown, row.shown))
    for texts in told.values():
        if sizes_matter(texts):
            fitting, behind = left(texts)
            assert len(fitting) > 1
            assert min(len(ys) for ys in behind) > 1
    assert audit_together([Published("draft", None, printed)]).passed


def sizes_matter(texts):
    """Whether a group is so small that percentages may tell its size."""
    return "-" in texts[0][0]


def test_several_percentages_are_all_rounded_to_fives_or_none():
    """Which of them tells too much would tell something itself."""
    rows = [measured(24, y) | {"unit": f"{SHARE} {y}"} for y in (5, 7, 8, 10)]
    shown = cbe.protect(estimates(rows, by=()), POLICY).rows["shown"]
    assert set(shown) == {"about 20 %", "about 30 %", "about 35 %", "about 40 %"}
    alone = cbe.protect(estimates(rows[:1], by=()), POLICY).rows["shown"]
    assert set(alone) == {"21 %"}
