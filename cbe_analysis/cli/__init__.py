"""Arguments in, exit code out."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from cbe_analysis.errors import CbeError, UsageError

UNEXPECTED, STOPPED_BY_HAND = 4, 130
FULL = {getattr(errno, name, errno.ENOSPC) for name in ("ENOSPC", "EDQUOT", "EROFS", "EFBIG")}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of a command line, after its answer was printed.

    Parameters
    ----------
    arguments
        The words after `cbe`; those of this process where None.
    """
    from cbe_analysis.cli.commands import app

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a console that lacks a letter prints '?' and goes on
    told: list[int] = []
    try:
        with _heeding(told):
            code = app(args=None if arguments is None else list(arguments), prog_name="cbe", standalone_mode=False)
        if code != STOPPED_BY_HAND:  # how the library tells of a stop that it caught itself
            return code if isinstance(code, int) else 0
        message, code = "stopped", STOPPED_BY_HAND
    except (Exception, KeyboardInterrupt) as e:
        if os.environ.get("CBE_DEBUG") == "1":
            raise
        message, code = ("stopped", 128 + told[0]) if told else _explained(e)
    sys.stderr.write(f"cbe: {message}\n")
    return code


@contextmanager
def _heeding(told: list[int]) -> Iterator[None]:
    """Have Ctrl-C, `kill` and a terminal that closes end the work in order: temporary files hold students' rows.

    Parameters
    ----------
    told
        Gets the numbers of the signals that came: DuckDB reports an interrupted query as an error of its own.
    """

    def end(number: int, frame: FrameType | None) -> None:
        told.append(number)
        raise KeyboardInterrupt

    usual = {"SIGINT": signal.default_int_handler, "SIGTERM": signal.SIG_DFL, "SIGHUP": signal.SIG_DFL}
    here = {getattr(signal, name): before for name, before in usual.items() if hasattr(signal, name)}
    heard = {number: before for number, before in here.items() if signal.getsignal(number) is before}
    if threading.current_thread() is not threading.main_thread():
        heard = {}
    for number in heard:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, before in heard.items():
            signal.signal(number, before)


def _explained(error: BaseException) -> tuple[str, int]:
    """The message for the person at the keyboard, and the exit code."""
    if isinstance(error, CbeError):
        return str(error), error.exit_code
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        return "stopped", STOPPED_BY_HAND
    if hasattr(error, "format_message"):  # the command line itself is off
        from cbe_analysis.cli.misuse import told

        misuse = told(error)
        return str(misuse), misuse.exit_code
    if isinstance(error, OSError) and error.errno in FULL:
        return f"nothing more can be written ({error.strerror}); free space, or write elsewhere", UsageError.exit_code
    from cbe_analysis.cli.log import keep

    return f"stopped with {type(error).__name__}, which is a fault of the kit; {keep(error)}", UNEXPECTED
