"""Observed paces of students, in one subject or over all of them, and who has none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.errors import UsageError
from cbe_analysis.indicators.contrasts import UNKNOWN
from cbe_analysis.indicators.declare import Relation
from cbe_analysis.indicators.progress.collapse import FACTOR
from cbe_analysis.indicators.progress.observed import observed, observed_until, upto, with_finished
from cbe_analysis.indicators.progress.rounding import rounding
from cbe_analysis.indicators.progress.spans import Spans
from cbe_analysis.indicators.words import counted
from cbe_analysis.methods.pace import Observed, gains, slopes

DAYS_APART = 180  # levels nearer to each other say more of errors than of pace
COUNTED = "from the end of the month after entry"  # until then comes to light what a student can do on entry
MONTH = 31  # days before the end of the data in which nobody counts as gone
DATES = 3  # or as many dates, where each level was measured anew
TO_GO = 1.0  # levels left to the exit level; of those nearer to it only the slow can be observed for long


@dataclass(frozen=True, slots=True)
class Paces:
    """One row per student.

    Parameters
    ----------
    students
        `student_id`; `first_date`, `last_date`, and `seen` (the last level); `value` (the pace, or what else is to be
        told of groups) and `spread`, NaN and infinite for none; `present` (had not left when the data end); `level` and
        `expected` (now, and for grade and day); `school`; `capped` (at or near the exit level from the start); `start`,
        `start_date` (the first level and its day) and `rounding` (the error of a pace shared with who began there, NaN
        for none); factors.
    about, sigma2
        As `fit_pace` takes them.
    estimator
        How a pace is observed, in words.
    subject
        The subjects, in words.
    """

    students: pd.DataFrame
    about: tuple[int, float]
    sigma2: float | None
    estimator: str
    subject: str
    warnings: tuple[str, ...]

    @property
    def used(self) -> NDArray[np.bool_]:
        """Shape `(n,)`: who has a value."""
        return self.students["value"].notna().to_numpy()

    @property
    def groups(self) -> pd.DataFrame:
        """One row per student: the factors as text, and the school."""
        return groups_of(self.students)


def groups_of(students: pd.DataFrame) -> pd.DataFrame:
    """The factors of the students as text, and their schools."""
    named = [str(c) for c in students.columns if str(c).startswith(FACTOR)]
    found = {c.removeprefix(FACTOR): students[c].fillna(UNKNOWN).astype(str) for c in named}
    return pd.DataFrame({**found, "school_id": students["school"]}, index=students.index)


def paces(spans: Spans, enrollments: Relation | None, *, exit_level: float, minimum: int) -> Paces:
    """The pace of every student; over several subjects the mean of those that have one.

    Parameters
    ----------
    minimum
        Smallest count that a warning may state.

    Raises
    ------
    UsageError
        When no student has a pace.
    """
    rows = observed(spans, enrollments)
    sigma2, warnings = None, list(spans.clock.warnings)
    if spans.cumulative:
        seen = _gained(spans, rows, exit_level)
        apart = (upto(rows["end_date"], rows["reached"]) - rows["start_date"]).dt.days.to_numpy()
        near = (rows["start"] > exit_level - TO_GO).to_numpy()
        able = np.isfinite(seen.pace) & (apart >= DAYS_APART) & ~near
        how = f"levels gained over school years, {DAYS_APART} days or more apart, the month of entry left out"
    else:
        seen, sigma2, dates = _sloped(spans, exit_level)
        apart = (rows["last_date"] - rows["start_date"]).dt.days.to_numpy()
        near = (rows["start"] >= exit_level).to_numpy()
        able = np.isfinite(seen.pace) & ((dates >= DATES) | (apart >= DAYS_APART))
        how = f"slopes through levels measured anew, {DATES} dates or more or {DAYS_APART} days apart"
    rows = rows.assign(
        value=np.where(able, seen.pace, np.nan),
        spread=np.where(able, seen.spread, np.nan),
        capped=near,
        expected=_expected(spans, rows),
        present=_present(spans, rows),
    )
    rows = rows.assign(rounding=rounding(rows) if spans.cumulative else np.nan)
    students = _students(rows)
    warnings += _left_out(students, minimum, spans.cumulative)
    if not students["value"].notna().any():
        raise _no_pace(students, spans.cumulative)
    return Paces(students, (seen.degrees, seen.squares), sigma2, how, subjects_of(spans), tuple(warnings))


def _no_pace(students: pd.DataFrame, cumulative: bool) -> UsageError:
    """The error for students of whom none has a pace."""
    if students["capped"].all():
        remedy = "raise exit_level, ask for earlier school years, or see level_gap"
        return UsageError(
            "every student is at the exit level from the start: none has a pace", "table 'levels'", remedy
        )
    if cumulative:
        return UsageError(
            f"no student was observed for {DAYS_APART} days: levels that add up count {COUNTED}",
            "table 'levels'",
            "pace needs that many days from there to the last level: ask for more school years",
        )
    return UsageError(
        f"no student has levels {DAYS_APART} days apart",
        "table 'levels'",
        "pace needs two dates that far apart: ask for more school years",
    )


def gaps_to_grade(spans: Spans, enrollments: Relation | None, *, minimum: int) -> Paces:
    """The last level of every student who had not left, less the level expected of grade and day.

    Raises
    ------
    UsageError
        When no such student has a known grade.
    """
    rows = with_finished(spans, spans.rows.assign(end_date=observed_until(spans, enrollments)), enrollments)
    rows = rows.assign(value=np.nan, spread=np.nan, capped=False, rounding=np.nan)
    rows = rows.assign(expected=_expected(spans, rows), present=_present(spans, rows))
    students = with_gaps(_students(rows))
    gone = int((~students["present"]).sum())
    graded = int((students["present"] & students["expected"].isna()).sum())
    said = list(spans.clock.warnings)
    if gone:
        said.append(f"{counted(gone, 'students', minimum)} left before the data end and are not counted")
    if graded:
        said.append(f"{counted(graded, 'students', minimum)} have no known grade and are not counted")
    return Paces(students, (0, 0.0), None, "", subjects_of(spans), tuple(said))


def with_gaps(students: pd.DataFrame) -> pd.DataFrame:
    """The students with their gaps to grade as values, all known alike; those who left have none.

    Raises
    ------
    UsageError
        When no student present has a known grade.
    """
    gap = (students["level"] - students["expected"]).where(students["present"])
    if gap.isna().all():
        raise UsageError("no student has a known grade", "table 'enrollments'", "fill in grade, or ask for other rows")
    return students.assign(value=gap, spread=np.where(gap.notna(), 1.0, np.inf))


def subjects_of(spans: Spans) -> str:
    """The subjects in words."""
    named = spans.subjects
    return named[0] if len(named) == 1 else f"the mean of {', '.join(named)}"


def _gained(spans: Spans, rows: pd.DataFrame, exit_level: float) -> Observed:
    """Levels gained between the two ends of every span."""
    end = upto(rows["end_date"], rows["reached"])
    last = rows["last"].where(rows["reached"].isna(), exit_level)
    unit = np.arange(len(rows))
    return gains(
        np.r_[rows["start"].to_numpy(), last.to_numpy()],
        np.r_[spans.years(rows["start_date"]), spans.years(end)],
        np.r_[unit, unit],
        ceiling=exit_level,
    )


def _sloped(spans: Spans, exit_level: float) -> tuple[Observed, float | None, NDArray[np.int64]]:
    """Slopes through all levels of every span; the error variance where it is known; dates of each span."""
    rows, errors = spans.levels, spans.levels["std_error"].to_numpy(float)
    known = bool((np.isfinite(errors) & (errors > 0)).all())
    years, unit = spans.years(rows["date"]), rows["unit"].to_numpy()
    told = slopes(rows["level"], years, unit, std_error=errors if known else None, ceiling=exit_level)
    day = rows["date"].to_numpy()
    other = np.append(True, (unit[1:] != unit[:-1]) | (day[1:] != day[:-1]))
    return told, 1.0 if known and told.degrees == 0 else None, np.bincount(unit[other], minlength=len(spans.rows))


def _expected(spans: Spans, rows: pd.DataFrame) -> NDArray[np.float64]:
    """The level that is expected for grade and day, NaN where the grade is unknown."""
    passed = spans.years(rows["end_date"]) - (rows["school_year"].to_numpy() - 1)
    found: NDArray[np.float64] = rows["grade"].to_numpy() + np.clip(passed, 0, 1)
    return found


def _present(spans: Spans, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Who had not left when the data end: observed until the last month, or in the last school year."""
    if not spans.cumulative:
        return rows["school_year"].eq(rows["school_year"].max()).to_numpy(bool)
    return rows["end_date"].ge(rows["end_date"].max() - pd.Timedelta(days=MONTH)).to_numpy(bool)


