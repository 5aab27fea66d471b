"""A name typed into a column of words does not leave the building, and no number changes for it."""

import shutil

import numpy as np
import pandas as pd
import pytest

import cbe_analysis as cbe
from cbe_analysis import cli
from cbe_analysis.load.reader import open_folder
from cbe_analysis.policy.settings import SMALLEST_MINIMUM
from cbe_analysis.pseudonymize import pseudonymize
from cbe_analysis.pseudonymize.fates import fates
from cbe_analysis.tables import TABLES

NAME = "Qzxmaria Qzxlopez"
PEOPLE = range(1, 25)


def students(*told, column="gender"):
    """Twenty-four students, the last of whom have these words, and the others the usual one."""
    words = ["female"] * (24 - len(told)) + list(told)
    return [f"student_id,{column}", *(f"{n:04},{word}" for n, word in zip(PEOPLE, words, strict=True))]


def told(folder):
    """All that the files say, unpacked: a name need not stand in packed bytes, and three bytes may by chance."""
    return "".join(
        file.name + (pd.read_parquet(file).to_csv() if file.suffix == ".parquet" else file.read_text("utf-8"))
        for file in sorted(folder.iterdir())
    )


def words(read, folder, name):
    table, column = name.split(".")
    return [row[column] for row in read(folder)[table]]


def test_a_name_in_the_column_of_a_trait_becomes_unknown(small, tmp_path, read):
    made = pseudonymize(small(students=students(NAME, "two-spirit", "two-spirit")), tmp_path / "out")
    assert [(c.name, c.count) for c in made.unnamed] == [("students.gender", 3)]
    assert sorted(words(read, made.folder, "students.gender"), key=str) == [*[None] * 3, *["female"] * 21]
    assert made.rare == made.lost == ()


def test_as_many_as_may_be_shown_keep_their_word_and_a_label_keeps_any(small, tmp_path, read):
    folder = small(students=students(*["own"] * 10, *["other"] * 9, "said"))
    (folder / "district.toml").write_text('[labels.gender]\nsaid = "As they say"\n')
    made = pseudonymize(folder, tmp_path / "out")
    assert [(c.name, c.count) for c in made.unnamed] == [("students.gender", 9)]
    assert set(words(read, made.folder, "students.gender")) == {"female", "own", "said", None}


def test_the_minimum_of_the_district_says_what_is_rare(small, tmp_path):
    folder = small(students=students(*["own"] * (SMALLEST_MINIMUM + 1)))
    (folder / "district.toml").write_text(f"minimum_n = {SMALLEST_MINIMUM}\n")
    assert pseudonymize(folder, tmp_path / "five").unnamed == ()
    (folder / "district.toml").write_text(f"minimum_n = {SMALLEST_MINIMUM + 2}\n")
    assert len(pseudonymize(folder, tmp_path / "seven").unnamed) == 1


def test_one_person_with_many_rows_is_one_person(small, tmp_path, read):
    lines = [
        "student_id,kind,start_date,end_date",
        *(f"0001,{NAME},2025-10-{day:02},2025-12-01" for day in range(1, 29)),
    ]
    lines = [lines[0] + ",support_id", *(f"{line},S{n}" for n, line in enumerate(lines[1:]))]
    made = pseudonymize(small(supports=lines), tmp_path / "out")
    assert [(c.name, c.count) for c in made.unnamed] == [("supports.kind", 28)]
    assert set(words(read, made.folder, "supports.kind")) == {"(left out 1)"}


def test_where_a_word_must_stand_different_words_stay_different(small, tmp_path, read):
    lines = ["student_id,kind,date", f"0001,{NAME},2025-10-01", "0001,gap year,2025-10-01", "0002,gap year,2025-10-01"]
    made = pseudonymize(small(outcomes=[*lines, "0003,graduated,2025-10-01"]), tmp_path / "out")
    told = words(read, made.folder, "outcomes.kind")
    assert sorted({*told}) == ["(left out 1)", "(left out 2)", "graduated"]
    assert sorted(map(told.count, {*told})) == [1, 1, 2]


def test_the_numbers_of_what_is_left_out_follow_no_order(small, tmp_path, read):
    """Of twelve words the chance of one order is 1 in 479 million."""
    kinds = [f"kind {n:02}" for n in range(12)]
    folder = small(
        outcomes=["student_id,kind,date", *(f"0001,{kind},2025-10-{n + 1:02}" for n, kind in enumerate(kinds))]
    )
    made = pseudonymize(folder, tmp_path / "out")
    days = {row["date"]: int(row["kind"].removeprefix("(left out ")[:-1]) for row in read(made.folder)["outcomes"]}
    numbers = [days[day] for day in sorted(days)]
    assert sorted(numbers) == list(range(1, 13))
    assert numbers != sorted(numbers)
    assert numbers != sorted(numbers, reverse=True)


MARKS = ["student_id,subject,term_id,mark,course_id,date", *(f"{n:04},math,T1,B,M5,2025-12-19" for n in PEOPLE)]
TERMS = ["term_id,school_id,school_year,kind,start_date,end_date", "T1,,2026,semester,2025-08-15,2025-12-20"]


def test_a_word_that_its_table_does_not_have_is_left_out(small, tmp_path, read):
    marks = [*MARKS[:-1], MARKS[-1].replace(",T1,", f",{NAME},")]
    made = pseudonymize(small(marks=marks, calendar=TERMS), tmp_path / "out")
    assert [(c.name, c.count) for c in made.unnamed] == [("marks.term_id", 1)]
    assert sorted({*words(read, made.folder, "marks.term_id")}) == ["(left out 1)", "T1"]
    (tmp_path / "district" / "calendar.csv").unlink()
    without = pseudonymize(tmp_path / "district", tmp_path / "without")
    assert [(c.name, c.count) for c in without.rare] == [("marks.term_id", 1)]


