"""The engines underneath: no code is read from data, nothing is fetched, and a kernel talks to this user alone."""

import ast
import os
import re
import sys
from pathlib import Path

import duckdb
import pytest
from small_district import write

import cbe_analysis
from cbe_analysis.load import load
from cbe_analysis.load.connection import connect

PACKAGE = Path(cbe_analysis.__file__).parent
RUNS = {"pickle", "marshal", "shelve", "dill", "joblib", "yaml", "xmlrpc", "jsonpickle"}  # what reads code from files
ASKS = {"socket", "ssl", "ftplib", "smtplib", "requests", "urllib3", "httpx", "aiohttp", "telnetlib"}
OWN_PIPES = "methods/processes.py"  # work handed to processes of the kit's own
OF_TEXT = {"eval", "exec", "compile", "__import__"}


def test_no_module_reads_code_or_asks_the_network():
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        name = file.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [(name, n) for n in names if n.partition(".")[0] in RUNS | ASKS or n == "urllib.request"]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OF_TEXT:
                found.append((name, node.func.id))
            if isinstance(node, ast.keyword) and node.arg == "shell":
                found.append((name, "shell"))
    assert [f for f in found if f != (OWN_PIPES, "pickle")] == []


def test_the_library_of_checks_has_nobody_to_tell():
    """Its word for it is set before it is imported; the version in use knows no collector either."""
    from cbe_analysis.validate.judge import _library

    assert _library().__name__ == "great_expectations"
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
    assert {"posthog", "segment", "sentry_sdk"} & set(sys.modules) == set()


def test_the_typesetter_reads_no_file_of_this_computer(tmp_path):
    """Its root is an empty folder of this user alone: even a word that became source could read nothing."""
    from typst import TypstError

    from cbe_analysis.render.pdf import _compiler

    outside = tmp_path / "outside.txt"
    outside.write_text("read", encoding="utf-8")
    assert _compiler().compile(b'#"read"', format="pdf").startswith(b"%PDF")
    for way in (outside.as_posix(), f"../../../../../..{outside.as_posix()}"):
        with pytest.raises(TypstError):
            _compiler().compile(f'#read("{way}")'.encode(), format="pdf")


@pytest.fixture
def database(tmp_path):
    """The database of a district."""
    return connect(write(tmp_path / "district"))


def test_no_extension_is_fetched_or_loaded(database):
    settings = ("autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access")
    for name in settings:
        assert database.execute(f"SELECT current_setting('{name}')").fetchone() == (False,)
    for statement in ("INSTALL httpfs", "LOAD httpfs", *(f"SET {name} = true" for name in settings)):
        with pytest.raises(duckdb.Error):
            database.execute(statement)


@pytest.mark.parametrize(
    "asked",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_csv('http://example.org/x.csv')",
        "COPY (SELECT 1) TO '{outside}/x.csv'",
        "ATTACH '{outside}/x.db'",
        "SELECT * FROM glob('/etc/*')",
    ],
)
def test_the_database_reads_and_writes_nothing_elsewhere(database, tmp_path, asked):
    with pytest.raises(duckdb.Error):
        database.execute(asked.format(outside=tmp_path)).fetchall()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["district"]


def test_words_of_data_are_no_queries(tmp_path, monkeypatch):
    """Names of columns and values hold what would end a name or a text."""
    folder = write(tmp_path / "district")
    file = folder / "students.csv"
    odd = '"x""; DROP TABLE students; --"'
    lines = [
        f"{line},{odd if number == 0 else chr(39) + '; --'}" for number, line in enumerate(file.read_text().split())
    ]
    file.write_text("\n".join(lines))
    district = load(folder)
    name = 'x"; DROP TABLE students; --'
    assert name in district.columns("students")
    assert set(district.table("students", [name]).fetchall()) == {("'; --",)}
    assert len(district.table("students", where=(f"{name}='; --",)).fetchall()) == len(lines) - 1


@pytest.mark.parametrize("long", [False, True])
def test_a_kernel_listens_to_this_user_alone(tmp_path, long):
    """On sockets in a private folder; where their path is too long, on this computer, with a key for every message."""
    from cbe_analysis.run.engine import OwnKernel, _transport

    private = tmp_path / ("x" * 80 if long else "p")
    kernel = OwnKernel(config=_transport(private))
    assert kernel.transport == ("tcp" if long or len(str(private)) > 90 else "ipc")
    if kernel.transport == "tcp":
        assert kernel.ip == "127.0.0.1"
    assert kernel.ip.startswith(("127.0.0.1", str(private)))
    assert re.fullmatch(rb"[0-9a-f-]{32,}", kernel.session.key)
    assert kernel.session.signature_scheme == "hmac-sha256"
