"""MAP Growth files of every layout: official results only, grades from the list of students, terms as days."""

import pytest
from foreign_files import column, csv_text, remark, tallies

from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.importers import nwea

OF_2013 = {
    "TermName": "Fall 2013-2014",
    "StudentID": "00101",
    "SchoolName": "Elm School",
    "MeasurementScale": "Mathematics",
    "Discipline": "Mathematics",
    "GrowthMeasureYN": "TRUE",
    "TestType": "Survey With Goals",
    "TestID": "100",
    "TestStartDate": "09/16/2013",
    "TestDurationMinutes": "41",
    "TestRITScore": "188",
    "TestStandardError": "3.1",
    "TestPercentile": "52",
    "TypicalFallToSpringGrowth": "9",
    "TestStartTime": "09:00:00",
}
OF_2021 = {
    "TermName": "Fall 2021-2022",
    "DistrictName": "D",
    "SchoolName": "Elm School",
    "School_StateID": "77",
    "StudentID": "00101",
    "Student_StateID": "S-1",
    "Subject": "Language Arts",
    "Course": "Reading K-2",
    "GrowthMeasureYN": "TRUE",
    "NormsReferenceData": "2020",
    "TestID": "200",
    "TestStartDate": "9/16/2021",
    "TestStartTime": "08:54:50",
    "TestDurationMinutes": "23",
    "TestRITScore": "165",
    "TestStandardError": "3.4",
    "TestPercentile": "57",
}
COMBO = {
    **OF_2021,
    "StudentLastName": "MARKER",
    "StudentDateOfBirth": "02/29/2012",
    "StudentEthnicGroup": "Hispanic or Latino",
    "NWEAStandard_EthnicGroup": "Hispanic or Latino",
    "StudentGender": "F",
    "Grade": "K",
}
STUDENT = {
    "TermName": "Fall 2021-2022",
    "DistrictName": "D",
    "SchoolName": "Elm School",
    "StudentLastName": "MARKER",
    "StudentID": "00101",
    "StudentDateOfBirth": "12/31/2015",
    "StudentEthnicGroup": "White",
    "StudentGender": "M",
    "Grade": "13",
}


@pytest.fixture
def export(tmp_path):
    def read(options=None, **files):
        for name, rows in files.items():
            (tmp_path / f"{name}.csv").write_text(csv_text(rows))
        return nwea.read(tmp_path, **(options or {}))

    return read


def test_a_file_of_2013(export):
    harvest = export(AssessmentResults=[OF_2013])
    [row] = harvest.tables["assessments"].to_dict("records")
    assert row == {
        "student_id": "00101",
        "instrument": "map",
        "subject": "math",
        "date": "2013-09-16",
        "score": "188",
        "std_error": "3.1",
        "grade_at_test": "",
        "official": "true",
        "minutes": "41",
        "term": "Fall 2013-2014",
        "course": "Mathematics",
        "norms": "",
        "percentile": "52",
        "test_id": "100",
    }
    assert remark(harvest, "results without a grade") == 1
    assert harvest.summary.columns_left == ("TestType", "TypicalFallToSpringGrowth")


def test_grades_come_from_the_list_of_students_of_the_term(export):
    other_term = {**STUDENT, "TermName": "Spring 2021-2022", "Grade": "1"}
    harvest = export(AssessmentResults=[OF_2021], StudentsBySchool=[STUDENT, other_term])
    assert column(harvest, "assessments", "grade_at_test") == ["0"]
    assert column(harvest, "students", "birth_month") == ["2015-12"]
    assert column(harvest, "students", "race_ethnicity") == ["white"]
    assert column(harvest, "student_ids", "external_id") == ["S-1"]
    assert column(harvest, "schools", "school_id") == ["77"]
    assert column(harvest, "enrollments", "entry_date") == ["2021-08-15"]
    assert remark(harvest, "spells of enrollment with two grades") == 1


def test_a_grade_that_the_list_gives_twice_is_not_chosen(export):
    harvest = export(AssessmentResults=[OF_2021], StudentsBySchool=[STUDENT, {**STUDENT, "Grade": "1"}])
    assert column(harvest, "assessments", "grade_at_test") == [""]


def test_the_one_file_export(export):
    harvest = export(ComboStudentAssessment=[COMBO])
    assert column(harvest, "assessments", "subject") == ["reading"]
    assert column(harvest, "assessments", "grade_at_test") == ["0"]
    assert column(harvest, "students", "race_ethnicity") == ["hispanic"]
    assert column(harvest, "students", "gender") == ["female"]
    assert column(harvest, "schools", "kind") == ["elementary"]
    assert "MARKER" not in str(harvest.summary) + str(harvest.tables)


def test_only_official_results_count_and_every_other_is_accounted_for(export):
    rows = [
        OF_2021,
        {**OF_2021, "GrowthMeasureYN": "FALSE", "TestID": "201"},
        {**OF_2021, "GrowthMeasureYN": "", "TestID": "202"},
        {**OF_2021, "TestRITScore": "", "TestID": "203"},
        {**OF_2021, "TestRITScore": "n.a.", "TestID": "204"},
        {**OF_2021, "TestStartDate": "", "TestID": "205"},
        {**OF_2021, "TestStartDate": "soon", "TestID": "206"},
        {**OF_2021, "StudentID": "", "TestID": "207"},
        OF_2021,
        {**OF_2021, "TestID": "208", "TestStartTime": "10:00:00", "TestRITScore": "170"},
    ]
    harvest = export(AssessmentResults=rows)
    assert tallies(harvest)["assessments"] == (
        10,
        1,
        {
            "no student id": 1,
            "a date that cannot be read": 1,
            "no date: not completed": 1,
            "no score": 1,
            "a score that is no number": 1,
            "not official: GrowthMeasureYN is not true": 1,
            "GrowthMeasureYN is blank": 1,
            "the same test again": 1,
            "an earlier test of the same day and subject": 1,
        },
    )
    assert column(harvest, "assessments", "score") == ["170"]
    assert harvest.summary.records == 10


