"""The district of Project STAR for every test that wants real students, and sockets closed for all that need none."""

import socket

import pytest

INTERNET = (socket.AF_INET, socket.AF_INET6)


@pytest.fixture(scope="session")
def star(tmp_path_factory):
    """A canonical folder of Project STAR; copy it before changing anything."""
    from cbe_analysis.importers.star import write_star

    folder = tmp_path_factory.mktemp("districts") / "star"
    write_star(folder)
    return folder


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
