"""The check on studies: students of a program without a score of what it is judged by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cbe_analysis.tables import Table
from cbe_analysis.tables.quoting import literal
from cbe_analysis.validate.checks import Check, Known, Words, as_date, counted

FEWEST = 5  # students that an arm needs to be judged


def study_checks(table: Table, known: Known) -> Iterator[Check]:
    """The check on participation, where there are programs and scores."""
    if table.name == "participation" and known.has("programs") and known.has("assessments"):
        yield _without_outcome(known)


def _without_outcome(known: Known) -> Check:
    """A score counts when it was taken after the student's start and is one of the program's outcomes.

    A program without outcomes written down is judged by any score of its subject; without a subject, by any score.
    """
    most = known.policy.checks.missing_outcome_at_most
    words = Words(
        f"more than {100 * most:g} % of the students of an arm have no outcome after the program began",
        "the students who are left may differ from those who are lost; above all where one arm loses more",
        "load the later scores of these students, or name the outcome that was measured in programs.outcomes",
    )
    own = known.tables["programs"]
    outcomes, subject = (name if name in own else "NULL" for name in ("outcomes", "subject"))
    start = as_date("start_date") if known.has("participation", "start_date") else "NULL::DATE"
    told = f"""
        WITH wanted AS (
            SELECT program_id, {as_date("start_date")} AS begun, {subject} AS subject,
                trim(unnest(string_split(coalesce({outcomes}, ''), ';'))) AS outcome FROM programs
        ), scored AS (
            SELECT wanted.program_id, student_id, max({as_date("date")}) AS last_score
            FROM assessments JOIN wanted ON assessments.score IS NOT NULL AND CASE
                WHEN outcome <> '' THEN outcome IN (assessments.subject, instrument || ':' || assessments.subject)
                ELSE coalesce(assessments.subject = wanted.subject, true) END
            GROUP BY ALL
        ), places AS (
            SELECT row_number, raw.program_id, arm, coalesce(last_score >= coalesce(started, begun), false) AS measured
            FROM (SELECT row_number, program_id, student_id, arm, {start} AS started FROM raw) AS raw
            JOIN (SELECT DISTINCT program_id, begun FROM wanted) AS programs USING (program_id)
            LEFT JOIN scored ON scored.program_id = raw.program_id AND scored.student_id = raw.student_id
            WHERE arm IS NOT NULL AND begun IS NOT NULL
        ), arms AS (
            SELECT program_id, arm, count(*) AS everyone, count(*) FILTER (NOT measured) AS lost
            FROM places GROUP BY ALL
        ), losing AS (SELECT * FROM arms WHERE everyone >= {FEWEST} AND lost > {literal(most)} * everyone)
        """
    rows = f"{told} SELECT row_number FROM places SEMI JOIN losing USING (program_id, arm) WHERE NOT measured"
    details = f"""{told}
        SELECT format('{{}}, {{}}: {{:,}} of {{:,}} students without an outcome', program_id, arm, lost, everyone)
        FROM arms SEMI JOIN losing USING (program_id) ORDER BY program_id, arm DESC"""
    columns = ("program_id", "student_id", "arm")
    reads = ("programs", "assessments")
    check = Check("no_outcome", "participation", columns, "warning", words, rows, reads=reads)
    return counted(replace(check, details=details))
