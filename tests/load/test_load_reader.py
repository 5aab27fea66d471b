import math
from datetime import date, datetime

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cbe_analysis.errors import UsageError
from cbe_analysis.load import cells, load
from cbe_analysis.tables import TABLES

SCORES = "student_id,instrument,subject,date,score,official\n"


def test_cells_get_the_types_of_their_columns(district):
    rows = SCORES + '007,"a, ""b""",math,2026-02-28,1.5e2,TRUE\n008,sat,,2024-02-29,-0.5,False\n'
    given_ = district(assessments=rows).table(
        "assessments", ["student_id", "instrument", "subject", "date", "score", "official"]
    )
    assert given_.fetchall() == [
        ("007", 'a, "b"', "math", date(2026, 2, 28), 150.0, True),
        ("008", "sat", None, date(2024, 2, 29), -0.5, False),
    ]


def test_the_required_columns_come_first_and_absent_ones_are_unknown(district):
    relation = district(assessments=SCORES + "007,sat,math,2026-02-28,1,\n").table("assessments")
    assert relation.columns == [column.name for column in TABLES["assessments"].columns]
    assert relation.select("std_error, minutes, grade_at_test, official").fetchall() == [(None, None, None, None)]
    assert [str(kind) for kind in relation.select("std_error, grade_at_test, official").types] == [
        "DOUBLE",
        "BIGINT",
        "BOOLEAN",
    ]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        *[("date", text) for text in ("2026-02-30", "2026-2-3", "02/03/2026", "2026-02-03 00:00:00", "infinity", "x")],
        *[("score", text) for text in ("1_000", '"1,5"', "nan", "inf", "0x1A", " 5", "12 points", "1e400")],
        *[("grade_at_test", text) for text in ("5.4", "K", "1e1", "٣")],
        *[("official", text) for text in ("1", "yes", "t", "wahr")],
    ],
)
def test_what_is_not_of_its_type_is_unknown_and_stands_in_the_raw_rows(district, column, text):
    cells_of = {
        "student_id": "007",
        "instrument": "sat",
        "subject": "math",
        "date": "2026-01-31",
        "score": "5",
        column: text,
    }
    found = district(assessments=f"{','.join(cells_of)}\n{','.join(cells_of.values())}\n")
    assert found.table("assessments").select(column).fetchall() == [(None,)]
    assert found.raw("assessments").select(column).fetchall() == [(text.strip('"'),)]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "2026.0", 2026),
        ("integer", "+3", 3),
        ("integer", "-1", -1),
        ("number", ".5", 0.5),
        ("number", "5.", 5.0),
        ("boolean", "tRuE", True),
        ("date", "2000-02-29", date(2000, 2, 29)),
        ("month", "2016-09", "2016-09"),
        ("text", " x ", " x "),
    ],
)
def test_python_and_duckdb_read_a_cell_alike(district, kind, text, value):
    quoted = "'" + text + "'"
    assert district().sql(f"SELECT {cells.read(quoted, kind)}").fetchall() == [(value,)]
    assert cells.value(text, kind) == value


@pytest.mark.parametrize("empty", ["", '""', '"   "', "  "])
def test_an_empty_cell_is_unknown_everywhere(district, empty):
    found = district(students=f"student_id,gender,birth_month\n007,{empty},2016-13\n008,male,2016-12\n")
    assert found.raw("students").fetchall() == [(1, "007", None, "2016-13"), (2, "008", "male", "2016-12")]
    assert found.table("students", ["gender", "birth_month"]).fetchall() == [(None, None), ("male", "2016-12")]


def test_words_that_look_like_nothing_are_kept(district):
    found = district(students="student_id,gender\nNA,None\nNULL,NA\n1e5,nan\n")
    assert found.table("students", ["student_id", "gender"]).fetchall() == [
        ("NA", "None"),
        ("NULL", "NA"),
        ("1e5", "nan"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfstudent_id,gender\n007,female\n008,male\n",
        b"student_id,gender\r\n007,female\r\n008,male\r\n",
        b"student_id,gender\r007,female\r008,male\r",
        b"student_id,gender\n007,female\n\n008,male",
        b'"student_id","gender"\n"007","female"\n"008","male"\n\n',
        b" Student_ID ,GENDER\n007,female\n008,male\n",
    ],
)
def test_forms_of_csv_that_are_accepted(district, data):
    found = district(students=data)
    assert found.columns("students") == {"student_id": "text", "gender": "text"}
    assert found.raw("students").fetchall() == [(1, "007", "female"), (2, "008", "male")]


