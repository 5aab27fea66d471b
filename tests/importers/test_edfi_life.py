"""Ed-Fi supports, incidents and surveys: what is not a student's own is said, and names never come along."""

import pytest
from edfi_interchanges import INCIDENT, SCHOOL, SURVEY, D, people, refer, student, write
from test_edfi import left_out, program, rows, said

from cbe_analysis.importers.edfi import read


@pytest.fixture
def harvest(tmp_path):
    return lambda **files: read(write(tmp_path / "export", **files))


ID = "<InterventionIdentificationCode>Check</InterventionIdentificationCode>"


def intervention(delivery, first="2021-08-23"):
    begins = f"<BeginDate>{first}</BeginDate>" if first else ""
    return f"<Intervention>{ID}{begins}<DeliveryMethod>{D}{delivery}</DeliveryMethod></Intervention>"


def given(number):
    of = refer("Intervention", ID)
    return f"<StudentInterventionAssociation>{student(number)}{of}<Dosage>10</Dosage></StudentInterventionAssociation>"


def attended(number, date, minutes="20", category="In Attendance"):
    of = refer("Intervention", ID)
    event = f"<AttendanceEvent><EventDate>{date}</EventDate>"
    event += f"<AttendanceEventCategory>{D}{category}</AttendanceEventCategory></AttendanceEvent>"
    length = f"<InterventionDuration>{minutes}</InterventionDuration>"
    name = "StudentInterventionAttendanceEvent"
    return f"<{name}>{event}{student(number)}{of}{length}</{name}>"


def test_an_intervention_gives_its_days_to_the_student_and_says_so(harvest):
    found = harvest(Intervention=[intervention("Small Group"), given("1"), given("2")])
    columns = ("support_id", "student_id", "kind", "start_date", "minutes_assigned")
    assert rows(found, "supports", *columns) == [
        "Check:1,1,small_group,2021-08-23,10",
        "Check:2,2,small_group,2021-08-23,10",
    ]
    assert said(found, "whose days are those of the intervention") == 2


def test_an_intervention_without_its_days_is_left_out(harvest):
    assert left_out(harvest(Intervention=[given("1")]), "supports") == {"interventions whose first day is not told": 1}


def test_sessions_of_a_day_are_added_up_and_missed_ones_left_out(harvest):
    events = [attended("1", "2021-09-01"), attended("1", "2021-09-01", "15.5"), attended("1", "2021-09-08")]
    events += [attended("1", "2021-09-15", category="Excused Absence"), attended("3", "2021-09-01")]
    found = harvest(Intervention=[intervention("Individual"), given("1"), *events])
    assert rows(found, "support_sessions", "support_id", "date", "minutes") == [
        "Check:1,2021-09-01,35.5",
        "Check:1,2021-09-08,20",
    ]
    assert left_out(found, "support_sessions") == {
        "sessions that the student missed": 1,
        "sessions of an intervention that the student does not have": 1,
        "a further session of the day, added to the first": 1,
    }


def test_programs_that_serve_learning_are_supports_and_others_are_named(harvest):
    programs = [
        program("1", "Bilingual", last="2021-12-17"),
        program("2", "Homeless"),
        program("3", "Special Education"),
    ]
    found = harvest(StudentProgram=programs)
    assert rows(found, "supports", "student_id", "kind", "start_date", "end_date") == [
        "1,bilingual,2021-08-30,2021-12-17",
        "3,special_education,2021-08-30,",
    ]
    assert left_out(found, "supports") == {"programs that are no support for learning (homeless)": 1}


def happened():
    return (
        f'<DisciplineIncident id="I10"><IncidentIdentifier>10</IncidentIdentifier><IncidentDate>2022-02-09'
        f"</IncidentDate><ReporterName>Zoltan</ReporterName>{SCHOOL}</DisciplineIncident>"
    )


def involved(number, behavior="State Offense", part="Perpetrator", of=INCIDENT):
    name = "StudentDisciplineIncidentBehaviorAssociation"
    code = f"<DisciplineIncidentParticipationCode>{D}{part}</DisciplineIncidentParticipationCode>"
    return f"<{name}>{student(number)}{of}<Behavior>{D}{behavior}</Behavior>{code}</{name}>"


def action(name, number, *kinds, days="3"):
    listed = "".join(f"<Discipline>{D}{kind}</Discipline>" for kind in kinds)
    of = refer("StudentDisciplineIncidentBehaviorAssociation", f"{student(number)}{INCIDENT}")
    return (
        f"<DisciplineAction><DisciplineActionIdentifier>{name}</DisciplineActionIdentifier>{listed}"
        f"<DisciplineDate>2022-02-10</DisciplineDate><ActualDisciplineActionLength>{days}"
        f"</ActualDisciplineActionLength>{student(number)}{of}</DisciplineAction>"
    )


