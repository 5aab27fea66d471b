"""Sixty students of two schools over three years, with a rating of each on two days of six months a year."""

TARGETS = "target_id,subject,level,title,kind,required\nM3,math,3,Fractions,academic,true\n"
EVIDENCE = "evidence_id,student_id,target_id,date,score,proficient,school_id\n"
STUDENTS = [f"{n:04}" for n in range(60)]


def people():
    """Sixty students of two schools over three years, as text."""
    students = "student_id\n" + "".join(f"{s}\n" for s in STUDENTS)
    enrollments = "student_id,school_id,entry_date,exit_date,school_year,grade\n" + "".join(
        f"{s},{school(s)},{year - 1}-08-20,{year}-06-05,{year},{year - 2022}\n"
        for s in STUDENTS
        for year in (2025, 2026, 2027)
    )
    return {"students": students, "enrollments": enrollments}


def school(student):
    return "0101" if int(student) < 30 else "0102"


CALENDAR = "term_id,school_year,kind,start_date,end_date\n" + "".join(
    f"y{y},{y},year,{y - 1}-08-18,{y}-06-10\na{y},{y},semester,{y - 1}-08-18,{y - 1}-12-19\n"
    f"s{y},{y},semester,{y}-01-05,{y}-06-10\n"
    for y in (2025, 2026, 2027)
)
TERMS = [(y, month, f"{y - (month > 7)}-{month:02}") for y in (2025, 2026, 2027) for month in (9, 10, 11, 2, 3, 4)]


def ratings(keep=lambda year, month, student, day: True, with_school=True):
    """Ratings of every student on two days of six months a year, as far as they are kept."""
    rows = [
        f"{year}{month}{student}{day},{student},M3,{named}-{day},{1 + (year + month + int(student)) % 4},true,"
        f"{school(student) if with_school else ''}\n"
        for year, month, named in TERMS
        for student in STUDENTS
        for day in (10, 12)
        if keep(year, month, student, day)
    ]
    return EVIDENCE + "".join(rows)
