"""All cohorts of a district at once: where every student's score stands among academic peers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cbe_analysis.errors import choices
from cbe_analysis.indicators.words import counted
from cbe_analysis.indicators.year_scores import YEARS, YearScores
from cbe_analysis.methods.percentiles import Cohort, GrowthPercentiles, Limits, growth_percentiles
from cbe_analysis.methods.percentiles.splines import COLUMNS
from cbe_analysis.methods.processes import Crew

SHOWN = 6  # cohorts that a sentence names
FOR_GROUPS = int(np.ceil((1 + COLUMNS) * Limits().group))  # students that a cohort needs, with one past score
FOR_SINGLE = int(np.ceil((1 + COLUMNS) * Limits().student))


@dataclass(frozen=True, slots=True)
class Peers:
    """Where students stand.

    Parameters
    ----------
    found
        One entry for each row of the scores.
    cohorts
        By school year and grade.
    """

    found: GrowthPercentiles
    cohorts: dict[int, Cohort]

    def ahead(self, cohort: int, years: int) -> list[Cohort]:
        """The cohorts of the next grades in the same school year, the nearest first; as many as there are in a row."""
        names = range(cohort + 1, cohort + years + 1)
        present = [self.cohorts.get(name) for name in names]
        until = next((at for at, one in enumerate(present) if one is None or not one.curves), years)
        return [one for one in present[:until] if one is not None]


def stand(scores: YearScores, helpers: Crew | None = None) -> Peers:
    """The growth percentiles of all cohorts, worked on by these processes, and what was refused."""
    if not scores.rows.size:
        return Peers(_nothing(), {})
    errors = scores.std_errors if np.isfinite(scores.scores.std_error).any() else None
    told = errors if errors is not None and np.isfinite(errors).any() else None
    found = growth_percentiles(scores.value, scores.past_values, scores.cohort, std_errors=told, helpers=helpers)
    return Peers(found, {int(cohort.label): cohort for cohort in found.cohorts})


def _nothing() -> GrowthPercentiles:
    """The percentiles of nobody."""
    none = np.empty(0)
    return GrowthPercentiles(none, none, none, np.empty(0, np.int64), none, np.empty((0, 0)), ())


def name(cohort: int) -> str:
    """The cohort in words."""
    year, grade = divmod(cohort + 1, YEARS)  # kindergarten is grade 0, and what comes before it -1
    return f"grade {grade - 1} in {year}"


def names(cohorts: Iterable[int]) -> str:
    """Some cohorts in words."""
    return choices([name(cohort) for cohort in sorted(cohorts)], SHOWN)


def remarks(scores: YearScores, peers: Peers, minimum: int, *, single: bool) -> list[str]:
    """Who is left out, and why; in which cohorts less can be told.

    Parameters
    ----------
    minimum
        Smallest count that is told.
    single
        True where students are told of one by one.
    """
    said = []
    if scores.unknown:
        said.append(f"{counted(scores.unknown, 'scores', minimum)} have no known grade or school year: left out")
    cohort, asked = scores.cohort, scores.asked
    past = scores.past[:, 0] >= 0
    some = np.isin(cohort, np.unique(cohort[past]))
    moved = scores.year_before & ~past
    for rows, why in (
        (asked & ~some, "belong to the first year or grade tested: nobody in their cohort has a past score"),
        (asked & some & moved, "are of students who repeated or skipped a grade: left out"),
        (asked & some & ~moved & ~past, "have none of the school year before: left out"),
    ):
        count = int(rows.sum())
        said += [f"{counted(count, 'scores', minimum)} {why}"] if count else []
    return said + _refused(scores, peers, minimum, single=single)


def _refused(scores: YearScores, peers: Peers, minimum: int, *, single: bool) -> list[str]:
    """The cohorts that are too small, wholly or for single students or for more past scores."""
    here = set(np.unique(scores.cohort[scores.asked]).tolist())
    refused = [r for r in peers.found.refusals if r.n and int(r.cohort) in here]
    fewer = [int(r.cohort) for r in refused if r.order > 1]
    alone = [int(r.cohort) for r in refused if r.order == 1 and not r.groups_too]
    none = [r for r in refused if r.order == 1 and r.groups_too]
    whole = [int(r.cohort) for r in none if r.n < FOR_GROUPS]
    alike = [int(r.cohort) for r in none if r.n >= FOR_GROUPS]
    said = []
    for cohorts, why in (
        (whole, f"too few students with a past score (at least {FOR_GROUPS} are needed)"),
        (alike, "all scores, or all past scores, the same"),
    ):
        if cohorts:
            lost = _with_past(scores, cohorts)
            said.append(
                f"no growth percentiles for {names(cohorts)}: {why}; {counted(lost, 'scores', minimum)} left out"
            )
    if alone and single:
        said.append(f"of groups alone for {names(alone)}: percentiles of single students need at least {FOR_SINGLE}")
    if fewer:
        said.append(
            f"fewer than {scores.past.shape[1]} past scores count for {names(fewer)}: too few students have them"
        )
    return said


def _with_past(scores: YearScores, cohorts: Iterable[int]) -> int:
    """Scores to be told of in these cohorts that have a past one."""
    inside = np.isin(scores.cohort, list(cohorts)) & scores.asked
    return int((inside & (scores.past[:, 0] >= 0)).sum())
