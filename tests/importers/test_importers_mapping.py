"""Any CSV becomes canonical tables by a mapping; what the mapping does not say is an error, never a guess."""

import os

import pytest

from cbe_analysis.errors import CbeError, UnreadableData, UsageError
from cbe_analysis.importers import mapping
from cbe_analysis.importers.mapping import read
from cbe_analysis.importers.reading import read_rows

SECRET = "Zylphia"  # stands for a student's value: no message may hold it
TARGETS = """
[[source]]
files = "targets.csv"
[[source.table]]
table = "targets"
[source.table.columns]
target_id = "Code"
subject = { constant = "math" }
level = "Level"
title = "Title"
kind = { constant = "academic" }
required = { column = "Core", values = "yes_no" }
"""
STATUS = """
[[source]]
files = "status.csv"
[[source.table]]
table = "target_status"
[source.table.columns]
student_id = "Student"
target_id = "Target"
date = { column = "Day", format = "%m/%d/%Y" }
proficient = { column = "Met", values = { M = "true", N = "false" } }
"""
HEADER = "Student,Target,Day,Met\n"


@pytest.fixture
def source(tmp_path):
    """Writes a mapping and its files."""

    def write(mapping, **files):
        (tmp_path / "mapping.toml").write_text(mapping, encoding="utf-8")
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / f"{name}.csv").write_bytes(data)
        return tmp_path

    return write


def rows(harvest, table):
    return [tuple(row) for row in harvest.tables[table].itertuples(index=False)]


def columns(harvest, table):
    return list(harvest.tables[table].columns)


def left_out(harvest):
    return {part.why: part.records for tally in harvest.summary.tallies for part in tally.left_out}


def test_columns_constants_and_vocabularies(source):
    harvest = read(source(TARGETS, targets="Code,Level,Title,Core,Notes\n007,5,Fractions,Y,x\n008,5.0,Area,no,\n"))
    assert columns(harvest, "targets") == ["target_id", "subject", "level", "title", "kind", "required"]
    assert rows(harvest, "targets") == [
        ("007", "math", "5", "Fractions", "academic", "true"),
        ("008", "math", "5.0", "Area", "academic", "false"),
    ]
    assert harvest.summary.records == 2
    assert harvest.summary.columns_left == ("Notes",)


def test_dates_in_the_formats_told_and_in_no_other(source):
    three = STATUS.replace('"%m/%d/%Y"', '["%m/%d/%Y", "%Y-%m-%d", "%d %b %Y"]')
    text = HEADER + "1,a,09/30/2025,M\n2,a,2025-10-01,M\n3,a,02 Oct 2025,N\n"
    assert [row[2] for row in rows(read(source(three, status=text)), "target_status")] == [
        "2025-09-30",
        "2025-10-01",
        "2025-10-02",
    ]
    with pytest.raises(UnreadableData, match=r"2 cells \(2 different\).*a date written YYYY-MM-DD.*rows 2, 3"):
        read(source(STATUS, status=text))


def test_a_day_that_two_formats_read_differently_is_an_error(source):
    both = STATUS.replace('"%m/%d/%Y"', '["%m/%d/%Y", "%d/%m/%Y"]')
    assert rows(read(source(both, status=HEADER + "1,a,09/30/2025,M\n2,a,05/05/2025,M\n")), "target_status")
    with pytest.raises(UnreadableData, match=r"1 cells .*two formats must not both fit"):
        read(source(both, status=HEADER + "1,a,09/10/2025,M\n"))


@pytest.mark.parametrize(
    ("cell", "fine"), [("2024-02-29", True), ("2025-02-29", False), ("2025-2-3", False), ("45291", False)]
)
def test_without_a_format_a_date_is_iso_and_real(source, cell, fine):
    plain = STATUS.replace('{ column = "Day", format = "%m/%d/%Y" }', '"Day"')
    folder = source(plain, status=HEADER + f"1,a,{cell},M\n")
    if fine:
        assert rows(read(folder), "target_status")[0][2] == cell
    else:
        with pytest.raises(UnreadableData, match="date"):
            read(folder)


