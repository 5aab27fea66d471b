"""Sizes to the nearest ten or fifty beside a hidden group: what is left for it, and what is told of it."""

import itertools

import numpy as np
import pytest
from by_audit import group, sizes
from hand_made import HIDDEN, audited, fallen, mean, release
from protected_tables import POLICY, count, estimates, shares, texts

import cbe_analysis as cbe
from cbe_analysis.protect.attack.reading import size_said

NEITHER = group(group="neither")


def treated(*told):
    """Means of 1,762 students, of 855 girls and of 907 boys, with their sizes as they are printed."""
    named = zip(("(all)", "girls", "boys"), told, strict=True)
    rows = [mean(text, 50.0, 1.0, group=name) for name, text in named]
    return release([*rows, mean(HIDDEN, None, group="neither")], [1762, 855, 907, 0])


def test_sizes_to_the_nearest_ten_tell_of_an_empty_group():
    """1,764 at most, less 855 girls and 905 boys at least: 4."""
    careless = treated("1,760", "860", "910")
    assert sizes(NEITHER, careless) == (0, 4)
    assert fallen(audited(careless), "size") == {"group=neither"}


def test_sizes_to_the_nearest_fifty_do_not():
    """1,764 at most, less 825 girls and 875 boys at least: 64."""
    careful = treated("1,760", "about 850", "about 900")
    assert sizes(NEITHER, careful) == (0, 64)
    assert audited(careful).passed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("about 850", (825, 874)),
        ("about 1,000", (975, 1024)),
        ("about 100", (100, 124)),
        ("850", (845, 854)),
        ("about 860", (860, 860)),  # no number that was rounded to fifties
        ("about 50", (50, 50)),
        ("about", None),
    ],
)
def test_the_auditor_reads_rough_sizes(text, said):
    assert size_said(text, 10) == said


@pytest.mark.parametrize(("name", "number"), [("n", 860.0), ("n_reference", 910.0)])
def test_numbers_finer_than_rough_texts_are_found(name, number):
    careless = treated("1,760", "about 850", "about 900")
    careless.rows[name] = [np.nan, number, np.nan, np.nan]
    assert fallen(audited(careless), "row") == {"group=girls"}
    careless.rows[name] = [1760.0 if name == "n" else np.nan, 850.0, np.nan, np.nan]
    assert audited(careless).passed


def test_all_sizes_beside_one_that_is_not_told_are_rough_and_no_others():
    """What is rough follows from the printed table alone: from which groups no size is told."""
    random, rough = np.random.default_rng(11), 0
    for _ in range(60):
        drawn = np.where(random.random((3, 3)) < 0.2, random.integers(0, 10, 9).reshape(3, 3), 0)
        drawn = np.where(drawn, drawn, random.choice([40, 400], 9).reshape(3, 3) + random.integers(0, 500, (3, 3)))
        pairs = {(f"g{i}", f"t{j}"): (int(n), 0) for (i, j), n in np.ndenumerate(drawn)}
        told = texts(cbe.protect(shares(pairs, by=("group", "team")), POLICY), column="n_shown")
        for _, same in itertools.groupby(sorted(told, key=split), key=split):
            own = [told[key] for key in same]
            large = [text for text in own if text != HIDDEN and "-" not in text]
            assert {text.startswith("about ") for text in large} <= {HIDDEN in own}
            rough += bool(large) and HIDDEN in own
    assert rough > 30


def split(key):
    return tuple(level != "(all)" for level in key)


@pytest.mark.parametrize("neither", range(10))
def test_sizes_are_rough_whatever_the_hidden_group_is(neither):
    """Also where tens would have left it room: else \"about\" would tell that they would not."""
    for girls in range(855, 865):
        sizes_ = {"girls": girls, "boys": 902, "neither": neither}
        rows = [count(sum(sizes_.values())), *(count(n, group=name) for name, n in sizes_.items())]
        told = texts(cbe.protect(estimates(rows), POLICY), "count")
        assert (told["girls"], told["boys"], told["neither"]) == ("about 850", "about 900", HIDDEN)
