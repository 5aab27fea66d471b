"""Ed-Fi tests, targets and ratings: a rating needs one target, and something that says whether it is proficient."""

import pytest
from edfi_interchanges import D, assessment, refer, standard, student, write

from cbe_analysis.errors import UsageError
from cbe_analysis.importers.edfi import read


@pytest.fixture
def harvest(tmp_path):
    return lambda share="", **files: read(write(tmp_path / "export", **files), proficient_share=share)


def rows(harvest, table, *columns):
    return [",".join(row) for row in harvest.tables[table][list(columns)].itertuples(index=False)]


def left_out(harvest, table):
    (tally,) = [tally for tally in harvest.summary.tallies if tally.table == table]
    return {part.why.split(":")[0]: part.records for part in tally.left_out}


def result(score, method="Raw score"):
    return (
        f"<ScoreResult><Result>{score}</Result><ResultDatatypeType>{D}Decimal</ResultDatatypeType>"
        f"<AssessmentReportingMethod>{D}{method}</AssessmentReportingMethod></ScoreResult>"
    )


def taken(number, *parts, name="Math 7", test=""):
    return (
        f"<StudentAssessment><StudentAssessmentIdentifier>{test or 't' + number}</StudentAssessmentIdentifier>"
        f"<AdministrationDate>2021-04-08T21:00:00</AdministrationDate>{''.join(parts)}"
        f"<WhenAssessedGradeLevel>{D}Sixth grade</WhenAssessedGradeLevel>{student(number)}{assessment(name)}"
        "</StudentAssessment>"
    )


def rated(objective, *parts):
    of = refer("ObjectiveAssessment", f"<IdentificationCode>{objective}</IdentificationCode>{assessment()}")
    return f"<StudentObjectiveAssessment>{''.join(parts)}{of}</StudentObjectiveAssessment>"


def level(word):
    return (
        f"<PerformanceLevel><PerformanceLevel>{D}{word}</PerformanceLevel>"
        f"<AssessmentReportingMethod>{D}Scale score</AssessmentReportingMethod></PerformanceLevel>"
    )


def item(name, *standards):
    listed = "".join(standard(each) for each in standards)
    return f"<AssessmentItem><IdentificationCode>{name}</IdentificationCode>{listed}{assessment()}</AssessmentItem>"


def objective(name, *items, cuts="", most="5"):
    listed = "".join(
        refer("AssessmentItem", f"<IdentificationCode>{each}</IdentificationCode>{assessment()}") for each in items
    )
    return (
        f"<ObjectiveAssessment><IdentificationCode>{name}</IdentificationCode><MaxRawScore>{most}</MaxRawScore>"
        f"{listed}{assessment()}{cuts}</ObjectiveAssessment>"
    )


def cut(word, least, most=""):
    top = f"<MaximumScore>{most}</MaximumScore>" if most else ""
    return (
        f"<AssessmentPerformanceLevel><PerformanceLevel>{D}{word}</PerformanceLevel>"
        f"<AssessmentReportingMethod>{D}Raw Score</AssessmentReportingMethod><MinimumScore>{least}</MinimumScore>{top}"
        "</AssessmentPerformanceLevel>"
    )


MATH = (
    "<Assessment><AssessmentIdentifier>Math 7</AssessmentIdentifier>"
    f"<AcademicSubject>{D}Mathematics</AcademicSubject></Assessment>"
)


def learning_standard(name, *grades, parent=""):
    above = f"<ParentLearningStandardReference><LearningStandardIdentity><LearningStandardId>{parent}"
    above += "</LearningStandardId></LearningStandardIdentity></ParentLearningStandardReference>"
    listed = "".join(f"<GradeLevel>{D}{grade}</GradeLevel>" for grade in grades)
    return (
        f"<LearningStandard><LearningStandardId>{name}</LearningStandardId><Description>Add</Description>"
        f"{listed}<AcademicSubject>{D}Mathematics</AcademicSubject>{above if parent else ''}</LearningStandard>"
    )


def test_a_test_has_the_subject_of_its_metadata_and_one_kind_of_score(harvest):
    scores = [
        taken("1", result(8), result(210, "Scale score")),
        taken("2", result(9)),
        taken("3", result("good", "Scale score"), result(201, "Scale score")),
    ]
    found = harvest(StudentAssessment=scores, AssessmentMetadata=[MATH])
    assert rows(found, "assessments", "student_id", "instrument", "subject", "date", "score", "grade_at_test") == [
        "1,math_7,math,2021-04-08,210,6",
        "3,math_7,math,2021-04-08,201,6",
    ]
    assert left_out(found, "assessments") == {"without the number that the other scores of the test are": 1}
    assert "scores of math_7 are its scale score" in str(found.summary)


