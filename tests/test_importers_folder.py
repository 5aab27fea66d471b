"""An import is written whole or not at all, destroys nothing, and its account balances."""

import errno
import os

import pytest

from cbe_analysis.errors import UsageError
from cbe_analysis.importers.account import LeftOut, Summary, Tally
from cbe_analysis.importers.folder import write_folder

FILES = {"district.toml": "# made by one importer\n", "students.csv": "student_id\n007\nPeña\n"}


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_files_are_utf8_with_plain_line_ends(tmp_path):
    write_folder(tmp_path / "new" / "d", FILES)
    assert contents(tmp_path / "new" / "d") == {name: text.encode() for name, text in FILES.items()}


def test_a_folder_of_the_same_importer_is_replaced(tmp_path):
    write_folder(tmp_path / "d", FILES)
    write_folder(tmp_path / "d", {**FILES, "students.csv": "student_id\n"})
    assert contents(tmp_path / "d")["students.csv"] == b"student_id\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["d"]


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({"notes.txt": "mine"}, "the folder holds other files: notes.txt"),
        ({"students.csv": "student_id\n1\n"}, "the folder holds another district"),
        (
            {"district.toml": 'name = "Riverbend"\n', "students.csv": "student_id\n"},
            "the folder holds another district",
        ),
    ],
)
def test_what_somebody_else_put_there_is_kept(tmp_path, found, says):
    for name, text in found.items():
        (tmp_path / name).write_text(text)
    before = contents(tmp_path)
    with pytest.raises(UsageError, match=says):
        write_folder(tmp_path, FILES)
    assert contents(tmp_path) == before


def test_a_file_in_the_place_of_the_folder_is_kept(tmp_path):
    file = tmp_path / "star"
    file.write_text("mine")
    with pytest.raises(UsageError, match="this is a file"):
        write_folder(file, FILES)
    assert file.read_text() == "mine"


def test_a_full_disk_leaves_the_old_folder_whole(tmp_path, monkeypatch):
    write_folder(tmp_path / "d", {"district.toml": "# made by one importer\n", "students.csv": "old\n"})

    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="cannot be written"):
        write_folder(tmp_path / "d", {"district.toml": "# made by one importer\n", "students.csv": "new\n"})
    assert contents(tmp_path / "d") == {"district.toml": b"# made by one importer\n", "students.csv": b"old\n"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["d"]


def test_a_folder_that_cannot_be_moved_aside_stays(tmp_path, monkeypatch):
    write_folder(tmp_path / "d", FILES)
    moved = []

    def once(self, target):
        moved.append(self.name)
        if len(moved) == 2:
            raise PermissionError(errno.EACCES, "in use")
        os.rename(self, target)

    monkeypatch.setattr("pathlib.Path.rename", once)
    with pytest.raises(UsageError, match="in use"):
        write_folder(tmp_path / "d", {**FILES, "students.csv": "new"})
    assert len(moved) == 3
    assert contents(tmp_path / "d") == {name: text.encode() for name, text in FILES.items()}
    assert [entry.name for entry in tmp_path.iterdir()] == ["d"]


def test_an_account_that_does_not_balance_is_our_mistake():
    with pytest.raises(AssertionError, match="off by 1 records"):
        Tally("students", read=3, written=1, left_out=(LeftOut(1, "a second record"),))


def test_a_printed_account_takes_a_line_for_each_reason():
    tally = Tally("assessments", read=5, written=2, left_out=(LeftOut(2, "no score"), LeftOut(1, "not official")))
    assert str(Summary("an export", 5, (tally,), columns_left=("notes",))).splitlines()[2:] == [
        "table              read     made  written  left out  why",
        "assessments           5        0        2         2  no score",
        "                                                  1  not official",
        "",
        "Columns of the source that no table holds: notes.",
    ]
