"""The key: which id has which code. Whoever has it can undo the copy, so it lies apart, for this user alone."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path

from cbe_analysis import disk
from cbe_analysis.errors import UsageError
from cbe_analysis.pseudonymize.codes import LETTERS, code, draw, number_of

HEAD = ["kind", "id", "code"]
ENDING = ".key.csv"
SENT = ("public", "drafts")  # folders whose files leave the building
_APART = "name a file apart from it"


class Key:
    """The codes of people, groups and schools; new ids get new codes, known ids keep theirs.

    Parameters
    ----------
    file
        Where it is, or will be.
    content
        What stands there; None for a new key.
    """

    def __init__(self, file: Path, content: bytes | None) -> None:
        self.file, self._content, self._made = file, content, False
        nothing: dict[str, dict[str, str]] = {kind: {} for kind in LETTERS}
        self.codes = nothing if content is None else _read(content, file)
        self.new: dict[str, int] = dict.fromkeys(LETTERS, 0)

    def learn(self, kind: str, ids: Iterable[str]) -> dict[str, str]:
        """The codes of these ids; those that have none yet get one now."""
        known, wanted = self.codes[kind], list(ids)
        unknown = [one for one in wanted if one not in known]
        taken = {number_of(kind, used) for used in known.values()}
        known |= {one: code(kind, int(n)) for one, n in zip(unknown, draw(len(unknown), taken), strict=True)}
        self.new[kind] += len(unknown)
        return {one: known[one] for one in wanted}

    def write(self) -> None:
        """Write the key, whole, readable by this user alone.

        Raises
        ------
        UsageError
            When it changed since it was read, or the disk does not take it.
        """
        if _content(self.file) != self._content:
            raise UsageError(
                "the key has changed meanwhile", str(self.file), "let one command at a time use it, and run this again"
            )
        text = io.StringIO(newline="")
        lines = csv.writer(text, lineterminator="\n")
        lines.writerow(HEAD)
        lines.writerows([kind, *pair] for kind, codes in self.codes.items() for pair in sorted(codes.items()))
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            disk.write({self.file: text.getvalue().encode()}, own=self.file.parent)
        except OSError as e:
            raise UsageError(f"the key cannot be written: {e.strerror}", str(self.file), "name another file") from None
        self._made = self._content is None

    def forget(self) -> None:
        """Take away a key that was made now, and opens nothing."""
        if self._made:
            self.file.unlink(missing_ok=True)


def key_of(out: Path, named: Path | None) -> Key:
    """The key for a copy, read where it is there.

    Parameters
    ----------
    out
        The copy's folder, without links on the way.
    named
        Its file. None: a new one beside the folder, called after it.

    Raises
    ------
    UsageError
        When it lies in the copy or among what leaves the building, cannot be read or written, or is no key.
    """
    file = (out.with_name(out.name + ENDING) if named is None else named).resolve()
    shown = str(named or file)
    if file.is_relative_to(out):
        raise UsageError("the key would lie in the folder that is handed over", shown, _APART)
    check_kept_inside(file.parent, "the key", shown)
    around = next(folder for folder in file.parents if folder.exists())
    if not around.is_dir() or not os.access(around, os.W_OK):
        raise UsageError("the key cannot be written there", shown, "name a file in a folder that you may write to")
    content = _content(file)
    if named is None and content is not None:
        raise UsageError(
            "there is a key of this name already", shown, f"to use its codes again: --key {file.name}, else another OUT"
        )
    return Key(file, content)


def check_kept_inside(folder: Path, what: str, shown: str) -> None:
    """Refuse a folder among the reports that leave the building.

    Raises
    ------
    UsageError
        When it or a folder on the way to it is one of these.
    """
    sent = [part for part in folder.parts if part in SENT]
    if sent:
        raise UsageError(f"{what} would lie in a folder named '{sent[0]}', whose files are published", shown, _APART)


def _content(file: Path) -> bytes | None:
    """What stands in the file; None where there is none."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as e:
        raise UsageError(f"the key cannot be read: {e.strerror}", str(file), "name a key, or a new file") from None


def _read(content: bytes, file: Path) -> dict[str, dict[str, str]]:
    """Kind -> id -> code."""
    found: dict[str, dict[str, str]] = {kind: {} for kind in LETTERS}
    try:
        head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        for kind, one, its_code in rows:
            number_of(kind, its_code)
            if one in found[kind]:
                raise ValueError("an id twice")
            found[kind][one] = its_code
        if head != HEAD or any(len(set(codes.values())) < len(codes) for codes in found.values()):
            raise ValueError("other columns, or a code twice")
    except (ValueError, KeyError, csv.Error):  # UnicodeDecodeError is a ValueError
        remedy = "name the key of an earlier copy as it was written, or a new file"
        raise UsageError("the file is not a key, or was changed", str(file), remedy) from None
    return found
