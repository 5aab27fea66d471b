"""Tables as the bodies of indicators see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ASKED = "placed_asked"  # of the rows of everyone: whether one meets the conditions


class Relation(Protocol):
    """A table as a body sees it: rows that wait in DuckDB until they are asked for; expressions are SQL."""

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""

    def filter(self, condition: str, /) -> Relation:
        """The rows that meet the condition."""

    def select(self, columns: str, /) -> Relation:
        """These columns alone."""

    def aggregate(self, expressions: str, groups: str = "", /) -> Relation:
        """One row per combination of the groups; unless given, of the expressions that hold no sum, count ..."""

    def order(self, expressions: str, /) -> Relation:
        """The rows in this order."""

    def limit(self, rows: int, /) -> Relation:
        """At most so many rows."""

    def set_alias(self, name: str, /) -> Relation:
        """The same rows under a name, for the conditions of a join."""

    def join(self, other: Relation, condition: str, how: str = "inner") -> Relation:
        """The rows beside those of another table that meet the condition."""

    def df(self) -> pd.DataFrame:
        """The rows, read into memory."""

    def to_arrow_table(self) -> pa.Table:
        """The same as columns of Arrow: many texts are read in a fraction of the time."""
