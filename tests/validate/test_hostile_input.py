"""`cbe validate` on bad inputs: a finding or a clear error, and nothing half-written.

What cannot be read at all is tried in tests/load (test_load_bad_input, test_load_bad_parquet); single cells of a wrong
type in test_faults.
"""

import os
import subprocess
import sys

import pandas as pd
import pytest

import cbe_analysis as cbe
from cbe_analysis import cli, disk
from cbe_analysis.validate import inspection, profile

BARE = dict.fromkeys(("assessments", "programs", "participation"))
# a process begins with the peak memory of the one that starts it, which for a test may be large
WEIGH = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
ATTENDANCE = "student_id,school_id,school_year,days_enrolled,days_absent\n"
ONE = {
    "schools": "school_id,name,kind\n0101,Oak,elementary\n",
    "students": "student_id\n0001\n",
    "enrollments": "student_id,school_id,entry_date,school_year,grade\n0001,0101,2025-08-20,2026,3\n",
}


@pytest.fixture
def validate(write, tmp_path, monkeypatch, capsys):
    """Runs `cbe validate` on the clean district with the given tables; gives exit code and what was printed."""

    def run(**tables):
        monkeypatch.chdir(tmp_path)
        code = cli.main(["validate", str(write(**tables))])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out + printed.err

    return run


def short(found):
    """Check, table, columns and rows of each finding."""
    return {(f.check, f.table, f.columns, f.first_rows) for f in found.findings}


def test_one_student_in_one_school(validate):
    code, printed = validate(**BARE, **ONE)
    assert code == 0
    assert "all passed" in printed


def test_rows_in_which_every_cell_is_missing(findings, clean):
    empty = {name: ",".join([""] * text.split("\n")[0].count(",")) + "," for name, text in clean.items()}
    found = findings(**{name: text + empty[name] + "\n" for name, text in clean.items()})
    last = {name: text.count("\n") for name, text in clean.items()}
    keys = {(f.table, f.first_rows) for f in found.critical if f.check == "empty_key"}
    assert keys == {(name, (last[name],)) for name in clean}


def test_a_table_whose_optional_columns_are_empty_throughout(findings, clean):
    lines = [line.split(",")[0] + ",,,," for line in clean["students"].splitlines()[1:]]
    students = "\n".join([clean["students"].splitlines()[0], *lines]) + "\n"
    assert findings(**BARE, students=students).findings == ()


IDS = [("00001", "1"), ("1e5", "100000"), ("1E5", "1e5"), ("7", "7.0"), (" 7", "7")]


@pytest.mark.parametrize(("written", "meant"), IDS)
def test_ids_are_text_and_match_as_they_are_written(findings, written, meant):
    enrollments = ONE["enrollments"].replace("0001,", f"{meant},")
    found = findings(**BARE, **ONE | {"students": f"student_id\n{written}\n", "enrollments": enrollments})
    assert short(found) == {("parent", "enrollments", ("student_id",), (1,))}
    same = ONE["enrollments"].replace("0001,", f"{written},")
    assert findings(**BARE, **ONE | {"students": f"student_id\n{written}\n", "enrollments": same}).findings == ()


@pytest.mark.parametrize(("day", "sound"), [("2024-02-29", True), ("2025-02-29", False), ("2100-02-29", False)])
def test_29_february_is_a_day_in_leap_years_alone(findings, clean, day, sound):
    students = clean["students"]
    found = findings(**BARE, students=students, closures=f"start_date,end_date\n{day},{day}\n")
    expected = {("type", "closures", (name,), (1,)) for name in ("start_date", "end_date")}
    assert short(found) == (set() if sound else expected)


def test_a_school_that_was_renamed_stands_there_twice_and_one_that_was_merged_is_gone(findings, clean):
    renamed = findings(**BARE, schools=clean["schools"] + "0101,Oak Academy,elementary\n")
    assert short(renamed) == {("duplicate_key", "schools", ("school_id",), (1, 3))}
    merged = findings(**BARE, schools=clean["schools"].replace("0102,Elm,elementary\n", ""))
    assert short(merged) == {("parent", "enrollments", ("school_id",), (3,))}


@pytest.mark.parametrize("word", ["NA", "None", "null", "nan", "N/A", "-"])
def test_words_that_look_like_nothing_are_groups_of_their_own(findings, clean, word):
    found = findings(**BARE, students=clean["students"].replace("asian", word))
    assert short(found) == {("unusual", "students", ("race_ethnicity",), (1,))}
    found = findings(**BARE, enrollments=clean["enrollments"].replace("never", word))
    assert short(found) == {("allowed", "enrollments", ("english_learner",), (1,))}


def test_counts_below_nothing(findings):
    found = findings(**BARE, attendance=ATTENDANCE + "0001,0101,2026,-180,0\n0002,0101,2026,180,-3\n")
    assert {
        ("range", "attendance", ("days_enrolled",), (1,)),
        ("range", "attendance", ("days_absent",), (2,)),
    } <= short(found)


