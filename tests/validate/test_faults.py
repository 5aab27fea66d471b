"""Each fault gives its own finding and no other; a district without a fault gives none."""

import pandas as pd
import pytest

import cbe_analysis as cbe

DATES = {"enrollments": ["entry_date", "exit_date"], "assessments": ["date"], "programs": ["start_date"]}
HEAD = {
    "targets": "target_id,subject,level,title,kind,required,parent_id\n",
    "marks": "student_id,subject,term_id,date,mark\n",
    "calendar": "term_id,school_year,kind,start_date,end_date\n",
    "opportunities": "student_id,kind,date,school_year\n",
    "closures": "start_date,end_date\n",
    "evidence": "evidence_id,student_id,target_id,date,score,proficient\n",
}
OPTIONAL = ("assessments", "programs", "participation")
UNRELATED = {"participation": ("assessments",), "assessments": ("programs", "participation")}
SOUND = ("3", "-1", "12.0", "True", "FALSE", "2025-10-01", "201.5", "-3", "2e2", "2016-05")
YEAR = HEAD["calendar"] + "y26,2026,year,2025-08-18,2026-06-12\n"


def short(finding):
    """A finding without its words."""
    return finding.check, finding.severity, finding.table, finding.columns, finding.count, finding.first_rows


def test_a_clean_district_has_no_finding(findings):
    found = findings()
    assert found.findings == ()
    assert found.checks == found.passed > 50
    assert found.not_checked == ()


def replaced(table, old, new, *expected):
    return pytest.param(table, old, new, expected, id=f"{table}-{expected[0]}-{new.strip() or 'empty'}")


VALUES = [
    replaced("enrollments", "never", "LEP", "allowed", "warning", ("english_learner",), 1, (1,)),
    replaced("students", "asian", "Asian", "unusual", "warning", ("race_ethnicity",), 1, (1,)),
    replaced("enrollments", "2026,3,never", "2026,13,never", "range", "warning", ("grade",), 1, (1,)),
    replaced("assessments", "3.1", "-0.5", "range", "warning", ("std_error",), 1, (1,)),
    replaced("assessments", "201.5", "", "required", "warning", ("score",), 1, (1,)),
    replaced("assessments", "201.5", "  ", "required", "warning", ("score",), 1, (1,)),
    replaced("schools", "0102,Elm", ",Ash,other\n0102,Elm", "empty_key", "critical", ("school_id",), 1, (2,)),
]
ROWS = [
    replaced(
        *("students", "0003,", "0001,black,male,,\n0003,", "duplicate_key", "critical", ("student_id",), 2, (1, 3)),
    ),
    replaced("assessments", "0003", "9999", "parent", "critical", ("student_id",), 1, (3,)),
    replaced("enrollments", "0003,0102", "0003,102", "parent", "critical", ("school_id",), 1, (3,)),
    replaced("participation", "tutoring,0002", "Tutoring,0002", "parent", "critical", ("program_id",), 1, (2,)),
    replaced(
        *("enrollments", "2026-01-15", "2025-08-19", "entry_after_exit", "critical"),
        *(("entry_date", "exit_date"), 1, (3,)),
    ),
    replaced(
        *("enrollments", "06-05,2026", "06-05,2025", "school_year", "critical", ("school_year", "entry_date"), 1, (1,)),
    ),
    replaced(
        *("enrollments", "06-05,2026", "06-05,2027", "school_year", "critical", ("school_year", "entry_date"), 1, (1,)),
    ),
    replaced(
        *("enrollments", "2026-01-15", "2026-01-16", "overlap", "warning"),
        *(("student_id", "entry_date", "exit_date"), 1, (4,)),
    ),
    replaced(
        *("assessments", "2026-02-02", "2026-07-01", "outside_enrollment", "warning", ("student_id", "date"), 1, (3,)),
    ),
]


@pytest.mark.parametrize(("table", "old", "new", "expected"), VALUES + ROWS)
def test_a_fault_gives_exactly_its_finding(findings, clean, table, old, new, expected):
    assert old in clean[table]
    check, severity, columns, count, rows = expected
    others = dict.fromkeys(UNRELATED.get(table, OPTIONAL))
    found = findings(**others | {table: clean[table].replace(old, new)})
    assert [short(f) for f in found.findings] == [(check, severity, table, columns, count, rows)]
    assert found.passed == found.checks - 1


MISTYPED = [
    ("enrollments", "grade", "0001,0101,2025-08-20,,2026,{},,", ["K", "3.5", "3", "-1", "12.0", "١", "0x3"], 4),
    ("enrollments", "disability", "0001,0101,2025-08-20,,2026,3,,{}", ["yes", "1", "True", "FALSE", "t", "oui"], 4),
    (
        *("assessments", "date", "0001,map,math,{},200,,"),
        ["13/05/2020", "2026-02-30", "2025/10/01", "20251001", "2025-10-01", "2025-10-01T00:00", "45931"],
        6,
    ),
    (
        *("assessments", "score", "0001,map,math,2025-10-01,{},,"),
        ["NaN", "inf", "1e400", '"201,5"', "n/a", "201.5", "-3", "2e2", "1_000"],
        6,
    ),
    ("students", "birth_month", "{n},,,{},", ["2016-13", "2016-05-31", "05/2016", "2016-05"], 3),
]