def test_a_test_without_metadata_or_twice_on_a_day_is_left_out(harvest):
    scores = [taken("1", result(8)), taken("1", result(9), test="again"), taken("1", result(9), name="Other")]
    found = harvest(StudentAssessment=scores, AssessmentMetadata=[MATH])
    assert rows(found, "assessments", "score") == ["8"]
    assert left_out(found, "assessments") == {
        "no subject": 1,
        "a further score of the same student, test and day": 1,
    }


def test_an_objective_rates_the_one_standard_of_its_items_by_its_level(harvest):
    metadata = [MATH, item("a", "N.1"), item("b", "N.1"), item("c", "N.2"), objective("O1", "a", "b")]
    metadata += [objective("O2", "a", "c"), objective("O3", "c")]
    results = [
        taken("1", rated("O1", result(4), level("Met Standard")), rated("O2", result(1), level("Advanced"))),
        taken("2", rated("O1", result(1), level("Below Basic")), rated("O3", result(2), level("Purple"))),
    ]
    found = harvest(StudentAssessment=results, AssessmentMetadata=metadata)
    assert rows(found, "evidence", "evidence_id", "student_id", "target_id", "date", "score", "proficient") == [
        "Math 7:t1:O1,1,N.1,2021-04-08,4,true",
        "Math 7:t2:O1,2,N.1,2021-04-08,1,false",
    ]
    assert left_out(found, "evidence") == {
        "the objective tests no standard, or several, by the interchange AssessmentMetadata": 1,
        "nothing says whether proficient": 1,
    }


def test_cut_scores_of_the_objective_say_what_a_score_is(harvest):
    cuts = cut("Met Standard", 3) + cut("Did Not Meet Standard", 0, 2)
    metadata = [MATH, item("a", "N.1"), objective("O1", "a", cuts=cuts)]
    found = harvest(
        StudentAssessment=[taken("1", rated("O1", result(3))), taken("2", rated("O1", result(2)))],
        AssessmentMetadata=metadata,
    )
    assert rows(found, "evidence", "student_id", "proficient") == ["1,true", "2,false"]


def test_a_share_that_the_district_names_decides_where_nothing_else_does(harvest):
    files = {
        "StudentAssessment": [
            taken("1", rated("O1", result(4))),
            taken("2", rated("O1", result(3))),
            taken("3", rated("O1", result(5), level("Basic"))),
        ],
        "AssessmentMetadata": [MATH, item("a", "N.1"), objective("O1", "a")],
    }
    assert rows(harvest(**files), "evidence", "student_id", "proficient") == ["3,false"]
    found = harvest("0.8", **files)
    assert rows(found, "evidence", "student_id", "proficient") == ["1,true", "2,false", "3,false"]
    for share in ("2", "0", "most"):
        with pytest.raises(UsageError, match="not a share"):
            harvest(share, **files)


def test_a_standard_of_one_grade_is_a_target(harvest):
    standards = [
        learning_standard("N", "Seventh grade"),
        learning_standard("N.1", "Seventh grade", parent="N"),
        learning_standard("A.1", "Ninth grade", "Tenth grade"),
    ]
    found = harvest(Standards=standards)
    assert rows(found, "targets", "target_id", "subject", "level", "title", "required", "parent_id") == [
        "N,math,7,Add,true,",
        "N.1,math,7,Add,true,N",
    ]
    assert left_out(found, "targets") == {"standards of no grade, or of several": 1}


def test_a_gradebook_entry_rates_a_standard_only_with_a_competency_level(harvest):
    task = (
        "<GradebookEntry><GradebookEntryIdentifier>G1</GradebookEntryIdentifier>"
        f"<DateAssigned>2021-08-23</DateAssigned>{standard('N.1')}</GradebookEntry>"
    )

    def work(number, told="", date="2021-09-01"):
        level = f"<CompetencyLevel>{D}{told}</CompetencyLevel>" if told else ""
        of = refer("GradebookEntry", "<GradebookEntryIdentifier>G1</GradebookEntryIdentifier>")
        day = f"<DateFulfilled>{date}</DateFulfilled>" if date else ""
        points = "<PointsEarned>3</PointsEarned>"
        return f"<StudentGradebookEntry>{of}{student(number)}{level}{day}{points}</StudentGradebookEntry>"

    found = harvest(Gradebook=[task, work("1", "Proficient"), work("2", "Basic"), work("3"), work("4", "Pass", "")])
    assert rows(found, "evidence", "student_id", "target_id", "score", "proficient", "task_id") == [
        "1,N.1,3,true,G1",
        "2,N.1,3,false,G1",
    ]
    assert left_out(found, "evidence") == {
        "gradebook entries without CompetencyLevel": 1,
        "gradebook entries without DateFulfilled": 1,
    }
