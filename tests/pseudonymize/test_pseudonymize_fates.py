"""What becomes of each column: coded, numbered anew, kept or left out, and what may be asked for."""

import pytest

from cbe_analysis.errors import UsageError
from cbe_analysis.pseudonymize import pseudonymize
from cbe_analysis.pseudonymize.fates import LEFT_OUT, fates
from cbe_analysis.tables import TABLES


def every_column():
    return {name: {c.name: c.type for c in table.columns} for name, table in TABLES.items()}


def test_every_column_has_a_fate_and_no_id_of_a_person_is_kept():
    found = {fate.name: fate for fate in fates(every_column())}
    assert len(found) == sum(len(table.columns) for table in TABLES.values())
    ids = ("student_id", "staff_id", "person_id", "rater_id", "section_id", "group_id", "cluster_id")
    assert {f.what for f in found.values() if f.column in ids} == {"coded"}
    assert {f.what for f in found.values() if f.type in ("date", "number", "integer", "boolean")} == {"kept"}
    assert found["students.birth_month"].what == found["sections.title"].what == "dropped"
    assert found["cycles.aim"].what == "worded"
    assert {f.what for f in found.values() if f.column == "school_id"} == {"kept"}
    coded = {fate.name: fate.what for fate in fates(every_column(), code_schools=True)}
    assert {coded["schools.school_id"], coded["evidence.school_id"]} == {"coded"}
    assert (coded["schools.name"], coded["schools.nces_id"]) == ("worded", "dropped")


def test_a_column_that_must_be_filled_says_that_its_words_were_left_out(marked, tmp_path, read):
    pseudonymize(marked, tmp_path / "out")
    assert {row["aim"] for row in read(tmp_path / "out")["cycles"]} == {LEFT_OUT}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("students.student_id", "is an id, which is always coded"),
        ("evidence.work_id", "is an id, which is always numbered anew"),
        ("students.gender", "is kept anyway"),
        ("students.birth_mont", "did you mean students.birth_month"),
        ("birth_month", "is not in the district"),
        ("students.remarks", "columns that would be left out: .*cycles.aim"),
    ],
)
def test_a_column_that_cannot_be_kept_is_refused_with_the_list(name, says):
    with pytest.raises(UsageError, match=says):
        fates(every_column(), [name])


@pytest.mark.parametrize("ids", [[f"{n:04}" for n in range(1, 25)], [str(n) for n in range(101, 125)]])
def test_a_column_that_repeats_ids_of_people_is_not_kept(small, tmp_path, ids):
    """Whole numbers read as numbers where no declaration says that they are ids."""
    others = [*ids[:13], *(f"9{n:04}" for n in range(11))]
    folder = small(students=["student_id,number", *(f"{one},{other}" for one, other in zip(ids, others, strict=True))])
    with pytest.raises(UsageError, match=r"'students\.number' repeats the ids of people"):
        pseudonymize(folder, tmp_path / "out", keep=["students.number"])
    assert [entry.name for entry in tmp_path.iterdir()] == ["district"]
    lines = [f"{one},{other}" for one, other in zip(ids, reversed(ids), strict=True)]
    (folder / "students.csv").write_text("\n".join(["student_id,number", *lines]))
    assert pseudonymize(folder, tmp_path / "out", keep=["students.number"]).rows["students"] == 24
