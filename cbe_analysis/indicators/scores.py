"""The scores of one test as arrays: read once, as numbers and codes, in whichever order they come."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cbe_analysis.indicators.relation import ASKED, Relation
from cbe_analysis.methods.processes import processors
from cbe_analysis.tables.quoting import identifier

PLACED = "placed_"


@dataclass(frozen=True, slots=True)
class Scores:
    """One entry for each score, shape `(n,)`.

    Parameters
    ----------
    student
        Codes from 0 on: positions in `ids`.
    ids
        The students.
    date
        Days since 1970; the largest number where unknown.
    value, std_error, grade, year
        NaN where unknown.
    asked
        Whether it is to be told of.
    places
        The `placed_` columns, as codes with their texts.
    """

    student: NDArray[np.int64]
    ids: pa.Array
    date: NDArray[np.int64]
    value: NDArray[np.float64]
    std_error: NDArray[np.float64]
    grade: NDArray[np.float64]
    year: NDArray[np.float64]
    asked: NDArray[np.bool_]
    places: Mapping[str, pa.DictionaryArray]

    @property
    def dated(self) -> NDArray[np.bool_]:
        """Shape `(n,)`: where the date is known."""
        return self.date < NO_DATE

    def students(self, rows: NDArray[np.int64]) -> pd.Categorical[str]:
        """The students of some scores, as categories in the order of their texts."""
        order = pc.sort_indices(self.ids)  # what is unknown is the last
        known = len(order) - self.ids.null_count
        rank = np.full(len(order), -1, np.int32)
        rank[order.to_numpy()[:known]] = np.arange(known, dtype=np.int32)
        names = pd.Index(self.ids.take(order[:known]).to_pandas())
        return pd.Categorical.from_codes(rank[self.student[rows]], names, validate=False)


NO_DATE = int(np.iinfo(np.int32).max)


def read(rows: Relation) -> Scores:
    """The scores with the grade of the test, else of the enrollment, and the school year.

    Parameters
    ----------
    rows
        Placed, with `value`; all are asked for unless they have `placed_asked`.
    """
    columns = set(rows.columns)
    error = "CAST(std_error AS DOUBLE)" if "std_error" in columns else "CAST(NULL AS DOUBLE)"
    tested = "CAST(grade_at_test AS INTEGER), " if "grade_at_test" in columns else ""
    places = [name for name in rows.columns if name.startswith(PLACED) and name != ASKED]
    found = rows.select(
        f"student_id, CAST(date AS DATE) AS date, CAST(value AS DOUBLE) AS value, {error} AS std_error, "
        f"CAST(coalesce({tested}TRY_CAST(placed_grade AS INTEGER)) AS DOUBLE) AS grade, "
        f"CAST(TRY_CAST(placed_school_year AS INTEGER) AS DOUBLE) AS year, "
        f"{ASKED if ASKED in columns else 'true'} AS {ASKED}" + "".join(f", {identifier(name)}" for name in places)
    ).to_arrow_table()
    texts = ["student_id", *places]
    with ThreadPoolExecutor(processors()) as several:  # Arrow works on one column at a time, and lets others go on
        codes = dict(zip(texts, several.map(lambda name: _coded(found[name]), texts), strict=True))
    who = codes.pop("student_id")
    return Scores(
        student=_codes(who),
        ids=who.dictionary,
        date=found["date"].cast(pa.int32()).fill_null(NO_DATE).to_numpy().astype(np.int64),
        value=_floats(found["value"]),
        std_error=_floats(found["std_error"]),
        grade=_floats(found["grade"]),
        year=_floats(found["year"]),
        asked=found[ASKED].to_numpy(),
        places=codes,
    )


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """The numbers, NaN where unknown."""
    found: NDArray[np.float64] = column.to_numpy()
    return found.astype(np.float64, copy=False)


def _coded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """The texts as codes; an unknown one has a code too."""
    coded: pa.DictionaryArray = column.dictionary_encode("encode").combine_chunks()
    return coded


def _codes(column: pa.DictionaryArray) -> NDArray[np.int64]:
    """The codes as numbers."""
    found: NDArray[np.int64] = column.indices.to_numpy().astype(np.int64)
    return found
