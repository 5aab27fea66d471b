"""Canvas reports: one rating per outcome and attempt, the documented rule for quiz questions, states with their day."""

import pytest
from foreign_files import column, csv_text, remark, tallies

from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.importers import canvas
from cbe_analysis.importers.merge import import_into

RATING = {
    "student name": "MARKER, Ana",
    "student id": "101",
    "student sis id": "S0001",
    "assessment title": "Ratios task",
    "assessment id": "9001",
    "assessment type": "assignment",
    "submission date": "2025-10-02T23:04:00-07:00",
    "submission score": "3",
    "learning outcome name": "MATH.6.RP.1",
    "learning outcome id": "501",
    "attempt": "1",
    "outcome score": "2",
    "assessment question": "",
    "assessment question id": "",
    "section id": "701",
    "learning outcome points possible": "4",
    "learning outcome mastery score": "3",
    "learning outcome mastered": "0",
    "learning outcome rating": "Developing",
    "learning outcome rating points": "2",
    "enrollment state": "active",
}
QUESTION = {
    **RATING,
    "assessment id": "9002",
    "assessment type": "quiz",
    "outcome score": "1",
    "assessment question id": "q-1",
    "learning outcome points possible": "1",
    "learning outcome mastered": "0",
    "learning outcome rating": "Exceeds",
    "learning outcome rating points": "4",
}
GRADEBOOK = {
    "Student name": "MARKER, Ana",
    "Student ID": "101",
    "Student SIS ID": "S0001",
    "Math > Ratios > MATH.6.RP.1 result": "2.65",
    "Math > Ratios > MATH.6.RP.1 mastery points": "3",
    "Math > Ratios > MATH.6.RP.2 result": "",
    "Math > Ratios > MATH.6.RP.2 mastery points": "3",
}
BEN = {**GRADEBOOK, "Student ID": "102", "Student SIS ID": "N/A"}


@pytest.fixture
def export(tmp_path):
    def read(*rows, **options):
        (tmp_path / "export.csv").write_text(csv_text(list(rows)))
        return canvas.read(tmp_path / "export.csv", **options)

    return read


def test_a_rating_of_an_assignment(export):
    harvest = export(RATING)
    [row] = harvest.tables["evidence"].to_dict("records")
    assert row == {
        "evidence_id": "canvas-assignment-9001-101-1-501",
        "student_id": "S0001",
        "target_id": "MATH.6.RP.1",
        "date": "2025-10-02",
        "score": "2",
        "proficient": "false",
        "work_id": "assignment-9001-101-1",
        "task_id": "assignment-9001",
        "attempt": "1",
    }
    assert remark(harvest, "without a rater") == 1
    assert "MARKER" not in str(harvest.summary) + str(harvest.tables)


def test_questions_are_parts_of_one_rating_and_the_rating_counts(export):
    harvest = export(QUESTION, {**QUESTION, "assessment question id": "q-2", "learning outcome mastered": "1"})
    assert column(harvest, "evidence", "score") == ["4"]
    assert column(harvest, "evidence", "proficient") == ["true"]
    assert tallies(harvest)["evidence"] == (2, 1, {"a further question of a quiz whose rating is written": 1})
    assert remark(harvest, "quiz questions not mastered within an outcome that is") == 1
    assert remark(harvest, "New Quizzes") == 1


def test_a_quiz_below_the_mastery_score_is_not_proficient(export):
    low = {**QUESTION, "learning outcome mastered": "1", "learning outcome rating points": "2"}
    assert column(export(low), "evidence", "proficient") == ["false"]


def test_questions_of_other_outcomes_and_students_stay_apart(export):
    harvest = export(
        QUESTION,
        {**QUESTION, "learning outcome id": "502", "learning outcome name": "MATH.6.RP.2"},
        {**QUESTION, "student id": "102", "student sis id": "S0002"},
    )
    assert tallies(harvest)["evidence"][:2] == (3, 3)


def test_points_hidden_in_canvas_give_no_rating(export):
    hidden = {"learning outcome rating points": "", "outcome score": "", "learning outcome mastery score": ""}
    harvest = export(RATING, {**QUESTION, **hidden}, {**RATING, **hidden, "attempt": "2"})
    assert tallies(harvest)["evidence"][2] == {
        "a quiz without points of the rating or a mastery score: hidden in Canvas": 1,
        "no score: hidden in Canvas, or not rated": 1,
    }


def test_canvas_word_on_mastery_counts_and_the_score_where_it_is_silent(export):
    harvest = export(
        {**RATING, "learning outcome mastered": "1"},
        {**RATING, "attempt": "2", "learning outcome mastered": "", "outcome score": "3"},
        {**RATING, "attempt": "3", "learning outcome mastered": "", "learning outcome mastery score": ""},
    )
    assert column(harvest, "evidence", "proficient") == ["true", "true"]
    assert remark(harvest, "mastery contradicts score") == 1
    assert remark(harvest, "without a word on mastery") == 1
    assert tallies(harvest)["evidence"][2] == {"not known whether it is mastered": 1}


def test_a_student_of_two_sections_counts_once(export):
    harvest = export(RATING, {**RATING, "section id": "702"})
    assert tallies(harvest)["evidence"][:2] == (2, 1)


