"""One score for each student and school year, with the student's past ones beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cbe_analysis.indicators.declare import Relation
from cbe_analysis.indicators.outcomes import chosen
from cbe_analysis.tables.quoting import identifier

# the score of the same student so many years before, whether or not there is one between
BEFORE = "OVER (PARTITION BY student_id ORDER BY year RANGE BETWEEN {0} PRECEDING AND {0} PRECEDING)"
PLACED = "placed_"
YEARS = 100  # more grades than there are: a cohort's code is its school year times this, and its grade


@dataclass(frozen=True, slots=True)
class YearScores:
    """The last score of every student and school year, in the cohorts that are asked for and those ahead of them.

    Parameters
    ----------
    rows
        `student_id`, `date` and the `placed_` columns of the score; `value`, `std_error`, `grade`, `year`; `asked`:
        whether it is to be told of; `year_before`: whether there is a score of the year before, in whichever grade;
        `value_1`, `std_error_1` and so on: past scores and their errors.
    name
        The outcome.
    past
        How many past scores count at most.
    unknown
        Scores to be told of whose grade or school year is not known; they are in no row.
    """

    rows: pd.DataFrame
    name: str
    past: int
    unknown: int

    @property
    def cohort(self) -> NDArray[np.int64]:
        """Shape `(n,)`: the code of each row's cohort."""
        found: NDArray[np.int64] = (self.rows["year"] * YEARS + self.rows["grade"]).to_numpy(np.int64)
        return found

    @property
    def asked(self) -> NDArray[np.bool_]:
        """Shape `(n,)`: which rows are to be told of."""
        return self.rows["asked"].to_numpy(bool)

    def of_past(self, column: str) -> NDArray[np.float64]:
        """Shape `(n, past)`: the past values of a column, the latest first; NaN where there is none."""
        names = [f"{column}_{back}" for back in range(1, self.past + 1)]
        return self.rows[names].to_numpy(np.float64)


def year_scores(
    assessments: Relation, everyone: Relation, outcome: str | None, *, past: int, ahead: int = 0
) -> YearScores:
    """The scores of the years.

    Parameters
    ----------
    assessments, everyone
        The scores to tell of, and all there are; the same relation where all are to be told of.
    past
        How many past scores to put beside each.
    ahead
        How many grades above those asked for are needed too, in the same year.

    Raises
    ------
    UsageError
        When the outcome fits no scores, or several.
    """
    scores = chosen(assessments, outcome)
    told = _scores(scores.rows)
    if assessments is everyone:
        rows, unknown = _known(_years(told, past, "true"))
        return YearScores(rows, scores.name, past, unknown)
    cohorts = told.aggregate("grade, year, count(DISTINCT student_id) AS n", "grade, year").df()
    lost = cohorts["grade"].isna() | cohorts["year"].isna()
    unknown = int(cohorts.loc[lost, "n"].sum())
    of_everyone = _scores(scores.among(everyone).rows)
    days = told.aggregate("student_id, date, true AS asked", "student_id, date").set_alias("told")
    years = _years(of_everyone, past).filter(_within(cohorts[~lost], ahead)).set_alias("years")
    same = "years.student_id = told.student_id AND years.date = told.date"
    both = years.join(days, same, how="left").select("years.*, coalesce(told.asked, false) AS asked")
    return YearScores(_known(both)[0], scores.name, past, unknown)


def _scores(rows: Relation) -> Relation:
    """The scores with the grade of the test, else of the enrollment, and the school year, as numbers."""
    columns = set(rows.columns)
    error = "CAST(std_error AS DOUBLE)" if "std_error" in columns else "CAST(NULL AS DOUBLE)"
    tested = "CAST(grade_at_test AS INTEGER), " if "grade_at_test" in columns else ""
    places = "".join(f", {identifier(name)}" for name in rows.columns if name.startswith(PLACED))
    return rows.select(
        f"student_id, date, CAST(value AS DOUBLE) AS value, {error} AS std_error, "
        f"coalesce({tested}TRY_CAST(placed_grade AS INTEGER)) AS grade, "
        f"TRY_CAST(placed_school_year AS INTEGER) AS year{places}"
    )


def _years(scores: Relation, past: int, asked: str = "") -> Relation:
    """The last score of each student and year, and the past ones beside it."""
    kept = [name for name in scores.columns if name not in ("student_id", "year")]
    packed = ", ".join(f"{identifier(name)} := {identifier(name)}" for name in kept)
    latest = "struct_pack(d := date, v := value, e := std_error)"
    last = scores.aggregate(
        f"student_id, year, arg_max(struct_pack({packed}), {latest}) AS last", "student_id, year"
    ).select("student_id, year, unnest(last)")
    beside = [f"count(*) {BEFORE.format(1)} > 0 AS year_before"]
    for back in range(1, past + 1):
        then = BEFORE.format(back)
        beside += [
            f"CASE WHEN first_value(grade) {then} = grade - {back} THEN first_value({name}) {then} END AS {name}_{back}"
            for name in ("value", "std_error")
        ]
    beside += [f"{asked} AS asked"] if asked else []
    return last.select(f"*, {', '.join(beside)}")


def _within(cohorts: pd.DataFrame, ahead: int) -> str:
    """SQL that is true for the rows of these cohorts, and of those so many grades ahead in the same year."""
    steps = range(ahead + 1)
    found = {(int(c["grade"]) + step, int(c["year"])) for _, c in cohorts.iterrows() for step in steps}
    pairs = ", ".join(f"({grade}, {year})" for grade, year in sorted(found))
    return f"(grade, year) IN ({pairs})" if pairs else "false"


def _known(years: Relation) -> tuple[pd.DataFrame, int]:
    """The rows whose grade and year are known, always in the same order, and how many are not."""
    rows: pd.DataFrame = years.to_arrow_table().to_pandas(date_as_object=False)
    known = (rows["grade"].notna() & rows["year"].notna()).to_numpy()
    numbers = [name for name in map(str, rows) if name in ("grade", "year") or name.startswith("value")]
    order = np.lexsort([rows[name].to_numpy(np.float64, na_value=np.nan)[known] for name in reversed(numbers)])
    return rows.iloc[np.flatnonzero(known)[order]].reset_index(drop=True), int((~known).sum())
