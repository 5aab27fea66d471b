"""Files are written whole or not at all, and what is private can be read by this user alone."""

import os
import stat
import subprocess
import sys

import pytest

from cbe_analysis import disk

posix = pytest.mark.skipif(os.name != "posix", reason="this system has no such rights")


def rights(path):
    return stat.S_IMODE(path.stat().st_mode)


def holds(folder):
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}


def test_all_files_are_written_over_what_was_there(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"old")
    disk.write({tmp_path / "a.pdf": b"A", tmp_path / "b.html": b"B"})
    assert holds(tmp_path) == {"a.pdf": b"A", "b.html": b"B"}


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize(
    "fault", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "stopped"]
)
def test_what_stops_the_writing_leaves_the_old_and_nothing_else(tmp_path, monkeypatch, call, fault):
    (tmp_path / "a.pdf").write_bytes(b"old")

    def stop(*arguments):
        raise fault

    monkeypatch.setattr(os, call, stop)
    with pytest.raises(type(fault)):
        disk.write({tmp_path / "a.pdf": b"new", tmp_path / "b.html": b"B"})
    assert holds(tmp_path) == {"a.pdf": b"old"}


def test_a_folder_in_the_way_of_one_file_keeps_the_others_from_being_written(tmp_path):
    (tmp_path / "b.html").mkdir()
    with pytest.raises(IsADirectoryError):
        disk.write({tmp_path / "a.pdf": b"A", tmp_path / "b.html": b"B"})
    assert holds(tmp_path) == {}


@pytest.mark.parametrize("before", [None, "old"])
def test_a_folder_takes_its_place_whole(tmp_path, before):
    place = tmp_path / "below" / "place"
    if before:
        place.mkdir(parents=True)
        (place / "a.csv").write_text(before)
    with disk.whole_folder(place) as new:
        (new / "b.csv").write_bytes(b"B")
        (new / "link").symlink_to("nowhere")
        assert not place.exists() or holds(place) == {"a.csv": b"old"}
    assert holds(place) == {"b.csv": b"B"}
    assert [entry.name for entry in place.parent.iterdir()] == ["place"]


@pytest.mark.parametrize("call", ["fsync", "rename"])
@pytest.mark.parametrize(
    "fault", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["full", "stopped"]
)
def test_a_folder_that_is_stopped_on_the_way_leaves_the_old_one(tmp_path, monkeypatch, call, fault):
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "a.csv").write_bytes(b"old")

    def stop(*arguments):
        raise fault

    monkeypatch.setattr(os, "fsync", stop) if call == "fsync" else monkeypatch.setattr("pathlib.Path.rename", stop)
    with pytest.raises(type(fault)), disk.whole_folder(tmp_path / "place") as new:
        (new / "a.csv").write_bytes(b"new")
    assert holds(tmp_path / "place") == {"a.csv": b"old"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["place"]


def test_a_folder_that_may_take_its_place_once_never_replaces_another(tmp_path):
    (tmp_path / "place").mkdir()
    (tmp_path / "place" / "a.csv").write_bytes(b"old")
    with pytest.raises(FileExistsError), disk.whole_folder(tmp_path / "place", once=True) as new:
        (new / "a.csv").write_bytes(b"new")
    assert holds(tmp_path / "place") == {"a.csv": b"old"}
    with disk.whole_folder(tmp_path / "second", once=True) as new:
        (new / "a.csv").write_bytes(b"new")
    assert holds(tmp_path / "second") == {"a.csv": b"new"}


def test_a_folder_can_be_filled_where_nobody_looks(tmp_path):
    (tmp_path / "seen").mkdir()
    (tmp_path / "unseen").mkdir()
    with disk.whole_folder(tmp_path / "seen" / "place", filled_in=tmp_path / "unseen") as new:
        (new / "a.csv").write_bytes(b"A")
        assert list((tmp_path / "seen").iterdir()) == []
    assert holds(tmp_path / "seen" / "place") == {"a.csv": b"A"}
    assert list((tmp_path / "unseen").iterdir()) == []


@posix
def test_the_entries_of_a_folder_are_on_the_disk_before_it_takes_its_place(tmp_path, monkeypatch):
    settled, sync = [], os.fsync

    def note(handle):
        settled.append((os.readlink(f"/proc/self/fd/{handle}"), (tmp_path / "place").exists()))
        sync(handle)

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("this system does not tell which file a handle is")
    monkeypatch.setattr(os, "fsync", note)
    with disk.whole_folder(tmp_path / "place") as new:
        (new / "inner").mkdir()
        (new / "inner" / "a.csv").write_bytes(b"A")
    before = {name.removeprefix(str(new)) for name, there in settled if not there}
    assert before >= {"", "/inner", "/inner/a.csv"}


@posix
def test_an_own_folder_is_closed_to_others(tmp_path):
    with disk.whole_folder(tmp_path / "place", own=True) as new:
        (new / "a.csv").write_bytes(b"A")
    assert rights(tmp_path / "place") == 0o700


@posix
def test_files_below_an_own_folder_are_closed_to_others(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.ipynb").write_bytes(b"open")
    before = os.umask(0o022)
    try:
        disk.write({tmp_path / "own" / "a.ipynb": b"A", tmp_path / "b.pdf": b"B"}, own=tmp_path / "own")
    finally:
        os.umask(before)
    assert [rights(tmp_path / "own" / "a.ipynb"), rights(tmp_path / "b.pdf")] == [0o600, 0o644]


@posix
@pytest.mark.parametrize("before", [None, 0o755, 0o777, 0o700])
def test_a_closed_folder_is_closed_whatever_it_was_before(tmp_path, before):
    if before:
        (tmp_path / "internal").mkdir()
        (tmp_path / "internal").chmod(before)
    assert rights(disk.close_folder(tmp_path / "internal")) == 0o700


@posix
def test_a_folder_whose_rights_are_somebody_elses_is_used_as_it_is(tmp_path, monkeypatch):
    (tmp_path / "internal").mkdir()
    (tmp_path / "internal").chmod(0o770)

    def refuse(*arguments, **options):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    assert rights(disk.close_folder(tmp_path / "internal")) == 0o770


MAKES = """
import os
from cbe_analysis.disk import own_folder
made = own_folder("test")
(made / "a").write_text("A")
if hasattr(os, "fork") and os.fork() == 0:
    raise SystemExit
hasattr(os, "wait") and os.wait()
print(made, (made / "a").exists(), oct(made.stat().st_mode)[-3:])
"""


@posix
def test_an_own_folder_goes_with_the_process_that_made_it(tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", MAKES], capture_output=True, text=True, env=environment, check=True)
    made, there, mode = done.stdout.split()
    assert (there, mode) == ("True", "700")
    assert made.startswith(str(tmp_path / "cbe-own-test-"))
    assert list(tmp_path.iterdir()) == []