def test_strange_text_survives(district):
    strange = [
        "Ζωή ﷺ 👩🏽‍🏫",
        "=1+1",
        "<script>",
        "../{x}#",
        "'; DROP TABLE students; --",
        "\u202egnihton",
        "two\nlines",
    ]
    rows = "".join(f'{n},"{text}"\n' for n, text in enumerate(strange))
    found = district(students=f"student_id,gender\n{rows}")
    assert [text for (text,) in found.table("students", ["gender"]).fetchall()] == strange


def test_a_filter_leaves_the_row_numbers_as_they_were(district):
    rows = "".join(f"{n:05d},{'female' if n % 3 else 'male'}\n" for n in range(1, 30_001))
    numbers = district(students=f"student_id,gender\n{rows}").raw("students").filter("gender = 'male'")
    assert numbers.filter("row_number <> student_id::INTEGER").fetchall() == []
    assert numbers.aggregate("count(*), min(row_number), max(row_number)").fetchall() == [(10_000, 3, 30_000)]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "20", "", "-3.0"], "integer"),
        (["1", "2.5", "1e-3"], "number"),
        (["true", "FALSE", ""], "boolean"),
        (["2026-01-31", ""], "date"),
        (["007", "12"], "text"),
        (["1", "x"], "text"),
        (["", ""], "text"),
        (["12345678901234567"], "text"),
    ],
)
def test_an_extra_column_has_the_type_that_all_its_cells_have(district, values, kind):
    rows = "".join(f"{n},{value}\n" for n, value in enumerate(values))
    found = district(students=f"student_id,House\n{rows}")
    assert found.columns("students") == {"student_id": "text", "House": kind}
    assert len(found.table("students", ["House"]).filter('"House" IS NOT NULL').fetchall()) == sum(map(bool, values))


def test_only_what_is_asked_for_is_there(district):
    found = district()
    assert found.table("students", ["gender"]).columns == ["gender"]
    assert found.table("students", ["gender"], where="student_id=007").fetchall() == [("female",)]
    with pytest.raises(UsageError, match=r"no column shoe.*columns are: birth_month"):
        found.table("students", ["shoe"])


def test_tables_that_are_not_there(district):
    found = district(attendence="student_id\n007\n")
    assert found.tables == ("schools", "students", "enrollments")
    with pytest.raises(UsageError, match=r"needs table 'attendance'.*add attendance\.csv.*attendence\.csv is there"):
        found.table("attendance")
    with pytest.raises(UsageError, match=r"no table 'pupils'.*students"):
        found.columns("pupils")


def test_optional_tables_may_be_empty(district):
    assert district(assessments=SCORES).table("assessments").fetchall() == []


def test_names_of_files_may_be_in_capitals(folder):
    place = folder()
    (place / "students.csv").rename(place / "Students.CSV")
    assert load(place).table("students", ["student_id"]).fetchall() == [("007",), ("008",)]


# Parquet


def _parquet(place, table, **columns):
    (place / f"{table}.csv").unlink(missing_ok=True)
    pq.write_table(pa.table(columns), place / f"{table}.parquet")