def test_without_the_flag_all_results_stay_and_it_is_said(export):
    row = {name: value for name, value in COMBO.items() if name != "GrowthMeasureYN"}
    harvest = export(ComboStudentAssessment=[row, {**row, "TestStartDate": "10/1/2021", "TestID": "9"}])
    assert column(harvest, "assessments", "official") == ["", ""]
    assert remark(harvest, "files without GrowthMeasureYN") == 2
    assert remark(harvest, "several in one term and subject") == 2


@pytest.mark.parametrize(
    ("discipline", "course", "subject"),
    [
        ("Mathematics", "Algebra 2", "math"),
        ("Language Arts", "Language Usage", "language"),
        ("Language Arts", "Reading (Spanish)", "reading"),
        ("Science", "Science K-12", "science"),
        ("Language Arts", "Spelling", "language_arts"),
    ],
)
def test_subjects(export, discipline, course, subject):
    harvest = export(AssessmentResults=[{**OF_2021, "Subject": discipline, "Course": course}])
    assert column(harvest, "assessments", "subject") == [subject]


def test_several_years_in_one_folder_name_a_school_alike(export):
    harvest = export(old=[OF_2013], new=[OF_2021], students=[STUDENT, {**STUDENT, "TermName": "Fall 2013-2014"}])
    assert column(harvest, "schools", "school_id") == ["77"]
    assert column(harvest, "enrollments", "school_year") == ["2014", "2022"]
    assert tallies(harvest)["assessments"][:2] == (2, 2)


def test_a_student_who_changes_schools_gets_a_second_spell(export):
    moved = {**STUDENT, "TermName": "Winter 2021-2022", "SchoolName": "Oak School"}
    harvest = export(AssessmentResults=[OF_2021], StudentsBySchool=[STUDENT, moved])
    spells = harvest.tables["enrollments"][["school_id", "entry_date"]].to_numpy().tolist()
    assert sorted(spells) == [["77", "2021-08-15"], ["Oak School", "2021-12-01"]]
    assert remark(harvest, "first day is made") == 2


def test_another_source_may_keep_the_students(export):
    harvest = export({"with_roster": False}, AssessmentResults=[OF_2021], StudentsBySchool=[STUDENT])
    assert list(harvest.tables) == ["assessments"]
    assert column(harvest, "assessments", "grade_at_test") == ["0"]


def test_lists_that_hold_no_scores_are_passed_over(export):
    harvest = export(AssessmentResults=[OF_2021], ClassAssignments=[{"TermName": "Fall 2021-2022", "ClassName": "A"}])
    assert harvest.summary.records == 2
    assert remark(harvest, "records of ClassAssignments.csv, which holds no score") == 1


def test_names_in_another_case_are_known_with_a_remark(export):
    row = {name.upper().replace("TERMNAME", "Term Name"): value for name, value in OF_2021.items()}
    harvest = export(AssessmentResults=[row])
    assert column(harvest, "assessments", "score") == ["165"]
    assert remark(harvest, "spelt otherwise") > 5


def test_other_layouts_are_refused_with_what_they_lack(export):
    row = {name: value for name, value in OF_2021.items() if name != "TestRITScore"}
    with pytest.raises(UnreadableData, match="MAP Growth results: TestRITScore; students by school: Grade"):
        export(AssessmentResults=[row])


def test_a_column_under_two_names_is_refused(export):
    with pytest.raises(UnreadableData, match="mean the same"):
        export(AssessmentResults=[{**OF_2021, "Discipline": "Reading"}])


def test_ids_that_a_spreadsheet_rounded_are_refused(export):
    with pytest.raises(UnreadableData, match="rounded numbers") as refused:
        export(AssessmentResults=[{**OF_2021, "StudentID": "6.05E+05"}])
    assert "6.05" not in str(refused.value)


def test_dates_that_a_spreadsheet_turned_are_refused(export):
    with pytest.raises(UnreadableData, match="cannot be month/day/year"):
        export(AssessmentResults=[{**OF_2021, "TestStartDate": "16/9/2021"}])


def test_two_students_with_one_state_id_are_not_matched(export):
    harvest = export(AssessmentResults=[OF_2021, {**OF_2021, "StudentID": "00102"}])
    assert "student_ids" not in harvest.tables
    assert column(harvest, "assessments", "student_id") == ["00101", "00102"]


def test_a_header_alone_gives_an_empty_account(tmp_path):
    (tmp_path / "AssessmentResults.csv").write_text(csv_text([], list(OF_2021)))
    harvest = nwea.read(tmp_path)
    assert dict(harvest.tables) == {}
    assert tallies(harvest)["assessments"] == (0, 0, {})


def test_the_same_export_gives_the_same_rows(export, tmp_path):
    one = export(AssessmentResults=[OF_2021, {**OF_2021, "StudentID": "2"}])
    other = export(AssessmentResults=[{**OF_2021, "StudentID": "2"}, OF_2021])
    for name, rows in one.tables.items():
        assert rows.to_csv() == other.tables[name].to_csv()


def test_no_source(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        nwea.read(tmp_path / "nowhere")


def test_schools_of_which_no_grade_is_known_are_said_to_be_so(export):
    harvest = export(AssessmentResults=[OF_2021])
    assert column(harvest, "schools", "kind") == ["other"]
    assert remark(harvest, "no grade is known, written as kind other") == 1
    assert remark(harvest, "taken from the grades") == 0