def test_a_birth_date_becomes_a_month(source):
    mapping = """
        source = [{ files = "s.csv", table = [{ table = "students", columns = {
            student_id = "ID", birth_month = { column = "DOB", format = "%m/%d/%Y" } } }] }]"""
    flat = " ".join(mapping.split())  # TOML wants inline tables on one line
    assert rows(read(source(flat, s="ID,DOB\n1,02/29/2012\n")), "students") == [("1", "2012-02")]


@pytest.mark.parametrize("otherwise", ["error", "empty", "leave_out", "keep"])
def test_a_value_that_is_not_in_the_map(source, otherwise):
    values = f'subject = {{ column = "Area", values = {{ M = "math" }}, otherwise = "{otherwise}" }}'
    mapping = TARGETS.replace('subject = { constant = "math" }', values)
    folder = source(mapping, targets=f"Code,Level,Title,Core,Area\n1,5,a,y,M\n2,5,b,y,{SECRET}\n")
    if otherwise == "error":
        with pytest.raises(
            UnreadableData, match=r"1 cells \(1 different\).*not in its value map, first in rows 2"
        ) as e:
            read(folder)
        assert SECRET not in str(e.value)
        assert "'Area'" in str(e.value)
        return
    harvest = read(folder)
    if otherwise == "keep":
        assert [row[1] for row in rows(harvest, "targets")] == ["math", SECRET]
    else:
        assert [row[0] for row in rows(harvest, "targets")] == ["1"]
        why = "subject is empty" if otherwise == "empty" else "subject cannot be read"
        assert left_out(harvest) == {why: 1}


@pytest.mark.parametrize(
    ("vocabulary", "column", "code", "word"),
    [
        ("school_year", "school_year", "2025-26", "2026"),
        ("school_year", "school_year", "2025-2026", "2026"),
        ("school_year", "school_year", "1999-00", "2000"),
        ("school_year", "school_year", "2025", None),
        ("school_year", "school_year", "2025-27", None),
        ("grade", "grade", "KG", "0"),
        ("grade", "grade", "07", "7"),
        ("grade", "grade", "13", None),
        ("english_learner", "english_learner", "LEP", "current"),
        ("english_learner", "english_learner", "not limited", None),
    ],
)
def test_vocabularies(source, vocabulary, column, code, word):
    others = {"school_year": '{ constant = "2026" }', "grade": '{ constant = "3" }'}
    others.pop(column, None)
    lines = "\n".join(f"{name} = {rule}" for name, rule in others.items())
    mapping = f"""
[[source]]
files = "e.csv"
[[source.table]]
table = "enrollments"
[source.table.columns]
student_id = "ID"
school_id = {{ constant = "1" }}
entry_date = {{ constant = "2025-08-20" }}
{column} = {{ column = "X", values = "{vocabulary}" }}
{lines}
"""
    folder = source(mapping, e=f"ID,X\n1,{code}\n")
    if word is None:
        with pytest.raises(UnreadableData, match="not in its value map"):
            read(folder)
    else:
        assert read(folder).tables["enrollments"][column].tolist() == [word]


def test_wide_columns_become_rows(source):
    mapping = """
[[source]]
files = "wide.csv"
delimiter = ";"
[[source.table]]
table = "assessments"
wide.columns = { "Math RIT" = "math", "Reading RIT" = "reading" }
[source.table.columns]
student_id = "ID"
instrument = { constant = "map" }
subject = { wide = "name" }
date = "Day"
score = { wide = "value", decimal = "," }
"""
    harvest = read(source(mapping, wide="ID;Day;Math RIT;Reading RIT\n2;2025-09-01;201,5;\n1;2025-09-01;198;210\n"))
    assert rows(harvest, "assessments") == [
        ("1", "map", "math", "2025-09-01", "198"),
        ("1", "map", "reading", "2025-09-01", "210"),
        ("2", "map", "math", "2025-09-01", "201.5"),
    ]
    (tally,) = harvest.summary.tallies
    assert (tally.read, tally.written) == (4, 3)
    assert left_out(harvest) == {"its wide cell is empty": 1}


