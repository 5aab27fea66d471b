"""From when and until when students were observed, where levels add up as evidence comes in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cbe_analysis.indicators.declare import Relation
from cbe_analysis.indicators.progress.spans import Spans


def observed(spans: Spans, enrollments: Relation | None) -> pd.DataFrame:
    """The spans from the first level that says where a student stands to `end_date`, until which the last one held."""
    rows = observed_from(spans, enrollments).assign(end_date=observed_until(spans, enrollments))
    return with_finished(spans, rows, enrollments)


def observed_from(spans: Spans, enrollments: Relation | None) -> pd.DataFrame:
    """The spans with the first level as it was at the end of the month after entry, where levels add up.

    In the month of entry, what a student can do comes to light, which is no gain. The first piece of evidence is no
    beginning of observation, either: until then the student stood at the level of entry, which is a whole one.
    """
    rows = spans.rows
    if not spans.cumulative:
        return rows
    entry = rows["start_date"]
    if enrollments is not None:
        told = enrollments.aggregate(
            "student_id, school_id AS first_school, CAST(school_year AS DOUBLE) AS first_year, min(entry_date) AS entry"
        ).df()
        found = rows[["student_id", "first_school", "first_year"]].merge(told, how="left")["entry"]
        entry = pd.to_datetime(found).clip(lower=entry.min()).fillna(entry).clip(upper=entry)
    settled = entry + pd.offsets.MonthEnd(0) + pd.offsets.MonthEnd(1)
    early, late = rows["second_date"] <= settled, rows["start_date"] > settled
    start = rows["start"].where(~early, rows["second"]).where(~late, np.floor(rows["start"]))
    single = rows["second_date"].isna() & ~late
    day = settled.where(~single, rows["start_date"])
    return rows.assign(start_date=day, start=start)


def observed_until(spans: Spans, enrollments: Relation | None) -> pd.Series:
    """Until when the last level is known to have held: where levels add up, to the end of the spell in its school year.

    The last piece of evidence is no end of observation: paces measured until just then would be too high.
    """
    rows = spans.rows
    if not spans.cumulative:
        return rows["last_date"]
    end = spans.year_ends(rows["school_year"])
    if enrollments is not None:
        told = enrollments.aggregate(
            "student_id, school_id AS school, CAST(school_year AS DOUBLE) AS school_year, "
            "max(coalesce(exit_date, DATE '9999-12-31')) AS left_on"
        ).df()
        left = rows[["student_id", "school", "school_year"]].merge(told, how="left")["left_on"]
        left_on = left.to_numpy().astype("datetime64[s]")
        end = pd.Series(np.where(np.isnat(left_on), end, np.minimum(left_on, end.to_numpy().astype("datetime64[s]"))))
    end = pd.to_datetime(end).fillna(rows["last_date"])
    return end.clip(upper=rows["last_date"].max()).where(end > rows["last_date"], rows["last_date"])


def upto(dates: pd.Series, limit: pd.Series) -> pd.Series:
    """The earlier of two dates, the second of which may be missing."""
    return dates.where(~(limit < dates), limit)


def with_finished(spans: Spans, rows: pd.DataFrame, enrollments: Relation | None) -> pd.DataFrame:
    """The spans, those at the exit level until the last enrollment, with its grade: no evidence is left to come.

    Without this, who finished in an earlier year and is still enrolled would be taken for a student who left.
    """
    done = rows["reached"].notna()
    if enrollments is None or not spans.cumulative or not done.any() or "grade" not in enrollments.columns:
        return rows
    last_year = rows["school_year"].max()
    told = (
        enrollments.filter(f"CAST(school_year AS DOUBLE) <= {last_year}")
        .aggregate(
            "student_id, max(CAST(school_year AS DOUBLE)) AS last_year, arg_max(TRY_CAST(grade AS DOUBLE), entry_date) "
            "AS last_grade, max(coalesce(exit_date, DATE '9999-12-31')) AS left_on"
        )
        .df()
    )
    found = rows[["student_id"]].merge(told, how="left").set_index(rows.index)
    later = done & (found["last_year"] > rows["school_year"])
    end = spans.year_ends(found["last_year"]).to_numpy().astype("datetime64[s]")
    end = np.minimum(end, found["left_on"].to_numpy().astype("datetime64[s]"))
    until = pd.Series(end, rows.index).clip(upper=rows["end_date"].max())
    return rows.assign(
        end_date=until.where(later, rows["end_date"]),
        grade=found["last_grade"].where(later, rows["grade"]),
        school_year=found["last_year"].where(later, rows["school_year"]),
    )
