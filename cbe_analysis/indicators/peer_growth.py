"""What is told of growth percentiles: where students stand, and whose growth is enough to reach a target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.indicators.cohorts import Peers, names, remarks
from cbe_analysis.indicators.declare import Cases
from cbe_analysis.indicators.scale import piles
from cbe_analysis.indicators.words import counted
from cbe_analysis.indicators.year_scores import YearScores
from cbe_analysis.methods.percentiles import required_percentile

UNREACHED = 100.0  # needed where even the 99th percentile, held each year, does not reach the target


@dataclass(frozen=True, slots=True)
class Telling:
    """Scores, their standing among peers, and how they may be told of.

    Parameters
    ----------
    minimum
        Smallest count that a warning may state.
    single
        True where students are told of one by one: then by the definition to the letter, and in large cohorts alone.
    """

    scores: YearScores
    peers: Peers
    minimum: int
    single: bool

    @property
    def percentile(self) -> NDArray[np.float64]:
        """Shape `(n,)`, NaN where there is none."""
        found = self.peers.found
        return found.percentile if self.single else found.grouped

    @property
    def warnings(self) -> tuple[str, ...]:
        """Who is left out, and scores that pile up."""
        return (
            *remarks(self.scores, self.peers, self.minimum, single=self.single),
            *piles(self.scores.value[self.scores.asked], self.minimum),
        )

    @property
    def method(self) -> str:
        """How percentiles are made, in a clause."""
        most = int(self.peers.found.order.max(initial=1))
        past = "one past score" if most == 1 else f"up to {most} past scores"
        return (
            f"growth percentiles of {self.scores.name}: the last score of each school year among those of all students "
            f"of these data in the same grade and year with the same {past} (100 quantile regressions on cubic "
            "splines); 50 is the middle of students with the same past scores"
        )

    def rows(self, chosen: NDArray[np.bool_], **more: NDArray[np.float64]) -> pd.DataFrame:
        """The chosen rows: student, date and places, with further columns."""
        return self.scores.told(chosen).assign(**{column: values[chosen] for column, values in more.items()})


def standing(told: Telling) -> Cases:
    """Every student's percentile."""
    percentile = told.percentile
    chosen = told.scores.asked & np.isfinite(percentile)
    found = {"value": percentile, "middle": percentile}
    if told.single:
        found |= {"low": told.peers.found.low, "high": told.peers.found.high}
    rows = told.rows(chosen, **found)
    return Cases(rows, "percentile", told.method, told.warnings, "percentile")


def reaching(told: Telling, target: float, years: int) -> Cases:
    """Whether every student's percentile, held each year, reaches the target, and the percentile that would."""
    needed, without = _needed(told, target, years)
    percentile = told.percentile
    placed = told.scores.asked & np.isfinite(percentile)
    chosen = placed & ~np.isnan(needed)
    reached = (percentile >= needed).astype(np.float64)
    rows = told.rows(chosen, numerator=reached, middle=np.minimum(needed, UNREACHED)).assign(denominator=1)
    unit, warnings = "share of students, 0 to 1", list(told.warnings)
    lost = int((placed & ~chosen).sum())
    if lost:
        count = counted(lost, "scores", told.minimum)
        warnings.append(f"{count} in {names(without)} are left out: nobody of these data is far enough ahead to follow")
    method = (
        f"{told.method}; share of students whose percentile, held for {years} {'year' if years == 1 else 'years'}, "
        f"reaches {target:g}, on the curves of students who are now that many grades ahead; the median is that of the "
        f"least percentile that reaches it ({UNREACHED:g}: even the 99th does not)"
    )
    return Cases(rows, unit, method, tuple(warnings), "percentile needed")


def _needed(told: Telling, target: float, years: int) -> tuple[NDArray[np.float64], list[int]]:
    """Shape `(n,)`: the least percentile that reaches the target, NaN unknown; and the cohorts nobody is ahead of."""
    scores, cohort = told.scores, told.scores.cohort
    held = np.column_stack([scores.value, scores.past_values])
    needed, without = np.full(len(held), np.nan), []
    targets = np.full(years, np.nan)
    targets[-1] = target
    for one in np.unique(cohort[scores.asked]).tolist():
        ahead, rows = told.peers.ahead(one, years), np.flatnonzero((cohort == one) & scores.asked)
        if len(ahead) < years:
            without.append(one)
        else:
            needed[rows] = required_percentile(held[rows], ahead, targets)[:, -1]
    return needed, without