def test_incidents_carry_the_school_and_each_kind_of_action(harvest):
    reference = '<DisciplineIncidentReference ref="I10"/>'
    found = harvest(
        Discipline=[
            happened(),
            involved("1"),
            involved("1", behavior="Other"),
            involved("2", of=reference),
            involved("3", part="Victim"),
            action("a", "1", "In School Suspension"),
            action("b", "1", "In School Suspension", days="2"),
            action("c", "1", "Community Service", "Out of School Suspension", days="5"),
        ]
    )
    assert rows(found, "incidents", "incident_id", "student_id", "date", "behavior", "action", "days") == [
        "9-10,1,2022-02-09,Other; State Offense,community_service,",
        "9-10,1,2022-02-09,Other; State Offense,iss,5",
        "9-10,1,2022-02-09,Other; State Offense,oss,5",
        "9-10,2,2022-02-09,State Offense,none,",
    ]
    assert left_out(found, "incidents")["victims, witnesses and reporters"] == 1
    assert said(found, "written as action none") == 1
    assert said(found, "whose days stand with the severest") == 1
    assert said(found, "several actions of one kind") == 1


def test_an_incident_without_its_day_is_left_out(harvest):
    assert left_out(harvest(Discipline=[involved("1")]), "incidents") == {"of an incident whose day is not told": 1}


def question(code, values=(1, 5), matrix=""):
    choices = "".join(f"<ResponseChoice><NumericValue>{value}</NumericValue></ResponseChoice>" for value in values)
    section = refer("SurveySection", f"{SURVEY}<SurveySectionTitle>Belonging</SurveySectionTitle>")
    return (
        f"<SurveyQuestion><QuestionCode>{code}</QuestionCode>{SURVEY}<QuestionText>I belong, {code}</QuestionText>"
        f"{choices}{matrix}{section}</SurveyQuestion>"
    )


def sheet(name, who=""):
    return (
        f"<SurveyResponse><SurveyResponseIdentifier>{name}</SurveyResponseIdentifier>{SURVEY}"
        f"<ResponseDate>2022-05-02</ResponseDate><FullName>Zoltan</FullName>{who}</SurveyResponse>"
    )


def answer(name, code, value="4", none="false"):
    of = refer("SurveyQuestion", f"<QuestionCode>{code}</QuestionCode>{SURVEY}")
    on = refer("SurveyResponse", f"<SurveyResponseIdentifier>{name}</SurveyResponseIdentifier>{SURVEY}")
    told = f"<NumericResponse>{value}</NumericResponse>" if value else "<TextResponse>Zoltan</TextResponse>"
    value = f"<SurveyQuestionResponseValue>{told}</SurveyQuestionResponseValue>"
    return f"<SurveyQuestionResponse>{of}{on}<NoResponse>{none}</NoResponse>{value}</SurveyQuestionResponse>"


PLACE = refer("EducationOrganization", "<EducationOrganizationId>9</EducationOrganizationId>")
SHELL = f"<Survey><SurveyIdentifier>S</SurveyIdentifier>{PLACE}<SurveyTitle>Climate</SurveyTitle></Survey>"


def test_questions_with_numbers_are_items_and_anonymous_sheets_take_the_role_of_the_known(harvest):
    elements = [SHELL, question("Q1"), question("Q2", values=()), question("Q3", matrix="<Matrix/>")]
    elements += [sheet("r1", student("1")), sheet("r2")]
    elements += [answer("r1", "Q1"), answer("r2", "Q1", "2"), answer("r2", "Q2"), answer("r1", "Q1", none="true")]
    found = harvest(Student=people(), Survey=[*elements, answer("r3", "Q1"), answer("r2", "Q1", "")])
    items = ("survey_id", "item_id", "text", "construct", "role", "minimum", "maximum", "reverse")
    assert rows(found, "survey_items", *items) == ["S,Q1,I belong, Q1,Belonging,student,1,5,false"]
    columns = ("response_id", "item_id", "role", "date", "value", "school_id", "person_id")
    assert rows(found, "survey_responses", *columns) == [
        "r1,Q1,student,2022-05-02,4,9,1",
        "r2,Q1,student,2022-05-02,2,9,",
    ]
    assert left_out(found, "survey_responses") == {
        "answers to a question that is not among our items": 1,
        "questions left without an answer": 1,
        "answers without a number": 1,
        "answers of a sheet without ResponseDate": 1,
    }
    assert said(found, "sheets of unknown persons") == 1
    assert not [name for name, table in found.tables.items() if table.map(lambda cell: "Zoltan" in cell).any().any()]


def test_a_survey_whose_respondents_are_unknown_is_left_out(harvest):
    found = harvest(Survey=[SHELL, question("Q1"), sheet("r1"), answer("r1", "Q1")])
    assert left_out(found, "survey_items") == {
        "questions of a survey whose respondents are unknown, or of several roles": 1
    }
