"""Canvas's report of outcome results as evidence: one rating per student, outcome, assessment and attempt."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cbe_analysis.errors import UnreadableData
from cbe_analysis.importers.canvas_students import Students
from cbe_analysis.importers.dates import ISO, read_days
from cbe_analysis.importers.layout import Known, Layout, Recognised
from cbe_analysis.importers.sieve import Sieve, is_number

RESULTS = Layout(
    "outcome results",
    (
        Known("canvas", ("student id",), required=True),
        Known("sis", ("student sis id",)),
        Known("assessment_id", ("assessment id",), required=True),
        Known("assessment_type", ("assessment type",), required=True),
        Known("submitted", ("submission date",), required=True),
        Known("outcome_name", ("learning outcome name",), required=True),
        Known("outcome_id", ("learning outcome id",), required=True),
        Known("attempt", ("attempt",), required=True),
        Known("outcome_score", ("outcome score",), required=True),
        Known("question_id", ("assessment question id",)),
        Known("mastery_score", ("learning outcome mastery score",)),
        Known("mastered", ("learning outcome mastered",), required=True),
        Known("rating", ("learning outcome rating",)),
        Known("rating_points", ("learning outcome rating points",)),
        Known("state", ("enrollment state",)),
    ),
)
_RATING = ["student_id", "outcome_id", "assessment_type", "assessment_id"]
_EMPTY_REPORT = "no outcomes found"
_COLUMNS = ("evidence_id", "student_id", "target_id", "date", "score", "proficient", "work_id", "task_id", "attempt")


def evidence(parts: Sequence[Recognised], *, students: Students, target: str) -> Sieve:
    """The ratings of the reports, as rows of `evidence`.

    Parameters
    ----------
    target
        "name" or "id": which of the outcome's two becomes the target_id.

    Raises
    ------
    UnreadableData
        When targets are to be known by name and two outcomes share one.
    """
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    sieve = Sieve("evidence", frame, len(frame))
    sieve.leave_out(frame["canvas"].str.casefold().str.startswith(_EMPTY_REPORT), "Canvas's word that there are none")
    sieve.rows = sieve.rows.assign(student_id=students.ids(sieve.rows))
    sieve.leave_out(sieve.rows["student_id"].eq(""), students.lacking)
    _date(sieve)
    if target == "name":
        _check_names(sieve.rows)
    _rate_quizzes(sieve)
    _rate_assignments(sieve)
    _once(sieve)
    sieve.remark(int(sieve.rows["state"].eq("deleted").sum()), "ratings of students who have left the course")
    sieve.remark(len(sieve.rows), "ratings without a rater: the report names none")
    names = sieve.rows["outcome_name" if target == "name" else "outcome_id"]
    sieve.rows = _canonical(sieve.rows.assign(target_id=names))
    return sieve


def _date(sieve: Sieve) -> None:
    """The day as written in the account's time zone."""
    days = read_days(sieve.rows["submitted"], ISO)
    sieve.rows = sieve.rows.assign(date=days.values)
    sieve.leave_out(days.unreadable, "a submission date that cannot be read")
    sieve.leave_out(sieve.rows["date"].eq(""), "no submission date")


def _check_names(rows: pd.DataFrame) -> None:
    ids = rows.groupby("outcome_name")["outcome_id"].nunique()
    shared = int(ids.gt(1).sum())
    if shared:
        raise UnreadableData(
            f"{shared} names stand for two outcomes or more",
            "column 'learning outcome name'",
            "say target=id to know targets by their ids",
        )


