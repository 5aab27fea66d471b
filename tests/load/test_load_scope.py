"""What the names in --where mean."""

import pytest

from cbe_analysis.errors import UsageError

SCHOOLS = "school_id,name,kind\nA,North,elementary\nB,South,elementary\n"
STUDENTS = "student_id,gender,house\n1,female,red\n2,,blue\n3,male,red\n"
ENROLLMENTS = (
    "student_id,school_id,entry_date,exit_date,school_year,grade,disability,magnet\n"
    "1,A,2025-08-20,,2026,0,true,1\n"
    "2,B,2025-08-20,,2026,6,,2\n"
)
TARGETS = (
    "target_id,subject,level,title,kind,required\n"
    "M5,math,5,Fractions,academic,true\n"
    "R5,reading,5,Summaries,academic,true\n"
    "R5,reading,5,Summaries,academic,true\n"
)
EVIDENCE = (
    "evidence_id,student_id,target_id,date,score,proficient,school_id,kind\n"
    "e1,1,M5,2026-01-10,3,true,A,formative\n"
    "e2,1,R5,2026-02-10,2,false,B,summative\n"
    "e3,2,M5,2026-03-10,1.5,,,\n"
    "e4,3,R5,2026-03-10,4,true,,\n"
)
ATTENDANCE = (
    "student_id,school_id,school_year,days_enrolled,days_absent\n1,A,2026,170,3\n2,A,2026,170,30\n3,A,2026,9,0\n"
)


@pytest.fixture
def found(district):
    return district(
        schools=SCHOOLS,
        students=STUDENTS,
        enrollments=ENROLLMENTS,
        targets=TARGETS,
        evidence=EVIDENCE,
        attendance=ATTENDANCE,
    )


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ((), "1234"),
        ("student_id=1", "12"),
        ("grade=0", "12"),
        ("grade>=1", "3"),
        ("grade!=0", "3"),
        ("grade=(unplaced)", "4"),
        ("grade!=(unplaced)", "123"),
        ("date<2026-02-10", "1"),
        ("date<=2026-02-10", "12"),
        ("score>1.5", "124"),
        ("proficient=TRUE", "14"),
        ("proficient=(unknown)", "3"),
        ("proficient!=(unknown)", "124"),
        ("subject=math", "13"),
        ("targets.kind=academic", "1234"),
        ("evidence.kind=formative", "1"),
        ("placed.school_id=A", "12"),
        ("enrollments.school_id=(unplaced)", "4"),
        ("evidence.school_id!=A", "2"),
        ("gender=female", "12"),
        ("gender!=female", "4"),
        ("gender=(unknown)", "3"),
        ("disability=true", "12"),
        ("magnet>1", "3"),
        ('house in ["red", "green"]', "124"),
        ({"grade": [0, 6], "subject": "math"}, "13"),
        (["grade=0", "subject=reading"], "2"),
    ],
)
def test_conditions_choose_rows(found, where, rows):
    chosen = found.placed("evidence", where=where).select("evidence_id").fetchall()
    assert "".join(sorted(row[1] for (row,) in chosen)) == rows


def test_conditions_on_the_tables_own_columns_need_no_placement(found):
    assert found.table("evidence", ["score"], where=["kind=formative", "date>2026-01-01"]).fetchall() == [(3.0,)]
    assert found.table("evidence", where="score>=3").select("evidence_id").fetchall() == [("e1",), ("e4",)]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("school_id=A", r"could mean more than one column.*enrollments\.school_id, evidence\.school_id"),
        ("kind=formative", r"evidence\.kind, targets\.kind"),
        ("grad=0", r"no column 'grad' .*did you mean grade"),
        ("zzz=1", r"no column 'zzz' .*the columns are: .*gender.*targets\.kind"),
        ("students.grade=0", "no column 'students.grade'"),
        ("grade=K", "not a whole number .*grade is of type integer"),
        ("grade=5.5", "not a whole number"),
        ("date=2026-02-30", "not a date written YYYY-MM-DD"),
        ("proficient=1", "not true or false"),
        ("score=high", "not a number"),
        ("gender>a", "text cannot be compared with >"),
        ("proficient>=true", "true or false cannot be compared"),
        ("grade>(unknown)", r"\(unknown\) cannot be compared with >"),
        ("gender=(unplaced)", "only what comes from enrollments"),
        ("gender=\0", "not text"),
    ],
)
def test_conditions_that_do_not_fit(found, where, said):
    with pytest.raises(UsageError, match=said):
        found.placed("evidence", where=where)


def test_the_school_year_that_placed_a_row_is_not_ambiguous(found):
    assert len(found.placed("attendance", where="school_year=2026").fetchall()) == 3
    with pytest.raises(UsageError, match=r"attendance\.school_id, enrollments\.school_id"):
        found.placed("attendance", where="school_id=A")


def test_the_columns_of_enrollments_are_not_ambiguous_among_themselves(found):
    assert len(found.placed("enrollments", where=["school_id=A", "placed.grade=0", "gender=female"]).fetchall()) == 1


def test_the_columns_of_students_are_not_ambiguous_among_themselves(found):
    assert len(found.placed("students", where=["gender=female", "grade=0"]).fetchall()) == 1


def test_a_name_in_students_and_enrollments_is_ambiguous(district):
    found = district(
        students="student_id,house\n1,red\n", enrollments=ENROLLMENTS.replace("magnet", "house"), evidence=EVIDENCE
    )
    with pytest.raises(UsageError, match=r"enrollments\.house, students\.house"):
        found.placed("evidence", where="house=1")
    with pytest.raises(UsageError, match=r"enrollments\.house, students\.house"):
        found.placed("evidence", factors=["house"])
    assert len(found.placed("evidence", where="students.house=red").fetchall()) == 2


def test_the_names_for_grouping(found):
    assert found.placeable[:3] == ("school_id", "grade", "school_year")
    assert set(found.placeable[3:]) == {"disability", "magnet", "gender", "house"}


@pytest.mark.parametrize(
    ("where", "canonical"),
    [
        (["subject=math", "grade>=06", " grade >= 6.0 "], ("grade>=6", "subject=math")),
        ({"score": "1.50"}, ("score=1.5",)),
        ({"score": 3}, ("score=3",)),
        ("proficient=TRUE", ("proficient=true",)),
        (["placed.grade=0", "enrollments.grade=0"], ("grade=0",)),
        ("placed.school_id=A", ("enrollments.school_id=A",)),
        ("evidence.school_id=A", ("evidence.school_id=A",)),
        ({"grade": ["6", 0, "6.0"]}, ('grade in ["0", "6"]',)),
        ({"gender": None}, ("gender=(unknown)",)),
    ],
)
def test_one_condition_has_one_spelling(found, where, canonical):
    assert tuple(map(str, found.conditions("evidence", where))) == canonical


def test_text_of_a_condition_stays_text(found):
    hostile = "x' OR '1'='1"
    assert found.placed("evidence", where={"gender": hostile}).fetchall() == []
    assert found.table("students", where={"house": hostile}).fetchall() == []
