"""What is not protected stays where it belongs, closed to others; nothing of it is left behind."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from files_below import files_below
from small_district import write

from cbe_analysis import cli, disk
from cbe_analysis.errors import UsageError
from cbe_analysis.run.places import folder

posix = pytest.mark.skipif(os.name != "posix", reason="this system has no such rights, signals or locks")


@pytest.fixture
def district(tmp_path, monkeypatch):
    """A small district, from whose side commands run; new files are open to others where nothing closes them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CBE_INTERNAL")
    before = os.umask(0o022)
    yield str(write(tmp_path / "district"))
    os.umask(before)


@posix
@pytest.mark.parametrize(
    ("words", "open_to_others"), [(["--restricted"], False), (["--audience", "staff"], False), ([], True)]
)
def test_an_answer_that_is_not_protected_is_for_this_user_alone(district, tmp_path, words, open_to_others):
    file = tmp_path / "answer.csv"
    file.write_text("old")
    file.chmod(0o644)
    line = ["measure", "chronic_absence", district, "--format", "csv", "--out", str(file)]
    assert cli.main([*line, *words]) == 0
    assert bool(stat.S_IMODE(file.stat().st_mode) & 0o077) == open_to_others


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["--restricted"], "reports/drafts"),
        (["--audience", "staff"], "reports/public/growth"),
        (["--restricted"], "reports/internal/../drafts"),
    ],
)
def test_an_answer_that_is_not_protected_does_not_lie_among_what_is_handed_out(
    district, tmp_path, capsys, words, place
):
    for way in ("reports/internal", place):
        (tmp_path / way).mkdir(parents=True, exist_ok=True)
    line = ["measure", "chronic_absence", district, "--format", "csv", "--out", f"{place}/answer.csv"]
    assert cli.main([*line, *words]) == 2
    assert "no place among drafts and published briefs" in capsys.readouterr().err
    assert not (tmp_path / place / "answer.csv").exists()


@pytest.mark.parametrize("name", ["x" * 300, "a" * 5000, "nowhere/a"])
def test_a_file_that_cannot_be_is_told(district, capsys, name):
    assert cli.main(["measure", "chronic_absence", district, "--format", "csv", "--out", f"{name}.csv"]) == 2
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_reports_that_cannot_be_are_told(name):
    with pytest.raises(UsageError, match="cannot write"):
        folder(Path(name), "internal")


@posix
def test_reports_may_have_any_name_that_a_folder_can_have(tmp_path):
    for name in ("{0.__class__}", "%s", "\u202etxt", "=1", "# { $HOME", "..."):
        assert folder(tmp_path / name, "internal").parent == tmp_path / name


SLOW = """import tempfile, time
import cbe_analysis as cbe
district = cbe.load(data)
district.table("students").df().to_csv(tempfile.mktemp("-rows.csv"))
time.sleep(600)
"""
PATIENCE = 120  # seconds until the test gives up; nothing is timed


def wait_for(told, what, child=None):
    """What is told at last."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and (child is None or child.poll() is None):
        if found := told():
            return found
        time.sleep(0.05)
    raise AssertionError(f"in vain: {what}")


@posix
@pytest.mark.sockets
@pytest.mark.parametrize("sent", ["SIGTERM", "SIGKILL"])
def test_a_run_that_is_stopped_leaves_no_students(district, tmp_path, sent):
    """Killed outright it can clear nothing away: then the next command does."""
    here = tmp_path / "temporary"
    here.mkdir()
    cells = [nbformat.v4.new_code_cell("data = ''\naudience = 'public'", metadata={"tags": ["parameters"]})]
    nbformat.write(nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell(SLOW)]), "slow.ipynb")
    line = [sys.executable, "-m", "cbe_analysis.cli", "run", "slow.ipynb", district]
    with subprocess.Popen(line, env={**os.environ, "TMPDIR": str(here)}, stderr=subprocess.PIPE, text=True) as child:
        try:
            rows = wait_for(lambda: [f for f in files_below(here) if f.name.endswith("-rows.csv")], "rows", child)[0]
            top = here / rows.relative_to(here).parts[0]
            assert stat.S_IMODE(top.stat().st_mode) & 0o777 == 0o700
            kernel = wait_for(lambda: _kernels(here), "a kernel", child)
            child.send_signal(getattr(signal, sent))
            _, said = child.communicate(timeout=PATIENCE)
        finally:
            child.kill()
    wait_for(lambda: not any(Path("/proc", number).exists() for number in kernel), "the end of the kernel")
    if sent == "SIGTERM":
        assert (child.returncode, said) == (143, "cbe: stopped\n")
    else:
        assert rows.exists()
        again = "from cbe_analysis.disk import own_folder; own_folder()"
        subprocess.run([sys.executable, "-c", again], env={**os.environ, "TMPDIR": str(here)}, check=True)
    assert list(here.iterdir()) == []


def _kernels(place):
    """The numbers of the processes whose temporary files lie below the place; of any text, where /proc is missing."""
    if not Path("/proc/self/environ").exists():
        return ["none"]
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={place}/".encode() in (process / "environ").read_bytes():
                found.append(process.name)
        except OSError:
            continue
    return found


@posix
def test_folders_in_use_and_those_of_others_stay(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    used = disk.own_folder("used")
    for name in ("cbe-data", "cbe-own-notes", "elsewhere"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "keep.csv").write_text("mine")
    (tmp_path / "cbe-own-link1234").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "cbe-own-file1234").write_text("mine")
    left = tmp_path / "cbe-own-left1234"
    left.mkdir(mode=0o700)
    (left / "rows.csv").write_text("Maria")
    disk.clear()
    assert not left.exists()
    kept = {"cbe-data", "cbe-own-notes", "elsewhere", "cbe-own-link1234", "cbe-own-file1234", used.name}
    assert {entry.name for entry in tmp_path.iterdir()} == kept
    assert (tmp_path / "elsewhere" / "keep.csv").exists()
