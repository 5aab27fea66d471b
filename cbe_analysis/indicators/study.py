"""A program's study: who was assigned to which arm, when, and what was measured before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from cbe_analysis.errors import UsageError, choices
from cbe_analysis.indicators.contrasts import UNKNOWN
from cbe_analysis.indicators.dates import read_date
from cbe_analysis.indicators.declare import Relation
from cbe_analysis.indicators.outcomes import Outcome, chosen
from cbe_analysis.policy import Policy
from cbe_analysis.policy.clock import clock, spans
from cbe_analysis.tables.quoting import literal

OFFERED = ("randomized",)
BASELINE = "baseline score"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options as they were set; None where nothing was."""

    program: str | None
    outcome: str | None
    covariates: tuple[str, ...]
    baseline: str | None
    until: str | None


@dataclass(frozen=True, slots=True)
class Study:
    """One program's study.

    Parameters
    ----------
    name, start, end
        The program, its first day, and the last day on which an outcome counts.
    minimum_effect
        The smallest effect that would matter, NaN where nobody wrote one.
    outcome, unit
        The outcome's name and the unit of its scores.
    rows
        One row per student assigned: `student_id`, `date` of entry, `treated`, `entrant` (entered the study with this
        program), `block`, `cluster` (both null where there is none), `outcome` (NaN: not measured).
    covariates
        Numeric columns to hold equal, NaN where missing; the baseline score among them.
    factors
        Group columns and the district's factors at entry, as text.
    described
        Those of them that describe the arms at entry.
    minimum_n
        Smallest count that a warning may state.
    """

    name: str
    start: date
    end: date
    minimum_effect: float
    outcome: str
    unit: str
    rows: pd.DataFrame
    covariates: pd.DataFrame
    factors: pd.DataFrame
    described: tuple[str, ...]
    minimum_n: int


def study(  # noqa: PLR0913 - three tables and what is wanted of them
    participation: Relation,
    programs: Relation,
    assessments: Relation,
    wanted: Wanted,
    *,
    policy: Policy,
    calendar: Relation | None,
) -> Study:
    """The study of the program that is wanted.

    Raises
    ------
    UsageError
        When no program or several are meant, its assignment has no estimator yet, an arm is empty, a covariate does not
        exist, or a baseline was measured after entry.
    """
    program = _program(programs, wanted.program)
    assigned = participation.filter(f"program_id = {literal(str(program['program_id']))}").df()
    start = pd.Timestamp(program["start_date"])
    rows = _assigned(assigned, start)
    end = _end(assigned, start.date(), wanted.until, policy=policy, calendar=calendar)
    scores = chosen(assessments, wanted.outcome or _written_outcome(program), policy=policy)
    window = scores.rows.filter(f"date > DATE '{start.date()}' AND date <= DATE '{end}'")
    rows["outcome"] = _last(window, rows["student_id"])
    held = [_covariate(assigned, name) for name in wanted.covariates]
    if wanted.baseline:
        before = chosen(assessments, wanted.baseline, option="baseline", policy=policy)
        held.append(_baseline(before, rows, start).to_frame(BASELINE))
    placed = [c for c in assigned.columns if c.startswith("placed_")]
    factors = assigned[placed].fillna(UNKNOWN).rename(columns=lambda c: str(c).removeprefix("placed_"))
    return Study(
        str(program["name"]),
        start.date(),
        end,
        float(pd.to_numeric(program.get("minimum_effect", float("nan")))),
        scores.name,
        scores.unit(policy),
        rows,
        pd.concat(held, axis=1) if held else pd.DataFrame(index=rows.index),
        factors,
        tuple(f for f in policy.factors if f in factors.columns),
        policy.minimum_n,
    )


def _program(programs: Relation, wanted: str | None) -> pd.Series:
    """The row of the program."""
    rows = programs.df()
    fitting = rows[rows["program_id"].eq(wanted)] if wanted else rows
    if len(fitting) != 1:
        fault = f"program '{wanted}' is unknown" if wanted else "program is not chosen"
        raise UsageError(fault, remedy=f"set program to one of: {choices(rows['program_id'])}")
    program = fitting.iloc[0]
    if program["assignment"] not in OFFERED:
        raise UsageError(
            f"programs assigned by '{program['assignment']}' cannot be estimated yet",
            "programs, column 'assignment'",
            f"offered so far: {choices(OFFERED)}",
        )
    return program


