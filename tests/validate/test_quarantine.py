"""A quarantine keeps what is sound as it is, says of every other row why it went, and loses none."""

import csv
import os
import stat

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cbe_analysis as cbe
from cbe_analysis import cli
from cbe_analysis.errors import CriticalFindings, UnreadableData, UsageError
from cbe_analysis.validate import cleaning, inspection, remainder
from cbe_analysis.validate.cleaning import quarantine

TARGETS = "target_id,subject,level,title,kind,required\nT1,math,5,Fractions,academic,true\n"
BARE = dict.fromkeys(("assessments", "programs", "participation"))
EVIDENCE = "evidence_id,student_id,target_id,date,score,proficient\n"


@pytest.fixture
def cleaned(write, tmp_path):
    """The account of a district put into quarantine: what all need and the given tables, and what these rest on."""

    def done(**tables):
        needed = {"programs"} if "participation" in tables else set()
        left_out = {"assessments", "programs", "participation"} - needed
        return quarantine(cbe.validate(cbe.load(write(**dict.fromkeys(left_out) | tables))), tmp_path / "out")

    return done


def findings(folder):
    """The findings on a folder."""
    return cbe.validate(cbe.load(folder)).findings


def lost(made):
    """Table -> rows lost, where any were."""
    assert all(part.rows == part.kept + part.rejected for part in made.tables)
    return {part.table: part.rejected for part in made.tables if part.rejected}


