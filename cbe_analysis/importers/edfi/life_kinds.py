"""Interventions, programs, discipline and surveys: the elements of the rest of school life."""

from __future__ import annotations

from collections.abc import Mapping

from cbe_analysis.importers.edfi.kind import INTERVENTION, SCHOOL, STUDENT, SURVEY, Kind

PROGRAMS = (
    *("StudentProgramAssociation", "StudentSpecialEducationProgramAssociation", "StudentCTEProgramAssociation"),
    *("StudentTitleIPartAProgramAssociation", "StudentMigrantEducationProgramAssociation"),
    *("StudentLanguageInstructionProgramAssociation", "StudentHomelessProgramAssociation"),
    *("StudentNeglectedOrDelinquentProgramAssociation", "StudentSchoolFoodServiceProgramAssociation"),
    "StudentSection504ProgramAssociation",
)
_BEHAVIOR = ("StudentDisciplineIncidentBehaviorAssociation", "StudentDisciplineIncidentAssociation")
_NO_OFFENDER = "StudentDisciplineIncidentNonOffenderAssociation"

KINDS: Mapping[str, Kind] = {
    "interventions": Kind(
        ("Intervention",),
        {
            "intervention": "InterventionIdentificationCode",
            "first": "BeginDate",
            "last": "EndDate",
            "delivery": "DeliveryMethod#",
        },
    ),
    "given": Kind(
        ("StudentInterventionAssociation",),
        {"student": STUDENT, "intervention": INTERVENTION, "minutes": "Dosage"},
    ),
    "attended": Kind(
        ("StudentInterventionAttendanceEvent",),
        {
            "student": STUDENT,
            "intervention": INTERVENTION,
            "date": "//EventDate",
            "category": "//AttendanceEventCategory#",
            "minutes": "InterventionDuration",
        },
    ),
    "programs": Kind(
        PROGRAMS,
        {
            "student": STUDENT,
            "program": "//ProgramName",
            "type": "//ProgramType#",
            "first": "BeginDate",
            "last": "EndDate SpecialEducationExitDate",
            "minutes": "Dosage",
            "setting": "SpecialEducationSetting#",
            "disabilities": "Disability*#",
            "orders": "OrderOfDisability*",
        },
    ),
    "incidents": Kind(
        ("DisciplineIncident",), {"incident": "IncidentIdentifier", "school": SCHOOL, "date": "IncidentDate"}
    ),
    "involved": Kind(
        (*_BEHAVIOR, _NO_OFFENDER),
        {
            "student": STUDENT,
            "incident": "DisciplineIncidentReference/DisciplineIncidentIdentity/IncidentIdentifier",
            "school": f"DisciplineIncidentReference/DisciplineIncidentIdentity/{SCHOOL}",
            "behavior": "Behavior# //Behavior#",
            "part": "DisciplineIncidentParticipationCode*# StudentParticipationCode#",
        },
    ),
    "actions": Kind(
        ("DisciplineAction",),
        {
            "action": "DisciplineActionIdentifier",
            "student": STUDENT,
            "disciplines": "Discipline*#",
            "days": "ActualDisciplineActionLength DisciplineActionLength",
        },
        tuple(f"{name}Reference" for name in _BEHAVIOR),
        {"incident": "//IncidentIdentifier", "school": "//SchoolId"},
    ),
    "surveys": Kind(
        ("Survey",),
        {"survey": "SurveyIdentifier", "title": "SurveyTitle", "place": "//EducationOrganizationId"},
    ),
    "questions": Kind(
        ("SurveyQuestion",),
        {
            "survey": SURVEY,
            "question": "QuestionCode",
            "text": "QuestionText",
            "section": "//SurveySectionTitle",
            "values": "NumericValue*",
            "rows": "count:Matrix",
        },
    ),
    "sheets": Kind(
        ("SurveyResponse",),
        {
            "survey": SURVEY,
            "response": "SurveyResponseIdentifier",
            "date": "ResponseDate",
            "student": STUDENT,
            "staff": "StaffReference/StaffIdentity/StaffUniqueId",
            "family": "ContactReference/ContactIdentity/ContactUniqueId ParentReference/ParentIdentity/ParentUniqueId",
        },
    ),
    "answers": Kind(
        ("SurveyQuestionResponse",),
        {
            "survey": SURVEY,
            "question": "//QuestionCode",
            "response": "//SurveyResponseIdentifier",
            "none": "NoResponse",
            "value": "SurveyQuestionResponseValue/NumericResponse",
            "values": "count:SurveyQuestionResponseValue",
            "rows": "count:SurveyQuestionMatrixElementResponse",
        },
    ),
}
