"""Tests and their scores, learning targets, and ratings of them."""

from __future__ import annotations

import pandas as pd

from cbe_analysis.importers.account import LeftOut
from cbe_analysis.importers.edfi.elements import BAR, Elements
from cbe_analysis.importers.edfi.words import first, slug
from cbe_analysis.importers.grades import read_grades
from cbe_analysis.importers.lookup import look_up
from cbe_analysis.importers.proficiency import word
from cbe_analysis.importers.sieve import Sieve, is_number
from cbe_analysis.importers.subjects import plain_subjects

_METHODS = ("scale score", "rit scale score", "composite score", "raw score")  # the first that an instrument has
_NO_RULE = (
    "nothing says whether proficient: no performance level, no cut score; name the share of the most points with "
    "--set proficient_share=0.8"
)
_NO_TARGET = "the objective tests no standard, or several, by the interchange AssessmentMetadata"


def assessments(found: Elements) -> Sieve:
    """One row per test taken; each instrument has scores of one kind."""
    tests = found["tests"]
    sieve = Sieve("assessments", tests, len(tests))
    subject = _subjects(found)
    sieve.rows = tests.assign(subject=look_up(tests["assessment"], subject))
    sieve.leave_out(sieve.rows["student"].eq(""), "without student")
    why = "no subject: add the interchange AssessmentMetadata, where Assessment has AcademicSubject"
    sieve.leave_out(sieve.rows["subject"].eq(""), why)
    sieve.rows = sieve.rows.assign(score=_scores(found, sieve))
    sieve.leave_out(sieve.rows["score"].eq(""), "without the number that the other scores of the test are")
    sieve.rows = sieve.rows.assign(date=sieve.rows["date"].str[:10])
    sieve.leave_out(sieve.rows["date"].eq(""), "without AdministrationDate")
    items = pd.to_numeric(tests["items"]).sum()
    sieve.remark(int(items), "answers to single items of tests: not read, a right answer is no rating of a target")
    rows = sieve.rows
    columns = {
        "student_id": rows["student"],
        "instrument": slug(rows["assessment"]),
        "subject": rows["subject"],
        "date": rows["date"],
        "score": rows["score"],
        "grade_at_test": read_grades(rows["grade"]).values,
        "minutes": rows["minutes"].where(is_number(rows["minutes"]), ""),
    }
    sieve.rows = pd.DataFrame(columns).astype("str")
    key = ["student_id", "instrument", "subject", "date"]
    sieve.leave_out(
        sieve.rows.duplicated(key), "a further score of the same student, test and day: none is told official"
    )
    if not sieve.rows["minutes"].ne("").any():
        sieve.rows = sieve.rows.drop(columns="minutes")
    return sieve


def _subjects(found: Elements) -> dict[str, str]:
    """Assessment -> its subject in lower case; several are taken as one word each, joined."""
    rows = found["assessments"].drop_duplicates("assessment")
    return dict(
        zip(rows["assessment"], plain_subjects(rows["subjects"].str.replace(BAR, "_", regex=False)), strict=True)
    )


def _scores(found: Elements, sieve: Sieve) -> pd.Series:
    """The score of each test of the one kind that its instrument is read in; "" where it has none of it."""
    scores = found["scores"]
    scores = scores.assign(method=scores["method"].str.casefold())
    scores = scores[is_number(scores["score"])]
    rank = {method: place for place, method in enumerate(_METHODS)}
    used = scores[scores["method"].isin(rank)]
    best = used["method"].map(rank).groupby(used["assessment"]).min().map(dict(enumerate(_METHODS)))
    chosen = used[used["method"].eq(used["assessment"].map(best))].drop_duplicates(["student", "test", "assessment"])
    others = len(scores) - len(chosen)
    sieve.remark(others, f"scores of other kinds than each test's first of {', '.join(_METHODS)}: not read")
    key = ["student", "test", "assessment"]
    read = sieve.rows[key].merge(chosen).groupby(["assessment", "method"])["test"].size().reset_index()
    for name, method, count in zip(slug(read["assessment"]), read["method"], read["test"], strict=True):
        sieve.remark(count, f"scores of {name} are its {method}")
    return (
        sieve.rows[key]
        .merge(chosen[[*key, "score"]], on=key, how="left")["score"]
        .fillna("")
        .set_axis(sieve.rows.index)
    )


