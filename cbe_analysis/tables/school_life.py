"""Being at school: opportunities, attendance, incidents, and what comes at the end."""

from __future__ import annotations

from cbe_analysis.tables.declare import Column, Table
from cbe_analysis.tables.places import DAYS_OF_A_YEAR
from cbe_analysis.tables.recurring import day, school_id, school_year, student_id, term_id

OPPORTUNITIES = Table(
    "opportunities",
    "a student's access to an opportunity",
    key=("student_id", "kind", "date", "school_year"),
    either=("date", "school_year"),
    columns=(
        student_id(),
        Column(
            "kind",
            "text",
            "What the student had access to.",
            required=True,
            usual=("project", "internship", "advanced", "leadership", "arts", "college_course", "service"),
            reveals="nobody",
        ),
        day("date", "Day of the opportunity; or give the school year.", required=False),
        school_year("School year of the opportunity, named by its spring; or give the date.", required=False),
    ),
)

ATTENDANCE = Table(
    "attendance",
    "a student in a term (or year)",
    key=("student_id", "school_id", "school_year", "term_id"),
    columns=(
        student_id(),
        school_id(),
        school_year(),
        term_id(),
        Column(
            "days_enrolled",
            "number",
            "School days on which the student was enrolled.",
            required=True,
            unit="days",
            minimum=0,
            maximum=DAYS_OF_A_YEAR,
        ),
        Column(
            "days_absent",
            "number",
            "Of these, days absent for whatever reason; half days count one half.",
            required=True,
            unit="days",
            minimum=0,
            maximum=DAYS_OF_A_YEAR,
        ),
    ),
)

INCIDENTS = Table(
    "incidents",
    "a student in an incident and its action",
    key=("incident_id", "student_id", "action"),
    columns=(
        Column(
            "incident_id", "text", "The incident: students in the same one share it.", required=True, reveals="record"
        ),
        student_id(),
        day("date", "Day of the incident."),
        Column("behavior", "text", "What happened, in the district's code.", reveals="detail"),
        Column(
            "action",
            "text",
            "What followed for the student: suspension in school (iss) or out of it (oss), and so on.",
            required=True,
            usual=(
                "iss",
                "oss",
                "expulsion",
                "removal",
                "referral_to_law_enforcement",
                "arrest",
                "restorative",
                "none",
            ),
            reveals="nobody",
        ),
        Column(
            "days", "number", "School days lost through the action.", unit="days", minimum=0, maximum=DAYS_OF_A_YEAR
        ),
    ),
)

STATE_COUNTS = Table(
    "state_counts",
    "the state's published counts for comparison",
    key=("school_year", "category", "group"),
    columns=(
        school_year(),
        Column(
            "category",
            "text",
            "What is counted: a disability category, a placement, an action.",
            required=True,
            reveals="nobody",
        ),
        Column("group", "text", "The group of race and ethnicity.", required=True, reveals="nobody"),
        Column(
            "cases",
            "integer",
            "Students of the group counted in the category.",
            required=True,
            unit="students",
            minimum=0,
        ),
        Column("enrolled", "integer", "Students of the group enrolled.", required=True, unit="students", minimum=0),
    ),
)

OUTCOMES = Table(
    "outcomes",
    "an end-of-school outcome",
    key=("student_id", "kind", "date"),
    columns=(
        student_id(),
        Column(
            "kind",
            "text",
            "What happened at or after the end of school.",
            required=True,
            usual=(
                "graduated",
                "dropped_out",
                "transferred",
                "remediation",
                "enrolled_college",
                "employed",
                "deceased",
            ),
            reveals="nobody",
        ),
        day("date", "Day of the outcome."),
    ),
)
