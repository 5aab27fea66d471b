"""What each printed number rests on: its cell, its arms, what it is compared with, and the shares behind it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cbe_analysis.measure.estimates import ALL, UNKNOWN
from cbe_analysis.protect.alike import covered, resting
from cbe_analysis.protect.characteristics import make_up_of_arms
from cbe_analysis.protect.enrollment import NOTHING, Enrollment
from cbe_analysis.protect.entries import Entry, Key, pattern_of
from cbe_analysis.protect.pattern.cells import Base, Split
from cbe_analysis.protect.percents import Percent, coded_within, nearest
from cbe_analysis.protect.sizes import Size, fives_size, public_size

RESTRICTED = ("loglik",)  # never public: with it, two fits tell a student apart
CARRIERS = ("mean", "share", "expected_share", "median", "percentile", "slope", "intercept", "effect", "survival")
DESCRIPTIVE = (*CARRIERS[:-2], "depth", "count", "attrition", "baseline")  # these rest on one arm, or on none
ARM_SIZES = (
    ("count", "attrition"),
    ("baseline",),
)  # where the sizes of the arms stand; the second where the first do not


@dataclass(frozen=True, slots=True)
class Grounds:
    """The records of a release with the cells that are hidden.

    Parameters
    ----------
    hidden
        For each base, the cells that no record may speak of.
    fives
        True where sizes were rounded to fives, and may be printed so.
    officially
        What officials published of the sizes.
    rough
        How groups are split whose sizes are told roughly.
    times
        How often a student may count in a share, at most; 1 where each counts once.
    """

    entries: tuple[Entry, ...]
    bases: tuple[Base, ...]
    hidden: tuple[frozenset[Key], ...]
    minimum: int
    fives: bool = False
    officially: Enrollment = NOTHING
    rough: frozenset[Split] = frozenset()
    times: int = 1

    def size(self, n: float) -> Size:
        """A size that may be shown, as finely as any table may print it."""
        return fives_size(n) if self.fives else public_size(n, self.minimum)

    def roughly(self, shown: Sequence[Entry]) -> Grounds:
        """The same, with rough sizes of all groups among which, split alike, is one whose size no shown record says."""
        unsaid = (key for at in range(len(self.bases)) for key in self.unsaid(at, shown))
        return self if self.fives else replace(self, rough=self.rough.union(map(pattern_of, unsaid)))

    def told(self, entry: Entry) -> Size:
        """The size of a record's group, as it is printed."""
        return self._told(entry.n, rough=pattern_of(entry.group) in self.rough)

    def told_against(self, entry: Entry) -> Size:
        """The size of what a record is compared with, as it is printed: roughly where any is."""
        return self._told(entry.n_reference, rough=bool(self.rough))

    def _told(self, n: float, *, rough: bool) -> Size:
        return public_size(n, self.minimum, rough=True) if rough else self.size(n)

    def base(self, entry: Entry) -> int | None:
        """Position of the table that counts the record's people."""
        for at, base in enumerate(self.bases):
            if entry.series in base.series and base.sizes.get(entry.group) == entry.n:
                return at
        return None

    def unsaid(self, at: int, shown: Iterable[Entry]) -> frozenset[Key]:
        """The cells of a table whose size no shown record says."""
        base = self.bases[at]
        said = {e.group for e in shown if e.series in base.series and base.sizes.get(e.group) == e.n}
        return frozenset(base.sizes.keys() - said)

    def cell_hidden(self, entry: Entry) -> bool:
        """True when the record's own group may not be spoken of."""
        at = self.base(entry)
        if at is None and entry.difference:  # told without a total of both arms: it rests on the arms themselves
            return entry.n < self.minimum or not self.both_arms(entry)
        return at is None or entry.group in self.hidden[at] or entry.n < self.minimum

    def both_arms(self, entry: Entry) -> bool:
        """True when each arm that a difference sets against the other has a record of its own."""
        of = (entry.quantity, entry.at, entry.group[:-1])
        arms = {e.group[-1] for e in self.entries if not e.difference and (e.quantity, e.at, e.group[:-1]) == of}
        return len(arms - {ALL}) > 1

    def references(self, entry: Entry) -> tuple[Key, ...]:
        """The groups that a record is compared with; none where it names none that is known."""
        at = self.base(entry)
        alike = self.bases[at].alike.get(pattern_of(entry.group), ()) if at is not None else ()
        if entry.reference == "others":
            return tuple(k for k in alike if k != entry.group and UNKNOWN not in k)
        return tuple(k for k in alike if ", ".join(level for level in k if level != ALL) == entry.reference)

    def gone(self, entry: Entry, key: Key) -> bool:
        """True when another group of the record's table may not be spoken of."""
        at = self.base(entry)
        return at is None or key in self.hidden[at]


def hidden_entries(
    grounds: Grounds, percents: Mapping[int, Percent | None], withheld: Collection[int]
) -> frozenset[int]:
    """Positions of the records that may not be printed.

    Parameters
    ----------
    percents
        Position of a share -> how it is printed; None where it cannot be.
    withheld
        Positions to hide for another reason.
    """
    found = set(withheld)
    found |= {i for i, e in enumerate(grounds.entries) if e.quantity in RESTRICTED or grounds.cell_hidden(e)}
    found |= {i for i, e in enumerate(grounds.entries) if e.of_kind and math.isnan(e.value)}  # made of nothing printed
    found |= covered(grounds.entries, grounds.minimum)
    found |= {i for i, percent in percents.items() if percent is None}
    found |= _by_arms(grounds)
    shown = {i: p for i, p in percents.items() if p is not None and i not in found}
    found |= _differences(grounds.entries, found, shown)
    found |= _comparisons(grounds, found, shown)
    return frozenset(found | resting(grounds.entries, found) | make_up_of_arms(grounds.entries, grounds.minimum))


