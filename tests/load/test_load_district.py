import os
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from cbe_analysis.errors import UsageError
from cbe_analysis.load import District, load
from cbe_analysis.load.findings import Findings

CALENDAR = "school_id,term_id,school_year,kind,start_date,end_date\n"


def test_a_district_has_its_tables_and_its_policy(district):
    found = district(**{"district.toml": 'name = "Riverbend"\n'})
    assert isinstance(found, District)
    assert found.tables == ("schools", "students", "enrollments")
    assert found.policy.name == "Riverbend"
    assert found.findings is None


def test_findings_make_another_district_of_the_same_data(district):
    found = district()
    checked = found.with_findings(Findings((), 3, 3, (), "f00d"))
    assert checked.findings is not None
    assert found.findings is None
    assert checked.table("students").fetchall() == found.table("students").fetchall()


def test_loading_reads_no_rows(folder):
    from cbe_analysis.load import load

    found = load(folder(assessments="student_id,instrument,subject,date,score\n007,sat\n"))
    assert found.columns("assessments")["date"] == "date"


def test_sql_over_relations_and_frames(district):
    found = district()
    frame = pd.DataFrame({"student_id": ["007"], "points": [3]})
    query = "SELECT gender, points FROM students JOIN frame USING (student_id)"
    assert found.sql(query, students=found.table("students"), frame=frame).fetchall() == [("female", 3)]


@pytest.mark.parametrize(
    "query",
    [
        "WITH few AS (FROM numbers WHERE n < 3) SELECT n FROM few ORDER BY n DESC",
        "with recursive few(n) as (select min(n) from numbers union all select n + 1 from few where n < 2) "
        "select n from few order by n desc",
        "SELECT n FROM numbers WHERE n < 3 ORDER BY n DESC",
    ],
)
def test_sql_may_begin_with_its_own_tables(district, query):
    assert district().sql(query, numbers=pd.DataFrame({"n": [1, 2, 3]})).fetchall() == [(2,), (1,)]


def test_relations_of_one_name_do_not_replace_each_other(district):
    found = district()
    first = found.sql("SELECT n FROM rows", rows=pd.DataFrame({"n": [1]}))
    second = found.sql("SELECT n FROM rows", rows=pd.DataFrame({"n": [2]}))
    third = found.sql("SELECT rows.n + other.n FROM rows, other", rows=first, other=second)
    assert (first.fetchall(), second.fetchall(), third.fetchall()) == ([(1,)], [(2,)], [(3,)])


def test_relations_outlive_their_district(district):
    relation = district().placed("enrollments")
    assert len(relation.fetchall()) == 2


def test_the_date_of_the_data_is_the_latest_observed(district):
    found = district(
        calendar=CALENDAR + ",y,2026,year,2025-08-20,2026-12-31\n",
        participation="program_id,student_id,arm,start_date,end_date\np,007,treatment,2025-09-01,2027-01-01\n",
        assessments="student_id,instrument,subject,date,score\n007,sat,math,2025-12-24,1\n008,sat,math,2025-02-30,1\n",
    )
    assert found.as_of(["enrollments"]) == date(2025, 8, 20)
    assert found.as_of(found.tables) == date(2025, 12, 24)


def test_the_policy_may_set_the_date_of_the_data(district):
    assert district(**{"district.toml": "as_of = 2026-02-01\n"}).as_of(["enrollments"]) == date(2026, 2, 1)


def test_tables_without_dates_take_the_end_of_their_latest_school_year(district):
    attendance = "student_id,school_year,days_enrolled,days_absent\n007,2025,170,1\n007,2026,170,1\n"
    found = district(attendance=attendance, calendar=CALENDAR + ",y,2026,year,2025-08-20,2026-05-28\n")
    assert found.as_of(["attendance", "calendar"]) == date(2026, 5, 28)
    with pytest.raises(UsageError, match=r"students.*as_of in district\.toml"):
        found.as_of(["students"])


def test_the_clock_tells_where_the_calendar_is_silent(district):
    assert "2026" in district().clock.warnings[0]
    assert district(calendar=CALENDAR + ",y,2026,year,2025-08-20,2026-05-28\n").clock.warnings == ()


def test_the_calendar_of_the_district_counts_before_those_of_its_schools(district):
    rows = "01,a,2026,semester,2025-08-01,2025-12-20\n02,b,2026,semester,2026-01-06,2026-07-01\n"
    of_schools = district(calendar=CALENDAR + rows).clock.year(2026)
    assert (of_schools.first_day, of_schools.last_day) == (date(2025, 8, 1), date(2026, 7, 1))
    of_all = district(calendar=CALENDAR + rows + ",y,2026,year,2025-08-20,2026-05-28\n").clock.year(2026)
    assert (of_all.first_day, of_all.last_day) == (date(2025, 8, 20), date(2026, 5, 28))


def test_what_does_not_fit_in_memory_goes_where_nobody_else_reads_and_goes_with_the_process(folder, tmp_path):
    here = tmp_path / "temporary"
    here.mkdir()
    script = (
        "import os, stat, sys, pathlib; from cbe_analysis.load.connection import connect;"
        "opened = [connect(pathlib.Path(sys.argv[1])) for _ in range(2)];"
        "asked = 'SELECT current_setting($$temp_directory$$)';"
        "spills = [pathlib.Path(one.sql(asked).fetchall()[0][0]) for one in opened];"
        "print(len(set(spills)), *{spill.parent for spill in spills}, stat.S_IMODE(spills[0].parent.stat().st_mode))"
    )
    variables = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(here))}
    line = [sys.executable, "-c", script, str(folder())]
    told = subprocess.run(line, env=variables, capture_output=True, text=True, check=True).stdout.split()
    assert told[0] == "2"
    assert Path(told[1]).parent == here
    assert os.name != "posix" or int(told[2]) == 0o700
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("most", [None, 1 << 28])
def test_a_district_takes_no_more_memory_than_its_share(folder, monkeypatch, most):
    from cbe_analysis.load import connection

    if most:
        monkeypatch.setattr(connection, "MOST_MEMORY", most)
    told = "SELECT parse_formatted_bytes(current_setting('memory_limit'))"
    [(limit,)] = connection.connect(folder()).sql(told).fetchall()
    assert 0 < limit <= connection.MOST_MEMORY
    assert most is None or limit == most


def test_without_a_temporary_folder_all_stays_in_memory(folder, monkeypatch):
    from cbe_analysis.load import connection

    def full(prefix):
        raise OSError("no space")

    connection._private_folder.cache_clear()
    monkeypatch.setattr(tempfile, "mkdtemp", full)
    [(spill,)] = connection.connect(folder()).sql("SELECT current_setting('temp_directory')").fetchall()
    assert spill == ""


def test_an_empty_name_means_the_district_of_the_lab(folder, monkeypatch):
    monkeypatch.setenv("CBE_DISTRICT", str(folder()))
    assert load("").folder == folder()
    for missing in (lambda: monkeypatch.setenv("CBE_DISTRICT", ""), lambda: monkeypatch.delenv("CBE_DISTRICT")):
        missing()
        with pytest.raises(UsageError, match=r"no district is named.*cbe lab DIR"):
            load("")
