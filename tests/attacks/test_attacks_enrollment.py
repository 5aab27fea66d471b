"""Attackers who know how many students officials say a school has: a percentage stands for several counts, even so."""

import itertools
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hand_made import HIDDEN, audited, fallen, release, share
from linear_attacker import FAR, Outsider, keyed, true_sizes
from protected_tables import ALL, POLICY, estimates, shares, texts

import cbe_analysis as cbe
from cbe_analysis.policy import Policy
from cbe_analysis.policy.quality import Count, Official
from cbe_analysis.protect.attack import Published, audit_together
from cbe_analysis.protect.percents import public_percent
from cbe_analysis.protect.record import Recorded
from cbe_analysis.protect.sizes import public_size

SAFE = set()
BY = ("school_id", "gender")
AT_SCHOOL = Policy(factors=("gender",), minimum_n=10)


def policy(*counted, of=AT_SCHOOL):
    return replace(of, official=Official(date(2025, 10, 1), tuple(Count(*one) for one in counted)))


def behind(text, n):
    """The counts of a group of `n` that may be printed so."""
    number = int(re.search(r"\d+", text)[0])
    if text.startswith(("<=", ">=")):
        return [
            y
            for y in range(n + 1)
            if (y / n < (number + 0.5) / 100 if text[0] == "<" else y / n > (number - 0.5) / 100)
        ]
    half = 2.5 if text.startswith("about") else 0.5
    return [y for y in range(n + 1) if abs(100 * y / n - number) <= half + 1e-9]


def printed(size):
    """The sizes that are printed like this."""
    if "-" in size:
        low, high = map(int, size.split("-"))
        return range(low, high + 1)
    half, middle = 25 if size.startswith("about") else 5, int(size.removeprefix("about ").replace(",", ""))
    return range(max(100, middle - half), middle + half)


@pytest.mark.parametrize("true", [30, 31, None])
def test_a_whole_percentage_of_a_published_size_is_one_count(true):
    """33 % of 30 students are 10, whoever was counted: the true size, one more, does not help an attacker who errs."""
    rows = [share("20-39", "33 %", school_id="1")]
    sizes = None if true is None else [true]
    told = release(rows, sizes, by=("school_id",), official=(("1", None, 30),))
    assert fallen(audited(told), "share") == {"school_id=1"}
    assert fallen(audited(release(rows, sizes, by=("school_id",))), "share") == SAFE


@pytest.mark.parametrize(
    ("shown", "official"),
    [("about 35 %", 30), ("33 %", 40), ("33 %", 19), ("<=10 %", 30), (HIDDEN, 30)],
)
def test_what_stands_for_several_counts_or_for_others_gives_nothing_away(shown, official):
    told = release([share("20-39", shown, school_id="1")], [33], by=("school_id",), official=(("1", None, official),))
    assert fallen(audited(told), "share") == SAFE


@pytest.mark.parametrize(
    ("official", "group"),
    [
        ((("1", 3, 14), ("1", 4, 16)), {"school_id": "1"}),
        ((("1", 3, 30), ("1", 4, 16)), {"school_id": "1", "grade": "3"}),
        ((("1", None, 14), ("2", None, 16)), {}),
        ((("1", 3, 14), ("2", 3, 16), ("1", 4, 9)), {"grade": "3"}),
        (((None, 3, 14), (None, 4, 16)), {}),
        (((None, None, 30),), {}),
    ],
    ids=str,
)
def test_published_sizes_are_added_up(official, group):
    rows = [share("20-39", "33 %", **group)]
    told = release(rows, [30], by=("school_id", "grade"), official=official)
    words = ", ".join(f"{column}={level}" for column, level in sorted(group.items())) or "all"
    assert fallen(audited(told), "share") == {words}


def test_girls_and_boys_are_no_published_group_but_add_up_to_one():
    """All of 21 to 23 who may be girls or boys at 50 % are even; with 45 in all the rest is known."""
    rows = [
        share("40-99", "about 45 %", school_id="1"),
        share("20-39", "about 45 %", school_id="1", gender="female"),
        share("20-39", "43 %", school_id="1", gender="male"),
    ]
    known = {"by": BY, "sizes": [43, 22, 21]}
    assert fallen(audited(release(rows, **known)), "share") == SAFE
    assert fallen(audited(release(rows, **known, official=(("1", None, 43),))), "share") <= {
        "school_id=1",
        "gender=female, school_id=1",
        "gender=male, school_id=1",
    }


