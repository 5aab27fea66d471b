"""How fast students move along the continuum."""

from __future__ import annotations

from cbe_analysis.indicators.declare import Fitted, Relation, indicator
from cbe_analysis.indicators.progress.asked import EXIT_LEVEL, Progress


@indicator(
    kind="model",
    question="How fast do students move along the continuum?",
    unit="levels / year",
    principles=(8, 9, 12, 15, 16),
    source="Sturgis & Casey 2018, Quality Principles for Competency-Based Education, principles 8 and 12",
)
def pace(
    progress: Progress,
    evidence: Relation | None = None,
    targets: Relation | None = None,
    *,
    same_schools: bool = True,
    exit_level: float = EXIT_LEVEL,
) -> Fitted:
    """Levels gained in a school year: 1.0 is the learning that a year of school is meant to bring.

    A student's pace is the last level less the first over the school years between, 180 days or more apart, where
    levels add up as evidence comes in; where each level was measured anew, it is the slope through three dates or more,
    or through two that are 180 days apart. Over several subjects it is the mean of those that have one. `slope` is the
    mean pace of a group by the model of observed paces, in which schools that differ weigh nearly alike; by school,
    where there are six schools or more, a prediction that is drawn toward the district, the more the fewer its
    students. `mean` is the plain mean beside it, in which students weigh alike, `depth` the mean share of students'
    evidence at depth of knowledge 3 or 4, `share` the part of students without a pace. `gap` is how groups differ
    between students of the same school, where schools are in the model; the option `same_schools` asks for the other
    gap. Who reaches the exit level is observed until then; who was less than a level from it when levels began to add
    up has no pace: of those, only the slow could be observed for long. Factors are those of the first level, the school
    that of most school years, of several the last.

    Parameters
    ----------
    same_schools
        false compares all students of a group with all of the others, whatever their schools: `gap` is then how the
        `mean` of groups differs, the crude gap.
    exit_level
        The level that completes the continuum.
    """
    from cbe_analysis.indicators.progress.begin import begin
    from cbe_analysis.indicators.progress.depth import depths
    from cbe_analysis.indicators.progress.pace_rows import pace_of_groups

    found = begin(progress, exit_level)
    depth = depths(found.model.paces.students, found.spans, evidence, targets)
    return pace_of_groups(found.model, progress.contrast, depth, same_schools=same_schools)


@indicator(
    kind="model",
    question="How many gain at least one level a year?",
    unit="share of students, 0 to 1",
    principles=(9, 12, 14, 15),
    source="Sturgis & Casey 2018, Quality Principles for Competency-Based Education, principles 14 and 15",
)
def year_of_growth(
    progress: Progress,
    *,
    at_least: float = 1.0,
    exit_level: float = EXIT_LEVEL,
) -> Fitted:
    """The share of students whose true pace is at least one level a year.

    `expected_share` is the mean chance of students, from the distribution of each one's true pace by the model of
    observed paces (see `pace`): noise draws a plain share toward one half. Its interval is for the true share of these
    very students, not for others like them: schools are not taken for a sample. `share` stands beside it twice: by
    observed pace, and the part of students without a pace.

    Parameters
    ----------
    at_least
        The pace to reach, levels a year.
    exit_level
        The level that completes the continuum.
    """
    from cbe_analysis.indicators.progress.begin import begin, unadjusted
    from cbe_analysis.indicators.progress.year_of_growth_rows import shares_of_groups

    unadjusted(progress.contrast, "a share of students")
    found = begin(progress, exit_level)
    return shares_of_groups(found.model, progress.contrast, at_least)


@indicator(
    kind="model",
    question="Who is not progressing, and who moves unusually fast?",
    unit="levels / year",
    principles=(9, 14, 15),
    source="Sturgis & Casey 2018, Quality Principles for Competency-Based Education, principle 14",
    lists="student_id",
)
def exceptions(  # noqa: PLR0913 - the tables and the options of a declaration
    progress: Progress,
    evidence: Relation | None = None,
    targets: Relation | None = None,
    *,
    stalled_below: float = 0.5,
    fast_above: float = 2.0,
    exit_level: float = EXIT_LEVEL,
) -> Fitted:
    """The students whose pace lies surely below half a level a year, or surely above two: a list for staff alone.

    One row for each, with the observed pace, its 95 % interval (the error variance is that of the model of observed
    paces) and, in `at`, the day of the last evidence; `note` says stalled or unusually fast. Students who left are not
    listed. `count` says how many there are; it is missing, and nobody is listed, where errors of observation cannot be
    told from true differences. Columns named in `by` are shown beside each student. The public can never see it.

    Parameters
    ----------
    stalled_below
        The whole interval lies below this pace, levels a year.
    fast_above
        The whole interval lies above this pace, levels a year.
    exit_level
        The level that completes the continuum.
    """
    from cbe_analysis.indicators.progress.begin import begin, unadjusted
    from cbe_analysis.indicators.progress.exceptions_rows import Marks, exceptions_of, last_evidence

    unadjusted(progress.contrast, "a list of students")
    found = begin(progress, exit_level)
    last = last_evidence(evidence, targets, found.spans)
    return exceptions_of(found.model, progress.contrast, Marks(stalled_below, fast_above), last)
