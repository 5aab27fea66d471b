"""Where a run writes, and how: inside the reports folder alone, whole files alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from cbe_analysis.errors import UsageError
from cbe_analysis.load.fingerprint import INTERNAL


def folder(reports: Path, *parts: str) -> Path:
    """The folder inside the reports, made where it is missing.

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
            place.mkdir(exist_ok=True)
    except OSError as e:
        raise cannot_write(reports, e) from None
    return place


@contextmanager
def keeping(reports: Path) -> Iterator[None]:
    """Have this process and its kernels keep the key and the findings inside these reports."""
    before = os.environ.get(INTERNAL)
    os.environ[INTERNAL] = str(folder(reports, "internal"))
    try:
        yield
    finally:
        if before is None:
            del os.environ[INTERNAL]
        else:
            os.environ[INTERNAL] = before


def write(files: Mapping[Path, bytes]) -> None:
    """Write all files or none: each beside its place and on the disk first, then all moved.

    Raises
    ------
    UsageError
        When the disk does not take them.
    """
    staged: dict[Path, Path] = {}
    try:
        for target, content in files.items():
            staged[target] = _stage(target, content)
        for target in files:
            os.replace(staged.pop(target), target)
    except OSError as e:
        raise cannot_write(next(iter(files)).parent, e) from None
    finally:
        for left in staged.values():
            with suppress(OSError):
                left.unlink()
    for place in {target.parent for target in files}:
        _settle(place)


def _stage(target: Path, content: bytes) -> Path:
    """The temporary file beside the target that holds the content, on the disk."""
    beside = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return beside


def _settle(place: Path) -> None:
    """Have the folder's entries on the disk, where a system can."""
    if os.name == "posix":
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def cannot_write(place: Path, error: OSError) -> UsageError:
    """The error for a disk that does not take a file."""
    return UsageError(
        f"cannot write ({error.strerror})", str(place), "free space, allow writing, or give another --out"
    )
