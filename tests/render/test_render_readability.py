"""The reading grade, against sentences whose words and syllables were counted by hand."""

import pytest

from cbe_analysis.render.readability import grade, syllables

COUNTED = {
    "We can not say why groups differ.": (1, 7, 8),  # dif-fer
    "Students in smaller classes scored higher in reading than students in regular classes.": (1, 13, 22),
    "Every group grew. We see no clear difference between the groups.": (2, 11, 16),  # ev-er-y, dif-fer-ence, be-tween
    "Attendance was recorded in kindergarten, before any intervention.": (1, 8, 20),
    "Differences between the groups are large! Are they?": (2, 8, 12),
}


@pytest.mark.parametrize("text", COUNTED)
def test_the_grade_of_a_counted_text(text):
    sentences, words, by_hand = COUNTED[text]
    expected = 0.39 * words / sentences + 11.8 * by_hand / words - 15.59
    assert grade(text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *(("any", 2), ("able", 2), ("being", 2), ("city", 2), ("student", 2), ("mathematics", 4), ("kindergarten", 4)),
        *(("graded", 2), ("scored", 1), ("classes", 2), ("table", 2), ("school", 1), ("year-old", 2), ("evidence", 3)),
    ],
)
def test_the_syllables_of_a_word(word, count):
    assert syllables(word) == count


def test_figures_are_no_words_and_decimals_end_no_sentence():
    assert grade("It rose by 4.2 to 7.2 points.") == grade("It rose by to points.")


def test_no_words_ask_for_no_schooling():
    assert grade("") == grade("4.2 %") == 0
