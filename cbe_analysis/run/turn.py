"""One at a time: who publishes holds the turn, and loses it when the process ends, however it ends."""

from __future__ import annotations

import errno
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cbe_analysis import disk
from cbe_analysis.errors import UsageError

WAITS = 600.0  # seconds: an audit of many briefs takes minutes
LOOKS = 0.1  # seconds between two looks
TAKEN = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


@contextmanager
def turn(lock: Path, *, waits: float = WAITS, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Be the only process inside; the lock's file stays, for to remove it would let two in.

    Parameters
    ----------
    waits
        Seconds to wait for another process.
    waiting
        Called once when there is another.

    Raises
    ------
    UsageError
        When the other does not come to an end, or the file system knows no locks.
    OSError
        When the lock's file cannot be written.
    """
    with disk.own_file(lock, more=True) as file:
        until, told = time.monotonic() + waits, False
        while not _taken(file, lock):
            if time.monotonic() >= until:
                raise UsageError(
                    "another process is publishing from these reports", str(lock.parent), "try again when it has ended"
                )
            if not told:
                waiting()
                told = True
            time.sleep(LOOKS)
        yield  # the lock goes with the open file


def _taken(file: BinaryIO, lock: Path) -> bool:
    """True when the lock is now ours; False while another has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as e:
        if e.errno in TAKEN:
            return False
        raise UsageError(
            f"the file system of the reports knows no locks ({e.strerror})", str(lock), "keep them on a local disk"
        ) from None
    return True
