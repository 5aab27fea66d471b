"""Means and shares of groups, with intervals that admit that students share schools."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.indicators.contrasts import SCHOOLS_AT_LEAST, UNKNOWN, Grouping
from cbe_analysis.indicators.rows import Row, row
from cbe_analysis.measure.cases import SCHOOL, WEIGHT, Formed
from cbe_analysis.methods.proportions import design_effect, share_interval
from cbe_analysis.methods.robust import Contrasted, cluster_mean

THESE = f"these students: fewer than {SCHOOLS_AT_LEAST} schools"


@dataclass(frozen=True, slots=True)
class Sample:
    """The cases as arrays of shape `(n,)`.

    Parameters
    ----------
    value, weight
        As in `cases.Formed`.
    student, school
        Codes; a school of -1 is unknown.
    whole
        True when every value is 0 or 1 and every weight 1.
    """

    value: NDArray[np.float64]
    weight: NDArray[np.float64]
    student: NDArray[np.int64]
    school: NDArray[np.int64]
    kind: str
    unit: str
    whole: bool

    @property
    def students(self) -> int:
        """Students, each counted once."""
        return len(np.unique(self.student))

    @property
    def schools(self) -> int:
        """Schools that are known."""
        return len(np.unique(self.school[self.school >= 0]))

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """The weights, None where all are alike."""
        return None if (self.weight == self.weight[:1]).all() else self.weight

    def only(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> Sample:
        """The cases of a group, from a mask or from positions."""
        value, weight = self.value[rows], self.weight[rows]
        return replace(self, value=value, weight=weight, student=self.student[rows], school=self.school[rows])

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
    return Sample(value, weight, student, school, formed.kind, formed.unit, formed.whole)


def summaries(of: Sample, groups: Grouping) -> list[Row]:
    """One row per group: its mean or share, n and interval."""
    order = np.argsort(groups.codes, kind="stable")
    ends = np.cumsum(np.bincount(groups.codes, minlength=len(groups.values)))
    rows = []
    for g, members in enumerate(np.split(order, ends[:-1])):
        inside = of.only(members)
        rows.append(_share(inside, groups.labels(g)) if of.whole else _mean(inside, groups.labels(g)))
    return rows


def _mean(inside: Sample, labels: dict[str, str]) -> Row:
    """The (weighted) mean of the cases."""
    more: Row = {"n": inside.students, "note": "" if inside.schools >= SCHOOLS_AT_LEAST else THESE}
    if inside.kind == "share":
        more |= {"numerator": float(inside.value @ inside.weight), "denominator": float(inside.weight.sum())}
    found = cluster_mean(inside.value, cluster=inside.clusters(), weights=inside.weights)
    found = replace(
        found, value=float(np.average(inside.value, weights=inside.weights))
    )  # without a last digit's noise
    return row(inside.kind, inside.unit, labels, found, **more)


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
