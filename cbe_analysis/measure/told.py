"""Cases whose indicator says where each was: taken as they are, texts as codes, without asking the district again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeGuard

import numpy as np
import pandas as pd

from cbe_analysis.load.where import UNKNOWN, UNPLACED
from cbe_analysis.methods.arrays import IntArray, ordered


def tells_all(rows: object, places: Iterable[str]) -> TypeGuard[pd.DataFrame]:
    """True for a frame with these columns and the students, all as categories."""
    names = ["student_id", *places]
    if not isinstance(rows, pd.DataFrame) or not set(names) <= set(rows.columns):
        return False
    return all(isinstance(rows[name].dtype, pd.CategoricalDtype) for name in names)


def words(column: pd.Series) -> pd.Categorical:
    """Places as text, categories in alphabetical order: what is missing, or lies outside any enrollment, is unknown."""
    texts = [UNKNOWN if pd.isna(text) or text == UNPLACED else str(text) for text in column.cat.categories]
    kinds, places = np.unique(np.array([*texts, UNKNOWN], dtype=object), return_inverse=True)
    codes = places[column.cat.codes.to_numpy()]  # what is missing is -1, and so the last
    return pd.Categorical.from_codes(codes, pd.Index(kinds, dtype="str"))


def in_order(rows: pd.DataFrame, first: list[str], last: str) -> pd.DataFrame:
    """The rows sorted by some columns, categories as they stand; what is missing comes last."""
    key: IntArray = np.zeros(len(rows), np.int64)
    for name in first:
        codes, kinds = _ranks(rows[name])
        key = key * (kinds + 1) + np.where(codes < 0, kinds, codes)
    return rows.iloc[ordered(key, rows[last].to_numpy())]


def _ranks(column: pd.Series) -> tuple[IntArray, int]:
    """Whole numbers that sort as the column does, -1 for what is missing, and how many there are."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64), len(column.cat.categories)
    codes, kinds = pd.factorize(column, sort=True)
    return codes.astype(np.int64), len(kinds)
