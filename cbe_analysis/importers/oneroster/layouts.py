"""The files of OneRoster 1.1 and 1.2: their names, the columns that are read, and how these are misspelt."""

from __future__ import annotations

from collections.abc import Mapping

from cbe_analysis.importers.layout import Known, Layout

COMMON = (Known("sourcedId", ("sourcedId",), required=True), Known("status", ("status",)))
RACE_FLAGS: Mapping[str, str] = {
    "americanIndianOrAlaskaNative": "american_indian",
    "asian": "asian",
    "blackOrAfricanAmerican": "black",
    "nativeHawaiianOrOtherPacificIslander": "pacific_islander",
    "white": "white",
    "demographicRaceTwoOrMoreRaces": "two_or_more",
    "hispanicOrLatinoEthnicity": "hispanic",
}
MISSPELT: Mapping[str, tuple[str, ...]] = {
    "nativeHawaiianOrOtherPacificIslander": ("nativeAmericanOrOtherPacificIslander",),
}
SESSION = ("academicSessionSourcedId", "gradingPeriodSourcedId")  # 1.2, 1.1


def _layout(file: str, required: str = "", optional: str = "") -> Layout:
    """A file's layout from the names of its columns, separated by spaces."""
    columns = [Known(name, (name, *MISSPELT.get(name, ())), required=True) for name in required.split()]
    columns += [Known(name, (name, *MISSPELT.get(name, ()))) for name in optional.split()]
    return Layout(f"OneRoster {file}", (*COMMON, *columns))


LAYOUTS: Mapping[str, Layout] = {
    "orgs": _layout("orgs", "name type", "identifier"),
    "academicSessions": _layout("academicSessions", "title type startDate endDate", "schoolYear parentSourcedId"),
    "courses": _layout("courses", "", "title courseCode subjects"),
    "classes": _layout("classes", "schoolSourcedId termSourcedIds", "title grades courseSourcedId subjects"),
    "users": _layout(
        "users",
        "",
        "role orgSourcedIds userIds identifier userMasterIdentifier grades",
    ),
    "roles": _layout("roles", "userSourcedId role orgSourcedId", "beginDate endDate"),
    "enrollments": _layout("enrollments", "classSourcedId userSourcedId role", "schoolSourcedId beginDate endDate"),
    "demographics": _layout("demographics", "", f"birthDate sex {' '.join(RACE_FLAGS)}"),
    "categories": _layout("categories", "title"),
    "lineItems": Layout(
        "OneRoster lineItems",
        (
            *_layout("lineItems", "classSourcedId", "title categorySourcedId schoolSourcedId").columns,
            Known("sessionSourcedId", SESSION),
        ),
    ),
    "results": _layout("results", "lineItemSourcedId studentSourcedId", "scoreStatus score scoreDate textScore"),
    "scoreScales": _layout("scoreScales", "scoreScaleValue"),
    "resultScoreScales": _layout("resultScoreScales", "resultSourcedId scoreScaleSourcedId"),
    "lineItemScoreScales": _layout("lineItemScoreScales", "lineItemSourcedId scoreScaleSourcedId"),
    "lineItemLearningObjectiveIds": _layout("lineItemLearningObjectiveIds", "lineItemSourcedId learningObjectiveId"),
    "resultLearningObjectiveIds": _layout(
        "resultLearningObjectiveIds", "resultSourcedId learningObjectiveId", "score textScore"
    ),
}
DATES: Mapping[str, tuple[str, ...]] = {
    "academicSessions": ("startDate", "endDate"),
    "roles": ("beginDate", "endDate"),
    "enrollments": ("beginDate", "endDate"),
    "demographics": ("birthDate",),
    "results": ("scoreDate",),
}
KNOWN_FILES = {
    name.casefold(): name
    for name in (
        *LAYOUTS,
        *("manifest", "classResources", "courseResources", "resources", "userProfiles", "userResources"),
    )
}
ONLY_NEWER = (
    *("roles", "userProfiles", "scoreScales", "resultScoreScales", "lineItemScoreScales"),
    *("lineItemLearningObjectiveIds", "resultLearningObjectiveIds"),
)  # files that 1.1 does not have
