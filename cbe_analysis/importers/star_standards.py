"""Star's shares of mastery, by standard or by skill area: what a test says of each, as `target_status`.

Star estimates from one adaptive test what share of a standard's skills a student has mastered: a rolled-up state, no
rating of work. Standards come with a word for it; skill areas have none, so the share that counts must be told.

References
----------
Renaissance Learning, Renaissance data export: SR, SM and SEL Dashboard_Standards (version 2) and SkillArea (version 1).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cbe_analysis.errors import UsageError
from cbe_analysis.importers import dates
from cbe_analysis.importers.layout import Known, Layout, Recognised, plain
from cbe_analysis.importers.proficiency import proficient
from cbe_analysis.importers.reading import Rows
from cbe_analysis.importers.sieve import Sieve, is_number

METHOD = "star"
LAYOUT = Layout(
    "Star standards or skill areas",
    (
        Known("student_id", ("StudentIdentifier",), required=True),
        Known("assessment_id", ("AssessmentID",), required=True),
        Known("completed", ("CompletedDate",)),
        Known("completed_local", ("CompletedDateLocal",), required=True),
        Known("target_id", ("StandardName", "SkillAreaName"), required=True),
        Known("score", ("StandardPercentMastery", "SkillAreaMasteryScore"), required=True),
        Known("word", ("StandardMasteryLevel",)),
    ),
)
_KEY = ["student_id", "target_id", "date"]
_MOST = 100  # per cent


def is_standards(file: Rows) -> bool:
    """True for a file of shares by standard or by skill area."""
    header = {plain(str(name)) for name in file.frame.columns}
    shares = next(known for known in LAYOUT.columns if known.name == "score")
    return bool(header & {plain(name) for name in shares.spellings})


def least_share(text: str) -> float | None:
    """The share in per cent from which a standard counts as mastered; None where the words decide.

    Raises
    ------
    UsageError
        When it is no share.
    """
    if not text:
        return None
    if not is_number(pd.Series([text], dtype="str"))[0] or not 0 < float(text) <= _MOST:
        raise UsageError(f"{text!r} is no share in per cent", "option proficient_at", "say it as proficient_at=80")
    return float(text)


def target_status(parts: Sequence[Recognised], least: float | None) -> Sieve:
    """One row per student, standard and day.

    Parameters
    ----------
    least
        The share in per cent from which a standard counts as mastered, whatever its word is.
    """
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    sieve = Sieve("target_status", frame, len(frame))
    days = dates.read_days(frame["completed_local"], dates.ISO)
    sieve.rows = frame.assign(date=days.values)
    sieve.leave_out(frame["student_id"].eq(""), "no student id")
    sieve.leave_out(sieve.rows["target_id"].eq(""), "no standard")
    sieve.leave_out(sieve.rows["date"].eq(""), "no date, or one that cannot be read")
    share = pd.to_numeric(sieve.rows["score"].where(is_number(sieve.rows["score"])), errors="coerce")
    sieve.leave_out(~share.between(0, _MOST), "no share of mastery between 0 and 100")
    rows = sieve.rows
    sieve.rows = rows.assign(proficient=proficient(rows["word"], rows["score"], least), method=METHOD)
    sieve.leave_out(
        sieve.rows["proficient"].eq(""),
        "no word says whether it is mastered: name the share that counts with --set proficient_at=80",
    )
    sieve.leave_out(sieve.rows.duplicated([*_KEY, "assessment_id", "score"]), "the same share again")
    sieve.rows = sieve.rows.sort_values([*_KEY, "completed_local", "assessment_id"], kind="stable")
    sieve.leave_out(sieve.rows.duplicated(_KEY, keep="last"), "an earlier test of the same day")
    sieve.remark(len(sieve.rows), "shares of mastery that Star estimates from one test each: no teacher rated them")
    sieve.remark(sieve.rows["target_id"].nunique(), "standards or skill areas that must stand in targets.csv so named")
    sieve.rows = sieve.rows[[*_KEY, "score", "proficient", "method"]].reset_index(drop=True)
    return sieve
