"""Foreign text files are read as they stand, or refused in words that show no cell."""

import pytest

from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.importers import reading
from cbe_analysis.importers.places import plain_files
from cbe_analysis.importers.reading import check_ids, read_rows


@pytest.fixture
def write(tmp_path):
    def written(content, name="export.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return written


def test_cells_stay_text(write):
    rows = read_rows(write('id,mark\r\n007,NA\r\n1e5,None\r\n"a,b", x \r\n'))
    assert rows.frame.to_numpy().tolist() == [["007", "NA"], ["1e5", "None"], ["a,b", "x"]]
    assert rows.frame.index.tolist() == [1, 2, 3]
    assert rows.records == 3


def test_a_mark_at_the_beginning_and_blank_lines_are_nothing(write):
    rows = read_rows(write("﻿\n id , mark \n\n1,A\n , \n2,B\n\n".encode()))
    assert list(rows.frame.columns) == ["id", "mark"]
    assert rows.frame["id"].tolist() == ["1", "2"]


def test_a_header_alone_gives_no_rows(write):
    rows = read_rows(write("id,mark\n"))
    assert rows.frame.empty
    assert list(rows.frame.columns) == ["id", "mark"]
    assert (rows.frame.dtypes == "str").all()


def test_a_column_named_over_two_lines_is_named_on_one(write):
    assert list(read_rows(write('Student,"Raw\n  Score"\n1,2\n')).frame.columns) == ["Student", "Raw Score"]


def test_line_breaks_in_quotes_stay(write):
    assert read_rows(write('id,note\n1,"one\ntwo"\n')).frame["note"].tolist() == ["one\ntwo"]


def test_separators_are_taken_only_when_they_are_allowed(write):
    file = write("id;mark\n1;A\n")
    assert read_rows(file, separators=(",", ";")).frame["mark"].tolist() == ["A"]
    with pytest.raises(UnreadableData, match="semicolons"):
        read_rows(file)


def test_ragged_rows_are_refused_by_number_or_read_and_counted(write):
    file = write("id,mark\n1\n2,B\n3,C,secret\n4,D,,\n")
    with pytest.raises(UnreadableData, match="2 rows do not have the fields of the header, first rows 1, 3") as refused:
        read_rows(file)
    assert "secret" not in str(refused.value)
    rows = read_rows(file, ragged=True)
    assert rows.frame["mark"].tolist() == ["", "B", "D"]
    assert rows.records == 4
    assert [(part.records, part.why) for part in rows.left_out] == [(1, "more fields than the header")]
    assert [remark.count for remark in rows.remarks] == [1]


def test_text_kept_from_a_spreadsheet_is_freed(write):
    rows = read_rows(write('id,mark\n"=""007""",A\n8,B\n'))
    assert rows.frame["id"].tolist() == ["007", "8"]
    assert [remark.count for remark in rows.remarks] == [1]


def test_a_named_encoding_is_read(write):
    file = write("id,city\n1,Peñasco\n".encode("cp1252"))
    assert read_rows(file, encoding="cp1252").frame["city"].tolist() == ["Peñasco"]
    with pytest.raises(UnreadableData, match="not UTF-8"):
        read_rows(file)
    assert read_rows(write("id,city\n1,Taos\n".encode("utf-16")), encoding="utf-16").frame["city"].tolist() == ["Taos"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        ("id,mark\n1,A\n".encode("utf-16"), "UTF-16"),
        (b"id,mark\n1,\0\n", "NUL"),
        (b"id,mark\n1,A\n2,\xff\n", "line 3"),
        (b"id,,mark\n1,2,3\n", "column 2 has no name"),
        (b"id,mark,ID\n1,2,3\n", "column 3 has the name of another one"),
        (b'id,mark\n1,"A\n2,B\n', "quotation mark"),
        (b"id,mark\n1," + b"A" * 200_000 + b"\n", "quotation mark"),
        (b",,\n", "does not name the columns"),
    ],
)
def test_bad_files_are_refused(write, content, says):
    with pytest.raises(UnreadableData, match=says):
        read_rows(write(content))


def test_a_file_beyond_the_bound_is_not_opened(write, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", 10)
    with pytest.raises(UnreadableData, match="larger than"):
        read_rows(write("id,mark\n1,A\n2,B\n"))


def test_rounded_ids_are_refused_by_number(write):
    frame = read_rows(write("id\n605001\n6.05E+05\n1e5\n")).frame
    with pytest.raises(UnreadableData, match=r"2 ids .* first in rows 2, 3") as refused:
        check_ids(frame["id"], "export.csv")
    assert "6.05" not in str(refused.value)
    check_ids(frame["id"].head(1), "export.csv")
    assert frame["id"].tolist()[0] == "605001"


def test_files_of_a_folder_come_by_name(write, tmp_path):
    for name in ("b.CSV", "a.csv", ".hidden.csv", "notes.docx"):
        write("id\n1\n", name)
    (tmp_path / "more.csv").mkdir()
    assert [file.name for file in plain_files(tmp_path, (".csv",))] == ["a.csv", "b.CSV"]
    with pytest.raises(UsageError, match="no file of this kind"):
        plain_files(tmp_path, (".xml",))
    with pytest.raises(UsageError, match="no such file"):
        plain_files(tmp_path / "nowhere")


def test_a_link_out_of_the_folder_is_refused(write, tmp_path):
    outside = write("id\n1\n", "outside.csv")
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "link.csv").symlink_to(outside)
    with pytest.raises(UnreadableData, match="leads out of the folder"):
        plain_files(folder, (".csv",))