def reasons(made, table):
    """Row number -> round and reason of the rejected rows of a table."""
    with (made.folder / "rejected" / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {int(r["quarantine_row"]): (int(r["quarantine_round"]), r["quarantine_reason"]) for r in rows}


def files(folder):
    """Path -> bytes of every file below a folder."""
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def test_a_district_without_a_fault_is_copied_as_it_is(cleaned, write, clean):
    (folder := write()).joinpath("district.toml").write_text('name = "Oak"\n', encoding="utf-8")
    made = cleaned(**{table: (folder / f"{table}.csv").read_text(encoding="utf-8") for table in clean})
    assert files(made.folder / "clean") == files(folder)
    assert (lost(made), made.rounds, list((made.folder / "rejected").iterdir())) == ({}, 0, [])


CRITICAL = [
    ("enrollments", "0001,0101,2025-08-20,2026-06-05,2026,3", "0001,0101,2025-08-20,2026-06-05,2026,K", "type", {1}),
    ("schools", "0102,Elm", ",Ash,other\n0102,Elm", "empty_key", {2}),
    ("assessments", "0003,map", "0001,map,math,2025-10-01,300,,true\n0003,map", "duplicate_key", {1, 3}),
    ("assessments", "0003", "9999", "parent", {3}),
    ("participation", "tutoring,0002", "Tutoring,0002", "parent", {2}),
    ("enrollments", "2026-01-15", "2025-08-19", "entry_after_exit", {3}),
    ("enrollments", "06-05,2026", "06-05,2025", "school_year", {1}),
    ("participation", "comparison\n", "comparison\ntutoring,0001,comparison\n", "two_arms", {1, 3}),
]


@pytest.mark.parametrize(("table", "old", "new", "check", "rows"), CRITICAL, ids=[c[3] + "-" + c[0] for c in CRITICAL])
def test_every_critical_kind_is_set_aside_and_leaves_nothing_critical(
    cleaned, clean, tmp_path, table, old, new, check, rows
):
    assert old in clean[table]
    changed = {table: clean[table].replace(old, new)}
    made = cleaned(**changed)
    told = reasons(made, table)
    assert set(told) == rows
    assert all(f"(check {check})" in reason for _, reason in told.values())
    assert findings(made.folder / "clean").critical == ()
    lines = changed[table].splitlines(keepends=True)
    kept = [line for number, line in enumerate(lines) if number not in rows]
    assert (made.folder / "clean" / f"{table}.csv").read_text(encoding="utf-8") == "".join(kept)
    before = {f"{table}.csv": text.encode() for table, text in (clean | changed).items()}
    assert files(tmp_path / "district").items() <= before.items()


def test_what_hangs_on_a_rejected_row_follows_it_round_by_round(cleaned, clean):
    """Two rows of one student that differ cannot both be true: both go, and all that hangs on the student."""
    students = clean["students"] + "0003,asian,,,\n"
    given = {"assessments": clean["assessments"], "targets": TARGETS}
    evidence = EVIDENCE + "E1,0001,T1,2025-10-01,3,true\nE2,0003,T1,2026-01-20,3,true\n"
    made = cleaned(students=students, evidence=evidence, **given)
    assert lost(made) == {"students": 2, "enrollments": 2, "assessments": 1, "evidence": 1}
    assert made.rounds == 2
    assert {part for part, _ in reasons(made, "students").values()} == {1}
    orphans = [*reasons(made, "enrollments").values(), *reasons(made, "evidence").values()]
    assert {part for part, _ in orphans} == {2}
    assert all(reason == "student_id has no row in students (check parent)" for _, reason in orphans)
    assert findings(made.folder / "clean").critical == ()


def test_row_numbers_are_those_of_the_district_in_every_round(cleaned, clean):
    students = clean["students"] + "0003,asian,,,\n"
    enrollments = clean["enrollments"].replace("0001,0101", "0009,0101")
    made = cleaned(students=students, enrollments=enrollments)
    assert {row: part for row, (part, _) in reasons(made, "enrollments").items()} == {1: 1, 3: 2, 4: 2}


def test_rows_that_are_the_same_in_every_cell_keep_their_first_copy(cleaned, clean):
    made = cleaned(assessments=clean["assessments"] + clean["assessments"].split("\n", 1)[1])
    assert lost(made) == {"assessments": 3}
    assert set(reasons(made, "assessments")) == {4, 5, 6}
    assert (made.folder / "clean" / "assessments.csv").read_text(encoding="utf-8") == clean["assessments"]


def test_a_row_with_two_faults_has_both_reasons(cleaned, clean):
    made = cleaned(
        assessments=clean["assessments"].replace("0003,map,math,2026-02-02,187", "9999,map,math,2026-02-02,x")
    )
    [(_, reason)] = reasons(made, "assessments").values()
    assert "(check type); " in reason
    assert "(check parent)" in reason


def test_when_no_row_of_a_required_table_is_left_nothing_is_written(cleaned, clean, tmp_path):
    with pytest.raises(CriticalFindings, match="no row of table 'enrollments' would be left: each") as caught:
        cleaned(enrollments=clean["enrollments"].replace("2026,3", "2026,third"))
    assert "mend" in caught.value.remedy
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["district", "internal"]


def test_the_same_district_gives_the_same_bytes(write, clean, tmp_path):
    folder = write(students=clean["students"] + "0003,asian,,,\n", **BARE)
    made = [quarantine(cbe.validate(cbe.load(folder)), tmp_path / name) for name in "ab"]
    assert files(made[0].folder) == files(made[1].folder)


@pytest.mark.skipif(os.name != "posix", reason="this system has no such permissions")
def test_only_this_user_can_read_it(cleaned, clean, tmp_path):
    (tmp_path / "out").mkdir(mode=0o755)
    made = cleaned(assessments=clean["assessments"].replace("0003", "9999"))
    modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in [made.folder, *made.folder.rglob("*")]}
    assert modes.pop("out") == modes.pop("clean") == modes.pop("rejected") == 0o700
    assert set(modes.values()) == {0o600}


# The files of what is kept

ODD = {  # what stands in the file: header, the two rows that are rejected, the row that is kept
    "carriage returns": (b"student_id,note\r\n", b"0001,x\r\n0001,y\r\n", b"0003,z\r\n"),
    "old line ends": (b"student_id,note\r", b"0001,x\r0001,y\r", b"0003,z\r"),
    "a mark, no last line end": (b"\xef\xbb\xbfstudent_id,note\n", b"0001,x\n0001,y\n", b"0003,z"),
    "line ends in quotes": (b"student_id,note\n", b'0001,"x\n""y"\n0001,"\r\n"\n', b'0003, "z\n"\n'),
    "quotes within": (b'"student_id","note"\n', b'0001,5" pipe\n0001,"a,""b"""\n', b'0003,"needless"\n'),
    "spaces": (b"student_id ,note\n", b"0001, \n0001,y \n", b"0003,  z\n"),
    "one column": (b"student_id\n", b"\n\n", b"0003\n"),
}


