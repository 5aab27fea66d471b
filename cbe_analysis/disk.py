"""Files that are written whole or not at all, and folders that this user alone can read."""

from __future__ import annotations

import atexit
import errno
import functools
import importlib
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

OWN_FILE, OWN_FOLDER = 0o600, 0o700  # rights of this user alone; where a system knows no others, they change nothing
OTHERS = 0o077
_LOCKS: Any = importlib.import_module("fcntl") if os.name == "posix" else None  # of Unix alone
_OWN = "cbe-own-"  # begins the names of temporary folders


def write(files: Mapping[Path, bytes], *, own: Path | None = None) -> None:
    """Write all files or none: each beside its place and on the disk first, then all moved.

    Parameters
    ----------
    own
        A folder: files below it can be read by this user alone. None: all have the usual rights.

    Raises
    ------
    OSError
        When the disk does not take them.
    """
    staged: dict[Path, Path] = {}
    try:
        for target in files:
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        for target, content in files.items():
            closed = own is not None and target.is_relative_to(own)
            staged[target] = _stage(target, content, OWN_FILE if closed else 0o666)
        for target in files:
            os.replace(staged[target], target)
            del staged[target]
    finally:
        for left in staged.values():
            with suppress(OSError):
                left.unlink()
    for place in {target.parent for target in files}:
        _settle(place)


@contextmanager
def whole_folder(
    folder: Path, *, own: bool = False, filled_in: Path | None = None, once: bool = False
) -> Iterator[Path]:
    """An empty folder beside the place, to be filled; on the disk then, and in the place, or gone when that fails.

    What stands in the place goes when the new folder takes it, and stays otherwise.

    Parameters
    ----------
    own
        True: this user alone can read it.
    filled_in
        A folder of the same disk in which it is filled, where nothing unfinished may be seen beside the place.
    once
        True: what stands in the place is never replaced; a FileExistsError then.

    Raises
    ------
    OSError
        When the disk does not take it.
    """
    final = folder.resolve()
    beside = (filled_in or final.parent) / f".{final.name}.{secrets.token_hex(4)}"
    try:
        beside.mkdir(mode=OWN_FOLDER if own else 0o777, parents=True)
        yield beside
        _settle_files(beside)
        if once and final.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(final))
        _swap(beside, final)
        _settle(final.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _swap(new: Path, folder: Path) -> None:
    """Put the new folder in place; the old one comes back when that fails."""
    if not folder.exists():
        new.rename(folder)
        return
    old = new.with_name(new.name + ".old")
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _settle_files(folder: Path) -> None:
    """Have every file and folder below the folder on the disk, before it is said to be there."""
    _settle(folder)
    for file in sorted(folder.rglob("*")):
        if file.is_dir() and not file.is_symlink():
            _settle(file)
        if file.is_file() and not file.is_symlink():
            with suppress(PermissionError), file.open("rb" if os.name == "posix" else "rb+") as stream:
                os.fsync(stream.fileno())  # a file that this user may not read was not written now


def close_folder(folder: Path) -> Path:
    """The folder, made where it is missing, closed to everybody but this user.

    One that was there with wider rights loses them, where the system has such rights and the folder is this user's.

    Raises
    ------
    OSError
        When it cannot be made.
    """
    folder.mkdir(mode=OWN_FOLDER, parents=True, exist_ok=True)
    if os.name == "posix" and folder.stat().st_mode & OTHERS:
        with suppress(OSError):  # somebody else's folder, or a file system without rights
            folder.chmod(OWN_FOLDER)
    return folder


def own_file(file: Path, *, more: bool = False) -> BinaryIO:
    """The file, open for writing, readable by this user alone.

    Parameters
    ----------
    more
        True to write behind what is there; else the file begins anew.

    Raises
    ------
    OSError
        When it cannot be opened.
    """
    how = os.O_APPEND if more else os.O_TRUNC
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | how | getattr(os, "O_BINARY", 0), OWN_FILE)
    if os.name == "posix":
        with suppress(OSError):  # it was there with other rights
            os.fchmod(descriptor, OWN_FILE)
    return os.fdopen(descriptor, "ab" if more else "wb")


def own_folder(purpose: str = "") -> Path:
    """An empty temporary folder that this user alone can read.

    It goes when this process ends; a forked child leaves it to its parent. Where a process is killed, the next one that
    asks for such a folder removes it.
    """
    made, remove = _made(purpose)
    atexit.register(remove)
    return made


@contextmanager
def passing_folder(purpose: str = "") -> Iterator[Path]:
    """An own folder that goes as soon as it is left."""
    made, remove = _made(purpose)
    try:
        yield made
    finally:
        remove()


def clear() -> None:
    """Remove the own folders of this user that processes left when they were killed: those that nobody holds."""
    for left in Path(tempfile.gettempdir()).glob(f"{_OWN}*"):
        with suppress(OSError):
            told = left.lstat()
            if stat.S_ISDIR(told.st_mode) and told.st_mode & 0o777 == OWN_FOLDER and told.st_uid == os.getuid():
                hold = _hold(left)
                if hold is not None:
                    shutil.rmtree(left, ignore_errors=True)
                    os.close(hold)


def _made(purpose: str) -> tuple[Path, Callable[[], None]]:
    """A new own folder, and what removes it where it is called by the process that made it."""
    _clear_once(tempfile.gettempdir())
    fresh, maker = Path(tempfile.mkdtemp(prefix="cbe-new-")), os.getpid()
    hold = _hold(fresh)  # before it has the name by which others look for what was left
    made = fresh.rename(fresh.with_name(fresh.name.replace("cbe-new-", f"{_OWN}{purpose}-" if purpose else _OWN)))

    def remove() -> None:
        if os.getpid() == maker:
            shutil.rmtree(made, ignore_errors=True)
            if hold is not None:
                os.close(hold)

    return made, remove


@functools.cache
def _clear_once(place: str) -> None:
    if _LOCKS is not None:
        clear()


def _hold(folder: Path) -> int | None:
    """A hold on the folder that ends with this process at the latest; None where another has it, or none can be had."""
    if _LOCKS is None:
        return None
    descriptor = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        _LOCKS.flock(descriptor, _LOCKS.LOCK_EX | _LOCKS.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _stage(target: Path, content: bytes, rights: int) -> Path:
    """The temporary file beside the target that holds the content, on the disk."""
    beside = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), rights)
    try:
        with os.fdopen(descriptor, "wb") as file:
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
        with suppress(OSError):  # not every file system can
            handle = os.open(place, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