def test_parquet_types_become_the_declared_ones(folder):
    place = folder()
    _parquet(
        place,
        "assessments",
        student_id=pa.array([7, 8], pa.int32()),
        instrument=pa.array(["sat", ""]).dictionary_encode(),
        subject=["math", "  "],
        date=pa.array([datetime(2026, 1, 31), datetime(2026, 1, 31, 9)], pa.timestamp("us", "UTC")),
        score=pa.array([0.1, math.nan], pa.float32()),
        grade_at_test=pa.array([3.0, 3.5]),
        official=[True, None],
        minutes=pa.array([12, None], pa.decimal128(6, 2)),
        std_error=[math.inf, 1e200],
    )
    found = load(place)
    names = [
        "student_id",
        "instrument",
        "subject",
        "date",
        "score",
        "grade_at_test",
        "official",
        "minutes",
        "std_error",
    ]
    assert found.table("assessments", names).fetchall() == [
        ("7", "sat", "math", date(2026, 1, 31), 0.1, 3, True, 12.0, None),
        ("8", None, None, None, None, None, None, None, None),
    ]
    assert found.raw("assessments").select("row_number, date, score, grade_at_test, std_error").fetchall() == [
        (1, "2026-01-31", "0.1", "3", "inf"),
        (2, "2026-01-31 09:00:00", None, "3.5", "1e+200"),
    ]


def test_extra_columns_have_one_type_in_either_format(folder):
    csv = load(folder(students="student_id,house,magnet\n007,1,0.5\n008,,2\n")).columns("students")
    place = folder()
    _parquet(place, "students", student_id=["007", "008"], house=pa.array([1.0, None]), magnet=["0.5", "2"])
    assert csv == load(place).columns("students") == {"student_id": "text", "house": "integer", "magnet": "number"}


def test_the_parts_of_a_folder_are_one_table(folder):
    place = folder()
    (place / "students.csv").unlink()
    (place / "students").mkdir()
    (place / "students" / "_SUCCESS").touch()
    pq.write_table(
        pa.table({"student_id": ["008"], "house": pa.array([1], pa.int32())}), place / "students" / "b.parquet"
    )
    pq.write_table(
        pa.table({"house": pa.array([7], pa.int64()), "student_id": ["007"]}), place / "students" / "a.parquet"
    )
    rows = load(place).raw("students").select("row_number, student_id, house").fetchall()
    assert rows == [(1, "007", "7"), (2, "008", "1")]


def test_row_numbers_of_parquet_are_those_of_the_file(folder):
    place = folder()
    _parquet(place, "students", student_id=[f"{n:06d}" for n in range(1, 300_001)])
    wrong = load(place).raw("students").filter("row_number <> student_id::INTEGER")
    assert wrong.fetchall() == []


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
records = st.fixed_dictionaries(
    {
        "student_id": st.from_regex(r"[0-9]{1,4}", fullmatch=True),
        "instrument": texts,
        "date": st.dates(date(1900, 1, 1), date(2199, 12, 31)) | st.none(),
        "score": st.floats(-1e6, 1e6).map(lambda x: round(x, 3)) | st.none(),
        "grade_at_test": st.integers(-1, 12) | st.none(),
        "official": st.booleans() | st.none(),
        "house": st.integers(-1000, 1000) | st.none(),
        "mentor": texts,
    }
)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(records, min_size=1, max_size=6))
def test_csv_and_parquet_give_equal_relations(tmp_path_factory, rows):
    # a lone carriage return in an unquoted cell would end the row: the writer quotes it
    frame = pd.DataFrame(rows).assign(subject="math")
    frame["grade_at_test"] = frame["grade_at_test"].astype("Int64")
    frame["house"] = frame["house"].astype("Int64")
    found = []
    for form in ("csv", "parquet"):
        place = tmp_path_factory.mktemp(form)
        for name, text in (
            ("schools", "school_id,name,kind\n1,North,high\n"),
            ("students", "student_id\n1\n"),
            ("enrollments", "student_id,school_id,entry_date,school_year,grade\n1,1,2025-08-20,2026,3\n"),
        ):
            (place / f"{name}.csv").write_text(text)
        if form == "csv":
            frame.to_csv(place / "assessments.csv", index=False, quoting=2, lineterminator="\n")
        else:
            frame.to_parquet(place / "assessments.parquet", index=False)
        found.append(load(place))
    csv, parquet = found
    assert csv.columns("assessments") == parquet.columns("assessments")
    assert csv.table("assessments").fetchall() == parquet.table("assessments").fetchall()
    shown = "row_number, student_id, instrument, date, grade_at_test, lower(official), mentor"
    assert csv.raw("assessments").select(shown).fetchall() == parquet.raw("assessments").select(shown).fetchall()
