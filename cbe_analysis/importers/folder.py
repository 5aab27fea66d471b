"""A canonical folder on disk, written whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from cbe_analysis.errors import UsageError, choices

POLICY_FILE = "district.toml"


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
    final = folder.resolve()
    beside = final.with_name(f".{final.name}.{secrets.token_hex(4)}")
    try:
        beside.mkdir(parents=True)
        for name, text in files.items():
            _write(beside / name, text)
        _swap(beside, final)
    except OSError as error:
        raise UsageError(
            f"the folder cannot be written: {error.strerror}", str(folder), "choose a folder that you may write to"
        ) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _refuse_foreign(folder: Path, files: Mapping[str, str]) -> None:
    """Stop before anything that somebody else put there is lost."""
    remedy = "choose a new folder"
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError("this is a file, not a folder", str(folder), remedy)
    others = [entry.name for entry in folder.iterdir() if entry.name not in files]
    if others:
        raise UsageError(f"the folder holds other files: {choices(others, 5)}", str(folder), remedy)
    if any(folder.iterdir()) and _first_line(folder / POLICY_FILE) != files[POLICY_FILE].partition("\n")[0]:
        raise UsageError("the folder holds another district", str(folder), remedy)


def _first_line(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig").partition("\n")[0]
    except (OSError, UnicodeDecodeError):
        return ""


def _write(file: Path, text: str) -> None:
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


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
