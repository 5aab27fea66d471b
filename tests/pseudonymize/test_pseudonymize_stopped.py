"""Whatever stops a copy on its way: the folder is whole or not there, and so is the key."""

import csv
import os
import subprocess
import sys

import pytest

import cbe_analysis.pseudonymize.conduct as conduct
from cbe_analysis import cli, disk
from cbe_analysis.errors import UsageError
from cbe_analysis.pseudonymize import pseudonymize

PATIENCE = 120  # seconds until a test gives up; nothing is timed
SCRIPT = """
import sys
import time

import cbe_analysis.pseudonymize.conduct as conduct
import cbe_analysis.pseudonymize.key as key
from cbe_analysis import cli, disk


def stopping(real, after):
    def call(*words):
        done = real(*words)
        if call.left == 0:
            print("here", flush=True)
            time.sleep(600)
        call.left -= 1
        return done

    call.left = after
    return call


where = sys.argv[1]
if where == "key":
    key.Key.write = stopping(key.Key.write, 0)
elif where == "swap":
    disk._swap = stopping(disk._swap, 0)
else:
    conduct.write_csv = stopping(conduct.write_csv, int(where))
sys.exit(cli.main(["pseudonymize", *sys.argv[2:]]))
"""


@pytest.mark.skipif(os.name != "posix", reason="this system kills otherwise")
@pytest.mark.parametrize(
    ("where", "key_is_there", "copy_is_there"),
    [("0", False, False), ("2", False, False), ("key", True, False), ("swap", True, True)],
)
def test_a_process_that_is_killed_leaves_nothing_half_written(small, tmp_path, where, key_is_there, copy_is_there):
    folder = small()
    line = [sys.executable, "-c", SCRIPT, where, str(folder), str(tmp_path / "out")]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout.readline() == "here\n"
        finally:
            child.kill()
        child.wait(timeout=PATIENCE)
    key, out = tmp_path / "out.key.csv", tmp_path / "out"
    assert (key.exists(), out.exists()) == (key_is_there, copy_is_there)
    if copy_is_there:
        assert sorted(f.name for f in out.iterdir()) == sorted(f.name for f in folder.iterdir())
    if key_is_there:
        with key.open(encoding="utf-8", newline="") as stream:
            assert len(list(csv.DictReader(stream))) == 24
        assert cli.main(["pseudonymize", str(folder), str(tmp_path / "again"), "--key", str(key)]) == 0


@pytest.mark.skipif(os.name != "posix", reason="this system has no such limit")
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_disk_that_is_full_is_told_and_leaves_nothing(small, tmp_path, form):
    import pandas as pd

    folder = small()
    if form == "parquet":
        rows = pd.read_csv(folder / "students.csv", dtype=str)
        (folder / "students.csv").unlink()
        rows.to_parquet(folder / "students.parquet")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))"
    run = f"{limit}; import sys; from cbe_analysis import cli; sys.exit(cli.main(sys.argv[1:]))"
    line = [sys.executable, "-c", run, "pseudonymize", str(folder), str(tmp_path / "out")]
    done = subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2, done.stderr
    assert "the pseudonymized copy cannot be written: File too large" in done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["district"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize("where", ["write_csv", "write_rules", "account"])
def test_what_fails_on_the_way_leaves_neither_copy_nor_key(small, tmp_path, monkeypatch, error, where):
    def fail(*words, **more):
        raise error

    monkeypatch.setattr(conduct, where, fail)
    with pytest.raises(UsageError if isinstance(error, OSError) else type(error)):
        pseudonymize(small(), tmp_path / "out")
    assert [entry.name for entry in tmp_path.iterdir()] == ["district"]


def test_a_copy_that_finds_its_place_taken_takes_its_key_with_it(small, tmp_path, monkeypatch):
    def taken(new, folder):
        raise OSError(39, "Directory not empty")

    monkeypatch.setattr(disk, "_swap", taken)
    with pytest.raises(UsageError, match="cannot be written"):
        pseudonymize(small(), tmp_path / "out")
    assert [entry.name for entry in tmp_path.iterdir()] == ["district"]


def test_a_key_of_before_stays_when_the_copy_fails(small, tmp_path, monkeypatch):
    folder = small()
    key = pseudonymize(folder, tmp_path / "one").key
    before = key.read_bytes()
    monkeypatch.setattr(disk, "_swap", lambda new, folder: (_ for _ in ()).throw(OSError(28, "No space")))
    with pytest.raises(UsageError):
        pseudonymize(folder, tmp_path / "two", key=key)
    assert key.read_bytes() == before
