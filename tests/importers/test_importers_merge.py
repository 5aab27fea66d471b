"""Several sources fill one folder: nothing is lost, nothing is silently overwritten, and all can be repeated."""

import errno
import os
import sys
import tomllib
from types import ModuleType

import pandas as pd
import pytest
from small_district import write

from cbe_analysis import importers
from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.importers.account import LeftOut, Summary, Tally
from cbe_analysis.importers.harvest import Harvest
from cbe_analysis.importers.merge import import_into
from cbe_analysis.load import load

STUDENTS = {"student_id": ["1", "2"], "race_ethnicity": ["white", ""], "gender": ["female", "male"]}
SCORES = {
    "student_id": ["n1", "n2", "n3"],
    "instrument": ["map"] * 3,
    "subject": ["math"] * 3,
    "date": ["2025-09-01"] * 3,
    "score": ["200", "210", "190"],
}
IDS = {"student_id": ["1", "2"], "system": ["nwea", "nwea"], "external_id": ["n1", "n2"]}


@pytest.fixture
def source(monkeypatch):
    """Makes a kind of import that gives these tables."""

    def make(kind, **tables):
        frames = {name: pd.DataFrame(rows, dtype="str") for name, rows in tables.items()}
        tallies = tuple(Tally(name, len(rows), len(rows)) for name, rows in frames.items())
        module = ModuleType(f"cbe_analysis.importers.{kind}")
        module.read = lambda source: Harvest(frames, Summary(kind, 3, tallies))
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setattr(importers, kind, module, raising=False)

    return make


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "district"


def lines(folder, table):
    return (folder / f"{table}.csv").read_text(encoding="utf-8").splitlines()


