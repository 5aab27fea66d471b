import os
import stat
from itertools import product

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.load import load
from cbe_analysis.load.fingerprint import key_file, read_key

SCORES = (
    "student_id,instrument,subject,date,score,official,std_error\n"
    "007,sat,math,2025-10-01,10.50,TRUE,\n"
    "008,sat,math,2025-10-01,-0.0,false,1\n"
    "008,sat,reading,2025-10-02,3,,\n"
)
READS = {"assessments": ["student_id", "subject", "date", "score", "official"], "students": None}


@pytest.fixture
def print_of(folder, tmp_path):
    """A function: tables -> the fingerprint of a district with them."""

    def compute(reads=READS, where=(), **tables):
        return load(folder(**{"assessments": SCORES} | tables)).fingerprint(reads, where, key=tmp_path / "key")

    return compute


def test_the_order_of_rows_columns_and_tables_leaves_it_unchanged(print_of):
    header, *rows = SCORES.splitlines()
    turned = "\n".join([",".join(line.split(",")[::-1]) for line in (header, *rows[::-1])]) + "\n"
    reads = {"students": ["gender", "student_id"], "assessments": READS["assessments"][::-1]}
    assert print_of() == print_of(assessments=turned) == print_of(reads)
    assert len(print_of()) == 64


def test_two_spellings_of_the_same_value_leave_it_unchanged(print_of):
    same = SCORES.replace("10.50", "1.05e1").replace("-0.0", "0").replace("TRUE", "true").replace(",3,", ",3.0,")
    assert print_of(assessments=same) == print_of()


def test_csv_and_parquet_give_the_same(print_of, folder, tmp_path):
    place = folder(assessments=SCORES, students="student_id,gender,house\n007,female,1\n008,male,\n")
    csv = load(place).fingerprint(READS, key=tmp_path / "key")
    text = pyarrow.csv.ConvertOptions(column_types={"student_id": "string"})
    for table in ("assessments", "students"):
        read = pyarrow.csv.read_csv(place / f"{table}.csv", convert_options=text)
        pq.write_table(read, place / f"{table}.parquet")
        (place / f"{table}.csv").unlink()
    assert load(place).fingerprint(READS, key=tmp_path / "key") == csv


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("10.50", "10.51"),
        ("007,sat,math", "07,sat,math"),
        ("2025-10-02", "2025-10-03"),
        ("TRUE", ""),
        ("008,sat,reading,2025-10-02,3,,\n", ""),
        ("008,sat,reading,2025-10-02,3,,\n", "008,sat,reading,2025-10-02,3,,\n" * 2),
        ("008,sat,reading,2025-10-02,3,,\n", "008,sat,reading,2025-10-02,3,,\n" * 3),
    ],
)
def test_another_value_or_number_of_rows_changes_it(print_of, old, new):
    assert print_of(assessments=SCORES.replace(old, new)) != print_of()


def test_every_cell_counts_and_so_does_its_row(print_of):
    """Each cell in turn changed, emptied, and exchanged with that of another row; rows alone, and rows twice."""
    header, *lines = SCORES.splitlines()
    rows = [line.split(",")[:5] for line in lines]
    other = ["009", "map", "science", "2025-10-09", "11"]
    found = [rows, *([*rows[:at], *rows[at + 1 :]] for at in range(3)), *([*rows, row] for row in rows)]
    for at, column in product(range(3), range(5)):
        cells = [other[column], "", rows[at - 1][column]]
        for cell in (cell for cell in cells if cell != rows[at][column]):
            changed = [list(row) for row in rows]
            if cell == rows[at - 1][column]:
                changed[at - 1][column] = rows[at][column]
            changed[at][column] = cell
            found.append(changed)
    names = ",".join(header.split(",")[:5])
    tables = {"\n".join(sorted(map(",".join, one))): "\n".join([names, *map(",".join, one), ""]) for one in found}
    reads = {"assessments": names.split(",")}
    assert len({print_of(reads, assessments=table) for table in tables.values()}) == len(tables) > 40


def test_cells_do_not_run_into_each_other(print_of):
    rows = ["a,b:1", "a:b,1", "a,b", "ab,", ",ab", "-1,1", '"a\n",b', 'a,"\nb"']
    found = {print_of({"students": None}, students=f"student_id,gender\n{row}\n") for row in rows}
    assert len(found) == len(rows)


def test_columns_that_are_not_read_do_not_count(print_of):
    assert print_of(assessments=SCORES.replace(",sat,", ",map,")) == print_of()
    assert print_of({"students": ["student_id"]}) != print_of({"students": ["gender"]})


def test_rows_that_do_not_meet_the_conditions_do_not_count(print_of):
    other = SCORES.replace("2025-10-02,3", "2025-10-02,4")
    assert print_of(where="grade=4") != print_of()
    assert print_of(where="subject=math", assessments=other) == print_of(where="subject=math")
    assert print_of(where="grade=3", assessments=other) == print_of(where="grade=3")
    assert print_of(where="grade=4", assessments=other) != print_of(where="grade=4")


def test_the_key_is_secret_and_made_once(folder, tmp_path, monkeypatch):
    place = folder()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CBE_INTERNAL")
    first = load(place).fingerprint({"students": None})
    made = tmp_path / "reports" / "internal" / "key"
    assert len(made.read_bytes()) == 32
    assert list(made.parent.iterdir()) == [made]
    if os.name == "posix":
        assert stat.S_IMODE(made.stat().st_mode) == 0o600
        assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700
    assert load(place).fingerprint({"students": None}) == first
    made.unlink()
    assert load(place).fingerprint({"students": None}) != first


@pytest.mark.skipif(os.name != "posix", reason="this system has no such rights")
@pytest.mark.parametrize(("chosen", "after"), [(False, 0o700), (True, 0o770)])
def test_an_internal_folder_is_closed_unless_somebody_chose_it(tmp_path, monkeypatch, chosen, after):
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "reports" / "internal"
    place.mkdir(parents=True)
    place.chmod(0o770)
    monkeypatch.delenv("CBE_INTERNAL")
    if chosen:
        monkeypatch.setenv("CBE_INTERNAL", str(place))
    read_key(key_file())
    assert stat.S_IMODE(place.stat().st_mode) == after


def test_where_the_key_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("CBE_INTERNAL", str(tmp_path / "out"))
    assert key_file() == tmp_path / "out" / "key"
    monkeypatch.setenv("CBE_KEY_FILE", str(tmp_path / "secret"))
    assert key_file() == tmp_path / "secret"


def test_a_key_that_another_process_made_first_stays(tmp_path, monkeypatch):
    from cbe_analysis.load import fingerprint

    file, theirs = tmp_path / "key", b"k" * 32

    def meanwhile(count):
        file.write_bytes(theirs)
        return b"m" * count

    monkeypatch.setattr(fingerprint.secrets, "token_bytes", meanwhile)
    assert read_key(file) == theirs
    assert list(tmp_path.iterdir()) == [file]


def test_a_key_is_made_where_files_have_no_links(tmp_path, monkeypatch):
    from cbe_analysis.load import fingerprint

    def no_links(*names):
        raise OSError("not here")

    monkeypatch.setattr(fingerprint.os, "link", no_links)
    assert len(read_key(tmp_path / "key")) == 32


def test_a_damaged_key_and_an_impossible_place(tmp_path):
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(UnreadableData, match="damaged"):
        read_key(tmp_path / "key")
    with pytest.raises(UsageError, match="CBE_KEY_FILE"):
        read_key(tmp_path / "key" / "below")