@pytest.mark.parametrize(("table", "column", "row", "cells", "count"), MISTYPED)
def test_a_cell_of_another_type_is_critical(findings, clean, table, column, row, cells, count):
    """Every cell stands on a row of its own; the faulty ones are known by their numbers, never by what they hold."""
    names = [f"{n:04}" for n in range(1, len(cells) + 1)]
    rows = [
        row.replace("{n}", name).replace("{}", c).replace("0001", name, 1) for name, c in zip(names, cells, strict=True)
    ]
    students = "student_id\n" + "\n".join(names) + "\n"
    enrollments = "student_id,school_id,entry_date,exit_date,school_year,grade\n" + "".join(
        f"{name},0101,2025-08-20,,2026,3\n" for name in names
    )
    tables = dict.fromkeys(OPTIONAL) | {"students": students, "enrollments": enrollments}
    tables[table] = "\n".join([clean[table].splitlines()[0], *rows]) + "\n"
    found = findings(**tables)
    faulty = tuple(n for n, cell in enumerate(cells, start=1) if cell not in SOUND)
    assert [short(f) for f in found.findings] == [("type", "critical", table, (column,), count, faulty)]


ADDED = [
    ("targets", "T1,math,5,Fractions,academic,true,\nT2,math,5,Ratio,academic,true,T9\n", "parent", "warning", (2,)),
    ("closures", "2025-12-20,2026-01-04\n2026-03-09,2026-03-02\n", "reversed_dates", "warning", (2,)),
    ("opportunities", "0001,project,,2026\n0002,project,,\n", "either", "warning", (2,)),
    ("opportunities", "0001,project,,2026\n0001,project,,2026.0\n", "duplicate_key", "critical", (1, 2)),
    ("opportunities", "0001,project,2025-07-01,\n", "outside_enrollment", "warning", (1,)),
]


@pytest.mark.parametrize(("table", "rows", "check", "severity", "numbers"), ADDED)
def test_a_fault_in_an_optional_table(findings, table, rows, check, severity, numbers):
    found = findings(**dict.fromkeys(OPTIONAL), **{table: HEAD[table] + rows})
    assert [(f.check, f.severity, f.table, f.first_rows) for f in found.findings] == [(check, severity, table, numbers)]


def test_two_arms_of_one_student_are_also_a_repeated_key(findings, clean):
    found = findings(participation=clean["participation"] + "tutoring,0001,comparison\n")
    assert {short(f) for f in found.findings} == {
        ("two_arms", "critical", "participation", ("program_id", "student_id", "arm"), 2, (1, 3)),
        ("duplicate_key", "critical", "participation", ("program_id", "student_id"), 2, (1, 3)),
    }


def test_a_target_without_its_parent_blocks_and_a_term_without_its_parent_warns(findings):
    targets = HEAD["targets"] + "T1,math,5,Fractions,academic,true,\n"
    evidence = HEAD["evidence"] + "E1,0001,T1,2025-10-01,3,true\nE2,0001,T7,2025-10-01,3,true\n"
    marks = HEAD["marks"] + "0001,math,y26,2025-10-01,A\n0001,math,y99,2025-10-01,A\n"
    found = findings(targets=targets, evidence=evidence, marks=marks, calendar=YEAR)
    assert [short(f) for f in found.findings] == [
        ("parent", "critical", "evidence", ("target_id",), 1, (2,)),
        ("parent", "warning", "marks", ("term_id",), 1, (2,)),
    ]


def test_an_absent_parent_table_is_not_a_finding_but_said(findings):
    found = findings(marks=HEAD["marks"] + "0001,math,y26,2025-10-01,A\n", participation=None, programs=None)
    assert found.findings == ()
    assert found.not_checked == ("marks.term_id: calendar.term_id is not in the folder",)


def test_only_the_first_ten_rows_are_named(findings, clean):
    many = "".join(f"0001,map,science,2025-10-{day:02},x,,\n" for day in range(1, 26))
    [finding] = findings(assessments=clean["assessments"] + many).findings
    assert (finding.count, finding.total, finding.first_rows) == (25, 28, tuple(range(4, 14)))


def test_a_fault_among_thousands_of_values_is_found(findings, clean):
    rows = [f"0001,map,s{n},2025-10-01,{n}.25,," for n in range(2_500)]
    rows[2_499] = rows[2_499].replace("2499.25", "2499,25".replace(",", ";"))
    [finding] = findings(assessments=clean["assessments"] + "\n".join(rows) + "\n").findings
    assert short(finding) == ("type", "critical", "assessments", ("score",), 1, (2_503,))


def test_several_faults_are_counted_apart(findings, clean):
    enrollments = clean["enrollments"].replace("never", "LEP").replace("2026,3,,\n", "2026,K,,\n")
    found = findings(enrollments=enrollments)
    assert {(f.check, f.count) for f in found.findings} == {("allowed", 1), ("type", 1)}
    assert (len(found.critical), len(found.blocking(["enrollments"])), len(found.blocking(["students"]))) == (1, 1, 0)


