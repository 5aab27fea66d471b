"""Programs and the supports that students receive."""

from __future__ import annotations

from cbe_analysis.tables.declare import Column, Table
from cbe_analysis.tables.recurring import day, minutes, school_id, student_id, subject

PROGRAMS = Table(
    "programs",
    "an intervention",
    key=("program_id",),
    columns=(
        Column("program_id", "text", "The program's id, usable on a command line.", required=True, reveals="nobody"),
        Column("name", "text", "The program's name as briefs print it.", required=True, reveals="nobody"),
        subject("The subject that it is meant to improve; empty for several.", required=False),
        Column(
            "assignment",
            "text",
            "How students came into it, which decides how its effect may be estimated.",
            required=True,
            allowed=("randomized", "cutoff", "rollout", "comparison", "series"),
            reveals="nobody",
        ),
        day("start_date", "First day of the program."),
        Column(
            "running_variable",
            "text",
            "The measure whose cutoff assigned the program, as instrument:subject.",
            reveals="nobody",
        ),
        Column(
            "cutoff",
            "number",
            "The value of the running variable at which the program begins.",
            unit="points of the running variable",
        ),
        Column(
            "treated_side",
            "text",
            "The side of the cutoff that gets the program.",
            allowed=("below", "above"),
            reveals="nobody",
        ),
        Column("cost_per_student", "number", "Cost for one student.", unit="currency", minimum=0),
        Column(
            "outcomes",
            "text",
            "The outcomes chosen beforehand, as instrument:subject, separated by semicolons.",
            reveals="nobody",
        ),
        Column("baseline", "text", "The measure taken before assignment, as instrument:subject.", reveals="nobody"),
        Column(
            "minimum_effect",
            "number",
            "The smallest effect that would matter, written beforehand.",
            unit="points of the outcome",
            minimum=0,
        ),
        Column(
            "certainty",
            "number",
            "How sure the team wants to be before it acts.",
            unit="probability",
            minimum=0,
            maximum=1,
        ),
        Column("next_step_yes", "text", "What the team will do if the effect is large enough.", reveals="anything"),
        Column("next_step_no", "text", "What the team will do if it is not.", reveals="anything"),
        Column("next_step_unsure", "text", "What the team will do if the data cannot tell.", reveals="anything"),
    ),
)

PARTICIPATION = Table(
    "participation",
    "a student in a program's study, either arm",
    key=("program_id", "student_id"),
    spell=("start_date", "end_date"),
    columns=(
        Column("program_id", "text", "The program.", required=True, references="programs.program_id", reveals="nobody"),
        student_id(),
        Column(
            "arm",
            "text",
            "Gets the program, or is compared with it.",
            required=True,
            allowed=("treatment", "comparison"),
            reveals="nobody",
        ),
        Column(
            "block", "text", "The block within which students were assigned: a school, a grade ...", reveals="group"
        ),
        Column(
            "cluster_id",
            "text",
            "What was assigned as a whole: a class, a school; empty when it was the student.",
            reveals="group",
        ),
        day("start_date", "The student's entry into the study; a baseline lies before it.", required=False),
        day("end_date", "Last day in the program.", required=False),
        minutes("minutes", "Time received in all."),
        Column(
            "running_value",
            "number",
            "The student's value of the running variable.",
            unit="points of the running variable",
        ),
        school_id("The school where the student takes part."),
    ),
)

SUPPORTS = Table(
    "supports",
    "a support given to a student",
    key=("support_id",),
    spell=("start_date", "end_date"),
    columns=(
        Column("support_id", "text", "The support's id.", required=True, reveals="record"),
        student_id(),
        Column(
            "kind",
            "text",
            "What sort of support it is.",
            required=True,
            usual=("tutoring", "small_group", "one_to_one", "extended_time", "counseling", "mentoring", "other"),
            reveals="nobody",
        ),
        subject("The subject that it supports; empty for none or several.", required=False),
        day("start_date", "First day of the support."),
        day("end_date", "Last day of the support; empty while it lasts.", required=False),
        minutes("planned_minutes_per_week", "Time planned for a week."),
        day("flagged_on", "Day on which the need was noticed.", required=False),
        Column(
            "program_id",
            "text",
            "The program that the support belongs to.",
            references="programs.program_id",
            reveals="nobody",
        ),
    ),
)

SUPPORT_SESSIONS = Table(
    "support_sessions",
    "a dated session",
    key=("support_id", "date"),
    columns=(
        Column("support_id", "text", "The support.", required=True, references="supports.support_id", reveals="record"),
        day("date", "Day of the session."),
        minutes("minutes", "Time received on that day, all sessions together.", required=True),
    ),
)
