"""Where students stand on the continuum, and whether they will arrive in time."""

from __future__ import annotations

from dataclasses import replace

from cbe_analysis.indicators.dates import read_date
from cbe_analysis.indicators.declare import Fitted, indicator
from cbe_analysis.indicators.progress.asked import EXIT_LEVEL, Progress


@indicator(
    kind="model",
    question="How far are students from the age-based grade level?",
    unit="levels from grade",
    principles=(9, 12, 15, 16),
    source="Sturgis & Casey 2018, Quality Principles for Competency-Based Education, principle 12",
)
def level_gap(
    progress: Progress,
    *,
    until: str | None = None,
    exit_level: float = EXIT_LEVEL,
) -> Fitted:
    """Level less the level expected of grade and day: 0 is on grade, -1 a year of learning below.

    The expected level is the grade plus the part of the school year that has passed. Counted are students who had not
    left at the date, each once, with the last level; over several subjects it is the mean gap. `mean` is the mean gap,
    `share` the shares one level or more below, two or more below, and above grade. Factors and schools are those of the
    last level.

    Parameters
    ----------
    until
        Leave out later levels: a date, YYYY-MM-DD.
    exit_level
        The level that completes the continuum.
    """
    from cbe_analysis.indicators.progress.begin import standing
    from cbe_analysis.indicators.progress.gap_rows import gaps_of_groups

    last_day = read_date(until, "until") if until else None
    if last_day:
        progress = replace(progress, levels=progress.levels.filter(f"date <= DATE '{last_day}'"))
    return gaps_of_groups(standing(progress, exit_level), progress.contrast)


@indicator(
    kind="model",
    question="Who is on a path to graduate ready and on time?",
    unit="share of students on track, 0 to 1",
    principles=(9, 12, 15, 16),
    source="Sturgis & Casey 2018, Quality Principles for Competency-Based Education, principles 12 and 16",
)
def on_track(
    progress: Progress,
    *,
    exit_level: float = EXIT_LEVEL,
) -> Fitted:
    """The share of students who will complete the continuum by the end of the last grade, if their pace stays as it is.

    A student needs a pace of the levels left over the school years left. `expected_share` is the mean chance that the
    true pace is at least that (see `pace`); `share` that by observed pace alone; `slope` the mean pace of the group;
    `mean` the pace at which the group would cover all levels that it lacks in all the time that it has. Who left is in
    no share; who has arrived is on track; who has no time left below the exit level is not. Over several subjects it is
    the mean level that counts. The interval leaves room for levels that rise in steps, which round all alike who began
    at the bottom of the continuum on one day, and for students without a pace, who may differ from the others as much
    as schools do.

    Parameters
    ----------
    exit_level
        The level to reach at the end of the last grade.
    """
    from cbe_analysis.indicators.progress.begin import begin, unadjusted
    from cbe_analysis.indicators.progress.track_rows import track_of_groups

    unadjusted(progress.contrast, "a share of students")
    found = begin(progress, exit_level)
    return track_of_groups(found.model, progress.contrast, exit_level)


@indicator(
    kind="model",
    question="Which schools or groups are high-growth but low-status?",
    unit="levels / year",
    principles=(9, 12, 15),
    source="Owen 1956, Annals of Mathematical Statistics 27, 1075-1090: the chance of both, without ranks",
)
def growth_and_status(
    progress: Progress,
    *,
    growth_from: float = 1.0,
    status_from: float = 0.0,
    certainty: float = 0.8,
    exit_level: float = EXIT_LEVEL,
) -> Fitted:
    """Growth beside status for schools or groups, and the chance of each of the four kinds; no ranks.

    `slope` is the mean pace (see `pace`), `mean` the mean gap to grade of students who had not left (see `level_gap`),
    `probability` the chance of the kind that `at` names, errors of both taken together; its note names the kind of the
    group where one is likely enough, else "not clear". By school, where there are six schools or more, growth and
    status are both predictions that are drawn toward the district.

    Parameters
    ----------
    growth_from
        Where high growth begins, levels a year.
    status_from
        Where high status begins, levels from grade.
    certainty
        The chance from which a kind is named, above .5 and below 1.
    exit_level
        The level that completes the continuum.
    """
    from cbe_analysis.indicators.progress.begin import begin, status_of, unadjusted
    from cbe_analysis.indicators.progress.marks import Marks
    from cbe_analysis.indicators.progress.standing_rows import correlation, standings

    unadjusted(progress.contrast, "growth beside status")
    growth = begin(progress, exit_level).model
    status = status_of(growth)
    marks = Marks(growth_from, status_from, certainty, together=correlation(growth, status))
    return standings(growth, status, progress.contrast, marks)