@pytest.mark.parametrize("official", [*range(10, 60), 64, 80, 97, 113, 120, 149, 170, 199])
def test_every_printed_percentage_stands_for_several_counts_of_the_published_size(official):
    """Of whomever: the text follows from the share, the printed size and the published one alone."""
    size = public_size(official, 10)
    texts = {}
    for n in {size.low, official, size.high}:
        for having in range(n + 1):
            percent = public_percent(having / n, n, size, official)
            if percent and not percent.code:
                texts.setdefault(percent.shown, set())
    for having in range(official + 1):
        percent = public_percent(having / official, official, size, official)
        if percent and not percent.code:
            texts[percent.shown].add(having)
    assert all(len(behind(text, official)) != 1 for text in texts)  # none: then it is of another size
    assert all(len(counts) != 1 for counts in texts.values())


def schools(seed):
    """Shares of girls and boys of a few schools, small ones too."""
    random = np.random.default_rng(seed)
    cells = {}
    for school in map(str, range(1, random.integers(3, 6))):
        for gender in ("female", "male"):
            n = int(random.integers(8, 60))
            cells[school, gender] = (n, int(random.binomial(n, random.beta(2, 3))))
    return cells, {s: sum(n for (of, _), (n, _) in cells.items() if of == s) for s, _ in cells}


@pytest.mark.parametrize("off", [0, 1])
@pytest.mark.parametrize("seed", range(12))
def test_the_protector_passes_whatever_officials_say(seed, off):
    cells, enrolled = schools(seed)
    told = policy(
        *((school, None, n + off) for school, n in enrolled.items()),
        (None, None, sum(n + off for n in enrolled.values())),
    )
    made = cbe.protect(shares(cells, by=BY), told)
    assert audit_together([Published("draft", None, Recorded.of(made))]).passed
    rows = made.rows[made.rows["quantity"].eq("share") & made.rows["hidden"].isna()]
    texts = {(row.school_id, row.gender): (row.shown, row.n_shown) for row in rows.itertuples()}
    for school, n in enrolled.items():
        told_of = [texts.get((school, gender)) for gender in (ALL, "female", "male")]
        if told_of[0] and n + off in printed(told_of[0][1]):
            assert len(behind(told_of[0][0], n + off)) != 1
            assert off or several(n, *told_of)  # numbers that are wrong may contradict what else is printed


def several(n, everyone, *parts):
    """Whether each printed percentage of a school of `n`, and of its girls and boys, may be of several counts.

    None of one of the parts: hidden, so that anything is possible there.
    """
    options = [
        [(m, y) for m in (printed(p[1]) if p else range(n + 1)) for y in (behind(p[0], m) if p and m else range(m + 1))]
        for p in parts
    ]
    found = [set(), set(), set()]
    whole = set(behind(everyone[0], n))
    by_size = {}
    for m, y in options[1]:
        by_size.setdefault(m, []).append(y)
    for m, y in options[0]:
        for other in by_size.get(n - m, ()):
            if y + other in whole:
                for own, count in zip(found, (y + other, y, other), strict=True):
                    own.add(count)
    plain = [not (p and p[0].startswith(("<=", ">="))) and p for p in (everyone, *parts)]
    return all(len(own) > 1 for own, uncoded in zip(found, plain, strict=True) if uncoded)


def test_before_it_would_have_been_given_away():
    """Without the published number the protector prints what somebody who knows it reads exactly."""
    given = shares(
        {("1", "female"): (15, 5), ("1", "male"): (15, 5), ("2", "female"): (40, 15), ("2", "male"): (39, 14)}, by=BY
    )
    official = (("1", None, 30),)
    careless = replace(Recorded.of(cbe.protect(given, AT_SCHOOL)), official=official)
    assert "school_id=1" in fallen(audit_together([Published("draft", None, careless)]), "share")
    careful = Recorded.of(cbe.protect(given, policy(*official)))
    assert audit_together([Published("draft", None, careful)]).passed


@pytest.mark.parametrize("seed", range(6))
def test_numbers_of_other_groups_change_nothing(seed):
    """Those that no printed size allows, and those of schools that are not told of."""
    cells, enrolled = schools(seed)
    given = shares(cells, by=BY)
    plain = cbe.protect(given, AT_SCHOOL)
    far = policy(*((school, None, 10 * n + 500) for school, n in enrolled.items()), ("99", None, 30), ("99", 3, 12))
    assert cbe.protect(given, far).rows.equals(plain.rows)
    assert cbe.protect(given, policy()).rows.equals(plain.rows)


def small_schools(seed):
    """Girls and boys of a few schools, many of them with fewer than ten students, and what officials publish of it."""
    random, cells = np.random.default_rng([7, seed]), {}
    for school in map(str, range(1, random.integers(3, 7))):
        most = int(random.choice([6, 12, 30, 60, 200]))
        for gender in ("female", "male"):
            n = int(random.integers(0, most))
            cells[school, gender] = (n, int(random.binomial(n, random.beta(2, 3))))
    enrolled = {s: sum(n for (of, _), (n, _) in cells.items() if of == s) for s, _ in cells}
    return cells, {s: n for s, n in enrolled.items() if n} | ({ALL: sum(enrolled.values())} if seed % 2 else {})


