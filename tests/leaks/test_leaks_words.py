"""Words from data in spreadsheets and on terminals: they are read, and do nothing."""

import csv
import io
import sys

import openpyxl
import pytest
from small_district import tables, write

from cbe_analysis import cli
from cbe_analysis.cli import lab
from cbe_analysis.tables.spreadsheets import harmless

FORMULAS = (
    *("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u3000=1"),
    *("\u200b=1", "\ufeff=1", "\u202e=1", "\x1b=1", "\uff1d1", "\uff0b1", "\uff20x", "a;=1", "a; \t@x", "a\n=1"),
    *('=HYPERLINK("http://example.org")', "=cmd|' /C calc'!A0", "'=1"),
)
ESCAPES = ("\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\u202etxt", "\x08\x08\x08")


@pytest.fixture
def district(tmp_path, monkeypatch):
    """Writes a district whose students' groups have these names, and in which one column does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CBE_INTERNAL")

    def made(names, column="house"):
        lines = tables()["students"]
        told = [names[i % len(names)] for i in range(len(lines) - 1)]
        out = io.StringIO()
        csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(
            [*line.split(","), name] for line, name in zip(lines, [column, *told], strict=True)
        )
        folder = write(tmp_path / "district", students=None)
        (folder / "students.csv").write_text(out.getvalue(), encoding="utf-8", newline="")
        return folder

    return made


def begins_a_formula(cell):
    """Whether a spreadsheet could read the cell, or a part of it, as a formula."""
    ignored = "".join(map(chr, range(33))) + "\u00a0\u200b\u3000\ufeff\u202e"
    return any(part.strip(ignored).startswith(tuple("=+-@\uff1d\uff0b\uff20")) for part in cell.split(";"))


def test_the_words_that_are_tried_are_formulas():
    assert [word for word in FORMULAS if not begins_a_formula(word) and "\n" not in word] == ["'=1"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_answer_holds_a_formula(district, tmp_path, form):
    folder, file = district(FORMULAS), tmp_path / f"out.{form}"
    words = ["measure", "chronic_absence", str(folder), "--by", "house", "--restricted", "--format", form]
    assert cli.main([*words, "--out", str(file)]) == 0
    if form == "csv":
        rows = list(csv.reader(io.StringIO(file.read_bytes().decode(), newline="")))
        for semicolons in csv.reader(io.StringIO(file.read_bytes().decode(), newline=""), delimiter=";"):
            assert [cell for cell in semicolons if begins_a_formula(cell)] == []
    else:
        sheet = openpyxl.load_workbook(file).active
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        assert [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    told = [cell for row in rows for cell in row if isinstance(cell, str)]
    assert {harmless(word) for word in FORMULAS} <= set(told)
    assert [cell for cell in told if begins_a_formula(cell)] == []


@pytest.mark.parametrize(
    ("text", "told"), [("\tx", "'\tx"), ("\rx", "'\nx"), ("\nx", "'\nx"), ("\r\nx", "'\nx"), ("x\r", "x\n")]
)
def test_a_cell_begins_with_no_tab_and_no_line_end(text, told):
    """Even before a plain word; and no row ends within a cell."""
    assert harmless(text) == told


def test_the_name_of_a_column_is_no_formula_in_rows_set_aside(district, tmp_path):
    folder = district(["\r=1", "-2"], column='=HYPERLINK("x")')
    with (folder / "students.csv").open("a", encoding="utf-8") as file:
        file.write("0001,white,female,=again\n")
    assert cli.main(["validate", str(folder), "--quarantine", str(tmp_path / "aside")]) == 1
    rejected = tmp_path / "aside" / "rejected" / "students.csv"
    head, *rows = csv.reader(io.StringIO(rejected.read_bytes().decode(), newline=""))
    assert head[-1] == '\'=HYPERLINK("x")'
    assert [row[-1] for row in rows] == ["'\n=1", "'=again"]


@pytest.mark.parametrize(
    "words",
    [["--by", "house"], ["--by", "house", "--format", "csv"], ["--where", "house=\x1b[2Jx"], ["--by", "\x1b[2Jx"]],
)
def test_a_terminal_gets_no_command(district, capsys, words):
    folder = district(ESCAPES)
    cli.main(["measure", "chronic_absence", str(folder), "--restricted", *words])
    printed = "".join(capsys.readouterr())
    assert "\x1b" not in printed
    assert "\x07" not in printed
    if "csv" not in words:
        assert not set(printed) & set("\x08\x9b\u202e")


def test_the_lab_asks_nobody_for_anything():
    from jupyterlab.handlers.announcements import NeverCheckForUpdate
    from jupyterlab.labapp import LabApp

    application = LabApp()
    application.parse_command_line(lab.command()[3:])
    application.update_config(application.cli_config)
    assert application.news_url is None
    assert application.check_for_updates_class is NeverCheckForUpdate
    assert application.extension_manager == "readonly"
    assert sys.executable in lab.command()
