"""What lies outside its scale: ratings, levels, marks, scores, survey answers; and levels and scores that jump."""

import pytest

import cbe_analysis as cbe

TARGETS = """\
target_id,subject,level,title,kind,required
M3,math,3,Fractions,academic,true
M5,math,5,Ratio,academic,true
R1,reading,1,Letters,academic,true
"""
EVIDENCE = "evidence_id,student_id,target_id,date,score,proficient\n"
RATED = EVIDENCE + "e1,0001,M3,2025-10-01,3,true\ne2,0001,M3,2025-10-02,30,true\ne3,0002,M3,2025-10-02,1,false\n"
LEVELS = "student_id,subject,date,level\n"
MARKS = "student_id,subject,term_id,date,mark,points\n"
ITEMS = """\
survey_id,item_id,text,construct,role,minimum,maximum,reverse
s,b1,I belong.,belonging,student,1,5,false
s,b1,They belong.,belonging,staff,1,5,false
s,b2,I am alone.,belonging,student,1,5,true
t,c1,I choose.,agency,student,0,3,false
"""
ANSWERS = "survey_id,response_id,item_id,role,date,value\n"


@pytest.mark.parametrize(
    ("policy", "rows"), [("[scales]\nratings = [1, 4]", (2,)), ("[scales]\nratings = [2, 40]", (3,))]
)
def test_a_rating_off_the_declared_scale_is_a_warning(write, policy, rows):
    folder = write(evidence=RATED, targets=TARGETS, programs=None, participation=None)
    (folder / "district.toml").write_text(policy, encoding="utf-8")
    [finding] = cbe.validate(cbe.load(folder)).findings.findings
    assert (finding.check, finding.severity, finding.columns) == ("scale", "warning", ("score",))
    assert finding.first_rows == rows


def test_without_a_declared_scale_nothing_is_off_it(offences):
    assert offences("evidence", "scale", evidence=RATED, targets=TARGETS) == {}


def test_a_level_beyond_the_targets_of_its_subject_is_off_the_scale(offence):
    rows = "0001,math,2025-10-01,{}\n0001,reading,2025-10-01,{}\n0001,art,2025-10-01,99\n"
    assert offence("levels", "scale", targets=TARGETS, levels=LEVELS + rows.format(6, 1)).count == 0
    found = offence("levels", "scale", targets=TARGETS, levels=LEVELS + rows.format(6.1, 2.5))
    assert found.first_rows == (1, 2)
    wide = "[scales]\nlevels = [0, 13]"
    assert offence("levels", "scale", wide, targets=TARGETS, levels=LEVELS + rows.format(6.1, 2.5)).first_rows == (3,)


def test_a_mark_that_nobody_gives_is_off_the_scale(offences):
    marks = MARKS + "0001,math,t,2025-10-01,A,4\n0001,art,t,2025-10-01,E,9\n0002,art,t,2025-10-01,,\n"
    found = offences("marks", "scale", '[scales]\nmarks = ["A", "B"]\npoints = [0, 4]', marks=marks)
    assert {columns: o.first_rows for columns, o in found.items()} == {("mark",): (2,), ("points",): (2,)}


def test_an_instrument_and_subject_go_before_the_instrument(offence, clean):
    scales = '[scales.instruments]\nmap = [100, 200]\n"map:math" = [100, 300]'
    rows = "0001,map,reading,2025-10-01,201.5,,\n0001,map,reading,2025-10-02,200,,\n0001,cbm,x,2025-10-02,999,,\n"
    assert offence("assessments", "scale", scales, assessments=clean["assessments"] + rows).first_rows == (4,)


def test_an_answer_off_its_items_scale_is_told(offence):
    rows = ANSWERS + "s,1,b1,student,2025-10-01,5\ns,1,b2,student,2025-10-01,6\nt,2,c1,student,2025-10-01,4\n"
    assert offence("survey_responses", "scale", survey_items=ITEMS, survey_responses=rows).first_rows == (2, 3)


def test_an_answer_without_an_item_of_its_survey_and_role_is_told(offence):
    rows = ANSWERS + "s,1,b1,staff,2025-10-01,5\ns,1,b2,staff,2025-10-01,5\nt,2,b1,student,2025-10-01,1\n"
    unknown = "s,3,zz,student,2025-10-01,1\n"  # the business of another check
    found = offence("survey_responses", "no_item", survey_items=ITEMS, survey_responses=rows + unknown)
    assert found.first_rows == (2, 3)


def test_an_item_without_a_scale_is_told(offence):
    items = ITEMS.replace("t,c1,I choose.,agency,student,0,3", "t,c1,I choose.,agency,student,3,3")
    assert offence("survey_items", "no_scale", survey_items=items).first_rows == (4,)