def test_numbers_that_are_none_in_parquet(write):
    folder = write()
    frame = pd.read_csv(folder / "assessments.csv", dtype={"student_id": str})
    (folder / "assessments.csv").unlink()
    frame.assign(score=[float("inf"), float("nan"), -float("inf")]).to_parquet(folder / "assessments.parquet")
    found = cbe.validate(cbe.load(folder)).findings
    assert short(found) == {
        ("type", "assessments", ("score",), (1, 3)),
        ("required", "assessments", ("score",), (2,)),
    }


HOSTILE = {
    "formula": "=cmd|'/C calc'!A0",
    "markup": "<script>alert(7431)</script>",
    "typesetting": '#read("7431") $x$ @y',
    "braces": "{7431.__class__}",
    "path": "../../7431",
    "right to left": "\u202e7431\u202c",
    "no width": "7431\u200b",
    "quotes": "'; DROP TABLE raw; -- 7431",
    "long": "7431" * 20_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_in_every_text_cell_does_no_harm_and_is_shown_nowhere(validate, clean, tmp_path, kind):
    """The same text as the id of a student and of a school, in an extra column, and in place of a word of a list."""
    text = HOSTILE[kind]
    cell = '"' + text.replace('"', '""') + '"'
    students = clean["students"].replace("\n", ",note\n", 1) + f"{cell},{cell},{cell},2016-05,2035,{cell}\n"
    lines = students.splitlines()
    students = "\n".join([lines[0], *(f"{line}," for line in lines[1:-1]), lines[-1]]) + "\n"
    code, printed = validate(
        **BARE,
        schools=clean["schools"] + f"{cell},{cell},{cell}\n",
        students=students,
        enrollments=clean["enrollments"] + f"{cell},{cell},2025-08-20,,2026,3,{cell},{cell}\n",
    )
    assert code == 1  # true or false was wanted
    written = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "reports").rglob("*") if file.is_file())
    assert "7431" not in printed.replace(str(tmp_path), "") + written
    assert text not in printed + written
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["district", "reports"]


def test_hostile_names_of_columns_are_columns(validate):
    names = [*list(HOSTILE.values())[:-1], "select", "row", "a b", "ünï", "entry"]
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names if name.isprintable())
    commas = "," * (sum(name.isprintable() for name in names) - 1)
    code, _ = validate(**BARE, **ONE | {"students": f"student_id,{header}\n0001,{commas}\n"})
    assert code == 0


@pytest.mark.skipif(os.name != "posix", reason="files with holes")
@pytest.mark.parametrize("rows", [1, 200_000], ids=["at the head", "far down"])
def test_a_file_of_two_gigabytes_of_nothing_is_refused_in_little_memory(write, tmp_path, rows):
    folder = write()
    with (folder / "students.csv").open("r+b") as file:
        file.write(b"student_id\n" + b"".join(b"%07d\n" % n for n in range(rows)))
        file.truncate(2 << 30)
    line = [sys.executable, "-m", "cbe_analysis.cli", "validate", str(folder)]
    done = subprocess.run(
        [sys.executable, "-c", WEIGH, *line], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "NUL bytes" in done.stderr
    assert int(done.stdout.splitlines()[-1]) * (1 if sys.platform == "darwin" else 1024) < 1 << 30


def test_a_line_without_an_end_is_refused(validate):
    code, printed = validate(students="student_id,gender\n0001," + "x" * (5 << 20) + "\n")
    assert code == 3
    assert "students.csv" in printed
    assert "more than two million characters" in printed


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_place_for_the_report_that_cannot_be(write, tmp_path, monkeypatch, capsys, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert cli.main(["validate", str(write()), "--out", place]) == 2
    assert "cannot" in capsys.readouterr().err
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_full_disk_leaves_no_half_of_a_report(validate, tmp_path, monkeypatch):
    def full(*arguments, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk.os, "fsync", full)
    code, printed = validate(**BARE, **ONE)
    assert code == 2
    assert "No space left on device" in printed
    assert [file for file in (tmp_path / "reports").rglob("*") if file.is_file()] == []


def test_a_column_of_a_million_different_faults_is_counted_and_not_held(findings, clean, monkeypatch):
    judged = []
    frames = profile.frames
    monkeypatch.setattr(profile, "MANY", 20)
    monkeypatch.setattr(inspection, "frames", lambda *seen: judged.extend(frames(*seen)) or frames(*seen))
    many = "".join(f"0001,map,s{n},2025-10-01,{n};5,,\n" for n in range(50))
    found = findings(assessments=clean["assessments"] + many)
    assert [(f.check, f.columns, f.count, f.first_rows[0]) for f in found.findings] == [("type", ("score",), 50, 4)]
    assert any("type score" in frame for frame in judged)
    assert not any("score" in frame for frame in judged)