@pytest.mark.parametrize("form", ODD)
def test_csv_of_every_form_keeps_its_bytes(tmp_path, write, form):
    header, gone, kept = ODD[form]
    enrollments = "student_id,school_id,entry_date,school_year,grade\n0003,0101,2025-08-20,2026,3\n"
    folder = write(**BARE, enrollments=enrollments)
    (folder / "students.csv").write_bytes(header + gone + kept)
    made = quarantine(cbe.validate(cbe.load(folder)), tmp_path / "out")
    assert (made.folder / "clean" / "students.csv").read_bytes() == header + kept
    assert set(reasons(made, "students")) == {1, 2}


def test_empty_lines_are_no_rows(tmp_path, write):
    (folder := write(**BARE)).joinpath("students.csv").write_bytes(
        b"student_id,note\n\n0001,x\n\n\n0002,y\n0003,\n,z\n"
    )
    made = quarantine(cbe.validate(cbe.load(folder)), tmp_path / "out")
    assert (made.folder / "clean" / "students.csv").read_bytes() == b"student_id,note\n0001,x\n0002,y\n0003,\n"
    assert set(reasons(made, "students")) == {4}


def test_records_that_are_not_those_that_were_read_stop_it(cleaned, clean, tmp_path, monkeypatch):
    real = remainder.records
    monkeypatch.setattr(remainder, "records", lambda stream: iter(list(real(stream))[:-1]))
    with pytest.raises(UnreadableData, match="cannot be told apart"):
        cleaned(assessments=clean["assessments"].replace("0003", "9999"))
    assert not (tmp_path / "out").exists()


def test_parquet_stays_parquet_with_its_types_and_extra_columns(write, tmp_path):
    folder = write(**BARE)
    table = pa.table(
        {
            "student_id": ["0001", "9999", "0002"],
            "instrument": pa.array(["map"] * 3).dictionary_encode(),
            "subject": ["math"] * 3,
            "date": pd.to_datetime(["2025-10-01"] * 3).date,
            "score": pa.array([201.123456789, 2.0, None], pa.float32()),
            "room": pa.array([7, 8, 9], pa.int8()),
        }
    ).replace_schema_metadata({"made": "by hand"})
    (folder / "assessments").mkdir()
    pq.write_table(table.slice(0, 1), folder / "assessments" / "a.parquet", compression="zstd")
    pq.write_table(table.slice(1), folder / "assessments" / "b.parquet", compression="zstd")
    made = quarantine(cbe.validate(cbe.load(folder)), tmp_path / "out")
    kept = made.folder / "clean" / "assessments"
    assert pq.read_table(kept / "a.parquet").equals(table.slice(0, 1), check_metadata=True)
    assert pq.read_table(kept / "b.parquet").equals(table.slice(2), check_metadata=True)
    assert pq.ParquetFile(kept / "b.parquet").metadata.row_group(0).column(0).compression == "ZSTD"
    assert list(reasons(made, "assessments")) == [2]


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless_in_the_rejected_rows_alone(cleaned, clean):
    head, rest = clean["students"].split("\n", 1)
    lines = [f"{line},-5" for line in rest.splitlines()]
    lines[1] = lines[1].replace(",-5", ",=1+1")
    students = "\n".join([f"{head},note", *lines, "0002,,,,,+x", "0003,,,,,-5"]) + "\n"
    made = cleaned(students=students, enrollments=clean["enrollments"])
    told = (made.folder / "rejected" / "students.csv").read_text(encoding="utf-8")
    assert ",'=1+1\n" in told
    assert ",'+x\n" in told
    assert ",-5\n" in told
    assert (made.folder / "clean" / "students.csv").read_text(encoding="utf-8").endswith(",-5\n")


