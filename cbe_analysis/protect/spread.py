"""What a release may say of the schools that its groups are in: no more than sizes that might be shown.

Whether a gap was tested, or whether students are said to be in fewer than six schools, tells which of a group's schools
have nobody in it: where a group is shown in two schools and "in fewer than three", every other school has none. So the
public reads of a test only where more than the minimum are outside the two largest schools of each side: of fewer, any
one school may still have none or as many as that. And of six schools it reads how many there are, whoever was counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.errors import ReleaseRefused
from cbe_analysis.indicators.contrasts import SCHOOLS_AT_LEAST, SIDE_AT_LEAST
from cbe_analysis.measure.comparisons import ALIKE
from cbe_analysis.measure.estimates import ALL, UNKNOWN, Estimates
from cbe_analysis.measure.summaries import THESE
from cbe_analysis.protect.entries import COMPARISONS, Entry, entries
from cbe_analysis.protect.families import of_so_many, tested
from cbe_analysis.protect.printing import SURENESS

SCHOOL, YEAR, COUNT = "school_id", "school_year", "n"
GATHERED = f"described, not tested: few students outside the {SIDE_AT_LEAST - 1} largest schools of a side"
FEWER, ALONE = f"fewer than {SCHOOLS_AT_LEAST} schools: ", "; these students alone"
LEVELS = "levels"  # the option of a model that is made for schools where students are in enough of them
WAY_OUT = "give levels=2, or use --audience staff"
OTHERS = "others"  # the reference of a group that is compared with all others
Sizes = NDArray[np.float64]  # students, shape `(schools,)`


@dataclass(frozen=True)
class Spread:
    """How the groups of one release are spread over schools.

    Parameters
    ----------
    places
        Columns that say where: which schools their groups are in is no secret.
    minimum
        Smallest size that may be shown.
    """

    estimates: Estimates
    places: frozenset[str]
    minimum: int

    @cached_property
    def schools(self) -> int | None:
        """How many schools there are, whoever was counted; None where students are not counted by school."""
        people = self.estimates.population
        there = people.counts if people.places is None else people.places
        return int(there.loc[there[SCHOOL] != UNKNOWN, SCHOOL].nunique()) if SCHOOL in there else None

    @property
    def many(self) -> bool:
        """Whether there are schools enough, so that a note about fewer would be one about some students."""
        return self.schools is not None and self.schools >= SCHOOLS_AT_LEAST

    def public(self) -> tuple[Estimates, list[Entry]]:
        """The estimates and their records without what tells in how few schools some students alone are.

        Raises
        ------
        ReleaseRefused
            For a model that is made for schools, or is not, by how many schools selected students are in: where few of
            them are outside the largest five, so that none may be.
        """
        of, found = self.estimates, entries(self.estimates)
        self._check()
        told = [self._of_schools(self._of_sides(entry)) for entry in found]
        method, warnings = of_so_many(of.method, tested(found), tested(told)), of.warnings
        if self.many:
            method = method.replace(ALONE, "")
            warnings = tuple(said for said in warnings if not said.startswith(FEWER))
        return replace(of, method=method, warnings=warnings), told

    def _check(self) -> None:
        """Refuse what shows by itself in how many schools selected students are."""
        of, people = self.estimates, self.estimates.population
        chosen = self.many and people.places is not None and of.parameters.get(LEVELS) == 0
        if chosen and not self._enough(self._by_school(people.counts), SCHOOLS_AT_LEAST - 1):
            what = "the public may not see which model is chosen by how many schools these students are in"
            raise ReleaseRefused(what, f"option '{LEVELS}', where: {', '.join(people.where)}", WAY_OUT)

    def _of_schools(self, entry: Entry) -> Entry:
        """The record, without the note that its students alone are in few schools."""
        if not self.many or THESE not in entry.note:
            return entry
        return replace(entry, note="; ".join(part for part in entry.note.split("; ") if part != THESE))

    def _of_sides(self, entry: Entry) -> Entry:
        """The record, without a test where few of a side are outside its largest schools."""
        between = entry.quantity in COMPARISONS and entry.reference  # of two arms it says nothing of groups
        if not between or entry.difference or entry.note == ALIKE or self._tested(entry):
            return entry
        gone: dict[str, Any] = dict.fromkeys(SURENESS, math.nan)
        return replace(entry, **gone, note=GATHERED)

    def _tested(self, entry: Entry) -> bool:
        """Whether it may be read of a comparison that it was tested, or was not.

        Where it may, it was: there are three schools on either side, and six in all or one that both sides are in.
        """
        split = {name: level for name, level in zip(self.estimates.by, entry.group, strict=False) if level != ALL}
        counts = self.estimates.population.counts
        if self.schools is None or self.places.issuperset(split) or not {*counts}.issuperset(split):
            return True
        own, others = self._sides(entry, split)
        shared = bool((np.minimum(own, others) > self.minimum).any())
        if not self.many:
            return shared
        apart = all(self._enough(side, SIDE_AT_LEAST - 1) for side in (own, others))
        return apart and (shared or self._enough(own + others, SCHOOLS_AT_LEAST - 1))

    def _sides(self, entry: Entry, split: dict[str, str]) -> tuple[Sizes, Sizes]:
        """Students of a group, and of what it is compared with, by school."""
        counts = self._counts(entry.period)
        names = reduce(lambda first, name: first + ", " + name, (counts[name] for name in split))
        own, known = names.eq(", ".join(split.values())), ~counts[[*split]].isin([UNKNOWN]).any(axis=1)
        others = known & ~own if entry.reference == OTHERS else names.eq(entry.reference)
        return self._by_school(counts[own]), self._by_school(counts[others])

    def _counts(self, period: str) -> pd.DataFrame:
        """Who was counted in a period; nobody where that is not known."""
        counts, over = self.estimates.population.counts, self.estimates.parameters.get("over")
        if not over or not period:
            return counts
        return counts[counts[YEAR].eq(period)] if over == "year" and YEAR in counts else counts.iloc[:0]

    def _by_school(self, counts: pd.DataFrame) -> Sizes:
        """How many there are at least in every school that is known.

        Of several years as many as in one, where a student may count in each.
        """
        there = counts[counts[SCHOOL] != UNKNOWN]
        years = [YEAR] if YEAR in there and self.estimates.population.times != 1 else []
        sizes = there.groupby([SCHOOL, *years], observed=True)[COUNT].sum().groupby(SCHOOL).max()
        found: Sizes = sizes.reindex(self._names, fill_value=0).to_numpy(float)
        return found

    @cached_property
    def _names(self) -> list[str]:
        return sorted(self.estimates.population.counts[SCHOOL].unique())

    def _enough(self, sizes: Sizes, largest: int) -> bool:
        """Whether more than the minimum are outside so many of the largest schools."""
        return float(np.sort(sizes)[:-largest].sum()) > self.minimum
