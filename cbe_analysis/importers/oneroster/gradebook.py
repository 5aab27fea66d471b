"""Course marks and ratings of learning objectives, from lineItems, results and what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from cbe_analysis.errors import UsageError
from cbe_analysis.importers.lookup import look_up, rows_of
from cbe_analysis.importers.oneroster.classes import Classes
from cbe_analysis.importers.oneroster.export import Export
from cbe_analysis.importers.oneroster.people import People
from cbe_analysis.importers.proficiency import proficient
from cbe_analysis.importers.sieve import Sieve, is_number

FINAL = (
    *("final", "final grade", "final mark", "course grade", "term grade", "semester grade", "quarter grade"),
    *("report card", "report card grade", "grading period grade", "posted grade", "stored grade"),
)
GRADED = ("", "fully graded", "partially graded")
_CASE_ID = r"^urn:uuid:"
_SCALE_ENTRY = r"\{\s*([^:{}]+?)\s*:\s*([^{}]*?)\s*\}"


@dataclass(frozen=True, slots=True)
class Gradebook:
    """The results of an export, each with its line item and class.

    Parameters
    ----------
    rows
        One row per result, by sourcedId: student_id, class, subject, course, school, session, category, item, date,
        score, text, scoreStatus.
    """

    rows: pd.DataFrame = field(repr=False)


def gradebook(export: Export, who: People, them: Classes) -> Gradebook:
    """The results, each with its line item and class."""
    results = export["results"].set_index("sourcedId", drop=False)
    items = export["lineItems"].set_index("sourcedId")
    of_item = rows_of(items, results["lineItemSourcedId"])
    of_class = rows_of(them.rows, of_item["classSourcedId"])
    title = export["categories"].set_index("sourcedId")["title"]
    school = of_item["schoolSourcedId"].mask(of_item["schoolSourcedId"].eq(""), of_class["school"])
    rows = {
        "student_id": who.student(results["studentSourcedId"]),
        "item": results["lineItemSourcedId"],
        "subject": of_class["subject"],
        "course": of_class["course"],
        "school": school,
        "session": of_item["sessionSourcedId"],
        "category": look_up(of_item["categorySourcedId"], title).str.strip().str.casefold(),
        "date": results["scoreDate"],
        "score": results["score"],
        "text": results["textScore"],
        "scoreStatus": results["scoreStatus"].str.casefold(),
    }
    return Gradebook(pd.DataFrame(rows, index=results.index).astype("str"))


def marks(export: Export, book: Gradebook, written: frozenset[str], final: str) -> Sieve:
    """One row per result that is a course mark, as its category says.

    Parameters
    ----------
    written
        The terms of our calendar.
    final
        Titles of categories, separated by semicolons, whose results are course marks, beside the usual ones.
    """
    sieve = export.sheets["results"].sieve("marks")
    sieve.rows = book.rows
    titles = {*FINAL, *(title.strip().casefold() for title in final.split(";") if title.strip())}
    why = "scores of assignments, no course marks by their category: name others with --set final=TITLE;TITLE"
    sieve.leave_out(~sieve.rows["category"].isin(titles), why)
    sieve.leave_out(~sieve.rows["scoreStatus"].isin(GRADED), "not graded: exempt, not submitted, or only submitted")
    mark = sieve.rows["text"].mask(sieve.rows["text"].eq(""), sieve.rows["score"])
    sieve.rows = sieve.rows.assign(mark=mark)
    sieve.leave_out(mark.eq(""), "without a mark")
    sieve.leave_out(sieve.rows["student_id"].eq(""), "a student who is not in users")
    sieve.leave_out(sieve.rows["date"].eq(""), "without scoreDate")
    sieve.leave_out(sieve.rows["subject"].eq(""), "of a class without subject")
    sieve.leave_out(~sieve.rows["session"].isin(written), "of a term that is not in our calendar")
    columns = {"course": "course_id", "session": "term_id"}
    names = ["student_id", "subject", "course_id", "term_id", "date", "mark"]
    sieve.rows = sieve.rows.rename(columns=columns)[names]
    sieve.leave_out(sieve.rows.duplicated(names[:-1]), "a further mark of the same student, course, term and day")
    return sieve


def evidence(export: Export, book: Gradebook, proficient_at: str) -> Sieve:
    """One row per rating of a learning objective: a result's own, else that of a line item with one objective.

    Parameters
    ----------
    proficient_at
        The score from which a rating counts as proficient; "" when only the words of textScore can tell.

    Raises
    ------
    UsageError
        When it is not a number.
    """
    least = _least(proficient_at)
    rated = export.sheets["resultLearningObjectiveIds"].sieve("evidence")
    own = rated.rows[["sourcedId", "resultSourcedId", "learningObjectiveId", "score", "textScore"]]
    rated.rows = pd.concat([own, _aligned(export, book, own["resultSourcedId"], rated)], ignore_index=True)
    of_result = rows_of(book.rows, rated.rows["resultSourcedId"])
    known = rated.rows["resultSourcedId"].isin(book.rows.index)
    rated.rows = rated.rows.join(of_result[["student_id", "item", "school", "date", "scoreStatus"]])
    rated.leave_out(~known, "of a result that is not in results")
    rated.leave_out(~rated.rows["scoreStatus"].isin(GRADED), "not graded: exempt, not submitted, or only submitted")
    rated.leave_out(rated.rows["student_id"].eq(""), "a student who is not in users")
    rated.leave_out(rated.rows["date"].eq(""), "without scoreDate")
    rated.rows = rated.rows.assign(score=_scores(export, rated.rows))
    rated.leave_out(~is_number(rated.rows["score"]), "without a number, or a score scale that gives one to its text")
    told = proficient(rated.rows["textScore"], rated.rows["score"], least)
    rated.rows = rated.rows.assign(proficient=told)
    rated.leave_out(told.eq(""), "nothing says whether proficient: name the score with --set proficient_at=NUMBER")
    target = rated.rows["learningObjectiveId"].str.replace(_CASE_ID, "", regex=True)
    columns = {
        "evidence_id": rated.rows["sourcedId"],
        "student_id": rated.rows["student_id"],
        "target_id": target,
        "date": rated.rows["date"],
        "score": rated.rows["score"],
        "proficient": rated.rows["proficient"],
        "work_id": rated.rows["resultSourcedId"],
        "task_id": rated.rows["item"],
        "school_id": rated.rows["school"],
    }
    rated.rows = pd.DataFrame(columns)
    rated.remark(len(rated.rows), "ratings name targets by id: import the CASE framework that has them (import case)")
    return rated


def _least(proficient_at: str) -> float | None:
    if not proficient_at:
        return None
    try:
        return float(proficient_at)
    except ValueError:
        raise UsageError("option 'proficient_at' is not a number", "--set proficient_at", "say 3, or 0.8") from None


def _aligned(export: Export, book: Gradebook, already: pd.Series, rated: Sieve) -> pd.DataFrame:
    """Results that rate no objective of their own, under the one objective of their line item."""
    objectives = export["lineItemLearningObjectiveIds"].drop_duplicates(["lineItemSourcedId", "learningObjectiveId"])
    one = objectives.drop_duplicates("lineItemSourcedId", keep=False).set_index("lineItemSourcedId")
    results = book.rows[book.rows["item"].isin(objectives["lineItemSourcedId"]) & ~book.rows.index.isin(already)]
    rated.read += len(results)
    single = results["item"].isin(one.index)
    why = "scores of line items with several objectives, which do not say which one they rate"
    rated.count(int((~single).sum()), why)
    results = results[single]
    objective = results["item"].map(one["learningObjectiveId"])
    return pd.DataFrame(
        {
            "sourcedId": (results.index + ":" + objective).to_numpy(),
            "resultSourcedId": results.index,
            "learningObjectiveId": objective.to_numpy(),
            "score": results["score"].to_numpy(),
            "textScore": results["text"].to_numpy(),
        }
    ).astype("str")


def _scores(export: Export, rows: pd.DataFrame) -> pd.Series:
    """The score of each rating; where it is empty, what the score scale of its result or line item says of the text."""
    of_result = export["resultScoreScales"].drop_duplicates("resultSourcedId").set_index("resultSourcedId")
    of_item = export["lineItemScoreScales"].drop_duplicates("lineItemSourcedId").set_index("lineItemSourcedId")
    scale = look_up(rows["resultSourcedId"], of_result["scoreScaleSourcedId"])
    scale = scale.mask(scale.eq(""), look_up(rows["item"], of_item["scoreScaleSourcedId"]))
    values = _scales(export)
    pairs = zip(scale, rows["textScore"].str.casefold(), strict=True)
    read = pd.Series([values.get(pair, "") for pair in pairs], index=rows.index, dtype="str")
    return rows["score"].mask(rows["score"].eq(""), read)


def _scales(export: Export) -> Mapping[tuple[str, str], str]:
    """(scale, text) -> the number that it stands for."""
    scales = export["scoreScales"].set_index("sourcedId")["scoreScaleValue"]
    entries = scales.str.extractall(_SCALE_ENTRY)
    names = entries.index.get_level_values(0)
    return {(s, t.casefold()): v for s, t, v in zip(names, entries[0], entries[1], strict=True)}
