"""Files of a district's folder that are no tables: which of their names may be said.

A file may be named after a student ("jane-doe.pdf"), so a name is said only where all its words are known ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cbe_analysis.tables import TABLES

OWN = ("truth", "mapping", "readme")  # what the kit writes or reads beside tables
KINDS = ("csv", "tsv", "parquet", "xlsx", "xls", "json", "toml", "txt", "md", "zip", "gz", "bak", "old", "orig")


@dataclass(frozen=True, slots=True)
class Beside:
    """The files that are not copied.

    Parameters
    ----------
    named
        Those whose names hold nothing but the name of a table, or of a file of the kit, and of kinds of files.
    unnamed
        How many others there are.
    """

    named: tuple[str, ...]
    unnamed: int

    @classmethod
    def of(cls, names: Iterable[str]) -> Beside:
        """The files of these names."""
        told = list(names)
        named = tuple(name for name in told if _known(name))
        return cls(named, len(told) - len(named))

    def __str__(self) -> str:
        """Both in words: "truth.json and 3 others"."""
        more = f"{self.unnamed:,} {'other' if self.named else 'file'}{'s' * (self.unnamed != 1)}"
        if not self.unnamed:
            return ", ".join(self.named)
        return (
            f"{', '.join(self.named)} and {more}"
            if self.named
            else f"{more} (names are not told: they could be students')"
        )


def _known(name: str) -> bool:
    """Whether all words of a name are known."""
    stem, *kinds = name.lower().split(".")
    return stem in (*TABLES, *OWN) and all(kind in KINDS for kind in kinds)
