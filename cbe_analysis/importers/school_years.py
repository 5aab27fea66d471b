"""School years and terms of a source as years and days; what the source does not date is made, and said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from cbe_analysis.policy import Policy

_FIRST_DAYS: Mapping[str, str] = {"winter": "12-01", "spring": "03-01"}  # of terms that begin within the year
_AUTUMN_BEGINS = 7  # month
_YEARS = re.compile(r"(?:(?P<season>[A-Za-z]+)\s+)?(?P<first>[12][0-9]{3})\s*[-/]\s*(?P<last>[12][0-9]{3}|[0-9]{2})")


@dataclass(frozen=True, slots=True)
class Terms:
    """A column of terms, or of school years.

    Parameters
    ----------
    school_year
        Named by its spring, as text; "" where the cell names none.
    season
        fall, winter, spring, summer, or "" where the cell names a year only.
    first_day
        First day of the term, YYYY-MM-DD: of the fall and of a year the policy's usual first day, of the winter
        1 December, of the spring and the summer 1 March.
    unreadable
        True where the cell holds something else.
    """

    school_year: pd.Series = field(repr=False)
    season: pd.Series = field(repr=False)
    first_day: pd.Series = field(repr=False)
    unreadable: pd.Series = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Term:
    school_year: str = ""
    season: str = ""
    first_day: str = ""


def read_terms(column: pd.Series) -> Terms:
    """The terms of a column written like "Fall 2013-2014", "2013-14" or "2013-2014"."""
    found = {text: _term(text) for text in column.unique()}
    parts = {
        name: column.map({text: getattr(term, name) for text, term in found.items()}).astype("str")
        for name in ("school_year", "season", "first_day")
    }
    return Terms(**parts, unreadable=column.ne("") & parts["school_year"].eq(""))


def made_first_days(terms: Terms, student: pd.Series) -> pd.Series:
    """The first day of each record's stay: the year's first day, or the term's where a school follows another.

    A student whose first record of a year lies in the spring was most often there since the fall, so the first term
    seen in a year counts from the first day of the year.
    """
    keys = [student, terms.school_year]
    earliest = terms.first_day.groupby(keys).transform("min")
    return terms.first_day.where(terms.first_day.ne(earliest), terms.school_year.map(_year_begins)).astype("str")


def _term(text: str) -> _Term:
    parts = _YEARS.fullmatch(text.strip())
    if not parts:
        return _Term()
    first, last = int(parts["first"]), int(parts["last"])
    season = (parts["season"] or "").lower()
    known = season in ("", "fall", "winter", "spring", "summer")
    if not known or last % 100 != (first + 1) % 100 or (last > 99 and last != first + 1):
        return _Term()
    within = _FIRST_DAYS.get("spring" if season == "summer" else season)
    if within is None:
        return _Term(str(first + 1), season, _year_begins(str(first + 1)))
    return _Term(str(first + 1), season, f"{first if int(within[:2]) >= _AUTUMN_BEGINS else first + 1}-{within}")


def _year_begins(school_year: str) -> str:
    """The usual first day of a school year."""
    if not school_year:
        return ""
    return f"{int(school_year) - 1}-{Policy().school_year_days[0]}"
