"""Quality faults to be planted on request, and the list of what was planted where."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cbe_analysis.simulate.calendar import SECOND_HALF
from cbe_analysis.simulate.draws import stream
from cbe_analysis.simulate.rows import days

CUT_SCHOOL = "S01"
STRANGER, NO_TARGET, NO_ITEM = "R999999", "XX.99.9", "Z9"
TOO_LATE = "2026-07-20"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that was planted.

    Parameters
    ----------
    check
        The id of the check of `cbe validate` that finds it.
    rows
        Numbers of the rows, 1 for the first; empty where rows are missing.
    """

    table: str
    check: str
    severity: str
    columns: tuple[str, ...]
    says: str
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to plant a fault: so many rows, changed in place or added at the end by `make`.

    Parameters
    ----------
    added
        True where the made rows come beside those that they were made of.
    both
        True where the rows that they were made of are then at fault too.
    """

    table: str
    check: str
    severity: str
    columns: tuple[str, ...]
    says: str
    count: int
    make: Callable[[pd.DataFrame], pd.DataFrame]
    added: bool = False
    both: bool = True


def _put(**values: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda rows: rows.assign(**values)


def _twice(rows: pd.DataFrame) -> pd.DataFrame:
    return rows


def _turned(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(entry_date=rows["exit_date"], exit_date=rows["entry_date"])


def _next_year(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(school_year=(rows["school_year"].astype(int) + 1).astype(str))


def _other_arm(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(arm=rows["arm"].map({"treatment": "comparison", "comparison": "treatment"}))


def _american(rows: pd.DataFrame) -> pd.DataFrame:
    parts = rows["date"].str.split("-", expand=True)
    return rows.assign(date=parts[1] + "/" + parts[2] + "/" + parts[0])


def _tenfold(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(score=(rows["score"].astype(float) * 10).astype(str))


def _leap(rows: pd.DataFrame) -> pd.DataFrame:
    """Five levels away, a month later."""
    level = rows["level"].astype(float)
    later = (pd.to_datetime(rows["date"]) + pd.Timedelta(days=30)).dt.strftime("%Y-%m-%d")
    return rows.assign(level=level.where(level < 8, level - 10).add(5).astype(str), date=later, method="teacher")


PLANS = (
    Plan(
        *("students", "duplicate_key", "critical", ("student_id",), "students exported twice", 2),
        *(_twice, True),
    ),
    Plan(
        *("enrollments", "entry_after_exit", "critical", ("entry_date", "exit_date")),
        *("entry and exit swapped", 3, _turned),
    ),
    Plan(
        *("enrollments", "school_year", "critical", ("school_year", "entry_date")),
        *("the year after in place of the year", 2, _next_year),
    ),
    Plan("enrollments", "type", "critical", ("grade",), "K in place of 0", 4, _put(grade="K")),
    Plan("assessments", "type", "critical", ("score",), "ABS in place of a score", 5, _put(score="ABS")),
    Plan("incidents", "type", "critical", ("date",), "dates written month first", 3, _american),
    Plan("marks", "parent", "critical", ("student_id",), "a student nobody knows", 3, _put(student_id=STRANGER)),
    Plan("marks", "empty_key", "critical", ("subject",), "marks of a course without subject", 4, _put(subject="")),
    Plan("evidence", "parent", "critical", ("target_id",), "a target nobody knows", 6, _put(target_id=NO_TARGET)),
    Plan("evidence", "outside_enrollment", "warning", ("student_id", "date"), "after exit", 5, _put(date=TOO_LATE)),
    Plan("evidence", "scale", "warning", ("score",), "scores ten times too high", 7, _tenfold),
    Plan("evidence", "duplicate_key", "critical", ("evidence_id",), "ratings exported twice", 20, _twice, True),
    Plan(
        *("participation", "two_arms", "critical", ("program_id", "student_id", "arm")),
        *("students in both arms", 2, _other_arm, True),
    ),
    Plan("attendance", "range", "warning", ("days_absent",), "a negative count", 3, _put(days_absent="-1")),
    Plan("survey_responses", "parent", "warning", ("item_id",), "an item without a scale", 8, _put(item_id=NO_ITEM)),
    Plan("survey_responses", "scale", "warning", ("item_id", "value"), "answers off the scale", 4, _put(value="55")),
    Plan("marks", "scale", "warning", ("mark",), "marks that nobody gives", 3, _put(mark="E")),
    Plan(
        *("levels", "jump", "warning", ("student_id", "subject", "date", "level"), "levels five from the last", 3),
        *(_leap, True, False),
    ),
)


class Planter:
    """Plants the faults into the first chunk of each table, or nothing when not asked to."""

    def __init__(self, seed: int, asked: bool) -> None:
        self.asked, self.planted = asked, list[Fault]()
        self._seed = seed
        self._begun: set[str] = set()

    def plant(self, name: str, rows: pa.Table) -> pa.Table:
        """The rows of a table as they are to be written."""
        plans = [plan for plan in PLANS if plan.table == name]
        if not self.asked or not plans:
            return rows
        rows = self._cut_short(rows) if name == "evidence" else rows
        text = _as_text(rows)
        if name in self._begun:
            return text
        self._begun.add(name)
        frame: pd.DataFrame = text.to_pandas().fillna("")
        places = stream(self._seed, f"faults {name}").permutation(len(frame))
        for plan in plans:
            chosen, places = np.sort(places[: plan.count]), places[plan.count :]
            frame = self._planted(plan, frame, chosen)
        columns = {column: frame[column].where(frame[column] != "", None) for column in frame.columns}
        return pa.table([pa.array(values, pa.string()) for values in columns.values()], names=list(columns))

    def text(self) -> str:
        """The text of faults.json."""
        return json.dumps([asdict(fault) for fault in self.planted], indent=1) + "\n"

    def _planted(self, plan: Plan, frame: pd.DataFrame, chosen: np.ndarray) -> pd.DataFrame:
        rows = tuple((chosen + 1).tolist())
        made = plan.make(frame.iloc[chosen])
        if plan.added:
            rows = (*(rows if plan.both else ()), *range(len(frame) + 1, len(frame) + 1 + len(made)))
            frame = pd.concat([frame, made], ignore_index=True)
        else:
            frame.iloc[chosen] = made
        self.planted.append(Fault(plan.table, plan.check, plan.severity, plan.columns, plan.says, rows))
        return frame

    def _cut_short(self, rows: pa.Table) -> pa.Table:
        """Without every other rating of one school in the last semester, as an export cut short would be."""
        school = rows["school_id"].cast(pa.string())
        [opens] = days(SECOND_HALF[-1:]).to_pylist()
        late = pc.and_(pc.greater_equal(rows["date"], opens), pc.equal(school, CUT_SCHOOL)).to_numpy()
        dropped = late & (np.cumsum(late) % 2 == 0)
        if "evidence" not in self._begun:
            says = f"half of the ratings of school {CUT_SCHOOL} from {opens} on are missing"
            self.planted.append(Fault("evidence", "usual_evidence", "warning", ("date", "school_id"), says, ()))
        return rows.filter(pa.array(~dropped))


def _as_text(rows: pa.Table) -> pa.Table:
    return pa.table([column.cast(pa.string()) for column in rows.columns], names=rows.column_names)
