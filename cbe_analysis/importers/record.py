"""What a folder remembers of its imports: which source said what, so that an import can be repeated.

Beside the tables stands the folder `imports`: `record.json`, and one CSV file for each table and source with the rows
as that source gave them. The reader of a district looks at none of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cbe_analysis.errors import UnreadableData

FOLDER, FILE = "imports", "record.json"
BY_HAND = "by_hand"
_REMEDY = "restore it, or delete the folder imports: all rows then count as written by hand"


@dataclass(frozen=True, slots=True)
class TableRecord:
    """A table's sources in the order in which they came, and the digest of the file that was written of them."""

    sources: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Record:
    """What was imported into a folder.

    Parameters
    ----------
    ids
        Source -> whose student ids it has: "own" for the district's, else a system of student_ids.
    tables
        Table -> its sources.
    """

    ids: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, TableRecord] = field(default_factory=dict)

    def text(self) -> str:
        """The record as JSON."""
        tables = {
            name: {"sources": list(told.sources), "digest": told.digest} for name, told in sorted(self.tables.items())
        }
        return json.dumps({"ids": dict(sorted(self.ids.items())), "tables": tables}, indent=1) + "\n"


def read_record(folder: Path) -> Record:
    """The record of a folder; an empty one where nothing was imported.

    Raises
    ------
    UnreadableData
        When it is damaged.
    """
    file = folder / FOLDER / FILE
    try:
        told: Any = json.loads(file.read_text(encoding="utf-8"))
        tables = {name: TableRecord(tuple(t["sources"]), str(t["digest"])) for name, t in told["tables"].items()}
        return Record(dict(told["ids"]), tables)
    except FileNotFoundError:
        return Record()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise UnreadableData("the record of imports cannot be read", f"{FOLDER}/{FILE}", _REMEDY) from None


def part_file(table: str, source: str) -> str:
    """The file, below the district's folder, of what a source said of a table."""
    return f"{FOLDER}/{table}.{source}.csv"


def lost(file: str) -> UnreadableData:
    """The error for a part of the record that is gone."""
    return UnreadableData("a part of the record of imports is missing", file, _REMEDY)


def digest(text: str) -> str:
    """A digest of a file's text."""
    return hashlib.sha256(text.encode()).hexdigest()
