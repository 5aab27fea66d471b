"""Where an unexpected fault is written down: it may hold students' data, so it stays internal."""

from __future__ import annotations

import traceback

LOG = "cbe.log"


def keep(error: BaseException) -> str:
    """What to tell about the fault: where its traceback was appended, or how to see it."""
    told = "".join(traceback.format_exception(error)) + "\n"
    try:
        from cbe_analysis import disk
        from cbe_analysis.load import internal

        file = internal.opened() / LOG
        with disk.own_file(file, more=True) as log:
            log.write(told.encode(errors="replace"))
    except (OSError, ImportError):  # a broken installation is a fault, too
        return "set CBE_DEBUG=1 to see where"
    return f"see {file} (it may hold students' data), or set CBE_DEBUG=1"