def test_records_are_skipped_with_their_reason(source):
    skipping = STATUS.replace(
        'files = "status.csv"',
        'files = "status.csv"\nskip = [{ column = "State", is_not = ["active"], why = "not active" }]',
    )
    text = "Student,Target,Day,Met,State\n1,a,09/30/2025,M,active\n2,a,09/30/2025,M,left\n3,a,09/30/2025,,active\n"
    harvest = read(source(skipping, status=text))
    assert [row[0] for row in rows(harvest, "target_status")] == ["1"]
    assert left_out(harvest) == {"not active": 1, "proficient is empty": 1}


def test_several_files_and_several_tables_from_one_record(source):
    mapping = (
        STATUS.replace("status.csv", "part_*.csv")
        + """
[[source.table]]
table = "students"
columns.student_id = "Student"
extra.homeroom = "Room"
"""
    )
    head = "Student,Target,Day,Met,Room\n"
    folder = source(mapping, part_1=head + "1,a,09/30/2025,M,A\n", part_2=head + "1,b,09/30/2025,N,A\n")
    harvest = read(folder)
    assert len(harvest.tables["target_status"]) == 2
    assert rows(harvest, "students") == [("1", "A")]
    assert left_out(harvest) == {"the same row again": 1}


def test_a_table_from_two_files_is_joined_by_its_key(source):
    mapping = """
[[source]]
files = "a.csv"
[[source.table]]
table = "students"
columns = { student_id = "ID", gender = { column = "Sex", values = "gender" } }
[[source]]
files = "b.csv"
[[source.table]]
table = "students"
columns = { student_id = "No", home_language = "Lang", gender = "Gender" }
"""
    harvest = read(source(mapping, a="ID,Sex\n1,F\n2,\n", b="No,Lang,Gender\n1,es,male\n2,en,female\n3,en,male\n"))
    assert rows(harvest, "students") == [("1", "female", "es"), ("2", "female", "en"), ("3", "male", "en")]
    (conflict,) = [remark for remark in harvest.summary.remarks if "differ" in remark.says]
    assert (conflict.count, "students.gender" in conflict.says) == (1, True)


@pytest.mark.parametrize("repeats", ["refuse", "first", "last"])
def test_two_records_of_one_key(source, repeats):
    mapping = TARGETS.replace('table = "targets"', f'table = "targets"\nrepeats = "{repeats}"')
    folder = source(mapping, targets=f"Code,Level,Title,Core\n1,5,{SECRET},y\n1,5,Other,y\n")
    if repeats == "refuse":
        with pytest.raises(
            UnreadableData, match=r"1 rows repeat the key of another \(target_id\) and differ in title"
        ) as e:
            read(folder)
        assert SECRET not in str(e.value)
    else:
        assert rows(read(folder), "targets")[0][3] == (SECRET if repeats == "first" else "Other")


def test_an_id_made_of_several_columns_needs_all_of_them(source):
    mapping = TARGETS.replace('target_id = "Code"', 'target_id = { columns = ["Area", "Code"], join = "." }')
    harvest = read(source(mapping, targets="Area,Code,Level,Title,Core\nM,1,5,a,y\n,2,5,b,y\n"))
    assert [row[0] for row in rows(harvest, "targets")] == ["M.1"]
    assert left_out(harvest) == {"target_id is empty": 1}