def test_rare_words_of_a_column_without_a_list_are_pointed_to(small, tmp_path, read):
    marks = [*MARKS[:-2], MARKS[-2].replace(",M5,", f",{NAME},"), MARKS[-1].replace(",B,", ",93.5,")]
    made = pseudonymize(small(marks=marks), tmp_path / "out")
    assert [(c.name, c.count) for c in made.rare] == [("marks.course_id", 1)], "a number is nobody's name"
    assert NAME in words(read, made.folder, "marks.course_id")


def test_the_command_counts_and_names_no_word(small, tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    marks = [*MARKS[:-1], MARKS[-1].replace(",M5,", f",{NAME},")]
    small(students=students(NAME), marks=marks)
    assert cli.main(["pseudonymize", "district", "out"]) == 0
    said = "".join(capfd.readouterr())
    few = "words that nothing names and fewer than 10 people have"
    assert f"Cells left out, {few} (a label in district.toml keeps one): students.gender 1.\n" in said
    assert f"Look at these before you send them, {few}: marks.course_id 1.\n" in said
    assert "Qzx" not in said


def listed():
    """The columns of words about people for which all words can be known."""
    for table in TABLES.values():
        if any(column.reveals == "person" for column in table.columns):
            for column in table.columns:
                kept = column.type == "text" and column.reveals in ("trait", "nobody", "school")
                if kept and (column.allowed or column.usual or column.reveals == "trait" or column.references):
                    yield table.name, column.name


@pytest.mark.parametrize(("table", "column"), list(listed()))
def test_no_name_in_any_column_with_a_list_passes(tmp_path, pytestconfig, table, column):
    """Into one cell of riverbend, table by table."""
    folder, out = tmp_path / "district", tmp_path / "out"
    folder.mkdir()
    reader = open_folder(pytestconfig.rootpath / "data" / "riverbend")
    needed = {"schools", "students", "enrollments", table} | {c.references.split(".")[0] for c in TABLES[table].columns}
    for name in needed & set(reader.sources):
        rows = reader.relation(reader.typed(name)).df()
        if name == table:
            rows[column] = rows[column].astype(object)
            rows.loc[len(rows) // 2, column] = NAME
        rows.to_parquet(folder / f"{name}.parquet")
    assert NAME.encode() in (folder / f"{table}.parquet").read_bytes()
    made = pseudonymize(folder, out)
    assert NAME.split()[0] not in told(out)
    counts = {cells.name: cells.count for cells in (*made.unnamed, *made.lost)}
    assert counts == {f"{table}.{column}": 1}


def test_all_columns_of_words_are_judged_or_known_to_be_open():
    """A new column of words about people has to be found here: what has no list is pointed to, never promised."""
    tables = {name: {c.name: c.type for c in table.columns} for name, table in TABLES.items()}
    about_people = {t.name for t in TABLES.values() if any(c.reveals == "person" for c in t.columns)}
    kept = [f for f in fates(tables) if f.what == "kept" and f.type == "text" and f.table in about_people]
    assert {f.name for f in kept} - {f"{t}.{c}" for t, c in listed()} == {
        *("student_ids.system", "levels.subject", "assessments.instrument", "assessments.subject", "marks.subject"),
        *("marks.course_id", "marks.mark", "supports.subject", "groups.subject", "practices.practice_id"),
    }


MISTYPED = {"students": ("gender", "race_ethnicity"), "enrollments": ("english_learner", "disability_category")}
ASKED = [
    ("status", {"outcome": "map:math", "by": ["gender"], "compare": "others"}),
    ("status", {"outcome": "map:reading", "by": ["race_ethnicity", "gender"], "compare": "others"}),
    ("chronic_absence", {"by": ["english_learner"]}),
    ("growth_rate", {"outcome": "map:math", "by": ["race_ethnicity"]}),
    ("pace", {"by": ["gender"]}),
]


@pytest.fixture(scope="module")
def mistyped(tmp_path_factory, pytestconfig):
    """Riverbend with names in columns of traits, and its copy; the names are unknown in both."""
    folder = tmp_path_factory.mktemp("mistyped") / "district"
    shutil.copytree(pytestconfig.rootpath / "data" / "riverbend", folder)
    for table, columns in MISTYPED.items():
        [file] = folder.glob(f"{table}.*")
        csv = file.suffix == ".csv"
        rows = pd.read_csv(file, dtype=str, keep_default_na=False) if csv else pd.read_parquet(file)
        for place, column in enumerate(columns):
            rows[column] = rows[column].astype(object)
            rows.loc[[5 + place, 50 + place], column] = [f"{NAME} {place}", f"Qzx{place}"]
        (rows.to_csv if csv else rows.to_parquet)(file, index=False)
    made = pseudonymize(folder, folder.with_name("out"))
    return made, *(cbe.validate(cbe.load(place)) for place in (folder, made.folder))


def test_indicators_agree_on_a_district_with_names_in_it_and_on_its_copy(mistyped):
    made, *both = mistyped
    assert sum(cells.count for cells in (*made.unnamed, *made.lost)) == 8
    assert "Qzx" not in told(made.folder)
    for indicator, options in ASKED:
        before, after = (cbe.measure(indicator, d, allow_findings=True, **options).rows for d in both)
        assert len(before) == len(after) > 2
        for column in before:
            if before[column].dtype.kind == "f":
                np.testing.assert_allclose(after[column], before[column], rtol=1e-9, atol=1e-9, err_msg=indicator)
            else:
                assert before[column].astype(str).tolist() == after[column].astype(str).tolist(), indicator
