"""What people say and what they try: surveys, self-assessed practices, cycles of improvement."""

from __future__ import annotations

from cbe_analysis.tables.declare import Column, Table
from cbe_analysis.tables.recurring import day, school_id

ROLES = ("student", "staff", "family")
PRINCIPLES = 16
HIGHEST_RATING = 3


def _role() -> Column:
    return Column("role", "text", "Who is asked.", required=True, allowed=ROLES, reveals="nobody")


def _principle(*, required: bool) -> Column:
    meaning = "Number of the quality principle that it speaks to."
    return Column("principle", "integer", meaning, required=required, minimum=1, maximum=PRINCIPLES)


SURVEY_ITEMS = Table(
    "survey_items",
    "an item of a survey",
    key=("survey_id", "item_id", "role"),
    columns=(
        Column("survey_id", "text", "The survey.", required=True, reveals="nobody"),
        Column("item_id", "text", "The item's id in the survey.", required=True, reveals="nobody"),
        Column("text", "text", "The item as it is asked.", required=True, reveals="nobody"),
        Column(
            "construct",
            "text",
            "What the item measures: belonging, agency, safety ...",
            required=True,
            reveals="nobody",
        ),
        _role(),
        Column("minimum", "number", "The lowest answer.", required=True, unit="scale points"),
        Column("maximum", "number", "The highest answer.", required=True, unit="scale points"),
        Column("reverse", "boolean", "A high answer means little of the construct.", required=True),
        _principle(required=False),
    ),
)

SURVEY_RESPONSES = Table(
    "survey_responses",
    "one answer",
    key=("survey_id", "response_id", "item_id"),
    columns=(
        Column(
            "survey_id", "text", "The survey.", required=True, references="survey_items.survey_id", reveals="nobody"
        ),
        Column(
            "response_id",
            "text",
            "The sheet that the answer stands on.",
            required=True,
            personal=True,
            reveals="record",
        ),
        Column("item_id", "text", "The item.", required=True, references="survey_items.item_id", reveals="nobody"),
        _role(),
        day("date", "Day of the answer."),
        Column("value", "number", "The answer on the item's scale.", required=True, unit="scale points"),
        school_id("The school of the person asked."),
        Column(
            "person_id",
            "text",
            "The person: a student_id or staff_id; empty when anonymous.",
            personal=True,
            reveals="person",
        ),
    ),
)

PRACTICES = Table(
    "practices",
    "a self-assessed practice",
    key=("principle", "practice_id", "rater_id", "school_id", "date"),
    columns=(
        _principle(required=True),
        Column("practice_id", "text", "The practice.", required=True, reveals="nobody"),
        Column("rater_id", "text", "Who assessed.", required=True, personal=True, reveals="person"),
        school_id("The school assessed; empty for the district."),
        day("date", "Day of the assessment."),
        Column(
            "rating",
            "integer",
            "How far the practice is in place: 0 not at all, 3 fully.",
            required=True,
            unit="rating",
            minimum=0,
            maximum=HIGHEST_RATING,
        ),
        Column("red_flag", "boolean", "The practice works against the principle."),
    ),
)

CYCLES = Table(
    "cycles",
    "a plan-do-study-act cycle",
    key=("cycle_id",),
    columns=(
        Column("cycle_id", "text", "The cycle's id.", required=True, reveals="record"),
        Column("team", "text", "The team that runs it.", required=True, reveals="group"),
        school_id("The school; empty for the district."),
        Column("aim", "text", "What the team wants to accomplish.", required=True, reveals="anything"),
        Column("change_idea", "text", "What the team tries.", required=True, reveals="anything"),
        day("change_date", "Day on which the change began."),
        Column("indicator", "text", "The indicator that will show it, by its id.", required=True, reveals="nobody"),
        Column(
            "where", "text", "Whom it concerns, as conditions of --where separated by semicolons.", reveals="anything"
        ),
        Column("prediction", "text", "What the team expects the indicator to do.", required=True, reveals="anything"),
        Column(
            "decision",
            "text",
            "What the team decided afterwards.",
            allowed=("adopt", "adapt", "abandon"),
            reveals="nobody",
        ),
    ),
)
