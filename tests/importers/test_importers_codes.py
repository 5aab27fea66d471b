"""Grades, races, dates, terms and codes come out in the kit's words; the rest is unknown, and counted."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cbe_analysis.errors import UnreadableData
from cbe_analysis.importers import codes, dates, race
from cbe_analysis.importers.grades import KINDERGARTEN_OF_NWEA, read_grades
from cbe_analysis.importers.school_years import made_first_days, read_terms


def text(*cells):
    return pd.Series(list(cells), dtype="str")


def test_grades_in_every_spelling():
    read = read_grades(text("K", "KG", "0", "07", "7th", "Grade 7", "Seventh grade", "-1", "PK", "TK", "UG", ""))
    assert read.values.tolist() == ["0", "0", "0", "7", "7", "7", "7", "-1", "-1", "-1", "", ""]
    assert read.unknown == 0


def test_grade_13_is_kindergarten_for_nwea_alone():
    assert read_grades(text("13", "13", "14")).unknown == 3
    nwea = read_grades(text("13", "K", "14"), KINDERGARTEN_OF_NWEA)
    assert nwea.values.tolist() == ["0", "0", ""]
    assert nwea.unknown == 1


def test_a_blank_flag_is_unknown_and_not_no():
    read = codes.read_booleans(text("Y", "no", "TRUE", "0", "", "maybe"))
    assert read.values.tolist() == ["true", "false", "true", "false", "", ""]
    assert read.unknown == 1


def test_not_limited_does_not_say_never():
    read = codes.read_english_learners(text("Limited", "Y", "RFEP", "NotLimited", "N", "", "Never"))
    assert read.values.tolist() == ["current", "current", "former", "", "", "", "never"]
    assert read.unknown == 2


def test_genders():
    assert codes.read_genders(text("F", "male", "X", "unspecified", "?")).values.tolist() == [
        "female",
        "male",
        "nonbinary",
        "",
        "",
    ]


def test_a_hispanic_flag_decides_whatever_the_race():
    read = race.from_words(text("White", "", "Black or African American", "Martian"), text("true", "true", "false", ""))
    assert read.group.tolist() == ["hispanic", "hispanic", "black", ""]
    assert read.source.tolist() == ["hispanic;White", "hispanic", "Black or African American", "Martian"]
    assert read.unknown == 1


@pytest.mark.parametrize(
    ("cell", "group"),
    [
        ("Asian; White", "two_or_more"),
        ("White, Hispanic/Latino", "hispanic"),
        ("Native Hawaiian or Other Pacific Islander", "pacific_islander"),
        ("American Indian or Alaska Native", "american_indian"),
        ("Multi-ethnic", "two_or_more"),
        ("White, White", "white"),
        ("Not Specified or Other", ""),
        (";", ""),
    ],
)
def test_races_in_words(cell, group):
    read = race.from_words(text(cell))
    assert read.group.tolist() == [group]
    assert read.unknown == 0


def test_races_by_flags():
    flags = pd.DataFrame(
        {
            "white": ["true", "true", "true", "false", ""],
            "asian": ["true", "false", "true", "false", ""],
            "hispanic": ["false", "", "true", "", ""],
        },
        dtype="str",
    )
    read = race.from_flags(flags)
    assert read.group.tolist() == ["two_or_more", "white", "hispanic", "", ""]
    assert read.source.tolist() == ["asian;white", "white", "asian;hispanic;white", "", ""]


@given(st.lists(st.sampled_from(["true", "false", ""]), min_size=7, max_size=7))
def test_a_hispanic_flag_decides_every_time(cells):
    names = [*race.RACES, race.HISPANIC, race.SEVERAL]
    group = race.from_flags(pd.DataFrame([cells], columns=names, dtype="str")).group[0]
    assert (group == race.HISPANIC) == (cells[names.index(race.HISPANIC)] == "true")
    assert (group == "") == ("true" not in cells)


def test_dates_in_the_vendors_order():
    read = dates.expect(text("1/5/2026", "09/16/2021", "", "2/29/2024 8:01"), dates.MONTH_FIRST, "x.csv")
    assert read.values.tolist() == ["2026-01-05", "2021-09-16", "", "2024-02-29"]
    assert not read.unreadable.any()
    assert [(remark.count, "proves" in remark.says) for remark in read.remarks("test dates")] == [(2, True)]


def test_dates_that_prove_nothing_are_said():
    [remark] = dates.expect(text("1/5/2026", "2/6/2026"), dates.MONTH_FIRST, "x.csv").remarks("test dates")
    assert remark.count == 2
    assert "none proves" in remark.says


def test_dates_turned_around_are_refused_with_the_evidence():
    with pytest.raises(UnreadableData, match=r"2 dates cannot be month/day/year") as refused:
        dates.expect(text("13/5/2026", "14/5/2026", "1/5/2026"), dates.MONTH_FIRST, "x.csv")
    assert "13/5" not in str(refused.value)


def test_days_that_never_were_are_unreadable():
    read = dates.expect(text("02/29/2023", "00/00/0000", "01/05/2023", "soon"), dates.MONTH_FIRST, "x.csv")
    assert read.values.tolist() == ["", "", "2023-01-05", ""]
    assert read.unreadable.tolist() == [True, True, False, True]


def test_iso_dates_stand_in_for_the_vendors():
    assert dates.expect(text("2026-01-13", ""), dates.MONTH_FIRST, "x.csv").values.tolist() == ["2026-01-13", ""]


def test_the_day_is_the_one_written_whatever_the_zone():
    read = dates.read_days(text("2023-08-21T23:59:05.852Z", "2025-10-02T00:04:00-07:00"), dates.ISO)
    assert read.values.tolist() == ["2023-08-21", "2025-10-02"]


def test_an_order_is_decided_by_days_above_12_only():
    orders = (dates.MONTH_FIRST, dates.DAY_FIRST)
    assert dates.decide(text("1/13/2026", "1/2/2026"), orders, "x.csv").order == dates.MONTH_FIRST
    assert dates.decide(text("13/1/2026", "1/2/2026"), orders, "x.csv").order == dates.DAY_FIRST
    assert dates.decide(text("5/5/2026", ""), orders, "x.csv").values.tolist() == ["2026-05-05", ""]
    with pytest.raises(UnreadableData, match="no date tells the day from the month"):
        dates.decide(text("1/2/2026"), orders, "x.csv")
    with pytest.raises(UnreadableData, match="two orders"):
        dates.decide(text("1/13/2026", "13/1/2026"), orders, "x.csv")


@given(st.dates(min_value=pd.Timestamp("1000-01-01").date()))
def test_every_day_comes_back(day):
    for order, written in ((dates.MONTH_FIRST, "%m/%d/%Y"), (dates.DAY_FIRST, "%d/%m/%Y"), (dates.ISO, "%Y-%m-%d")):
        assert dates.read_days(text(day.strftime(written)), order).values[0] == day.isoformat()


def test_terms_are_years_and_first_days():
    read = read_terms(
        text("Fall 2013-2014", "Winter 2013-2014", "Spring 2013-14", "2025-2026", "2013-2015", "Fall", "")
    )
    assert read.school_year.tolist() == ["2014", "2014", "2014", "2026", "", "", ""]
    assert read.first_day.tolist() == ["2013-08-15", "2013-12-01", "2014-03-01", "2025-08-15", "", "", ""]
    assert read.unreadable.tolist() == [False, False, False, False, True, True, False]


def test_the_first_term_seen_counts_from_the_first_day_of_the_year():
    terms = read_terms(text("Winter 2013-2014", "Spring 2013-2014", "Spring 2013-2014"))
    assert made_first_days(terms, text("1", "1", "2")).tolist() == ["2013-08-15", "2014-03-01", "2013-08-15"]
