"""What a reader of Project STAR's numbers should know about its records: what is missing, and who moved."""

from __future__ import annotations

import pandas as pd

from cbe_analysis.importers.account import Remark

QUARTER = r"\d{4}:[1-4]"  # of birth, as the source writes it


def remarks(rows: pd.DataFrame) -> tuple[Remark, ...]:
    """The remarks on the source, zeros included: a check that found nothing is said too.

    Parameters
    ----------
    rows
        One row per student and year, sorted; the source's columns in the kit's words.
    """
    return (*_made(rows), *_missing(rows), *_changes(rows), *_contradictions(rows))


def _made(rows: pd.DataFrame) -> tuple[Remark, ...]:
    """What the source does not give and the folder holds all the same."""
    return (
        Remark(rows["school_year"].nunique(), "school years whose first, last and test days are made, each plausible"),
        Remark(rows["program"].nunique(), "programs whose smallest effect, certainty and next steps are an example"),
    )


def _missing(rows: pd.DataFrame) -> tuple[Remark, ...]:
    students = rows.groupby("id")[["eth", "sx", "birthq"]].first()
    quarters = students["birthq"].str.fullmatch(QUARTER)
    neither = rows[["math", "read"]].isna().all(axis=1)
    return (
        Remark(int(students["eth"].isna().sum()), "students without race and ethnicity"),
        Remark(int(students["sx"].isna().sum()), "students without gender"),
        Remark(int((~quarters).sum()), "students without a full year and quarter of birth"),
        Remark(int(rows["ses"].isna().sum()), "school years of a student without lunch status"),
        Remark(int(neither.sum()), "school years of a student without any score"),
    )


def _changes(rows: pd.DataFrame) -> tuple[Remark, ...]:
    """Students whom the years find elsewhere, in ways that the study allows."""
    small = rows.assign(small=rows["cltype"].eq("small"))
    years_between = rows.groupby("id")["school_year"].diff()
    return (
        Remark(_changing(rows, "id", "ses"), "students whose lunch status changes over the years"),
        Remark(_changing(rows, "id", "sch"), "students who change schools"),
        Remark(_changing(small, "id", "small"), "students who change between small and other classes"),
        Remark(rows.loc[years_between > 1, "id"].nunique(), "students who come back after a year or more away"),
    )


def _contradictions(rows: pd.DataFrame) -> tuple[Remark, ...]:
    """Records that cannot all be true."""
    years = ["sch", "school_year"]
    one_arm = rows["cltype"].eq("small").groupby([rows[name] for name in years]).nunique().eq(1)
    return (
        Remark(int(rows.duplicated(["id", "school_year"]).sum()), "second records of a student in one year"),
        Remark(_changing(rows, "id", "eth"), "students with two races"),
        Remark(_changing(rows, "id", "sx"), "students with two genders"),
        Remark(_changing(rows, "id", "birthq"), "students with two quarters of birth"),
        Remark(_changing(rows, "tch", "cltype"), "classes of two types"),
        Remark(_changing(rows, "tch", "sch"), "classes in two schools"),
        Remark(_changing(rows, "tch", "gr"), "classes in two grades"),
        Remark(int(one_arm.sum()), "grades of a school that have only small or only other classes"),
    )


def _changing(rows: pd.DataFrame, entity: str, column: str) -> int:
    """How many entities have two or more known values of a column."""
    return int(rows.groupby(entity)[column].nunique().gt(1).sum())
