"""How fast students move along the continuum."""

from __future__ import annotations

from cbe_analysis.indicators.declare import Contrast, Fitted, Relation, indicator
from cbe_analysis.policy import Policy

EXIT_LEVEL = 13.0  # grade 12 completed


@indicator(
    kind="model",
    question="How fast do students move along the continuum?",
    unit="levels / year",
    principles=(8, 9, 12, 15, 16),
    source="Sturgis & Casey 2018, Quality Principles for Competency-Based Education, principles 8 and 12",
)
def pace(  # noqa: PLR0913 - the tables and the options of a declaration
    levels: Relation,
    policy: Policy,
    contrast: Contrast,
    calendar: Relation | None = None,
    enrollments: Relation | None = None,
    evidence: Relation | None = None,
    targets: Relation | None = None,
    *,
    subject: str | None = None,
    exit_level: float = EXIT_LEVEL,
) -> Fitted:
    """Levels gained in a school year: 1.0 is the learning that a year of school is meant to bring.

    A student's pace is the last level less the first over the school years between, 180 days or more apart, where
    levels add up as evidence comes in; where each level was measured anew, it is the slope through three dates or more,
    or through two that are 180 days apart. Over several subjects it is the mean of those that have one. `slope` is the
    mean pace of a group by the model of observed paces; by school, where there are six schools or more, a prediction
    that is drawn toward the district, the more the fewer its students. `mean` is the plain mean beside it, `depth` the
    mean share of students' evidence at depth of knowledge 3 or 4, `share` the part of students without a pace. Who
    reaches the exit level is observed until then. Factors are those of the first level, the school that of most levels.

    Parameters
    ----------
    subject
        One subject; without it the mean over all subjects that have levels.
    exit_level
        The level that completes the continuum.
    """
    from cbe_analysis.indicators.progress.depth import depths
    from cbe_analysis.indicators.progress.model import model
    from cbe_analysis.indicators.progress.pace_rows import pace_of_groups
    from cbe_analysis.indicators.progress.paces import paces
    from cbe_analysis.indicators.progress.spans import read_spans

    factors = tuple(c for c in dict.fromkeys((*contrast.by, *contrast.adjust)) if c != "school_id")
    spans = read_spans(levels, policy, calendar, factors=factors, subject=subject, exit_level=exit_level)
    found = paces(spans, levels, enrollments, exit_level=exit_level, minimum=policy.minimum_n)
    depth = depths(found.students, spans, evidence, targets)
    return pace_of_groups(model(found, contrast, policy.minimum_n), contrast, depth)
