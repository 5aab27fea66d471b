"""Who learns together: class sections and instructional groups."""

from __future__ import annotations

from cbe_analysis.tables.declare import Column, Table
from cbe_analysis.tables.recurring import day, school_id, school_year, student_id, subject, term_id

SECTIONS = Table(
    "sections",
    "a class section",
    key=("section_id",),
    columns=(
        Column("section_id", "text", "The section's id.", required=True, reveals="group"),
        school_id(required=True),
        term_id(),
        school_year(),
        subject(),
        Column("course_id", "text", "The course that the section teaches.", reveals="nobody"),
        Column("title", "text", "The section's title.", reveals="anything"),
        Column("level", "number", "The level of the continuum that the section teaches.", unit="levels"),
    ),
)

SECTION_MEMBERS = Table(
    "section_members",
    "a person in a section for a spell",
    key=("section_id", "person_id", "role", "start_date"),
    spell=("start_date", "end_date"),
    columns=(
        Column("section_id", "text", "The section.", required=True, references="sections.section_id", reveals="group"),
        Column(
            "person_id",
            "text",
            "The person: a student_id or a staff_id, as the role says.",
            required=True,
            personal=True,
            reveals="person",
        ),
        Column(
            "role", "text", "Learns or teaches there.", required=True, allowed=("student", "teacher"), reveals="nobody"
        ),
        day("start_date", "First day in the section; empty for the whole term.", required=False),
        day("end_date", "Last day in the section; empty for the whole term.", required=False),
    ),
)

GROUPS = Table(
    "groups",
    "a student in an instructional group for a spell",
    key=("student_id", "group_id", "start_date"),
    spell=("start_date", "end_date"),
    columns=(
        student_id(),
        Column("group_id", "text", "The group.", required=True, reveals="group"),
        subject(),
        school_id(),
        day("start_date", "First day in the group."),
        day("end_date", "Last day in the group; empty while it lasts.", required=False),
    ),
)
