"""Every way in which Parquet cannot be read: exit code 3, the file and the way out, and never a value."""

import math
from datetime import date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from refusals import GOOD, SECRET, refused

from cbe_analysis.load import load


def _parquet(place, table, **columns):
    (place / f"{table}.csv").unlink(missing_ok=True)
    pq.write_table(pa.table(columns), place / f"{table}.parquet")
    return place / f"{table}.parquet"


@pytest.mark.parametrize("data", [b"", GOOD.encode(), b"PAR1" + b"\0" * 40 + b"PAR1"])
def test_what_is_no_parquet(folder, data):
    place = folder(students=None)
    (place / "students.parquet").write_bytes(data)
    assert "students.parquet" in refused(place)


def test_damaged_parquet(folder):
    place = folder()
    file = _parquet(place, "students", student_id=[f"{n:05d}{SECRET}" for n in range(9_000)])
    data = bytearray(file.read_bytes())
    data[40 : len(data) // 2] = b"\xff" * (len(data) // 2 - 40)
    file.write_bytes(data)
    assert "damaged" in refused(place, "students")


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (pa.array([[1, 2]]), "holds lists or records"),
        (pa.array([{"x": 1}]), "holds lists or records"),
        (pa.array([SECRET.encode()]), "holds bytes"),
    ],
)
def test_columns_of_parquet_that_are_no_cells(folder, column, said):
    place = folder()
    _parquet(place, "students", student_id=["007"], house=column, other=["x"])
    assert f"column 2 'house' {said}" in refused(place)


def test_a_nul_character_in_parquet(folder):
    place = folder()
    _parquet(place, "students", student_id=["007"], gender=[f"{SECRET}\0"])
    assert "NUL character" in refused(place, "students")


def test_parquet_without_rows(folder):
    place = folder()
    _parquet(place, "students", student_id=pa.array([], pa.string()))
    assert "a header and no rows (students.parquet)" in refused(place)


def test_parquet_without_a_required_column(folder):
    place = folder()
    _parquet(place, "students", gender=[SECRET])
    assert "students.student_id" in refused(place)


def test_a_parquet_bomb(folder, monkeypatch):
    from cbe_analysis.load import parquet

    monkeypatch.setattr(parquet, "_MOST_UNPACKED", 1 << 16)
    monkeypatch.setattr(parquet, "_MOST_PACKED", 20)
    place = folder()
    (place / "students.csv").unlink()
    blank = pa.table({"student_id": ["x" * (1 << 20)]})
    pq.write_table(blank, place / "students.parquet", compression="zstd", use_dictionary=False, write_statistics=False)
    assert "unpack" in refused(place)


def test_parts_with_other_columns(folder):
    place = folder(students=None)
    (place / "students").mkdir()
    pq.write_table(pa.table({"student_id": ["007"], "gender": ["x"]}), place / "students" / "a.parquet")
    pq.write_table(pa.table({"student_id": ["008"]}), place / "students" / "b.parquet")
    assert "b.parquet has other columns than a.parquet (students/)" in refused(place)


@pytest.mark.parametrize("inside", [[], ["a.csv"], ["a.parquet", "notes.txt"]])
def test_a_folder_of_parts_holds_parquet_and_nothing_else(folder, inside):
    place = folder(students=None)
    (place / "students").mkdir()
    for name in inside:
        (place / "students" / name).write_text(GOOD)
    assert "must hold Parquet parts and nothing else" in refused(place)


def test_numbers_and_moments_at_the_edge_of_their_types(folder):
    place = folder()
    moments = [datetime(999, 12, 31), datetime(1000, 1, 1), datetime(2999, 12, 31), datetime(3000, 1, 1)]
    _parquet(
        place,
        "assessments",
        student_id=["007"] * 4,
        date=pa.array(moments, pa.timestamp("us")),
        score=pa.array([2**63 - 1, -(2**63), 0, None], pa.int64()),
        grade_at_test=[1e15, 1e17, -0.0, math.inf],
        instrument=["sat"] * 4,
        subject=["math"] * 4,
    )
    assert load(place).table("assessments", ["date", "score", "grade_at_test"]).fetchall() == [
        (None, 2.0**63, 10**15),
        (date(1000, 1, 1), -(2.0**63), None),
        (date(2999, 12, 31), 0.0, 0),
        (None, None, None),
    ]
