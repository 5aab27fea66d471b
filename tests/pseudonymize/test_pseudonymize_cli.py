"""`cbe pseudonymize`: what it prints, and how it says no."""

import pytest
import small_district

from cbe_analysis import cli


@pytest.fixture
def cbe(capfd, tmp_path, monkeypatch):
    """A command line: its exit code and all that it prints; it stands beside a district."""
    monkeypatch.chdir(tmp_path)
    small_district.write(tmp_path / "district")

    def run(*words):
        code = cli.main(["pseudonymize", *words])
        said = capfd.readouterr()
        return code, said.out + said.err

    return run


def test_it_says_what_became_of_the_columns_and_where_the_key_is(cbe, tmp_path):
    for name in ("Students.old.csv", "truth.json"):
        (tmp_path / "district" / name).write_text("mine", encoding="utf-8")
    code, said = cbe("district", "out")
    assert code == 0
    assert "Codes: 24 people (24 new in the key)" in said
    assert "Schools keep their ids and names; --code-schools codes them." in said
    assert "Not copied: Students.old.csv, truth.json." in said
    assert "0 of 24 share school, grade, race_ethnicity, gender with nobody" in said
    assert "Written: out\n" in said
    assert "Key: out.key.csv (for you alone" in said
    assert said.count("student_id") == 3


def test_no_file_is_named_that_could_be_called_after_a_student(cbe, tmp_path):
    district = tmp_path / "district"
    for name in ("Ana Schmidt.pdf", "students.ana_schmidt.csv", "ana_schmidt", "z\u202e.csv"):
        (district / name).write_text("mine", encoding="utf-8")
    said = cbe("district", "out")[1]
    assert "Not copied: 4 files (names are not told: they could be students')." in said
    (district / "levels.xlsx").write_text("mine", encoding="utf-8")
    assert "Not copied: levels.xlsx and 4 others." in (more := cbe("district", "out2")[1])
    assert "schmidt" not in (said + more).lower()


def test_it_names_what_was_kept_and_coded_on_request(cbe, tmp_path):
    lines = ["student_id,gender,note", *(f"{n:04},male,x" for n in range(1, 25))]
    (tmp_path / "district" / "students.csv").write_text("\n".join(lines), encoding="utf-8")
    code, said = cbe("district", "out", "--keep", "students.note", "--code-schools", "--key", "keys/mine.csv")
    assert code == 0
    assert "Kept as they are, because you asked: students.note." in said
    assert "2 schools (2 new in the key), 24 people" in said
    assert "In no declaration" not in said
    assert (tmp_path / "keys" / "mine.csv").is_file()


def test_a_copy_can_be_copied_again_with_the_same_words(cbe):
    assert cbe("district", "one", "--key", "key.csv")[0] == 0
    code, said = cbe("district", "two", "--key", "key.csv")
    assert code == 0
    assert "Codes: 24 people (0 new in the key)" in said


WRONG = {
    "no folder": (["nowhere", "out"], 3, "there is no such folder"),
    "no district": (["empty", "out"], 3, "tables schools, students, enrollments are missing"),
    "out is there": (["district", "full"], 2, "not a new or empty folder (full); name a new folder"),
    "out is a file": (["district", "file"], 2, "not a new or empty folder"),
    "out in the district": (["district", "district/out"], 2, "would lie in the district's folder"),
    "out around the district": (["district", "."], 2, "not a new or empty folder"),
    "out is published": (["district", "reports/public/out"], 2, "in a folder named 'public'"),
    "key in out": (["district", "out", "--key", "out/key.csv"], 2, "in the folder that is handed over"),
    "key is a table": (["district", "out", "--key", "district/students.csv"], 2, "is not a key, or was changed"),
    "unknown column": (
        ["district", "out", "--keep", "students.nickname"],
        2,
        "'students.nickname' is not in the district",
    ),
    "an id to keep": (["district", "out", "--keep", "students.student_id"], 2, "is an id, which is always coded"),
    "no out": (["district"], 2, "cbe pseudonymize needs OUT"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_cannot_be_done_is_said_and_nothing_is_written(cbe, tmp_path, kind):
    words, expected, says = WRONG[kind]
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    before = sorted(str(file) for file in tmp_path.rglob("*"))
    code, said = cbe(*words)
    assert code == expected
    assert says in said
    assert "Traceback" not in said
    assert sorted(str(file) for file in tmp_path.rglob("*")) == before


def test_a_table_that_cannot_be_read_is_unreadable_data_and_leaves_nothing(cbe, tmp_path):
    with (tmp_path / "district" / "attendance.csv").open("a", encoding="utf-8") as file:
        file.write("0001,0101\n")
    code, said = cbe("district", "out")
    assert code == 3
    assert "fewer fields than the header" in said
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["district"]
