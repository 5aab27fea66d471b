"""What groups are compared with, in words: a reference group that the district chose, or all other students."""

from __future__ import annotations

from collections.abc import Sequence

from cbe_analysis.policy import Policy
from cbe_analysis.render.courses import Course
from cbe_analysis.render.progress import Progress
from cbe_analysis.render.readings import OTHERS
from cbe_analysis.render.standings import Standing
from cbe_analysis.render.wording import names

FIRST = "Each group against the first of its block"
Compared = Sequence[Course] | Sequence[Standing] | Sequence[Progress]


def legend(found: Compared) -> str:
    """What a table's differences are from."""
    if not _by_others(found):
        return f"{FIRST}."
    if not _by_reference(found):
        return "Each group against all other students."
    return f"{FIRST}; where that has a difference too, each against all other students."


def marks(found: Compared, quantity: str) -> str:
    """What the numbers of a gap chart are.

    Parameters
    ----------
    quantity
        What is told of the group compared with: "mean".
    """
    if not _by_reference(found) and _by_others(found):
        return "Numbers: difference from all other students."
    told = f"Hollow mark: the group compared with, and its {quantity}. Other numbers: difference from it"
    return f"{told}, or from all other students where no mark is hollow." if _by_others(found) else f"{told}."


def beneath(found: Sequence[Course], unit: str) -> str:
    """The line over the differences of growth curves."""
    if not _by_others(found):
        return f"Difference in {unit}: filled group minus hollow group"
    if not _by_reference(found):
        return f"Difference in {unit}: filled group minus all other students"
    return f"Difference in {unit}: filled group minus hollow group; beside “All students”, minus all others"


def definition(found: Compared, policy: Policy) -> str:
    """What groups are compared with, and who chose it."""
    chosen = "Each is compared with the first group of its block, which the district chose."
    if not (others := _by_others(found)):
        return chosen
    told = (
        f"By {names.factors(policy, others)} each is compared with all other students, as district.toml names no "
        "reference group there."
    )
    return told if not _by_reference(found) else f"{chosen} {told}"


def _by_others(found: Compared) -> list[str]:
    """The factors whose groups are compared with all other students."""
    return list(dict.fromkeys(one.factor for one in found if one.reference == OTHERS))


def _by_reference(found: Compared) -> list[str]:
    """The factors with a reference group."""
    return list(dict.fromkeys(one.factor for one in found if one.reference not in ("", OTHERS)))
