"""Ed-Fi interchanges: schools, students, spells with their flags, terms and attendance."""

import pytest
from edfi_interchanges import SCHOOL, D, absence, demographics, people, refer, session, spell, student, write

import cbe_analysis as cbe
from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.importers.edfi import read
from cbe_analysis.importers.merge import import_into


@pytest.fixture
def harvest(tmp_path):
    """Reads elements, by interchange."""
    return lambda **files: read(write(tmp_path / "export", **files))


def rows(harvest, table, *columns):
    return [",".join(row) for row in harvest.tables[table][list(columns)].itertuples(index=False)]


def left_out(harvest, table):
    (tally,) = [tally for tally in harvest.summary.tallies if tally.table == table]
    return {part.why.split(":")[0]: part.records for part in tally.left_out}


def said(harvest, words):
    return sum(remark.count for remark in harvest.summary.remarks if words in remark.says)


def program(number, kind, first="2021-08-30", last="", more="", element="StudentProgramAssociation"):
    ends = f"<EndDate>{last}</EndDate>" if last else ""
    return (
        f"<{element}>{student(number)}<ProgramReference><ProgramIdentity><ProgramName>{kind}</ProgramName>"
        f"<ProgramType>{D}{kind}</ProgramType></ProgramIdentity></ProgramReference>"
        f"<BeginDate>{first}</BeginDate>{ends}{more}</{element}>"
    )


def test_schools_and_students(harvest):
    found = harvest(Student=people())
    assert rows(found, "schools", "school_id", "name", "kind", "nces_id") == ["9,Elm,middle,480000100001"]
    assert rows(found, "students", "student_id", "birth_month") == ["1,2014-11", "2,2013-02", "3,2012-02"]
    assert said(found, "no StudentEducationOrganizationAssociation") == 1
    assert said(found, "no enrollments; add the interchange StudentEnrollment") == 1


def test_demographics_of_several_organizations_are_united(harvest):
    told = [
        demographics("1", ["White"]),
        demographics("1", ["Asian"]),
        demographics("2", ["White"], hispanic="true", sex="Male"),
        demographics("3", ["Black or African American", "Choose Not to Respond"], sex="Not Selected"),
    ]
    found = harvest(Student=people(), StudentEnrollment=told)
    assert rows(found, "students", "student_id", "race_ethnicity", "gender") == [
        "1,two_or_more,female",
        "2,hispanic,male",
        "3,black,",
    ]


def test_flags_hold_where_an_element_says_so_and_are_unknown_elsewhere(harvest):
    trait = f"<StudentCharacteristic>{D}Economic Disadvantaged</StudentCharacteristic>"
    poor = f"<StudentCharacteristic>{trait}</StudentCharacteristic>"
    english = f"<LimitedEnglishProficiency>{D}{{}}</LimitedEnglishProficiency>"
    enrollment = [
        spell("1"),
        spell("2", leave="2021-09-15"),
        spell("3", grade="Sixth grade"),
        demographics("1", [], more=poor + english.format("Limited")),
        demographics("2", [], more=english.format("Limited Monitored 2")),
        demographics("3", [], more=english.format("NotLimited")),
    ]
    speech = f"<Disability><Disability>{D}Speech or Language Impairment</Disability></Disability>"
    setting = f"<SpecialEducationSetting>{D}Inside reg class between 40-79% of the day</SpecialEducationSetting>"
    special = "StudentSpecialEducationProgramAssociation"
    programs = [
        program("1", "Special Education", more=speech + setting, element=special),
        program("2", "Special Education", first="2021-10-01", element=special),
        program("3", "Gifted and Talented"),
    ]
    found = harvest(Student=people(), StudentEnrollment=enrollment, StudentProgram=programs)
    columns = (
        "economically_disadvantaged",
        "english_learner",
        "disability",
        "disability_category",
        "placement",
        "gifted",
    )
    assert rows(found, "enrollments", "student_id", "grade", "school_year", "exit_code", *columns) == [
        "1,7,2022,,true,current,true,speech_or_language_impairment,regular_40_to_79,",
        "2,7,2022,Transferred,,former,,,,",
        "3,6,2022,,,,,,,true",
    ]


def test_attendance_sets_absences_against_the_days_enrolled(harvest):
    days = [absence("1", "2021-09-01"), absence("1", "2021-09-02", "Unexcused Absence", "0.5")]
    days += [absence("1", "2021-09-02", "Excused Absence", "0.75"), absence("1", "2021-09-03", "Tardy", "")]
    days += [absence("2", "2021-09-06", length="")]
    found = harvest(
        Student=people(), EducationOrgCalendar=[session()], StudentEnrollment=[spell("1"), spell("2")], Attendance=days
    )
    assert rows(found, "calendar", "term_id", "kind", "instructional_days") == ["2022 Fall Semester,semester,80"]
    assert rows(found, "attendance", "student_id", "school_id", "term_id", "days_enrolled", "days_absent") == [
        "1,9,2022 Fall Semester,80,2",
        "2,9,2022 Fall Semester,80,1",
    ]
    assert said(found, "absences without EventDuration") == 1
    assert left_out(found, "attendance")["no absence"] == 1


