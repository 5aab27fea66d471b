"""When the rows of a table were, by the columns that they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["day", "window", "year", "study", "spell", "none"]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a row was.

    Parameters
    ----------
    kind
        A day; a window of days; a school year, perhaps with a term; a place in a study; the spell that the row itself
        is; or nothing that could place it.
    days
        The column of the day, or those of the window's first and last day.
    years
        The columns `school_year` and `term_id`, as far as the rows have them.
    own_school
        True where the rows have a school_id of their own.
    """

    kind: Kind
    days: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    own_school: bool = False


def moment(table: str, columns: Sequence[str]) -> Moment:
    """When the rows of a table were, by the columns that they have.

    Parameters
    ----------
    table
        A canonical table, or "" for rows from elsewhere.
    """
    own = "school_id" in columns
    years = tuple(name for name in ("school_year", "term_id") if name in columns)
    if table == "enrollments":
        return Moment("spell", own_school=True)
    if "student_id" not in columns:
        return Moment("none", own_school=own)
    if table == "participation":
        return Moment("study", ("start_date",), own_school=own)
    if "date" in columns:
        return Moment("day", ("date",), years if "school_year" in columns and table else (), own)
    if "first_date" in columns and "last_date" in columns:
        return Moment("window", ("first_date", "last_date"), own_school=own)
    if years:
        return Moment("year", (), years, own)
    return Moment("day", ("start_date",), own_school=own) if "start_date" in columns else Moment("none", own_school=own)