ENTRIES = [
    ("2025-08-18", 2026, True),
    ("2025-06-13", 2026, True),  # the summer belongs to either year
    ("2025-06-13", 2025, True),
    ("2025-08-18", 2025, False),
    ("2025-06-11", 2026, False),
    ("2026-06-12", 2026, True),
    ("2026-08-15", 2026, False),  # the calendar is silent about 2027: policy, 15 August
    ("2026-08-14", 2026, True),
]


def test_the_calendar_says_which_year_an_entry_belongs_to(findings):
    calendar = HEAD["calendar"] + "y25,2025,year,2024-08-19,2025-06-12\ny26,2026,year,2025-08-18,2026-06-12\n"
    students = "student_id\n" + "".join(f"{n}\n" for n, _ in enumerate(ENTRIES))
    rows = "".join(f"{n},0101,{entry},{year},3\n" for n, (entry, year, _) in enumerate(ENTRIES))
    enrollments = "student_id,school_id,entry_date,school_year,grade\n" + rows
    tables = {"students": students, "enrollments": enrollments, "calendar": calendar}
    [finding] = findings(**dict.fromkeys(OPTIONAL) | tables).findings
    faulty = tuple(n for n, (_, _, sound) in enumerate(ENTRIES, start=1) if not sound)
    assert (finding.check, finding.first_rows) == ("school_year", faulty)


def test_a_district_calendar_goes_before_those_of_its_schools(findings, clean):
    head = "school_id,term_id,school_year,kind,start_date,end_date\n"
    calendar = head + ",y25,2025,year,2024-08-19,2025-06-12\n0102,e25,2025,year,2024-08-19,2025-08-30\n"
    found = findings(calendar=calendar)
    assert found.findings == ()
    of_schools = calendar.replace(",y25", "0101,y25")
    assert [f.check for f in findings(calendar=of_schools).findings] == ["school_year"]


def test_an_open_spell_lasts_to_the_end_of_its_school_year(findings, clean):
    inside = clean["assessments"].replace("2026-02-02", "2026-06-10")
    outside = clean["assessments"].replace("2026-02-02", "2026-06-11")
    assert findings(assessments=inside).findings == ()
    assert [f.check for f in findings(assessments=outside).findings] == ["outside_enrollment"]


def test_an_open_spell_ends_where_the_next_begins(findings, clean):
    assert findings(enrollments=clean["enrollments"].replace("2026-01-15", "")).findings == ()


def test_two_schools_entered_on_one_day_overlap(findings, clean):
    [finding] = findings(enrollments=clean["enrollments"] + "0002,0102,2025-08-20,,2026,3,,\n").findings
    assert short(finding) == ("overlap", "warning", "enrollments", ("student_id", "entry_date", "exit_date"), 1, (5,))


def test_parquet_is_judged_like_csv(write, clean):
    enrollments = clean["enrollments"].replace("never", "LEP").replace("2026,3,,\n", "2026,K,,\n")
    folder = write(enrollments=enrollments)
    as_csv = cbe.validate(cbe.load(folder)).findings
    for file in folder.glob("*.csv"):
        pd.read_csv(file, dtype=str, keep_default_na=False).to_parquet(file.with_suffix(".parquet"))
        file.unlink()
    as_parquet = cbe.validate(cbe.load(folder)).findings
    assert as_parquet.findings == as_csv.findings
    assert [f.check for f in as_parquet.findings] == ["type", "allowed"]


def test_typed_parquet_is_judged_by_its_values(write):
    folder = write()
    for file in folder.glob("*.csv"):
        ids = dict.fromkeys(("student_id", "school_id"), str)
        frame = pd.read_csv(file, dtype=ids, parse_dates=DATES.get(file.stem, []))
        frame.to_parquet(file.with_suffix(".parquet"))
        file.unlink()
    assert cbe.validate(cbe.load(folder)).findings.findings == ()
    file = folder / "enrollments.parquet"
    pd.read_parquet(file).assign(grade=[3, 3, 3, 13]).to_parquet(file)
    assert [short(f) for f in cbe.validate(cbe.load(folder)).findings.findings] == [
        ("range", "warning", "enrollments", ("grade",), 1, (4,))
    ]


def test_extra_columns_disturb_no_check(findings, clean):
    names = ("entry", "exit", "_day", "named", "times", "raw", "value", "one")
    extra = {}
    for table in ("enrollments", "assessments"):
        head, *rows = clean[table].splitlines()
        cells = "".join(f",{n}" for n, _ in enumerate(names))
        extra[table] = "\n".join([",".join([head, *names]), *(row + cells for row in rows)]) + "\n"
    assert findings(**extra).findings == ()


def test_an_absent_exit_column_is_no_fault(findings, clean):
    rows = [line.split(",") for line in clean["enrollments"].splitlines()]
    without = "\n".join(",".join(cells[:3] + cells[4:]) for cells in rows) + "\n"
    assert findings(enrollments=without).findings == ()
