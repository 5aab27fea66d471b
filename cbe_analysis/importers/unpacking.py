"""The files of an export, a zip or a folder, unpacked with care: nothing outside, nothing without bound."""

from __future__ import annotations

import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from cbe_analysis.errors import UnreadableData, UsageError, choices
from cbe_analysis.importers.account import Remark
from cbe_analysis.importers.places import plain_files

LARGEST_IN_ALL = 4 << 30  # bytes of all files unpacked
MOST_FILES = 1_000
MOST_FOLDED = 200  # times that a large file may be smaller in the zip; text of rows folds ten to fifty times
_LARGE = 16 << 20  # bytes from which the folding is looked at
_LARGEST_LISTING = 1 << 20  # bytes of the zip's own table of contents
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_END_MARK = b"PK\x05\x06"
_END_SIZE, _LONGEST_NOTE = 22, 1 << 16
_AGAIN = "have it exported again"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The files of an export.

    Parameters
    ----------
    files
        By name; they are gone when the block that unpacked them ends.
    remarks
        What was unusual about the way they were packed.
    """

    files: tuple[Path, ...]
    remarks: tuple[Remark, ...] = ()


@contextmanager
def unpacked(source: Path, endings: Sequence[str]) -> Iterator[Unpacked]:
    """The files of the export whose names end so, in any case.

    A zip is unpacked into a folder of its own that only this user can open, and that goes with the block.

    Parameters
    ----------
    source
        A zip, a folder, or one file.

    Raises
    ------
    UsageError
        When there is nothing of the kind.
    UnreadableData
        When a zip is damaged, locked, larger than a district's export can be, or would write outside its folder.
    """
    source = Path(source)
    if source.is_dir():
        yield _folder(source, endings)
        return
    (file,) = plain_files(source)
    if not zipfile.is_zipfile(file):
        if not file.name.lower().endswith(tuple(endings)):
            raise UsageError("this is neither a zip nor such a file", file.name, f"name a zip, or {choices(endings)}")
        yield Unpacked((file,))
        return
    with _workplace(file.name) as folder:
        yield _unpack(file, endings, Path(folder))


def _workplace(name: str) -> tempfile.TemporaryDirectory[str]:
    """A folder that only this user can open, and that goes when it is left."""
    try:
        return tempfile.TemporaryDirectory(prefix="cbe-")
    except OSError as error:
        remedy = "make room for it in the temporary folder"
        raise UnreadableData(f"the zip cannot be unpacked: {error.strerror}", name, remedy) from None


def _folder(source: Path, endings: Sequence[str]) -> Unpacked:
    """The files of a folder, or of the only folder in it."""
    try:
        entries = sorted(source.iterdir())
    except OSError as error:
        raise UnreadableData(f"it cannot be opened: {error.strerror}", source.name, "check who may read it") from None
    inner = [entry for entry in entries if entry.is_dir() and not entry.name.startswith((".", "__"))]
    here = any(entry.name.lower().endswith(tuple(endings)) for entry in entries)
    if here or len(inner) != 1 or inner[0].is_symlink():
        return Unpacked(plain_files(source, endings))
    return Unpacked(plain_files(inner[0], endings), (Remark(1, "folder around the files"),))


def _unpack(file: Path, endings: Sequence[str], folder: Path) -> Unpacked:
    """The files of a zip, written into the folder."""
    _check_listing(file)
    try:
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check_places(archive.infolist(), file.name)
            wanted = [m for m in members if m.filename.lower().endswith(tuple(endings)) and not _hidden(m.filename)]
            _check_sizes(wanted, file.name)
            remarks = _check_folders(wanted, endings, file.name)
            for member in wanted:
                with archive.open(member) as stream, (folder / _base(member)).open("xb") as copy:
                    shutil.copyfileobj(stream, copy)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, struct.error):
        raise UnreadableData("the zip is damaged", file.name, _AGAIN) from None
    except OSError as error:
        raise UnreadableData(f"the zip cannot be unpacked: {error.strerror}", file.name, "make room for it") from None
    others = len([m for m in members if not _hidden(m.filename)]) - len(wanted)
    if others:
        remarks = (*remarks, Remark(others, f"files in the zip that do not end in {choices(endings)}, not read"))
    return Unpacked(tuple(sorted(folder.iterdir())), remarks)


def _check_listing(file: Path) -> None:
    """Refuse a zip whose table of contents would not fit into memory, before it is read."""
    with file.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - _END_SIZE - _LONGEST_NOTE))
        tail = stream.read()
    end = tail.rfind(_END_MARK)
    if end < 0 or len(tail) - end < _END_SIZE:
        raise UnreadableData("the zip is damaged", file.name, _AGAIN)
    count, listing = struct.unpack("<HI", tail[end + 10 : end + 16])
    if count > MOST_FILES or listing > _LARGEST_LISTING:
        raise UnreadableData(f"the zip holds more than {MOST_FILES:,} files", file.name, "pack only the exported files")


def _check_places(members: Sequence[zipfile.ZipInfo], name: str) -> None:
    """Refuse links, and names that lead out of the folder, whether or not they would be read."""
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        leads_out = path.is_absolute() or ".." in path.parts or PureWindowsPath(member.filename).drive
        if leads_out:
            raise UnreadableData(
                "the zip holds a file whose name leads out of it", name, "do not open it; ask its maker"
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise UnreadableData("the zip holds a link", name, "pack the files themselves")
        if member.flag_bits & 1:
            raise UnreadableData("the zip is locked with a password", name, "unpack it into a folder and name that")


def _check_sizes(members: Sequence[zipfile.ZipInfo], name: str) -> None:
    """Refuse what would unpack to far more than the zip; the sizes told are the most that is read."""
    whole = sum(member.file_size for member in members)
    folded = any(m.file_size > max(_LARGE, MOST_FOLDED * m.compress_size) for m in members)
    if folded or whole > LARGEST_IN_ALL:
        raise UnreadableData(
            f"the zip unpacks to {whole >> 20:,} MB, more than its own size allows for", name, "do not open it"
        )
    if any(member.compress_type not in _METHODS for member in members):
        raise UnreadableData("the zip is packed in an unusual way", name, "unpack it into a folder and name that")


def _check_folders(members: Sequence[zipfile.ZipInfo], endings: Sequence[str], name: str) -> tuple[Remark, ...]:
    """A remark when one folder lies around the files."""
    if not members:
        raise UsageError("the zip holds no file of this kind", name, f"name one with files {choices(endings)}")
    folders = {PurePosixPath(member.filename.replace("\\", "/")).parent for member in members}
    names = {_base(member).casefold() for member in members}
    if len(folders) > 1 or len(names) < len(members):
        raise UnreadableData(
            "the zip holds files in several folders, or one file twice", name, "pack the files of one export, no others"
        )
    depth = len(folders.pop().parts)
    if depth > 1:
        raise UnreadableData("the zip holds folders in folders", name, "pack the files of the export alone")
    return (Remark(1, "folder around the files"),) if depth else ()


def _base(member: zipfile.ZipInfo) -> str:
    base = PurePosixPath(member.filename.replace("\\", "/")).name
    return "".join(letter if letter.isprintable() else "_" for letter in base)


def _hidden(name: str) -> bool:
    """True for what packing programs add of their own."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part.startswith((".", "__")) for part in parts)
