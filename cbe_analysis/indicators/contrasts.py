"""Groups and what each is compared with: shared by the models here and by `measure`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.indicators.declare import Contrast

ALL, UNKNOWN = "(all)", "(unknown)"
SCHOOLS_AT_LEAST, SIDE_AT_LEAST = 6, 3  # fewer schools, in all or on a side of a comparison, cannot carry a test
DESCRIBED = f"described, not tested: fewer than {SIDE_AT_LEAST} schools on a side"
Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Rows sorted into the groups of some columns.

    Parameters
    ----------
    columns
        The group columns; none for the whole.
    values
        The groups, one value per column: numbers in order of size, words in alphabetical order, "(unknown)" last.
    codes
        Shape `(n,)`: which group each row is in.
    """

    columns: Values
    values: tuple[Values, ...]
    codes: NDArray[np.int64]

    def known(self, group: int) -> bool:
        """True when no value of the group is missing."""
        return UNKNOWN not in self.values[group]

    def labels(self, group: int) -> dict[str, str]:
        """Column -> value, for a row of estimates."""
        return dict(zip(self.columns, self.values[group], strict=True))


@dataclass(frozen=True, slots=True)
class Comparison:
    """One group against the others, or against the reference group.

    Parameters
    ----------
    group
        Position among the groups.
    weights
        Shape `(groups,)`: 1 for the group; minus the share of each group in what it is compared with.
    reference, n_reference
        "others" or the reference group, and its size.
    """

    group: int
    weights: NDArray[np.float64]
    reference: str
    n_reference: int

    @property
    def others(self) -> NDArray[np.int64]:
        """Positions of the groups that it is compared with."""
        return np.flatnonzero(self.weights < 0)


def groupings(frame: pd.DataFrame, by: Sequence[str]) -> list[Grouping]:
    """The whole, then every factor alone, then the factors crossed."""
    return [grouping(frame, columns) for size in range(len(by) + 1) for columns in combinations(by, size)]


def grouping(frame: pd.DataFrame, columns: Sequence[str]) -> Grouping:
    """The rows by the values of these columns; only combinations that occur are groups."""
    if not columns:
        return Grouping((), ((),), np.zeros(len(frame), np.int64))
    parts = [pd.factorize(frame[c]) for c in columns]
    joint = np.zeros(len(frame), np.int64)
    for codes, names in parts:
        joint = joint * max(len(names), 1) + codes
    found, first, codes = np.unique(joint, return_index=True, return_inverse=True)
    values = [tuple(str(names[codes[i]]) for codes, names in parts) for i in first]
    order = sorted(range(len(found)), key=lambda i: [_place(v) for v in values[i]])
    rank = np.empty(len(found), np.int64)
    rank[order] = np.arange(len(found))
    return Grouping(tuple(columns), tuple(values[i] for i in order), rank[codes])


def _place(value: str) -> tuple[int, float, str]:
    """The place of a value among those of its column."""
    if value == UNKNOWN:
        return 2, 0.0, ""
    try:
        return 0, float(value), value
    except ValueError:
        return 1, 0.0, value


def described(group: NDArray[np.int64], other: NDArray[np.int64], schools: int) -> bool:
    """True when a comparison can only be described: too few schools on a side, or too few to compare schools.

    Parameters
    ----------
    group, other
        School of each case on the two sides; -1 is unknown.
    schools
        Schools in all.
    """
    own, against = (np.unique(s[s >= 0]) for s in (group, other))
    between = not np.intersect1d(own, against).size
    if schools < SCHOOLS_AT_LEAST:
        return between
    return min(len(own), len(against)) < SIDE_AT_LEAST


def comparisons(
    groups: Grouping, sizes: NDArray[np.int64], contrast: Contrast, *, totals: NDArray[np.float64] | None = None
) -> list[Comparison]:
    """Every comparison that the contrast asks for among these groups; groups of size 0 and unknown ones have no part.

    None where nobody is in the reference groups of all crossed factors at once.

    Parameters
    ----------
    sizes
        Shape `(groups,)`, students.
    totals
        Shape `(groups,)`: what each group weighs among the others; its students unless given.

    Raises
    ------
    UsageError
        When the reference group of a factor is not chosen or has no students.
    """
    part = np.array([groups.known(g) and sizes[g] > 0 for g in range(len(sizes))], bool)
    if contrast.compare is None or not groups.columns:
        return []
    if contrast.compare == "others":
        weighing = (sizes if totals is None else totals) * part
        found = np.flatnonzero(part).tolist() if part.sum() > 1 else []
        return [_against_others(g, weighing, int(sizes[part].sum() - sizes[g])) for g in found]
    reference = _reference(groups, part, contrast)
    if reference is None:
        return []
    unit, name = np.eye(len(sizes)), ", ".join(groups.values[reference])
    pairs = [g for g in np.flatnonzero(part).tolist() if g != reference]
    return [Comparison(g, unit[g] - unit[reference], name, int(sizes[reference])) for g in pairs]


def _against_others(group: int, totals: NDArray[np.float64] | NDArray[np.int64], n: int) -> Comparison:
    others = totals.astype(np.float64)
    others[group] = 0
    weights = -others / others.sum()
    weights[group] = 1
    return Comparison(group, weights, "others", n)


def _reference(groups: Grouping, part: NDArray[np.bool_], contrast: Contrast) -> int | None:
    """Position of the reference group; None where factors are crossed and nobody is in the reference group of all."""
    for at, column in enumerate(groups.columns):
        offered = {groups.values[g][at] for g in np.flatnonzero(part)}
        if contrast.references.get(column) not in offered:
            if len(offered) < 2:
                why = f"{choices(offered)} is the only known '{column}'" if offered else f"no '{column}' is known"
                raise UsageError(f"there is nothing to compare: {why}", f"by {column}", "leave compare out")
            fault = "has no students here" if column in contrast.references else "is not chosen"
            raise UsageError(
                f"the reference group of '{column}' {fault}",
                "district.toml, [references]",
                f"set {column} to one of: {choices(offered)}; or compare with others",
            )
    wanted = tuple(contrast.references[column] for column in groups.columns)
    return next((int(g) for g in np.flatnonzero(part) if groups.values[g] == wanted), None)