def _rate_quizzes(sieve: Sieve) -> None:
    """One rating of the rows of a quiz: the points of the rating, proficient when they reach the mastery score."""
    rows = sieve.rows
    questions = rows["question_id"].ne("")
    quiz = questions | rows["assessment_type"].str.casefold().eq("quiz")
    odd = quiz & ~(is_number(rows["rating_points"]) & is_number(rows["mastery_score"]))
    sieve.leave_out(odd, "a quiz without points of the rating or a mastery score: hidden in Canvas")
    rows, quiz, questions = sieve.rows, quiz[~odd], questions[~odd]
    points = pd.to_numeric(rows["rating_points"].where(quiz), errors="coerce")
    reached = points.ge(pd.to_numeric(rows["mastery_score"].where(quiz), errors="coerce"))
    proficient = reached.map({True: "true", False: "false"}).where(quiz, "").astype("str")
    sieve.rows = rows.assign(quiz=quiz, score=rows["rating_points"].where(quiz, ""), proficient=proficient)
    against = questions & rows["mastered"].eq("0") & proficient.eq("true")
    sieve.remark(
        int(against.sum()), "quiz questions not mastered within an outcome that is: the outcome's rating counts"
    )
    asked = sieve.rows[questions].sort_values([*_RATING, "date", "attempt", "question_id"])
    further = pd.Series(False, index=sieve.rows.index)
    further[asked.index[asked.duplicated(_RATING, keep="last")]] = True
    sieve.leave_out(further, "a further question of a quiz whose rating is written")
    sieve.remark(
        int(sieve.rows["quiz"].sum()),
        "ratings of quizzes: of New Quizzes the report keeps the latest attempt, and 'attempt' counts the attempts",
    )


def _rate_assignments(sieve: Sieve) -> None:
    """The outcome score of an assignment, proficient as Canvas says; by the score where it says nothing."""
    rows = sieve.rows
    plain = ~rows["quiz"]
    score = rows["score"].mask(plain, rows["outcome_score"])
    by_score = pd.to_numeric(score, errors="coerce").ge(pd.to_numeric(rows["mastery_score"], errors="coerce"))
    says = rows["mastered"].str.casefold().map({"1": "true", "true": "true", "0": "false", "false": "false"}).fillna("")
    can = is_number(score) & is_number(rows["mastery_score"])
    worked_out = by_score.map({True: "true", False: "false"}).where(can, "")
    blank = plain & says.eq("")
    told = says.mask(blank, worked_out)
    sieve.rows = rows.assign(score=score, proficient=rows["proficient"].mask(plain, told).astype("str"))
    differ = plain & says.ne("") & can & says.ne(worked_out)
    sieve.leave_out(sieve.rows["score"].eq(""), "no score: hidden in Canvas, or not rated")
    sieve.leave_out(~is_number(sieve.rows["score"]), "a score that is no number")
    sieve.leave_out(sieve.rows["proficient"].eq(""), "not known whether it is mastered")
    kept = sieve.rows.index
    sieve.remark(int(blank[kept].sum()), "ratings without a word on mastery: proficient by score and mastery score")
    sieve.remark(
        int(differ[kept].sum()), "ratings whose mastery contradicts score and mastery score: Canvas's word counts"
    )


def _once(sieve: Sieve) -> None:
    """Give each rating its id, and leave out what stands there twice."""
    rows = sieve.rows
    attempt = rows["attempt"].where(rows["attempt"].str.fullmatch("[1-9][0-9]{0,8}"), "")
    sieve.remark(int(attempt.eq("").sum()), "ratings without the number of the attempt")
    work = rows["assessment_type"] + "-" + rows["assessment_id"] + "-" + rows["canvas"] + "-" + attempt
    sieve.rows = rows.assign(
        attempt=attempt,
        task_id=rows["assessment_type"] + "-" + rows["assessment_id"],
        work_id=work.str.rstrip("-"),
        evidence_id=("canvas-" + work + "-" + rows["outcome_id"]).str.replace("--", "-", regex=False),
    ).sort_values(["evidence_id", "date", "score"], kind="stable")
    same = sieve.rows.duplicated(["evidence_id", "date", "score", "proficient"])
    sieve.leave_out(same, "the same rating again: a student of two sections, or a file exported twice")
    earlier = sieve.rows.duplicated("evidence_id", keep="last")
    sieve.leave_out(earlier, "an earlier rating of the same attempt")


def _canonical(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[list(_COLUMNS)].sort_values("evidence_id", ignore_index=True).astype("str")
