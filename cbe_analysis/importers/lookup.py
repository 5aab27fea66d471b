"""What another table says of each row, as text."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd


def look_up(names: pd.Series, told: Mapping[str, str] | pd.Series) -> pd.Series:
    """What is told of each name, "" where nothing is.

    Parameters
    ----------
    told
        Name -> text; a series by its index, which holds each name once.
    """
    known = dict(told)
    return names.map({name: known.get(name, "") for name in names.unique()}).astype("str")


def rows_of(table: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """The row of each name, with the index of the names; cells are "" where there is none.

    Parameters
    ----------
    table
        Text; its index holds each name once.
    """
    found = table.astype("object").reindex(names).fillna("").astype("str")
    return found.set_axis(names.index)
