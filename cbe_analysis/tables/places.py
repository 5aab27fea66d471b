"""Schools, and the days on which they teach."""

from __future__ import annotations

from cbe_analysis.tables.declare import Column, Table
from cbe_analysis.tables.recurring import day, school_id, school_year

DAYS_OF_A_YEAR = 366

SCHOOLS = Table(
    "schools",
    "a school",
    key=("school_id",),
    required=True,
    columns=(
        Column("school_id", "text", "The school's id in the district.", required=True, reveals="school"),
        Column("name", "text", "The school's name as briefs print it.", required=True, reveals="school"),
        Column(
            "kind",
            "text",
            "The grades that it serves, in one word.",
            required=True,
            allowed=("elementary", "middle", "high", "other"),
            reveals="nobody",
        ),
        Column("nces_id", "text", "The school's id at the National Center for Education Statistics.", reveals="school"),
    ),
)

CALENDAR = Table(
    "calendar",
    "a term",
    key=("school_id", "term_id"),
    spell=("start_date", "end_date"),
    columns=(
        school_id("The school that the term holds for; empty for the whole district."),
        Column(
            "term_id", "text", "The term's id, not used again in another school year.", required=True, reveals="nobody"
        ),
        school_year(),
        Column(
            "kind",
            "text",
            "What part of a year the term is.",
            required=True,
            allowed=("year", "semester", "trimester", "quarter"),
            reveals="nobody",
        ),
        day("start_date", "First day of the term."),
        day("end_date", "Last day of the term."),
        Column(
            "instructional_days",
            "integer",
            "Days of instruction in the term.",
            unit="days",
            minimum=0,
            maximum=DAYS_OF_A_YEAR,
        ),
    ),
)

CLOSURES = Table(
    "closures",
    "days without school",
    key=("school_id", "start_date"),
    spell=("start_date", "end_date"),
    columns=(
        school_id("The school that is closed; empty for the whole district."),
        day("start_date", "First day without school."),
        day("end_date", "Last day without school."),
    ),
)