# The place, and what goes wrong on the way


@pytest.mark.parametrize("place", ["district/out", "district", ".", "full", "file"])
def test_a_place_that_is_taken_or_lies_in_the_district_is_refused(write, tmp_path, monkeypatch, place):
    district = cbe.validate(cbe.load(write(**BARE)))
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    before = files(tmp_path)
    with pytest.raises(UsageError):
        quarantine(district, tmp_path / place)
    assert files(tmp_path) == before


def test_a_folder_around_the_district_is_refused(write, tmp_path):
    folder = write(**BARE)
    with pytest.raises(UsageError):
        quarantine(cbe.validate(cbe.load(folder)), folder.parent)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_stops_on_the_way_leaves_nothing(write, clean, tmp_path, monkeypatch, error):
    district = cbe.validate(cbe.load(write(**BARE | {"assessments": clean["assessments"].replace("0003", "9999")})))

    def full(*arguments):
        raise error

    monkeypatch.setattr(cleaning, "write_rejected", full)
    before = files(tmp_path)
    with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else UsageError):
        quarantine(district, tmp_path / "out")
    assert {name for name in files(tmp_path) if not name.startswith("internal")} == {
        name for name in before if not name.startswith("internal")
    }
    assert not (tmp_path / "out").exists()


def test_a_file_that_changes_meanwhile_is_an_error(write, clean, tmp_path):
    folder = write(**BARE | {"assessments": clean["assessments"].replace("0003", "9999")})
    district = cbe.validate(cbe.load(folder))
    (folder / "assessments.csv").write_text(clean["assessments"] + "\n\n", encoding="utf-8")
    with pytest.raises(UnreadableData, match="changed"):
        quarantine(district, tmp_path / "out")
    assert not (tmp_path / "out").exists()


# The command


def run(capsys, *words):
    code = cli.main([str(word) for word in words])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return code, printed.out + printed.err


def test_the_command_prints_what_became_of_every_table(write, clean, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    folder = write(**BARE | {"assessments": clean["assessments"].replace("0003", "9999")})
    code, printed = run(capsys, "validate", folder, "--quarantine", "out")
    assert code == 1  # the district itself has critical findings
    assert [line.split() for line in printed.splitlines() if line.strip().startswith("assessments ")] == [
        ["assessments", "3", "2", "1"]
    ]
    assert "9999" not in printed
    assert run(capsys, "validate", "out/clean")[0] == 0
    assert run(capsys, "validate", "out/clean", "--quarantine", "again")[0] == 0


@pytest.mark.parametrize("place", ["taken", "district/out", "file/out"])
def test_the_command_refuses_a_place_before_it_checks_anything(write, tmp_path, monkeypatch, capsys, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")

    def inspected(*arguments, **options):
        raise AssertionError("checked for nothing")

    monkeypatch.setattr(inspection, "inspect", inspected)
    code, printed = run(capsys, "validate", write(), "--quarantine", place)
    assert code == 2
    assert place in printed
    assert not (tmp_path / "reports").exists()


def test_a_fault_of_a_whole_file_is_said_to_be_beyond_cleaning(write, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, printed = run(capsys, "validate", write(students="id\n1\n"), "--quarantine", "out")
    assert code == 3
    assert "students.student_id" in printed
    assert "cannot be cleaned by setting rows aside" in printed
    assert not (tmp_path / "out").exists()


def test_riverbend_with_its_planted_faults_comes_out_clean(tmp_path):
    from cbe_analysis.simulate import write_riverbend

    write_riverbend(tmp_path / "riverbend", students=200, seed=1, form="parquet", faults=True)
    made = quarantine(cbe.validate(cbe.load(tmp_path / "riverbend")), tmp_path / "out")
    assert {"students", "enrollments", "evidence", "marks", "participation", "incidents"} <= set(lost(made))
    assert findings(made.folder / "clean").critical == ()
