"""Standards, tests, gradebooks and competencies: the elements that tell what was learned."""

from __future__ import annotations

from collections.abc import Mapping

from cbe_analysis.importers.edfi.kind import ASSESSMENT, STUDENT, Kind

_PERIOD = {  # of grading, by which a roll-up without a day of its own is dated
    "school": "GradingPeriodReference/GradingPeriodIdentity/SchoolReference/SchoolIdentity/SchoolId",
    "year": "GradingPeriodReference/GradingPeriodIdentity/SchoolYear",
    "period": "GradingPeriodReference/GradingPeriodIdentity/GradingPeriod#",
    "name": (
        "GradingPeriodReference/GradingPeriodIdentity/GradingPeriodName "
        "GradingPeriodReference/GradingPeriodIdentity/PeriodSequence"
    ),
}
_TEST = {"test": "StudentAssessmentIdentifier", "student": STUDENT, "assessment": ASSESSMENT}

KINDS: Mapping[str, Kind] = {
    "assessments": Kind(("Assessment",), {"assessment": "AssessmentIdentifier", "subjects": "AcademicSubject*#"}),
    "objectives": Kind(
        ("ObjectiveAssessment",),
        {
            "objective": "IdentificationCode",
            "assessment": ASSESSMENT,
            "most": "MaxRawScore",
            "standards": "LearningStandardId*",
            "items": "AssessmentItemReference/AssessmentItemIdentity/IdentificationCode*",
        },
    ),
    "cuts": Kind(
        ("ObjectiveAssessment",),
        {"objective": "IdentificationCode", "assessment": ASSESSMENT},
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
        {"item": "IdentificationCode", "assessment": ASSESSMENT, "standards": "LearningStandardId*"},
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
            "student": STUDENT,
            "level": "CompetencyLevel#",
            "date": "DateFulfilled",
            "score": "NumericGradeEarned PointsEarned",
        },
    ),
    "competencies": Kind(
        ("CompetencyObjective",),
        {"objective": "Objective", "grade": "ObjectiveGradeLevel#", "id": "CompetencyObjectiveId"},
    ),
    "competency_ratings": Kind(
        ("StudentCompetencyObjective",),
        {
            "student": STUDENT,
            "objective": "//Objective",
            "grade": "//ObjectiveGradeLevel#",
            "level": "CompetencyLevel#",
            **_PERIOD,
        },
    ),
    "standard_grades": Kind(
        ("Grade",),
        {"student": "//StudentUniqueId", "date": "CurrentGradeAsOfDate", **_PERIOD},
        ("LearningStandardGrade",),
        {
            "standard": "//LearningStandardId",
            "score": "NumericGradeEarned",
            "letter": "LetterGradeEarned",
            "level": "PerformanceBaseConversion#",
        },
    ),
}
