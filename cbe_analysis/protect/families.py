"""p adjusted for the comparisons that are printed: how many more there are would tell which groups have students."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cbe_analysis.methods.multiplicity import benjamini_hochberg, said
from cbe_analysis.protect.entries import Entry
from cbe_analysis.protect.printing import Printed, printed_p
from cbe_analysis.protect.rounding import public_p

TESTED = ("gap", "effect")
LIMITED = ("value", "low", "high")


def readjusted(found: Sequence[Entry], printed: Sequence[Printed]) -> list[Printed]:
    """The records as printed, each p adjusted for all that are printed with one.

    Parameters
    ----------
    found
        The records themselves, in the same order.
    """
    family = _family(found, printed)
    told = [printed_p(found[i], *(getattr(printed[i].entry, name) for name in LIMITED)) for i in family]
    adjusted = dict(zip(family, benjamini_hochberg(told).tolist(), strict=True))
    return [
        replace(p, entry=replace(p.entry, p_adjusted=public_p(adjusted[i]))) if i in adjusted else p
        for i, p in enumerate(printed)
    ]


def of_printed(method: str, found: Sequence[Entry], printed: Sequence[Printed]) -> str:
    """The method with the number of comparisons that are printed."""
    return of_so_many(method, tested(found), len(_family(found, printed)))


def tested(found: Iterable[Entry]) -> int:
    """How many comparisons have a p that is adjusted."""
    return sum(entry.quantity in TESTED and not math.isnan(entry.p) for entry in found)


def of_so_many(method: str, measured: int, left: int) -> str:
    """The method with the number of comparisons that are left of those that were tested."""
    return method.replace(said(measured), said(left), 1) if said(measured) else method


def _family(found: Sequence[Entry], printed: Sequence[Printed]) -> list[int]:
    """Positions of the comparisons that are printed with a p."""
    return [
        i
        for i, (entry, p) in enumerate(zip(found, printed, strict=True))
        if entry.quantity in TESTED and not math.isnan(entry.p) and not math.isnan(p.entry.p)
    ]
