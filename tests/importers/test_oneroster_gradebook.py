"""Results of a OneRoster gradebook: course marks and ratings of objectives, only where the files say so."""

import pytest
from oneroster_export import write

from cbe_analysis.errors import UsageError
from cbe_analysis.importers.oneroster import read

ITEM = "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,categorySourcedId,"
RESULT = "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,"
BOOK = {
    "manifest": None,
    "categories": ["sourcedId,status,dateLastModified,title,weight", "g1,,,Homework,20", "g2,,,Final Grade,"],
    "lineItems": [
        f"{ITEM}academicSessionSourcedId,resultValueMin,resultValueMax,schoolSourcedId",
        "i1,,,Quiz,,2025-09-01,2025-09-08,k1,g1,f,0,100,s1",
        "i2,,,Fall,,2025-09-01,2025-12-19,k1,g2,f,0,100,s1",
        "i3,,,Essay,,2025-09-01,2025-10-08,k1,g1,f,0,4,s1",
    ],
    "results": [
        f"{RESULT}textScore",
        "r1,,,i1,u1,fully graded,95.5,2025-09-09,,A",
        "r2,,,i2,u1,fully graded,91,2025-12-19,,A-",
        "r3,,,i2,u2,exempt,,2025-12-19,,",
        "r4,,,i3,u1,fully graded,3,2025-10-09,,",
        "r5,,,i3,u2,fully graded,2,2025-10-09,,",
    ],
    "resultLearningObjectiveIds": [
        "sourcedId,status,dateLastModified,resultSourcedId,source,learningObjectiveId,score,textScore",
        "o1,,,r1,case,urn:uuid:11111111-1111-1111-1111-111111111111,4,Mastered",
        "o2,,,r1,unknown,objective-2,2,Not yet",
        "o3,,,r1,unknown,objective-3,,Proficient",
        "o4,,,r1,unknown,objective-4,3,Purple",
        "o5,,,r9,unknown,objective-4,3,Mastered",
    ],
    "lineItemLearningObjectiveIds": [
        "sourcedId,status,dateLastModified,lineItemSourcedId,source,learningObjectiveId",
        "a1,,,i3,unknown,objective-5",
    ],
    "scoreScales": [
        "sourcedId,status,dateLastModified,title,type,orgSourcedId,courseSourcedId,classSourcedId,scoreScaleValue",
        'c1,,,Words,,s1,,k1,"{Mastered:4},{Proficient:3},{Not yet:2}"',
    ],
    "resultScoreScales": [
        "sourcedId,status,dateLastModified,title,resultSourcedId,scoreScaleSourcedId",
        "x1,,,Words,r1,c1",
    ],
}


@pytest.fixture
def harvest(tmp_path):
    def reading(options=None, **changed):
        return read(write(tmp_path / "export", **{**BOOK, **changed}), **(options or {}))

    return reading


def reasons(harvest, table):
    (tally,) = [tally for tally in harvest.summary.tallies if tally.table == table]
    return {part.why.split(":")[0]: part.records for part in tally.left_out}


def rows(harvest, table, *columns):
    return [tuple(row) for row in harvest.tables[table][list(columns)].itertuples(index=False)]


def test_a_final_grade_is_a_mark_and_a_quiz_is_not(harvest):
    found = harvest()
    assert rows(found, "marks", "student_id", "subject", "course_id", "term_id", "date", "mark") == [
        ("0101", "math", "c1", "f", "2025-12-19", "A-")
    ]
    assert reasons(found, "marks") == {
        "scores of assignments, no course marks by their category": 3,
        "not graded": 1,
    }


def test_other_categories_are_marks_when_told(harvest):
    found = harvest({"final": "Homework; Exams"})
    assert len(found.tables["marks"]) == 4


def test_ratings_count_as_proficient_by_their_words(harvest):
    found = harvest()
    assert rows(found, "evidence", "evidence_id", "target_id", "score", "proficient", "date") == [
        ("o1", "11111111-1111-1111-1111-111111111111", "4", "true", "2025-09-09"),
        ("o2", "objective-2", "2", "false", "2025-09-09"),
        ("o3", "objective-3", "3", "true", "2025-09-09"),
    ]
    assert reasons(found, "evidence") == {
        "of a result that is not in results": 1,
        "nothing says whether proficient": 3,
    }


def test_a_score_that_the_district_names_decides_for_all(harvest):
    found = harvest({"proficient_at": "3"})
    told = {row[0]: row[1:] for row in rows(found, "evidence", "evidence_id", "student_id", "proficient", "work_id")}
    assert told["o4"] == ("0101", "true", "r1")
    assert told["r4:objective-5"] == ("0101", "true", "r4")
    assert told["r5:objective-5"] == ("0102", "false", "r5")
    with pytest.raises(UsageError, match="'proficient_at' is not a number"):
        harvest({"proficient_at": "good"})


def test_a_line_item_with_two_objectives_does_not_say_which_one_it_rates(harvest):
    both = [*BOOK["lineItemLearningObjectiveIds"], "a2,,,i3,unknown,objective-6"]
    found = harvest({"proficient_at": "3"}, lineItemLearningObjectiveIds=both)
    assert (
        reasons(found, "evidence")["scores of line items with several objectives, which do not say which one they rate"]
        == 2
    )


def test_a_gradebook_alone_keeps_the_ids_of_its_system(tmp_path):
    folder = tmp_path / "book"
    folder.mkdir()
    for name, lines in BOOK.items():
        if lines:
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    found = read(folder)
    assert set(found.tables) == {"evidence"}
    assert set(found.tables["evidence"]["student_id"]) == {"u1"}
    assert found.summary.source.startswith("OneRoster 1.2")
    assert "file users.csv is missing: results keep the sourcedId of their students" in str(found.summary)
