"""The network is closed to tests that do not ask for it."""

import socket

import pytest


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_no_connection_leaves(family):
    address = ("127.0.0.1", 9) if family == socket.AF_INET else ("::1", 9)
    with (
        socket.socket(family, socket.SOCK_STREAM) as line,
        pytest.raises(AssertionError, match="without the marker `sockets`"),
    ):
        line.connect(address)


def test_no_host_is_looked_up():
    with pytest.raises(AssertionError, match="asked for the address"):
        socket.getaddrinfo("localhost", 80)


@pytest.mark.sockets
def test_a_marked_test_may_listen_on_this_computer():
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        assert line.getsockname()[1] > 0
