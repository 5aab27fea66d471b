"""Whether an intervention worked, and for whom."""

from __future__ import annotations

from cbe_analysis.indicators.declare import Contrast, Fitted, Relation, indicator
from cbe_analysis.policy import Policy


@indicator(
    kind="model",
    question="Did it work, for whom, and how sure are we?",
    unit="scale points",
    principles=(9, 15),
    source="What Works Clearinghouse 2020, Procedures Handbook 4.1; Pustejovsky & Tipton 2018 (CR2)",
)
def intervention_effect(  # noqa: PLR0913 - the tables and the options of a declaration
    participation: Relation,
    programs: Relation,
    assessments: Relation,
    policy: Policy,
    contrast: Contrast,
    calendar: Relation | None = None,
    *,
    program: str | None = None,
    outcome: str | None = None,
    covariates: str | None = None,
    baseline: str | None = None,
    until: str | None = None,
) -> Fitted:
    """Points that the program added, as its declared assignment allows them to be estimated.

    For `randomized`: the treatment group against all comparison students, as they were assigned (intent to treat), with
    an effect for every block, and errors that admit that a class or school was assigned as a whole (CR2 with
    Satterthwaite degrees of freedom). With groups, every group has its own effect, from one regression; a `gap` is the
    difference of two effects. The outcome is the student's last score after the program began and before the study
    ended. Both arms are described at entry, for those who entered the study with this program; those without an outcome
    are counted.

    Parameters
    ----------
    program
        Which program, by its id; may be left out where there is one.
    outcome
        Which scores: instrument:subject, or the subject alone where only one instrument has it.
    covariates
        Columns to hold equal, separated by commas: of participation, or factors of students at entry.
    baseline
        Scores to hold equal, instrument:subject: each student's last before entering the study.
    until
        Last day of the outcome, YYYY-MM-DD; else the end of the study.
    """
    from cbe_analysis.indicators.study import Wanted, study
    from cbe_analysis.indicators.trial import trial

    names = tuple(c.strip() for c in (covariates or "").split(",") if c.strip())
    wanted = Wanted(program, outcome, names + contrast.adjust, baseline, until)
    return trial(study(participation, programs, assessments, wanted, policy=policy, calendar=calendar), contrast)
