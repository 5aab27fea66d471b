"""A copy is the district under other names: with the key, it can be turned back, and nothing else leads there."""

import csv
import os
import shutil
from collections import Counter

import marked_district
import pytest
import small_district

import cbe_analysis.pseudonymize.coding as coding
from cbe_analysis.load.reader import open_folder
from cbe_analysis.pseudonymize import pseudonymize
from cbe_analysis.tables import TABLES

RIVERBEND = "data/riverbend"


def codes(file):
    """(kind, code) -> id, as the key tells."""
    with file.open(encoding="utf-8", newline="") as stream:
        return {(row["kind"], row["code"]): row["id"] for row in csv.DictReader(stream)}


def turned_back(made, rows):
    """The rows of a copy with ids for codes, without the columns that have new numbers or lost words."""
    known = codes(made.key)
    found = {}
    for table, copied in rows.items():
        kinds = {f.column: f.kind for f in made.fates if f.table == table and f.what == "coded"}
        other = {f.column for f in made.fates if f.table == table and f.what in ("numbered", "worded")}
        other |= {cells.name.split(".")[1] for cells in made.unnamed if cells.name.split(".")[0] == table}
        found[table] = [
            {c: known[kinds[c], v] if c in kinds and v is not None else v for c, v in row.items() if c not in other}
            for row in copied
        ]
    return found


def counted(rows, columns):
    return Counter(tuple(row[c] for c in columns) for row in rows)


@pytest.fixture(scope="module")
def riverbend(pytestconfig, tmp_path_factory, read):
    """The account of a copy with coded schools, and the rows of the district and of the copy."""
    folder = pytestconfig.rootpath / RIVERBEND
    made = pseudonymize(folder, tmp_path_factory.mktemp("copies") / "out", code_schools=True)
    return made, read(folder), read(made.folder)


@pytest.fixture(scope="module")
def markers(tmp_path_factory, read):
    """The same for the district of markers."""
    folder = marked_district.write(tmp_path_factory.mktemp("marked") / "district", "csv")
    made = pseudonymize(folder, tmp_path_factory.mktemp("copies") / "out", code_schools=True)
    return made, read(folder), read(made.folder)


@pytest.fixture(params=["riverbend", "markers"])
def copied(request):
    """Either of them."""
    return request.getfixturevalue(request.param)


def test_with_the_key_every_row_is_what_it_was(copied):
    made, before, after = copied
    assert list(after) == list(before)
    for table, rows in turned_back(made, after).items():
        assert counted(rows, list(rows[0])) == counted(before[table], list(rows[0])), table
        assert len(rows) == made.rows[table]


def test_new_numbers_stand_where_ids_stood_and_are_the_same_where_these_were(copied):
    """Of every column that is numbered anew: as many different numbers as ids, in groups of the same sizes."""
    made, before, after = copied
    numbered = [f for f in made.fates if f.what == "numbered"]
    assert {"evidence.work_id", "supports.support_id", "student_ids.external_id"} <= {f.name for f in numbered}
    for fate in numbered:
        old = Counter(row[fate.column] for row in before[fate.table])
        new = Counter(row[fate.column] for row in after[fate.table])
        assert Counter(old.values()) == Counter(new.values()), fate.name
        assert not set(old) & set(new), fate.name


def test_sessions_find_their_support(riverbend):
    made, *both = riverbend
    sessions = []
    for rows, back in zip(both, ({}, codes(made.key)), strict=True):
        who = {r["support_id"]: back.get(("person", r["student_id"]), r["student_id"]) for r in rows["supports"]}
        sessions.append(Counter((who[r["support_id"]], r["date"], r["minutes"]) for r in rows["support_sessions"]))
    assert sessions[0] == sessions[1]


def test_rows_are_sorted_by_code_so_that_their_order_tells_nothing(riverbend):
    made, before, after = riverbend
    for table in ("students", "enrollments", "evidence", "staff", "incidents"):
        person = next(f.column for f in made.fates if f.table == table and f.kind == "person")
        column = [row[person] for row in after[table]]
        assert column == sorted(column), table
    known = codes(made.key)
    ids = [known["person", row["student_id"]] for row in after["students"]]
    assert ids != sorted(ids)
    assert ids != [row["student_id"] for row in before["students"]]


def without_numbers(made, rows):
    """The rows of each table without columns that have new numbers; no table whose rows these number."""
    numbered = {f.name for f in made.fates if f.what == "numbered"}
    keys = {t.name: {f"{t.name}.{c}" for c in t.key} - {"evidence.evidence_id"} for t in TABLES.values()}
    return {
        table: [{c: v for c, v in row.items() if f"{table}.{c}" not in numbered} for row in found]
        for table, found in rows.items()
        if not keys[table] & numbered
    }


