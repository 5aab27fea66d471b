"""The command line: help, manual, messages, exit codes, and what each command would start."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import small_district
import typer

from cbe_analysis import cli
from cbe_analysis.cli import lab, manual
from cbe_analysis.cli.commands import app
from cbe_analysis.errors import KINDS, UsageError
from cbe_analysis.indicators import CATALOGUE
from cbe_analysis.load import load
from cbe_analysis.run.notebooks import read
from cbe_analysis.run.parameters import checked

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "command-line.md"
PROMISED = {"demo", "validate", "indicators", "measure", "run", "publish", "audit", "lab"}
pytestmark = pytest.mark.usefixtures("in_a_folder_of_its_own")
COMMANDS = typer.main.get_command(app).commands


def test_the_promised_commands_are_there():
    assert set(COMMANDS) >= PROMISED


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_for_all_its_words_and_an_example(name):
    command = COMMANDS[name]
    assert command.help
    assert command.epilog.startswith(f"Example: cbe {name}")
    assert [word.name for word in command.params if word.name != "help" and not word.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_example_of_a_command_is_understood(name):
    command = COMMANDS[name]
    words = command.epilog.split()[3:]
    assert command.make_context(name, words).params


def test_the_example_of_run_names_a_notebook_and_a_parameter_that_exist():
    _, notebook, _, _, parameter = COMMANDS["run"].epilog.removeprefix("Example: cbe ").split()
    name, _, value = parameter.partition("=")
    assert checked(read(ROOT / "notebooks" / f"{notebook}.ipynb"), {name: value})


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_manual(name):
    assert f"## cbe {name}\n" in PAGE.read_text(encoding="utf-8")


def test_the_manual_is_what_the_commands_say():
    page = PAGE.read_text(encoding="utf-8")
    assert manual.renewed(page) == page, "run: make docs"


def test_the_manual_would_be_found_stale():
    page = PAGE.read_text(encoding="utf-8").replace("The district's folder.", "A folder.", 1)
    assert manual.renewed(page) != page


def test_every_exit_code_stands_in_the_manual():
    page = PAGE.read_text(encoding="utf-8")
    codes = {kind.exit_code for kind in KINDS.values()} | {cli.UNEXPECTED, cli.STOPPED_BY_HAND, cli.UNHEARD}
    assert [code for code in codes if f"| {code} |" not in page] == []


def test_help_and_version(cbe):
    assert cbe("--help")[0] == 0
    assert cbe()[0] == 0
    assert all(f"  {name} " in cbe()[1] for name in COMMANDS)
    code, out, _ = cbe("--version")
    assert (code, out.split()[0]) == (0, "cbe-analysis")


def test_the_catalogue_lists_every_indicator_and_option(cbe):
    code, out, err = cbe("indicators")
    assert (code, err) == (0, "")
    for entry in CATALOGUE.values():
        assert entry.id in out.splitlines()
        assert all(f"--set {option}=" in out for option in entry.options)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["mesure"], "there is no command 'mesure'; did you mean measure? there are: audit, demo, diff, import"),
        (["measure", "status"], "cbe measure needs DIR; for example: cbe measure growth_rate"),
        (["measure", "status", "x", "--bye", "gender"], "cbe measure has no option --bye; did you mean --by? see cbe"),
        (["measure", "status", "x", "--compare", "all"], "--compare cannot be 'all'; choose one of: others, reference"),
        (
            ["measure", "status", "x", "--format", "jsn"],
            "--format cannot be 'jsn'; did you mean json? choose one of",
        ),
        (
            ["measure", "status", "x", "--audience", "press"],
            "--audience cannot be 'press'; choose one of: public",
        ),
        (["measure", "status", "x", "--where"], "--where needs a value behind it; see cbe"),
        (["measure", "status", "x", "--restricted=yes"], "--restricted takes no value"),
        (["validate", "x", "y", "z"], "cbe validate got words too many: y z; for example: cbe validate data/star"),
        (["demo", "riverbend", "x", "--students", "many"], "--students takes a whole number; write it in digits"),
        (["--zzz"], "cbe has no option --zzz; see cbe --help"),
        (["measure", "status", "x", "--set", "outcome"], "name=value"),
        (["measure", "status", "x", "--set", "outcome=math", "--set", "outcome=reading"], "twice"),
        (["measure", "status", "x", "--format", "xlsx"], "--out"),
        (["measure", "disparity", "x", "--by", "gender"], "--set of=ID"),
        (["demo", "mars", "x"], "star"),
        (["run", "growth", "x", "-p", "=3"], "name=value"),
        (["run", "no_such_notebook", "x"], "known are"),
        (["run", "missing.ipynb", "x"], "does not exist"),
    ],
)
def test_a_command_line_that_is_off_is_told_in_one_message(cbe, words, says):
    code, out, err = cbe(*words)
    assert (code, out) == (2, "")
    assert says in err
    assert err.startswith("cbe: ")
    assert err.count("\n") == 1
    assert not re.search(r"Value error|Input should|Invalid value|argument\(s\)|Got un", err)


def stop(error):
    def command(*words, **options):
        raise error

    return command


@pytest.mark.parametrize("kind", KINDS.values())
def test_our_errors_give_their_message_and_code(cbe, monkeypatch, kind):
    monkeypatch.setattr("cbe_analysis.cli.catalogue.lines", stop(kind("3 rows are off", "students", "mend them")))
    assert cbe("indicators") == (kind.exit_code, "", "cbe: 3 rows are off (students); mend them\n")


def test_a_fault_of_the_kit_shows_its_type_alone_and_keeps_the_rest_inside(cbe, monkeypatch, tmp_path):
    monkeypatch.delenv("CBE_INTERNAL")
    monkeypatch.setattr("cbe_analysis.cli.catalogue.lines", stop(LookupError("Maria Lopez")))
    code, out, err = cbe("indicators")
    assert (code, out) == (4, "")
    assert "LookupError" in err
    assert "Maria" not in err
    assert str(Path("reports", "internal", "cbe.log")) in err
    log = tmp_path / "reports" / "internal" / "cbe.log"
    assert "Maria Lopez" in log.read_text(encoding="utf-8")
    if os.name == "posix":
        log.chmod(0o644)
        cbe("indicators")
        assert [path.stat().st_mode & 0o077 for path in (log, log.parent)] == [0, 0]
        assert log.read_text(encoding="utf-8").count("LookupError: Maria Lopez") == 2


@pytest.mark.parametrize("kind", ["ENOSPC", "EROFS"])
def test_a_full_disk_is_no_fault_of_the_kit(cbe, monkeypatch, kind):
    number = getattr(errno, kind)
    monkeypatch.setattr("cbe_analysis.cli.catalogue.lines", stop(OSError(number, os.strerror(number))))
    said = f"cbe: nothing more can be written ({os.strerror(number)}); free space, or write elsewhere\n"
    assert cbe("indicators") == (2, "", said)


@pytest.mark.parametrize("error", [MemoryError(), duckdb.OutOfMemoryException("Maria Lopez")])
def test_want_of_memory_is_no_fault_of_the_kit(cbe, monkeypatch, error):
    monkeypatch.setattr("cbe_analysis.cli.catalogue.lines", stop(error))
    code, out, err = cbe("indicators")
    assert (code, out) == (2, "")
    assert "TMPDIR" in err
    assert "Maria" not in err


def test_a_stop_that_the_library_caught_is_said(cbe, monkeypatch):
    monkeypatch.setattr("cbe_analysis.cli.catalogue.lines", stop(KeyboardInterrupt()))
    assert cbe("indicators") == (130, "", "cbe: stopped\n")


@pytest.mark.skipif(os.name == "nt", reason="Windows has other pipes")
@pytest.mark.parametrize(
    ("words", "both", "code"),
    [
        (["--help"], False, cli.UNHEARD),
        (["indicators"], False, cli.UNHEARD),
        (["indicators", "--help"], True, cli.UNHEARD),
        (["no-such-command"], True, UsageError.exit_code),
    ],
)
def test_a_reader_who_has_gone_is_left_in_silence(words, both, code):
    end, start = os.pipe()
    os.close(end)
    command = [sys.executable, "-m", "cbe_analysis.cli", *words]
    done = subprocess.run(command, stdout=start, stderr=start if both else subprocess.PIPE, check=False)
    os.close(start)
    assert (done.returncode, done.stderr or b"") == (code, b"")


def test_an_exit_for_another_reason_stays_one(cbe, monkeypatch):
    monkeypatch.setattr("cbe_analysis.cli.catalogue.lines", stop(SystemExit(7)))
    with pytest.raises(SystemExit):
        cbe("indicators")


def test_a_fault_is_told_even_where_no_log_can_be_kept(cbe, monkeypatch, tmp_path):
    (tmp_path / "reports").write_text("a file in the way")
    monkeypatch.setattr("cbe_analysis.cli.catalogue.lines", stop(LookupError("Maria Lopez")))
    code, _, err = cbe("indicators")
    assert code == 4
    assert "CBE_DEBUG=1" in err


def test_with_cbe_debug_the_traceback_is_raised(cbe, monkeypatch):
    monkeypatch.setenv("CBE_DEBUG", "1")
    monkeypatch.setattr("cbe_analysis.cli.catalogue.lines", stop(LookupError("here")))
    with pytest.raises(LookupError):
        cbe("indicators")


def test_a_stop_by_hand_is_no_fault(cbe, monkeypatch, tmp_path):
    monkeypatch.setattr("cbe_analysis.cli.catalogue.lines", stop(KeyboardInterrupt()))
    code, _, err = cbe("indicators")
    assert code == 130
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_lab_is_this_interpreter_on_this_computer_alone(tmp_path):
    (tmp_path / "notebooks").mkdir()
    words = lab.command()
    assert words[:3] == [sys.executable, "-m", "jupyterlab"]
    assert "--ServerApp.ip=127.0.0.1" in words
    assert f"--ServerApp.root_dir={tmp_path.resolve() / 'notebooks'}" in words
    assert f"--MappingKernelManager.root_dir={tmp_path.resolve()}" in words


def test_lab_understands_its_own_options():
    from jupyterlab.labapp import LabApp

    application = LabApp()
    application.parse_command_line(lab.command()[3:])
    assert application.config["ServerApp"]["ip"] == "127.0.0.1"


def test_lab_opens_the_notebooks_on_the_district(tmp_path, monkeypatch):
    folder = small_district.write(tmp_path / "district")
    monkeypatch.setenv("CBE_DISTRICT", lab.environment(folder)["CBE_DISTRICT"])
    assert load("").folder == folder.resolve()
    assert lab.environment(None) == dict(os.environ)


def test_lab_refuses_what_is_no_district(cbe, tmp_path):
    assert cbe("lab", tmp_path / "missing")[0] == 3
    code, _, said = cbe("lab", tmp_path)
    assert (code, "students, enrollments are missing" in said) == (3, True)


def test_lab_without_notebooks_is_an_error(monkeypatch):
    monkeypatch.setattr(lab, "folders", tuple)
    with pytest.raises(UsageError, match="no folder of notebooks"):
        lab.command()


def test_lab_starts_that_command_and_gives_its_exit_code(cbe, monkeypatch, tmp_path):
    started = []

    def start(words, env, check):
        started.append((words, env["CBE_DISTRICT"]))
        return subprocess.CompletedProcess(words, 7)

    monkeypatch.setattr(subprocess, "run", start)
    folder = small_district.write(tmp_path / "district")
    code, out, _ = cbe("lab", folder)
    assert (code, out) == (7, f'Notebooks whose first cell says data = "" read {folder}\n')
    assert started == [(lab.command(), str(folder.resolve()))]


def command(*words, **variables):
    """The command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "cbe_analysis.cli", *words],
        capture_output=True,
        env={**os.environ, **variables},
        check=False,
    )


def test_a_console_that_lacks_letters_gets_question_marks():
    done = command("run", "größe→", "x", PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert done.returncode == 2
    assert "größe?".encode("cp1252") in done.stderr


def test_help_and_catalogue_load_nothing_heavy():
    heavy = ["pandas", "numpy", "scipy", "duckdb", "papermill", "great_expectations", "matplotlib", "typst", "rich"]
    source = (
        "import sys; from cbe_analysis.cli import main; main(['--help']); main(['indicators']);"
        f"sys.exit(','.join(set(sys.modules) & set({heavy!r})))"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""
