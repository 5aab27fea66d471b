"""What DuckDB writes to the disk for want of memory holds students' rows: nobody else reads it, and it goes."""

import os
import signal
import stat
import subprocess
import sys
import time

import pytest
from files_below import files_below

SCRIPT = """
import importlib
import signal
import sys

import duckdb

signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background inherits that it is ignored
signal.signal(signal.SIGHUP, signal.SIG_DFL)

from cbe_analysis import cli

room = importlib.import_module("cbe_analysis.load")
connect, load = duckdb.connect, room.load
little = {"memory_limit": "200MB", "threads": 1}
duckdb.connect = lambda *names, config, **options: connect(*names, config={**config, **little}, **options)


def slow(folder):
    district = load(folder)
    rows = "SELECT range AS n, hash(range) AS h, md5(range::VARCHAR) AS t FROM range(200000000)"
    district.sql(f"SELECT sum(i) FROM (SELECT row_number() OVER (ORDER BY t) AS i, h FROM ({rows}))").fetchall()


room.load = slow
sys.exit(cli.main(["validate", sys.argv[1]]))
"""
PATIENCE = 120  # seconds until the test gives up; nothing is timed


@pytest.mark.skipif(os.name != "posix", reason="this system has no such signals")
@pytest.mark.parametrize(("sent", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_what_is_spilled_is_private_and_goes_when_the_command_is_stopped(folder, tmp_path, sent, code):
    here = tmp_path / "temporary"
    here.mkdir()
    variables = {**os.environ, "TMPDIR": str(here)}
    line = [sys.executable, "-c", SCRIPT, str(folder())]
    with subprocess.Popen(line, env=variables, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as child:
        try:
            spilled = wait_for_files(here, child)
            ways = [part for part in (spilled, *spilled.parents) if part.is_relative_to(here) and part != here]
            assert stat.S_IMODE(ways[-1].stat().st_mode) == 0o700
            child.send_signal(getattr(signal, sent))
            _, said = child.communicate(timeout=PATIENCE)
        finally:
            child.kill()
    assert child.returncode == code
    assert said == "cbe: stopped\n"
    assert list(here.iterdir()) == []


def wait_for_files(place, child):
    """The first file below the folder; the child must be alive until it is there."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and child.poll() is None:
        if found := files_below(place):
            return found[0]
        time.sleep(0.05)
    raise AssertionError(f"nothing was spilled (exit code {child.poll()})")
