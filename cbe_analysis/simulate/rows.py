"""Rows of canonical tables as Arrow: text by codes, ids by numbers, dates by day numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cbe_analysis.simulate.draws import Flags, Floats, Ints
from cbe_analysis.tables import TABLES

NONE = -1  # the code of what is unknown
ARROW = {
    "text": pa.string(),
    "month": pa.string(),
    "integer": pa.int32(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


def table(name: str, columns: Mapping[str, Any]) -> pa.Table:
    """The rows of a canonical table, every declared column in its declared type and order."""
    declared = TABLES[name].columns
    if set(columns) != {column.name for column in declared}:
        raise AssertionError(f"{name}: other columns than declared: {set(columns) ^ {c.name for c in declared}}")
    arrays = [_typed(columns[column.name], ARROW[column.type]) for column in declared]
    return pa.table(arrays, names=[column.name for column in declared])


def records(name: str, found: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The rows of a small table, each a mapping of what is known."""
    return table(name, {c.name: [row.get(c.name) for row in found] for c in TABLES[name].columns})


def _typed(values: Any, wanted: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array):
        return values if pa.types.is_dictionary(values.type) else values.cast(wanted)
    return pa.array(values, type=wanted)


def ids(prefix: str, numbers: Ints, width: int) -> pa.Array:
    """Ids such as R00017; empty where the number is below 0."""
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
    texts = pc.binary_join_element_wise(pa.scalar(prefix), digits, "")
    return pc.if_else(pa.array(numbers >= 0), texts, pa.scalar(None, pa.string())) if np.any(numbers < 0) else texts


def words(codes: Ints, known: Sequence[str] | pa.Array) -> pa.Array:
    """The words of the codes; empty where the code is below 0."""
    given = codes.astype(np.int32)
    listed = known if isinstance(known, pa.Array) else pa.array(list(known), pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(given, mask=given < 0), listed)


def days(numbers: Ints, known: Flags | None = None) -> pa.Array:
    """Dates of the day numbers (days since 1970-01-01); empty where not known."""
    mask = None if known is None else ~known
    return pa.array(numbers.astype(np.int32), type=pa.int32(), mask=mask).cast(pa.date32())


def numbers(values: Floats | Ints, places: int, known: Flags | None = None) -> pa.Array:
    """Numbers rounded to the places; empty where not known."""
    return pa.array(np.round(values.astype(np.float64), places), mask=None if known is None else ~known)


def whole(values: Ints, known: Flags | None = None) -> pa.Array:
    """Whole numbers; empty where not known."""
    return pa.array(values.astype(np.int32), mask=None if known is None else ~known)


def facts(codes: Ints) -> pa.Array:
    """True for 1, false for 0, empty for what is below 0."""
    return pa.array(codes > 0, mask=codes < 0)


def constant(word: str, size: int) -> pa.Array:
    """One word in every row."""
    return words(np.zeros(size, dtype=np.int64), [word])


def empty(size: int) -> pa.Array:
    """Text that nobody knows."""
    return words(np.full(size, NONE), [])
