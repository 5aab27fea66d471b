"""What is to be learned, the evidence of it, and where students stand."""

from __future__ import annotations

from cbe_analysis.tables.declare import Column, Table
from cbe_analysis.tables.recurring import (
    day,
    depth,
    grade,
    minutes,
    school_id,
    student_id,
    subject,
    target_id,
    term_id,
)

TARGETS = Table(
    "targets",
    "a learning target",
    key=("target_id",),
    columns=(
        Column("target_id", "text", "The target's id.", required=True, reveals="nobody"),
        subject("The subject that the target belongs to."),
        Column(
            "level", "number", "The level of the continuum that the target belongs to.", required=True, unit="levels"
        ),
        Column("title", "text", "The target in words.", required=True, reveals="nobody"),
        Column(
            "kind",
            "text",
            "Academic knowledge, a transferable skill, or a lifelong-learning skill.",
            required=True,
            allowed=("academic", "transferable", "lifelong"),
            reveals="nobody",
        ),
        depth("Depth of knowledge that the target asks for (Webb)."),
        Column("required", "boolean", "Counts toward completing the level.", required=True),
        Column("code", "text", "The code of the standard, as people cite it.", reveals="nobody"),
        Column(
            "parent_id",
            "text",
            "The target that this one is a part of.",
            references="targets.target_id",
            reveals="nobody",
        ),
        Column("framework_id", "text", "The framework document that the target comes from.", reveals="nobody"),
    ),
)

TARGET_LINKS = Table(
    "target_links",
    "a link between targets",
    key=("from_id", "kind", "to_id"),
    columns=(
        Column(
            "from_id",
            "text",
            "The target that the link starts at.",
            required=True,
            references="targets.target_id",
            reveals="nobody",
        ),
        Column(
            "kind",
            "text",
            "How the first target relates to the second.",
            required=True,
            usual=(
                "precedes",
                "is_child_of",
                "is_part_of",
                "is_peer_of",
                "is_related_to",
                "exact_match",
                "exemplar",
                "has_skill_level",
                "is_translation_of",
                "replaced_by",
            ),
            reveals="nobody",
        ),
        Column(
            "to_id",
            "text",
            "The target that the link ends at; may lie outside the district's targets.",
            required=True,
            reveals="nobody",
        ),
    ),
)

EVIDENCE = Table(
    "evidence",
    "one rating of one student on one target by one rater",
    key=("evidence_id",),
    columns=(
        Column("evidence_id", "text", "The rating's id.", required=True, reveals="record"),
        student_id(),
        target_id(),
        day("date", "Day of the performance that was rated."),
        Column("score", "number", "The rating on the district's scale.", required=True, unit="scale points"),
        Column("proficient", "boolean", "The rating counts as proficient.", required=True),
        Column("rater_id", "text", "Who rated.", personal=True, reveals="person"),
        Column(
            "rater_role",
            "text",
            "What the rater was to the student.",
            allowed=("teacher", "second", "self", "peer", "external", "system"),
            reveals="nobody",
        ),
        Column("work_id", "text", "The piece of work: ratings of the same work share it.", reveals="record"),
        Column("task_id", "text", "The task that the work answers.", reveals="record"),
        Column("attempt", "integer", "Which attempt at the target this was, from 1.", unit="attempts", minimum=1),
        Column(
            "kind",
            "text",
            "What sort of assessment it was.",
            allowed=("formative", "summative", "performance", "project", "portfolio", "observation"),
            reveals="nobody",
        ),
        depth("Depth of knowledge that the work shows (Webb)."),
        day("recorded_on", "Day on which the rating was recorded.", required=False),
        school_id("The school where the rating was given."),
    ),
)

TARGET_STATUS = Table(
    "target_status",
    "a rolled-up state of a student on a target, as most gradebooks export it",
    key=("student_id", "target_id", "date"),
    columns=(
        student_id(),
        target_id(),
        day("date", "Day for which the state holds."),
        Column("score", "number", "The rolled-up score on the district's scale.", unit="scale points"),
        Column("proficient", "boolean", "The state counts as proficient.", required=True),
        Column(
            "method",
            "text",
            "How the gradebook rolls ratings up.",
            usual=("highest", "latest", "average", "decaying", "mode", "teacher"),
            reveals="nobody",
        ),
    ),
)

LEVELS = Table(
    "levels",
    "a student's level in a subject at a date",
    key=("student_id", "subject", "date", "method"),
    columns=(
        student_id(),
        subject(),
        day("date", "Day for which the level holds."),
        Column(
            "level",
            "number",
            "Position on the subject's continuum: 5.4 is four tenths through level 5.",
            required=True,
            unit="levels",
        ),
        Column("std_error", "number", "Standard error of the level.", unit="levels", minimum=0),
        Column(
            "method",
            "text",
            "How the level was found; placement sets the entry level and is never measured.",
            usual=("placement", "evidence", "test", "teacher"),
            reveals="nobody",
        ),
    ),
)

ASSESSMENTS = Table(
    "assessments",
    "a score on an external measure",
    key=("student_id", "instrument", "subject", "date", "official"),
    columns=(
        student_id(),
        Column(
            "instrument", "text", "The test, in one short word: sat, map, iready ...", required=True, reveals="nobody"
        ),
        subject(),
        day("date", "Day of the test."),
        Column("score", "number", "The score on the instrument's own scale.", required=True, unit="scale points"),
        Column("std_error", "number", "Standard error of the score.", unit="scale points", minimum=0),
        grade("grade_at_test", "The grade of the student on that day."),
        Column("official", "boolean", "The score that counts where a test was taken again on one day; empty counts."),
        minutes("minutes", "Time that the student took."),
    ),
)

MARKS = Table(
    "marks",
    "a course mark",
    key=("student_id", "subject", "course_id", "term_id", "date"),
    columns=(
        student_id(),
        subject(),
        Column("course_id", "text", "The course.", reveals="nobody"),
        term_id(required=True),
        day("date", "Day on which the mark was given."),
        Column("mark", "text", "The mark as printed: A-, 3, Pass ...", required=True, reveals="nobody"),
        Column("points", "number", "The mark as grade points.", unit="grade points", minimum=0),
    ),
)
