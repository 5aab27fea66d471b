"""The internal folder: the key of fingerprints, the findings kept, and what runs write for staff alone."""

from __future__ import annotations

import os
from pathlib import Path

from cbe_analysis import disk

INTERNAL = "CBE_INTERNAL"


def place() -> Path:
    """Where it is: CBE_INTERNAL, else reports/internal."""
    return Path(os.environ.get(INTERNAL) or Path("reports", "internal"))


def opened() -> Path:
    """The folder, made where it is missing, and closed to others; one that CBE_INTERNAL chose keeps its rights.

    Raises
    ------
    OSError
        When it cannot be made.
    """
    chosen = place()
    if not (os.environ.get(INTERNAL) and chosen.is_dir()):
        disk.close_folder(chosen)
    return chosen
