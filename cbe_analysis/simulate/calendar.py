"""Four school years with their terms, closures and school days, and the clock on which students learn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from cbe_analysis.simulate.draws import Flags, Floats, Ints
from cbe_analysis.simulate.rows import records

EPOCH = date(1970, 1, 1)
YEARS = (2023, 2024, 2025, 2026)
HALVES = 2
PARTS = 3  # of a year: until programs begin, until the second semester, until the end


@dataclass(frozen=True, slots=True)
class Year:
    """The dates of a school year as the board set them; it begins in the calendar year before `year`."""

    year: int
    first: str
    programs: str
    first_half_ends: str
    second_half: str
    spring_break: tuple[str, str]
    snow: tuple[str, ...]
    last: str

    @property
    def title(self) -> str:
        """The year as people write it: 2025-26."""
        return f"{self.year - 1}-{self.year % 100:02d}"


BOARD = (
    Year(
        *(2023, "2022-08-17", "2022-10-03", "2022-12-21", "2023-01-04"),
        *(("2023-04-03", "2023-04-07"), ("2023-02-02",), "2023-06-07"),
    ),
    Year(
        *(2024, "2023-08-16", "2023-10-02", "2023-12-20", "2024-01-04"),
        *(("2024-04-01", "2024-04-05"), ("2024-01-16", "2024-01-17"), "2024-06-05"),
    ),
    Year(
        *(2025, "2024-08-14", "2024-10-07", "2024-12-20", "2025-01-06"),
        *(("2025-04-14", "2025-04-18"), ("2025-01-22", "2025-02-13"), "2025-06-04"),
    ),
    Year(
        *(2026, "2025-08-13", "2025-10-06", "2025-12-19", "2026-01-05"),
        *(("2026-04-06", "2026-04-10"), ("2026-01-28",), "2026-06-03"),
    ),
)
FLOOD = ("2024-05-06", "2024-05-08")  # one school by the river stays closed


def number(day: str | date) -> int:
    """Days since 1970-01-01."""
    return ((date.fromisoformat(day) if isinstance(day, str) else day) - EPOCH).days


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _closures(year: Year) -> list[tuple[date, date]]:
    """The days of the year without school, in order."""
    autumn, spring = year.year - 1, year.year
    thanksgiving = _nth(autumn, 11, 3, 4)
    veterans = date(autumn, 11, 11)
    holidays = [_nth(autumn, 9, 0, 1), _nth(autumn, 10, 0, 2), _nth(spring, 1, 0, 3), _nth(spring, 2, 0, 3)]
    holidays += [_nth(spring, 6, 0, 1) - timedelta(7)]
    holidays += [veterans] if veterans.weekday() < 5 else []
    holidays += [date.fromisoformat(day) for day in year.snow]
    first_half_ends, second_half = date.fromisoformat(year.first_half_ends), date.fromisoformat(year.second_half)
    longer = [
        (thanksgiving - timedelta(1), thanksgiving + timedelta(1)),
        (first_half_ends + timedelta(1), second_half - timedelta(1)),
        (date.fromisoformat(year.spring_break[0]), date.fromisoformat(year.spring_break[1])),
    ]
    return sorted([*((day, day) for day in holidays), *longer])


def _school_days() -> Ints:
    closed = {
        first + timedelta(step)
        for year in BOARD
        for first, last in _closures(year)
        for step in range((last - first).days + 1)
    }
    found = []
    for year in BOARD:
        first, last = date.fromisoformat(year.first), date.fromisoformat(year.last)
        every = (first + timedelta(step) for step in range((last - first).days + 1))
        found += [number(day) for day in every if day.weekday() < 5 and day not in closed]
    return np.array(found, dtype=np.int64)


SCHOOL_DAYS = _school_days()
FIRST = np.array([number(year.first) for year in BOARD], dtype=np.int64)
LAST = np.array([number(year.last) for year in BOARD], dtype=np.int64)
SECOND_HALF = np.array([number(year.second_half) for year in BOARD], dtype=np.int64)
FIRST_HALF_ENDS = np.array([number(year.first_half_ends) for year in BOARD], dtype=np.int64)
PROGRAMS_BEGIN = np.array([number(year.programs) for year in BOARD], dtype=np.int64)


def clock(days: Ints) -> Floats:
    """School years since the first day of the first: a summer counts nothing."""
    year = np.clip(np.searchsorted(FIRST, days, side="right") - 1, 0, len(YEARS) - 1)
    within = (days - FIRST[year]) / (LAST[year] - FIRST[year])
    return np.asarray(year + np.clip(within, 0.0, 1.0), dtype=np.float64)


def day_at(clocks: Floats) -> Ints:
    """The first school day at or after the moment on the clock; the last of its year where none is left."""
    year = np.clip(np.floor(clocks).astype(np.int64), 0, len(YEARS) - 1)
    raw = FIRST[year] + np.ceil((clocks - year) * (LAST[year] - FIRST[year]) - 1e-9).astype(np.int64)
    return next_school_day(np.minimum(raw, LAST[year]))


def next_school_day(days: Ints) -> Ints:
    """The day itself, or the next one with school."""
    found: Ints = np.take(SCHOOL_DAYS, np.minimum(np.searchsorted(SCHOOL_DAYS, days), len(SCHOOL_DAYS) - 1))
    return found


def after_flood(days: Ints, flooded: Flags) -> Ints:
    """The day itself, or the first after the flood where that closed the school."""
    first, last = number(FLOOD[0]), number(FLOOD[1])
    return np.where(flooded & (days >= first) & (days <= last), last + 1, days)


def flood_days(first: Ints, last: Ints) -> Ints:
    """School days from first to last that the flood took."""
    start, end = number(FLOOD[0]), number(FLOOD[1])
    return days_between(np.maximum(first, start), np.minimum(last, end))


def days_between(first: Ints, last: Ints) -> Ints:
    """School days from first to last, both counted; 0 where none."""
    found = np.searchsorted(SCHOOL_DAYS, last, side="right") - np.searchsorted(SCHOOL_DAYS, first)
    return np.asarray(np.maximum(found, 0), dtype=np.int64)


def year_of(days: Ints) -> Ints:
    """0 for the first of the four school years, 3 for the last."""
    return np.clip(np.searchsorted(FIRST, days, side="right") - 1, 0, len(YEARS) - 1)


def half_of(days: Ints) -> Ints:
    """0 for the first semester of a day's school year, 1 for the second."""
    return (days >= SECOND_HALF[year_of(days)]).astype(np.int64)