def test_no_row_tells_where_it_once_stood(riverbend, tmp_path, read, pytestconfig):
    """The district with the rows of every file shuffled, and the same key: the copies have the same rows in order."""
    made, _, after = riverbend
    reader, shuffled = open_folder(pytestconfig.rootpath / RIVERBEND), tmp_path / "district"
    shuffled.mkdir()
    shutil.copy(reader.folder.path / "district.toml", shuffled)
    for table in reader.sources:
        rows = reader.relation(reader.typed(table)).df()
        rows.sample(frac=1, random_state=5).to_parquet(shuffled / f"{table}.parquet")
    key = shutil.copy(made.key, tmp_path / "key.csv")
    again = read(pseudonymize(shuffled, tmp_path / "out", key=key, code_schools=True).folder)
    before = without_numbers(made, after)
    assert {"students", "enrollments", "evidence", "assessments", "attendance", "section_members"} < set(before)
    for table, rows in without_numbers(made, again).items():
        assert rows == before[table], table
    for copy in (after, again):
        numbers = [row["evidence_id"] for row in copy["evidence"]]
        assert numbers == sorted(numbers)


def test_rows_with_one_key_have_an_order_of_their_own(small, tmp_path, read):
    """What `validate` finds to be twice there would otherwise stand as it stood."""
    head, days = "student_id,school_id,school_year,days_enrolled,days_absent", [7, 3, 5, 9, 1, 8, 2]
    made = pseudonymize(small(attendance=[head, *(f"0001,0101,2026,170,{n}" for n in days)]), tmp_path / "out")
    assert [row["days_absent"] for row in read(made.folder)["attendance"]] == sorted(days)


def test_nothing_but_the_tables_goes_along(small, tmp_path):
    """Not what lies beside them, hidden or linked, and no time of theirs."""
    folder = small()
    for place in ("__pycache__/a.pyc", ".hidden", "notes/students.csv", "students.csv.bak", "~$students.csv"):
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).write_text("Maria", encoding="utf-8")
    for link, to in (("all", tmp_path), ("names.csv", folder / ".hidden")):
        try:
            (folder / link).symlink_to(to)
        except OSError:
            continue  # a system that lets no link be made
    tables = {file for file in folder.iterdir() if file.stem in TABLES and file.suffix == ".csv"}
    for file in tables:
        os.utime(file, (10**9, 10**9))
    made = pseudonymize(folder, tmp_path / "out")
    assert {file.name for file in made.folder.rglob("*")} == {file.name for file in tables}
    assert all(file.is_file() and not file.is_symlink() for file in made.folder.iterdir())
    assert min(file.stat().st_mtime for file in made.folder.iterdir()) > 10**9
    assert made.others.named == ("students.csv.bak",)
    assert made.others.unnamed >= len({".hidden", "__pycache__", "notes"})


def test_a_long_table_comes_in_parts_and_loses_nothing(tmp_path, riverbend, read, monkeypatch, pytestconfig):
    monkeypatch.setattr(coding, "SORTED_AT_ONCE", 700)
    made = pseudonymize(pytestconfig.rootpath / RIVERBEND, tmp_path / "out")
    before, after = riverbend[1], read(tmp_path / "out")
    for table, rows in turned_back(made, after).items():
        assert counted(rows, list(rows[0])) == counted(before[table], list(rows[0])), table
    students = [row["student_id"] for row in after["evidence"]]
    assert students == sorted(students)
    assert len({row["evidence_id"] for row in after["evidence"]}) == len(before["evidence"]) > 10 * 700


def test_ids_that_name_several_rows_keep_doing_so(tmp_path, read, small):
    """What is wrong in the district is as wrong in the copy: validate must find it there too."""
    evidence = ["evidence_id,student_id,target_id,date,score,proficient"]
    evidence += [f"E1,{n:04},T1,2025-10-01,3,true" for n in (1, 2)] + [
        "E2,0003,T1,2025-10-01,3,true",
        ",0004,T1,2025-10-01,3,true",
    ]
    targets = ["target_id,subject,level,title,kind,required", "T1,math,5,Fractions,academic,true"]
    pseudonymize(small(evidence=evidence, targets=targets), tmp_path / "out")
    ids = Counter(row["evidence_id"] for row in read(tmp_path / "out")["evidence"])
    assert sorted(ids.values()) == [1, 1, 2]
    assert ids[None] == 1


