"""Star files: the scaled score never beside the Rasch standard error, local days, active tests only."""

import pytest
from foreign_files import column, csv_text, remark, tallies

from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.importers import star360

RESULT = {
    "SchoolYear": "2023-2024",
    "SchoolYearStartDate": "2023-08-07T00:00:00Z",
    "StudentRenaissanceID": "R-1",
    "StudentIdentifier": "00101",
    "StudentStateID": "S-1",
    "StudentLastName": "MARKER",
    "Gender": "F",
    "BirthDate": "2014-01-01T00:00:00Z",
    "MultiRace": "No",
    "HispanicOrLatino": "No",
    "Asian": "Yes",
    "White": "No",
    "CurrentGrade": "4",
    "SchoolIdentifier": "01",
    "SchoolName": "Elm School",
    "AssessmentID": "A-1",
    "LaunchDate": "2023-08-22T01:16:48.415Z",
    "CompletedDate": "2023-08-22T01:28:05.852Z",
    "CompletedDateLocal": "2023-08-21T21:28:05.852Z",
    "AssessmentStatus": "Active",
    "Grade": "4",
    "ScaledScore": "348",
    "StandardErrorOfMeasurement": "0.395",
    "RaschScore": "-0.19",
    "UnifiedScore": "950",
    "PercentileRank": "40",
    "TotalTimeInSeconds": "677",
    "ScreeningPeriodWindowName": "Fall",
}


@pytest.fixture
def export(tmp_path):
    def read(options=None, **files):
        for name, rows in (files or {"SR": [RESULT]}).items():
            (tmp_path / f"{name}.csv").write_text(csv_text(rows))
        return star360.read(tmp_path, **(options or {}))

    return read


def test_a_result_without_a_standard_error_of_its_scale(export):
    harvest = export()
    [row] = harvest.tables["assessments"].to_dict("records")
    assert row == {
        "student_id": "00101",
        "instrument": "star",
        "subject": "reading",
        "date": "2023-08-21",
        "score": "348",
        "grade_at_test": "4",
        "minutes": "11.28",
        "percentile": "40",
        "rasch_score": "-0.19",
        "rasch_std_error": "0.395",
        "unified_score": "950",
        "window": "Fall",
    }
    assert remark(harvest, "on the Rasch scale") == 1
    assert "MARKER" not in str(harvest.summary) + str(harvest.tables)


def test_what_it_tells_of_the_student(export):
    harvest = export()
    assert column(harvest, "students", "race_ethnicity") == ["asian"]
    assert column(harvest, "students", "birth_month") == ["2014-01"]
    assert column(harvest, "enrollments", "entry_date") == ["2023-08-07"]
    assert column(harvest, "student_ids", "system") == ["renaissance", "state"]
    assert remark(harvest, "first day is made") == 0


@pytest.mark.parametrize(
    ("name", "instrument", "subject"),
    [
        ("SM_v2", "star", "math"),
        ("elm-SR-2024", "star", "reading"),
        ("SEL", "star_early_literacy", "reading"),
    ],
)
def test_the_test_is_told_by_the_name(export, name, instrument, subject):
    harvest = export(**{name: [RESULT]})
    assert column(harvest, "assessments", "instrument") == [instrument]
    assert column(harvest, "assessments", "subject") == [subject]


def test_a_name_that_tells_nothing_needs_the_option(export):
    with pytest.raises(UsageError, match="does not say which Star test"):
        export(results=[RESULT])
    assert column(export({"test": "SM"}, results=[RESULT]), "assessments", "subject") == ["math"]
    with pytest.raises(UsageError, match="choose one of: SEL, SM, SR"):
        export({"test": "XX"}, results=[RESULT])


