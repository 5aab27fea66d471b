from datetime import date

import pytest

from cbe_analysis.errors import UnreadableData
from cbe_analysis.policy import Policy
from cbe_analysis.policy.clock import clock, spans, told_once

YEAR = (2026, date(2025, 9, 1), date(2026, 5, 29))  # 270 days apart


def test_a_school_year_counts_one_and_a_summer_nothing():
    told = clock(Policy(), [YEAR, (2027, date(2026, 9, 1), date(2027, 5, 29))], [2026, 2027])
    assert told.at(date(2026, 9, 1)) - told.at(date(2025, 9, 1)) == 1.0
    assert told.at(date(2026, 5, 29)) == told.at(date(2026, 8, 31)) == 2026.0
    assert told.at(date(2025, 9, 1)) == 2025.0
    assert told.at(date(2026, 1, 14)) == 2025.5  # day 135 of 270
    assert told.warnings == ()


def test_years_that_the_calendar_lacks_take_the_days_of_the_policy_and_say_so():
    told = clock(Policy(school_year_days=("08-15", "06-10")), [YEAR], [2025, 2026, 2027])
    assert (told.year(2025).first_day, told.year(2025).last_day) == (date(2024, 8, 15), date(2025, 6, 10))
    assert told.year(2026).first_day == date(2025, 9, 1)
    assert told.warnings == (
        "the calendar lacks school years 2025, 2027: school_year_days of the policy (08-15 to 06-10) stand in",
    )


def test_years_that_several_clocks_lack_are_said_once():
    first, second = (clock(Policy(), [], years).warnings[0] for years in ([2025, 2024], [2026, 2024]))
    instead = first.partition(":")[2]
    both = f"the calendar lacks school years 2024, 2025, 2026:{instead}"
    assert told_once(["before", first, "between", second]) == ("before", both, "between")
    assert told_once([first, "other"]) == (first, "other")
    assert told_once(()) == ()


def test_the_latest_year_that_has_begun_counts():
    told = clock(Policy(), [YEAR], [2026])
    assert [told.school_year(day) for day in (date(2025, 8, 31), date(2025, 9, 1), date(2026, 8, 14))] == [
        2025,
        2026,
        2026,
    ]


def test_a_school_year_may_lie_in_one_calendar_year():
    told = clock(Policy(school_year_days=("02-01", "12-10")), [], [2026])
    assert told.school_year(date(2026, 1, 31)) == 2025
    assert (told.year(2026).first_day, told.year(2026).last_day) == (date(2026, 2, 1), date(2026, 12, 10))


@pytest.mark.parametrize(
    "row", [(2026, None, date(2026, 5, 29)), (2026, date(2026, 5, 29), date(2025, 9, 1)), (7, *YEAR[1:])]
)
def test_impossible_rows_of_the_calendar_do_not_count(row):
    assert clock(Policy(), [row], [2026]).year(2026).told is False


@pytest.mark.parametrize(
    "days", [("08-15", "06-31"), ("Aug 15", "06-10"), ("02-29", "06-10"), ("08-15",), ("08-15", "08-15")]
)
def test_days_that_are_none_are_refused(days):
    with pytest.raises(UnreadableData, match="school_year_days"):
        clock(Policy(school_year_days=days), [], [])


def test_spans_of_no_calendar_are_none():
    assert spans(None) == []
