"""Where notebooks are found, and which files are notebooks."""

import subprocess
import sys

import nbformat
import pytest

from cbe_analysis.errors import UsageError
from cbe_analysis.run import notebooks


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A folder of notebooks that CBE_NOTEBOOKS names."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name in ("growth_of_levels", "attendance"):
        nbformat.write(nbformat.v4.new_notebook(), folder / f"{name}.ipynb")
    monkeypatch.setenv("CBE_NOTEBOOKS", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def test_a_name_is_found_on_the_shelf(shelf):
    assert notebooks.find("attendance") == shelf / "attendance.ipynb"


def test_a_path_is_taken_as_it_stands(shelf):
    assert notebooks.find(shelf / "attendance.ipynb") == shelf / "attendance.ipynb"


def test_the_nearest_folder_wins(shelf, tmp_path, monkeypatch):
    monkeypatch.delenv("CBE_NOTEBOOKS")
    (tmp_path / "notebooks").mkdir()
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "notebooks" / "attendance.ipynb")
    assert notebooks.find("attendance").resolve() == tmp_path / "notebooks" / "attendance.ipynb"


def test_installed_notebooks_are_found(tmp_path, monkeypatch):
    place = tmp_path / "share" / "cbe_analysis" / "notebooks"
    place.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(), place / "only_installed.ipynb")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sysconfig.get_path", lambda scheme: str(tmp_path))
    assert notebooks.find("only_installed") == place / "only_installed.ipynb"


def test_an_unknown_name_is_answered_with_the_nearest_and_all(shelf):
    with pytest.raises(UsageError, match=r"no notebook 'atendance'; did you mean attendance\?.*growth_of_levels"):
        notebooks.find("atendance")


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "http://x.org/a", "", "a{0.__class__}"])
def test_a_name_that_is_no_name_is_not_looked_up(shelf, name):
    with pytest.raises(UsageError, match="there is no notebook"):
        notebooks.find(name)


def test_a_missing_file_is_an_error(shelf):
    with pytest.raises(UsageError, match="does not exist"):
        notebooks.find("missing.ipynb")


@pytest.mark.parametrize("stem", ["a b", ".hidden", "{x}", "a.b", "x" * 65, "con", "NUL", "é", "releases", "Releases"])
def test_a_name_that_cannot_name_a_folder_is_refused(shelf, stem):
    nbformat.write(nbformat.v4.new_notebook(), shelf / f"{stem}.ipynb")
    with pytest.raises(UsageError, match="cannot name a folder"):
        notebooks.find(shelf / f"{stem}.ipynb")


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"not json", b"\xff\xfe\x00", b'{"cells": 3, "nbformat": 4}'])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content):
    (tmp_path / "x.ipynb").write_bytes(content)
    with pytest.raises(UsageError, match="not a Jupyter notebook"):
        notebooks.read(tmp_path / "x.ipynb")


def test_a_notebook_in_another_language_is_refused(tmp_path):
    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}})
    nbformat.write(book, tmp_path / "x.ipynb")
    with pytest.raises(UsageError, match="not in Python"):
        notebooks.read(tmp_path / "x.ipynb")


def test_a_notebook_without_a_kernel_is_read_as_python(tmp_path):
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "x.ipynb")
    assert notebooks.read(tmp_path / "x.ipynb").metadata["kernelspec"]["name"] == "python3"


def test_reading_a_notebook_leaves_the_slow_grammar_alone_but_usable(tmp_path):
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "x.ipynb")
    source = (
        "import pathlib, sys; from cbe_analysis.run.notebooks import read; read(pathlib.Path(sys.argv[1]));"
        "loaded = 'lark' in sys.modules; import rfc3987_syntax; sys.exit(loaded or 'lark' not in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", source, tmp_path / "x.ipynb"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
