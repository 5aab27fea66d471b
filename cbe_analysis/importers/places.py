"""Where a source lies: one plain file, or a folder of them."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

from cbe_analysis.errors import UnreadableData, UsageError, choices


def plain_files(source: Path, endings: Sequence[str] = ()) -> tuple[Path, ...]:
    """The files of a source, by name: itself, or those in the folder.

    Parameters
    ----------
    source
        A file of any name, or a folder.
    endings
        Of a folder, only the files whose names end so (".csv"), in any case; none for all. Hidden files and folders
        inside it are passed over.

    Raises
    ------
    UsageError
        When there is no such source, or the folder holds no such file.
    UnreadableData
        When a file is no plain file, leads out of the folder, or cannot be opened.
    """
    source = Path(source)
    try:
        if not source.exists():
            raise UsageError("there is no such file or folder", str(source), "check the path of the source")
        if not source.is_dir():
            return (_checked(source, real(source).parent),)
        found = [entry for entry in sorted(source.iterdir()) if _wanted(entry, endings)]
    except OSError as error:
        raise _closed(source, error) from None
    if not found:
        raise UsageError(
            "the folder holds no file of this kind", str(source), f"name a folder with files {choices(endings)}"
        )
    return tuple(_checked(entry, real(source)) for entry in found)


def real(file: Path) -> Path:
    """Where a file truly lies.

    Raises
    ------
    UnreadableData
        When it is a link that leads in a circle.
    """
    try:
        return file.resolve()
    except (OSError, RuntimeError):  # RuntimeError up to Python 3.12
        raise UnreadableData("this is a link that leads in a circle", file.name, "put the file itself there") from None


def _wanted(entry: Path, endings: Sequence[str]) -> bool:
    named = not endings or entry.name.lower().endswith(tuple(endings))
    return named and not entry.name.startswith(".") and not entry.is_dir()


def _checked(file: Path, root: Path) -> Path:
    """The file, when it is one that can be opened and does not lead out of the folder."""
    if not real(file).is_relative_to(root):
        raise UnreadableData("this is a link that leads out of the folder", file.name, "put the file itself there")
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise UnreadableData("this is not a plain file", file.name, "name a file with the exported rows")
        with file.open("rb"):
            return file
    except OSError as error:
        raise _closed(file, error) from None


def _closed(file: Path, error: OSError) -> UnreadableData:
    return UnreadableData(f"it cannot be opened: {error.strerror}", file.name, "check that it is there and may be read")
