"""Group sizes as the public may read them: never exact, in bands below a hundred, to the nearest ten or fifty above.

Sizes to the nearest ten leave too little room for a hidden group beside them: where 1,760 students are 860 girls and
910 boys, at most 4 are neither. So the sizes of groups that are split alike are told roughly, to the nearest fifty, as
soon as the size of one of them is not told at all, whichever and however large it is. That is asked of what is printed,
and of nothing else: who reads "about 900" learns that a group beside it is protected, which stands there anyway. Were
they rough only where tens would not do, "about" would say that the hidden group has at most 4.

All that are rounded to one ten are rounded to one fifty: the rougher size never says more than the finer one.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

BANDS = ((5, 9), (10, 19), (20, 39), (40, 99))
ROUNDED_FROM, NEAREST, ROUGHLY = 100, 10, 50
ABOUT = "about "
LEAST_OF_A_CLUSTER = 2  # students in each, so that a number of clusters says nothing of the students
ENTITIES = (
    "students pupils children cases rows records scores responses people persons members entrants movers staff adults "
    "teachers raters targets ratings"
)
_ENTITY = "|".join(f"{word}|{word[:-1]}" if word.endswith("s") else word for word in ENTITIES.split())
_START = (
    r"(?<![\d.,\w-])(?<!than )(?<!least )(?<!up to )(?<!grade )(?<!below )"  # "fewer than 10", "grade 3": no counts
)
_NUMBER = rf"{_START}(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?![\d,.-]*\d)"
_COUNTED = re.compile(
    rf"(?P<first>{_NUMBER})(?P<of>(?: out)? of (?:the )?)?(?P<second>{_NUMBER})?(?= (?:\w+ )?(?:{_ENTITY})\b)"
)
_FEW = re.compile(rf"fewer than (?P<number>\d+) (?:\w+ )?(?:{_ENTITY})\b")
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
        "40-99", "5,790", "about 5,800".
    """

    low: int
    high: int
    shown: str

    @property
    def rounded(self) -> float:
        """The number itself, to the nearest ten or fifty; NaN for a band."""
        return float(self.shown.removeprefix(ABOUT).replace(",", "")) if "-" not in self.shown else math.nan


def public_size(n: float, minimum: int, *, rough: bool = False) -> Size:
    """A size that may be shown, in its band or to the nearest ten.

    Parameters
    ----------
    n
        At least `minimum`.
    minimum
        Smallest size that is shown at all: no band reaches below it.
    rough
        True for the nearest fifty instead.
    """
    if not n >= minimum:
        raise AssertionError("a size below the minimum is never printed")
    for low, high in BANDS:
        if n <= high:
            low = max(low, minimum)
            return Size(low, high, f"{low}-{high}")
    step = ROUGHLY if rough else NEAREST
    rounded = math.floor(n / step + 0.5) * step
    lowest = max(rounded - step // 2, ROUNDED_FROM, minimum)
    return Size(lowest, rounded + step - step // 2 - 1, f"{ABOUT if rough else ''}{rounded:,}")


def fives_size(n: float) -> Size:
    """A size that was rounded to fives before: printed as it is.

    Parameters
    ----------
    n
        A multiple of five.
    """
    return Size(int(n), int(n), f"{n:,.0f}")


def vague(text: str, minimum: int, n: float = math.nan, *, rough: bool = False) -> str:
    """The sentence with every count of people, or of their records, as a size is printed.

    Counts stand before the people ("12 of 40 students", "3 more cases") or after "n =". Clusters are counted as
    vaguely, for each may be one student, but where they are few against the size that is printed.

    Parameters
    ----------
    n
        How many the sentence is about; missing where that is not known.
    rough
        As for a size.
    """
    few = max(minimum, public_size(n, minimum, rough=rough).low / LEAST_OF_A_CLUSTER if n >= minimum else 0)

    def told(text: str) -> str:
        number = _number(text)
        return public_size(number, minimum, rough=rough).shown if number >= minimum else f"fewer than {minimum}"

    def counted(found: re.Match[str]) -> str:
        return told(found["first"]) + (found["of"] or "") + (told(found["second"]) if found["second"] else "")

    said = _COUNTED.sub(counted, text)
    said = _ASSIGNED.sub(lambda m: told(m[0]) if _number(m[0]) >= few else m[0], said)
    return _NAMED.sub(lambda m: m["name"] + told(m["number"]), said)


def of_few(text: str) -> bool:
    """True for a sentence that begins with a count of people below a minimum: it would say that there are some."""
    found = _FEW.match(text)
    return found is not None and int(found["number"]) >= BANDS[0][0]


def _number(text: str) -> int:
    return int(text.replace(",", ""))
