"""Several processes: the same results in the same order, whatever becomes of the processes."""

import os
import subprocess
import sys
import time
from math import factorial

import numpy as np
import pytest

from cbe_analysis.errors import UsageError
from cbe_analysis.methods import processes
from cbe_analysis.methods.percentiles import cohorts, growth_percentiles
from cbe_analysis.methods.processes import each, processors

posix = pytest.mark.skipif(os.name != "posix", reason="asks whether a process is there as POSIX has it")
FIELDS = ("percentile", "low", "high", "order", "grouped", "by_order")


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_results_stand_in_the_order_of_the_tasks(count):
    assert each(factorial, range(20), processes=count) == [factorial(n) for n in range(20)]
    assert each(factorial, [], processes=count) == []


@posix
def test_the_work_is_done_in_other_processes_which_end():
    where = set(each(eval, ["__import__('os').getpid()"] * 8, processes=2))
    assert os.getpid() not in where
    for process in where:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_what_the_work_raises_is_raised_here():
    with pytest.raises(ValueError, match="negative"):
        each(factorial, [3, -1], processes=2)
    with pytest.raises(UsageError, match="no column is named"):
        each(_refuse, ["no column is named"], processes=2)


def _refuse(what):
    raise UsageError(what, "here", "name one")


def test_words_that_the_work_prints_do_not_spoil_the_answers(capfd):
    assert each(print, ["noise"] * 3, processes=2) == [None] * 3
    assert capfd.readouterr().err.split() == ["noise"] * 3


def test_where_a_process_dies_its_task_is_done_here():
    here = f"__import__('os').getpid() == {os.getpid()} or __import__('os')._exit(1)"
    assert each(eval, [here] * 3, processes=2) == [True] * 3


@pytest.mark.parametrize("missing", ["", "/no/such/program"])
def test_where_no_process_can_be_started_all_is_done_here(monkeypatch, missing):
    monkeypatch.setattr(sys, "executable", missing)
    assert each(eval, ["__import__('os').getpid()"] * 2, processes=2) == [os.getpid()] * 2


@posix
def test_a_crew_loads_its_module_while_it_waits(tmp_path, monkeypatch):
    (tmp_path / "waited.py").write_text("loaded = True")
    monkeypatch.syspath_prepend(tmp_path)
    with processes.crew(2, "waited") as some:
        assert some.each(eval, ["'waited' in __import__('sys').modules"] * 4) == [True] * 4
    assert "waited" not in sys.modules


@posix
def test_a_process_ends_with_the_program_that_started_it():
    script = "from cbe_analysis.methods import processes as p, percentiles; import os, time\n"
    script += "with p._helper() as one, p._helper() as two:\n"
    script += "    print(one.process.pid, one.do(abs, -1), flush=True); os.kill(os.getpid(), 9)\n"
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    pid, answer = done.stdout.split()
    assert answer == "1"
    for _ in range(100):
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("the process is still there")


@pytest.mark.parametrize(("told", "count"), [("1", 1), ("3", 3), ("0", 1), ("17", 17)])
def test_how_many_processors_are_used_can_be_told(monkeypatch, told, count):
    monkeypatch.setenv("CBE_PROCESSORS", told)
    assert processors() == count


@pytest.mark.parametrize("told", ["", "many", "-1"])
def test_without_a_number_those_of_the_program_are_used(monkeypatch, told):
    monkeypatch.setenv("CBE_PROCESSORS", told)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(3), raising=False)
    assert processors() == 3
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: range(64))
    assert processors() == processes.MOST


def test_growth_percentiles_are_the_same_to_the_last_bit_however_many_processes(monkeypatch):
    draw = np.random.default_rng(4)
    n, k = 2_000, 5
    scores = np.round(500 + 60 * (0.9 * draw.normal(size=(n, 1)) + 0.45 * draw.normal(size=(n, 3))))
    scores[draw.random(scores.shape) < 0.1] = np.nan
    scores[:, 0] = np.where(np.isnan(scores[:, 0]), 500, scores[:, 0])
    cohort, errors = draw.integers(0, k, n), np.full((n, 3), 9.0)
    monkeypatch.setattr(cohorts, "MANY", 1)
    found = []
    for told in "1", "2", "4":
        monkeypatch.setenv("CBE_PROCESSORS", told)
        found.append(growth_percentiles(scores[:, 0], scores[:, 1:], cohort, std_errors=errors))
    alone = found[0]
    assert np.isfinite(alone.low).sum() > n / 2
    for other in found[1:]:
        assert all(np.array_equal(getattr(other, f), getattr(alone, f), equal_nan=True) for f in FIELDS)
        assert [one.label for one in other.cohorts] == [one.label for one in alone.cohorts]
        assert other.refusals == alone.refusals
        for mine, theirs in zip(other.cohorts, alone.cohorts, strict=True):
            pairs = zip(mine.curves, theirs.curves, strict=True)
            assert all(np.array_equal(a.coefficients, b.coefficients) for a, b in pairs)