def targets(found: Elements) -> Sieve:
    """One row per learning standard of one grade."""
    rows = found["standards"]
    sieve = Sieve("targets", rows, len(rows))
    sieve.rows = rows.assign(
        level=read_grades(first(rows["grades"])).values.mask(rows["grades"].str.contains(BAR, regex=False), ""),
        subject=plain_subjects(first(rows["subjects"])),
    )
    sieve.leave_out(sieve.rows["standard"].eq(""), "without LearningStandardId")
    sieve.leave_out(sieve.rows["level"].eq(""), "standards of no grade, or of several: their level cannot be told")
    sieve.leave_out(sieve.rows["subject"].eq(""), "without AcademicSubject")
    sieve.leave_out(sieve.rows.duplicated("standard"), "a further element of the same standard")
    rows = sieve.rows
    columns = {
        "target_id": rows["standard"],
        "subject": rows["subject"],
        "level": rows["level"],
        "title": rows["title"].mask(rows["title"].eq(""), rows["standard"]),
        "kind": "academic",
        "required": "true",
        "code": rows["code"],
        "parent_id": rows["parent"].where(rows["parent"].isin(rows["standard"]), ""),
    }
    sieve.rows = pd.DataFrame(columns, index=rows.index).astype("str")
    sieve.remark(len(rows), "targets taken as academic and required: Ed-Fi does not tell")
    return sieve


def evidence(found: Elements, share: float | None) -> Sieve:
    """One row per rating of a target: objectives of tests, and gradebook entries with a competency level.

    Parameters
    ----------
    share
        The share of the most points from which a score counts as proficient, where no level says so.
    """
    tested, graded = _tested(found, share), _graded(found)
    whole = Sieve("evidence", pd.concat([tested.rows, graded.rows], ignore_index=True), tested.read + graded.read)
    for part in (*tested.tally().left_out, *graded.tally().left_out):
        _add(whole, part)
    whole.remarks = [*tested.remarks, *graded.remarks]
    whole.leave_out(whole.rows.duplicated("evidence_id"), "a further element of the same rating")
    if len(whole.rows) and not found.has("standards"):
        says = "ratings name standards that are not in the source: add the interchange Standards, or import case"
        whole.remark(len(whole.rows), says)
    return whole


def _add(sieve: Sieve, part: LeftOut) -> None:
    sieve.count(part.records, part.why)


def _tested(found: Elements, share: float | None) -> Sieve:
    """The ratings of objectives of tests."""
    rows = found["ratings"]
    sieve = Sieve("evidence", rows, len(rows))
    objectives = _objectives(found)
    sieve.rows = rows.merge(objectives, on=["assessment", "objective"], how="left").fillna("").set_axis(rows.index)
    day = sieve.rows["date"].mask(sieve.rows["date"].eq(""), sieve.rows["tested"]).str[:10]
    sieve.rows = sieve.rows.assign(date=day)
    sieve.leave_out(sieve.rows["student"].eq("") | sieve.rows["date"].eq(""), "without student or day")
    sieve.leave_out(~is_number(sieve.rows["score"]), "without a number")
    sieve.leave_out(sieve.rows["standard"].eq(""), _NO_TARGET)
    told = sieve.rows["level"].map({name: word(name) for name in sieve.rows["level"].unique()})
    told = told.mask(told.eq(""), _by_cut(found, sieve.rows))
    if share is not None:
        most = pd.to_numeric(sieve.rows["most"], errors="coerce")
        reached = (sieve.rows["score"].astype(float) / most).ge(share).map({True: "true", False: "false"})
        told = told.mask(told.eq("") & most.gt(0), reached)
    sieve.rows = sieve.rows.assign(proficient=told)
    sieve.leave_out(told.eq(""), _NO_RULE)
    rows = sieve.rows
    columns = {
        "evidence_id": rows["assessment"] + ":" + rows["test"] + ":" + rows["objective"],
        "student_id": rows["student"],
        "target_id": rows["standard"],
        "date": rows["date"],
        "score": rows["score"],
        "proficient": rows["proficient"],
        "work_id": rows["test"],
        "task_id": rows["objective"],
    }
    sieve.rows = pd.DataFrame(columns).astype("str")
    return sieve


