"""A canonical folder on disk, written whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from cbe_analysis.disk import whole_folder
from cbe_analysis.errors import UsageError, choices
from cbe_analysis.tables import TABLES

POLICY_FILE = "district.toml"
REMEDY = "choose a new folder"


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files into the folder, which appears complete or stays as it was.

    Parameters
    ----------
    folder
        Missing, empty, or written before by the same importer: then its district.toml begins with the same line and it
        holds no file that this one lacks.
    files
        File name -> text, district.toml among them; its first line names the importer.

    Raises
    ------
    UsageError
        When the folder holds anything else, or cannot be written.
    """
    _refuse_foreign(folder, files)
    _replace(folder, files, frozenset(files))


def add_to_folder(folder: Path, files: Mapping[str, str], replaced: Collection[str] = ()) -> None:
    """Write files into a district's folder; all of them appear, beside everything else that is there, or none does.

    Parameters
    ----------
    folder
        Missing, empty, or one that holds a table of a district or a district.toml.
    files
        File name, perhaps in a folder below, -> text.
    replaced
        Names of further files that these take the place of.

    Raises
    ------
    UsageError
        When the folder is something else, or cannot be written.
    """
    folder = Path(folder)
    if folder.exists():
        if not folder.is_dir():
            raise UsageError("this is a file, not a folder", str(folder), REMEDY)
        others = [entry.name for entry in folder.iterdir()]
        if others and not any(name == POLICY_FILE or Path(name).stem.lower() in TABLES for name in others):
            raise UsageError(f"the folder holds other files and no district: {choices(others, 5)}", str(folder), REMEDY)
    _replace(folder, files, {*files, *replaced})


def _replace(folder: Path, files: Mapping[str, str], without: Collection[str]) -> None:
    """Put a folder with these files, and all that the old one holds but for some, in the place of the old one."""
    final = folder.resolve()
    try:
        if final.exists() and not os.access(final, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        with whole_folder(final) as new:
            if final.exists():
                _carry(final, new, {Path(name) for name in without})
            for name, text in files.items():
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                _write(new / name, text)
    except OSError as error:
        raise UsageError(
            f"the folder cannot be written: {error.strerror}", str(folder), "choose a folder that you may write to"
        ) from None


def _carry(old: Path, new: Path, without: Collection[Path], below: Path = Path()) -> None:
    """The other files of the old folder in the new one: the same files under a second name, or copies."""
    for entry in sorted((old / below).iterdir()):
        place = below / entry.name
        if entry.is_dir() and not entry.is_symlink():
            (new / place).mkdir(exist_ok=True)
            _carry(old, new, without, place)
        elif place not in without:
            try:
                os.link(entry, new / place, follow_symlinks=False)
            except OSError:  # a file system without links
                shutil.copy2(entry, new / place, follow_symlinks=False)
    shutil.copymode(old / below, new / below)


def _refuse_foreign(folder: Path, files: Mapping[str, str]) -> None:
    """Stop before anything that somebody else put there is lost."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError("this is a file, not a folder", str(folder), REMEDY)
    others = [entry.name for entry in folder.iterdir() if entry.name not in files]
    if others:
        raise UsageError(f"the folder holds other files: {choices(others, 5)}", str(folder), REMEDY)
    if any(folder.iterdir()) and _first_line(folder / POLICY_FILE) != files[POLICY_FILE].partition("\n")[0]:
        raise UsageError("the folder holds another district", str(folder), REMEDY)


def _first_line(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig").partition("\n")[0]
    except (OSError, UnicodeDecodeError):
        return ""


def _write(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
