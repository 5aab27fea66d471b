"""Errors say what, where and what to do, and keep their kind across a kernel."""

import inspect
import pickle

import pytest

from cbe_analysis import errors
from cbe_analysis.errors import CbeError, RunFailed, UsageError, choices, from_kernel

# The exit codes of the command line are a contract.
EXIT_CODES = {"CriticalFindings": 1, "ReleaseRefused": 1, "UsageError": 2, "UnreadableData": 3, "RunFailed": 4}


def test_a_message_has_its_parts_in_order():
    assert str(UsageError("what is wrong", "where", "do this")) == "what is wrong (where); do this"
    assert str(UsageError("what is wrong", remedy="do this")) == "what is wrong; do this"
    assert str(UsageError("what is wrong", "where")) == "what is wrong (where)"
    assert str(UsageError("what is wrong")) == "what is wrong"


def test_every_kind_has_its_exit_code_and_an_id_of_its_own():
    assert {name: kind.exit_code for name, kind in errors.KINDS.items()} == EXIT_CODES
    assert len({kind.id for kind in errors.KINDS.values()} | {CbeError.id}) == len(EXIT_CODES) + 1


def test_no_kind_of_error_is_missing_from_the_list():
    declared = {n for n, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, CbeError)}
    assert declared - {"CbeError"} == set(errors.KINDS)


def told(raised):
    """What a kernel tells of an error: the name of its class, and the traceback that IPython asks it for."""
    render = getattr(raised, "_render_traceback_", lambda: ["Traceback ...", f"{type(raised).__name__}: {raised}"])
    return type(raised).__name__, render()


@pytest.fixture
def in_a_run(monkeypatch):
    monkeypatch.setenv(errors.SEAL, "seal")


@pytest.mark.parametrize("kind", errors.KINDS.values(), ids=list(errors.KINDS))
def test_an_error_of_ours_comes_back_from_a_kernel_as_itself(in_a_run, kind):
    raised = kind("a table is missing", "enrollments.csv", "add it")
    came = from_kernel(*told(raised), "seal")
    assert type(came) is kind
    assert (came.what, came.where, came.remedy) == ("a table is missing", "enrollments.csv", "add it")
    assert str(came) == str(raised)


@pytest.mark.parametrize(
    "base", [KeyError, Exception, UsageError], ids=["of Python", "called like ours", "a child of ours"]
)
@pytest.mark.parametrize("name", ["UsageError", "KeyError"])
def test_a_foreign_error_loses_its_message_which_may_hold_a_students_value(in_a_run, name, base):
    raised = type(name, (base,), {})("student 4711")
    came = from_kernel(*told(raised), "seal")
    assert type(came) is RunFailed
    assert name in str(came)
    assert "4711" not in str(came)


@pytest.mark.parametrize("seal", ["other", ""])
def test_what_another_run_has_sealed_is_foreign(in_a_run, seal):
    name, lines = told(UsageError("student 4711"))
    assert type(from_kernel(name, lines, seal)) is RunFailed
    assert type(from_kernel(name, [], seal)) is RunFailed


def test_outside_a_run_a_notebook_shows_errors_as_always():
    assert not hasattr(UsageError("what is wrong"), "_render_traceback_")


def test_an_error_survives_a_process_boundary():
    raised = UsageError("what is wrong", "where", "do this")
    assert str(pickle.loads(pickle.dumps(raised))) == str(raised)


def test_choices_are_sorted_and_shortened():
    assert choices(["b", "a"]) == "a, b"
    assert choices([]) == "none"
    assert choices([3, 1, 2], most=2) == "1, 2 and 1 more"
    assert choices({"only": 1}) == "only"
