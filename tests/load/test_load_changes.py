"""What changed between two exports, by table and school: every row is counted once, and no value is shown."""

import pandas as pd
import pytest
from small_district import STUDENTS, tables, write

from cbe_analysis.load import load
from cbe_analysis.load.changes import NO_SCHOOL, CellsChanged, changes


@pytest.fixture
def compared(tmp_path):
    """The changes from the small district to itself with some tables given anew."""

    def compare(**changed):
        old = load(write(tmp_path / "old"))
        return changes(old, load(write(tmp_path / "new", **changed)))

    return compare


def counts(found, table):
    return {
        part.school: (part.before, part.after, part.added, part.gone, part.changed)
        for part in found.rows
        if part.table == table
    }


def test_nothing_changed(compared):
    found = compared()
    assert all(part.same for part in found.rows)
    assert found.cells == found.tables_added == found.tables_gone == found.columns_added == found.columns_gone == ()
    assert counts(found, "attendance") == {"0101": (12, 12, 0, 0, 0), "0102": (12, 12, 0, 0, 0)}
    assert counts(found, "schools") == {"0101": (1, 1, 0, 0, 0), "0102": (1, 1, 0, 0, 0)}
    assert sum(part.after for part in found.rows if part.table == "students") == STUDENTS


def test_rows_added_gone_and_changed_at_their_school(compared):
    lines = tables()["attendance"]
    lines[2] = lines[2].replace(",180,2", ",180,9")  # student 0002 at 0102
    del lines[1]  # student 0001 at 0101
    lines.append("0001,0102,2026,10,0")
    found = compared(attendance=lines)
    assert counts(found, "attendance") == {"0101": (12, 11, 0, 1, 0), "0102": (12, 13, 1, 0, 1)}
    total = found.total("attendance")
    assert (total.before, total.after, total.added, total.gone, total.changed) == (24, 24, 1, 1, 1)
    assert found.cells == (CellsChanged("attendance", "days_absent", 1),)


def test_a_student_without_a_school_of_their_own_counts_where_placed(compared):
    lines = tables()["students"]
    lines[1] = lines[1].replace("white", "black")  # 0001, at 0101
    found = compared(students=lines)
    assert counts(found, "students")["0101"] == (12, 12, 0, 0, 1)
    assert counts(found, "students")["0102"] == (12, 12, 0, 0, 0)


def test_the_order_of_rows_and_the_format_make_no_change(tmp_path):
    old = write(tmp_path / "old")
    head, *lines = tables()["attendance"]
    new = write(tmp_path / "new", attendance=[head, *reversed([line + ".0" for line in lines])])
    students = pd.read_csv(new / "students.csv", dtype="str")
    students.to_parquet(new / "students.parquet")
    (new / "students.csv").unlink()
    assert all(part.same for part in changes(load(old), load(new)).rows)


def test_tables_and_columns_of_one_export_only(compared):
    lines = [line + (",A" if line[0].isdigit() else ",homeroom") for line in tables()["students"]]
    found = compared(students=lines, attendance=None, closures=["start_date,end_date", "2025-12-22,2026-01-02"])
    assert (found.tables_added, found.tables_gone) == (("closures",), ("attendance",))
    assert (found.columns_added, found.columns_gone) == (("students.homeroom",), ())
    assert all(part.same for part in found.rows)


def test_a_table_that_knows_no_school(tmp_path):
    programs = ["program_id,name,assignment,start_date", "p,Tutoring,randomized,2025-09-01"]
    old = write(tmp_path / "old", programs=programs)
    new = write(tmp_path / "new", programs=[programs[0], programs[1].replace("Tutoring", "Reading")])
    assert counts(changes(load(old), load(new)), "programs") == {NO_SCHOOL: (1, 1, 0, 0, 1)}


def test_rows_with_one_key_are_told_apart_by_their_number(tmp_path):
    lines = tables()["attendance"]
    old = write(tmp_path / "old", attendance=[*lines, lines[1]])
    new = write(tmp_path / "new", attendance=lines)
    assert counts(changes(load(old), load(new)), "attendance")["0101"] == (13, 12, 0, 1, 0)


@pytest.mark.parametrize(("before", "after"), [("", "5"), ("5", "")])
def test_an_empty_cell_is_unlike_a_filled_one(tmp_path, before, after):
    def lines(cell):
        head, first, *rest = tables()["attendance"]
        return [head, first.rpartition(",")[0] + "," + cell, *rest]

    old, new = write(tmp_path / "old", attendance=lines(before)), write(tmp_path / "new", attendance=lines(after))
    found = changes(load(old), load(new))
    assert found.total("attendance").changed == 1
    assert found.cells == (CellsChanged("attendance", "days_absent", 1),)


def test_progress_names_the_tables(tmp_path):
    told = []
    district = load(write(tmp_path / "d"))
    changes(district, load(tmp_path / "d"), progress=lambda done, total, what: told.append((done, total, what)))
    assert told == [
        (number, 4, name) for number, name in enumerate(("schools", "students", "enrollments", "attendance"))
    ]