def _assigned(assigned: pd.DataFrame, start: pd.Timestamp) -> pd.DataFrame:
    """One row per student assigned, with the arm and the entry into the study."""
    arms = set(assigned["arm"])
    if arms != {"treatment", "comparison"}:
        lacking = choices({"treatment", "comparison"} - arms)
        raise UsageError(f"the study has no student in: {lacking}", "participation", "check --where, or add both arms")
    entry = pd.to_datetime(_column(assigned, "start_date")).fillna(start)
    return pd.DataFrame(
        {
            "student_id": assigned["student_id"],
            "date": entry,
            "treated": assigned["arm"].eq("treatment"),
            "entrant": entry >= start,
            "block": _column(assigned, "block"),
            "cluster": _column(assigned, "cluster_id"),
        }
    )


def _column(rows: pd.DataFrame, name: str) -> pd.Series:
    """The column, or an empty one where the table lacks it."""
    return rows[name] if name in rows.columns else pd.Series(None, index=rows.index, dtype=object)


def _written_outcome(program: pd.Series) -> str | None:
    """The outcome that was chosen beforehand, where it was one alone."""
    text = program.get("outcomes")
    written = [o.strip() for o in text.split(";")] if isinstance(text, str) else []
    return written[0] if len(written) == 1 else None


def _end(assigned: pd.DataFrame, start: date, until: str | None, *, policy: Policy, calendar: Relation | None) -> date:
    """Last day on which an outcome counts: as set, else the study's last day, else the end of its school year."""
    if until:
        return read_date(until, "until")
    last = pd.to_datetime(_column(assigned, "end_date")).dropna()
    if len(last):
        return last.max().date()
    told = clock(policy, spans(calendar), ())
    return told.year(told.school_year(start)).last_day


def _last(scores: Relation, students: pd.Series) -> pd.Series:
    """The last of the scores of each student; NaN for those who have none."""
    last = scores.aggregate("student_id, arg_max(value, struct_pack(d := date, v := value)) AS value").df()
    return last.set_index("student_id")["value"].reindex(students).astype(float).set_axis(students.index)


def _baseline(scores: Outcome, rows: pd.DataFrame, start: pd.Timestamp) -> pd.Series:
    """The last score before the program began, if it was measured before the student entered the study."""
    before = scores.rows.filter(f"date < DATE '{start.date()}'").aggregate("student_id, max(date) AS date").df()
    measured = pd.to_datetime(before.set_index("student_id")["date"]).reindex(rows["student_id"]).set_axis(rows.index)
    late = int((measured >= rows["date"]).sum())
    if late:
        raise UsageError(
            f"the baseline {scores.name} of {late} students was measured after their entry into the study",
            "option 'baseline'",
            "leave it out: a score that the program may have changed is no baseline",
        )
    if not measured.notna().any():
        raise UsageError(
            f"no student has a score {scores.name} from before the program",
            "option 'baseline'",
            "leave it out, or add scores",
        )
    return _last(scores.rows.filter(f"date < DATE '{start.date()}'"), rows["student_id"])


def _covariate(assigned: pd.DataFrame, name: str) -> pd.DataFrame:
    """A column to hold equal as numbers: as it is, or one column for each value but the first."""
    column = name if name in assigned.columns else f"placed_{name}"
    if column not in assigned.columns:
        own = [str(c).removeprefix("placed_") for c in assigned.columns]
        raise UsageError(f"covariate '{name}' is unknown", "option 'covariates'", f"there are: {choices(set(own), 40)}")
    values = assigned[column]
    words = (
        values.map({"true": 1, "false": 0, True: 1, False: 0}) if not pd.api.types.is_numeric_dtype(values) else values
    )
    if pd.api.types.is_numeric_dtype(values) or words.notna().eq(values.notna()).all():
        return pd.DataFrame({name: words.astype(float)})
    kinds = pd.get_dummies(values, prefix=name, drop_first=True, dtype=float)
    return kinds.where(values.notna(), axis=0)
