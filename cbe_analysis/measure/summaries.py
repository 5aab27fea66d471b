"""Means and shares of groups, with intervals that admit that students share schools."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.indicators.alike import ALIKE, Scores, same
from cbe_analysis.indicators.contrasts import SCHOOLS_AT_LEAST, UNKNOWN, Grouping
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.measure.cases import FURTHER, SCHOOL, WEIGHT, Formed
from cbe_analysis.methods.arrays import ordered
from cbe_analysis.methods.percentiles.groups import median_interval
from cbe_analysis.methods.proportions import design_effect, share_interval
from cbe_analysis.methods.robust import Contrasted, cluster_mean

ARRAYS = ("value", "weight", "student", "school", "middle", "low", "high")
THESE = f"these students: fewer than {SCHOOLS_AT_LEAST} schools"
PERCENTILE = "percentile"  # the unit of where a score stands among peers
LEVEL = "scores of the same past are all alike: no interval"


@dataclass(frozen=True, slots=True)
class Sample:
    """The cases as arrays of shape `(n,)`.

    Parameters
    ----------
    value, weight
        As in `cases.Formed`.
    student, school
        Codes; a school of -1 is unknown.
    middle, low, high
        As in `cases.Formed`; NaN throughout where the indicator gives none.
    median
        Unit of the medians; empty where there are none.
    whole
        True when every value is 0 or 1 and every weight 1.
    """

    value: NDArray[np.float64]
    weight: NDArray[np.float64]
    student: NDArray[np.int64]
    school: NDArray[np.int64]
    middle: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    kind: str
    unit: str
    median: str
    whole: bool

    @property
    def students(self) -> int:
        """Students, each counted once."""
        return int(np.count_nonzero(np.bincount(self.student)))

    @property
    def schools(self) -> int:
        """Schools that are known."""
        return int(np.count_nonzero(np.bincount(self.school + 1)[1:]))

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """The weights, None where all are alike."""
        return None if (self.weight == self.weight[:1]).all() else self.weight

    def only(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Sample:
        """The cases of a group, from a mask or from positions."""
        return replace(self, **{name: getattr(self, name)[rows] for name in ARRAYS})

    @property
    def sd(self) -> float:
        """Standard deviation of the values; 0 for one."""
        return float(self.value.std(ddof=1)) if len(self.value) > 1 else 0.0

    def clusters(self) -> NDArray[np.int64] | None:
        """What the cases share: schools where there are enough; else students with several cases; else nothing.

        A case of unknown school is a cluster of its own student.
        """
        if self.schools >= SCHOOLS_AT_LEAST:
            return np.where(self.school >= 0, self.school, -1 - self.student)
        return self.student if self.students < len(self.student) else None


def sample(formed: Formed) -> Sample:
    """The cases of a request as arrays."""
    rows = formed.rows
    school = pd.factorize(rows[SCHOOL].where(rows[SCHOOL] != UNKNOWN))[0].astype(np.int64)
    student = pd.factorize(rows["student_id"])[0].astype(np.int64)
    value, weight = rows["value"].to_numpy(float), rows[WEIGHT].to_numpy(float)
    nothing = np.full(len(rows), np.nan)
    middle, low, high = (rows[name].to_numpy(float) if name in rows else nothing for name in FURTHER)
    return Sample(
        value, weight, student, school, middle, low, high, formed.kind, formed.unit, formed.median, formed.whole
    )


def summaries(of: Sample, groups: Grouping) -> list[Row]:
    """One row per group: its mean or share, n and interval; before it, where the indicator has one, the median."""
    rows = []
    scores = Scores.of(of.value)
    for g, inside in enumerate(_parts(of, groups)):
        rows += _median(inside, groups.labels(g))
        rows.append(_share(inside, groups.labels(g)) if of.whole else _mean(inside, groups.labels(g), scores))
    return rows


def _parts(of: Sample, groups: Grouping) -> Iterator[Sample]:
    """The cases of each group."""
    if len(groups.values) == 1:
        yield of
        return
    order = ordered(groups.codes)
    ends = np.cumsum(np.bincount(groups.codes, minlength=len(groups.values)))
    yield from (of.only(members) for members in np.split(order, ends[:-1]))


def _median(inside: Sample, labels: dict[str, str]) -> list[Row]:
    """The median of the cases, where it is asked for and there are several."""
    if not inside.median or len(inside.value) < 2:
        return []
    found = median_interval(inside.middle, cluster=inside.clusters())
    told = Contrasted(found.value, found.std_error, float("nan"), found.low, found.high)
    note = "" if inside.schools >= SCHOOLS_AT_LEAST else THESE
    if _level(inside):
        told, note = Contrasted(found.value), LEVEL
    return [row("median", inside.median, labels, told, n=inside.students, note=note)]


def _mean(inside: Sample, labels: dict[str, str], scores: Scores) -> Row:
    """The (weighted) mean of the cases; a note says where it counts few of them."""
    told = "" if inside.kind != "mean" else scores.note(inside.value)
    few = "" if inside.schools >= SCHOOLS_AT_LEAST else THESE
    more: Row = {"n": inside.students, "note": "; ".join(filter(None, (few, told if told != ALIKE else "")))}
    if inside.kind == "share":
        more |= {"numerator": float(inside.value @ inside.weight), "denominator": float(inside.weight.sum())}
    found = cluster_mean(inside.value, cluster=inside.clusters(), weights=inside.weights)
    found = replace(
        found, value=float(np.average(inside.value, weights=inside.weights))
    )  # without a last digit's noise
    if len(inside.value) == 1:
        found = replace(found, low=float(inside.low[0]), high=float(inside.high[0]))
    elif _level(inside):
        found, more["note"] = Contrasted(found.value), LEVEL
    return row(inside.kind, inside.unit, labels, found, **more)


def _level(inside: Sample) -> bool:
    """Whether all stand at one percentile: their scores are alike, and show nothing of how others would stand."""
    return inside.unit == PERCENTILE and len(inside.value) > 1 and same(inside.value)


def _share(inside: Sample, labels: dict[str, str]) -> Row:
    """The share of the cases that have the property."""
    more = {"n": inside.students, "numerator": float(inside.value.sum()), "denominator": float(len(inside.value))}
    note = "" if inside.schools >= SCHOOLS_AT_LEAST else THESE
    return row("share", inside.unit, labels, share_of(inside), **more, note=note)


def share_of(inside: Sample) -> Contrasted:
    """The share of the cases, one or more, that have the property, with its interval."""
    n, having, clusters = len(inside.value), float(inside.value.sum()), inside.clusters()
    effect = 1.0 if clusters is None else design_effect(inside.value, clusters)
    interval = share_interval(having, n, design_effect=effect)
    share = having / n
    error = float(np.sqrt(share * (1 - share) * effect / n))
    return Contrasted(share, error, float("nan"), interval.low, interval.high)