def test_days_of_the_calendar_count_for_those_who_come_late_and_all_enrolled_have_a_row(harvest):
    school = refer("Calendar", SCHOOL)
    dates = [
        f"<CalendarDate><Date>2021-08-{day}</Date><CalendarEvent><CalendarEvent>{D}{kind}</CalendarEvent></CalendarEvent>{school}</CalendarDate>"
        for day, kind in (
            ("23", "Instructional day"),
            ("24", "Instructional day"),
            ("25", "Holiday"),
            ("26", "Instructional day"),
        )
    ]
    found = harvest(
        Student=people(),
        EducationOrgCalendar=[session(), *dates],
        StudentEnrollment=[spell("1"), spell("2", entry="2021-08-24"), spell("3", leave="2021-08-24")],
        Attendance=[absence("2", "2021-08-26")],
    )
    assert rows(found, "attendance", "student_id", "days_enrolled", "days_absent") == ["1,3,0", "2,2,1", "3,2,0"]


def test_absences_without_calendar_or_enrollment_are_left_out_with_the_way_out(harvest):
    found = harvest(Student=people(), Attendance=[absence("1", "2021-09-01")])
    assert "attendance" not in found.tables
    assert left_out(found, "attendance") == {"no days enrolled to set them against": 1}


def test_a_part_of_a_day_without_length_is_left_out(harvest):
    found = harvest(Attendance=[absence("1", "2021-09-01", "Partial", "")])
    assert left_out(found, "attendance") == {"absences of part of a day whose length is not told": 1}


def test_it_fills_a_folder_that_loads_without_finding_and_twice_the_same(tmp_path):
    source = write(
        tmp_path / "export",
        Student=people(),
        EducationOrgCalendar=[session()],
        StudentEnrollment=[spell("1"), spell("2"), spell("3")],
        Attendance=[absence("1", "2021-09-01")],
    )
    summary = import_into("edfi", source, tmp_path / "district")
    first = {f.name: f.read_bytes() for f in (tmp_path / "district").rglob("*") if f.is_file()}
    import_into("edfi", source, tmp_path / "district")
    assert first == {f.name: f.read_bytes() for f in (tmp_path / "district").rglob("*") if f.is_file()}
    assert cbe.validate(cbe.load(tmp_path / "district")).findings.findings == ()
    assert "Zoltan" not in str(summary)
    assert not any(b"Zoltan" in content for content in first.values())


def test_elements_and_fields_that_are_not_read_are_named(harvest):
    found = harvest(Student=people(), Other=["<Staff><StaffUniqueId>7</StaffUniqueId></Staff>"] * 2)
    assert said(found, "elements that no table holds: Staff 2") == 2
    assert "Student.Name" in found.summary.columns_left
    assert "Student.BirthData" not in found.summary.columns_left


def test_elements_of_other_versions_and_further_elements_of_one_student(tmp_path):
    folder = write(tmp_path / "export", Student=[*people(), *people()])
    file = folder / "Student.xml"
    file.write_text(file.read_text().replace("http://ed-fi.org/5.2.0", "http://ed-fi.org/0330"))
    found = read(file)
    assert rows(found, "students", "student_id") == ["1", "2", "3"]
    assert left_out(found, "students") == {"a further element of the same student": 3}


def test_references_by_id_lead_to_what_they_point_at(harvest):
    by_id = spell("1").replace(student("1"), '<StudentReference ref="STU_1"/>')
    by_id = by_id.replace(
        "<SchoolReference><SchoolIdentity><SchoolId>9</SchoolId></SchoolIdentity></SchoolReference>",
        '<SchoolReference ref="SCH"/>',
    )
    found = harvest(Student=people(), StudentEnrollment=[by_id, by_id.replace("STU_1", "NOBODY")])
    assert rows(found, "enrollments", "student_id", "school_id") == ["1,9"]
    assert left_out(found, "enrollments") == {"without student": 1}


def test_what_is_no_interchange_is_refused(tmp_path):
    (tmp_path / "a.xml").write_text("<html/>")
    with pytest.raises(UnreadableData, match="root"):
        read(tmp_path)
    (tmp_path / "a.xml").write_text('<!DOCTYPE x [<!ENTITY a "b">]><InterchangeStudent/>')
    with pytest.raises(UnreadableData, match="document type"):
        read(tmp_path / "a.xml")
    with pytest.raises(UsageError, match="no such file"):
        read(tmp_path / "nowhere")


def test_an_interchange_without_elements_gives_no_tables(harvest):
    found = harvest(Student=[])
    assert found.tables == {}
    assert found.summary.records == 0


def test_days_with_a_time_zone_are_read_and_texts_that_are_no_day_are_counted(harvest):
    found = harvest(
        StudentEnrollment=[
            spell("1", entry="2021-08-23Z"),
            spell("2", entry="2021-08-23-06:00"),
            spell("3", entry="soon"),
        ]
    )
    assert rows(found, "enrollments", "student_id", "entry_date") == ["1,2021-08-23", "2,2021-08-23"]
    assert said(found, "texts that are no date") == 1
    assert left_out(found, "enrollments") == {"without EntryDate": 1}


def test_an_id_of_two_elements_leads_nowhere(harvest):
    other = '<Student id="STU_1"><StudentUniqueId>8</StudentUniqueId></Student>'
    by_id = spell("1").replace(student("1"), '<StudentReference ref="STU_1"/>')
    found = harvest(Student=people(), More=[other], StudentEnrollment=[by_id])
    assert left_out(found, "enrollments") == {"without student": 1}
