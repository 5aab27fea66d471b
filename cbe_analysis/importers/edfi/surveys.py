"""Items of surveys, and the answers to them."""

from __future__ import annotations

import pandas as pd

from cbe_analysis.importers.edfi.elements import BAR, Elements
from cbe_analysis.importers.lookup import look_up
from cbe_analysis.importers.sieve import Sieve, is_number

_ROLES = {"student": "student", "staff": "staff", "family": "family"}


def roles(found: Elements) -> dict[str, str]:
    """Survey -> who was asked, when all respondents that are known have one role."""
    sheets = found["sheets"]
    asked: dict[str, set[str]] = {}
    for column, role in _ROLES.items():
        for survey in sheets.loc[sheets[column].ne(""), "survey"].unique():
            asked.setdefault(str(survey), set()).add(role)
    return {survey: next(iter(who)) for survey, who in asked.items() if len(who) == 1}


def items(found: Elements) -> Sieve:
    """One row per question whose answers are numbers."""
    rows = found["questions"]
    sieve = Sieve("survey_items", rows, len(rows))
    titles = found["surveys"].drop_duplicates("survey").set_index("survey")["title"]
    section = rows["section"].mask(rows["section"].eq(""), look_up(rows["survey"], titles))
    numbers = rows["values"].str.split(BAR, regex=False).map(_numbers)
    sieve.rows = rows.assign(
        section=section,
        role=look_up(rows["survey"], roles(found)),
        minimum=numbers.map(lambda each: f"{min(each):g}" if each else ""),
        maximum=numbers.map(lambda each: f"{max(each):g}" if each else ""),
    ).astype("str")
    sieve.leave_out(sieve.rows["rows"].ne("0"), "questions with a matrix of answers")
    sieve.leave_out(sieve.rows["minimum"].eq(""), "questions without numbers for their answers")
    sieve.leave_out(
        sieve.rows["role"].eq(""), "questions of a survey whose respondents are unknown, or of several roles"
    )
    sieve.leave_out(sieve.rows.duplicated(["survey", "question"]), "a further element of the same question")
    rows = sieve.rows
    columns = {
        "survey_id": rows["survey"],
        "item_id": rows["question"],
        "text": rows["text"].mask(rows["text"].eq(""), rows["question"]),
        "construct": rows["section"].mask(rows["section"].eq(""), rows["survey"]),
        "role": rows["role"],
        "minimum": rows["minimum"],
        "maximum": rows["maximum"],
    }
    sieve.rows = pd.DataFrame(columns).assign(reverse="false").astype("str")
    sieve.remark(len(rows), "items taken as not reversed, their section as what they measure: check survey_items")
    return sieve


def _numbers(texts: list[str]) -> list[float]:
    cells = pd.Series(texts, dtype="str")
    return [float(text) for text in cells[is_number(cells)]]


def responses(found: Elements, them: pd.DataFrame, schools: pd.Series) -> Sieve:
    """One row per answer that is a number.

    Parameters
    ----------
    them
        The rows of our survey_items.
    schools
        The ids of our schools.
    """
    rows = found["answers"]
    sieve = Sieve("survey_responses", rows, len(rows))
    sheets = found["sheets"].drop_duplicates(["survey", "response"])
    rows = rows.merge(sheets.drop(columns="element"), on=["survey", "response"], how="left").fillna("")
    asked = roles(found)
    known = pd.MultiIndex.from_frame(rows[["survey", "question"]]).isin(
        pd.MultiIndex.from_frame(them[["survey_id", "item_id"]])
    )
    person = rows["student"].mask(rows["student"].eq(""), rows["staff"])
    place = look_up(rows["survey"], found["surveys"].drop_duplicates("survey").set_index("survey")["place"])
    sieve.rows = rows.assign(
        role=rows["survey"].map(asked), person=person, school=place.where(place.isin(schools), ""), known=known
    )
    sieve.leave_out(sieve.rows["none"].str.casefold().isin(("true", "1")), "questions left without an answer")
    sieve.leave_out(~sieve.rows["known"], "answers to a question that is not among our items")
    several = pd.to_numeric(sieve.rows["values"]).gt(1)
    sieve.leave_out(several, "answers with several values")
    sieve.leave_out(~is_number(sieve.rows["value"]), "answers without a number")
    sieve.leave_out(sieve.rows["date"].eq(""), "answers of a sheet without ResponseDate")
    sieve.leave_out(sieve.rows.duplicated(["survey", "response", "question"]), "a further answer to the same question")
    rows = sieve.rows
    anonymous = rows.loc[rows["person"].eq(""), ["survey", "response"]].drop_duplicates()
    sieve.remark(len(anonymous), "sheets of unknown persons, taken to be of the role that the known ones have")
    columns = {
        "survey_id": rows["survey"],
        "response_id": rows["response"],
        "item_id": rows["question"],
        "role": rows["role"],
        "date": rows["date"].str[:10],
        "value": rows["value"],
        "school_id": rows["school"],
        "person_id": rows["person"],
    }
    sieve.rows = pd.DataFrame(columns).astype("str")
    return sieve
