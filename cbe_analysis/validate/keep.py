"""Findings kept from one command to the next, by the bytes that they are about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cbe_analysis import __version__, disk
from cbe_analysis.load import internal
from cbe_analysis.load.findings import Findings
from cbe_analysis.load.folder import look, reading
from cbe_analysis.tables import TABLES

if TYPE_CHECKING:
    from cbe_analysis.load import District


def fingerprint(district: District) -> str:
    """Hexadecimal digits that change with any byte of the tables, with the policy, and with what is checked."""
    whole = hashlib.sha256()
    for part in (__version__, _contract(), district.policy.hash, *_digests(district)):
        whole.update(part.encode() + b"\n")
    return whole.hexdigest()


def read(fingerprint: str) -> Findings | None:
    """The findings kept under the fingerprint; None when there are none, or they cannot be read."""
    try:
        findings = Findings.from_json(_file(fingerprint).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return findings if findings.fingerprint == fingerprint else None


def write(findings: Findings) -> Path | None:
    """The file in which the findings are kept; None where that folder cannot be written, which costs time only."""
    file = _file(findings.fingerprint)
    try:
        internal.opened()
        disk.close_folder(file.parent)
        disk.write({file: findings.to_json().encode()}, own=file.parent)
    except OSError:
        return None
    return file


def _file(fingerprint: str) -> Path:
    return internal.place() / "findings" / f"{fingerprint}.json"


def _digests(district: District) -> Iterator[str]:
    """The name and the digest of the bytes of every file that holds a table."""
    for table in look(district.folder).tables:
        for path in table.paths:
            with reading(path) as stream:
                yield f"{table.table} {path.name} {hashlib.file_digest(stream, 'sha256').hexdigest()}"


@cache
def _contract() -> str:
    """A digest of every declaration, and of the code that makes checks and findings of them."""
    code = [file.read_text(encoding="utf-8") for file in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(repr((TABLES, code)).encode()).hexdigest()
