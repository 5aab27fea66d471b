"""Every way in which a folder cannot be read: exit code 3, the file and the way out, and never a value."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from refusals import GOOD, SECRET, refused

from cbe_analysis.errors import UnreadableData, UsageError
from cbe_analysis.load import load, reader


def test_a_missing_folder(tmp_path):
    assert "there is no such folder" in refused(tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "students.csv").write_text(GOOD)
    assert "this is a file, not a folder" in refused(tmp_path / "students.csv")


def test_missing_tables_are_listed(folder):
    place = folder(schools=None, enrollments=None)
    (place / "enrolments.csv").write_text("x\n")
    message = refused(place)
    assert "tables schools, enrollments are missing" in message
    assert "add schools.csv, enrollments.csv to the data folder (enrolments.csv is there: is it meant?)" in message


def test_a_spreadsheet_is_named_where_its_table_is_missing(folder):
    place = folder(students=None)
    (place / "students.xlsx").write_bytes(b"PK")
    assert "table students is missing" in (message := refused(place))
    assert "students.xlsx is there" in message


def test_missing_columns_are_listed_for_all_tables(folder):
    message = refused(folder(students=f"id,gender\n{SECRET},male\n", marks=f"student_id,subject\n{SECRET},math\n"))
    assert "required columns are missing: marks.date, marks.mark, marks.term_id, students.student_id" in message


def test_a_file_without_a_header_gives_nothing_away(folder):
    message = refused(folder(students=f"{SECRET},male,x\n008,female,y\n"))
    assert "required columns are missing: students.student_id" in message


@pytest.mark.parametrize("table", ["students", "schools", "enrollments"])
def test_a_required_table_without_rows(folder, table):
    header = {
        "students": "student_id,gender",
        "schools": "school_id,name,kind\r\n\r\n",
        "enrollments": "student_id,school_id,entry_date,school_year,grade\n",
    }
    assert f"a header and no rows ({table}.csv)" in refused(folder(**{table: header[table]}))


WHOLE = {
    "empty": (b"", "the file is empty"),
    "only blank lines": (b"\n\n \n", "the file is empty"),
    "only a byte-order mark": (b"\xef\xbb\xbf", "the file is empty"),
    "blank first line": (f"\n{GOOD}".encode(), "the first line does not name the columns"),
    "utf-16 with mark": (GOOD.encode("utf-16"), "UTF-16"),
    "utf-16 without mark": (GOOD.encode("utf-16-le"), "UTF-16"),
    "utf-32": (GOOD.encode("utf-32"), "UTF-16 or UTF-32"),
    "a spreadsheet": (b"PK\x03\x04\x14\x00" + GOOD.encode(), "NUL bytes: it is binary"),
    "gzip": (b"\x1f\x8b\x08\x00" + GOOD.encode(), "NUL bytes: it is binary"),
    "latin-1 header": ("student_id,género\n".encode("latin-1"), "line 1 holds bytes that are not UTF-8"),
    "latin-1 row": (f"{GOOD}008,{SECRET}é\n".encode("latin-1"), "line 3 holds bytes that are not UTF-8"),
    "cut in a character": (GOOD.encode() + "008,é".encode()[:-1], "line 3 holds bytes that are not UTF-8"),
    "semicolons": (GOOD.replace(",", ";").encode(), "separated by semicolons"),
    "tabs": (GOOD.replace(",", "\t").encode(), "separated by tabs"),
    "bars": (GOOD.replace(",", "|").encode(), "separated by vertical bars"),
    "open quote in the header": (f'student_id,"gender\n007,{SECRET}\n'.encode(), "first line cannot be read"),
}


@pytest.mark.parametrize("form", WHOLE)
def test_files_that_are_not_csv_in_utf_8(folder, form):
    data, said = WHOLE[form]
    message = refused(folder(students=data), "students")
    assert said in message
    assert "students.csv" in message


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("student_id,gender,gender", "column 3 'gender' has the name of another one"),
        ("student_id,Student_ID", "column 2 'student_id' has the name of another one"),
        (f"student_id,{SECRET},{SECRET}", "column 3 has the name of another one"),
        ("student_id,gender,", "column 3 has no name"),
        ("student_id, ,x", "column 2 has no name"),
        ("student_id,row_number", "column 2 has a name that is kept for the kit"),
        ("student_id,Placed_grade", "column 2 has a name that is kept for the kit"),
        ('student_id,"two\nlines"', "column 2 has a name that cannot be printed"),
    ],
)
def test_headers_that_do_not_name_every_column_once(folder, header, said):
    commas = "," * header.count(",")
    assert said in refused(folder(students=f"{header}\n007{commas}\n"))


ROWS = {
    "too few": (f"007,x\n{SECRET}\n009,x\n", "row 2: fewer fields than the header"),
    "too many": (f'007,"x\ny"\n008,{SECRET},x\n', "row 2: more fields than the header"),
    "several": (f"{SECRET}\n008,x\n{SECRET}\n", "rows 1, 3: fewer fields than the header"),
    "open quote": (f'007,x\n008,"{SECRET}\n009,x\n', "row 2: a quotation mark that is not closed"),
    "text after a quote": (f'007,"x"{SECRET}\n', "row 1: a quotation mark that is not closed"),
    "mixed line ends": (f"007,x\r\n008,{SECRET}\n009,x\r\n", "cannot be told apart"),
    "NUL": (f"007,x\n008,{SECRET}\0\n", "NUL bytes"),
}


@pytest.mark.parametrize("form", ROWS)
def test_rows_that_do_not_fit_the_header(folder, form):
    rows, said = ROWS[form]
    message = refused(folder(students=f"student_id,gender\n{rows}"), "students")
    assert said in message
    assert "\n" not in message  # the reader's own words go over many lines, and show rows
    assert "students.csv" in message


def test_a_fault_far_down_has_its_row_number(folder):
    rows = [f"{n:06d},x\n" for n in range(1, 200_001)]
    rows[150_000 - 1] = f"{SECRET}\n"
    assert "row 150,000: fewer" in refused(folder(students=f"student_id,gender\n{''.join(rows)}"), "students")


def test_undecodable_bytes_far_down_have_their_line(folder):
    rows = b"".join(b"%06d,x\n" % n for n in range(1, 700_001)) + b"700001,\xe9\n"
    assert "line 700002 holds bytes" in refused(folder(students=b"student_id,gender\n" + rows), "students")


# What is not touched


def test_a_table_that_is_there_twice(folder):
    place = folder()
    pq.write_table(pa.table({"student_id": ["007"]}), place / "students.parquet")
    assert "table 'students' is there more than once (students.csv, students.parquet)" in refused(place)


def _link(target, link):
    try:
        os.symlink(target, link)
    except (OSError, NotImplementedError):
        pytest.skip("this system makes no symbolic links")


@pytest.mark.parametrize("name", ["students.csv", "district.toml"])
def test_a_link_that_leads_out_of_the_folder(folder, tmp_path, name):
    place = folder(students=None) if name == "students.csv" else folder()
    (tmp_path / "elsewhere").write_text(GOOD)
    _link(tmp_path / "elsewhere", place / name)
    assert f"leads out of the data folder ({name})" in refused(place)


def test_a_folder_of_parts_that_leads_out(folder, tmp_path):
    place = folder(students=None)
    (tmp_path / "parts").mkdir()
    pq.write_table(pa.table({"student_id": ["007"]}), tmp_path / "parts" / "a.parquet")
    _link(tmp_path / "parts", place / "students")
    assert "leads out of the data folder (students)" in refused(place)


def test_a_link_that_leads_nowhere(folder):
    place = folder(students=None)
    _link(place / "nothing", place / "students.csv")
    assert "cannot be opened" in refused(place)


@pytest.mark.parametrize("name", ["students.csv", "students.parquet", "assessments.csv", "district.toml"])
def test_a_link_that_leads_to_itself(folder, name):
    place = folder(students=None) if name.startswith("students") else folder()
    _link(name, place / name)
    assert name in refused(place)


def test_a_part_that_leads_to_itself(folder):
    place = folder()
    (place / "marks").mkdir()
    _link("a.parquet", place / "marks" / "a.parquet")
    assert "a.parquet" in refused(place)


def test_a_path_that_no_system_takes(tmp_path):
    assert "no such folder" in refused(tmp_path / "a" / ".." / "b")
    assert "cannot be found" in refused(tmp_path / ("x" * 5000))


@pytest.mark.parametrize(("closed", "mode"), [("students.csv", 0), ("", 0), ("", 0o444), ("district.toml", 0)])
def test_what_may_not_be_read(folder, closed, mode):
    place = folder(**{"district.toml": ""})
    (place / closed).chmod(mode)
    if os.access(place / closed, os.R_OK if closed else os.X_OK):
        pytest.skip("nothing is closed to this user")
    try:
        assert "cannot be opened" in refused(place)
    finally:
        (place / closed).chmod(0o700)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_file_that_goes_while_the_folder_is_read(folder, monkeypatch, form):
    place = folder(students=None)
    if form == "csv":
        (place / "students.csv").write_text(GOOD)
    else:
        pq.write_table(pa.table({"student_id": ["007"]}), place / "students.parquet")
    look = reader.look

    def look_and_lose(path):
        found = look(path)
        (place / f"students.{form}").unlink()
        return found

    monkeypatch.setattr(reader, "look", look_and_lose)
    assert f"cannot be opened: No such file or directory (students.{form})" in refused(place)


def test_a_file_that_goes_after_it_was_loaded(folder):
    place = folder()
    found = load(place)
    (place / "students.csv").unlink()
    with pytest.raises(UnreadableData, match=r"changed since it was loaded \(students.csv\)"):
        found.table("students")


@pytest.mark.parametrize("name", ["District.toml", "DISTRICT.TOML", "district.toml.txt"])
def test_settings_under_another_name_are_not_passed_over(folder, name):
    place = folder()
    (place / name).write_text("minimum_n = 20\n")
    if (place / "district.toml").exists():  # on a system where letters' case is one
        assert load(place).policy.minimum_n == 20
    else:
        assert f"under another name ({name}); name it district.toml" in refused(place)


@pytest.mark.parametrize("name", ["Students.csv", "STUDENTS.CSV"])
def test_tables_may_be_named_in_other_letters(folder, name):
    place = folder()
    (place / "students.csv").rename(place / name)
    assert load(place).table("students", ["student_id"]).fetchall() == [("007",), ("008",)]


def test_a_link_within_the_folder_is_followed(folder):
    place = folder()
    (place / "students.csv").rename(place / "pupils-2026.csv")
    _link(place / "pupils-2026.csv", place / "students.csv")
    assert load(place).table("students", ["student_id"]).fetchall() == [("007",), ("008",)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_a_pipe_is_not_waited_for(folder):
    place = folder(students=None)
    os.mkfifo(place / "students.csv")
    assert "not a plain file (students.csv)" in refused(place)


def test_a_folder_in_place_of_a_file(folder):
    place = folder(students=None)
    (place / "students.csv").mkdir()
    assert "not a plain file (students.csv)" in refused(place)


def test_queries_reach_no_other_file(folder, tmp_path):
    import duckdb

    other = tmp_path / "other.csv"
    other.write_text(GOOD)
    found = load(folder())
    with pytest.raises(duckdb.PermissionException):
        found.sql(f"FROM read_csv('{other}')")


@pytest.mark.parametrize("name", ["we'ird [1]", "a*b?", "{x} %s", "ünï  cödé"])
def test_folders_with_strange_names_areread(folder, name):
    place = folder()
    strange = place.rename(place.with_name(name))
    assert load(strange).table("students", ["student_id"]).fetchall() == [("007",), ("008",)]


def test_settings_that_are_wrong(folder):
    assert "district.toml" in refused(folder(**{"district.toml": "minimum_n = 3\n"}))


def test_a_table_that_was_not_loaded_is_a_fault_of_the_request(folder):
    with pytest.raises(UsageError) as caught:
        load(folder()).table("marks")
    assert caught.value.exit_code == 2
