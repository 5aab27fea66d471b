"""How fast students grow, and where they stand."""

from __future__ import annotations

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.dates import read_date
from cbe_analysis.indicators.declare import Cases, Contrast, Fitted, Relation, indicator
from cbe_analysis.indicators.outcomes import chosen
from cbe_analysis.policy import Policy


@indicator(
    question="Where do students stand?",
    unit="scale points",
    principles=(9, 12, 15, 16),
    source="Sturgis & Casey 2018, Quality Principles for Competency-Based Education, principle 12",
)
def status(  # noqa: PLR0913 - the tables and the options of a declaration
    policy: Policy,
    assessments: Relation | None = None,
    levels: Relation | None = None,
    *,
    outcome: str | None = None,
    cut: float | None = None,
    until: str | None = None,
) -> Cases:
    """Mean of the students' last scores (or levels), or the share of students at or above a cut.

    One score per student: the last among the rows asked for.

    Parameters
    ----------
    outcome
        Which scores: instrument:subject, or the subject alone where only one instrument has it; levels:subject for
        positions on the continuum.
    cut
        Give the share of students at or above this score instead of the mean.
    until
        Leave out later scores: a date, YYYY-MM-DD.
    """
    scores = chosen(assessments, outcome, levels=levels, policy=policy)
    last_day = read_date(until, "until") if until else None
    rows = scores.rows.filter(f"date <= DATE '{last_day}'") if last_day else scores.rows
    last = rows.aggregate("student_id, max(date) AS date, arg_max(value, struct_pack(d := date, v := value)) AS value")
    method = f"last {scores.name} score of each student" + (f" until {last_day}" if last_day else "")
    if cut is None:
        return Cases(last, scores.unit(policy), method)
    share = last.select(f"student_id, date, CAST(value >= {cut} AS INTEGER) AS numerator, 1 AS denominator")
    return Cases(share, "share of students, 0 to 1", f"{method}, at or above {cut:g}")


@indicator(
    kind="model",
    question="What is the growth rate on an external measure, and how much does it vary between students and schools?",
    unit="scale points / year",
    principles=(9, 12, 15, 16),
    source="Raudenbush & Bryk 2002, Hierarchical Linear Models, 2nd ed., chapters 6 and 8",
)
def growth_rate(  # noqa: PLR0913 - the tables and the options of a declaration
    assessments: Relation,
    policy: Policy,
    contrast: Contrast,
    calendar: Relation | None = None,
    *,
    outcome: str | None = None,
    levels: int = 0,
    origin: str = "0",
    method: str = "reml",
) -> Fitted:
    """Points gained in a year, from a growth model in which every student, and every school, has a line of its own.

    Intercepts and slopes vary between students and, with six schools or more, between schools, and may be correlated.
    Schools that differ then weigh nearly alike in the mean slope, however large; with levels 2 students weigh by how
    long they were tested. Students who move up together, in one grade in one year, are a class: where there are
    several, each has an intercept of its own, so that students of higher grades are not compared with those of lower
    ones, nor elementary schools with high schools; the intercept is that of the average class, of a group that of its
    own classes, and intercepts are told to vary within classes. Groups are fitted together: each has its own intercept
    and slope, how far it stands from the others may change from class to class, and all share the variances. Factors
    are those of the student's first score; the school is that of each score. By school, the slopes are best linear
    unbiased predictions: a school with few scores is drawn toward the district.

    Parameters
    ----------
    outcome
        Which scores: instrument:subject, or the subject alone where only one instrument has it.
    levels
        3 lets schools vary as well as students, 2 only students; 0 chooses 3 where there are six schools or more.
    origin
        Where the intercept stands: years after the first score, or a date, YYYY-MM-DD.
    method
        How the variances are estimated: reml or ml.
    """
    from cbe_analysis.indicators.growth_model import Model, grow
    from cbe_analysis.indicators.occasions import occasions

    if levels not in (0, 2, 3) or method not in ("reml", "ml"):
        name, allowed = ("levels", "0, 2 or 3") if levels not in (0, 2, 3) else ("method", "reml or ml")
        raise UsageError(f"option '{name}' does not take this value", remedy=f"choose {allowed}")
    seen = occasions(chosen(assessments, outcome, policy=policy), contrast, policy, calendar, origin=origin)
    return grow(seen, Model(levels, method == "reml", policy.minimum_n), contrast)
