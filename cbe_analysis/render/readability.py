"""How many years of school a text asks of its reader."""

from __future__ import annotations

import functools
import re
from typing import Any

_SENTENCE = re.compile(r"[.!?](?:\s|$)")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"[^aeiouy]e$|[^aeiouytd]ed$|[^aeiouysxzcg]es$")
_SOUNDED = re.compile(r"[^aeiouy]le$")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@functools.cache
def _hyphens(language: str) -> Any:
    import pyphen

    return pyphen.Pyphen(lang={"en": "en_US", "es": "es"}[language])


def syllables(word: str, language: str = "en") -> int:
    """Syllables of a word: by the places where it may be divided, or by its groups of vowels where these are more.

    A word is divided only where letters enough stand on both sides, so that division alone counts "any" and "idea" as
    one; groups of vowels alone miss the second syllable of "being".
    """
    plain = word.lower()
    divided = len(_hyphens(language).inserted(plain).replace("-", " ").split())
    return divided if language != "en" else max(divided, _groups(plain))


def _groups(word: str) -> int:
    silent = _SILENT.search(word) is not None and _SOUNDED.search(word) is None
    return max(1, len(_VOWELS.findall(word)) - silent)


def grade(text: str) -> float:
    """Flesch-Kincaid grade level of an English text: 9 is grade 9. Numbers are not counted as words.

    References
    ----------
    Kincaid, Fishburne, Rogers & Chissom 1975, Derivation of new readability formulas, Research Branch Report 8-75.
    """
    words = _WORD.findall(text)
    if not words:
        return 0.0
    sentences = max(1, len(_SENTENCE.findall(text.strip() + " ")))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
