"""The elements of Ed-Fi interchanges that are read, and what of them: which path fills which column.

Paths lead from the element to a text: `A/B` by its children, `//B` to the first descendant of that name, `B*` to all of
them, separated by bars; a `#` at the end takes the code of a descriptor (`uri://ed-fi.org/RaceDescriptor#White`).
`count:B` is the number of children. Names are those of 5.2; alternatives from 3.3 on stand after a space.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_STUDENT = "StudentReference/StudentIdentity/StudentUniqueId"
_SCHOOL = "SchoolReference/SchoolIdentity/SchoolId"
_SESSION = "SessionReference/SessionIdentity/"
_ASSESSMENT = "AssessmentReference/AssessmentIdentity/AssessmentIdentifier"
_INTERVENTION = "InterventionReference/InterventionIdentity/InterventionIdentificationCode"
_SURVEY = "//SurveyIdentifier"


@dataclass(frozen=True, slots=True)
class Kind:
    """Elements that become rows of one frame.

    Parameters
    ----------
    elements
        Their names.
    fields
        Column -> path from the element.
    part
        Where the element has parts of this name, there is one row for each of them.
    part_fields
        Column -> path from the part.
    """

    elements: tuple[str, ...]
    fields: Mapping[str, str]
    part: tuple[str, ...] = ()
    part_fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the frame."""
        return ("element", *self.fields, *self.part_fields)

    @property
    def steps(self) -> frozenset[str]:
        """The names of elements that its paths lead over, or to."""
        paths = " ".join([*self.fields.values(), *self.part_fields.values()])
        names = paths.replace("count:", "").replace("#", "").replace("*", "").replace("/", " ").split()
        return frozenset((*names, *self.part))


PROGRAMS = (
    *("StudentProgramAssociation", "StudentSpecialEducationProgramAssociation", "StudentCTEProgramAssociation"),
    *("StudentTitleIPartAProgramAssociation", "StudentMigrantEducationProgramAssociation"),
    *("StudentLanguageInstructionProgramAssociation", "StudentHomelessProgramAssociation"),
    *("StudentNeglectedOrDelinquentProgramAssociation", "StudentSchoolFoodServiceProgramAssociation"),
    "StudentSection504ProgramAssociation",
)
_BEHAVIOR = ("StudentDisciplineIncidentBehaviorAssociation", "StudentDisciplineIncidentAssociation")
_NO_OFFENDER = "StudentDisciplineIncidentNonOffenderAssociation"
_TEST = {"test": "StudentAssessmentIdentifier", "student": _STUDENT, "assessment": _ASSESSMENT}

