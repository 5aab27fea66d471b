"""Ed-Fi's roll-ups: competencies and grades by standard as states of targets; absences from classes."""

import pytest
from edfi_interchanges import SCHOOL, SESSION, D, absence, people, refer, session, spell, standard, student, write
from test_edfi import left_out, rows, said

from cbe_analysis.importers.edfi import read

PERIOD = (
    f"<GradingPeriodReference><GradingPeriodIdentity><GradingPeriod>{D}First Nine Weeks</GradingPeriod>"
    f"<PeriodSequence>1</PeriodSequence><SchoolYear>2021-2022</SchoolYear>{SCHOOL}"
    "</GradingPeriodIdentity></GradingPeriodReference>"
)
CALENDAR = (
    f"<GradingPeriod><GradingPeriod>{D}First Nine Weeks</GradingPeriod><BeginDate>2021-08-23</BeginDate>"
    f"<EndDate>2021-10-15</EndDate><PeriodSequence>1</PeriodSequence><SchoolYear>2021-2022</SchoolYear>{SCHOOL}"
    "</GradingPeriod>"
)
OBJECTIVE = (
    f"<CompetencyObjective><CompetencyObjectiveId>MATH-7</CompetencyObjectiveId><Objective>Ratios</Objective>"
    f"<ObjectiveGradeLevel>{D}Seventh grade</ObjectiveGradeLevel></CompetencyObjective>"
)


def competency(number, level, objective="Ratios", period=PERIOD):
    identity = f"<Objective>{objective}</Objective><ObjectiveGradeLevel>{D}Seventh grade</ObjectiveGradeLevel>"
    return (
        f"<StudentCompetencyObjective>{refer('CompetencyObjective', identity)}<CompetencyLevel>{D}{level}"
        f"</CompetencyLevel>{period}{student(number)}</StudentCompetencyObjective>"
    )


def grade(number, *standards, day=""):
    dated = f"<CurrentGradeAsOfDate>{day}</CurrentGradeAsOfDate>" if day else ""
    given = "".join(f"<LearningStandardGrade>{part}</LearningStandardGrade>" for part in standards)
    return f"<Grade>{refer('StudentSectionAssociation', student(number))}{PERIOD}{dated}{given}</Grade>"


@pytest.fixture
def harvest(tmp_path):
    return lambda **files: read(write(tmp_path / "export", **files))


def test_competencies_are_states_at_the_end_of_their_grading_period(harvest):
    given = [competency("1", "Proficient"), competency("2", "Below Basic", "Angles"), competency("3", "Sideways")]
    found = harvest(Calendar=[CALENDAR], Standards=[OBJECTIVE], Competency=[*given, given[0]])
    assert rows(found, "target_status", "student_id", "target_id", "date", "proficient") == [
        "1,MATH-7,2021-10-15,true",
        "2,Angles,2021-10-15,false",
    ]
    assert left_out(found, "target_status") == {
        "competencies whose CompetencyLevel has no word here": 1,
        "a further state of the same target and day": 1,
    }
    assert "score" not in found.tables["target_status"].columns
    assert said(found, "write them into targets.csv") == 1


def test_a_competency_of_an_unknown_period_is_left_out_with_the_way_out(harvest):
    found = harvest(Competency=[competency("1", "Proficient")])
    assert "target_status" not in found.tables
    assert left_out(found, "target_status") == {"competencies of a grading period whose last day is not told": 1}


def test_grades_by_standard_are_states_on_the_day_of_the_grade(harvest):
    level = f"<PerformanceBaseConversion>{D}Proficient</PerformanceBaseConversion>"
    dated = grade("1", f"{standard('S1')}<NumericGradeEarned>3</NumericGradeEarned>{level}", day="2021-10-01")
    lettered = grade("2", f"{standard('S1')}<LetterGradeEarned>Not yet</LetterGradeEarned>", standard("S2"))
    found = harvest(Calendar=[CALENDAR], Grade=[dated, lettered])
    assert rows(found, "target_status", "student_id", "target_id", "date", "score", "proficient") == [
        "1,S1,2021-10-01,3,true",
        "2,S1,2021-10-15,,false",
    ]
    assert left_out(found, "target_status") == {
        "grades by standard of which neither PerformanceBaseConversion nor LetterGradeEarned says whether it is "
        "proficient": 1
    }


def test_absences_from_a_class_count_by_the_share_of_the_day_that_is_told(harvest):
    place = f"<LocalCourseCode>M</LocalCourseCode>{SCHOOL}{SESSION}"
    offering = refer("CourseOffering", place)
    section = refer("Section", f"<SectionIdentifier>M1</SectionIdentifier>{offering}")
    in_class = [
        absence(number, day, length=length)
        .replace("School" + "Attendance", "SectionAttendance")
        .replace(f"{SCHOOL}{SESSION}</Student", f"{section}</Student")
        for number, day, length in (
            ("1", "2021-08-24", "0.25"),
            ("1", "2021-08-25", ""),
            ("2", "2021-08-24", "0.5"),
        )
    ]
    whole_day = absence("2", "2021-08-24")
    spells = [spell("1"), spell("2")]
    found = harvest(Student=people(), Enrollment=spells, Calendar=[session()], Attendance=[*in_class, whole_day])
    assert rows(found, "attendance", "student_id", "days_absent") == ["1,0.25", "2,1"]
    assert left_out(found, "attendance") == {
        "absences from a class without EventDuration": 1,
        "absences from a class on a day that the school counts itself": 1,
        "absences, added up per student and term": 2,
    }
