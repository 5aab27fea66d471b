"""The profile `rounded`: small counts are hidden, the others rounded to fives, totals made of rounded counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from cbe_analysis.measure.estimates import ALL
from cbe_analysis.protect.entries import Key
from cbe_analysis.protect.pattern.cells import Base, lines

STEP = 5
SMALLEST = 8  # smaller counts are hidden, whatever the policy's minimum


@dataclass(frozen=True, slots=True)
class RoundedBase:
    """A table of sizes, every count rounded.

    Parameters
    ----------
    sizes
        Cell -> a multiple of five; NaN where it is hidden.
    """

    base: Base
    sizes: Mapping[Key, float]

    @property
    def hidden(self) -> frozenset[Key]:
        """The cells that no record may speak of."""
        return frozenset(key for key, n in self.sizes.items() if math.isnan(n))


def fives(count: float) -> float:
    """The count to the nearest five."""
    return math.floor(count / STEP + 0.5) * float(STEP)


def rounded_sizes(base: Base, minimum: int) -> RoundedBase:
    """The table with its finest cells rounded, and every total the sum of its rounded parts; a hidden part adds none.

    So nothing follows from a total that its parts do not tell. A total that its parts do not make up (students in two
    of the groups, or in none) is rounded itself.

    Parameters
    ----------
    minimum
        Smallest size that is shown; no smaller than eight in this profile.

    References
    ----------
    Willenborg, L. & de Waal, T. (2001), Elements of Statistical Disclosure Control, chapter 9 (rounding, additivity).
    """
    least, of = max(minimum, SMALLEST), _parts(base)
    found: dict[Key, float] = {}
    for key in sorted(base.sizes, key=_coarseness):
        n = base.sizes[key]
        told = sum(found[part] for part in of[key]) if key in of else fives(n)
        found[key] = told if n >= least and told >= least else 0.0
    return RoundedBase(base, {key: found[key] or math.nan for key in base.sizes})


def rounded_counts(rounded: RoundedBase, counts: Mapping[Key, float]) -> dict[Key, float]:
    """Those who have a property, rounded in the same way: a total is the sum of its parts where all are known.

    A hidden part adds none here either.

    Parameters
    ----------
    counts
        Cell -> how many have the property.
    """
    of, hidden = _parts(rounded.base), rounded.hidden
    found: dict[Key, float] = {}
    for key in sorted(counts, key=_coarseness):
        parts = of.get(key, ())
        whole = bool(parts) and all(part in counts or part in hidden for part in parts)
        added = [found[part] for part in parts if part not in hidden] if whole else [fives(counts[key])]
        found[key] = sum(added)
    return found


def _coarseness(key: Key) -> int:
    """How many columns a cell is not split by: parts come before their totals."""
    return sum(level == ALL for level in key)


def _parts(base: Base) -> dict[Key, tuple[Key, ...]]:
    """Total -> the parts that make it up, along the first column whose parts make up every total."""
    every = lines(base.sizes)
    broken = {line.column for line in every if base.sizes[line.total] != sum(base.sizes[part] for part in line.parts)}
    found: dict[Key, tuple[Key, ...]] = {}
    for line in sorted(every, key=lambda of: of.column):
        if line.column not in broken:
            found.setdefault(line.total, line.parts)
    return found
