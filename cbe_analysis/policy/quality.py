"""What the data-quality checks measure by: limits, scales, and the counts that officials published."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from cbe_analysis.errors import UnreadableData, choices
from cbe_analysis.policy.refusal import FILE, checked

Span = tuple[float, float]
EVERYWHERE = "all"  # the word for the whole district, and for a whole school
COUNT_DAY = "on"
GRADE = re.compile(r"-1|\d|1[0-2]")


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a check warns: the table `[checks]`.

    Parameters
    ----------
    level_jump_at_most
        Levels between two consecutive dates of a student in a subject; a year, where they lie further apart.
    share_shift_at_most
        Share of students by which a subgroup may grow or shrink from one school year to the next.
    usual_evidence_at_least
        Share of a term's usual evidence per student and day that must be there.
    missing_outcome_at_most
        Share of a program's students without an outcome after it began.
    repeated_rows_at_most
        Share of a table's rows that repeat another row under an id of their own.
    last_year_again_at_most
        Share of a year's rows that may be those of the year before under new dates.
    official_differs_at_most
        Share by which a count of students may differ from the official one.
    """

    level_jump_at_most: float = 2.0
    share_shift_at_most: float = 0.05
    usual_evidence_at_least: float = 0.6
    missing_outcome_at_most: float = 0.3
    repeated_rows_at_most: float = 0.1
    last_year_again_at_most: float = 0.8
    official_differs_at_most: float = 0.02

    def __post_init__(self) -> None:
        for limit in fields(self):
            value, most = getattr(self, limit.name), 100.0 if limit.name.startswith("level") else 1.0
            if not 0 < value <= most:
                raise UnreadableData(
                    f"checks.{limit.name} cannot be {value!r}", FILE, f"set a number above 0 and up to {most:g}"
                )


@dataclass(frozen=True, slots=True)
class Scales:
    """Between which values ratings, levels and scores lie: the table `[scales]`.

    Parameters
    ----------
    ratings
        Lowest and highest score of `evidence` and `target_status`.
    levels
        Lowest and highest position on the continuum. None: that of the targets.
    marks
        The marks as printed, each one.
    points
        Lowest and highest points of a mark.
    instruments
        Instrument, or instrument:subject, with its lowest and highest score.
    """

    ratings: Span | None = None
    levels: Span | None = None
    marks: tuple[str, ...] = ()
    points: Span | None = None
    instruments: tuple[tuple[str, Span], ...] = ()


@dataclass(frozen=True, slots=True)
class Count:
    """How many students the officials counted.

    Parameters
    ----------
    school_id, grade
        None: in all of them.
    """

    school_id: str | None
    grade: int | None
    students: int


@dataclass(frozen=True, slots=True)
class Official:
    """What officials published: the table `[official.enrollment]`.

    Parameters
    ----------
    on
        The day of the count.
    """

    on: date | None = None
    enrollment: tuple[Count, ...] = ()


def read_limits(told: Any) -> Limits:
    """The table `[checks]`."""
    given = _table("checks", told, [f.name for f in fields(Limits)])
    return Limits(**{name: float(_number(f"checks.{name}", value)) for name, value in given.items()})


def read_scales(told: Any) -> Scales:
    """The table `[scales]`."""
    given = _table("scales", told, [f.name for f in fields(Scales)])
    marks = given.pop("marks", [])
    checked(
        *("scales.marks", marks, isinstance(marks, list) and all(isinstance(m, str) for m in marks)),
        "a list of marks in quotes",
    )
    measures = _table("scales.instruments", given.pop("instruments", {}))
    spans = {name: _span(f"scales.{name}", value) for name, value in given.items()}
    instruments = tuple(sorted((n, _span(f"scales.instruments.{n}", v)) for n, v in measures.items()))
    return Scales(marks=tuple(marks), instruments=instruments, **spans)


def read_official(told: Any) -> Official:
    """The table `[official]`."""
    given = _table("official", told, ["enrollment"])
    if "enrollment" not in given:
        return Official()
    rows = dict(_table("official.enrollment", given["enrollment"]))
    day = rows.pop(COUNT_DAY, None)
    checked(
        *("official.enrollment.on", day, type(day) is date),
        "the day of the count, such as on = 2025-10-01, without quotes",
    )
    return Official(day, tuple(count for place, value in rows.items() for count in _counts(place, value)))


def _counts(place: str, value: Any) -> list[Count]:
    """The counts of a school, or of all: one number, or one by grade."""
    name = f"official.enrollment.{place}"
    by_grade = value if isinstance(value, dict) else {EVERYWHERE: value}
    strange = [grade for grade in by_grade if grade != EVERYWHERE and not GRADE.fullmatch(grade)]
    checked(name, strange, not strange, f"a number, or numbers by grade (-1 to 12) and '{EVERYWHERE}'")
    school = None if place == EVERYWHERE else place
    return [
        Count(school, None if grade == EVERYWHERE else int(grade), _students(name, students))
        for grade, students in by_grade.items()
    ]


def _students(name: str, value: Any) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return int(checked(name, value, whole, "a whole number of students, or a table of them by grade"))


def _table(name: str, told: Any, known: list[str] | None = None) -> dict[str, Any]:
    """The table's settings; unknown ones are refused where the known ones are told."""
    given: Mapping[str, Any] = checked(name, told, isinstance(told, dict), f"a table [{name}]")
    unknown = [key for key in given if known is not None and key not in known]
    if unknown:
        raise UnreadableData(
            f"unknown setting {choices(unknown)} in [{name}]", FILE, f"known are: {choices(known or ())}"
        )
    return dict(given)


def _number(name: str, value: Any) -> float:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(checked(name, value, fits, "a number"))


def _span(name: str, value: Any) -> Span:
    """Two numbers, the lower first."""
    expected = "the lowest and the highest value, such as [1, 4]"
    checked(name, value, isinstance(value, list) and len(value) == 2, expected)
    low, high = (_number(name, part) for part in value)
    checked(name, value, low < high, expected)
    return low, high
