"""Bad input, typed by a person: one clear message with the way out, and the exit code that the manual promises."""

import os
import subprocess
import sys

import nbformat
import pytest
from small_district import YEAR, tables, write

from cbe_analysis import cli

CODES = {"findings": 1, "usage": 2, "data": 3, "run": 4}


@pytest.fixture
def district(tmp_path, monkeypatch):
    """Writes the district, changed: a table's lines are given anew, or None leaves the table out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CBE_INTERNAL")

    return lambda **changed: write(tmp_path / "district", **changed)


@pytest.fixture
def cbe(capsys):
    """Runs a command line; gives exit code and what was printed, the answer and the message together."""

    def run(*words):
        code = cli.main([str(word) for word in words])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out + printed.err

    return run


def changed(table, row, old, new):
    """The lines of a table with one row changed; row 1 is the first under the header."""
    lines = tables()[table]
    assert old in lines[row]
    lines[row] = lines[row].replace(old, new)
    return {table: lines}


def test_the_district_without_a_fault_is_taken(district, cbe):
    folder = district()
    assert cbe("validate", folder)[0] == 0
    code, printed = cbe("measure", "chronic_absence", folder, "--restricted")
    assert code == 0
    assert "share" in printed


@pytest.mark.parametrize(
    "words", [["validate"], ["indicators"], ["measure", "chronic_absence"], ["lab"]], ids=lambda words: words[0]
)
def test_a_missing_folder(cbe, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notebooks").mkdir()
    code, printed = cbe(*words, "nowhere")
    assert code == CODES["data"]
    assert "no such folder" in printed
    assert "nowhere" in printed


def test_a_file_in_place_of_a_folder(district, cbe):
    code, printed = cbe("validate", district() / "students.csv")
    assert code == CODES["data"]
    assert "a file, not a folder" in printed


@pytest.mark.parametrize("table", ["students", "schools", "enrollments"])
def test_a_missing_table_that_every_district_needs(district, cbe, table):
    code, printed = cbe("validate", district(**{table: None}))
    assert code == CODES["data"]
    assert f"{table}.csv" in printed


def test_a_missing_table_that_the_indicator_needs(district, cbe):
    folder = district(attendance=None)
    code, printed = cbe("measure", "chronic_absence", folder)
    assert code == CODES["usage"]
    assert "'chronic_absence' needs table 'attendance', which was not loaded; add attendance.csv" in printed
    assert "chronic_absence  [needs attendance]" in cbe("indicators", folder)[1]


def test_a_table_with_a_header_alone_is_as_good_as_missing(district, cbe):
    folder = district(attendance=tables()["attendance"][:1])
    code, printed = cbe("measure", "chronic_absence", folder)
    assert code == CODES["usage"]
    assert "'chronic_absence' needs table 'attendance', which has no rows; export attendance again" in printed
    assert "chronic_absence  [needs attendance]" in cbe("indicators", folder)[1]
    code, printed = cbe("validate", folder)
    assert code == 0
    assert "attendance.csv has a header and no rows" in " ".join(printed.split())


def test_a_missing_column(district, cbe):
    lines = [line.rpartition(",")[0] for line in tables()["enrollments"]]
    code, printed = cbe("validate", district(enrollments=lines))
    assert code == CODES["data"]
    assert "enrollments" in printed
    assert "grade" in printed


@pytest.mark.parametrize(
    ("table", "row", "old", "new", "column"),
    [
        pytest.param("enrollments", 5, f"{YEAR},3", f"{YEAR},third", "grade", id="wrong type"),
        pytest.param("attendance", 5, ",180,", ",Maria,", "days_enrolled", id="a name in place of a number"),
        pytest.param("students", 5, "0005", "0004", "student_id", id="duplicate key"),
        pytest.param("enrollments", 5, "0101", "0999", "school_id", id="unknown school in enrollments"),
        pytest.param("attendance", 5, "0005", "9999", "student_id", id="unknown student in attendance"),
    ],
)
def test_a_critical_finding_stops_what_reads_the_table(district, cbe, table, row, old, new, column):
    folder = district(**changed(table, row, old, new))
    code, printed = cbe("validate", folder)
    assert code == CODES["findings"]
    assert "critical" in printed
    assert column in printed
    assert new not in printed
    code, printed = cbe("measure", "chronic_absence", folder)
    assert code == CODES["findings"]
    assert table in printed
    assert new not in printed
    code, printed = cbe("measure", "chronic_absence", folder, "--allow-findings", "--restricted")
    assert code == 0
    assert "critical finding" in printed


def test_an_empty_file(district, cbe):
    code, printed = cbe("validate", district(students=[]))
    assert code == CODES["data"]
    assert "students.csv" in printed


def test_a_file_that_is_not_text(district, cbe):
    folder = district()
    (folder / "students.csv").write_bytes(b"\xff\xfe\x00\x81" * 40)
    code, printed = cbe("validate", folder)
    assert code == CODES["data"]
    assert "students.csv" in printed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["chronic_absense"], "did you mean chronic_absence", id="unknown indicator"),
        pytest.param(["chronic_absence", "--set", "cut=3"], "has no option cut", id="unknown option"),
        pytest.param(["chronic_absence", "--by", "gendre"], "did you mean gender", id="misspelt subgroup"),
        pytest.param(["chronic_absence", "--where", "gendre=female"], "gendre", id="misspelt condition"),
        pytest.param(["chronic_absence", "--where", "gender"], "column=value", id="half a condition"),
        pytest.param(["chronic_absence", "--compare", "others"], "needs groups", id="comparison without groups"),
        pytest.param(
            ["disparity", "--set", "of=nothing", "--by", "gender"], "'nothing' is unknown", id="disparity of nothing"
        ),
    ],
)
def test_a_question_that_is_off(district, cbe, words, says):
    code, printed = cbe("measure", words[0], district(), *words[1:])
    assert code == CODES["usage"]
    assert says in printed


def test_a_file_that_cannot_be_written(district, cbe, tmp_path):
    folder = district()
    out = tmp_path / "missing" / "answer.csv"
    code, printed = cbe("measure", "chronic_absence", folder, "--restricted", "--format", "csv", "--out", out)
    assert code == CODES["usage"]
    assert "cannot write" in printed


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_an_answer_goes_into_a_pipe_and_does_not_take_its_place(district, cbe, tmp_path):
    folder, pipe = district(), tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        code, _ = cbe("measure", "chronic_absence", folder, "--restricted", "--format", "csv", "--out", pipe)
        if not pipe.is_fifo():
            reader.kill()
        answer, _ = reader.communicate()
    assert code == 0
    assert pipe.is_fifo()
    assert answer.startswith(b"quantity,")


def test_an_answer_for_a_link_goes_to_the_file_behind_it(district, cbe, tmp_path):
    folder, link = district(), tmp_path / "link.csv"
    (tmp_path / "answer.csv").write_text("old", encoding="utf-8")
    try:
        link.symlink_to(tmp_path / "answer.csv")
    except OSError:
        pytest.skip("this system lets no link be made")
    code, _ = cbe("measure", "chronic_absence", folder, "--restricted", "--format", "csv", "--out", link)
    assert code == 0
    assert link.is_symlink()
    assert (tmp_path / "answer.csv").read_text(encoding="utf-8").startswith("quantity,")


def notebook(folder, source):
    """A notebook of one cell after its parameters."""
    parameters = nbformat.v4.new_code_cell(
        "data = ''\naudience = 'public'\noutcome = 'math'", metadata={"tags": ["parameters"]}
    )
    file = folder / "inquiry.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[parameters, nbformat.v4.new_code_cell(source)]), file)
    return file


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-p", "outcom=math"], "did you mean outcome"),
        (["-p", "outcome;import os=math"], "no parameter"),
        (["-p", "data=elsewhere"], "set by the run itself"),
        (["-p", "outcome"], "name=value"),
    ],
)
def test_a_notebook_parameter_that_is_off_stops_before_anything_runs(district, cbe, tmp_path, words, says):
    folder = district()
    code, printed = cbe("run", notebook(tmp_path, "1/0"), folder, *words)
    assert code == CODES["usage"]
    assert says in printed
    assert not (tmp_path / "reports").exists()


def test_a_run_on_a_missing_folder_starts_no_kernel(cbe, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, printed = cbe("run", notebook(tmp_path, "1/0"), "nowhere")
    assert code == CODES["data"]
    assert "no such folder" in printed


@pytest.mark.sockets
@pytest.mark.parametrize(("kind", "code"), [("CriticalFindings", 1), ("UsageError", 2)])
def test_an_error_of_ours_in_a_notebook_keeps_its_message_and_code(district, cbe, tmp_path, kind, code):
    source = f"from cbe_analysis.errors import {kind}\nraise {kind}('the year is off', 'calendar', 'mend it')"
    given, printed = cbe("run", notebook(tmp_path, source), district())
    assert given == code
    assert "the year is off" in printed
    assert not (tmp_path / "reports" / "drafts").exists()


@pytest.mark.sockets
def test_any_other_error_in_a_notebook_shows_its_type_and_where_the_notebook_is(district, cbe, tmp_path):
    code, printed = cbe("run", notebook(tmp_path, "raise LookupError('Maria Lopez')"), district())
    assert code == CODES["run"]
    assert "LookupError" in printed
    assert "Maria" not in printed
    kept = tmp_path / "reports" / "internal" / "inquiry" / "public" / "inquiry.failed.ipynb"
    assert "inquiry.failed.ipynb" in printed
    assert "Maria Lopez" in kept.read_text(encoding="utf-8")
    assert not (tmp_path / "reports" / "drafts").exists()


def command(*words):
    """The command line in a process of its own."""
    line = [sys.executable, "-m", "cbe_analysis.cli", *(str(word) for word in words)]
    return subprocess.run(line, capture_output=True, text=True, env=dict(os.environ), check=False)


def test_the_codes_reach_the_shell(district):
    broken = district(**changed("students", 5, "0005", "0004"))
    cases = [
        (("validate", broken), CODES["findings"]),
        (("measure", "no_such_thing", broken), CODES["usage"]),
        (("validate", broken / "nowhere"), CODES["data"]),
    ]
    for words, code in cases:
        done = command(*words)
        assert done.returncode == code
        assert "Traceback" not in done.stdout + done.stderr
