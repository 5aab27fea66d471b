"""No id, name or free text of a district is found in a copy for evaluators, nor in what the command says."""

import marked_district
import pyarrow.parquet as pq
import pytest
from marked_district import EXTRA, MARK, PEOPLE, ROWS, marker, told

from cbe_analysis import cli
from cbe_analysis.pseudonymize import pseudonymize
from cbe_analysis.tables import TABLES

HIDDEN = ("person", "group", "record", "detail", "anything")


def texts(hidden):
    """Each declared text that is not one of a closed list, by what it reveals: table and column."""
    return [
        (table.name, column.name)
        for table in TABLES.values()
        for column in table.columns
        if column.type == "text" and not column.allowed and (column.reveals in hidden)
    ]


def about_people(table):
    """Whether the rows of a table are somebody's."""
    return any(column.reveals == "person" for column in TABLES[table].columns)


def found(text, columns):
    """The columns whose own markers stand in the text."""
    return [(t, c) for t, c in columns if any(marker(t, c, row) in text for row in range(ROWS))]


def test_no_marker_of_a_person_or_of_words_is_in_any_byte(marked, tmp_path):
    own = [(t, c) for t, c in texts(HIDDEN) if not TABLES[t][c].references and f"{t}.{c}" not in PEOPLE]
    assert found(told(marked), texts(HIDDEN)) == own, "the markers must be there to begin with"
    assert len(own) == 25
    made = pseudonymize(marked, tmp_path / "out")
    said = told(tmp_path / "out")
    assert found(said, texts(HIDDEN)) == []
    assert f"-{EXTRA}-" not in said
    assert "2014-0" not in said, "months of birth"
    assert [part for part in ("metadata", "comment", "notes", "name-of", "heading") if f"{MARK}-{part}" in said] == []
    kept = [(t, c) for t, c in texts(("school", "trait", "nobody")) if not TABLES[t][c].references]
    listed = [(t, c) for t, c in kept if about_people(t) and (TABLES[t][c].usual or TABLES[t][c].reveals == "trait")]
    assert len(listed) == 14
    assert found(said, kept) == [pair for pair in kept if pair not in listed or pair == ("students", "gender")]
    assert [row for row in range(ROWS) if marker("students", "gender", row) in said] == [1], "which has a label"
    assert {f"{t}.{c}" for t, c in listed} == {cells.name for cells in made.unnamed}
    assert set(made.rows.values()) == {ROWS}
    assert set(made.rows) == set(TABLES)
    assert [f.name for f in (tmp_path / "out").glob("*.parquet") if pq.read_metadata(f).metadata] == []


def test_every_marker_that_is_left_is_of_a_column_that_is_kept(marked, tmp_path):
    """Whatever else a marker might come from: only these columns may have any."""
    pseudonymize(marked, tmp_path / "out")
    said = told(tmp_path / "out", packed=False)
    for table, column in texts(("school", "trait", "nobody")):
        for row in range(ROWS):
            said = said.replace(marker(table, column, row), "")
    assert MARK not in said
    assert MARK[::-1] not in said


def test_with_schools_coded_no_school_is_found(marked, tmp_path):
    made = pseudonymize(marked, tmp_path / "out", code_schools=True)
    assert found(told(tmp_path / "out"), texts((*HIDDEN, "school"))) == []
    assert made.codes["school"] == ROWS


def test_the_command_says_no_value(marked, tmp_path, capfd, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["pseudonymize", "district", "out", "--keep", f"students.{EXTRA}"]) == 0
    out, err = capfd.readouterr()
    assert MARK not in out + err
    assert f"schools.{EXTRA}" in out
    assert "Not copied: 1 file (names are not told" in out


def test_a_column_that_is_asked_for_is_kept_as_it_is(marked, tmp_path):
    asked = (f"students.{EXTRA}", "students.birth_month", "cycles.aim")
    pseudonymize(marked, tmp_path / "out", keep=asked)
    said = told(tmp_path / "out")
    assert found(said, [("students", EXTRA), ("cycles", "aim")]) == [("students", EXTRA), ("cycles", "aim")]
    assert all(f"2014-{row + 1:02}" in said for row in range(ROWS))
    assert found(said, [("schools", EXTRA), ("cycles", "prediction")]) == []


def test_the_key_alone_knows_the_ids(marked, tmp_path):
    pseudonymize(marked, tmp_path / "out")
    key = (tmp_path / "out.key.csv").read_text(encoding="utf-8")
    people = [("students", "student_id"), ("staff", "staff_id"), ("sections", "section_id"), ("cycles", "team")]
    assert found(key, people) == people
    assert found(key, texts(("record", "detail", "anything", "school"))) == []


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_was_typed_into_another_kind_of_column_does_not_pass(tmp_path, form):
    folder = marked_district.write(tmp_path / "district", "csv")
    file = folder / "incidents.csv"
    words = f"see {MARK}-note"
    lines = file.read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    cells = lines[1].split(",")
    for name in ("date", "days"):
        cells[header.index(name)] = words
    file.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n", encoding="utf-8")
    if form == "parquet":
        import pandas as pd

        pd.read_csv(file, dtype=str).to_parquet(folder / "incidents.parquet")
        file.unlink()
    roles = folder / "section_members.csv"
    roles.write_text(roles.read_text(encoding="utf-8").replace(",student,", f",{words},", 1), encoding="utf-8")
    made = pseudonymize(folder, tmp_path / "out")
    assert {c.name: c.count for c in made.lost} == {
        "incidents.date": 1,
        "incidents.days": 1,
        "section_members.role": 1,
    }
    assert f"{MARK}-note" not in told(tmp_path / "out")
