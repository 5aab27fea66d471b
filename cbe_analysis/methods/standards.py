"""What a study is worth as evidence: What Works Clearinghouse standards (version 4.1 tables) and ESSA tiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cbe_analysis.errors import UsageError, choices

VERSION = "WWC Standards Handbook, version 4.1"
Baseline = Literal["satisfied", "with adjustment", "not satisfied", "not shown"]
Verdict = Literal["without reservations", "with reservations", "does not meet", "not rated"]
Boundary = Literal["cautious", "optimistic"]

# Highest differential attrition, percentage points, that counts as low at an overall attrition of 0, 1, 2 ... percent.
CAUTIOUS = (
    *(5.7, 5.8, 5.9, 5.9, 6.0, 6.1, 6.2, 6.3, 6.3, 6.3, 6.3, 6.2, 6.2, 6.1, 6.0, 5.9, 5.9, 5.8, 5.7, 5.5),
    *(5.4, 5.3, 5.2, 5.1, 4.9, 4.8, 4.7, 4.5, 4.4, 4.3, 4.1, 4.0, 3.8, 3.6, 3.5, 3.3, 3.2, 3.1, 2.9, 2.8),
    *(2.6, 2.5, 2.3, 2.1, 2.0, 1.8, 1.6, 1.5, 1.3, 1.2, 1.0, 0.9, 0.7, 0.6, 0.4, 0.3, 0.2, 0.0),
)
OPTIMISTIC = (
    *(10.0, 10.1, 10.2, 10.3, 10.4, 10.5, 10.7, 10.8, 10.9, 10.9, 10.9, 10.9, 10.9, 10.8, 10.8, 10.7, 10.6, 10.5),
    *(10.3, 10.2, 10.0, 9.9, 9.7, 9.5, 9.4, 9.2, 9.0, 8.8, 8.6, 8.4, 8.2, 8.0, 7.8, 7.6, 7.4, 7.2, 7.0, 6.7),
    *(6.5, 6.3, 6.0, 5.8, 5.6, 5.3, 5.1, 4.9, 4.6, 4.4, 4.2, 3.9, 3.7, 3.5, 3.2, 3.0, 2.8, 2.6, 2.3, 2.1),
    *(1.9, 1.6, 1.4, 1.1, 0.9, 0.7, 0.5, 0.3),
)
ALIKE, ADJUSTABLE = 0.05, 0.25  # baseline differences in standard deviations
STUDENTS, SITES = 350, 2  # ESSA tiers 1 and 2
RATED = ("randomized", "comparison", "rollout")
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Attrition:
    """Students lost between assignment and outcome, with what counts as low.

    Parameters
    ----------
    overall, differential
        Share lost over both arms; difference of the shares lost. 0 to 1; NaN where an arm is empty.
    limit_cautious, limit_optimistic
        The highest differential, 0 to 1, that counts as low at this overall attrition; NaN where none does.
    low_cautious, low_optimistic
        Whether attrition is low by each boundary.
    """

    overall: float
    differential: float
    limit_cautious: float
    limit_optimistic: float
    low_cautious: bool
    low_optimistic: bool


@dataclass(frozen=True, slots=True)
class Rating:
    """How far a study meets the standards, and why."""

    verdict: Verdict
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the tiers of ESSA ask of a study.

    Parameters
    ----------
    rating
        By the What Works Clearinghouse, from `rating`.
    positive, negative
        Whether an effect is significant and positive; whether one is significant and negative.
    students, sites
        In the study; a site is a district, county, city or state, not a school.
    controlled
        Whether the groups were held equal in what was known of them before.
    rationale
        Whether a written rationale exists and a study is under way.
    """

    rating: Verdict
    positive: bool
    negative: bool
    students: int
    sites: int
    controlled: bool
    rationale: bool


@dataclass(frozen=True, slots=True)
class Tier:
    """The tier of ESSA that a study supports, 1 (strong) to 4, or None; and what the next better tier lacks."""

    tier: int | None
    missing: tuple[str, ...]


def attrition(assigned: Sequence[int], observed: Sequence[int]) -> Attrition:
    """The students lost between assignment and outcome, against both boundaries.

    Parameters
    ----------
    assigned, observed
        Students of the treatment and of the comparison arm.

    Raises
    ------
    UsageError
        Where not two arms are given, or more are observed than were assigned.

    References
    ----------
    What Works Clearinghouse (2020), Standards Handbook 4.1, table II.1.
    """
    if len(assigned) != 2 or len(observed) != 2 or any(o > a for a, o in zip(assigned, observed, strict=True)):
        raise UsageError(f"{observed} observed of {assigned} assigned", "attrition", "give two arms of each")
    if min(assigned) < 1:
        nothing = float("nan")
        return Attrition(nothing, nothing, nothing, nothing, False, False)
    lost = [1 - o / a for a, o in zip(assigned, observed, strict=True)]
    overall, differential = 1 - sum(observed) / sum(assigned), abs(lost[0] - lost[1])
    percent = int(np.floor(100 * overall + 0.5 + ROUNDING))
    limits = [table[percent] / 100 if percent < len(table) else float("nan") for table in (CAUTIOUS, OPTIMISTIC)]
    low = [differential <= limit + ROUNDING for limit in limits]
    return Attrition(overall, differential, limits[0], limits[1], low[0], low[1])


