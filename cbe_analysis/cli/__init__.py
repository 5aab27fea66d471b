"""Arguments in, exit code out."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from cbe_analysis.errors import CbeError, UsageError

UNEXPECTED, STOPPED_BY_HAND = 4, 130
UNHEARD = 141  # 128 and the number of SIGPIPE: what a shell reports of any program whose reader has gone
_MORE_ROOM = "end other programs, free space on the disk, or name a folder for temporary files with room: TMPDIR"
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
            sys.stdout.flush()  # here, where a reader who has gone is no fault
        if code != STOPPED_BY_HAND:  # how the library tells of a stop that it caught itself
            return code if isinstance(code, int) else 0
        message, code = "stopped", 128 + told[0] if told else STOPPED_BY_HAND
    except (Exception, KeyboardInterrupt, SystemExit) as e:
        if _unheard(e):
            return _quietly()
        if isinstance(e, SystemExit):
            raise
        if os.environ.get("CBE_DEBUG") == "1":
            raise
        message, code = ("stopped", 128 + told[0]) if told else _explained(e)
    from cbe_analysis.cli.screen import shown

    try:
        sys.stderr.write(f"cbe: {shown(message)}\n")
        sys.stderr.flush()
    except BrokenPipeError:
        _quietly()
    return code


def _unheard(error: BaseException) -> bool:
    """True when the reader of a pipe has gone, as `head` does; libraries tell it by an exit of their own."""
    told = error.__context__ if isinstance(error, SystemExit) else error
    return isinstance(told, OSError) and told.errno == errno.EPIPE


def _quietly() -> int:
    """The exit code where nobody reads any more; what is still to be written goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # a stream that is no file has nothing to send on
            stream.flush()
            continue
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
    return UNHEARD


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
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException":  # DuckDB's own
        return f"the memory does not suffice, nor the room for temporary files; {_MORE_ROOM}", UsageError.exit_code
    from cbe_analysis.cli.log import keep

    return f"stopped with {type(error).__name__}, which is a fault of the kit; {keep(error)}", UNEXPECTED
