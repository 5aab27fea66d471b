"""The school-year clock: a school year counts one, a summer nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cbe_analysis.errors import UnreadableData
from cbe_analysis.policy.settings import Policy

COMMON_YEAR = 2001  # any year without a leap day
LACKING = re.compile(r"the calendar lacks school years? ([\d, ]+): (.*)")  # as `Clock.warnings` says it
FIRST_YEAR, LAST_YEAR = 1001, 2998  # years whose neighbours are four digits long
Span = tuple[int, date | None, date | None]


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """First and last day of a school year, named by its spring.

    Parameters
    ----------
    told
        True where the calendar says so; False where the policy's days stand in.
    """

    year: int
    first_day: date
    last_day: date
    told: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """The school years of a district.

    Parameters
    ----------
    told
        The years that the calendar has.
    named
        The years that the enrollments name.
    days
        First and last day of a year as MM-DD, for those that the calendar lacks.
    """

    told: Mapping[int, SchoolYear]
    named: frozenset[int]
    days: tuple[str, str]

    def year(self, year: int) -> SchoolYear:
        """First and last day of the school year."""
        return self.told.get(year) or _by_policy(year, self.days)

    def school_year(self, day: date) -> int:
        """The latest school year that has begun on the day."""
        return next(y for y in range(day.year + 2, day.year - 3, -1) if self.year(y).first_day <= day)

    def at(self, day: date) -> float:
        """Years on the clock: 2025.5 is the middle of 2025-26, 2026.0 any day of the summer after it."""
        now = self.year(self.school_year(day))
        return now.year - 1 + min(1.0, (day - now.first_day).days / (now.last_day - now.first_day).days)

    @property
    def years(self) -> tuple[SchoolYear, ...]:
        """The years named by enrollments or calendar, with those before and after, in order."""
        names = {year + step for year in (*self.named, *self.told) for step in (-1, 0, 1)}
        return tuple(self.year(year) for year in sorted(names))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to tell where the calendar lacks a year with enrollments; empty where it lacks none."""
        silent = self.named - set(self.told)
        instead = f"school_year_days of the policy ({' to '.join(self.days)}) stand in"
        return (_lacking(silent, instead),) if silent else ()


def told_once(warnings: Sequence[str]) -> tuple[str, ...]:
    """The warnings, those of years that the calendar lacks as one, where the first stood, with the years of all."""
    found = [(at, match) for at, said in enumerate(warnings) if (match := LACKING.fullmatch(said))]
    if len(found) < 2:
        return tuple(warnings)
    years = {int(year) for _, match in found for year in match[1].split(", ")}
    first, rest = found[0][0], {at for at, _ in found[1:]}
    whole = _lacking(years, found[0][1][2])
    return tuple(whole if at == first else said for at, said in enumerate(warnings) if at not in rest)


def _lacking(years: Iterable[int], instead: str) -> str:
    """The warning of years that the calendar lacks."""
    listed = sorted(years)
    return f"the calendar lacks school year{'s' if len(listed) > 1 else ''} {', '.join(map(str, listed))}: {instead}"


def spans(calendar: Any) -> list[Span]:
    """School year, earliest start and latest end of a calendar; the district's own rows go before those of its schools.

    Parameters
    ----------
    calendar
        A relation with the columns of the table; None for a district without a calendar.
    """
    if calendar is None:
        return []
    first = "coalesce(min(start_date) FILTER (school_id IS NULL), min(start_date))"
    last = "coalesce(max(end_date) FILTER (school_id IS NULL), max(end_date))"
    found: list[Span] = (
        calendar.filter("school_year IS NOT NULL").aggregate(f"school_year, {first}, {last}", "school_year").fetchall()
    )
    return found


def clock(policy: Policy, calendar: Iterable[Span], named: Iterable[int]) -> Clock:
    """The clock of a district.

    Parameters
    ----------
    calendar
        As `spans` gives it; a year without both, or ending before it begins, is left out.
    named
        The school years of the enrollments.

    Raises
    ------
    UnreadableData
        When `school_year_days` of the policy are not two days written MM-DD.
    """
    _by_policy(COMMON_YEAR, policy.school_year_days)
    told = {
        year: SchoolYear(year, first, last, True)
        for year, first, last in calendar
        if _possible(year) and first is not None and last is not None and first < last
    }
    return Clock(told, frozenset(filter(_possible, named)), policy.school_year_days)


def _possible(year: int) -> bool:
    return FIRST_YEAR <= year <= LAST_YEAR


def _by_policy(year: int, days: tuple[str, str]) -> SchoolYear:
    """The school year by the policy: it begins in the year before where its first day is later than its last."""
    try:
        [first, last] = [date.fromisoformat(f"{COMMON_YEAR}-{day}") for day in days]
    except ValueError:
        raise UnreadableData(
            "school_year_days are not two days of the year", "district.toml", 'write them as ["08-15", "06-10"]'
        ) from None
    begins = year - 1 if first > last else year
    return SchoolYear(year, first.replace(year=begins), last.replace(year=year), False)
