"""The same question over months, terms and school years."""

import pandas as pd
import pytest

import cbe_analysis as cbe
from cbe_analysis.errors import UsageError

CALENDAR = """
term_id,school_year,kind,start_date,end_date
spring,2026,semester,2026-01-10,2026-06-05
fall,2026,semester,2025-08-20,2025-12-20
"""
STUDENTS = "student_id\n" + "\n".join("abcd")


def scores(*rows):
    columns = ["student_id", "date", "score"]
    return pd.DataFrame(rows, columns=columns).assign(instrument="map", subject="math")


@pytest.fixture
def autumn_and_spring(write):
    rows = [
        (s, d, v + i)
        for i, s in enumerate("abcd")
        for d, v in (("2025-09-10", 200), ("2025-11-03", 204), ("2026-02-02", 210))
    ]
    return write(students=STUDENTS, assessments=scores(*rows), calendar=CALENDAR)


def values(estimates):
    rows = estimates.rows[estimates.rows["quantity"] == "mean"]
    return dict(zip(rows["at"], rows["value"], strict=True))


def test_each_month_has_its_own_last_score(autumn_and_spring):
    found = cbe.measure("status", autumn_and_spring, over="month")
    assert values(found) == {"2025-09": 201.5, "2025-11": 205.5, "2026-02": 211.5}
    assert found.population.window == ("2025-09-10", "2026-02-02")
    assert found.population.counts["n"].sum() == 4


def test_terms_stand_in_the_order_of_their_days(autumn_and_spring):
    found = cbe.measure("status", autumn_and_spring, over="term")
    assert list(values(found).items()) == [("fall", 205.5), ("spring", 211.5)]


def test_school_years_of_project_star(tennessee):
    found = cbe.measure("status", tennessee, outcome="math", over="year", by="gender", compare="others")
    whole = found.rows[(found.rows["gender"] == "(all)") & (found.rows["quantity"] == "mean")]
    assert list(whole["at"]) == ["1986", "1987", "1988", "1989"]
    assert list(whole["n"]) == [5871, 6600, 6065, 6077]
    gaps = found.rows[found.rows["quantity"] == "gap"]
    assert set(gaps["at"]) == set(whole["at"])
    assert f"{len(gaps)} comparisons" in found.method


def test_a_table_of_school_years_has_no_months(write):
    attendance = "student_id,school_year,days_enrolled,days_absent\na,2026,180,20\nb,2026,180,2"
    district = write(students=STUDENTS, attendance=attendance)
    with pytest.raises(UsageError, match=r"the rows of 'attendance' have no date .over.; choose over=year"):
        cbe.measure("chronic_absence", district, over="month")
    found = cbe.measure("chronic_absence", district, over="year")
    assert list(found.rows["at"]) == ["2026"]


def test_a_total_that_falls_while_every_group_rises_is_said(write):
    """Each group gains two points; many more of the lower one come in the second year."""
    rows, people = [], []
    for year, (low, high) in ((2025, (10, 40)), (2026, (40, 10))):
        for group, n, base in (("low", low, 180), ("high", high, 220)):
            for i in range(n):
                student = f"{year}{group}{i}"
                people.append((student, group))
                rows.append((student, f"{year}-04-01", base + i % 5 + 2 * (year - 2025)))
    students = pd.DataFrame(people, columns=["student_id", "gender"])
    spell = {"school_id": "1", "entry_date": "2024-08-20", "exit_date": "2026-06-05", "grade": 3}
    year = students["student_id"].str[:4].astype(int)
    enrolled = students[["student_id"]].assign(school_year=year, **spell)
    district = write(students=students, enrollments=enrolled, assessments=scores(*rows))
    found = cbe.measure("status", district, by="gender", over="year")
    told = "every group of gender with at least 10 students rises and the whole falls: the mix of students changed"
    assert told in found.warnings
    assert told in cbe.protect(found, district.policy).warnings
    alone = cbe.measure("status", district, over="year")
    assert not any("the mix" in w for w in alone.warnings)
