"""Students, where they are enrolled, and the adults beside them."""

from __future__ import annotations

from cbe_analysis.tables.declare import Column, Table
from cbe_analysis.tables.recurring import (
    FIRST_YEAR,
    LAST_YEAR,
    day,
    gender,
    grade,
    race_ethnicity,
    school_id,
    school_year,
    student_id,
)

STUDENTS = Table(
    "students",
    "a person",
    key=("student_id",),
    required=True,
    columns=(
        Column(
            "student_id",
            "text",
            "The district's own id or a random record code.",
            required=True,
            personal=True,
            reveals="person",
        ),
        race_ethnicity(),
        gender(),
        Column("home_language", "text", "Language spoken at home, as a code (en, es) or a word.", reveals="detail"),
        Column("birth_month", "month", "Month of birth.", personal=True, reveals="detail"),
        Column(
            "cohort_year",
            "integer",
            "The school year in which the student is due to graduate after four years of high school.",
            unit="year",
            minimum=FIRST_YEAR,
            maximum=LAST_YEAR,
            reveals="trait",
        ),
    ),
)

ENROLLMENTS = Table(
    "enrollments",
    "a student in a school for a spell",
    key=("student_id", "school_id", "entry_date"),
    required=True,
    spell=("entry_date", "exit_date"),
    columns=(
        student_id(),
        school_id(required=True),
        day("entry_date", "First day of the spell."),
        day("exit_date", "Last day of the spell; empty until the end of the school year.", required=False),
        Column("exit_code", "text", "Why the spell ended, in the district's code.", reveals="trait"),
        school_year("The school year that the spell lies in, named by its spring: 2025-26 is 2026."),
        grade("grade", "The grade enrolled in: -1 is pre-kindergarten, 0 kindergarten.", required=True),
        Column(
            "economically_disadvantaged", "boolean", "Economically disadvantaged by the state's rule.", reveals="trait"
        ),
        Column(
            "english_learner",
            "text",
            "English learner now, formerly, or never.",
            allowed=("current", "former", "never"),
            reveals="trait",
        ),
        Column("disability", "boolean", "Has an individualized education program.", reveals="trait"),
        Column(
            "disability_category",
            "text",
            "Primary disability: a category of the federal law, or the district's own word.",
            usual=(
                "autism",
                "deaf_blindness",
                "developmental_delay",
                "emotional_disturbance",
                "hearing_impairment",
                "intellectual_disability",
                "multiple_disabilities",
                "orthopedic_impairment",
                "other_health_impairment",
                "specific_learning_disability",
                "speech_or_language_impairment",
                "traumatic_brain_injury",
                "visual_impairment",
            ),
            reveals="trait",
        ),
        Column(
            "placement",
            "text",
            "Where special education is given: share of the day in the regular class, or a separate setting.",
            usual=(
                "regular_80_or_more",
                "regular_40_to_79",
                "regular_under_40",
                "separate_school",
                "residential_facility",
                "homebound_hospital",
                "correctional_facility",
                "parentally_placed_private",
            ),
            reveals="trait",
        ),
        Column("gifted", "boolean", "Identified as gifted.", reveals="trait"),
    ),
)

STUDENT_IDS = Table(
    "student_ids",
    "another system's id of a student",
    key=("system", "external_id"),
    columns=(
        student_id(),
        Column("system", "text", "The other system: state, canvas, nwea ...", required=True, reveals="nobody"),
        Column("external_id", "text", "The student's id there.", required=True, personal=True, reveals="record"),
    ),
)

STAFF = Table(
    "staff",
    "an adult in a school for a year",
    key=("staff_id", "school_id", "school_year", "role"),
    columns=(
        Column(
            "staff_id",
            "text",
            "The adult; the district's own id or a random code.",
            required=True,
            personal=True,
            reveals="person",
        ),
        school_id(required=True),
        school_year(),
        Column(
            "role",
            "text",
            "What the adult does there.",
            required=True,
            usual=("teacher", "interventionist", "counselor", "aide", "administrator", "other"),
            reveals="trait",
        ),
        race_ethnicity(),
        gender(),
    ),
)
