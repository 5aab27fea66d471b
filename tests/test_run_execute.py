"""Notebooks in real kernels: what they get, how they stop, and what is said of it."""

import gc
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from cbe_analysis.errors import CriticalFindings, RunFailed, UnreadableData, UsageError
from cbe_analysis.run import execute as room
from cbe_analysis.run.notebooks import read

pytestmark = pytest.mark.sockets
PARAMETERS = "data = ''\naudience = 'public'\nwords = 'none'"


@pytest.fixture
def execute(tmp_path):
    """Executes a notebook of one cell after its parameters; gives what came out."""

    def run(source, parameters=None, folder=tmp_path, progress=lambda done, total: None):
        cells = [nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
        book = nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell(source)])
        nbformat.write(book, folder / "book.ipynb")
        return room.execute(read(folder / "book.ipynb"), parameters or {}, folder=folder, progress=progress)

    return run


def printed(executed):
    """The text that the last cell printed."""
    return "".join(output.get("text", "") for output in executed.notebook.cells[-1].outputs)


def test_a_kernel_is_this_interpreter_in_the_folder_given(execute, tmp_path):
    seen = []
    executed = execute(
        "import os, sys\nprint(sys.executable, os.getcwd(), os.environ['PYTHONHASHSEED'])",
        progress=lambda done, total: seen.append((done, total)),
    )
    assert executed.error is None
    assert printed(executed).split() == [sys.executable, str(tmp_path.resolve()), "0"]
    assert seen[-1] == (2, 2)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["book.ipynb", "kernel.log"]


@pytest.mark.parametrize("end", ["", "\nraise LookupError"])
def test_what_a_kernel_leaves_in_its_temporary_folder_goes_with_it(execute, end):
    source = "import os, tempfile\nprint(tempfile.mkdtemp(), flush=True)"
    executed = execute(source + end)
    assert (executed.error is None) == (end == "")
    made = Path(printed(executed).strip())
    assert made.parent.parent == Path(tempfile.gettempdir())
    assert not made.parent.exists()


def test_a_receipt_can_name_the_notebook_whatever_its_parameters(execute):
    ask = "import os\nprint(os.environ['CBE_NOTEBOOK'])"
    first, again, other = execute(ask), execute(ask, {"words": "x"}), execute(f"{ask} ")
    assert len(printed(first).strip()) == 12
    assert printed(first) == printed(again) != printed(other)


def test_a_value_is_never_code(execute):
    told = "\"]; raise SystemExit(\"me\")\n''' {0.__class__} \\"
    executed = execute("print(repr(words))", {"words": told})
    assert printed(executed).strip() == repr(told)


def test_an_error_of_ours_keeps_its_kind_and_words(execute):
    source = (
        "from cbe_analysis.errors import CriticalFindings\nraise CriticalFindings('2 rows', 'students', 'mend them')"
    )
    executed = execute(source)
    assert type(executed.error) is CriticalFindings
    assert str(executed.error) == "2 rows (students); mend them"


def test_any_other_error_is_told_by_its_type_alone(execute):
    executed = execute("raise LookupError('Maria Lopez')")
    assert type(executed.error) is RunFailed
    assert "LookupError" in str(executed.error)
    assert "Maria" not in str(executed.error)


def test_a_kernel_that_dies_is_told(execute):
    executed = execute("import os\nos._exit(1)")
    assert type(executed.error) is RunFailed
    assert "DeadKernelError" in str(executed.error)


def test_what_stops_a_kernel_is_told_by_its_type_alone(execute, monkeypatch):
    def stopping(*words, **more):
        raise ConnectionError("Maria Lopez")

    monkeypatch.setattr("papermill.execute_notebook", stopping)
    executed = execute("print(1)")
    assert type(executed.error) is RunFailed
    assert "ConnectionError" in str(executed.error)
    assert "Maria" not in str(executed.error)


def test_a_notebook_that_takes_too_long_is_stopped(execute, monkeypatch, caplog):
    monkeypatch.setattr(room, "TIME_LIMIT", 3)
    executed = execute("import time\ntime.sleep(60)")
    assert type(executed.error) is RunFailed
    assert "took more than" in str(executed.error)
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []  # nothing left waiting


def test_nothing_is_said_on_the_way(execute, capfd):
    executed = execute("import sys\nprint('out')\nprint('err', file=sys.stderr)")
    assert executed.error is None
    assert capfd.readouterr() == ("", "")


def test_two_kernels_at_once_do_not_meet(execute, tmp_path):
    def one(name):
        (tmp_path / name).mkdir()
        return printed(execute("import time\ntime.sleep(1)\nprint(words)", {"words": name}, tmp_path / name)).strip()

    with ThreadPoolExecutor(2) as both:
        assert list(both.map(one, ["first", "second"])) == ["first", "second"]


def test_a_usage_error_keeps_its_exit_code(execute):
    executed = execute("from cbe_analysis.errors import UsageError\nraise UsageError('no such school year')")
    assert type(executed.error) is UsageError
    assert executed.error.exit_code == 2


@pytest.mark.parametrize("base", ["Exception", "cbe_analysis.errors.UsageError"])
def test_a_foreign_error_called_like_ours_keeps_its_message_to_itself(execute, base):
    cell = f"import cbe_analysis.errors\nclass UsageError({base}):\n    pass\nraise UsageError('student 4711')"
    executed = execute(cell)
    assert type(executed.error) is RunFailed
    assert "4711" not in str(executed.error)
    assert "student 4711" in str(executed.notebook.cells[-1].outputs)  # inside, where it may be read


def test_an_error_that_a_command_raises_keeps_its_parts(execute):
    executed = execute("import cbe_analysis as cbe\ncbe.load('nowhere')")
    assert type(executed.error) is UnreadableData
    assert (executed.error.what, executed.error.where) == ("there is no such folder", "nowhere")
    assert executed.error.exit_code == 3
