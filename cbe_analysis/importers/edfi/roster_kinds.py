"""Schools, students, spells, sessions and absences: the elements of roster and calendar."""

from __future__ import annotations

from collections.abc import Mapping

from cbe_analysis.importers.edfi.kind import SCHOOL, SESSION, STUDENT, Kind

KINDS: Mapping[str, Kind] = {
    "students": Kind(
        ("Student",),
        {"student": "StudentUniqueId", "birth": "BirthData/BirthDate", "sex": "BirthData/BirthSex#"},
    ),
    "demographics": Kind(
        ("StudentEducationOrganizationAssociation",),
        {
            "student": STUDENT,
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
            "student": STUDENT,
            "school": SCHOOL,
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
            "school": SCHOOL,
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
        ("StudentSchoolAttendanceEvent", "StudentSectionAttendanceEvent"),
        {
            "student": STUDENT,
            "school": f"{SCHOOL} //SchoolId",
            "session": f"{SESSION}SessionName //SessionName",
            "year": f"{SESSION}SchoolYear //SchoolYear",
            "date": "//EventDate",
            "category": "//AttendanceEventCategory#",
            "length": "//EventDuration",
        },
    ),
    "periods": Kind(
        ("GradingPeriod",),
        {
            "school": "//SchoolId",
            "year": "//SchoolYear",
            "period": "GradingPeriod#",
            "name": "GradingPeriodName PeriodSequence",
            "last": "EndDate",
        },
    ),
}
