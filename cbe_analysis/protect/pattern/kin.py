"""Places that belong to larger ones: a school's table is protected as if the totals of campuses stood beside it.

Which schools make up a campus is no secret, and its totals may be published in another table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cbe_analysis.measure.estimates import ALL, UNKNOWN, Population
from cbe_analysis.protect.entries import Key
from cbe_analysis.protect.pattern.cells import Base
from cbe_analysis.protect.pattern.coarse_to_fine import Pattern

Kin = Mapping[tuple[str, str], Mapping[str, str]]  # a column and the one above it -> each value's own above it


def kin(people: Population, by: tuple[str, ...], places: frozenset[str]) -> Kin:
    """The places above those of the group columns, where they are no group columns themselves."""
    counts, found = people.counts if people.places is None else people.places, {}
    for own in sorted(places.intersection(by, counts.columns)):
        for above in sorted(places.intersection(counts.columns).difference(by)):
            pairs = counts[[own, above]].astype(str).drop_duplicates()
            pairs = pairs[pairs[own].ne(UNKNOWN)]
            if pairs[own].is_unique and pairs[above].nunique() > 1:
                found[own, above] = dict(zip(pairs[own], pairs[above], strict=True))
    return found


def with_kin(base: Base, above: Kin) -> Base:
    """The table with the totals of larger places, each in a further column."""
    for (own, name), of in above.items():
        at, sizes = base.columns.index(own), {(*key, ALL): n for key, n in base.sizes.items()}
        for key, n in base.sizes.items():
            if key[at] != ALL:
                larger = of.get(key[at], UNKNOWN)
                total = (*key[:at], ALL, *key[at + 1 :], larger)
                sizes[*key, larger] = n
                sizes[total] = sizes.get(total, 0.0) + n
        base = replace(base, sizes=sizes, columns=(*base.columns, name), places=base.places | {name})
    return base


def without_kin(pattern: Pattern, base: Base) -> Pattern:
    """The pattern of the table itself."""
    width = len(base.columns)
    own: set[Key] = {key[:width] for key in pattern.hidden if all(level == ALL for level in key[width:])}
    parted = {tuple(name for name in columns if name in base.columns) for columns in pattern.parted}
    return Pattern(frozenset(own), frozenset(parted))
