"""Group sizes as the public may read them: never exact, in bands below a hundred, to the nearest ten above."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

BANDS = ((5, 9), (10, 19), (20, 39), (40, 99))
ROUNDED_FROM, NEAREST = 100, 10
LEAST_OF_A_CLUSTER = 2  # students in each, so that a number of clusters says nothing of the students
ENTITIES = (
    "students pupils children cases rows records scores responses people persons members entrants movers staff adults "
    "teachers raters targets ratings"
)
_ENTITY = "|".join(f"{word}|{word[:-1]}" if word.endswith("s") else word for word in ENTITIES.split())
_START = r"(?<![\d.,\w-])(?<!than )(?<!least )(?<!grade )(?<!below )"  # "fewer than 10", "grade 3": no exact counts
_NUMBER = rf"{_START}(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?![\d,.-]*\d)"
_COUNTED = re.compile(
    rf"(?P<first>{_NUMBER})(?P<of>(?: out)? of (?:the )?)?(?P<second>{_NUMBER})?(?= (?:\w+ )?(?:{_ENTITY})\b)"
)
_NAMED = re.compile(rf"(?P<name>\bn ?= ?)(?P<number>{_NUMBER})")
_ASSIGNED = re.compile(rf"{_NUMBER}(?= (?:clusters|units)\b)")


@dataclass(frozen=True, slots=True)
class Size:
    """A group size as printed.

    Parameters
    ----------
    low, high
        The smallest and the largest size that are printed like this.
    shown
        "40-99", "5,790".
    """

    low: int
    high: int
    shown: str

    @property
    def rounded(self) -> float:
        """The number itself, to the nearest ten; NaN for a band."""
        return float(self.shown.replace(",", "")) if "-" not in self.shown else math.nan


def public_size(n: float, minimum: int) -> Size:
    """A size that may be shown, in its band or to the nearest ten.

    Parameters
    ----------
    n
        At least `minimum`.
    minimum
        Smallest size that is shown at all: no band reaches below it.
    """
    if not n >= minimum:
        raise AssertionError("a size below the minimum is never printed")
    for low, high in BANDS:
        if n <= high:
            low = max(low, minimum)
            return Size(low, high, f"{low}-{high}")
    rounded = math.floor(n / NEAREST + 0.5) * NEAREST
    lowest = max(rounded - NEAREST // 2, ROUNDED_FROM, minimum)
    return Size(lowest, rounded + NEAREST - NEAREST // 2 - 1, f"{rounded:,}")


def fives_size(n: float) -> Size:
    """A size that was rounded to fives before: printed as it is.

    Parameters
    ----------
    n
        A multiple of five.
    """
    return Size(int(n), int(n), f"{n:,.0f}")


def vague(text: str, minimum: int, n: float = math.nan) -> str:
    """The sentence with every count of people, or of their records, as a size is printed.

    Counts stand before the people ("12 of 40 students", "3 more cases") or after "n =". Clusters are counted as
    vaguely, for each may be one student, but where they are few against the size that is printed.

    Parameters
    ----------
    n
        How many the sentence is about; missing where that is not known.
    """
    few = max(minimum, public_size(n, minimum).low / LEAST_OF_A_CLUSTER if n >= minimum else 0)
    said = _COUNTED.sub(lambda m: _told(m["first"], minimum) + _rest(m["of"], m["second"], minimum), text)
    said = _ASSIGNED.sub(lambda m: _told(m[0], minimum) if _number(m[0]) >= few else m[0], said)
    return _NAMED.sub(lambda m: m["name"] + _told(m["number"], minimum), said)


def _rest(of: str | None, second: str | None, minimum: int) -> str:
    return (of or "") + (_told(second, minimum) if second else "")


def _told(number: str, minimum: int) -> str:
    n = _number(number)
    return public_size(n, minimum).shown if n >= minimum else f"fewer than {minimum}"


def _number(text: str) -> int:
    return int(text.replace(",", ""))