def _by_arms(grounds: Grounds) -> set[int]:
    """Records of an effect whose arms, within the printed group, are not both large enough to be spoken of."""
    small = _small_arms(grounds)
    resting = {i: e for i, e in enumerate(grounds.entries) if e.group[-1] == ALL and not e.difference}
    if not small:
        return {i for i, e in resting.items() if e.quantity == "effect" and not e.n_reference >= grounds.minimum}
    found = set()
    for i, entry in resting.items():
        if entry.quantity in DESCRIPTIVE:
            continue
        others = [small.get(key[:-1], True) for key in grounds.references(entry)]
        if small.get(entry.group[:-1], True) or (others and all(others)):
            found.add(i)
    return found


def _small_arms(grounds: Grounds) -> dict[Key, bool]:
    """Group -> whether one of its arms is hidden; empty where no arm is told of."""
    for quantities in ARM_SIZES:
        found: dict[Key, bool] = {}
        for entry in grounds.entries:
            if entry.quantity in quantities and entry.group[-1] != ALL:
                left = entry.denominator - entry.numerator if entry.quantity == "attrition" else math.inf
                small = grounds.cell_hidden(entry) or left < grounds.minimum
                found[entry.group[:-1]] = found.get(entry.group[:-1], False) or small
        if found:
            return found
    return {}


def _differences(entries: Sequence[Entry], found: Collection[int], shown: Mapping[int, Percent]) -> set[int]:
    """Differences of two arms of which one is hidden or coded."""
    blocked = {
        (e.quantity, e.at, e.group[:-1])
        for i, e in enumerate(entries)
        if not e.difference and (i in found or (i in shown and shown[i].code))
    }
    return {i for i, e in enumerate(entries) if e.difference and (e.quantity, e.at, e.group[:-1]) in blocked}


def _comparisons(grounds: Grounds, found: Collection[int], shown: Mapping[int, Percent]) -> set[int]:
    """Gaps, ratios and standardized gaps of which one side is hidden or coded."""
    carried = Carried.of(grounds.entries)
    blocked = set(found) | {i for i, percent in shown.items() if percent.code}
    more = set()
    for i, entry in enumerate(grounds.entries):
        if i in found or not entry.compares or entry.difference:
            continue
        own = carried.behind(entry, entry.group)
        coded = any(_others_coded(entry, grounds.entries[j]) for j in own if j in shown)
        if (
            coded
            or not blocked.isdisjoint(own)
            or (entry.reference and _reference_gone(grounds, entry, blocked, carried))
        ):
            more.add(i)
    return more


def _reference_gone(grounds: Grounds, entry: Entry, blocked: Collection[int], carried: Carried) -> bool:
    """True when what a record is compared with is small, coded, or made of hidden groups alone."""
    if entry.n_reference < grounds.minimum:
        return True
    keys = grounds.references(entry)
    if not keys:
        return math.isnan(entry.n_reference)
    closed = (grounds.gone(entry, key) or any(j in blocked for j in carried.behind(entry, key)) for key in keys)
    return all(closed) if entry.reference == "others" else any(closed)


def _others_coded(entry: Entry, own: Entry) -> bool:
    """True when the share that a gap or a ratio is taken against lies where shares of that many are coded."""
    if math.isnan(entry.value):  # a ratio to nobody at all: that there is none would say so
        return True
    against = own.value - entry.value if entry.quantity == "gap" else own.value / entry.value if entry.value else 0.0
    points = coded_within(0 if math.isnan(entry.n_reference) else entry.n_reference)
    return not points < nearest(min(max(against, 0.0), 1.0)) < 100 - points


@dataclass(frozen=True, slots=True)
class Carried:
    """The values that comparisons are made of.

    Parameters
    ----------
    places
        Group and `at` -> positions of the values.
    """

    entries: Sequence[Entry]
    places: Mapping[tuple[Key, str], Sequence[int]]
    units: frozenset[str]
    quantities: frozenset[str]

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Carried:
        """The values among the records."""
        found = [i for i, e in enumerate(entries) if e.quantity in CARRIERS and not e.compares]
        places: dict[tuple[Key, str], list[int]] = {}
        for i in found:
            places.setdefault((entries[i].group, entries[i].at), []).append(i)
        units, quantities = (frozenset(getattr(entries[i], name) for i in found) for name in ("unit", "quantity"))
        return cls(entries, places, units, quantities)

    def behind(self, comparison: Entry, group: Key) -> list[int]:
        """The values of a group that a comparison may be made of; any of them where its unit does not tell."""
        found = self.places.get((group, comparison.at), ())
        return [i for i in found if self._fits(comparison, self.entries[i])]

    def _fits(self, comparison: Entry, value: Entry) -> bool:
        if comparison.quantity == "ratio" and "share" in self.quantities:
            return value.quantity == "share"
        if comparison.quantity == "hedges_g" and self.quantities != {"share"}:
            return value.quantity != "share"
        return comparison.quantity != "gap" or value.unit == comparison.unit or comparison.unit not in self.units
