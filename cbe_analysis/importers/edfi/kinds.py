"""The elements of Ed-Fi interchanges that are read, and the names of what identifies one."""

from __future__ import annotations

from collections.abc import Mapping

from cbe_analysis.importers.edfi import learning_kinds, life_kinds, roster_kinds
from cbe_analysis.importers.edfi.kind import Kind

KINDS: Mapping[str, Kind] = {**roster_kinds.KINDS, **learning_kinds.KINDS, **life_kinds.KINDS}
IDENTITIES = frozenset(
    (
        *("StudentUniqueId", "SchoolId", "SessionName", "SchoolYear", "IncidentIdentifier", "AssessmentIdentifier"),
        *("InterventionIdentificationCode", "SurveyIdentifier", "SurveyResponseIdentifier", "QuestionCode"),
        *("IdentificationCode", "LearningStandardId", "GradebookEntryIdentifier", "ProgramName", "ProgramType"),
        *("GradingPeriod", "GradingPeriodName", "PeriodSequence", "Objective", "ObjectiveGradeLevel"),
        *("SurveySectionTitle", "StaffUniqueId", "ContactUniqueId", "EducationOrganizationId"),
    )
)
