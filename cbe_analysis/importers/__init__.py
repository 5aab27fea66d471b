"""Foreign exports -> a canonical folder; every record of the source is accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import ModuleType

from cbe_analysis.errors import UsageError, choices

KINDS: Mapping[str, str] = {
    "mapping": "any CSV files, by a mapping.toml that says what each column is",
    "oneroster": "OneRoster 1.1 or 1.2 CSV: a zip or a folder",
    "nwea": "NWEA MAP Growth results",
    "case": "a CASE framework (JSON): targets and their links",
    "canvas": "Canvas outcome results, or the learning mastery gradebook",
    "edfi": "Ed-Fi XML interchanges",
    "iready": "i-Ready Diagnostic results",
    "star360": "Renaissance Star results",
}


def importer(kind: str) -> ModuleType:
    """The module that reads a kind of export.

    Its `read(source)` gives a Harvest, and may have options. Its `told(source)`, where it has one, gives what the
    export itself says of whose student ids it has and what it is called: any of `ids`, `system` and `name`.

    Raises
    ------
    UsageError
        When there is no such kind.
    """
    if kind not in KINDS:
        raise UsageError(f"there is no kind of import {kind!r}", remedy=f"choose one of: {choices(KINDS)}")
    return import_module(f"{__name__}.{kind}")
