"""Numbers as a brief prints them: real minus signs, no-break spaces, whole numbers or one decimal."""

from __future__ import annotations

import math
from collections.abc import Sequence

NO_BREAK = "\u00a0"
MINUS = "\u2212"


def number(value: float, digits: int = 1, *, sign: bool = False) -> str:
    """A number with a thousands comma; `sign` puts a plus before a positive one."""
    text = f"{abs(value):,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return (MINUS if value < 0 else "+" if sign else "") + text


def digits_of(step: float) -> int:
    """Decimals that a number rounded to `step` (0.05, 1, 20) needs."""
    return max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0


def plain(value: float, *, sign: bool = False) -> str:
    """A number that was rounded before, with the decimals it has and no more (at most four)."""
    text = f"{round(value, 4):.4f}".rstrip("0")
    return number(value, len(text.partition(".")[2]), sign=sign)


def interval(low: str, high: str) -> str:
    """Two printed limits as one interval that no line end divides."""
    return f"{low}{NO_BREAK}to{NO_BREAK}{high}"


def in_100(share: float) -> str:
    """A probability as a chance in 100; never "0" or "100", which would promise too much."""
    if share < 0.005:
        return f"under 1{NO_BREAK}in{NO_BREAK}100"
    if share > 0.995:
        return f"over 99{NO_BREAK}in{NO_BREAK}100"
    return f"{min(99, max(1, round(100 * share)))}{NO_BREAK}in{NO_BREAK}100"


def about(share: float) -> str:
    """A share in round words: "about 3 in 10"."""
    if share in (0, 1):
        return "all" if share else "none"
    tenths = math.floor(share * 10 + 0.5)
    if tenths in (0, 10):
        return "almost none" if tenths == 0 else "almost all"
    return f"about {tenths}{NO_BREAK}in{NO_BREAK}10" if tenths != 5 else "about half"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Words as a list: "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def counted(count: int, noun: str) -> str:
    """A count with its noun: "no difference", "1 difference", "12 differences"."""
    return f"{f'{count:,}' if count else 'no'} {noun}{'s' if count > 1 else ''}"
