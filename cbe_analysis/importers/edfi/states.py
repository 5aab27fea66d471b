"""Roll-ups of a term: competencies that a student was judged on, and grades by learning standard.

Neither has a rater, and a competency has no day of its own: the last day of its grading period stands for it.
"""

from __future__ import annotations

import pandas as pd

from cbe_analysis.importers.edfi.elements import Elements
from cbe_analysis.importers.edfi.words import school_year
from cbe_analysis.importers.lookup import look_up
from cbe_analysis.importers.proficiency import word
from cbe_analysis.importers.sieve import Sieve, is_number

_KEY = ["student_id", "target_id", "date"]
_PERIOD = ["school", "year", "period", "name"]
_NO_DAY = "of a grading period whose last day is not told: add the interchange EducationOrgCalendar (GradingPeriod)"
_NO_WORD = "neither PerformanceBaseConversion nor LetterGradeEarned says whether it is proficient"
_NO_SUBJECT = (
    "competency objectives that no targets are made of, as Ed-Fi tells no subject of them: write them into "
    "targets.csv, under CompetencyObjectiveId, else under Objective"
)


def target_status(found: Elements) -> Sieve:
    """One row per student, competency or standard, and day."""
    parts = (_competencies(found), _grades(found))
    read = sum(part.read for part in parts)
    whole = Sieve("target_status", pd.concat([part.rows for part in parts], ignore_index=True), read)
    for part in parts:
        for why, count in part.reasons.items():
            whole.count(count, why)
        whole.remarks += part.remarks
    whole.leave_out(whole.rows.duplicated(_KEY), "a further state of the same target and day")
    if not whole.rows["score"].ne("").any():
        whole.rows = whole.rows.drop(columns="score")
    whole.remark(len(whole.rows), "states of targets without a rater: they roll a term up")
    return whole


def _competencies(found: Elements) -> Sieve:
    """What students were judged to be in competency objectives."""
    rows, objectives = found["competency_ratings"], found["competencies"]
    sieve = Sieve("target_status", rows, len(rows))
    named = objectives.assign(key=objectives["objective"] + "\n" + objectives["grade"]).drop_duplicates("key")
    own = look_up(rows["objective"] + "\n" + rows["grade"], named.set_index("key")["id"])
    told = rows["level"].map({name: word(name) for name in rows["level"].unique()}).astype("str")
    sieve.rows = rows.assign(target_id=own.mask(own.eq(""), rows["objective"]), proficient=told, score="")
    sieve.rows = sieve.rows.assign(date=_last_days(found, sieve.rows))
    sieve.leave_out(sieve.rows["student"].eq("") | sieve.rows["target_id"].eq(""), "without student or objective")
    sieve.leave_out(sieve.rows["proficient"].eq(""), "competencies whose CompetencyLevel has no word here")
    sieve.leave_out(sieve.rows["date"].eq(""), f"competencies {_NO_DAY}")
    sieve.remark(len(objectives), _NO_SUBJECT)
    return _states(sieve)


def _grades(found: Elements) -> Sieve:
    """The grades that a course gave by learning standard."""
    rows = found["standard_grades"]
    sieve = Sieve("target_status", rows, len(rows))
    by_level, by_letter = (rows[c].map({name: word(name) for name in rows[c].unique()}) for c in ("level", "letter"))
    day = rows["date"].mask(rows["date"].eq(""), _last_days(found, rows))
    sieve.rows = rows.assign(
        target_id=rows["standard"],
        proficient=by_level.mask(by_level.eq(""), by_letter).astype("str"),
        score=rows["score"].where(is_number(rows["score"]), ""),
        date=day,
    )
    sieve.leave_out(sieve.rows["student"].eq("") | sieve.rows["target_id"].eq(""), "without student or standard")
    sieve.leave_out(sieve.rows["proficient"].eq(""), f"grades by standard of which {_NO_WORD}")
    sieve.leave_out(sieve.rows["date"].eq(""), f"grades by standard {_NO_DAY}")
    return _states(sieve)


def _last_days(found: Elements, rows: pd.DataFrame) -> pd.Series:
    """The last day of each row's grading period, "" where it is not told."""
    periods = found["periods"].assign(year=school_year(found["periods"]["year"])).drop_duplicates(_PERIOD)
    asked = rows[_PERIOD].assign(year=school_year(rows["year"]))
    return asked.merge(periods, on=_PERIOD, how="left")["last"].fillna("").astype("str").set_axis(rows.index)


def _states(sieve: Sieve) -> Sieve:
    """The rows under the names of the table."""
    sieve.rows = sieve.rows.rename(columns={"student": "student_id"})[[*_KEY, "score", "proficient"]].astype("str")
    return sieve
