"""A place for a copy of a district: apart from it, and filled whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cbe_analysis.disk import whole_folder
from cbe_analysis.errors import UsageError


def place(out: Path, district: Path, what: str) -> Path:
    """The folder to be made for a copy of a district's folder, without links on the way.

    Parameters
    ----------
    what
        The copy, in words: "quarantine".

    Raises
    ------
    UsageError
        When it is not new or empty, lies in the district's folder or around it, or cannot be made there.
    """
    final, district = Path(out).resolve(), district.resolve()
    if final.exists() and (not final.is_dir() or any(final.iterdir())):
        raise UsageError(f"the place for the {what} is not a new or empty folder", str(out), "name a new folder")
    if final.is_relative_to(district) or district.is_relative_to(final):
        raise UsageError(
            f"the {what} would lie in the district's folder, or around it", str(out), "name a folder apart from it"
        )
    around = next(folder for folder in final.parents if folder.exists())
    if not around.is_dir() or not os.access(around, os.W_OK):
        raise UsageError(f"the {what} cannot be written there", str(out), "name a folder that you may write to")
    return final


@contextmanager
def growing(final: Path, out: Path, what: str) -> Iterator[Path]:
    """A folder for this user alone that takes the place of the final one, still empty, when all went well.

    Parameters
    ----------
    out
        The place as the person named it.

    Raises
    ------
    UsageError
        When it cannot be written; nothing is left then.
    """
    try:
        with whole_folder(final, own=True) as new:
            yield new
            if final.exists():
                final.rmdir()  # refuses what came into it meanwhile
    except OSError as e:
        raise UsageError(
            f"the {what} cannot be written: {e.strerror}", str(out), "free space, or name another folder"
        ) from None
