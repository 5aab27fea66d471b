"""Where a run writes, and how: inside the reports folder alone, whole files alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cbe_analysis import disk
from cbe_analysis.errors import UsageError
from cbe_analysis.load.internal import INTERNAL

STAFF_ALONE = "internal"  # the folder of the reports for what protection has not passed
HANDED_OUT = ("drafts", "public")  # those for what it has


def folder(reports: Path, *parts: str) -> Path:
    """The folder inside the reports, made where it is missing; what is internal is closed to other users.

    Raises
    ------
    UsageError
        When it cannot be made, or a part of the way is a link, which might lead out of the reports.
    """
    try:
        reports.mkdir(parents=True, exist_ok=True)
        place = reports.resolve(strict=True)
        for part in parts:
            place = place / part
            if place.is_symlink():
                raise UsageError(
                    "a folder of the reports is a link", str(place), "remove the link, or give another --out"
                )
            if parts[0] == STAFF_ALONE:
                disk.close_folder(place)
            else:
                place.mkdir(exist_ok=True)
    except (OSError, ValueError) as e:  # ValueError: a NUL character is in the name
        raise cannot_write(reports, e) from None
    return place


def handed_out(file: Path) -> bool:
    """True for a file among the drafts or the published briefs of a reports folder."""
    ways = file.resolve().parents
    return any(place.name in HANDED_OUT and (place.parent / STAFF_ALONE).is_dir() for place in ways)


@contextmanager
def keeping(reports: Path) -> Iterator[None]:
    """Have this process and its kernels keep the key and the findings inside these reports."""
    before = os.environ.get(INTERNAL)
    os.environ[INTERNAL] = str(folder(reports, STAFF_ALONE))
    try:
        yield
    finally:
        if before is None:
            del os.environ[INTERNAL]
        else:
            os.environ[INTERNAL] = before


def write(files: Mapping[Path, bytes], *, own: Path | None = None) -> None:
    """Write all files or none.

    Parameters
    ----------
    own
        A folder: files below it can be read by this user alone.

    Raises
    ------
    UsageError
        When the disk does not take them.
    """
    try:
        disk.write(files, own=own)
    except OSError as e:
        raise cannot_write(next(iter(files)).parent, e) from None


def cannot_write(place: Path, error: OSError | ValueError) -> UsageError:
    """The error for a disk that does not take a file."""
    return UsageError(
        f"cannot write ({getattr(error, 'strerror', error)})",
        str(place),
        "free space, allow writing, or give another --out",
    )