def baseline(g: float) -> Baseline:
    """How far a difference at baseline, in standard deviations, allows the groups to be compared; NaN is not shown.

    References
    ----------
    What Works Clearinghouse (2020), Standards Handbook 4.1, p. 14.
    """
    size = abs(g)
    if np.isnan(size):
        return "not shown"
    if size <= ALIKE + ROUNDING:
        return "satisfied"
    return "with adjustment" if size <= ADJUSTABLE + ROUNDING else "not satisfied"


def rating(
    assignment: str,
    *,
    lost: Attrition | None = None,
    baselines: Sequence[float] = (),
    adjusted: bool = False,
    boundary: Boundary = "cautious",
) -> Rating:
    """How far a study of two groups meets the standards.

    Parameters
    ----------
    assignment
        "randomized", "comparison" or "rollout"; "series" cannot be rated, "cutoff" has standards of its own.
    lost
        Attrition since randomization.
    baselines
        Differences at baseline between the students analysed, in standard deviations.
    adjusted
        Whether the estimate holds those baselines equal.
    boundary
        Of attrition: cautious, or optimistic where leaving can hardly have to do with the program.

    Raises
    ------
    UsageError
        Where the assignment is unknown.

    References
    ----------
    What Works Clearinghouse (2020), Standards Handbook 4.1, figure II.1.
    """
    if assignment in ("series", "cutoff"):
        own = "is judged by the standards for regression discontinuity" if assignment == "cutoff" else "cannot be rated"
        return Rating("not rated", (f"a study by {assignment} {own}",))
    if assignment not in RATED:
        raise UsageError(f"assignment '{assignment}' is unknown", "rating", f"use one of: {choices(RATED)}")
    if assignment == "randomized" and lost is not None:
        if lost.low_cautious if boundary == "cautious" else lost.low_optimistic:
            return Rating("without reservations", (f"randomized, and attrition is low by the {boundary} boundary",))
        reason = f"randomized, but attrition is not low by the {boundary} boundary"
    else:
        reason = "randomized, but attrition is not known" if assignment == "randomized" else "not randomized"
    holds, why = _equivalence(baselines, adjusted)
    return Rating("with reservations" if holds else "does not meet", (reason, why))


def _equivalence(baselines: Sequence[float], adjusted: bool) -> tuple[bool, str]:
    """Whether the groups were alike at baseline, as far as the standards ask, and the reason in words."""
    found = {baseline(g) for g in baselines} or {"not shown"}
    if "not shown" in found:
        return False, "likeness at baseline is not shown"
    if "not satisfied" in found:
        return False, f"a baseline differs by more than {ADJUSTABLE} standard deviations"
    if "with adjustment" in found and not adjusted:
        return False, f"a baseline differs by more than {ALIKE} standard deviations and is not adjusted for"
    return True, "the groups are alike at baseline" + (", once adjusted" if "with adjustment" in found else "")


def essa_tier(evidence: Evidence) -> Tier:
    """The tier of ESSA that a study supports, and the shortest list of what is missing for the next.

    References
    ----------
    Every Student Succeeds Act, section 8101(21)(A); US Department of Education (2016), Non-Regulatory Guidance: Using
    Evidence to Strengthen Education Investments, pp. 8-9.
    """
    lacking = {1: _strong(evidence, 1), 2: _strong(evidence, 2), 3: _promising(evidence), 4: _reasoned(evidence)}
    reached = next((tier for tier in (1, 2, 3, 4) if not lacking[tier]), None)
    following = 4 if reached is None else reached - 1
    return Tier(reached, lacking.get(following, ()))


def _strong(evidence: Evidence, tier: int) -> tuple[str, ...]:
    """What tier 1 or 2 lacks."""
    wanted = ("without reservations",) if tier == 1 else ("without reservations", "with reservations")
    missing = [] if evidence.rating in wanted else [f"a study that meets the standards {wanted[-1]}"]
    missing += _outcome(evidence)
    if evidence.students < STUDENTS:
        missing.append(f"{STUDENTS - evidence.students} more students")
    if evidence.sites < SITES:
        missing.append("a second district" if evidence.sites == 1 else f"{SITES - evidence.sites} districts")
    return tuple(missing)


def _promising(evidence: Evidence) -> tuple[str, ...]:
    """What tier 3 lacks."""
    controlled = evidence.controlled or evidence.rating in ("without reservations", "with reservations")
    return (*(() if controlled else ("statistical controls for what students started with",)), *_outcome(evidence))


def _reasoned(evidence: Evidence) -> tuple[str, ...]:
    """What tier 4 lacks."""
    return () if evidence.rationale else ("a written rationale, and a study under way",)


def _outcome(evidence: Evidence) -> list[str]:
    """What the effects lack."""
    missing = [] if evidence.positive else ["a significant positive effect"]
    return missing + (["no significant negative effect"] if evidence.negative else [])
