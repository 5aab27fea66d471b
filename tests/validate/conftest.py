"""A small district without a fault, to which each test adds one."""

import pytest

import cbe_analysis as cbe
from cbe_analysis.tables import TABLES
from cbe_analysis.validate.inspection import checks_of
from cbe_analysis.validate.sources import Sources

CLEAN = {
    "schools": """\
school_id,name,kind
0101,Oak,elementary
0102,Elm,elementary
""",
    "students": """\
student_id,race_ethnicity,gender,birth_month,cohort_year
0001,asian,female,2016-05,2035
0002,black,male,2016-07,2035
0003,white,female,,
""",
    "enrollments": """\
student_id,school_id,entry_date,exit_date,school_year,grade,english_learner,disability
0001,0101,2025-08-20,2026-06-05,2026,3,never,false
0002,0101,2025-08-20,,2026,3,current,true
0003,0102,2025-08-20,2026-01-15,2026,3,,
0003,0101,2026-01-16,,2026,3,,FALSE
""",
    "assessments": """\
student_id,instrument,subject,date,score,std_error,official
0001,map,math,2025-10-01,201.5,3.1,true
0002,map,math,2025-10-01,198,2.9,true
0003,map,math,2026-02-02,187,,
""",
    "programs": """\
program_id,name,assignment,start_date
tutoring,Tutoring,comparison,2025-09-01
""",
    "participation": """\
program_id,student_id,arm
tutoring,0001,treatment
tutoring,0002,comparison
""",
}


@pytest.fixture(autouse=True)
def internal(tmp_path, monkeypatch):
    """An internal folder of the test's own, so that findings kept by one test are not read by another."""
    folder = tmp_path / "internal"
    monkeypatch.setenv("CBE_INTERNAL", str(folder))
    return folder


@pytest.fixture
def write(tmp_path):
    """Writes a district; a table given as text replaces the clean one, a table given as None is left out."""

    def written(name="district", **tables):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        for table, text in (CLEAN | tables).items():
            if text is not None:
                (folder / f"{table}.csv").write_text(text, encoding="utf-8")
        return folder

    return written


@pytest.fixture
def findings(write):
    """The findings on the clean district with the given tables in place of its own."""

    def found(**tables):
        return cbe.validate(cbe.load(write(**tables))).findings

    return found


@pytest.fixture
def clean():
    """The tables of the clean district as text."""
    return dict(CLEAN)


@pytest.fixture
def offences(write):
    """What breaks one check, as counted in the database: the offences by the check's columns."""

    def counted(table, check, policy="", **tables):
        folder = write(**tables)
        (folder / "district.toml").write_text(policy, encoding="utf-8")
        district = cbe.load(folder)
        wanted = [c for c in checks_of(TABLES[table], district) if c.id == check]
        return {c.columns: Sources(district).offence(c) for c in wanted}

    return counted


@pytest.fixture
def offence(offences):
    """What breaks the only check of that name."""

    def counted(table, check, policy="", **tables):
        [found] = offences(table, check, policy, **tables).values()
        return found

    return counted