COURSES = [
    (["2025-09-01,3", "2025-10-01,5", "2025-11-01,5.4"], (), 2.0),
    (["2025-09-01,3", "2025-10-01,5.1", "2025-11-01,3.2"], (2,), 2.0),
    (["2025-10-01,8", "2025-09-01,3", "2025-11-01,3"], (1, 3), 2.0),
    (["2022-09-01,3", "2025-09-01,8.9"], (), 2.0),
    (["2022-09-01,3", "2025-09-01,9.5"], (2,), 2.0),
    (["2025-09-01,3", "2025-10-01,", ",9", "2025-11-01,4.5"], (4,), 1.0),
]


@pytest.mark.parametrize(("course", "rows", "most"), COURSES)
def test_a_level_that_jumps_is_told(offence, course, rows, most):
    told = LEVELS + "".join(f"0001,math,{row}\n" for row in course) + "0002,math,2025-10-02,9\n"
    found = offence("levels", "jump", f"[checks]\nlevel_jump_at_most = {most}", levels=told)
    assert found.first_rows == rows


def scores(values, year=2025, instrument="map", grade=5, students=1):
    """Scores of one year, one a row."""
    return [
        f"{1 + n % students:04},{instrument},math,{year}-10-{1 + n % 28:02},{v},,,{grade}" for n, v in enumerate(values)
    ]


SPREAD = [200 + 2 * step for step in range(30)]
SCORED = "student_id,instrument,subject,date,score,std_error,official,grade_at_test\n"


def test_a_score_of_another_order_lies_far_out(offence):
    rows = [
        *scores(SPREAD),
        *scores([2_150, -9]),
        *scores([17] * 30, instrument="cbm"),
        *scores([1_000], instrument="x"),
    ]
    assert offence("assessments", "far_out", assessments=SCORED + "\n".join(rows) + "\n").first_rows == (31, 32)


@pytest.mark.parametrize(("factor", "faulty"), [(1, 0), (1.1, 0), (10, 1)])
def test_a_year_on_another_scale_is_told(offence, clean, factor, faulty):
    before = "".join(f"0001,0101,{y - 1}-08-20,{y}-06-05,{y},{y - 2023},,\n" for y in (2023, 2024, 2025))
    rows = [r for year in (2022, 2023, 2024) for r in scores(SPREAD, year)]
    rows += scores([factor * value for value in SPREAD], 2025)
    rows += scores([10 * value for value in SPREAD], 2025, grade=6)  # nothing to compare it with
    told = SCORED + "\n".join(rows) + "\n"
    found = offence("assessments", "other_scale", assessments=told, enrollments=clean["enrollments"] + before)
    assert (found.judged, found.count) == (faulty, 30 * faulty)
    assert [line.partition(":")[0] for line in found.details] == ["school year 2026, map, math, grade 5"] * faulty


@pytest.mark.parametrize(
    ("students", "said"),
    [
        ({2023: 10, 2024: 10, 2025: 10}, "mean 2290.0, usual 229.0"),
        ({2023: 10, 2024: 10, 2025: 9}, "means of fewer than 10 students are not told"),
        ({2023: 10, 2024: 9, 2025: 10}, "means of fewer than 10 students are not told"),  # the middle could tell it
    ],
)
def test_no_mean_of_few_students_is_told(offence, clean, students, said):
    before = "".join(f"0001,0101,{y - 1}-08-20,{y}-06-05,{y},{y - 2023},,\n" for y in (2024, 2025))
    rows = [r for year in (2023, 2024) for r in scores(SPREAD, year, students=students[year])]
    rows += scores([10 * value for value in SPREAD], 2025, students=students[2025])
    rows += scores(SPREAD, 2025, grade=6)  # another kind, of one student
    told = SCORED + "\n".join(rows) + "\n"
    found = offence("assessments", "other_scale", assessments=told, enrollments=clean["enrollments"] + before)
    assert found.details == (f"school year 2026, map, math, grade 5: {said}",)


def test_a_school_that_rates_on_another_scale_is_told(offence):
    head = "evidence_id,student_id,target_id,date,score,proficient,school_id\n"
    rows = [
        f"{school}{n},0001,M3,2025-10-{1 + n % 28:02},{(1 + n % 4) * (25 if school == 'c' else 1)},true,{school}"
        for school in "abc"
        for n in range(40)
    ]
    evidence = head + "\n".join(rows) + "\n"
    found = offence("evidence", "other_scale", evidence=evidence, targets=TARGETS)
    assert [line.partition(":")[0] for line in found.details] == ["school year 2026, school c"]
