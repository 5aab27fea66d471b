"""Extra columns may be called like anything that the kit uses for itself: they are kept, and change no answer."""

import pandas as pd
import pytest

from cbe_analysis.tables.quoting import identifier

NAMES = (
    *(
        "first_day",
        "last_day",
        "next_entry",
        "in_force",
        "ended",
        "many",
        "several",
        "spell",
        "school",
        "first",
        "last",
    ),
    *(
        "day",
        "days",
        "latest",
        "start",
        "begun",
        "firsts",
        "most",
        "most_of_year",
        "wanted_year",
        "years",
        "year",
        "held",
    ),
    *("person", "everyone", "main", "target", "row_text", "texts", "hashed", "usable", "dated", "enrolled", "parts"),
    *("told", "end", "order", "select", 'quo"te', "kept_enrollments", "given_0"),
)
ENROLLMENTS = (
    "student_id,school_id,entry_date,exit_date,school_year,grade,{name}\n"
    "007,01,2025-08-20,2026-01-10,2026,3,11\n"
    "007,02,2026-01-12,,2026,3,12\n"
    "008,02,2025-08-20,,2026,4,13\n"
    "008,01,2025-09-01,2025-10-15,2026,4,14\n"
)
SCORES = "student_id,instrument,subject,date,score\n007,sat,math,2026-02-01,5\n008,sat,math,2025-10-01,6\n"
ATTENDANCE = (
    "student_id,school_id,school_year,days_enrolled,days_absent\n"
    "007,01,2026,80,1\n007,02,2026,90,2\n008,02,2026,170,3\n"
)
PROGRAMS = "program_id,name,assignment,start_date\np,Small,randomized,2025-09-10\n"
PARTICIPATION = "program_id,student_id,arm,start_date\np,007,treatment,\np,008,comparison,2025-09-20\n"
WINDOW = pd.DataFrame({"student_id": ["007"], "first_date": ["2025-09-01"], "last_date": ["2026-05-01"]})


def with_column(name):
    """The tables, with an extra column of that name in those that are placed and those that place."""
    quoted = identifier(name)
    return {
        "enrollments": ENROLLMENTS.format(name=quoted),
        "students": f"student_id,gender,{quoted}\n007,female,21\n008,male,22\n",
        "assessments": SCORES.replace("score\n", f"score,{quoted}\n")
        .replace(",5\n", ",5,31\n")
        .replace(",6\n", ",6,32\n"),
        "attendance": ATTENDANCE,
        "programs": PROGRAMS,
        "participation": PARTICIPATION,
    }


def answers(found, name):
    """Where everybody is by every rule of placement, with the extra column of enrollments and of students."""
    factors = [f"enrollments.{name}", f"students.{name}"]
    chosen = ["placed_school_id", "placed_grade", "placed_school_year", *(f"placed_{factor}" for factor in factors)]
    text = ", ".join(["student_id", *map(identifier, chosen)])
    tables = ("assessments", "attendance", "participation", "students")
    rules = [*(found.placed(table, factors=factors) for table in tables), found.place(WINDOW, columns=factors)]
    rules.append(found.placed("enrollments", where=f"enrollments.{name}>=12", factors=factors))
    return [sorted(rule.select(text).fetchall(), key=str) for rule in rules]


@pytest.mark.parametrize("name", NAMES)
def test_an_extra_column_may_have_any_name(district, name, tmp_path):
    plain = district(**with_column("plain"))
    told = answers(plain, "plain")
    reads = {"assessments": None, "enrollments": None}
    there, prints = plain.clock.years, plain.fingerprint(reads, where="grade>=3", key=tmp_path / "key")
    found = district(**with_column(name))
    assert found.clock.years == there
    assert answers(found, name) == told
    assert found.fingerprint(reads, where="grade>=3", key=tmp_path / "key") != prints
    assert found.table("enrollments", [name]).order(identifier(name)).fetchall() == [(11,), (12,), (13,), (14,)]


def test_the_answers_compared_are_the_right_ones(district):
    told = answers(district(**with_column("plain")), "plain")
    assert told[0] == [("007", "02", 3, 2026, "12", "21"), ("008", "01", 4, 2026, "14", "22")]
    assert told[4] == [("007", "01", 3, 2026, "11", "21")]
    assert [row[4] for row in told[5]] == ["12", "14", "13"]