@pytest.mark.parametrize("profile", ["suppressed", "rounded"])
@pytest.mark.parametrize("seed", range(40))
def test_what_officials_say_of_a_small_school_is_given_away_by_no_release(seed, profile):
    """Of seven students at most seven are girls; the release must leave open all that this leaves open."""
    cells, official = small_schools(seed)
    given = shares(cells, by=BY)
    told = policy(*((None if s == ALL else s, None, n) for s, n in official.items()))
    made = cbe.protect(given, replace(told, privacy_profile=profile))
    true, of_officials = true_sizes(given), {(s, ALL): n for s, n in official.items()}
    shown = {cell: text for cell, text in keyed(texts(made, column="n_shown")).items() if text != "protected"}
    assert all(cell not in shown for cell, n in true.items() if n < 10)
    for cell, (low, high), (least, most) in knowing(true, shown if profile == "suppressed" else {}, of_officials):
        if true[cell] < 10:
            assert low <= (least if least < 10 else 0) + 1e-6
            assert high >= min(10, most) - 1e-6
        else:
            assert high - low >= min(1, most - least) - 1e-6


def knowing(true, shown, official):
    """The hidden cells, each as an outsider places it who knows both, and one who knows the official numbers alone."""
    fixed = {cell: (n, n) for cell, n in official.items()}
    wide = dict.fromkeys(true, (0, FAR))
    bands = {cell: (printed(text)[0], printed(text)[-1]) for cell, text in shown.items()}
    both, before = Outsider(wide | bands | fixed), Outsider(wide | fixed)
    for cell in true.keys() - bands.keys() - fixed.keys():
        yield cell, both.range(cell), before.range(cell)


def test_what_a_release_adds_to_what_officials_say_is_found():
    """At most 99 of 100 to 104 boys are in the one school, so somebody is in the other, of whom officials say seven."""
    rows = [
        share("110", "33 %"),
        share("100", "33 %", gender="male"),
        share(HIDDEN, HIDDEN, gender="female"),
        share(HIDDEN, HIDDEN, school_id="1"),
        share("100", "33 %", school_id="2"),
        share(HIDDEN, HIDDEN, school_id="1", gender="male"),
        share(HIDDEN, HIDDEN, school_id="1", gender="female"),
        share("40-99", "33 %", school_id="2", gender="male"),
        share(HIDDEN, HIDDEN, school_id="2", gender="female"),
    ]
    known = {"by": BY, "sizes": [107, 102, 5, 7, 100, 5, 2, 97, 3]}
    official = (("1", None, 7), ("2", None, 100), (None, None, 107))
    assert fallen(audited(release(rows, **known, official=official)), "size") == {
        "gender=female",
        "gender=female, school_id=1",
        "gender=female, school_id=2",
        "gender=male, school_id=1",
    }
    rows[1] = share(HIDDEN, HIDDEN, gender="male")
    assert fallen(audited(release(rows, **known, official=official)), "size") == {
        "gender=female",
        "gender=female, school_id=2",
    }


def test_a_group_that_is_no_place_has_no_published_size():
    given = shares({"1": (30, 10), "2": (300, 100)}, by=("group",))
    plain = cbe.protect(given, POLICY)
    assert cbe.protect(given, policy(("1", None, 30), of=POLICY)).rows.equals(plain.rows)


def test_a_selection_by_place_is_one_and_a_selection_of_people_is_none():
    def shown(*where):
        made = estimates([{**row} for row in rows], by=("gender",), parameters={"by": ["gender"], "where": list(where)})
        told = cbe.protect(made, policy(("1", None, 30), ("2", None, 300))).rows
        return told.loc[told["gender"].eq(ALL), "shown"].item()

    rows = shares({"female": (15, 5), "male": (15, 5)}, by=("gender",)).rows.to_dict("records")
    assert shown() == shown("school_id=2") == shown("school_id=1", "gender!=nonbinary") == "33 %"
    assert shown("school_id=1") == shown("school_id!=2") == shown('school_id in ["1"]') != "33 %"


def test_all_crossings_of_small_schools_are_told_alike():
    """Two schools of one published size, of whom one has it exactly: the same shares are printed alike."""
    by = ("school_id",)
    for having in itertools.chain(range(5, 15)):
        one, other = (
            cbe.protect(shares({"1": (n, having * n // 20), "2": (200, 80)}, by=by), policy(("1", None, 20))).rows
            for n in (20, 40)
        )
        assert one["shown"].notna().all()
        assert other["shown"].notna().all()