TEXTS = ['a "quoted" word', "a, comma", "two\nlines", "=1+1", " spaces ", "ünï 名", "'", "\ttab", "a\rb"]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_texts_of_every_kind_come_through(tmp_path, read, small, form):
    folder = small()
    import pandas as pd

    rows = pd.DataFrame({"student_id": [f"s,{n}\n" for n in range(len(TEXTS))], "note": TEXTS})
    if form == "csv":
        rows.to_csv(folder / "students.csv", index=False, quoting=csv.QUOTE_ALL)
    else:
        (folder / "students.csv").unlink()
        rows.to_parquet(folder / "students.parquet")
    made = pseudonymize(folder, tmp_path / "out", keep=["students.note"])
    assert (tmp_path / "out" / f"students.{form}").is_file()
    back = turned_back(made, {"students": read(tmp_path / "out")["students"]})["students"]
    assert {r["student_id"]: r["note"] for r in back} == dict(zip(rows["student_id"], TEXTS, strict=True))


def test_a_table_of_one_column_keeps_its_empty_rows(tmp_path, read, small):
    pseudonymize(small(students=["student_id", '""', "0001", *(f"{n:04}" for n in range(2, 25))]), tmp_path / "out")
    assert sum(row["student_id"] is None for row in read(tmp_path / "out")["students"]) == 1


def test_a_table_without_rows_keeps_its_header(tmp_path, small):
    folder = small(attendance=["student_id,school_id,school_year,days_enrolled,days_absent"])
    pseudonymize(folder, tmp_path / "out")
    text = (tmp_path / "out" / "attendance.csv").read_text(encoding="utf-8")
    assert text == "student_id,school_id,school_year,days_enrolled,days_absent\n"


def test_numbers_keep_their_last_digit(tmp_path, read, small):
    values = ["0.1", "1e-5", "123456789.123456789", "3", "1e20", "-0.30000000000000004"]
    lines = [
        "student_id,instrument,subject,date,score",
        *(f"{n + 1:04},map,math,2025-10-01,{v}" for n, v in enumerate(values)),
    ]
    made = pseudonymize(small(assessments=lines), tmp_path / "out")
    back = turned_back(made, {"assessments": read(tmp_path / "out")["assessments"]})["assessments"]
    assert {row["student_id"]: row["score"] for row in back} == {f"{n + 1:04}": float(v) for n, v in enumerate(values)}


def test_a_folder_of_parquet_parts_becomes_one_file(tmp_path, read, small):
    import pandas as pd

    folder = small(students=None)
    (folder / "students").mkdir()
    for part in range(3):
        ids = [f"{n:04}" for n in range(8 * part + 1, 8 * part + 9)]
        pd.DataFrame({"student_id": ids}).to_parquet(folder / "students" / f"{part}.parquet")
    pseudonymize(folder, tmp_path / "out")
    assert (tmp_path / "out" / "students.parquet").is_file()
    assert len(read(tmp_path / "out")["students"]) == small_district.STUDENTS


def test_who_shares_traits_with_nobody_is_counted(tmp_path, small):
    """Eight boys and sixteen girls of two schools; one boy is hispanic, one girl has no gender told."""
    lines = ["student_id,race_ethnicity,gender"]
    lines += [
        f"{n:04},{'hispanic' if n == 3 else 'white'},{'' if n == 4 else 'female' if n % 3 else 'male'}"
        for n in range(1, 25)
    ]
    assert pseudonymize(small(students=lines), tmp_path / "out").alone == 2


def test_cells_longer_than_a_word_are_pointed_to(tmp_path, small):
    lines = ["student_id,note", f"0001,{'he told me that he is half Irish and half Greek'}"]
    folder = small(students=[*lines, *(f"{n:04},white" for n in range(2, 25))])
    made = pseudonymize(folder, tmp_path / "out", keep=["students.note"])
    assert [(c.name, c.count) for c in made.wordy] == [("students.note", 1)]


WORDS_AS_IDS = [
    "NA",
    "nan",
    "None",
    "null",
    "true",
    "1e5",
    "007",
    "7",
    "7.0",
    "-",
    "=1",
    " 7",
    "é",
    "e\u0301",
    "R",
    "r",
]


def test_ids_that_look_like_something_else_stay_different_people(tmp_path, read, small):
    folder = small(students=["student_id", *WORDS_AS_IDS, *(f"{n:04}" for n in range(1, 25))])
    made = pseudonymize(folder, tmp_path / "out")
    after = read(tmp_path / "out")
    assert len({row["student_id"] for row in after["students"]}) == len(WORDS_AS_IDS) + 24
    back = turned_back(made, after)
    assert Counter(row["student_id"] for row in back["students"][:]) == Counter(
        row["student_id"] for row in read(folder)["students"]
    )
