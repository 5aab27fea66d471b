"""Numbers in print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe_analysis.render import numbers


@pytest.mark.parametrize(
    ("value", "digits", "sign", "printed"),
    [
        (1234.56, 1, False, "1,234.6"),
        (-0.5, 1, False, "\u22120.5"),
        (-0.04, 1, True, "0.0"),
        (0.04, 1, True, "0.0"),
        (3, 0, True, "+3"),
        (-1234567, 0, True, "\u22121,234,567"),
    ],
)
def test_a_number(value, digits, sign, printed):
    assert numbers.number(value, digits, sign=sign) == printed


@pytest.mark.parametrize(
    ("value", "printed"), [(0.2, "0.2"), (2.0, "2"), (-1.25, "\u22121.25"), (0.30000000000000004, "0.3")]
)
def test_a_number_that_was_rounded_before(value, printed):
    assert numbers.plain(value) == printed


@pytest.mark.parametrize(("step", "digits"), [(0.001, 3), (0.05, 2), (0.5, 1), (1, 0), (20, 0)])
def test_the_decimals_that_a_step_needs(step, digits):
    assert numbers.digits_of(step) == digits


def test_an_interval_is_never_divided():
    assert numbers.interval("1", "2").split() == ["1", "to", "2"]
    assert " " not in numbers.interval("1", "2")


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "under 1 in 100"),
        (0.0049, "under 1 in 100"),
        (0.005, "1 in 100"),
        (0.31, "31 in 100"),
        (0.995, "99 in 100"),
        (0.996, "over 99 in 100"),
        (1, "over 99 in 100"),
    ],
)
def test_a_chance_in_100(share, words):
    assert numbers.in_100(share).replace(numbers.NO_BREAK, " ") == words


@given(st.floats(0, 1))
def test_a_chance_is_never_none_or_all(share):
    words = numbers.in_100(share).split()
    assert 1 <= int(words[-3]) <= 99


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "none"),
        (0.04, "almost none"),
        (0.05, "about 1 in 10"),
        (0.25, "about 3 in 10"),
        (0.31, "about 3 in 10"),
        (0.5, "about half"),
        (0.94, "about 9 in 10"),
        (0.95, "almost all"),
        (1, "all"),
    ],
)
def test_a_share_in_round_words(share, words):
    assert numbers.about(share).replace(numbers.NO_BREAK, " ") == words


def test_words_as_a_list():
    assert numbers.listed([]) == ""
    assert numbers.listed(["a"]) == "a"
    assert numbers.listed(["a", "b"], "or") == "a or b"
    assert numbers.listed(["a", "b", "c"]) == "a, b and c"