def test_the_same_files_give_the_same_harvest_whatever_their_order(source):
    one = read(source(TARGETS, targets="Code,Level,Title,Core\n1,5,a,y\n2,5,b,y\n"))
    other = read(source(TARGETS, targets="Code,Level,Title,Core\n2,5,b,y\n1,5,a,y\n"))
    assert rows(one, "targets") == rows(other, "targets")
    assert one.summary == other.summary


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('table = "targets"', 'table = "target"', "there is no 'target' .is 'targets' meant"),
        ('title = "Title"', 'titel = "Title"', "no column 'titel' .is 'title' meant"),
        ('title = "Title"', 'title = "Titel"', "the file has no column 'Titel'.*is 'Title' meant"),
        ('title = "Title"', "", "table 'targets' needs title"),
        ('target_id = "Code"', "", "nothing names its rows: target_id"),
        ('title = "Title"', 'title = "Title"\ntitle = "Code"', "there twice, and only one can be meant"),
        ('title = "Title"', 'title = { column = "Title", constant = "x" }', "from one place"),
        ('title = "Title"', 'title = { column = "Title", colour = "red" }', "unknown setting colour"),
        ('title = "Title"', "title = 3", "neither a column of the file nor a rule"),
        ('values = "yes_no"', 'values = "ja_nein"', "there is no 'ja_nein'.*choose one of"),
        ('values = "yes_no"', "values = { Y = [1] }", "values must be a table of texts"),
        ('files = "targets.csv"', 'files = "../targets.csv"', "beside the mapping or below it"),
        ('files = "targets.csv"', 'files = "/etc/passwd"', "beside the mapping or below it"),
        ('files = "targets.csv"', 'files = "none.csv"', "no file is called none.csv"),
        ('files = "targets.csv"', 'files = "targets.csv"\nencoding = "klingon"', "no encoding 'klingon'"),
        ('files = "targets.csv"', 'files = "targets.csv"\ndelimiter = ",,"', "one character"),
        ('files = "targets.csv"', 'files = "targets.csv"\nskip = [{ column = "Code", why = "x" }]', "is = "),
        ('table = "targets"', 'table = "targets"\nextra.title = "Title"', "cannot be a column of your own"),
        ('table = "targets"', 'table = "targets"\nwide.columns = ["Level"]', "both the name and the value"),
        ('title = "Title"', 'title = { wide = "value" }', "told to be wide"),
        ("[[source]]", "[[sources]]", "unknown setting sources"),
        ("[[source]]", "[[source]", "is not TOML"),
    ],
)
def test_a_mapping_that_cannot_be_meant(source, old, new, says):
    assert old in TARGETS
    folder = source(TARGETS.replace(old, new, 1), targets="Code,Level,Title,Core\n1,5,a,y\n")
    with pytest.raises(UsageError, match=says) as e:
        read(folder)
    assert "mapping.toml" in str(e.value) or "mapping" in str(e.value)


def test_no_mapping_at_all(tmp_path):
    with pytest.raises(UsageError, match=r"cannot be opened.*--draft"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"Student,Target,Day,Met\n1,a,09/30/2025,M\n\x00,a,09/30/2025,M\n", "NUL"),
        ((HEADER + "1,a,09/30/2025,M\n").encode("utf-16"), "UTF-16"),
        (HEADER.encode() + "1,é,09/30/2025,M\n".encode() + "2,é,09/30/2025,M\n".encode("cp1252"), "line 3.*not UTF-8"),
        (b"Student,Target,Day,Met,Day\n1,a,09/30/2025,M,\n", "column 5 has the name of another"),
        (b"Student,Target,Day,Met\n1,a,09/30/2025\n2,a,09/30/2025,M\n", "1 rows do not have the fields.*row 1"),
        (b"Student,Target,Day,Met\n1,a,09/30/2025,M,more\n", "do not have the fields"),
        (b'Student,Target,Day,Met\n1,"a,09/30/2025,M\n', "told apart"),
        (b"Student;Target;Day;Met\n1;a;09/30/2025;M\n", "semicolons"),
        (b"Student,Target,Day,Met\n1.2E+05,a,09/30/2025,M\n", "rounded numbers"),
    ],
)
def test_files_with_faults_are_refused_in_one_clear_message(source, content, says):
    with pytest.raises(CbeError, match=says) as e:
        read(source(STATUS, status=content))
    assert "status.csv" in str(e.value)