def test_every_record_is_accounted_for(export):
    harvest = export(
        RATING,
        {**RATING, "student sis id": ""},
        {**RATING, "submission date": ""},
        {**RATING, "submission date": "yesterday"},
        {**RATING, "outcome score": "high", "attempt": "2"},
        {**RATING, "outcome score": "3", "submission date": "2025-10-03T08:00:00-07:00"},
    )
    assert tallies(harvest)["evidence"] == (
        6,
        1,
        {
            "a student without a SIS id in Canvas": 1,
            "a submission date that cannot be read": 1,
            "no submission date": 1,
            "a score that is no number": 1,
            "an earlier rating of the same attempt": 1,
        },
    )
    assert column(harvest, "evidence", "score") == ["3"]


def test_an_empty_report_says_so(export):
    harvest = export({**dict.fromkeys(RATING, ""), "student name": "", "student id": "No outcomes found"})
    assert dict(harvest.tables) == {}
    assert tallies(harvest)["evidence"] == (1, 0, {"Canvas's word that there are none": 1})


def test_names_of_two_outcomes_need_their_ids(export):
    twins = (RATING, {**RATING, "learning outcome id": "502"})
    with pytest.raises(UnreadableData, match="1 names stand for two outcomes"):
        export(*twins)
    assert column(export(*twins, target="id"), "evidence", "target_id") == ["501", "502"]


def test_without_any_sis_id_canvas_ids_are_used_and_said(export, tmp_path):
    row = {name: value for name, value in RATING.items() if name != "student sis id"}
    harvest = export(row)
    assert column(harvest, "evidence", "student_id") == ["101"]
    assert "student_ids" not in harvest.tables
    assert canvas.told(tmp_path / "export.csv") == {"system": "canvas"}
    export(RATING)
    assert canvas.told(tmp_path / "export.csv") == {"ids": "own"}


def test_a_gradebook_needs_its_day(export):
    with pytest.raises(UsageError, match="does not say its day"):
        export(GRADEBOOK)
    for wrong in ("6/10/2026", "2026-02-30", "2026-6-1"):
        with pytest.raises(UsageError, match="not written YYYY-MM-DD"):
            export(GRADEBOOK, date=wrong)


def test_a_gradebook(export):
    harvest = export(GRADEBOOK, BEN, date="2026-06-10")
    assert harvest.tables["target_status"].to_dict("records") == [
        {
            "student_id": "S0001",
            "target_id": "MATH.6.RP.1",
            "date": "2026-06-10",
            "score": "2.65",
            "proficient": "false",
        }
    ]
    assert tallies(harvest)["target_status"] == (
        4,
        1,
        {"a student without a SIS id in Canvas": 2, "no result yet": 1},
    )
    assert column(harvest, "student_ids", "external_id") == ["101"]


def test_an_older_gradebook_without_sis_ids_and_with_decimal_commas(tmp_path):
    file = tmp_path / "gradebook.csv"
    file.write_text("Student name;Student ID;Math > A result;Math > A mastery points\nM;101;3,4;3\n")
    harvest = canvas.read(file, date="2026-06-10")
    assert column(harvest, "target_status", "student_id") == ["101"]
    assert column(harvest, "target_status", "score") == ["3.4"]
    assert column(harvest, "target_status", "proficient") == ["true"]
    assert remark(harvest, "decimal comma") == 1


def test_outcomes_of_one_name_need_their_path(export):
    twins = {**GRADEBOOK, "Art > MATH.6.RP.1 result": "4", "Art > MATH.6.RP.1 mastery points": "3"}
    with pytest.raises(UnreadableData, match="say target=path"):
        export(twins, date="2026-06-10")
    harvest = export(twins, date="2026-06-10", target="path")
    assert column(harvest, "target_status", "target_id") == ["Art > MATH.6.RP.1", "Math > Ratios > MATH.6.RP.1"]


def test_the_higher_state_of_two_courses_stays(tmp_path):
    for name, result in (("one", "4"), ("two", "2")):
        row = {**GRADEBOOK, "Math > Ratios > MATH.6.RP.1 result": result}
        (tmp_path / f"{name}.csv").write_text(csv_text([row]))
    harvest = canvas.read(tmp_path, date="2026-06-10")
    assert column(harvest, "target_status", "score") == ["4"]
    assert sum(tallies(harvest)["target_status"][2].values()) == 3


@pytest.mark.parametrize(("target", "says"), [("id", "gradebook has no id"), ("rank", "choose: id, name, path")])
def test_targets_are_named_by_what_is_there(export, target, says):
    with pytest.raises(UsageError, match=says):
        export(GRADEBOOK, date="2026-06-10", target=target)


def test_the_export_of_outcomes_holds_no_ratings(tmp_path):
    (tmp_path / "outcomes.csv").write_text(
        "canvas_id,object_type,mastery_points,ratings,,\n501,outcome,3,4,Exceeds,3\n"
    )
    with pytest.raises(UnreadableData, match="holds no ratings"):
        canvas.read(tmp_path)


def test_a_translated_report_is_refused_with_what_it_lacks(export):
    with pytest.raises(UnreadableData, match="exported in English"):
        export({name.replace("learning outcome", "resultado"): value for name, value in RATING.items()})


def test_a_report_goes_into_a_folder_again_and_again(export, tmp_path):
    export(RATING)
    first = import_into("canvas", tmp_path / "export.csv", tmp_path / "district")
    texts = {file.name: file.read_bytes() for file in (tmp_path / "district").glob("*.csv")}
    import_into("canvas", tmp_path / "export.csv", tmp_path / "district")
    assert first.records == 1
    assert {file.name: file.read_bytes() for file in (tmp_path / "district").glob("*.csv")} == texts
