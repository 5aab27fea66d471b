"""What a foreign export gives: canonical tables as text, with the account of how they were made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cbe_analysis.importers.account import Summary
from cbe_analysis.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Harvest:
    """The tables of one source.

    Parameters
    ----------
    tables
        Canonical table -> its rows: columns of that table (and any to be kept beside them), every cell text, "" for
        unknown, sorted by the table's key; the same source gives the same rows.
    summary
        The account: every record of the source is in it.
    """

    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    summary: Summary

    def __post_init__(self) -> None:
        for name, rows in self.tables.items():
            table = TABLES[name]
            missing = [c.name for c in table.columns if c.required and c.name not in rows.columns]
            if missing:
                raise AssertionError(f"an importer left out columns of {name}: {missing}")
