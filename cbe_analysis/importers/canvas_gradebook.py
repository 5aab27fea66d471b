"""Canvas's learning mastery gradebook, one column pair per outcome, as states of students on targets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from cbe_analysis.errors import UnreadableData
from cbe_analysis.importers.canvas_students import Students
from cbe_analysis.importers.layout import plain
from cbe_analysis.importers.reading import Rows
from cbe_analysis.importers.sieve import Sieve, is_number

RESULT, MASTERY, STEP = " result", " mastery points", " > "
_PEOPLE = {"canvas": "studentid", "sis": "studentsisid"}
_DECIMAL_COMMA = r"-?[0-9]+,[0-9]+"
_COLUMNS = ["student_id", "target_id", "date", "score", "proficient"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome of the gradebook: its path of groups, and its two columns."""

    path: str
    result: str
    mastery: str


def is_gradebook(header: Iterable[str]) -> bool:
    """True where the columns are those of a gradebook: a student, and results with their mastery points."""
    names = [str(name) for name in header]
    return _PEOPLE["canvas"] in map(plain, names) and bool(_outcomes(names))


def people(file: Rows) -> pd.DataFrame:
    """The ids of each row: columns canvas and sis."""
    header = {plain(str(name)): str(name) for name in file.frame.columns}
    blank = pd.Series("", index=file.frame.index, dtype="str")
    return pd.DataFrame({n: file.frame[header[p]] if p in header else blank for n, p in _PEOPLE.items()})


def target_status(files: Sequence[Rows], *, students: Students, target: str, date: str) -> Sieve:
    """The states of the gradebooks, as rows of `target_status`; a record is a student on an outcome.

    Parameters
    ----------
    target
        "name" or "path": whether the last part of an outcome's path is its target_id, or the whole.
    date
        The day of the export, YYYY-MM-DD.
    """
    frame = pd.concat([part for file in files for part in _long(file, target)], ignore_index=True)
    sieve = Sieve("target_status", frame, len(frame))
    sieve.rows = frame.assign(student_id=students.ids(frame), date=date)
    sieve.leave_out(sieve.rows["student_id"].eq(""), students.lacking)
    sieve.leave_out(sieve.rows["score"].eq(""), "no result yet")
    for column in ("score", "mastery"):
        comma = sieve.rows[column].str.fullmatch(_DECIMAL_COMMA)
        sieve.remark(int(comma.sum()), "numbers with a decimal comma, read with a point")
        sieve.rows = sieve.rows.assign(**{column: sieve.rows[column].str.replace(",", ".", regex=False)})
    both = is_number(sieve.rows["score"]) & is_number(sieve.rows["mastery"])
    sieve.leave_out(~both, "a result or mastery points that are no number")
    score = pd.to_numeric(sieve.rows["score"])
    reached = score.ge(pd.to_numeric(sieve.rows["mastery"]))
    rows = sieve.rows.assign(proficient=reached.map({True: "true", False: "false"}), points=score)
    sieve.rows = rows.sort_values(["student_id", "target_id", "date", "proficient", "points"], kind="stable")
    lower = sieve.rows.duplicated(["student_id", "target_id", "date"], keep="last")
    sieve.leave_out(lower, "the same target in another course or file, where the state is no higher")
    sieve.remark(len(sieve.rows), "states without the method of rolling up: the gradebook does not say it")
    sieve.rows = sieve.rows[_COLUMNS].sort_values(_COLUMNS[:3], ignore_index=True).astype("str")
    return sieve


def _outcomes(header: Sequence[str]) -> list[Outcome]:
    """The outcomes that have both columns."""
    there = set(header)
    results = [name for name in header if name.endswith(RESULT)]
    paths = [name.removesuffix(RESULT) for name in results]
    return [Outcome(path, path + RESULT, path + MASTERY) for path in paths if path + MASTERY in there]


def _long(file: Rows, target: str) -> list[pd.DataFrame]:
    """The file with one row per student and outcome."""
    outcomes = _outcomes([str(name) for name in file.frame.columns])
    names = [o.path if target == "path" else o.path.rsplit(STEP, 1)[-1].strip() for o in outcomes]
    if len(set(names)) < len(names):
        raise UnreadableData(
            f"{len(names) - len(set(names))} outcomes have the name of another one",
            file.file,
            "say target=path to know targets by their groups and name",
        )
    ids = people(file)
    return [
        ids.assign(target_id=name, score=file.frame[outcome.result], mastery=file.frame[outcome.mastery])
        for name, outcome in zip(names, outcomes, strict=True)
    ]
