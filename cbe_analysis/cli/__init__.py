"""Arguments in, exit code out."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from cbe_analysis.errors import CbeError

UNEXPECTED, STOPPED_BY_HAND = 4, 130


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
    try:
        code = app(args=None if arguments is None else list(arguments), prog_name="cbe", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except (Exception, KeyboardInterrupt) as e:
        if os.environ.get("CBE_DEBUG") == "1":
            raise
        message, code = _explained(e)
    sys.stderr.write(f"cbe: {message}\n")
    return code


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
    from cbe_analysis.cli.log import keep

    return f"stopped with {type(error).__name__}, which is a fault of the kit; {keep(error)}", UNEXPECTED