BOUNDS = np.concatenate(
    [
        np.concatenate([clock(np.array([FIRST[y], PROGRAMS_BEGIN[y], SECOND_HALF[y]])) for y in range(len(YEARS))]),
        [float(len(YEARS))],
    ]
)


def term(year: int, half: int) -> str:
    """The id of a semester."""
    return f"{BOARD[year].title}-S{half + 1}"


TERMS = tuple(term(y, half) for y in range(len(YEARS)) for half in range(HALVES))


def calendar() -> pa.Table:
    """The table `calendar`: every year and its two semesters, for the whole district."""
    rows = []
    for y, year in enumerate(BOARD):
        parts = (
            (year.title, "year", year.first, year.last),
            (term(y, 0), "semester", year.first, year.first_half_ends),
            (term(y, 1), "semester", year.second_half, year.last),
        )
        for name, kind, first, last in parts:
            count = days_between(np.array([number(first)]), np.array([number(last)]))
            rows.append(
                {
                    "term_id": name,
                    "school_year": year.year,
                    "kind": kind,
                    "start_date": date.fromisoformat(first),
                    "end_date": date.fromisoformat(last),
                    "instructional_days": int(count[0]),
                }
            )
    return records("calendar", rows)


def closures(flooded: str) -> pa.Table:
    """The table `closures`: breaks and holidays of the district, and the flood at one school."""
    rows = [{"start_date": a, "end_date": b} for year in BOARD for a, b in _closures(year)]
    first, last = (date.fromisoformat(day) for day in FLOOD)
    return records("closures", [*rows, {"school_id": flooded, "start_date": first, "end_date": last}])
