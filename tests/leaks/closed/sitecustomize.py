"""In every Python process that a test starts: whoever reaches for the network is written down and refused.

CBE_TEST_REACHED names the file for it. Sockets of this computer alone are let through: a kernel talks through them.
"""

import os
import sys
import traceback

WATCHED = ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname")
HERE = ("localhost", "127.0.0.1", "::1", "", None)


def _watch(event, arguments):
    if event not in WATCHED:
        return
    address = arguments[1] if event in ("socket.connect", "socket.bind", "socket.sendto") else arguments
    if not isinstance(address, tuple) or address[0] in HERE:  # a path names a socket of the file system
        return
    with open(os.environ["CBE_TEST_REACHED"], "a", encoding="utf-8") as told:
        told.write(f"{event} {address!r}\n" + "".join(traceback.format_stack()[-6:]))
    raise PermissionError(f"{event}: the network is closed to tests")


if "CBE_TEST_REACHED" in os.environ:
    sys.addaudithook(_watch)
