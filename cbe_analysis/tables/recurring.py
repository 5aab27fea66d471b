"""Columns that recur in many tables, so that each is described once."""

from __future__ import annotations

from cbe_analysis.tables.declare import Column

FIRST_YEAR, LAST_YEAR = 1900, 2200
PRE_KINDERGARTEN, LAST_GRADE = -1, 12
DEEPEST = 4


def student_id() -> Column:
    """The student of the row."""
    return Column(
        "student_id",
        "text",
        "The student; the district's own id or a random record code.",
        required=True,
        references="students.student_id",
        personal=True,
        reveals="person",
    )


def school_id(meaning: str = "The school.", *, required: bool = False) -> Column:
    """The school of the row."""
    return Column("school_id", "text", meaning, required=required, references="schools.school_id", reveals="school")


def school_year(
    meaning: str = "The school year, named by its spring: 2025-26 is 2026.", *, required: bool = True
) -> Column:
    """The school year of the row."""
    return Column(
        "school_year", "integer", meaning, required=required, unit="year", minimum=FIRST_YEAR, maximum=LAST_YEAR
    )


def grade(name: str, meaning: str, *, required: bool = False) -> Column:
    """A grade."""
    return Column(
        name, "integer", meaning, required=required, unit="grade", minimum=PRE_KINDERGARTEN, maximum=LAST_GRADE
    )


def subject(
    meaning: str = "The subject, in the district's own word: math, reading ...", *, required: bool = True
) -> Column:
    """The subject of the row."""
    return Column("subject", "text", meaning, required=required, reveals="nobody")


def day(name: str, meaning: str, *, required: bool = True) -> Column:
    """A date."""
    return Column(name, "date", meaning, required=required)


def target_id() -> Column:
    """The learning target of the row."""
    return Column(
        "target_id", "text", "The learning target.", required=True, references="targets.target_id", reveals="nobody"
    )


def term_id(*, required: bool = False) -> Column:
    """The term of the row."""
    return Column(
        "term_id",
        "text",
        "The term, as in calendar.",
        required=required,
        references="calendar.term_id",
        reveals="nobody",
    )


def depth(meaning: str) -> Column:
    """A depth of knowledge."""
    return Column("depth", "integer", meaning, unit="depth of knowledge", minimum=1, maximum=DEEPEST)


def minutes(name: str, meaning: str, *, required: bool = False) -> Column:
    """A time spent."""
    return Column(name, "number", meaning, required=required, unit="minutes", minimum=0)


def race_ethnicity() -> Column:
    """The group of race and ethnicity."""
    return Column(
        "race_ethnicity",
        "text",
        "Race and ethnicity: one of the seven federal groups, or the district's own word.",
        usual=(
            "american_indian",
            "asian",
            "black",
            "hispanic",
            "pacific_islander",
            "two_or_more",
            "white",
        ),
        reveals="trait",
    )


def gender() -> Column:
    """The gender."""
    return Column("gender", "text", "Gender as recorded.", usual=("female", "male", "nonbinary"), reveals="trait")