def contents(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def says(summary):
    return {remark.says: remark.count for remark in summary.remarks}


def test_a_new_folder_gets_the_tables_and_a_policy_to_begin_with(source, folder):
    source("oneroster", students=STUDENTS)
    summary = import_into("oneroster", "x", folder)
    assert lines(folder, "students") == ["student_id,race_ethnicity,gender", "1,white,female", "2,,male"]
    assert tomllib.loads((folder / "district.toml").read_text())["name"] == "district"
    assert says(summary)["rows of students are new"] == 2


def test_the_policy_of_a_district_is_never_touched(source, folder):
    folder.mkdir()
    (folder / "district.toml").write_text('name = "Mine"\n')
    source("oneroster", students=STUDENTS)
    import_into("oneroster", "x", folder)
    assert (folder / "district.toml").read_text() == 'name = "Mine"\n'


def test_repeating_changes_no_byte(source, folder):
    source("oneroster", students=STUDENTS)
    source("nwea", assessments=SCORES)
    import_into("oneroster", "x", folder)
    import_into("nwea", "x", folder, ids="own")
    before = contents(folder)
    summary = import_into("oneroster", "x", folder)
    import_into("nwea", "x", folder)
    assert contents(folder) == before
    assert summary.remarks == ()


def test_the_same_source_replaces_its_rows_and_takes_none_away(source, folder):
    source("oneroster", students=STUDENTS)
    import_into("oneroster", "x", folder)
    source("oneroster", students={"student_id": ["2", "3"], "gender": ["", "female"]})
    summary = import_into("oneroster", "x", folder)
    assert lines(folder, "students")[1:] == ["1,white,female", "2,,", "3,,female"]
    assert says(summary) == {"rows of students are new": 1, "rows of students that were there have changed": 1}


def test_another_source_fills_what_is_empty_and_overwrites_nothing(source, folder):
    source("oneroster", students=STUDENTS)
    import_into("oneroster", "x", folder)
    source(
        "edfi", students={"student_id": ["1", "2"], "race_ethnicity": ["black", "asian"], "home_language": ["en", ""]}
    )
    summary = import_into("edfi", "x", folder)
    assert lines(folder, "students") == [
        "student_id,race_ethnicity,gender,home_language",
        "1,white,female,en",
        "2,asian,male,",
    ]
    assert says(summary)["values of students.race_ethnicity differ from 'oneroster', which stays"] == 1
    assert "black" not in str(summary)


def test_the_order_of_repeats_does_not_matter(source, folder):
    source("oneroster", students=STUDENTS)
    source("edfi", students={"student_id": ["1", "2"], "race_ethnicity": ["black", "asian"]})
    for kind in ("oneroster", "edfi", "edfi", "oneroster", "edfi"):
        import_into(kind, "x", folder)
    assert lines(folder, "students")[1:] == ["1,white,female", "2,asian,male"]
    source("oneroster", students={**STUDENTS, "race_ethnicity": ["white", "white"]})
    summary = import_into("oneroster", "x", folder)
    assert lines(folder, "students")[1:] == ["1,white,female", "2,white,male"]
    assert says(summary)["values of students.race_ethnicity differ from 'edfi', which gives way"] == 2


def test_numbers_and_booleans_written_otherwise_are_no_conflict(source, folder):
    levels = {"student_id": ["1"], "subject": ["math"], "date": ["2025-09-01"], "level": ["5.0"], "seen": ["True"]}
    source("oneroster", students=STUDENTS, levels=levels)
    import_into("oneroster", "x", folder)
    source("edfi", levels={**levels, "level": ["5"], "seen": ["False"]})
    summary = import_into("edfi", "x", folder, ids="own")
    assert [text for text in says(summary) if "differ" in text] == [
        "values of levels.seen differ from 'oneroster', which stays"
    ]


def test_what_was_written_by_hand_counts_before_every_source(source, folder):
    source("oneroster", students=STUDENTS)
    import_into("oneroster", "x", folder)
    text = (
        (folder / "students.csv")
        .read_text()
        .replace("2,,male", "2,black,male\n9,asian,female")
        .replace("1,white,female\n", "")
    )
    (folder / "students.csv").write_text(text)
    source("oneroster", students={**STUDENTS, "race_ethnicity": ["white", "asian"], "gender": ["female", "female"]})
    summary = import_into("oneroster", "x", folder)
    assert lines(folder, "students")[1:] == ["1,white,female", "2,black,female", "9,asian,female"]
    told = says(summary)
    assert told["rows of students were changed by hand since the last import, and stay so"] == 2
    assert told["rows of students were taken out by hand and are written again"] == 1
    assert told["values of students.race_ethnicity differ from what stood there, which stays"] == 1
    before = contents(folder)
    import_into("oneroster", "x", folder)
    assert contents(folder) == before


def test_a_folder_made_by_hand_keeps_all_that_it_holds(source, folder):
    write(folder)
    (folder / "Students.CSV").write_text("Student_ID,gender,homeroom\n0001,female,A\n", encoding="utf-8-sig")
    (folder / "students.csv").unlink()
    (folder / "notes.txt").write_text("mine")
    (folder / "deeper" / "still").mkdir(parents=True)
    (folder / "deeper" / "still" / "more.txt").write_text("mine too")
    before = contents(folder)
    source("oneroster", students={"student_id": ["0001", "0002"], "gender": ["male", "male"]})
    import_into("oneroster", "x", folder)
    after = contents(folder)
    assert lines(folder, "students") == ["student_id,gender,homeroom", "0001,female,A", "0002,male,"]
    assert {name: after[name] for name in before if name != "Students.CSV"} == {
        name: content for name, content in before.items() if name != "Students.CSV"
    }
    assert "Students.CSV" not in after
    assert load(folder).table("students").count("*").fetchall() == [(2,)]


def test_ids_of_another_system_are_translated_and_the_unmatched_counted(source, folder):
    source("oneroster", students=STUDENTS, student_ids=IDS)
    import_into("oneroster", "x", folder)
    source("nwea", assessments=SCORES)
    summary = import_into("nwea", "x", folder)
    assert [line.split(",")[0] for line in lines(folder, "assessments")[1:]] == ["1", "2"]
    (tally,) = summary.tallies
    assert (tally.read, tally.written) == (3, 2)
    (left_out,) = tally.left_out
    assert (left_out.records, left_out.why) == (1, "the student's id is not in student_ids.csv under 'nwea'")
    assert "n3" not in str(summary)


def test_a_system_by_another_name(source, folder):
    source("oneroster", students=STUDENTS, student_ids={**IDS, "system": ["state", "state"]})
    import_into("oneroster", "x", folder)
    source("nwea", assessments=SCORES)
    with pytest.raises(UsageError, match=r"no ids of system 'map'.*its systems are: state"):
        import_into("nwea", "x", folder, system="map")
    import_into("nwea", "x", folder, system="state")
    before = contents(folder)
    import_into("nwea", "x", folder)  # the folder remembers
    assert contents(folder) == before
    assert len(lines(folder, "assessments")) == 3


def test_what_the_source_tells_of_its_ids_gives_way_to_an_option(source, folder):
    source("oneroster", students=STUDENTS, student_ids={**IDS, "system": ["state", "state"]})
    import_into("oneroster", "x", folder)
    source("nwea", assessments=SCORES)
    sys.modules["cbe_analysis.importers.nwea"].told = lambda source: {"ids": "own"}
    import_into("nwea", "x", folder, system="state")
    assert len(lines(folder, "assessments")) == 3
    import_into("nwea", "x", folder)
    assert len(lines(folder, "assessments")) == 6


def test_two_ids_of_one_student_give_one_row(source, folder):
    source("oneroster", students=STUDENTS, student_ids={**IDS, "student_id": ["1", "1"]})
    import_into("oneroster", "x", folder)
    source("nwea", assessments={name: cells[:2] for name, cells in SCORES.items()})
    summary = import_into("nwea", "x", folder)
    assert len(lines(folder, "assessments")) == 2
    assert [part.records for part in summary.tallies[0].left_out] == [1]


def test_only_students_among_the_members_of_a_section_are_translated(source, folder):
    source("oneroster", students=STUDENTS, student_ids=IDS)
    import_into("oneroster", "x", folder)
    members = {"section_id": ["s", "s"], "person_id": ["n1", "n1"], "role": ["student", "teacher"]}
    source("nwea", section_members=members)
    import_into("nwea", "x", folder)
    assert lines(folder, "section_members")[1:] == ["s,1,student", "s,n1,teacher"]


def test_whose_ids_is_never_guessed(source, folder):
    source("nwea", assessments=SCORES)
    with pytest.raises(UsageError, match=r"not known whose student ids.*ids=own.*student_ids.csv"):
        import_into("nwea", "x", folder)
    assert not folder.exists()
    import_into("nwea", "x", folder, ids="own")
    assert len(lines(folder, "assessments")) == 4
    source("oneroster", students=STUDENTS)
    import_into("oneroster", "x", folder)
    source("edfi", students={"student_id": ["e1", "e2"]})
    with pytest.raises(UsageError, match=r"none of the students is in students\.csv"):
        import_into("edfi", "x", folder)
    with pytest.raises(UsageError, match="ids cannot be told"):
        import_into("edfi", "x", folder, ids="theirs")


def test_rows_of_unknown_students_are_counted(source, folder):
    source("oneroster", students=STUDENTS)
    import_into("oneroster", "x", folder)
    source("nwea", assessments=SCORES)
    summary = import_into("nwea", "x", folder, ids="own")
    assert says(summary)["rows of assessments name a student who is not in students.csv"] == 3


def test_a_second_roster_is_pointed_at(source, folder):
    spell = {
        "student_id": ["1"],
        "school_id": ["A"],
        "entry_date": ["2025-08-20"],
        "school_year": ["2026"],
        "grade": ["3"],
    }
    source("oneroster", students=STUDENTS, enrollments=spell)
    import_into("oneroster", "x", folder)
    source("edfi", students=STUDENTS, enrollments={**spell, "school_id": ["Oak"]})
    summary = import_into("edfi", "x", folder)
    assert says(summary)["rows of enrollments stand beside those of 'oneroster': are they the same?"] == 1


@pytest.mark.parametrize("there", [False, True])
def test_a_guessed_roster_is_left_out_where_another_source_gave_one(source, folder, there):
    asked = []
    source("nwea", assessments=SCORES)
    module = sys.modules["cbe_analysis.importers.nwea"]
    plain = module.read

    def read(source, *, with_roster: bool = True):
        asked.append(with_roster)
        return plain(source)

    module.read = read
    if there:
        write(folder)
    summary = import_into("nwea", "x", folder, ids="own")
    import_into("nwea", "x", folder, with_roster="true")
    assert asked == [not there, True]
    assert any("that of the tests is left out" in text for text in says(summary)) is there


def test_sources_of_one_kind_with_names_of_their_own_stay_apart(source, folder):
    source("edfi", students=STUDENTS)
    import_into("edfi", "x", folder, name="North")
    source("edfi", students={**STUDENTS, "gender": ["male", "male"]})
    summary = import_into("edfi", "x", folder, name="South")
    assert says(summary)["values of students.gender differ from 'north', which stays"] == 1
    with pytest.raises(UsageError, match="needs a name"):
        import_into("edfi", "x", folder, name="../")


@pytest.mark.parametrize(
    ("options", "says_what"),
    [({"colour": "red"}, "no option colour.*ids, name, system"), ({"sorce": "x"}, "no option sorce")],
)
def test_an_unknown_option(source, folder, options, says_what):
    source("edfi", students=STUDENTS)
    with pytest.raises(UsageError, match=says_what):
        import_into("edfi", "x", folder, **options)


def test_an_unknown_kind(folder):
    with pytest.raises(UsageError, match=r"no kind of import 'skyward'.*choose one of: canvas"):
        import_into("skyward", "x", folder)


@pytest.mark.parametrize(
    ("file", "content", "kind"),
    [
        ("students.csv", "student_id\n1\n1\n", UnreadableData),
        ("students.csv", "student_id;gender\n1;f\n", UnreadableData),
        ("students.csv", "", UnreadableData),
        ("students.parquet", "PAR1", UsageError),
        ("imports/record.json", "{", UnreadableData),
        ("imports/record.json", "[]", UnreadableData),
        (
            "imports/record.json",
            '{"ids": {}, "tables": {"students": {"sources": ["edfi"], "digest": ""}}}',
            UnreadableData,
        ),
        ("holiday.jpg", "x", UsageError),
    ],
)
def test_a_folder_that_cannot_be_added_to_stays_as_it_was(source, folder, file, content, kind):
    (folder / file).parent.mkdir(parents=True)
    (folder / file).write_text(content)
    before = contents(folder)
    source("oneroster", students=STUDENTS)
    with pytest.raises(kind):
        import_into("oneroster", "x", folder)
    assert contents(folder) == before
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_a_table_that_is_a_link_out_of_the_folder_is_not_read(source, folder, tmp_path):
    (tmp_path / "theirs.csv").write_text("student_id\n7\n")
    folder.mkdir()
    (folder / "students.csv").symlink_to(tmp_path / "theirs.csv")
    source("oneroster", students=STUDENTS)
    with pytest.raises(UnreadableData, match="link that leads out"):
        import_into("oneroster", "x", folder)
    assert (folder / "students.csv").is_symlink()


def test_a_folder_that_may_not_be_written_stays(source, folder, monkeypatch):
    write(folder)
    before = contents(folder)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    source("oneroster", students=STUDENTS)
    with pytest.raises(UsageError, match="cannot be written: Permission denied"):
        import_into("oneroster", "x", folder, ids="own")
    assert contents(folder) == before


def test_a_full_disk_leaves_the_folder_whole(source, folder, monkeypatch):
    source("oneroster", students=STUDENTS)
    import_into("oneroster", "x", folder)
    before = contents(folder)

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    source("oneroster", students={"student_id": ["3"]})
    with pytest.raises(UsageError, match="cannot be written"):
        import_into("oneroster", "x", folder)
    assert contents(folder) == before
    assert [entry.name for entry in folder.parent.iterdir()] == [folder.name]


def test_a_file_in_place_of_the_folder(source, folder):
    folder.write_text("mine")
    source("oneroster", students=STUDENTS)
    with pytest.raises(UsageError, match="a file, not a folder"):
        import_into("oneroster", "x", folder)
    assert folder.read_text() == "mine"


def test_text_that_no_csv_can_hold(source, folder):
    source("oneroster", students={"student_id": ["1\0"]})
    with pytest.raises(UnreadableData, match=r"NUL character.*students\.student_id"):
        import_into("oneroster", "x", folder)
    assert not folder.exists()


def test_cells_with_line_breaks_quotes_and_formulas_come_back_as_they_were(source, folder):
    texts = ["a\r\nb", 'say "hi", you', "=1+1", "'quoted'", "\u202eright to left"]
    ids = [str(number) for number in range(5)]
    source("oneroster", students={"student_id": ids, "home_language": texts})
    import_into("oneroster", "x", folder)
    before = contents(folder)
    import_into("oneroster", "x", folder)
    assert contents(folder) == before
    found = pd.read_csv(folder / "students.csv", dtype="str")
    assert found["home_language"].tolist() == ["a\nb", *texts[1:]]


def test_a_table_without_rows_is_not_written(source, folder):
    source("oneroster", students=STUDENTS, student_ids={"student_id": [], "system": [], "external_id": []})
    import_into("oneroster", "x", folder)
    assert not (folder / "student_ids.csv").exists()


def test_numbers_of_millions_do_not_run_together_in_the_account():
    tally = Tally("target_status", 10_000_000, 9_999_990, (LeftOut(1_000_010, "twice"),), made=1_000_000)
    lines = str(Summary("a gradebook", 10_000_000, (tally,))).splitlines()
    assert lines[3].split() == ["target_status", "10,000,000", "1,000,000", "9,999,990", "1,000,010", "twice"]
    assert [lines[2].index("left out") + len("left out"), lines[2].index("  why")] == [lines[3].index("  twice")] * 2


def test_who_is_asked_whose_the_ids_are_hears_where_they_are_known(source, folder):
    scores = {"student_id": ["1", "2", "n2"], "instrument": ["map"] * 3, "subject": ["math"] * 3}
    scores |= {"date": ["2025-10-01"] * 3, "score": ["200"] * 3}
    source("oneroster", students=STUDENTS, student_ids={**IDS, "system": ["state", "state"]})
    import_into("oneroster", "x", folder)
    source("nwea", assessments=scores)
    known = r"of 3 students in the export, the folder knows 2 in students.csv and 1 as 'state' in student_ids.csv"
    with pytest.raises(UsageError, match=known):
        import_into("nwea", "x", folder)
    assert says(import_into("nwea", "x", folder, ids="own"))["rows of assessments are new"] == 3


def test_who_is_asked_hears_when_nobody_is_known(source, folder):
    source("nwea", assessments=SCORES)
    with pytest.raises(UsageError, match="students in the export, the folder knows none"):
        import_into("nwea", "x", folder)


def test_columns_of_one_file_are_listed_together():
    left = ("users.email", "users.phone", "orgs.parent", "Note", "Class(es). Room", "Note")
    text = str(Summary("an export", 1, (), (), left))
    assert text.endswith("no table holds: users (email, phone), orgs (parent), Note, Class(es). Room.")