KINDS: Mapping[str, Kind] = {
    "students": Kind(
        ("Student",),
        {"student": "StudentUniqueId", "birth": "BirthData/BirthDate", "sex": "BirthData/BirthSex#"},
    ),
    "demographics": Kind(
        ("StudentEducationOrganizationAssociation",),
        {
            "student": _STUDENT,
            "sex": "Sex#",
            "hispanic": "HispanicLatinoEthnicity",
            "races": "Race*#",
            "english": "LimitedEnglishProficiency#",
            "traits": "StudentCharacteristic*#",
        },
    ),
    "schools": Kind(
        ("School",),
        {
            "school": "SchoolId",
            "name": "NameOfInstitution",
            "category": "SchoolCategory#",
            "grades": "GradeLevel*#",
        },
    ),
    "school_codes": Kind(
        ("School",),
        {"school": "SchoolId"},
        ("EducationOrganizationIdentificationCode",),
        {"code": "IdentificationCode", "system": "EducationOrganizationIdentificationSystem#"},
    ),
    "spells": Kind(
        ("StudentSchoolAssociation",),
        {
            "student": _STUDENT,
            "school": _SCHOOL,
            "entry": "EntryDate",
            "exit": "ExitWithdrawDate",
            "code": "ExitWithdrawType#",
            "grade": "EntryGradeLevel#",
            "year": "//SchoolYear",
        },
    ),
    "sessions": Kind(
        ("Session",),
        {
            "school": _SCHOOL,
            "session": "SessionName",
            "year": "SchoolYear",
            "term": "Term#",
            "first": "BeginDate",
            "last": "EndDate",
            "days": "TotalInstructionalDays",
        },
    ),
    "days": Kind(("CalendarDate",), {"school": "//SchoolId", "date": "Date", "events": "CalendarEvent*#"}),
    "absences": Kind(
        ("StudentSchoolAttendanceEvent",),
        {
            "student": _STUDENT,
            "school": _SCHOOL,
            "session": f"{_SESSION}SessionName",
            "year": f"{_SESSION}SchoolYear",
            "date": "//EventDate",
            "category": "//AttendanceEventCategory#",
            "length": "//EventDuration",
        },
    ),
    "assessments": Kind(("Assessment",), {"assessment": "AssessmentIdentifier", "subjects": "AcademicSubject*#"}),
    "objectives": Kind(
        ("ObjectiveAssessment",),
        {
            "objective": "IdentificationCode",
            "assessment": _ASSESSMENT,
            "most": "MaxRawScore",
            "standards": "LearningStandardId*",
            "items": "AssessmentItemReference/AssessmentItemIdentity/IdentificationCode*",
        },
    ),
    "cuts": Kind(
        ("ObjectiveAssessment",),
        {"objective": "IdentificationCode", "assessment": _ASSESSMENT},
        ("AssessmentPerformanceLevel",),
        {
            "level": "PerformanceLevel#",
            "method": "AssessmentReportingMethod#",
            "least": "MinimumScore",
            "most": "MaximumScore",
        },
    ),
    "items": Kind(
        ("AssessmentItem",),
        {"item": "IdentificationCode", "assessment": _ASSESSMENT, "standards": "LearningStandardId*"},
    ),
    "tests": Kind(
        ("StudentAssessment",),
        {
            **_TEST,
            "date": "AdministrationDate",
            "grade": "WhenAssessedGradeLevel#",
            "minutes": "AssessedMinutes",
            "items": "count:StudentAssessmentItem",
        },
    ),
    "scores": Kind(
        ("StudentAssessment",),
        _TEST,
        ("ScoreResult",),
        {"score": "Result", "method": "AssessmentReportingMethod#"},
    ),
    "ratings": Kind(
        ("StudentAssessment",),
        {**_TEST, "tested": "AdministrationDate"},
        ("StudentObjectiveAssessment",),
        {
            "objective": "ObjectiveAssessmentReference/ObjectiveAssessmentIdentity/IdentificationCode",
            "date": "AdministrationDate",
            "score": "ScoreResult/Result",
            "method": "ScoreResult/AssessmentReportingMethod#",
            "level": "PerformanceLevel/PerformanceLevel#",
        },
    ),
    "standards": Kind(
        ("LearningStandard",),
        {
            "standard": "LearningStandardId",
            "title": "Description",
            "code": "LearningStandardItemCode",
            "grades": "GradeLevel*#",
            "subjects": "AcademicSubject*#",
            "parent": "ParentLearningStandardReference/LearningStandardIdentity/LearningStandardId",
        },
    ),
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
        {"student": _STUDENT, "intervention": _INTERVENTION, "minutes": "Dosage"},
    ),
    "attended": Kind(
        ("StudentInterventionAttendanceEvent",),
        {
            "student": _STUDENT,
            "intervention": _INTERVENTION,
            "date": "//EventDate",
            "category": "//AttendanceEventCategory#",
            "minutes": "InterventionDuration",
        },
    ),
    "programs": Kind(
        PROGRAMS,
        {
            "student": _STUDENT,
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
        ("DisciplineIncident",), {"incident": "IncidentIdentifier", "school": _SCHOOL, "date": "IncidentDate"}
    ),
    "involved": Kind(
        (*_BEHAVIOR, _NO_OFFENDER),
        {
            "student": _STUDENT,
            "incident": "DisciplineIncidentReference/DisciplineIncidentIdentity/IncidentIdentifier",
            "school": f"DisciplineIncidentReference/DisciplineIncidentIdentity/{_SCHOOL}",
            "behavior": "Behavior# //Behavior#",
            "part": "DisciplineIncidentParticipationCode*# StudentParticipationCode#",
        },
    ),
    "actions": Kind(
        ("DisciplineAction",),
        {
            "action": "DisciplineActionIdentifier",
            "student": _STUDENT,
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
            "survey": _SURVEY,
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
            "survey": _SURVEY,
            "response": "SurveyResponseIdentifier",
            "date": "ResponseDate",
            "student": _STUDENT,
            "staff": "StaffReference/StaffIdentity/StaffUniqueId",
            "family": "ContactReference/ContactIdentity/ContactUniqueId ParentReference/ParentIdentity/ParentUniqueId",
        },
    ),
    "answers": Kind(
        ("SurveyQuestionResponse",),
        {
            "survey": _SURVEY,
            "question": "//QuestionCode",
            "response": "//SurveyResponseIdentifier",
            "none": "NoResponse",
            "value": "SurveyQuestionResponseValue/NumericResponse",
            "values": "count:SurveyQuestionResponseValue",
            "rows": "count:SurveyQuestionMatrixElementResponse",
        },
    ),
    "tasks": Kind(
        ("GradebookEntry",),
        {
            "task": "GradebookEntryIdentifier",
            "school": "//SchoolId",
            "date": "DateAssigned",
            "standards": "LearningStandardId*",
        },
    ),
    "works": Kind(
        ("StudentGradebookEntry",),
        {
            "task": "//GradebookEntryIdentifier",
            "student": _STUDENT,
            "level": "CompetencyLevel#",
            "date": "DateFulfilled",
            "score": "NumericGradeEarned PointsEarned",
        },
    ),
}
IDENTITIES = frozenset(
    (
        *("StudentUniqueId", "SchoolId", "SessionName", "SchoolYear", "IncidentIdentifier", "AssessmentIdentifier"),
        *("InterventionIdentificationCode", "SurveyIdentifier", "SurveyResponseIdentifier", "QuestionCode"),
        *("IdentificationCode", "LearningStandardId", "GradebookEntryIdentifier", "ProgramName", "ProgramType"),
        *("SurveySectionTitle", "StaffUniqueId", "ContactUniqueId", "EducationOrganizationId"),
    )
)
