"""Importing, drafting and comparing on the command line."""

import pytest
from small_district import tables, write

from cbe_analysis import cli

MAPPING = """
ids = "own"
[[source]]
files = "marks.csv"
[[source.table]]
table = "marks"
[source.table.columns]
student_id = "Student ID"
subject = { constant = "math" }
term_id = { constant = "S1" }
date = { column = "Day", format = "%m/%d/%Y" }
mark = "Mark"
"""


@pytest.fixture
def cbe(capsys, tmp_path, monkeypatch):
    """Runs a command line in a folder of its own; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        code = cli.main([str(word) for word in words])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    return run


@pytest.fixture
def export(tmp_path):
    """A folder with a mapping and its file."""
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "mapping.toml").write_text(MAPPING)
    (folder / "marks.csv").write_text("Student ID,Day,Mark,Comment\n0001,01/31/2026,A-,Zylphia\n0002,01/31/2026,B,\n")
    return folder


def test_an_import_is_accounted_for_and_says_what_is_next(cbe, export, tmp_path):
    write(tmp_path / "district")
    code, out, err = cbe("import", "mapping", export, "district")
    assert (code, err) == (0, "")
    assert "marks                 2        0        2         0" in out
    assert "Columns of the source that no table holds: Comment." in out
    assert out.endswith("Written to district. Next: cbe validate district\n")
    assert "Zylphia" not in out
    assert cbe("validate", "district")[0] == 0


def test_an_import_that_makes_no_district_yet_says_what_is_missing(cbe, export):
    code, out, _ = cbe("import", "mapping", export / "mapping.toml", "new")
    assert code == 0
    assert "Not a district yet: import or add enrollments, schools, students." in out


def test_a_draft_goes_to_the_screen_and_nowhere_else(cbe, export, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    code, out, _ = cbe("import", "mapping", "--draft", export / "marks.csv")
    assert code == 0
    assert 'student_id = "Student ID"' in out
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["import", "skyward", "export", "d"], 2, "choose one of: canvas"),
        (["import", "mapping", "export"], 2, "cbe import KIND SOURCE DIR"),
        (["import", "mapping", "nowhere", "d"], 2, "--draft FILE"),
        (["import", "mapping", "export", "d", "--set", "colour=red"], 2, "no option colour"),
        (["import", "mapping", "export", "d", "--set", "files"], 2, "name=value"),
        (["import", "mapping", "export", "export/marks.csv"], 2, "a file, not a folder"),
        (["import", "nwea", "--draft", "export/marks.csv"], 2, "only a mapping is drafted"),
        (["import", "mapping", "--draft", "nowhere.csv"], 2, "no such file"),
        (["diff", "nowhere", "export"], 3, "no such folder"),
        (["diff", "export", "export"], 3, "missing"),
    ],
)
def test_a_request_that_is_off_is_told_in_one_message(cbe, export, words, code, says):
    found, out, err = cbe(*words)
    assert (found, out) == (code, "")
    assert says in err
    assert err.count("\n") == 1
    assert not (export.parent / "d").exists()


def test_the_difference_of_two_exports(cbe, tmp_path):
    lines = tables()["attendance"]
    lines[1] = lines[1].replace(",180,1", ",180,7")
    write(tmp_path / "old")
    write(tmp_path / "new", attendance=lines)
    code, out, _ = cbe("diff", "old", "new")
    assert code == 0
    assert [line.split() for line in out.splitlines() if "0101" in line] == [["0101", "12", "12", "0", "0", "1"]]
    assert "columns that changed: attendance.days_absent in 1 row\n" in out
    assert "tables without a change: schools, students, enrollments" in out
    assert "0001" not in out


def test_no_difference(cbe, tmp_path):
    write(tmp_path / "old")
    code, out, _ = cbe("diff", "old", "old")
    assert code == 0
    assert out.splitlines()[0] == "tables without a change: schools, students, enrollments, attendance"
