"""One publisher at a time: the turn is held by a process, and goes with it however it ends."""

import errno
import os
import signal
import subprocess
import sys

import pytest

from cbe_analysis.errors import UsageError
from cbe_analysis.run.turn import turn

HOLDS = """
import sys, time
from pathlib import Path
from cbe_analysis.run.turn import turn
with turn(Path(sys.argv[1])):
    print("holding", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path):
    return tmp_path / "publishing.lock"


@pytest.fixture
def other(lock):
    """Another process that holds the turn until its input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"holding\n" or process.stdout.readline()
        yield process


def test_the_turn_can_be_had_again_and_again(lock):
    for _ in range(2):
        with turn(lock):
            assert lock.is_file()
    assert os.name != "posix" or lock.stat().st_mode & 0o077 == 0


def test_another_process_is_refused_with_what_to_do(lock, other):
    told = []
    says = r"another process is publishing .*try again"
    with pytest.raises(UsageError, match=says), turn(lock, waits=0.3, waiting=lambda: told.append("waits")):
        pytest.fail("two were inside")
    assert told == ["waits"]


def test_who_waits_gets_the_turn_when_the_other_ends(lock, other):
    with turn(lock, waiting=other.stdin.close):
        assert other.wait() == 0


@pytest.mark.skipif(os.name != "posix", reason="this system kills in another way")
def test_a_killed_process_leaves_the_turn_to_others(lock, other):
    other.send_signal(signal.SIGKILL)
    other.wait()
    with turn(lock, waits=0):
        assert lock.is_file()


@pytest.mark.skipif(os.name != "posix", reason="locks are others there")
def test_a_file_system_without_locks_is_told(lock, monkeypatch):
    def refuse(*arguments):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(UsageError, match=r"knows no locks \(No locks available\) .*local disk"), turn(lock):
        pytest.fail("nothing was locked")
