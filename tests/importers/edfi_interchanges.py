"""A small Ed-Fi export: one school, one semester, three students; the elements are laid out as in the 5.2 samples."""

NAMESPACE = 'xmlns="http://ed-fi.org/5.2.0"'
D = "uri://ed-fi.org/Descriptor#"


def refer(what, identity):
    """A reference to another element."""
    return f"<{what}Reference><{what}Identity>{identity}</{what}Identity></{what}Reference>"


def student(number):
    return refer("Student", f"<StudentUniqueId>{number}</StudentUniqueId>")


def standard(name):
    return refer("LearningStandard", f"<LearningStandardId>{name}</LearningStandardId>")


def assessment(name="Math 7"):
    return refer("Assessment", f"<AssessmentIdentifier>{name}</AssessmentIdentifier>")


SCHOOL = refer("School", "<SchoolId>9</SchoolId>")
SESSION = refer("Session", f"<SessionName>Fall Semester</SessionName><SchoolYear>2021-2022</SchoolYear>{SCHOOL}")
INCIDENT = refer("DisciplineIncident", f"<IncidentIdentifier>10</IncidentIdentifier>{SCHOOL}")
SURVEY = refer("Survey", "<SurveyIdentifier>S</SurveyIdentifier>")


def people():
    births = {"1": "2014-11-13", "2": "2013-02-28", "3": "2012-02-29"}
    yield (
        f'<School id="SCH"><NameOfInstitution>Elm</NameOfInstitution><SchoolId>9</SchoolId>'
        f"<GradeLevel>{D}Sixth grade</GradeLevel><GradeLevel>{D}Seventh grade</GradeLevel>"
        f"<EducationOrganizationIdentificationCode><IdentificationCode>480000100001</IdentificationCode>"
        f"<EducationOrganizationIdentificationSystem>{D}NCES</EducationOrganizationIdentificationSystem>"
        "</EducationOrganizationIdentificationCode></School>"
    )
    for number, birth in births.items():
        yield (
            f'<Student id="STU_{number}"><StudentUniqueId>{number}</StudentUniqueId><Name><FirstName>Zoltan</FirstName>'
            f"</Name><BirthData><BirthDate>{birth}</BirthDate></BirthData></Student>"
        )


def demographics(number, races, *, hispanic="false", sex="Female", more=""):
    listed = "".join(f"<Race>{D}{race}</Race>" for race in races)
    return (
        f"<StudentEducationOrganizationAssociation>{student(number)}<Sex>{D}{sex}</Sex>"
        f"<HispanicLatinoEthnicity>{hispanic}</HispanicLatinoEthnicity>{listed}{more}"
        "</StudentEducationOrganizationAssociation>"
    )


def spell(number, *, entry="2021-08-23", leave="", grade="Seventh grade"):
    ends = f"<ExitWithdrawDate>{leave}</ExitWithdrawDate><ExitWithdrawType>{D}Transferred</ExitWithdrawType>"
    return (
        f"<StudentSchoolAssociation>{student(number)}{SCHOOL}<SchoolYear>2021-2022</SchoolYear>"
        f"<EntryDate>{entry}</EntryDate><EntryGradeLevel>{D}{grade}</EntryGradeLevel>{ends if leave else ''}"
        "</StudentSchoolAssociation>"
    )


def session(days=80):
    return (
        f"<Session><SessionName>Fall Semester</SessionName><SchoolYear>2021-2022</SchoolYear>"
        f"<BeginDate>2021-08-23</BeginDate><EndDate>2021-12-17</EndDate><Term>{D}Fall Semester</Term>"
        f"<TotalInstructionalDays>{days}</TotalInstructionalDays>{SCHOOL}</Session>"
    )


def absence(number, date, category="Excused Absence", length="1"):
    told = f"<EventDuration>{length}</EventDuration>" if length else ""
    return (
        f"<StudentSchoolAttendanceEvent><AttendanceEvent><EventDate>{date}</EventDate>"
        f"<AttendanceEventCategory>{D}{category}</AttendanceEventCategory>{told}</AttendanceEvent>"
        f"{student(number)}{SCHOOL}{SESSION}</StudentSchoolAttendanceEvent>"
    )


def write(folder, **files):
    """The elements as interchanges: file name -> elements."""
    folder.mkdir(exist_ok=True)
    for name, elements in files.items():
        text = f"<Interchange{name} {NAMESPACE}>{''.join(elements)}</Interchange{name}>"
        (folder / f"{name}.xml").write_text(text, encoding="utf-8")
    return folder
