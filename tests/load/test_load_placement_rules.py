"""Placement against the rules written out day by day in Python, on random enrollments."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe_analysis.load import load

FIRST, LAST = date(2024, 8, 1), date(2025, 10, 31)
DAY = timedelta(days=1)
YEARS = {2024: (date(2023, 8, 15), date(2024, 6, 10)), 2025: (date(2024, 8, 15), date(2025, 6, 10))}
YEARS[2026] = (date(2025, 8, 15), date(2026, 6, 10))
YEARS[2027] = (date(2026, 8, 15), date(2027, 6, 10))

days = st.dates(FIRST, LAST)
spells = st.lists(
    st.tuples(st.sampled_from("12"), st.sampled_from("ABC"), days, st.integers(0, 200) | st.none()),
    min_size=1,
    max_size=6,
    unique_by=lambda spell: spell[:3],
)
rows = st.lists(st.tuples(st.sampled_from("123"), days, st.sampled_from("ABC") | st.none()), min_size=1, max_size=8)


def school_year(day):
    return max(year for year, (first, _) in YEARS.items() if first <= day)


def closed(enrolled, student):
    """The student's spells as (entry, school, last day, school year)."""
    own = [spell for spell in enrolled if spell[0] == student]
    found = []
    for _, school, entry, length in own:
        later = [other[2] for other in own if other[2] > entry]
        open_end = max(entry, min([YEARS[school_year(entry)][1], *[day - DAY for day in later]]))
        found.append((entry, school, open_end if length is None else entry + length * DAY, school_year(entry)))
    return found


def expected(enrolled, student, day, own_school):
    """The school of a row by the rules."""
    mine = closed(enrolled, student)
    held = [spell for spell in mine if spell[0] <= day <= spell[2]]
    if held:
        at_own = [spell for spell in held if spell[1] == own_school] or held
        latest = max(entry for entry, *_ in at_own)
        return min(school for entry, school, *_ in at_own if entry == latest)
    ended = [spell for spell in mine if spell[2] < day]
    if not ended:
        return "(unplaced)"
    last_day = max(last for *_, last, _ in ended)
    entry = max(spell[0] for spell in ended if spell[2] == last_day)
    school, year = min((spell[1], spell[3]) for spell in ended if spell[2] == last_day and spell[0] == entry)
    return school if day <= YEARS[year + 1][0] else "(unplaced)"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A function: enrollments -> the district that holds them."""

    def write(enrolled):
        folder = tmp_path_factory.mktemp("district")
        (folder / "schools.csv").write_text("school_id,name,kind\nA,a,high\nB,b,high\nC,c,high\n")
        (folder / "students.csv").write_text("student_id\n1\n2\n3\n")
        lines = [
            f"{student},{school},{entry},{'' if length is None else entry + length * DAY},{school_year(entry)},3"
            for student, school, entry, length in enrolled
        ]
        head = "student_id,school_id,entry_date,exit_date,school_year,grade"
        (folder / "enrollments.csv").write_text("\n".join([head, *lines, ""]))
        return load(folder)

    return write


@settings(max_examples=60, deadline=None)
@given(enrolled=spells, asked=rows)
def test_every_row_is_placed_by_the_rules(place, enrolled, asked):
    frame = pd.DataFrame(asked, columns=["student_id", "date", "school_id"]).assign(row=range(len(asked)))
    frame["school_id"] = frame["school_id"].astype("str").where(frame["school_id"].notna(), None)
    placed = place(enrolled).place(frame).select("row, placed_school_id").order("row").fetchall()
    assert [school for _, school in placed] == [expected(enrolled, *row) for row in asked]


def most_of_window(enrolled, student, first, length, own_school):
    """The school of a window by the rules."""
    counted = {}
    for step in range(length + 1):
        day = first + step * DAY
        if any(spell[0] <= day <= spell[2] for spell in closed(enrolled, student)):
            school = expected(enrolled, student, day, None)
            days_there, _ = counted.get(school, (0, day))
            counted[school] = (days_there + 1, day)
    return max(counted, key=counted.get) if counted else expected(enrolled, student, first, own_school)


lengths = st.integers(0, 30) | st.integers(0, 300)
windows = st.tuples(st.sampled_from("123"), days, lengths, st.sampled_from("ABC") | st.none())


@settings(max_examples=30, deadline=None)
@given(enrolled=spells, asked=st.lists(windows, min_size=10, max_size=30))
def test_a_window_is_in_the_school_of_most_of_its_days(place, enrolled, asked):
    frame = pd.DataFrame(asked, columns=["student_id", "first_date", "length", "school_id"])
    frame["last_date"] = [first + length * DAY for _, first, length, _ in asked]
    frame["school_id"] = frame["school_id"].astype("str").where(frame["school_id"].notna(), None)
    placed = place(enrolled).place(frame.assign(row=range(len(asked))))
    found = placed.select("row, placed_school_id").order("row").fetchall()
    assert [school for _, school in found] == [most_of_window(enrolled, *window) for window in asked]


def most_of_year(enrolled, student, year, own_school):
    """The school of a row with a school year, by the rules."""
    first, last = YEARS[year]
    mine = [
        (school == own_school, max(0, (min(last, end) - max(first, entry)).days + 1), entry, -ord(school), school)
        for entry, school, end, named in closed(enrolled, student)
        if (entry <= last and end >= first) or named == year
    ]
    return max(mine)[-1] if mine else "(unplaced)"


years = st.tuples(st.sampled_from("123"), st.sampled_from([2025, 2026]), st.sampled_from("ABC") | st.none())


@settings(max_examples=30, deadline=None)
@given(enrolled=spells, asked=st.lists(years, min_size=1, max_size=20))
def test_a_school_year_is_in_the_spell_of_most_of_its_days(place, enrolled, asked):
    frame = pd.DataFrame(asked, columns=["student_id", "school_year", "school_id"]).assign(row=range(len(asked)))
    frame["school_id"] = frame["school_id"].astype("str").where(frame["school_id"].notna(), None)
    placed = place(enrolled).place(frame).select("row, placed_school_id").order("row").fetchall()
    assert [school for _, school in placed] == [most_of_year(enrolled, *row) for row in asked]