def _students(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per student, the means over subjects; factors and school of the first subject."""
    if not rows["student_id"].duplicated().any():
        found = rows.rename(columns={"last": "level", "last_date": "seen", "end_date": "last_date"})
        return found.assign(spread=found["spread"].fillna(np.inf))
    by = rows.assign(some=rows["value"].notna()).groupby("student_id", sort=True)
    fixed = [str(c) for c in rows.columns if str(c).startswith(FACTOR)]
    order = rows.sort_values(["student_id", "first_date", "subject"], kind="stable").groupby("student_id", sort=True)
    found = by.agg(
        first_date=("first_date", "min"),
        last_date=("end_date", "max"),
        seen=("last_date", "max"),
        value=("value", "mean"),
        spread=("spread", "sum"),
        some=("some", "sum"),
        start=("start", "mean"),
        start_date=("start_date", "min"),
        rounding=("rounding", "sum"),
        level=("last", "mean"),
        expected=("expected", "max"),  # a subject that was finished early says nothing of the student's grade now
        capped=("capped", "all"),
        present=("present", "any"),
    )
    found["spread"] = np.where(found["some"] > 0, found["spread"] / np.maximum(found["some"], 1) ** 2, np.inf)
    found["rounding"] = np.where(found["some"] > 0, found["rounding"] / np.maximum(found["some"], 1), np.nan)
    firsts = order[["school", *fixed]].first()
    return found.join(firsts).reset_index()


def _left_out(students: pd.DataFrame, minimum: int, cumulative: bool) -> list[str]:
    """Who has no pace, and why."""
    none = students["value"].isna()
    capped = int((none & students["capped"]).sum())
    short = int(none.sum()) - capped
    said = []
    if short:
        why = f"observed, {COUNTED}" if cumulative else "between their levels"
        said.append(f"{counted(short, 'students', minimum)} have no pace: fewer than {DAYS_APART} days {why}")
    if capped:
        where = "at the exit level from the start, or too near it"
        said.append(f"{counted(capped, 'students', minimum)} have no pace: {where}")
    return said