@pytest.mark.parametrize("content", [HEADER, HEADER.replace("\n", "\r\n"), "\ufeff" + HEADER])
def test_a_header_alone_gives_no_rows(source, content):
    harvest = read(source(STATUS, status=content))
    assert len(harvest.tables["target_status"]) == 0
    assert harvest.summary.records == 0


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_another_encoding_when_it_is_told(source, encoding):
    told = STATUS.replace('files = "status.csv"', f'files = "status.csv"\nencoding = "{encoding}"')
    harvest = read(source(told, status=(HEADER + "1,é,09/30/2025,M\r\n").encode(encoding)))
    assert rows(harvest, "target_status") == [("1", "é", "2025-09-30", "true")]


def test_short_rows_are_filled_when_the_mapping_says_so(source):
    told = STATUS.replace('files = "status.csv"', 'files = "status.csv"\nragged = "fill"')
    text = HEADER + "1,a,09/30/2025,M\n2,a,09/30/2025\n3,a,09/30/2025,M,more\n"
    harvest = read(source(told, status=text))
    assert [row[0] for row in rows(harvest, "target_status")] == ["1"]
    assert left_out(harvest) == {"more fields than the header": 1, "proficient is empty": 1}


def test_formulas_and_markup_stay_text(source):
    text = 'Code,Level,Title,Core\n1,5,"=HYPERLINK(""x"")",y\n2,5,<script>,y\n3,5,@SUM(A1),y\n4,5,NA,y\n5,5,None,y\n'
    harvest = read(source(TARGETS, targets=text))
    assert harvest.tables["targets"]["title"].tolist() == ['=HYPERLINK("x")', "<script>", "@SUM(A1)", "NA", "None"]
    (remark,) = harvest.summary.remarks
    assert (remark.count, "targets.title begin like a formula" in remark.says) == (2, True)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_a_link_out_of_the_folder_is_refused(source, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "status.csv"
    outside.write_text(HEADER)
    folder = source(STATUS)
    (folder / "status.csv").symlink_to(outside)
    with pytest.raises(UnreadableData, match="link that leads out"):
        read(folder)


def test_no_message_holds_a_cell(source):
    for cells in (f"{SECRET},a,09/30/2025,{SECRET}", f"1,a,{SECRET},M", f"1,a,09/30/2025,M,{SECRET}"):
        with pytest.raises(CbeError) as e:
            read(source(STATUS, status=HEADER + cells + "\n"))
        assert SECRET not in str(e.value)


def test_columns_that_the_mapping_does_not_use_are_told_and_not_held(source, monkeypatch):
    place = source(TARGETS, targets="Code,Level,Title,Core,Note,Room\nA,5,Count,yes,x,1\n")
    held = []
    monkeypatch.setattr(mapping, "read_rows", lambda *a, **k: held.append(read_rows(*a, **k)) or held[-1])
    harvest = read(place)
    assert list(held[0].frame.columns) == ["Code", "Level", "Title", "Core"]
    assert harvest.summary.columns_left == ("Note", "Room")


def test_files_that_do_not_fit_into_memory_together_are_refused_before_they_are_read(source, monkeypatch):
    monkeypatch.setattr(mapping, "LARGEST", 60)
    place = source(TARGETS.replace("targets.csv", "*.csv"), a="Code,Level,Title,Core\nA,5,Count,yes\n", b="x" * 40)
    with pytest.raises(UnreadableData, match=r"together.*import them in parts"):
        read(place)


@pytest.mark.parametrize("rest", ["A,Zylphia,3,yes\n", "<a>Zylphia</a>\n"])
def test_a_file_without_a_header_is_not_quoted(source, rest):
    with pytest.raises(UsageError, match="first line names the columns") as refused:
        read(source(TARGETS, targets=rest))
    assert SECRET not in str(refused.value)