def test_every_record_is_accounted_for(export):
    rows = [
        RESULT,
        {**RESULT, "ClassCode": "another class"},
        {**RESULT, "AssessmentID": "A-2", "AssessmentStatus": "Deactivated"},
        {**RESULT, "AssessmentID": "A-3", "ScaledScore": ""},
        {**RESULT, "AssessmentID": "A-4", "CompletedDate": "2023-08-22T02:00:00Z", "ScaledScore": "360"},
        {**RESULT, "AssessmentID": "A-5", "CompletedDateLocal": "2023-09-21T21:28:05Z"},
    ]
    harvest = export(SR=[{"ClassCode": "one class", **row} for row in rows])
    assert tallies(harvest)["assessments"] == (
        6,
        2,
        {
            "not active: AssessmentStatus says otherwise": 1,
            "no score": 1,
            "the same test again": 1,
            "an earlier test of the same day and subject": 1,
        },
    )
    assert column(harvest, "assessments", "score") == ["360", "348"]
    assert remark(harvest, "several in one window") == 2


def test_days_without_local_time_are_said(export):
    row = {name: value for name, value in RESULT.items() if name != "CompletedDateLocal"}
    harvest = export(SR=[row])
    assert column(harvest, "assessments", "date") == ["2023-08-22"]
    assert remark(harvest, "dates without local time") == 1


STANDARD = {
    "StudentIdentifier": "00101",
    "AssessmentID": "A-1",
    "CompletedDateLocal": "2023-08-23T21:07:55.097Z",
    "DomainName": "Meaning and Context",
    "StandardName": "ELA.5.1",
    "StandardPercentMastery": "82",
    "StandardMasteryLevel": "Secure",
}
AREA = {
    **{name: STANDARD[name] for name in ("StudentIdentifier", "AssessmentID", "CompletedDateLocal")},
    "SkillAreaName": "Text Features",
    "SkillAreaMasteryScore": "85",
}


def test_shares_of_standards_are_states_of_targets_beside_the_scores(export):
    rows = [
        STANDARD,
        {**STANDARD, "StandardName": "ELA.5.2", "StandardPercentMastery": "64", "StandardMasteryLevel": "Developing"},
        {**STANDARD, "StandardName": "ELA.5.3", "StandardMasteryLevel": "Mystery"},
        {**STANDARD, "CompletedDateLocal": "2023-08-23T08:00:00Z", "StandardPercentMastery": "60"},
        {**STANDARD, "StandardPercentMastery": "182"},
        STANDARD,
    ]
    harvest = export(SR=[RESULT], SR_Dashboard_Standards_v2=rows)
    assert harvest.tables["target_status"].to_csv(index=False).splitlines() == [
        "student_id,target_id,date,score,proficient,method",
        "00101,ELA.5.1,2023-08-23,82,true,star",
        "00101,ELA.5.2,2023-08-23,64,false,star",
    ]
    assert tallies(harvest)["target_status"] == (
        6,
        2,
        {
            "no share of mastery between 0 and 100": 1,
            "no word says whether it is mastered: name the share that counts with --set proficient_at=80": 1,
            "the same share again": 1,
            "an earlier test of the same day": 1,
        },
    )
    assert remark(harvest, "no teacher rated them") == 2
    assert len(harvest.tables["assessments"]) == 1


def test_skill_areas_count_from_the_share_that_is_told(export):
    assert "target_status" not in export(areas=[AREA]).tables
    told = export(
        {"proficient_at": "85"}, areas=[AREA, {**AREA, "SkillAreaName": "Tone", "SkillAreaMasteryScore": "84"}]
    )
    assert column(told, "target_status", "proficient") == ["true", "false"]
    assert set(told.tables) == {"target_status"}


@pytest.mark.parametrize("share", ["much", "0", "101"])
def test_a_share_that_is_none_is_refused(export, share):
    with pytest.raises(UsageError, match="proficient_at=80"):
        export({"proficient_at": share}, areas=[AREA])


def test_other_layouts_are_refused_with_what_they_lack(export):
    with pytest.raises(UnreadableData, match="Star results: SchoolYear, Grade"):
        export(SR=[{"StudentIdentifier": "1"}])


def test_a_header_alone_gives_an_empty_account(tmp_path):
    (tmp_path / "SR.csv").write_text(csv_text([], list(RESULT)))
    harvest = star360.read(tmp_path)
    assert dict(harvest.tables) == {}
    assert tallies(harvest)["assessments"] == (0, 0, {})
