"""Small tables are read once and kept; large ones are read anew for each query. Nobody should notice which."""

import os

import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from cbe_analysis.errors import UnreadableData
from cbe_analysis.load import load, reader

SCORES = (
    "student_id,instrument,subject,date,score,room\n"
    "007,sat,math,2025-10-01,10.50,1\n"
    "008,sat,math,2025-13-01,x,2\n"
    "008,sat,reading,2025-10-02,,3\n"
)


def answers(found, key):
    """What the district says of its scores in every way of asking."""
    return (
        found.columns("assessments"),
        found.table("assessments").fetchall(),
        found.table("assessments", ["room", "official"], where="room>=2").fetchall(),
        sorted(found.placed("assessments", where="gender=male", factors=["gender"]).fetchall(), key=str),
        found.raw("assessments").fetchall(),
        found.fingerprint({"assessments": None, "students": ["gender"]}, where="grade>=3", key=key),
        found.as_of(found.tables),
    )


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_kept_or_not_the_answers_are_the_same(folder, tmp_path, monkeypatch, form):
    place = folder(assessments=SCORES)
    if form == "parquet":
        text = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(SCORES.split("\n")[0].split(","), "string"))
        pq.write_table(
            pyarrow.csv.read_csv(place / "assessments.csv", convert_options=text), place / "assessments.parquet"
        )
        (place / "assessments.csv").unlink()
    kept = answers(load(place), tmp_path / "key")
    monkeypatch.setattr(reader, "_SMALL", {"csv": 0, "parquet": 0})
    assert answers(load(place), tmp_path / "key") == kept


@pytest.mark.parametrize("most", [0, 1 << 20])
@pytest.mark.parametrize("change", ["longer", "later", "gone"])
def test_a_file_that_changes_after_loading_is_an_error(folder, tmp_path, monkeypatch, most, change):
    monkeypatch.setattr(reader, "_SMALL", {"csv": most, "parquet": most})
    place = folder(assessments=SCORES)
    found, file = load(place), place / "assessments.csv"
    before = found.fingerprint({"assessments": None}, key=tmp_path / "key")
    assert found.fingerprint({"assessments": None}, key=tmp_path / "key") == before
    if change == "longer":
        file.write_text(SCORES + "007,sat,math,2025-10-03,1,4\n", encoding="utf-8")
    elif change == "later":
        os.utime(file, ns=(0, file.stat().st_mtime_ns + 10**9))
    else:
        file.unlink()
    for ask in (
        lambda: found.fingerprint({"assessments": None}, key=tmp_path / "key"),
        lambda: found.placed("assessments"),
        lambda: found.raw("assessments"),
    ):
        with pytest.raises(
            UnreadableData, match=r"has changed since it was loaded.*assessments\.csv.*load the folder anew"
        ):
            ask()
    assert found.table("students", ["student_id"]).fetchall() == [("007",), ("008",)]


def test_a_table_that_is_kept_is_read_once(folder, monkeypatch):
    found = load(folder(assessments=SCORES))
    read = []
    original = reader.Reader._scan
    monkeypatch.setattr(reader.Reader, "_scan", lambda self, table: read.append(table) or original(self, table))
    first = found.table("assessments", ["score"]).fetchall()
    times = len(read)
    assert found.table("assessments", ["score"]).fetchall() == first
    assert len(read) == times > 0