def _objectives(found: Elements) -> pd.DataFrame:
    """Each objective's one standard, its own or that of all its items; "" for none or several."""
    rows = found["objectives"].drop_duplicates(["assessment", "objective"])
    items = found["items"].drop_duplicates(["assessment", "item"]).set_index(["assessment", "item"])["standards"]
    standards = dict(items)
    chosen = []
    for assessment, own, listed in zip(rows["assessment"], rows["standards"], rows["items"], strict=True):
        of_items = BAR.join(standards.get((assessment, item), "") for item in listed.split(BAR))
        each = {name for name in (own or of_items).split(BAR) if name}
        chosen.append(each.pop() if len(each) == 1 else "")
    return rows[["assessment", "objective", "most"]].assign(standard=pd.Series(chosen, index=rows.index, dtype="str"))


def _by_cut(found: Elements, rows: pd.DataFrame) -> pd.Series:
    """What the objective's own cut scores say of each score; "" where they say nothing."""
    cuts = found["cuts"]
    if not len(cuts):
        return pd.Series("", index=rows.index, dtype="str")
    keys = ["assessment", "objective", "method"]
    cuts = cuts.assign(method=cuts["method"].str.casefold(), cut=cuts["level"].map(word))
    at = rows[[*keys, "score"]].assign(method=rows["method"].str.casefold(), row=rows.index)
    both = at.merge(cuts[[*keys, "cut", "least", "most"]], on=keys)
    least = pd.to_numeric(both["least"], errors="coerce").fillna(float("-inf"))
    most = pd.to_numeric(both["most"], errors="coerce").fillna(float("inf"))
    within = both["score"].astype(float).between(least, most) & both["cut"].ne("")
    return both[within].drop_duplicates("row").set_index("row")["cut"].reindex(rows.index).fillna("").astype("str")


def _graded(found: Elements) -> Sieve:
    """The gradebook entries that rate a standard with a competency level."""
    rows = found["works"]
    sieve = Sieve("evidence", rows, len(rows))
    tasks = found["tasks"].drop_duplicates("task").set_index("task")
    standards = look_up(rows["task"], tasks["standards"])
    one = standards.where(~standards.str.contains(BAR, regex=False), "")
    told = rows["level"].map({name: word(name) for name in rows["level"].unique()}).astype("str")
    sieve.rows = rows.assign(standard=one, proficient=told, school=look_up(rows["task"], tasks["school"]))
    sieve.leave_out(sieve.rows["level"].eq(""), "gradebook entries without CompetencyLevel: scores of assignments")
    sieve.leave_out(sieve.rows["proficient"].eq(""), "gradebook entries whose CompetencyLevel has no word here")
    sieve.leave_out(sieve.rows["standard"].eq(""), "gradebook entries of no standard, or of several")
    sieve.leave_out(sieve.rows["date"].eq(""), "gradebook entries without DateFulfilled")
    sieve.leave_out(~is_number(sieve.rows["score"]), "gradebook entries without a number")
    rows = sieve.rows
    columns = {
        "evidence_id": rows["task"] + ":" + rows["student"],
        "student_id": rows["student"],
        "target_id": rows["standard"],
        "date": rows["date"],
        "score": rows["score"],
        "proficient": rows["proficient"],
        "work_id": rows["task"] + ":" + rows["student"],
        "task_id": rows["task"],
        "school_id": rows["school"],
    }
    sieve.rows = pd.DataFrame(columns).astype("str")
    return sieve
