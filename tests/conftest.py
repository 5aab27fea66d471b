"""Real students for every test that wants them; an environment of its own and closed sockets for every test."""

import os
import socket

import pytest
from hypothesis import HealthCheck, settings

# no test is timed: a busy machine must not fail one; on CI the same examples are tried every time
settings.register_profile(
    "kit", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("kit")

INTERNET = (socket.AF_INET, socket.AF_INET6)


@pytest.fixture(scope="session", autouse=True)
def own_environment(tmp_path_factory):
    """No setting of the kit from outside; keys and findings in a folder that is gone after the tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CBE_")]:
            patch.delenv(name)
        patch.setenv("CBE_INTERNAL", str(tmp_path_factory.mktemp("internal")))
        yield


@pytest.fixture(scope="session")
def star(tmp_path_factory):
    """A canonical folder of Project STAR; copy it before changing anything."""
    from cbe_analysis.importers.star import write_star

    folder = tmp_path_factory.mktemp("districts") / "star"
    write_star(folder)
    return folder


@pytest.fixture
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    """The folder of the test, which is empty, is the one that commands run in."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def cbe(capsys):
    """Runs a command line; gives exit code, standard output and standard error."""
    from cbe_analysis import cli

    def run(*words):
        code = cli.main([str(word) for word in words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    """Close the sockets around every test that is not marked `sockets`."""
    if item.get_closest_marker("sockets"):
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "bind", "sendto"):
            patch.setattr(socket.socket, name, _refusing(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _no_names)
        return (yield)


def _refusing(original):
    def refuse(self, *arguments):
        if self.family in INTERNET:
            raise AssertionError("a test without the marker `sockets` reached for the network")
        return original(self, *arguments)

    return refuse


def _no_names(*arguments, **options):
    raise AssertionError("a test without the marker `sockets` asked for the address of a host")
