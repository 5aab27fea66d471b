"""How a student's growth compares with that of students who had the same scores before."""

from __future__ import annotations

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.declare import Cases, Contrast, Relation, indicator
from cbe_analysis.policy import Policy

MOST_PAST, MOST_YEARS = 4, 8


@indicator(
    question="How does a student's growth compare with that of academic peers?",
    unit="percentile",
    principles=(9, 12, 15, 16),
    source="Betebenner 2009, Educational Measurement: Issues and Practice 28(4), 42-51",
)
def growth_percentile(  # noqa: PLR0913 - the tables and the options of a declaration
    assessments: Relation,
    everyone: Relation,
    policy: Policy,
    contrast: Contrast,
    *,
    outcome: str | None = None,
    priors: int = 2,
    target: float | None = None,
    in_years: int = 1,
) -> Cases:
    """The median, and the mean, of where students' scores stand among those of students with the same past scores.

    A cohort is all students of the data with a score in one grade and school year; conditions choose whose percentiles
    are told, not who is compared with whom. The score of a school year is the last one, of several on a day the
    highest. Past scores are those of the school years just before, in the grades just below: a student who repeated or
    skipped a grade or a year has none from before that. Gaps are those between means. With a target: the share of
    students whose percentile, held each year, reaches it, and the median of the percentiles that would.

    Parameters
    ----------
    outcome
        Which scores: instrument:subject, or the subject alone where only one instrument has it.
    priors
        How many past scores count at most, 1 to 4; a cohort too small for so many uses fewer.
    target
        Tell instead which growth is needed to reach this score.
    in_years
        In how many years the target should be reached, 1 to 8; there must be students who are so many grades ahead.
    """
    from cbe_analysis.indicators.cohorts import stand
    from cbe_analysis.indicators.peer_growth import Telling, reaching, standing
    from cbe_analysis.indicators.year_scores import all_scores, year_scores
    from cbe_analysis.methods.percentiles import several

    for name, value, most in (("priors", priors, MOST_PAST), ("in_years", in_years, MOST_YEARS)):
        if not 1 <= value <= most:
            raise UsageError(f"option '{name}' does not take this value", remedy=f"choose a number from 1 to {most}")
    ahead = in_years if target is not None else 0
    found = all_scores(assessments, everyone, outcome, policy=policy)
    with several(found.scores.value.size) as helpers:  # they start while the scores are put in order
        scores = year_scores(found, past=priors, ahead=ahead)
        peers = stand(scores, helpers)
    told = Telling(scores, peers, policy.minimum_n, "student_id" in contrast.by)
    return standing(told) if target is None else reaching(told, target, in_years)
