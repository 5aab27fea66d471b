"""Where an unexpected fault is written down: it may hold students' data, so it stays internal."""

from __future__ import annotations

import traceback
from pathlib import Path

LOG = Path("reports", "internal", "cbe.log")


def keep(error: BaseException) -> str:
    """What to tell about the fault: where its traceback was appended, or how to see it."""
    try:
        LOG.parent.mkdir(parents=True, exist_ok=True)
        with LOG.open("a", encoding="utf-8", errors="replace") as file:
            file.write("".join(traceback.format_exception(error)) + "\n")
    except OSError:
        return "set CBE_DEBUG=1 to see where"
    return f"see {LOG} (it may hold students' data), or set CBE_DEBUG=1"
